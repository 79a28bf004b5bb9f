"""Keys are rotated and old values sealed again while a process goes on writing: nothing is lost, nothing stays old."""

import json
import subprocess
import sys

from tests.stories.folders import ROOT, command, folder, python
from tests.stories.test_power_cut import PREPARE


def test_rotation_and_resealing_beside_a_writer(tmp_path):
    env = folder(tmp_path, "keys")
    python(env, PREPARE)
    log = tmp_path / "writer.log"
    child = [sys.executable, "-m", "tests.stories.rotation_child"]
    with (
        log.open("w") as errors,
        subprocess.Popen(child, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True) as writer,
    ):
        assert writer.stdout is not None
        try:
            for cipher in ("aes-256-gcm", "sm4-gcm"):
                for _ in range(10):
                    writer.stdout.readline()
                command(env, "keys", "rotate", "--cipher", cipher)
                # The writer may still hold rows it read before: what it puts back is left for the next run.
                done = subprocess.run(
                    [sys.executable, "-m", "anxin.cli", "keys", "reseal", "--json"],
                    env=env, cwd=ROOT, capture_output=True, text=True,
                )  # fmt: skip
                assert done.returncode in (0, 3), done.stderr
                assert json.loads(done.stdout)["resealed"] >= 20
                assert json.loads(done.stdout)["unopened"] == 0
            last = [int(writer.stdout.readline()) for _ in range(10)][-1]
        finally:
            writer.kill()
        last = max([last, *(int(line) for line in writer.stdout if line.endswith("\n"))])
    assert "Traceback" not in log.read_text(), "the writer must not be disturbed"
    command(env, "keys", "reseal")
    status = json.loads(command(env, "keys", "status", "--json").stdout)
    assert status["current"] == 3
    assert {v["version"]: v["values"] for v in status["versions"] if not v["current"]} == {1: 0, 2: 0}
    assert status["unknown"] == 0
    assert status["places"]["registry.Worker.id_sealed"] == {"3": 20}
    assert json.loads(command(env, "keys", "reseal", "--json").stdout)["resealed"] == 0
    python(env, f"from tests.stories.rotation_child import check\ncheck({last})")
    command(env, "audit", "verify")
