"""Keys: versioned, rotated by one atomic replacement that other processes notice, never lost or leaked."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import BinaryField
from hypothesis import given
from hypothesis import strategies as st

from anxin.vault import keys
from anxin.vault.fields import open_bytes, open_text, seal_bytes, seal_text
from anxin.vault.resealing import sealed_columns

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path, settings) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_values_of_every_version_open(data, cipher):
    values = []
    for version in range(1, 5):
        assert keys.load(data).current == version
        sealed = seal_text(f"value {version}")
        assert sealed[0] == version
        values.append(sealed)
        keys.rotate(data, cipher=cipher)
    assert [open_text(v) for v in values] == [f"value {n}" for n in range(1, 5)]
    assert keys.path(data).stat().st_mode & 0o777 == 0o600
    assert not list(keys.path(data).parent.glob("*.draft"))


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
@pytest.mark.parametrize("place", [0, 5, 20, -1])
def test_an_altered_value_is_refused_without_being_repeated(data, cipher, place):
    keys.rotate(data, cipher=cipher)
    sealed = bytearray(seal_text("990000198506010017"))
    sealed[place] ^= 1
    with pytest.raises(ValueError, match="cannot be opened") as refused:
        open_bytes(bytes(sealed))
    assert "9900" not in repr(refused.value)
    assert refused.value.__cause__ is None


@given(st.binary(max_size=60))
def test_rubbish_is_refused_and_never_crashes(rubbish):
    with pytest.raises(ValueError, match="cannot be opened"):
        open_bytes(rubbish)


@given(st.binary(max_size=200))
def test_what_is_sealed_opens(plain):
    assert open_bytes(seal_bytes(plain)) == plain


def test_another_process_takes_the_new_key_without_restarting(data):
    code = (
        "import os, sys\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'anxin.settings'\n"
        "from anxin.vault.fields import seal_text\n"
        "for line in sys.stdin: print(seal_text('x')[0], flush=True)\n"
    )
    env = {**os.environ, "ANXIN_DATA": str(data), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        for version in (1, 2, 3):
            other.stdin.write("\n")
            other.stdin.flush()
            assert other.stdout.readline().strip() == str(version)
            keys.rotate(data)
        other.stdin.close()


def test_rotations_at_once_lose_no_key(data):
    sealed = seal_text("before")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: keys.rotate(data), range(12)))
    known = keys.load(data)
    assert known.current == 13
    assert sorted(known.encryption) == list(range(1, 14))
    assert len(set(known.encryption.values())) == 13
    assert open_text(sealed) == "before"


def test_a_version_fits_one_byte(data):
    file = keys.path(data)
    keys.load(data)
    raw = json.loads(file.read_text())
    raw["encryption"]["255"] = raw["encryption"]["1"]
    file.write_text(json.dumps(raw))
    with pytest.raises(ValueError, match="255"):
        keys.rotate(data)


@pytest.mark.parametrize(
    "damage", ["{}", "not json", '{"current": 1}', '{"current": 2, "encryption": {}, "blind": ""}']
)
def test_a_damaged_file_is_one_sentence_and_is_never_overwritten(data, damage):
    file = keys.path(data)
    file.parent.mkdir()
    file.write_text(damage)
    with pytest.raises(ValueError, match="damaged"):
        keys.load(data)
    assert file.read_text() == damage


def test_keys_do_not_show_themselves(data):
    known = keys.load(data)
    assert str(known.blind) not in repr(known)
    assert known.django not in repr(known)


def test_every_binary_column_is_sealed_blind_or_known():
    """A new column of bytes must be named so that resealing finds it, or be listed here."""
    known = {"ledger.Batch.payload"}
    sealed = {f"{m._meta.label}.{name}" for m, names in sealed_columns().items() for name in names}
    found = {
        f"{m._meta.label}.{f.name}"
        for m in apps.get_models()
        for f in m._meta.local_concrete_fields
        if isinstance(f, BinaryField) and "blind" not in f.name
    }
    assert found - sealed == known
    assert {"registry.Worker.id_sealed", "registry.Engagement.card_sealed", "intake.HeldRow.row_sealed",
            "registry.Enterprise.sealed_details", "intake.Sender.old_secret_sealed"} <= sealed  # fmt: skip
