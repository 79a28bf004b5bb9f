"""The three-day lane, pauses and extensions, orders to pay by a date."""

from datetime import date, timedelta

import pytest

from anxin.cases import clock_changes, lane, orders
from anxin.cases.flow import CannotMove, move
from anxin.cases.matching import match_payments
from anxin.cases.models import Case, CaseClock, CaseEvent
from anxin.law.civil import civil_date
from anxin.notices.models import Notice
from anxin.people.models import Event
from anxin.registry.models import ArrearsReport
from tests.cases.claims import claim, member, only, pays

pytestmark = pytest.mark.django_db


def clock_of(case: Case, step: str, basis: str) -> CaseClock:
    return CaseClock.objects.get(case=case, step=step, basis=basis)


def test_the_lane_counts_from_the_claim_not_from_the_decision(at, people):
    case = claim(at)
    later = at + timedelta(hours=20)
    case = lane.enter(case=case, reason="考勤、工资表齐全", by=people["officer"], at=later)
    clear = clock_of(case, "clear", "local")
    assert (clear.started_at, civil_date(clear.due_at)) == (at, date(2026, 4, 23))
    assert civil_date(clock_of(case, "accept", "local").due_at) == date(2026, 4, 20)
    assert case.due_at == CaseClock.objects.filter(case=case, done_at=None).order_by("due_at").first().due_at
    with pytest.raises(CannotMove):
        lane.enter(case=case, reason="再来", by=people["officer"], at=later)


def test_what_the_case_has_passed_does_not_start_again(at, people):
    case = move(case=claim(at), to="accepted", by=people["officer"], at=at)
    case = lane.enter(case=case, reason="事实清楚", by=people["officer"], at=at + timedelta(hours=1))
    assert CaseClock.objects.filter(case=case, step="clear", done_at=None).exists()
    assert not CaseClock.objects.filter(case=case, step="accept", basis="local").exists()


def test_leaving_the_lane_keeps_the_reason_and_drops_its_clocks(at, people):
    case = lane.enter(case=claim(at), reason="事实清楚", by=people["officer"], at=at)
    with pytest.raises(ValueError, match="reason"):
        lane.leave(case=case, reason="  ", by=people["officer"], at=at)
    case = lane.leave(case=case, reason="分包对工日有争议", by=people["officer"], at=at + timedelta(hours=3))
    assert (case.lane, case.lane_reason) == ("ordinary", "分包对工日有争议")
    clear = clock_of(case, "clear", "local")
    assert (clear.dropped, clear.done_at) == (True, at + timedelta(hours=3))
    assert not clock_of(case, "accept", "statute").dropped
    private = CaseEvent.objects.get(case=case, kind="lane-ordinary")
    assert (private.public, "争议" in private.zh) == (False, True)
    assert "争议" not in CaseEvent.objects.get(case=case, kind="lane-left", public=True).zh
    again = lane.enter(case=case, reason="争议已澄清", by=people["officer"], at=at + timedelta(hours=4))
    assert CaseClock.objects.get(case=again, step="clear", done_at=None).started_at == at


def test_opened_again_the_three_days_begin_anew(at, people):
    case = lane.enter(case=claim(at), reason="事实清楚", by=people["officer"], at=at)
    case = move(case=case, to="ended", by=people["officer"], at=at)
    again = at + timedelta(days=30)
    case = move(case=case, to="accepted", by=people["officer"], at=again)
    case = lane.leave(case=case, reason="需要核实", by=people["officer"], at=again)
    case = lane.enter(case=case, reason="已核实", by=people["officer"], at=again + timedelta(days=1))
    assert CaseClock.objects.get(case=case, step="clear", done_at=None).started_at == again


def test_the_rules_hear_of_the_lane(at, site, people):
    case = claim(at, [member(site.failed)], site=site)
    case = move(case=case, to="accepted", by=people["officer"], at=at)
    assert not ArrearsReport.objects.get(number=case.number).plain
    lane.enter(case=case, reason="事实清楚", by=people["officer"], at=at)
    assert ArrearsReport.objects.get(number=case.number).plain
    lane.leave(case=case, reason="争议", by=people["officer"], at=at)
    assert not ArrearsReport.objects.get(number=case.number).plain


@pytest.fixture
def investigated(at, people) -> CaseClock:
    case = move(case=claim(at), to="accepted", by=people["officer"], at=at)
    return clock_of(case, "investigate", "statute")


