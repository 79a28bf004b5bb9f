"""Near and late cases rise as their place's pack says: each rung once, whatever the clock and the workers do."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anxin.cases import clock_changes, ladder
from anxin.cases.flow import CannotMove, move
from anxin.cases.ladder import escalate_cases, raise_case
from anxin.cases.models import Case, CaseClock, CaseEvent, CaseRung
from anxin.notices.models import Notice
from anxin.people import trail
from tests.cases.claims import claim

pytestmark = pytest.mark.django_db


def kinds(case: Case) -> list[str]:
    return list(CaseRung.objects.filter(case=case).order_by("id").values_list("kind", flat=True))


def told(person, kind: str) -> int:
    return Notice.objects.filter(to=person, kind=kind).count()


def test_left_alone_a_case_climbs_each_rung_once(at, people):
    case = claim(at, by=people["officer"])
    for hours in range(0, 24 * 40, 1):
        escalate_cases(at=at + timedelta(hours=hours))
    found = kinds(case)
    assert [kind for kind in found if kind != "reminder"] == [
        "supervision_city", "supervision_province", "talk", "listed", "leader",
    ]  # fmt: skip
    assert found.count("reminder") == 3  # dispatch, verify, accept
    assert told(people["city"], "case-supervision_city") == 1
    assert told(people["province"], "case-supervision_province") == 1
    assert told(people["mayor"], "case-talk") == 1
    assert told(people["officer"], "case-reminder") == 3
    assert told(people["chief"], "case-reminder") == 3
    assert CaseEvent.objects.filter(case=case, public=True, kind="rung-supervision_city").count() == 1
    assert trail.verify().holds


def test_a_reminder_comes_before_the_end_and_not_at_the_start(at, people):
    case = claim(at, by=people["officer"])
    assert escalate_cases(at=at) == 0
    assert escalate_cases(at=at + timedelta(minutes=59)) == 0
    assert escalate_cases(at=at + timedelta(minutes=61)) == 1
    assert CaseRung.objects.get(case=case).step == "dispatch"
    assert escalate_cases(at=at + timedelta(minutes=62)) == 0


def test_a_worker_that_slept_skips_the_reminder_but_no_rung(at, people):
    case = claim(at, by=people["officer"])
    CaseClock.objects.filter(case=case).exclude(step="dispatch").delete()
    assert escalate_cases(at=at + timedelta(hours=3)) == 1
    assert kinds(case) == ["supervision_city"]


def test_a_clock_set_back_does_nothing_twice(at, people):
    case = claim(at, by=people["officer"])
    escalate_cases(at=at + timedelta(days=60))
    before = kinds(case)
    escalate_cases(at=at)
    escalate_cases(at=at + timedelta(days=60))
    assert kinds(case) == before


def test_acting_in_time_keeps_it_down(at, people):
    case = claim(at, by=people["officer"])
    soon = at + timedelta(minutes=30)
    move(case=case, to="dispatched", by=people["officer"], at=soon)
    assert escalate_cases(at=at + timedelta(hours=3)) == 0
    move(case=case, to="ended", by=people["officer"], at=soon)
    assert escalate_cases(at=at + timedelta(days=300)) == 0


def test_opened_again_it_may_climb_again(at, people):
    case = claim(at, by=people["officer"])
    escalate_cases(at=at + timedelta(hours=3))
    case = move(case=case, to="ended", by=people["officer"], at=at + timedelta(hours=4))
    Case.objects.filter(pk=case.pk).update(reopened=1)
    move(case=case, to="accepted", by=people["officer"], at=at + timedelta(hours=5))
    escalate_cases(at=at + timedelta(days=200))
    assert kinds(case).count("supervision_city") == 2


def test_an_extension_that_is_approved_is_a_new_deadline(at, people):
    case = move(case=claim(at, region="520102"), to="accepted", by=people["officer"], at=at)
    CaseClock.objects.filter(case=case, step="verify").delete()
    clock = CaseClock.objects.get(case=case, step="investigate")
    change = clock_changes.ask_for_extension(clock=clock, reason="复杂", by=people["officer"], at=at)
    first = clock.due_at
    escalate_cases(at=first - timedelta(hours=10))
    assert kinds(case) == ["reminder"]
    clock_changes.decide(change=change, approved=True, by=people["chief"], at=first - timedelta(hours=9))
    assert escalate_cases(at=first + timedelta(days=1)) == 0
    clock.refresh_from_db()
    assert escalate_cases(at=clock.due_at - timedelta(hours=10)) == 1


def test_a_chief_raises_a_case_by_hand_and_the_clock_does_not_repeat_it(at, people, units):
    case = claim(at, by=people["officer"])
    rung = raise_case(case=case, kind="talk", to=units["government"], reason="老板失联", by=people["chief"], at=at)
    with pytest.raises(CannotMove):
        raise_case(case=case, kind="talk", to=units["government"], reason="再谈", by=people["chief"], at=at)
    with pytest.raises(ValueError, match="rung"):
        raise_case(case=case, kind="reminder", to=None, reason="", by=people["chief"], at=at)
    escalate_cases(at=at + timedelta(days=90))
    assert kinds(case).count("talk") == 1
    ladder.record_minutes(rung=rung, attended="县长、总包", minutes="三日内付清", by=people["mayor"], at=at)
    with pytest.raises(CannotMove):
        ladder.record_minutes(rung=rung, attended="县长", minutes="又", by=people["mayor"], at=at)


def test_an_unclaimed_case_is_told_to_the_chiefs(at, people):
    claim(at)
    escalate_cases(at=at + timedelta(hours=3))
    assert told(people["chief"], "case-supervision_city") == 1


def test_a_case_that_was_looked_at_is_left_alone_until_its_next_rung(at, people):
    for n in range(5):
        claim(at, key=f"k{n}")
    escalate_cases(at=at + timedelta(hours=3))
    with CaptureQueriesContext(connection) as asked:
        assert escalate_cases(at=at + timedelta(hours=3, seconds=20)) == 0
    assert len(asked) == 1


def test_a_crash_between_two_cases_loses_nothing(at, people, monkeypatch):
    for n in range(3):
        claim(at, key=f"k{n}")
    real, seen = ladder._climb, []

    def dies(case, **more):
        seen.append(case.pk)
        if len(seen) == 2:
            raise RuntimeError("power cut")
        return real(case, **more)

    monkeypatch.setattr(ladder, "_climb", dies)
    late = at + timedelta(hours=3)
    with pytest.raises(RuntimeError):
        escalate_cases(at=late)
    monkeypatch.undo()
    escalate_cases(at=late)
    assert CaseRung.objects.filter(kind="supervision_city").count() == 3
    assert escalate_cases(at=late) == 0
