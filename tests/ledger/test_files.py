"""The ledger's files: where they lie, how long a replaced one stays, what happens when they are gone."""

import os
import shutil
import tarfile
import time
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from anxin.ledger import compaction, engine, read, tables
from anxin.ledger.compaction import compact
from anxin.ledger.sealing import seal
from anxin.upkeep.backup import backup
from tests.ledger.test_sealing import payroll_line, send, swipes

pytestmark = pytest.mark.django_db


def grow_old(folder: Path) -> None:
    """As if everything in the folder had been written two hours ago."""
    then = time.time() - 7200
    for file in folder.rglob("*"):
        if file.is_file():
            os.utime(file, (then, then))


@pytest.mark.parametrize("name", ["安薪 数据", "a & b", "hash#1", "50%", "it's", "key=1"])
def test_a_data_folder_may_have_any_ordinary_name(at, tmp_path, settings, name):
    settings.LEDGER = tmp_path / name / "ledger"
    for day in (5, 6):
        send("swipes", swipes((1, 10, datetime(2026, 3, day, 7))), at)
        send("payroll", [payroll_line(10, 600_000, 600_000)], at)
        seal(at=at)
        grow_old(settings.LEDGER)
        compact(at=at)
    assert all(Path(file).exists() for table in tables.SCHEMAS for file in tables.files(table))
    compact(at=at, everything=True)
    assert read.swipes(project_id=1, month="2026-03").num_rows == 2
    assert [m["days"] for m in read.work_months(project_id=1).to_pylist()] == [2]
    assert [m["due_fen"] for m in read.pay_months(project_id=1).to_pylist()] == [600_000]
    live = {f"ledger/{Path(f).relative_to(settings.LEDGER)}" for t in tables.SCHEMAS for f in tables.files(t)}
    backup(tmp_path / "all.tar", at=at)
    with tarfile.open(tmp_path / "all.tar") as archive:
        assert live <= set(archive.getnames())


def test_a_file_that_a_reader_may_have_listed_outlives_its_replacement(at, monkeypatch):
    """However long ago it was written: the reader listed it a moment before it was replaced."""
    for day in (5, 6):
        send("swipes", swipes((1, 10, datetime(2026, 3, day, 7))), at)
        seal(at=at)
    grow_old(tables.path("swipes"))
    grow_old(tables.path("work_months"))
    listed = tables.scan("swipes")
    rollup = tables.scan("work_months")
    send("swipes", swipes((1, 10, datetime(2026, 3, 7, 7))), at)
    seal(at=at)
    compact(at=at, everything=True)
    assert engine.query(f"SELECT * FROM {listed}").num_rows == 2
    assert engine.query(f"SELECT * FROM {rollup}").num_rows == 1
    monkeypatch.setattr(compaction, "READERS_GRACE_S", -60)
    assert compact(at=at).files >= 3
    assert {Path(f) for f in tables.files("swipes")} == set(tables.path("swipes").rglob("month=*/*.parquet"))
    assert read.swipes(project_id=1).num_rows == 3


@pytest.mark.parametrize("seals", [1, 4])
def test_a_ledger_put_back_from_a_backup_is_read_by_who_had_the_other_one_open(at, tmp_path, seals):
    send("swipes", swipes((1, 10, datetime(2026, 3, 5, 7))), at)
    seal(at=at)
    shutil.copytree(tables.path("swipes"), tmp_path / "aside")
    for day in range(6, 6 + seals):
        send("swipes", swipes((1, 10, datetime(2026, 3, day, 7))), at)
        seal(at=at)
    assert read.swipes(project_id=1).num_rows == 1 + seals
    shutil.rmtree(tables.path("swipes"))
    assert read.swipes(project_id=1).num_rows == 0
    shutil.copytree(tmp_path / "aside", tables.path("swipes"))
    assert read.swipes(project_id=1).num_rows == 1


def test_a_connection_that_broke_for_good_is_replaced():
    class Broken:
        def sql(self, _):
            raise duckdb.FatalException("database has been invalidated because of a previous fatal error")

        def register(self, *_):
            pass

        def unregister(self, *_):
            raise duckdb.FatalException("database has been invalidated because of a previous fatal error")

    engine.duck()
    engine._LOCAL.duck = Broken()
    with pytest.raises(duckdb.FatalException):
        engine.query("SELECT 1 AS n", rows=swipes())
    assert engine.query("SELECT 1 AS n").to_pylist() == [{"n": 1}]


def test_a_connection_forgets_the_files_it_read_long_ago(monkeypatch):
    monkeypatch.setattr(engine, "QUERIES_A_CONNECTION", 2)
    used = [engine.duck() for _ in range(7)]
    assert len({id(con) for con in used}) >= 3
    assert engine.query("SELECT count(*) AS n FROM rows", rows=swipes()).to_pylist() == [{"n": 0}]
