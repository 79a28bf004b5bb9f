"""The ledger's files: where they lie, how long a replaced one stays, what happens when they are gone."""

import contextlib
import os
import resource
import shutil
import threading
import time
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from deltalake.exceptions import CommitFailedError, DeltaError
from django.conf import settings

from anxin import worker
from anxin.ledger import compaction, engine, read, tables
from anxin.ledger.compaction import compact
from anxin.ledger.models import Seal
from anxin.ledger.sealing import seal
from anxin.upkeep.backup import _aside, _link_ledger
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
    _link_ledger(tmp_path / "aside")
    live = [Path(file).relative_to(settings.LEDGER) for table in tables.SCHEMAS for file in tables.files(table)]
    assert live
    assert all((tmp_path / "aside" / file).exists() for file in live)


@pytest.mark.parametrize("moved", ["ledger", "ledger/swipes"])
def test_what_lies_on_another_disk_behind_a_link_is_kept_and_backed_up(at, tmp_path, settings, moved):
    settings.LEDGER = tmp_path / "data" / "ledger"
    (tmp_path / "disk").mkdir()
    (settings.LEDGER.parent / moved).parent.mkdir(parents=True)
    (settings.LEDGER.parent / moved).symlink_to(tmp_path / "disk")
    for day in (5, 6):
        send("swipes", swipes((1, 10, datetime(2026, 3, day, 7))), at)
        seal(at=at)
    grow_old(tmp_path / "disk")
    compact(at=at)
    assert all(Path(file).exists() for table in tables.SCHEMAS for file in tables.files(table))
    assert read.swipes(project_id=1, month="2026-03").num_rows == 2
    _link_ledger(tmp_path / "aside")
    assert len(list((tmp_path / "aside" / "swipes").rglob("month=*/*.parquet"))) == len(tables.files("swipes")) > 0


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


def test_two_that_hold_the_lock_at_once_write_a_seal_once(at, monkeypatch):
    """PostgreSQL gives the lock of a broken connection to the next, while the first one is still writing."""
    send("swipes", swipes((1, 10, datetime(2026, 3, 5, 7))), at)
    real, done = tables.write, []

    def write(name, rows, **options):
        if not done:  # the other one comes in when this one has looked and not yet written
            done.append(name)
            real(name, rows, **options)
        real(name, rows, **options)

    monkeypatch.setattr(tables, "write", write)
    seal(at=at)
    monkeypatch.undo()
    assert engine.query(f"SELECT * FROM {tables.scan('swipes')}").num_rows == 1

    def rewritten_meanwhile(name, rows, **options):
        append_one_more()
        real(name, rows, **options)

    def append_one_more() -> None:
        monkeypatch.undo()
        send("swipes", swipes((1, 10, datetime(2026, 3, 6, 7))), at)
        with monkeypatch.context() as patched:
            patched.setattr("anxin.ledger.sealing.only_one", lambda *_: contextlib.nullcontext(True))
            seal(at=at)

    send("swipes", swipes((1, 10, datetime(2026, 3, 5, 8))), at)
    seal(at=at)
    monkeypatch.setattr(tables, "write", rewritten_meanwhile)
    with pytest.raises(CommitFailedError):
        compact(at=at, everything=True)
    assert read.swipes(project_id=1).num_rows == 3
    compact(at=at, everything=True)
    assert read.swipes(project_id=1).num_rows == 3


def test_a_seal_is_done_when_the_disk_keeps_its_files(at, monkeypatch):
    """Without power what was not flushed is gone, while the database still says that it was sealed."""
    flushed: set[int] = set()
    real = os.fsync

    def fsync(number: int) -> None:
        real(number)
        flushed.add(os.fstat(number).st_ino)

    done = Seal.save
    missing = []

    def save(self, *args, **more):
        if self.done_at is not None:
            needed = [Path(file) for table in tables.SCHEMAS for file in tables.files(table)]
            needed += settings.LEDGER.glob("*/_delta_log/*.json")
            missing.extend(file for file in needed if file.stat().st_ino not in flushed)
            assert len(needed) >= 8
        return done(self, *args, **more)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Seal, "save", save)
    for day in (5, 6):
        send("swipes", swipes((1, 10, datetime(2026, 3, day, 7)), (1, 10, datetime(2026, 4, day, 7))), at)
        send("payroll", [payroll_line(10, 600_000, 600_000)], at)
        seal(at=at)
    assert missing == []


def test_the_folder_of_a_killed_backup_is_taken_away_and_a_running_ones_stays(tmp_path):
    with _aside() as running:
        left = running.with_name(".backup-left")
        left.mkdir()
        (left / "swipes.parquet").write_bytes(b"PAR1")
        then = time.time() - 7200
        for folder in (left, running):
            os.utime(folder, (then, then))
        with _aside() as own:
            assert (running.exists(), left.exists(), own.exists()) == (True, False, True)
    assert not list(settings.LEDGER.glob(".backup-*"))


def test_a_panic_in_compiled_code_does_not_end_a_workers_loop():
    """It is no Exception, and a thread that ended would leave the inbox unsealed until somebody looks."""

    class Panic(BaseException):
        pass

    turns: list[int] = []

    class Stop(threading.Event):
        def wait(self, timeout=None):
            return self.is_set()

    stop = Stop()

    def turn(at, last):
        turns.append(1)
        if len(turns) == 1:
            raise Panic
        stop.set()
        return False

    worker._loop("fast", turn, stop)
    assert len(turns) == 2


@pytest.mark.parametrize("full_at", ["swipes", "work_months", "payroll", "pay_months"])
def test_a_disk_that_is_full_during_a_seal_loses_and_doubles_nothing(at, monkeypatch, full_at):
    """A limit on the size of files stands for it: the write fails in the middle, as it does without room."""
    real = tables.write

    def no_room(name, rows, **options):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        if name == full_at:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
        try:
            real(name, rows, **options)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    for day in (5, 6):
        send("swipes", swipes((1, 10, datetime(2026, 3, day, 7))), at)
        send("payroll", [payroll_line(10, 600_000 + day, 600_000)], at)
        with monkeypatch.context() as patched:
            patched.setattr(tables, "write", no_room)
            for _ in range(2):
                with pytest.raises((DeltaError, OSError)):
                    seal(at=at)
        assert seal(at=at).rows == 2
    assert engine.query(f"SELECT * FROM {tables.scan('swipes')}").num_rows == 2
    assert engine.query(f"SELECT * FROM {tables.scan('payroll')}").num_rows == 2
    assert [m["days"] for m in read.work_months(project_id=1).to_pylist()] == [2]
    assert [m["due_fen"] for m in read.pay_months(project_id=1).to_pylist()] == [600_006]
    compact(at=at, everything=True)
    assert read.swipes(project_id=1).num_rows == 2
