"""A case is taken apart while a backstop pays: nobody's money is lost, and nobody's is paid twice."""

from datetime import datetime

import pytest

from anxin.cases import merging
from anxin.cases.flow import CannotMove
from anxin.cases.matching import match_payments
from anxin.cases.models import Case, Claimant, WageReceived
from anxin.cases.money import receive
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PaymentRow
from anxin.law.civil import SHANGHAI
from anxin.ledger.sealing import seal
from anxin.people import trail
from anxin.registry import actions
from anxin.remedies import draws, recovery
from anxin.remedies.backstops import plan
from anxin.remedies.for_workers import tracks_for_claim
from anxin.remedies.models import Draw, DrawLine, Fund, Recovery, TopUp
from anxin.remedies.particulars import standing
from anxin.remedies.payouts import answers_from_ledger, count_once, pay_list, payout_file
from anxin.remedies.sources import available_fen, draws_about
from tests.people import identity, make_project
from tests.remedies.matters import Office, make_case, make_office, people_of
from tests.threads import at_once

AT = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)
OVERDUE = ("accepted", "ordered", "overdue")
STAYS, GOES = 700_000, 300_000


@pytest.fixture
def office(transactional_db) -> Office:
    return make_office()


def make_fund(office: Office, fen: int = 2_000_000) -> Fund:
    fund = Fund.objects.create(organisation=office.unit, region_code="140100", name="周转金")
    recovery.book(fund=fund, amount_fen=fen, on=AT.date(), note="拨入", by=office.chief, at=AT)
    return fund


def asked(source, office: Office) -> tuple[Case, Draw, Claimant]:
    """A case of two, a draw asked for both, and the second of them, who will go."""
    case = make_case(AT, [STAYS, GOES], office=office, path=OVERDUE)
    draw = draws.ask(case=case, source=source, by=office.officer, at=AT, reason="逾期")
    return case, draw, people_of(case)[1]


def part(case: Case, claimant: Claimant, office: Office) -> Case:
    return merging.split(case=case, claimants=[claimant.pk], reason="事实不同", by=office.officer, at=AT)


def line_of(draw: Draw, claimant: Claimant) -> DrawLine:
    return DrawLine.objects.select_related("draw__case", "draw__deposit", "draw__fund", "draw__pledge").get(
        draw=draw, claimant=claimant
    )


def test_who_was_split_off_is_paid_from_the_draw_that_names_him(at, office):
    deposit = actions.record_deposit(project=make_project(AT), form="cash", on=AT.date(), at=AT, amount_fen=2_000_000)
    case, draw, goes = asked(deposit, office)
    draws.decide(draw=draw, approved=True, by=office.chief, at=AT)
    fresh = part(case, goes, office)
    assert available_fen(deposit, AT.date()) == 1_000_000  # kept for both, once
    there = plan(fresh, at=AT)
    assert (there.owed_fen, there.promised_fen) == (0, GOES)
    with pytest.raises(CannotMove):  # what is promised to him is not promised again
        draws.ask(case=fresh, source=deposit, by=office.officer, at=AT, reason="再申请")
    assert list(draws_about(fresh)) == list(draws_about(case)) == [draw]
    goes.refresh_from_db()
    assert [track.title["zh"] for track in tracks_for_claim(goes.claim)] == ["先行垫付"]
    assert {line.worker_id for line in pay_list(Draw.objects.get(pk=draw.pk)).lines} == {
        one.worker_id for one in Claimant.objects.all()
    }

    for one in Claimant.objects.all():
        draws.paid(line=line_of(draw, one), on=AT.date(), by=office.officer, at=AT, reference=f"B{one.pk}")
    assert dict(Case.objects.values_list("pk", "received_fen")) == {case.pk: STAYS, fresh.pk: GOES}
    assert plan(fresh, at=AT).promised_fen == 0
    assert TopUp.objects.get().amount_fen == STAYS + GOES
    with pytest.raises(CannotMove):
        draws.paid(line=line_of(draw, goes), on=AT.date(), by=office.officer, at=AT, reference="again")
    assert WageReceived.objects.count() == 2
    assert trail.verify().holds


