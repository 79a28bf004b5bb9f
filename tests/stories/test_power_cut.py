"""Kill -9 at any instant: every acknowledged row is in the ledger, exactly once."""

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("ANXIN_POWER_CUTS", "25"))

CHECK = """
import django; django.setup()
from collections import Counter
from tests.stories.power_cut_child import AT, PEOPLE
from anxin.ledger import read
from anxin.ledger.locks import only_one
from anxin.ledger.sealing import seal
with only_one("ledger", wait=True):
    pass  # PostgreSQL keeps the lock of a killed process until it notices: a seal meanwhile would do nothing
seal(at=AT)
passes = Counter(read.swipes().column("passed_at").to_pylist())
assert all(n == 1 for n in passes.values()), "a row stands twice"
days = read.work_months()
print(len(passes), days.num_rows)
for line in read.payroll().to_pylist():
    print(line["due_fen"])
pay = read.pay_months().to_pylist()
assert sorted(p["due_fen"] for p in pay) == sorted(l["due_fen"] for l in read.payroll().to_pylist())
"""
PREPARE = """
import django; django.setup()
from anxin.cli.setup import prepare; prepare()
from tests.people import make_project, make_worker
from tests.stories.power_cut_child import AT, PEOPLE
project = make_project(AT)
for number in range(PEOPLE): make_worker(project, number, AT)
"""


@pytest.fixture
def environment(tmp_path):
    """A data folder of its own; on PostgreSQL a database of its own."""
    env = {**os.environ, "ANXIN_DATA": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "anxin.settings",
           "PYTHONPATH": str(ROOT)}  # fmt: skip
    url = os.environ.get("DATABASE_URL")
    if url:
        name = f"power_cut_{os.getpid()}_{os.urandom(3).hex()}"
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
        env["DATABASE_URL"] = url.rsplit("/", 1)[0] + "/" + name
    return env


def run(code: str, env: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Child:
    """A process we kill; what it printed before is collected as it comes."""

    def __init__(self, env: dict[str, str], *arguments: str) -> None:
        self.log = Path(env["ANXIN_DATA"]).with_name(f"child-{arguments[0]}.log")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.stories.power_cut_child", *arguments],
            env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=self.log.open("w"), text=True,
        )  # fmt: skip
        self.acknowledged: list[int] = []
        self.news = threading.Condition()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.news:
                self.acknowledged.append(int(line))
                self.news.notify()

    def wait_for(self, count: int) -> bool:
        with self.news:
            return self.news.wait_for(lambda: len(self.acknowledged) >= count, timeout=600)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.reader.join()
        assert "Traceback" not in self.log.read_text(), "it must be the kill that ends it"


def test_every_acknowledged_row_is_there_exactly_once(environment):
    run(PREPARE, environment)
    luck = random.Random(20260420)
    acknowledged: set[int] = set()
    last = 0
    for _ in range(ROUNDS):
        writer = Child(environment, "write", str(last))
        sealer = Child(environment, "seal")
        # How far it gets is left to chance: some acknowledgements, then the cut in the middle of the next batch.
        assert writer.wait_for(luck.randrange(1, 60)), "the writer must get on before it is killed"
        for child in luck.sample([writer, sealer], 2):
            child.kill()
        acknowledged.update(writer.acknowledged)
        # A batch may have been committed in the instant before its acknowledgement: go on well past it.
        last = max(acknowledged) + 10
    first, *due = run(CHECK, environment).splitlines()
    rows, worker_months = map(int, first.split())
    assert worker_months == 20
    assert len(acknowledged) * 20 <= rows <= (len(acknowledged) + ROUNDS) * 20
    newest: dict[int, int] = {}
    for number in sorted(acknowledged):
        newest[number % 20] = number
    standing = {int(fen) % 20: int(fen) for fen in due}
    assert all(standing[person] >= number for person, number in newest.items())
