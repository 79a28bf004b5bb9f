"""Bad days of cases: two at once, a worker that is killed, a clock set back. Nothing is lost or doubled."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from anxin.cases import clock_changes, concluding, lane, money, taking, tasks
from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.flow import CannotMove, move
from anxin.cases.ladder import escalate_cases, raise_case
from anxin.cases.matching import match_payments
from anxin.cases.models import Case, CaseClock, CaseEvent, CaseRung, Claim, WageReceived
from anxin.cases.orders import lapse_orders, order_payment
from anxin.notices.models import Notice
from anxin.people import trail
from anxin.people.models import Event
from anxin.worker import slow_turn
from tests.cases.claims import claim, member, only, pays
from tests.portal.hands import make_people, make_units
from tests.portal.site import make_site
from tests.stories.folders import ROOT, command, folder, python
from tests.stories.test_bad_days import AT, Killed
from tests.threads import at_once

LATE = AT + timedelta(hours=3)


@pytest.fixture
def people() -> dict:
    return make_people(make_units())


def test_one_form_sent_twice_at_once_is_one_claim(transactional_db, people):
    for n in range(5):
        told = Told(door="qr", key=f"thumb-{n}", people=[Person(name="工人", claimed_fen=100)], region_code="140105")
        gave = at_once(*[lambda t=told: file_claim(t, at=AT)] * 3)
        assert sorted(one.new for one in gave) == [False, False, True], gave
        assert len({one.claim.number for one in gave}) == 1
    assert Case.objects.count() == Claim.objects.count() == Event.objects.filter(action="claim-filed").count() == 5
    assert trail.verify().holds


def test_one_officer_acts_on_two_cases_at_once(transactional_db, people):
    # Taking locks the officer and then writes the trail; a move writes the trail and names the officer when it commits.
    officer = people["officer"]
    for n in range(12):
        taken, moved = (claim(AT, key=f"k{n}-{place}") for place in range(2))
        gave = at_once(
            lambda c=taken: taking.take(case=c, by=officer, at=AT),
            lambda c=moved: move(case=c, to="accepted", by=officer, at=AT),
        )
        assert [type(one) for one in gave] == [Case] * 2, gave
    assert trail.verify().holds


@pytest.mark.parametrize("act", ["move", "lane", "conclude", "reopen", "raise", "decide", "finish"])
def test_two_officers_at_once_one_does_it_and_the_other_is_told(transactional_db, people, act):
    officer, second, chief, city = (people[name] for name in ("officer", "second", "chief", "city"))
    for n in range(4):
        case = move(case=claim(AT, key=f"k{n}", by=officer), to="accepted", by=officer, at=AT)
        if act == "move":
            pair = [lambda by=by, c=case: move(case=c, to="filed", by=by, at=AT) for by in (officer, second)]
        elif act == "lane":
            pair = [lambda by=by, c=case: lane.enter(case=c, reason="清楚", by=by, at=AT) for by in (officer, second)]
        elif act == "raise":
            pair = [
                lambda by=by, c=case: raise_case(case=c, kind="talk", to=None, reason="拖延", by=by, at=AT)
                for by in (chief, city)
            ]
        elif act == "decide":
            clock = CaseClock.objects.get(case=case, step="investigate", basis="statute")
            change = clock_changes.ask_for_extension(clock=clock, reason="复杂", by=officer, at=AT)
            pair = [
                lambda by=by, yes=yes, c=change: clock_changes.decide(change=c, approved=yes, by=by, at=AT)
                for by, yes in ((chief, True), (city, False))
            ]
        elif act == "finish":
            task = tasks.add_task(case=case, organisation=people["housing"].organisation, task="核实", within="1 day",
                                  by=officer, at=AT)  # fmt: skip
            pair = [
                lambda text=text, t=task: tasks.finish_task(task=t, answer=text, by=people["housing"], at=AT)
                for text in ("有", "无")
            ]
        else:
            money.confirm(claimant=only(case), on=AT.date(), at=AT)
            pair = [
                lambda by=by, c=case: concluding.conclude(case=c, conclusion="paid", note="", by=by, at=AT)
                for by in (officer, second)
            ]
            if act == "reopen":
                case = pair[0]()
                pair = [
                    lambda by=by, c=case: concluding.reopen(case=c, reason="有误", by=by, at=AT)
                    for by in (officer, second)
                ]
        gave = at_once(*pair)
        assert sum(isinstance(one, CannotMove) for one in gave) == 1, gave
        assert sum(not isinstance(one, Exception) for one in gave) == 1, gave
        assert CaseClock.objects.filter(case=case, done_at=None).values("step", "basis").distinct().count() == (
            CaseClock.objects.filter(case=case, done_at=None).count()
        )
    assert trail.verify().holds


def test_two_workers_at_once_count_each_payment_and_climb_each_rung_once(transactional_db, people):
    site = make_site(AT)
    cases = [
        order_payment(case=move(case=claim(AT, [member(who)], site=site, key=f"k{n}", by=people["officer"]),
                                to="accepted", by=people["officer"], at=AT),
                      until=AT.date(), by=people["officer"], at=AT)
        for n, who in enumerate((site.failed, site.forgotten))
    ]  # fmt: skip
    pays(2, "again", AT)
    gave = at_once(lambda: match_payments(at=AT), lambda: match_payments(at=AT))
    assert sum(one.new for one in gave) == WageReceived.objects.count() == 1
    late = AT + timedelta(days=1)
    assert sum(at_once(lambda: lapse_orders(at=late), lambda: lapse_orders(at=late))) == 1
    assert {Case.objects.get(pk=case.pk).state for case in cases} == {"paying", "overdue"}
    much_later = AT + timedelta(days=300)
    assert sum(at_once(lambda: escalate_cases(at=much_later), lambda: escalate_cases(at=much_later))) == (
        CaseRung.objects.count()
    )
    assert trail.verify().holds


def test_paid_and_lapsed_at_the_same_moment(transactional_db, people):
    site = make_site(AT)
    case = move(case=claim(AT, [member(site.failed)], site=site), to="accepted", by=people["officer"], at=AT)
    order_payment(case=case, until=AT.date(), by=people["officer"], at=AT)
    pays(2, "again", AT)
    late = AT + timedelta(days=1)
    gave = at_once(lambda: match_payments(at=late), lambda: lapse_orders(at=late))
    assert not any(isinstance(one, Exception) for one in gave), gave
    case.refresh_from_db()
    # Whichever came first, the money counts and the case goes on to be closed.
    assert (case.received_fen, case.state) == (500_000, "paying")
    assert trail.verify().holds


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_fails_between_rung_and_notice_leaves_nothing_half_done(people, monkeypatch):
    case = claim(AT, by=people["officer"])

    def die(**_fields: object) -> None:
        assert CaseRung.objects.exists()
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("anxin.cases.ladder.notify", die)
        with pytest.raises(Killed):
            escalate_cases(at=LATE)
    assert (CaseRung.objects.count(), Event.objects.filter(action__startswith="case-escalate").count()) == (0, 0)
    assert not CaseEvent.objects.filter(case=case, kind__startswith="rung").exists()
    assert escalate_cases(at=LATE) == 1
    assert escalate_cases(at=LATE) == 0
    assert Notice.objects.filter(kind="case-supervision_city", to=people["city"]).count() == 1


SETTING = """
from tests.stories.test_bad_days import AT
from tests.cases.claims import claim, member, pays
from tests.portal.hands import make_people, make_units
from tests.portal.site import make_site
people = make_people(make_units()); site = make_site(AT)
claim(AT, [member(site.failed), member(site.forgotten)], site=site, by=people["officer"])
pays(2, "again", AT); pays(3, "first", AT)
"""
KILLED = """
import os, signal
from anxin.cases import money
from anxin.cases.matching import match_payments
from anxin.cases.models import WageReceived
from tests.stories.test_bad_days import AT
real, seen = money._count, []
def die(case):
    seen.append(case)
    if len(seen) == 2:
        assert WageReceived.objects.count() == 2
        os.kill(os.getpid(), signal.SIGKILL)
    return real(case)