def test_thirty_more_days_once_by_somebody_else(investigated, at, people):
    before = investigated.due_at
    change = clock_changes.ask_for_extension(clock=investigated, reason="案情复杂", by=people["officer"], at=at)
    assert Notice.objects.filter(to=people["chief"], kind="approve").count() == 1
    with pytest.raises(ValueError, match="somebody else"):
        clock_changes.decide(change=change, approved=True, by=people["officer"], at=at)
    with pytest.raises(CannotMove):
        clock_changes.ask_for_extension(clock=investigated, reason="再来", by=people["second"], at=at)
    clock_changes.decide(change=change, approved=True, by=people["chief"], at=at)
    with pytest.raises(CannotMove):
        clock_changes.decide(change=change, approved=False, by=people["chief"], at=at)
    investigated.refresh_from_db()
    assert investigated.due_at > before + timedelta(days=40)
    assert CaseEvent.objects.filter(case=investigated.case, kind="clock-extension", public=True).exists()
    assert Notice.objects.filter(to=people["officer"], kind="decided").count() == 1
    with pytest.raises(CannotMove):
        clock_changes.ask_for_extension(clock=investigated, reason="还要", by=people["officer"], at=at)


def test_a_pause_stands_until_it_is_lifted(investigated, at, people):
    before = investigated.due_at
    change = clock_changes.ask_for_pause(clock=investigated, reason="等待鉴定", by=people["officer"], at=at)
    clock_changes.decide(change=change, approved=True, by=people["chief"], at=at)
    investigated.refresh_from_db()
    assert investigated.due_at is None
    assert clock_changes.resume(clock=investigated, by=people["officer"], at=at + timedelta(days=14)).due_at > before
    with pytest.raises(CannotMove):
        clock_changes.resume(clock=investigated, by=people["officer"], at=at)


def test_a_promise_is_not_lengthened_and_a_refusal_changes_nothing(investigated, at, people):
    promise = clock_of(investigated.case, "investigate", "local")
    for ask in (clock_changes.ask_for_pause, clock_changes.ask_for_extension):
        with pytest.raises(CannotMove):
            ask(clock=promise, reason="忙", by=people["officer"], at=at)
    before = investigated.due_at
    change = clock_changes.ask_for_extension(clock=investigated, reason="忙", by=people["officer"], at=at)
    clock_changes.decide(change=change, approved=False, by=people["chief"], at=at)
    investigated.refresh_from_db()
    assert investigated.due_at == before


@pytest.fixture
def ordered(at, site, people) -> Case:
    case = move(case=claim(at, [member(site.failed)], site=site, by=people["officer"]), to="accepted",
                by=people["officer"], at=at)  # fmt: skip
    return orders.order_payment(case=case, until=date(2026, 4, 23), by=people["officer"], at=at)


def test_a_date_that_passes_unpaid_moves_the_case_on_once(ordered, at, people):
    assert (ordered.state, civil_date(ordered.due_at)) == ("ordered", date(2026, 4, 23))
    assert civil_date(clock_of(ordered, "pay", "order").due_at) == date(2026, 4, 23)
    assert orders.lapse_orders(at=at + timedelta(days=3)) == 0
    late = at + timedelta(days=4)
    assert orders.lapse_orders(at=late) == 1
    assert orders.lapse_orders(at=late) == 0
    ordered.refresh_from_db()
    assert ordered.state == "overdue"
    assert CaseClock.objects.filter(case=ordered, step="decide", done_at=None).exists()
    assert Notice.objects.filter(to=people["officer"], kind="case-overdue").count() == 1
    assert Event.objects.filter(action="case-overdue", by=None).count() == 1


def test_paid_by_the_date_nothing_lapses(ordered, at):
    pays(2, "again", at)
    match_payments(at=at)
    assert only(ordered).received_fen == 500_000
    assert orders.lapse_orders(at=at + timedelta(days=9)) == 0
    ordered.refresh_from_db()
    assert ordered.state == "paying"
    assert not CaseClock.objects.filter(case=ordered, step="pay", done_at=None).exists()


def test_ordered_again_the_date_begins_anew(ordered, at, people):
    orders.order_payment(case=ordered, until=date(2026, 4, 26), by=people["officer"], at=at + timedelta(days=1))
    assert CaseClock.objects.filter(case=ordered, step="pay", dropped=True).count() == 1
    assert orders.lapse_orders(at=at + timedelta(days=4)) == 0
    with pytest.raises(ValueError, match="ahead"):
        orders.order_payment(case=ordered, until=date(2026, 4, 19), by=people["officer"], at=at)
