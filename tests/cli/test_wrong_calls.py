"""Wrong calls and broken installations: one sentence on standard error, a number scripts can read, no stack trace."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from anxin.cli import main

ROOT = Path(__file__).resolve().parents[2]


def told(*words: str, code: int) -> str:
    """What a failing command says: nothing on standard output, one line on standard error."""
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["--nonsense"], "--nonsense"),
        (["sweep", "extra"], "extra"),
        (["import", "nonsense", __file__], "'nonsense' is none of"),
        (["import", "projects", "/nowhere.csv"], "/nowhere.csv"),
        (["sweep", "--as-of", "2026-13-01"], "2026-13-01 is not a date"),
        (["sweep", "--as-of", "0001-01-01"], "0001-01-01 is not between"),
        (["sweep", "--as-of", "9999-12-31"], "9999-12-31 is not between"),
    ],
)
def test_a_wrong_call_is_one_line_and_2(words, says):
    assert says in told(*words, code=2)


def test_a_bare_group_still_shows_its_commands():
    result = CliRunner().invoke(main, ["rules"])

    assert "explain" in result.output


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["warnings", "--project", "P-NOBODY", "--json"], "There is no project P-NOBODY"),
        (["warnings", "--region", "abc", "--json"], "abc is not a region code"),
        (["warnings", "--region", "999900"], "999900 is not a region code"),
        (["rules", "list", "--pack", "hunan"], "There is no pack hunan; there are guizhou, national, shanxi"),
        (["rules", "explain", "SX-99"], "There is no rule SX-99"),
        (["rules", "test", "../packs/shanxi"], "There are no scenarios for ../packs/shanxi"),
        (["import", "projects", __file__], "test_wrong_calls.py"),
    ],
)
def test_what_is_not_there_is_one_line_and_1(words, says):
    assert says in told(*words, code=1)


def run(data: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "ANXIN_ENGINE"}}
    env |= {"ANXIN_DATA": str(data), "DJANGO_SETTINGS_MODULE": "anxin.settings", **more}
    return subprocess.run(
        [sys.executable, "-m", "anxin.cli", *words], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("folder", "more", "says"),
    [
        ("", {"ANXIN_ENGINE": "nonsense"}, "ANXIN_ENGINE is nonsense"),
        ("", {"DATABASE_URL": "mysql://root:secret@host/x"}, "DATABASE_URL is no database's address"),
        ("", {"DATABASE_URL": "postgres://root:secret@127.0.0.1:1/x"}, "The database cannot be reached"),
        ("file", {}, "cannot be used"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_line_and_1(tmp_path, folder, more, says):
    (tmp_path / "file").write_text("")

    result = run(tmp_path / folder, "warnings", **more)

    assert (result.returncode, result.stdout) == (1, "")
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "secret" not in result.stderr


def test_keys_that_are_gone_from_a_folder_with_data_are_not_made_again(tmp_path):
    run(tmp_path, "warnings")
    file = tmp_path / "keys" / "keys.json"
    file.unlink()

    result = run(tmp_path, "doctor")

    assert result.returncode == 1
    assert "restore it from your backup" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not file.exists()
    read = run(tmp_path, "doctor", "--json")
    (found,) = json.loads(read.stdout)
    assert (read.returncode, read.stderr, found["ok"]) == (3, "", False)
    assert str(file) in found["finding"]
    assert found["mend"] == "Restore it from your backup."


def test_the_doctor_says_once_that_the_database_does_not_answer_and_what_to_do(tmp_path):
    result = run(tmp_path, "doctor", "--json", DATABASE_URL="postgres://nobody@127.0.0.1:1/x")

    assert result.returncode == 3
    assert result.stdout.count("127.0.0.1") == 1
    assert "Look at DATABASE_URL" in result.stdout


def test_the_doctor_of_a_folder_without_tables_says_init(tmp_path):
    result = run(tmp_path, "doctor", "--json")

    assert result.returncode == 3
    ill = {part["part"] for part in json.loads(result.stdout) if not part["ok"]}
    assert ill - {"pages"} == {"database"}  # pages, where the front end is not built
    assert "Run `anxin init`." in result.stdout


def test_the_doctor_sees_files_of_the_ledger_that_are_gone_or_torn(tmp_path):
    run(tmp_path, "simulate", "--projects", "1", "--workers", "3", "--months", "1", "--seed", "1")
    run(tmp_path, "seal")
    assert '"part": "ledger"' not in run(tmp_path, "doctor", "--json").stdout
    first, second, *_ = sorted((tmp_path / "ledger").rglob("*.parquet"))
    first.unlink()
    second.write_bytes(b"PAR1" + bytes(100))

    result = run(tmp_path, "doctor", "--json")

    assert result.returncode == 3
    assert "1 files are gone" in result.stdout
    assert "1 files are damaged" in result.stdout
    swept = run(tmp_path, "sweep")
    assert (swept.returncode, swept.stdout) == (1, "")
    assert swept.stderr.startswith("Error: The ledger cannot be read: ")
    assert swept.stderr.endswith("(run `anxin doctor`).\n")


@pytest.mark.parametrize("words", [("serve", "--no-worker", "--processes", "1"), ("serve",)])
def test_a_port_that_is_taken_is_said_at_once(tmp_path, words):
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        port = taken.getsockname()[1]

        result = run(tmp_path, *words, "--port", str(port))

    assert (result.returncode, result.stdout) == (1, "")
    assert f"Cannot listen on 127.0.0.1:{port}" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [("serve", "--port", "0"), ("worker",)])
def test_a_database_behind_the_program_is_said_before_anything_is_served(tmp_path, words):
    result = run(tmp_path, *words)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "Error: The database is not ready for this program; run `anxin init` first.\n"
