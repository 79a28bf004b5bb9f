"""Parts of other organisations, the three clearances, and what happens to cases when their officer leaves."""

from datetime import date, timedelta

import pytest

from anxin.cases import clearances, leaving
from anxin.cases.flow import CannotMove, move
from anxin.cases.lane import enter
from anxin.cases.models import Case, CaseEvent
from anxin.cases.tasks import add_task, finish_task, tasks_of
from anxin.law.civil import start_of
from anxin.notices.models import Notice
from anxin.people import trail
from anxin.people.administration import Refused
from anxin.people.models import Event, Organisation
from tests.cases.claims import claim

pytestmark = pytest.mark.django_db


def test_a_part_is_asked_answered_once_and_told(at, people, units):
    case = claim(at, by=people["officer"])
    task = add_task(case=case, organisation=units["housing"], task="核实工程款支付", within="2 working days",
                    by=people["officer"], at=at)  # fmt: skip
    assert task.due_at.date() == date(2026, 4, 22)
    assert Notice.objects.filter(to=people["housing"], kind="case-task").count() == 1
    assert list(tasks_of([units["housing"].pk])) == [task]
    finish_task(task=task, answer="建设单位已拨付", by=people["housing"], at=at + timedelta(hours=3))
    assert Notice.objects.filter(to=people["officer"], kind="case-task-done").count() == 1
    with pytest.raises(CannotMove):
        finish_task(task=task, answer="又一次", by=people["housing"], at=at)
    assert not CaseEvent.objects.filter(case=case, kind__startswith="task", public=True).exists()
    move(case=case, to="ended", by=people["officer"], at=at)
    with pytest.raises(CannotMove):
        add_task(case=case, organisation=units["housing"], task="再核实", within="1 day", by=people["officer"], at=at)


@pytest.mark.parametrize(("task", "within"), [(" ", "1 day"), ("核实", "soon")])
def test_a_part_needs_words_and_a_period(at, people, units, task, within):
    with pytest.raises(ValueError, match=r"words|period"):
        add_task(case=claim(at), organisation=units["housing"], task=task, within=within, by=people["officer"], at=at)


def opened(day: date, key: str, people, region: str = "140105") -> Case:
    """A case that came in on a day and has its investigation's clocks."""
    moment = start_of(day) + timedelta(hours=9)
    return move(case=claim(moment, key=key, region=region), to="accepted", by=people["officer"], at=moment)


def names(queue: str, day: date) -> set[int]:
    return set(clearances.queue(Case.objects.all(), queue, as_of=day).values_list("pk", flat=True))


def test_the_three_clearances_and_old_cases(people):
    last_year = opened(date(2025, 12, 30), "a", people)
    march = opened(date(2026, 3, 31), "b", people)
    april = opened(date(2026, 4, 1), "c", people, "140106")
    ended = move(case=opened(date(2026, 1, 5), "d", people), to="ended", by=people["officer"],
                 at=start_of(date(2026, 1, 6)))  # fmt: skip
    today = date(2026, 4, 20)
    assert names("quarter", today) == {last_year.pk, march.pk}
    assert names("quarter", date(2026, 3, 31)) == {last_year.pk}
    assert names("year", today) == {last_year.pk}
    assert names("year", date(2026, 10, 31)) == {last_year.pk}
    assert names("year", date(2026, 11, 1)) == {last_year.pk, march.pk, april.pk}
    assert names("old-90", today) == {last_year.pk}
    assert names("old-30", date(2026, 4, 29)) == {last_year.pk}
    assert names("old-30", date(2026, 4, 30)) == {last_year.pk, march.pk}
    assert ended.pk not in names("deadline", today)
    april.refresh_from_db()
    due = april.due_at.date()
    assert april.pk not in names("deadline", due - timedelta(days=4))
    assert april.pk in names("deadline", due - timedelta(days=3))
    enter(case=april, reason="事实清楚", by=people["officer"], at=start_of(today))
    assert names("plain", today) == {april.pk}
    with pytest.raises(KeyError):
        clearances.queue(Case.objects.all(), "nonsense", as_of=today)


def test_a_leavers_cases_go_to_a_named_successor_and_the_claimants_hear_it(at, people):
    for n in range(3):
        claim(at, key=f"k{n}", by=people["officer"])
    closed = move(case=claim(at, key="ended", by=people["officer"]), to="ended", by=people["officer"], at=at)
    assert leaving.counts_of(people["officer"])["cases"] == 3
    moved = leaving.leave(person=people["officer"], to=people["second"], by=people["chief"], at=at, reason="调离")
    assert moved["cases"] == 3
    assert Case.objects.filter(owner=people["second"], ended_at=None).count() == 3
    closed.refresh_from_db()
    assert closed.owner == people["officer"]
    told = CaseEvent.objects.filter(kind="assigned", public=True)
    assert told.count() == 3
    assert all("测试second" in line.zh for line in told)
    assert Notice.objects.filter(to=people["second"], kind="taken-over", zh__contains="3 件案件").count() == 1
    assert Event.objects.filter(action="case-assign").count() == 3
    assert trail.verify().holds
    people["officer"].refresh_from_db()
    assert people["officer"].left_at == at


def test_without_a_successor_the_chiefs_name_another(at, people):
    case = claim(at, by=people["officer"])
    leaving.leave(person=people["officer"], to=None, by=people["chief"], at=at)
    case.refresh_from_db()
    assert (case.owner, case.taken_at) == (None, at)
    assert Notice.objects.filter(to=people["chief"], kind="given-back", zh__contains="1 件案件").count() == 1


def test_all_or_nothing(at, people, monkeypatch):
    case = claim(at, by=people["officer"])

    def broken(**told):
        raise OSError("the disk is full")

    monkeypatch.setattr(leaving, "notify", broken)
    with pytest.raises(OSError, match="full"):
        leaving.leave(person=people["officer"], to=people["second"], by=people["chief"], at=at)
    case.refresh_from_db()
    people["officer"].refresh_from_db()
    assert (case.owner, people["officer"].left_at) == (people["officer"], None)


def test_a_unit_that_closes_hands_its_cases_on(at, people, units):
    boss = people["province"]
    case = claim(at)
    task = add_task(case=case, organisation=units["county"], task="到场", within="1 day", by=people["city"], at=at)
    with pytest.raises(Refused):
        leaving.close_unit(unit=units["county"], to=None, by=boss, at=at)
    for person in ("officer", "second", "chief"):
        people[person].organisation = units["city"]
        people[person].save()
    assert leaving.close_unit(unit=units["county"], to=units["city"], by=boss, at=at) == 2
    case.refresh_from_db()
    task.refresh_from_db()
    assert (case.unit, task.organisation) == (units["city"], units["city"])
    assert not Organisation.objects.get(pk=units["county"].pk).active