def test_the_bank_answers_for_him_in_his_own_case(at, office):
    fund = make_fund(office)
    case, draw, goes = asked(fund, office)
    draws.decide(draw=draw, approved=True, by=office.chief, at=AT)
    payout_file(draw=draw, form="csv", by=office.officer, at=AT, page="x")
    fresh = part(case, goes, office)
    mark = draws.mark_of(line_of(draw, goes))
    pay = PaymentRow("", mark, GOES, "paid", AT.date(), "P1", "", identity(2), month="2026-04")
    assert admit([pay], arrival=Arrival("test", AT)).accepted == 1
    seal(at=AT)
    match_payments(at=AT)
    assert answers_from_ledger(at=AT) == 1
    match_payments(at=AT)
    assert (answers_from_ledger(at=AT), count_once(at=AT)) == (0, 0)
    fresh.refresh_from_db()
    assert fresh.received_fen == GOES
    assert WageReceived.objects.get().claimant_id == goes.pk
    draws.cancel(draw=draw, reason="单位已付", by=office.officer, at=AT)
    assert available_fen(fund, AT.date()) == 2_000_000 - GOES
    assert Recovery.objects.get().claimed_fen == GOES


def test_what_could_not_be_paid_goes_back_and_is_asked_for_in_his_case(at, office):
    fund = make_fund(office)
    case, draw, goes = asked(fund, office)
    draws.decide(draw=draw, approved=True, by=office.chief, at=AT)
    fresh = part(case, goes, office)
    draws.not_paid(line=line_of(draw, goes), why="销户", by=office.officer, at=AT, give_back=True)
    assert available_fen(fund, AT.date()) == 2_000_000 - STAYS
    again = draws.ask(case=fresh, source=fund, by=office.officer, at=AT, reason="换卡")
    assert again.amount_fen == GOES
    draws.decide(draw=again, approved=True, by=office.chief, at=AT)
    assert available_fen(fund, AT.date()) == 1_000_000


def test_a_draw_not_yet_approved_is_called_off_and_asked_for_in_both(at, office):
    fund = make_fund(office)
    case, draw, goes = asked(fund, office)
    fresh = part(case, goes, office)
    with pytest.raises(CannotMove) as no:
        draws.decide(draw=draw, approved=True, by=office.chief, at=AT)
    assert "拆分" in no.value.zh
    draws.cancel(draw=draw, reason="分别申请", by=office.officer, at=AT)
    for one, fen in ((case, STAYS), (fresh, GOES)):
        anew = draws.ask(case=one, source=fund, by=office.officer, at=AT, reason="逾期")
        assert anew.amount_fen == fen
        draws.decide(draw=anew, approved=True, by=office.chief, at=AT)
    assert available_fen(fund, AT.date()) == 1_000_000


def test_joined_again_nothing_is_promised_twice(at, office):
    fund = make_fund(office)
    case, draw, goes = asked(fund, office)
    draws.decide(draw=draw, approved=True, by=office.chief, at=AT)
    fresh = part(case, goes, office)
    main = merging.merge(into=fresh, other=case, by=office.officer, at=AT)
    assert Draw.objects.get().case == main
    found = plan(main, at=AT)
    assert (found.owed_fen, found.promised_fen) == (0, STAYS + GOES)
    draws.paid(line=line_of(draw, goes), on=AT.date(), by=office.officer, at=AT, reference="B")
    main.refresh_from_db()
    assert main.received_fen == GOES