money._count = die
match_payments(at=AT)
"""
COUNT = """
from anxin.cases.models import Case, WageReceived
from anxin.people import trail
print(WageReceived.objects.count(), Case.objects.get().received_fen, trail.verify().holds)
"""
AGAIN = """
from anxin.cases.matching import match_payments
from tests.stories.test_bad_days import AT
match_payments(at=AT); match_payments(at=AT)
"""


def test_a_worker_that_is_killed_between_two_receipts(tmp_path: Path):
    env = folder(tmp_path, "killedcase")
    command(env, "init")
    python(env, SETTING)
    setup = "import django; django.setup()\n"
    died = subprocess.run([sys.executable, "-c", setup + KILLED], env=env, cwd=ROOT, capture_output=True, text=True)
    assert died.returncode == -9, died.stderr
    assert python(env, COUNT).split() == ["1", "500000", "True"]
    assert python(env, AGAIN + COUNT).split() == ["2", "1000000", "True"]


@pytest.mark.django_db
def test_a_clock_set_back_neither_repeats_nor_forgets(people):
    case = claim(AT, by=people["officer"])
    assert escalate_cases(at=LATE) == 1
    rungs = list(CaseRung.objects.values_list("kind", "at"))
    for hours in (1, 24, 24 * 40):
        earlier = LATE - timedelta(hours=hours)
        assert escalate_cases(at=earlier) == 0
        assert lapse_orders(at=earlier) == 0
    case = move(case=case, to="accepted", by=people["officer"], at=AT - timedelta(days=1))
    assert case.due_at == min(clock.due_at for clock in CaseClock.objects.filter(case=case, done_at=None))
    assert list(CaseRung.objects.values_list("kind", "at")) == rungs
    assert trail.verify().holds


@pytest.mark.django_db(transaction=True)
def test_the_workers_slow_turn_looks_after_cases(people):
    claim(AT, by=people["officer"])
    slow_turn(LATE, {})
    assert CaseRung.objects.filter(kind="supervision_city").count() == 1
