"""A sweep that changes very much writes it a lot at a time: cut off in between, nothing is lost and none is doubled."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, SwipeRow
from anxin.law.civil import SHANGHAI
from anxin.ledger import locks
from anxin.ledger.sealing import seal
from anxin.registry import actions
from anxin.watch import reconcile
from anxin.watch.handling.routing import close_cleared, hand_over
from anxin.watch.models import Handling, Sweep, Warning, WarningEvent
from anxin.watch.sweep import sweep, touched_projects
from tests.people import identity, make_project, make_worker

pytestmark = pytest.mark.django_db
BEGUN = datetime(2026, 2, 1, 8, tzinfo=SHANGHAI)
AT = datetime(2026, 4, 16, 8, tzinfo=SHANGHAI)
DAY = AT.date()


def places(count: int) -> list:
    return [make_project(BEGUN, f"P{n}", started_on=BEGUN.date()) for n in range(count)]


def works(project, number: int) -> None:
    """Somebody has worked there all February, so that labour fees should have come in."""
    make_worker(project, number, BEGUN)
    passes = [
        SwipeRow(place=str(day), project_code=project.code, id_number=identity(number),
                 passed_at=datetime(2026, 2, day, 7))
        for day in range(1, 21)
    ]  # fmt: skip
    admit(passes, arrival=Arrival(source="test", at=BEGUN + timedelta(days=28)))
    seal(at=BEGUN + timedelta(days=28))


def story() -> list[tuple]:
    """Every warning with what hides it, and every event, by their natural keys."""
    rows = Warning.objects.values_list("rule", "subject", "status", "level", "hidden_by__rule", "hidden_by__subject")
    told = WarningEvent.objects.values_list("warning__rule", "warning__subject", "kind", "on")
    return [*sorted(rows, key=str), *sorted(told, key=str)]


def days(projects: list) -> None:
    """Accounts missing; then opened at half of the sites; then closed again."""
    sweep(as_of=DAY, at=AT)
    uses = [
        actions.record_account(project=project, number=f"99001234567890{n:04}", on=DAY, at=AT, opened_on=DAY,
                               agreement_on=DAY)
        for n, project in enumerate(projects[::2])
    ]  # fmt: skip
    sweep(as_of=DAY, at=AT)
    for project, _use in zip(projects[::2], uses, strict=True):
        project.account_uses.all().delete()
    sweep(as_of=DAY + timedelta(days=1), at=AT + timedelta(days=1))


def test_in_lots_or_at_once_the_warnings_and_their_events_are_the_same(monkeypatch):
    projects = places(7)
    works(projects[0], 1)
    works(projects[1], 2)
    days(projects)
    whole, counted = story(), [(s.opened, s.reopened, s.cleared) for s in Sweep.objects.order_by("id")]
    assert any(row[4] for row in whole if len(row) == 6), "something hides something"
    assert all(any(sweep[n] for sweep in counted) for n in range(3)), "opened, reopened and cleared"
    WarningEvent.objects.all().delete()
    Warning.objects.all().delete()
    Sweep.objects.all().delete()
    monkeypatch.setattr(reconcile, "_A_LOT", 1)
    days(projects)
    assert story() == whole
    assert [(s.opened, s.reopened, s.cleared) for s in Sweep.objects.order_by("id")] == counted


def test_cut_off_between_two_lots_the_next_sweep_does_the_rest(monkeypatch):
    places(5)
    monkeypatch.setattr(reconcile, "_A_LOT", 1)
    real, lots = reconcile._bring_in_step, []

    def until_the_third(*args):
        lots.append(args)
        if len(lots) == 3:
            raise OSError("the power went")
        return real(*args)

    monkeypatch.setattr(reconcile, "_bring_in_step", until_the_third)
    with pytest.raises(OSError, match="the power went"):
        sweep(as_of=DAY, at=AT)
    assert set(Warning.objects.values_list("project__code", flat=True)) == {"P0", "P1"}
    assert len(touched_projects()) == 5, "the marks stay until all is written"
    sweep(as_of=DAY, at=AT)
    assert set(Warning.objects.values_list("project__code", flat=True)) == {f"P{n}" for n in range(5)}
    assert set(Counter(WarningEvent.objects.values_list("warning", "kind")).values()) == {1}
    assert touched_projects() == []


def test_thousands_that_clear_leave_the_desk_a_batch_at_a_time(monkeypatch):
    projects = places(5)
    sweep(as_of=DAY, at=AT)
    hand_over(at=AT)
    held = Handling.objects.filter(ended_at=None).count()
    assert held >= 5
    Warning.objects.filter(project__in=projects[1:]).update(status="cleared", cleared_on=DAY)
    monkeypatch.setattr("anxin.watch.handling.routing._CLOSED_AT_ONCE", 2)
    closed = close_cleared(at=AT)
    assert closed == Handling.objects.filter(outcome="cleared").count() > 2
    assert set(Handling.objects.filter(ended_at=None).values_list("warning__project", flat=True)) == {projects[0].pk}
    assert close_cleared(at=AT) == 0


@pytest.mark.parametrize(("vendor", "breaths"), [("sqlite", 3), ("postgresql", 0)])
def test_long_work_lets_others_write_where_there_is_one_write_lock(monkeypatch, vendor, breaths):
    clock, slept = [0.0], []
    monkeypatch.setattr(locks.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(locks.time, "sleep", slept.append)
    monkeypatch.setattr(locks, "connection", type("C", (), {"vendor": vendor}))
    done = []
    for piece in locks.in_turns(range(6)):
        done.append(piece)
        clock[0] += locks._TURN_S / 2 + 0.01
    assert done == list(range(6))
    assert len(slept) == breaths