def test_paid_from_the_old_case_while_the_new_one_asks(transactional_db):
    office = make_office()
    fund = make_fund(office)
    case = make_case(AT, [STAYS, GOES], office=office, path=OVERDUE)
    people = people_of(case)
    lines = {people[0].pk: STAYS, people[1].pk: 100_000}
    draw = draws.ask(case=case, source=fund, by=office.officer, at=AT, reason="逾期", lines=lines)
    draws.decide(draw=draw, approved=True, by=office.chief, at=AT)
    fresh = part(case, people[1], office)
    gave = at_once(
        lambda: draws.paid(line=line_of(draw, people[1]), on=AT.date(), by=office.officer, at=AT, reference="B1"),
        lambda: draws.ask(case=fresh, source=fund, by=office.officer, at=AT, reason="其余"),
        lambda: draws.paid(line=line_of(draw, people[0]), on=AT.date(), by=office.officer, at=AT, reference="B2"),
    )
    assert [type(one) for one in gave] == [DrawLine, Draw, DrawLine], gave
    assert gave[1].amount_fen == GOES - 100_000
    assert dict(Case.objects.values_list("pk", "received_fen")) == {case.pk: STAYS, fresh.pk: 100_000}
    assert available_fen(fund, AT.date()) == 2_000_000 - STAYS - 100_000
    assert trail.verify().holds


def test_who_told_twice_is_owed_once_after_the_two_are_joined(at, office):
    """The phone and then the hall: joined, he is one person, and one draw pays him once, whichever row it names."""
    project = make_project(AT)
    deposit = actions.record_deposit(project=project, form="cash", on=AT.date(), at=AT, amount_fen=2_000_000)
    main = make_case(AT, [STAYS], project=project, office=office, path=OVERDUE)
    other = make_case(AT, [STAYS - 100_000], project=project, office=office, path=(), key="2", months=("2026-03",))
    main = merging.merge(into=main, other=other, by=office.officer, at=AT)
    first, again = people_of(main)
    assert (main.people, standing(main)) == (1, [first])
    assert (plan(main, at=AT).owed_fen, plan(main, at=AT).promised_fen) == (STAYS, 0)
    with pytest.raises(CannotMove):
        draws.ask(case=main, source=deposit, by=office.officer, at=AT, reason="逾期", lines={again.pk: 100_000})
    draw = draws.ask(case=main, source=deposit, by=office.officer, at=AT, reason="逾期")
    assert draw.amount_fen == STAYS
    draws.decide(draw=draw, approved=True, by=office.chief, at=AT)
    assert (plan(main, at=AT).owed_fen, plan(main, at=AT).promised_fen) == (0, STAYS)
    draws.paid(line=line_of(draw, first), on=AT.date(), by=office.officer, at=AT, reference="B")
    with pytest.raises(CannotMove):
        draws.ask(case=main, source=deposit, by=office.officer, at=AT, reason="再申请")


def test_what_came_to_him_in_the_other_claim_is_not_paid_again(at, office):
    project = make_project(AT)
    deposit = actions.record_deposit(project=project, form="cash", on=AT.date(), at=AT, amount_fen=2_000_000)
    main = make_case(AT, [STAYS], project=project, office=office, path=OVERDUE)
    other = make_case(AT, [GOES], project=project, office=office, path=(), key="2")
    receive(claimant=people_of(other)[0], proof="bank", amount_fen=GOES, received_on=AT.date(), at=AT, reference="B")
    main = merging.merge(into=main, other=other, by=office.officer, at=AT)
    assert plan(main, at=AT).promised_fen == 0
    assert draws.ask(case=main, source=deposit, by=office.officer, at=AT, reason="逾期").amount_fen == STAYS - GOES


def test_other_months_of_his_are_other_money(at, office):
    project = make_project(AT)
    main = make_case(AT, [STAYS], project=project, office=office, months=("2026-01",))
    other = make_case(AT, [GOES], project=project, office=office, path=(), key="2", months=("2026-02",))
    main = merging.merge(into=main, other=other, by=office.officer, at=AT)
    assert plan(main, at=AT).owed_fen == STAYS + GOES
