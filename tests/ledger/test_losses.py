"""Tables that are gone although the database knows of rows in them: said by the doctor, never covered up."""

import shutil
from datetime import datetime, timedelta

import pytest

from anxin import doctor
from anxin.ledger import read, tables
from anxin.ledger.compaction import compact
from anxin.ledger.losses import LedgerLost, lost
from anxin.ledger.models import Batch
from anxin.ledger.sealing import seal
from tests.ledger.test_sealing import payroll_line, send, swipes
from tests.people import make_project, make_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(at):
    """A ledger with every table but payments and movements."""
    project = make_project(at)
    make_worker(project, 1, at)
    send("swipes", swipes((project.pk, 10, datetime(2026, 3, 5, 7))), at)
    send("payroll", [payroll_line(10, 600_000, 600_000)], at)
    seal(at=at)
    return project


def found_by_the_doctor(at) -> list[str]:
    return [f"{d.finding} {d.mend}" for d in doctor.examine(at=at) if d.part == "ledger" and not d.ok]


def test_a_whole_ledger_and_one_with_nothing_yet_are_fine(at, sealed):
    assert list(lost()) == []
    assert found_by_the_doctor(at) == []


@pytest.mark.parametrize("name", ["swipes", "work_months", "payroll", "pay_months", "engagements"])
def test_a_lost_table_is_named_with_what_to_do(at, sealed, name):
    shutil.rmtree(tables.path(name))
    (finding,) = found_by_the_doctor(at)
    assert finding.startswith(f"{name}: the table is gone")
    assert "restore" in finding


def test_a_table_put_back_too_old_is_named(at, sealed, tmp_path):
    shutil.copytree(tables.path("swipes"), tmp_path / "old")
    send("swipes", swipes((sealed.pk, 10, datetime(2026, 3, 6, 7))), at)
    seal(at=at)
    shutil.rmtree(tables.path("swipes"))
    shutil.copytree(tmp_path / "old", tables.path("swipes"))
    assert list(lost()) == [("swipes", "it ends with seal 1, but seal 2 was done")]


def test_nothing_is_sealed_or_dropped_where_the_whole_ledger_is_gone(at, sealed, settings, tmp_path):
    """The disk of the ledger is not mounted: its place is an empty folder."""
    there = settings.LEDGER
    settings.LEDGER = tmp_path / "empty"
    send("swipes", swipes((sealed.pk, 10, datetime(2026, 3, 6, 7))), at)
    with pytest.raises(LedgerLost, match="mount or restore"):
        seal(at=at)
    with pytest.raises(LedgerLost):
        compact(at=at + timedelta(days=30))
    assert Batch.objects.count() == 3
    assert any("swipes: the table is gone" in finding for finding in found_by_the_doctor(at))
    settings.LEDGER = there
    seal(at=at)
    assert read.swipes(project_id=sealed.pk).num_rows == 2
    assert list(lost()) == []


def test_a_name_that_no_table_can_lie_under_is_told(at, settings, tmp_path):
    settings.LEDGER = tmp_path / "data [1]" / "ledger"
    assert "[ ]" in found_by_the_doctor(at)[0]
