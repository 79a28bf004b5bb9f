"""The four backstops: what the planner proposes, what a draw may take, who is paid, and how it comes back."""

import contextlib
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anxin.cases import flow
from anxin.cases.afterwards import withdraw
from anxin.cases.flow import CannotMove
from anxin.cases.matching import match_payments
from anxin.cases.models import Claimant, WageReceived
from anxin.cases.money import receive
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PaymentRow
from anxin.ledger.sealing import seal
from anxin.notices.models import Notice
from anxin.people import trail
from anxin.people.models import Organisation
from anxin.registry import actions
from anxin.remedies import draws, recovery
from anxin.remedies.backstops import plan
from anxin.remedies.models import Draw, DrawLine, Fund, FundEntry, Recovery, TopUp
from anxin.remedies.particulars import owed_fen, standing
from anxin.remedies.payouts import answers_from_ledger, count_once, pay_list, payout_file
from anxin.remedies.pledges import answer_pledge, ask_pledge
from anxin.remedies.sources import available_fen, open_sums, share_out
from anxin.vault.fields import seal_text
from tests.people import identity, make_project
from tests.portal.site import make_user
from tests.remedies.matters import make_case, make_office, people_of

pytestmark = pytest.mark.django_db

OVERDUE = ("accepted", "ordered", "overdue")
DAY = date(2026, 4, 20)


@pytest.fixture
def office():
    return make_office()


def make_deposit(project, at, fen=30_000_000, form="cash", **fields):
    return actions.record_deposit(project=project, form=form, on=date(2026, 3, 3), at=at, amount_fen=fen, **fields)


def make_fund(at, by, fen=5_000_000, region="140100", **fields):
    unit, _ = Organisation.objects.get_or_create(name=f"{region}财政局", kind="finance", region_code=region)
    fund = Fund.objects.create(organisation=unit, region_code=region, name=f"{region}应急周转金", **fields)
    if fen:
        recovery.book(fund=fund, amount_fen=fen, on=at.date(), note="财政拨入", by=by, at=at)
    return fund


def drawn(case, source, office, at, **fields):
    draw = draws.ask(case=case, source=source, by=office.officer, at=at, reason="逾期未付", **fields)
    return draws.decide(draw=draw, approved=True, by=office.chief, at=at)


# Deposit (form, fen, valid to), fund (fen), what is owed → what each gives and what is left over.
PLANS = [
    ([("cash", 3_000_000, None)], None, 1_000_000, [1_000_000], 0),
    ([("cash", 400_000, None)], 500_000, 1_000_000, [400_000, 500_000], 100_000),
    ([("guarantee", 3_000_000, date(2026, 4, 20))], None, 1_000_000, [1_000_000], 0),
    ([("guarantee", 3_000_000, date(2026, 4, 19))], 300_000, 1_000_000, [0, 300_000], 700_000),
    ([("insurance", 600_000, date(2027, 1, 1))], None, 1_000_000, [600_000], 400_000),
    ([("exempt", None, None)], 2_000_000, 1_000_000, [0, 1_000_000], 0),
    ([("cash", None, None)], None, 1_000_000, [0], 1_000_000),
    ([("cash", 200_000, None), ("insurance", 300_000, date(2027, 1, 1))], None, 1_000_000, [200_000, 300_000], 500_000),
    ([], 0, 1_000_000, [0], 1_000_000),
    ([], None, 1_000_000, [], 1_000_000),
]


@pytest.mark.parametrize(("deposits", "fund", "owed", "takes", "left"), PLANS)
def test_the_plan(at, office, deposits, fund, owed, takes, left):
    project = make_project(at)
    for number, (form, fen, until) in enumerate(deposits):
        make_deposit(project, at, fen, form, valid_to=until, number=str(number))
    if fund is not None:
        make_fund(at, office.chief, fund)
    found = plan(make_case(at, [owed], project=project, path=OVERDUE), at=at)
    assert [offer.take_fen for offer in found.offers] == takes
    assert (found.owed_fen, found.uncovered_fen) == (owed, left)


def test_a_deposit_waits_for_the_order_to_run_out(at, office):
    project = make_project(at)
    deposit = make_deposit(project, at)
    case = make_case(at, project=project, path=("accepted", "ordered"))
    offer = plan(case, at=at).offers[0]
    assert (offer.take_fen, offer.available_fen) == (0, 30_000_000)
    assert "责令支付期限届满" in offer.hindered_zh
    with pytest.raises(CannotMove):
        draws.ask(case=case, source=deposit, by=office.officer, at=at, reason="x")


def test_a_government_project_asks_the_treasury_a_state_firm_its_parent(at, office):
    finance = Organisation.objects.create(name="太原市财政局", kind="finance", region_code="140100")
    project = make_project(at, investment="government")
    case = make_case(at, [900_000], project=project, path=OVERDUE)
    offer = plan(case, at=at).offers[0]
    assert (offer.kind.key, offer.ask, offer.office) == ("treasury", True, finance)
    with pytest.raises(CannotMove):
        ask_pledge(case=case, kind="parent", asked_fen=900_000, payer="集团", by=office.officer, at=at)
    pledge = ask_pledge(
        case=case,
        kind="treasury",
        asked_fen=900_000,
        payer=finance.name,
        organisation=finance,
        by=office.officer,
        at=at,
    )
    waiting = plan(case, at=at)
    assert [offer.hindered_zh for offer in waiting.offers] == ["已请求，等对方答复金额"]
    assert waiting.uncovered_fen == 900_000
    agent = make_user("finance", "agency", "140100", organisation=finance)
    answer_pledge(pledge=pledge, amount_fen=500_000, by=agent, at=at)
    found = plan(case, at=at)
    assert [offer.take_fen for offer in found.offers if offer.source] == [500_000]
    assert found.uncovered_fen == 400_000
    pledge.refresh_from_db()
    draw = drawn(case, pledge, office, at)
    assert draw.amount_fen == 500_000
    with pytest.raises(CannotMove):
        draws.ask(case=case, source=pledge, by=office.officer, at=at, reason="再要", amount_fen=1)


def test_jinzhou_nobody_above_the_minimum_wage_and_all_within_a_fifth(at):
    office = make_office("210700")
    project = make_project(at, "J1", region_code="210700")
    fund = make_fund(at, office.chief, 50_000_000, "210700")
    sums = [3_000_000, 100_000, 1_900_000]
    case = make_case(at, sums, project=project, office=office, path=("accepted", "filed", "ordered"))
    offer = plan(case, at=at).offers[0]
    assert "月最低工资标准" in offer.hindered_zh
    Fund.objects.filter(pk=fund.pk).update(per_person_fen=198_000)
    fund.refresh_from_db()
    offer = plan(case, at=at).offers[0]
    assert sorted(offer.lines.values()) == [100_000, 198_000, 198_000]
    assert offer.bound_zh.startswith("每人不超过")
    people = people_of(case)
    with pytest.raises(CannotMove):
        draws.ask(case=case, source=fund, by=office.officer, at=at, reason="x", lines={people[0].pk: 198_001})
    Fund.objects.filter(pk=fund.pk).update(per_person_fen=3_000_000)
    fund.refresh_from_db()
    assert plan(case, at=at).offers[0].take_fen == 1_000_000  # a fifth of 5 million fen
    lines = {people[0].pk: 1_000_001}
    with pytest.raises(CannotMove):
        draws.ask(case=case, source=fund, by=office.officer, at=at, reason="x", lines=lines)
    beyond = draws.ask(case=case, source=fund, by=office.officer, at=at, reason="x", lines=lines, beyond="家中有病人")
    draws.decide(draw=beyond, approved=True, by=office.chief, at=at)
    assert plan(case, at=at).offers[0].take_fen == 0  # the fifth is used up


def test_a_fund_of_jinzhou_wants_an_investigation(at):
    office = make_office("210700")
    project = make_project(at, "J1", region_code="210700")
    fund = make_fund(at, office.chief, 50_000_000, "210700", per_person_fen=200_000)
    case = make_case(at, project=project, office=office)
    with pytest.raises(CannotMove):
        draws.ask(case=case, source=fund, by=office.officer, at=at, reason="x")


@given(st.dictionaries(st.integers(1, 50), st.integers(1, 10**9), min_size=1, max_size=12), st.integers(0, 10**10))
def test_sharing_out_keeps_every_fen(wanted, total):
    parts = share_out(wanted, total)
    assert sum(parts.values()) == min(total, sum(wanted.values()))
    assert all(0 < fen <= wanted[pk] for pk, fen in parts.items())
    if total < (whole := sum(wanted.values())):
        assert all(abs(parts.get(pk, 0) - fen * total / whole) <= 1 for pk, fen in wanted.items())


def test_from_asking_to_money_and_the_deposit_is_to_be_filled_up(at, office):
    clerk = make_user("clerk", "clerk", "", project="P1")
    project = make_project(at)
    deposit = make_deposit(project, at, 1_500_000)
    case = make_case(at, [1_000_000, 1_000_000], project=project, path=OVERDUE)
    draw = draws.ask(case=case, source=deposit, by=office.officer, at=at, reason="逾期未付")
    assert sorted(draw.lines.values_list("amount_fen", flat=True)) == [750_000, 750_000]
    with pytest.raises(CannotMove):
        draws.decide(draw=draw, approved=True, by=office.officer, at=at)
    draws.decide(draw=draw, approved=True, by=office.chief, at=at)
    case.refresh_from_db()
    assert case.state == "backstop"
    assert available_fen(deposit, DAY) == 0
    with pytest.raises(CannotMove):
        draws.decide(draw=draw, approved=False, by=office.chief, at=at, note="x")
    one, two = draw.lines.order_by("pk")
    draws.paid(line=one, on=at.date(), by=office.officer, at=at, reference="B1")
    with pytest.raises(CannotMove):
        draws.paid(line=one, on=at.date(), by=office.officer, at=at, reference="B2")
    draws.not_paid(line=two, why="户名不符", by=office.officer, at=at)
    draws.paid(line=two, on=at.date(), by=office.officer, at=at, reference="B3")
    draw.refresh_from_db()
    case.refresh_from_db()
    assert (draw.state, case.received_fen) == ("paid", 1_500_000)
    top_up = TopUp.objects.get()
    assert str(top_up.due_at.date()) == "2026-05-07"  # ten working days, with the holidays of May
    assert Notice.objects.filter(to=clerk, kind="top-up").count() == 1
    assert not Recovery.objects.exists()
    recovery.filled_up(top_up=top_up, on=at.date(), by=office.officer, at=at)
    assert available_fen(deposit, DAY) == 1_500_000
    assert trail.verify().holds


def test_what_came_meanwhile_stops_an_approval(at, office):
    project = make_project(at)
    deposit = make_deposit(project, at)
    case = make_case(at, [1_000_000], project=project, path=OVERDUE)
    draw = draws.ask(case=case, source=deposit, by=office.officer, at=at, reason="逾期未付")
    receive(claimant=people_of(case)[0], proof="bank", amount_fen=1, received_on=DAY, at=at, reference="B")
    with pytest.raises(CannotMove):
        draws.decide(draw=draw, approved=True, by=office.chief, at=at)
    draws.decide(draw=draw, approved=False, by=office.chief, at=at, note="已有款项到账")
    assert available_fen(deposit, DAY) == 30_000_000


def test_the_same_is_not_asked_for_twice_while_the_first_waits(at, office):
    case = make_case(at, [1_000_000, 1_000_000], office=office, path=OVERDUE)
    deposit, (one, two) = make_deposit(case.project, at), people_of(case)
    first = draws.ask(case=case, source=deposit, by=office.officer, at=at, reason="x", lines={one.pk: 400_000})
    with pytest.raises(CannotMove) as twice:
        draws.ask(case=case, source=deposit, by=office.officer, at=at, reason="x")
    assert "正在等审批" in twice.value.zh
    draws.ask(case=case, source=deposit, by=office.officer, at=at, reason="x", lines={two.pk: 400_000})
    draws.decide(draw=first, approved=False, by=office.chief, at=at, note="再核")
    draws.ask(case=case, source=deposit, by=office.officer, at=at, reason="x", lines={one.pk: 500_000})


def test_two_cases_cannot_share_one_deposit_twice(at, office):
    project = make_project(at)
    deposit = make_deposit(project, at, 1_000_000)
    first = make_case(at, [800_000], project=project, path=OVERDUE)
    second = make_case(at, [800_000], project=project, path=OVERDUE, key="2")
    asked = [draws.ask(case=case, source=deposit, by=office.officer, at=at, reason="x") for case in (first, second)]
    draws.decide(draw=asked[0], approved=True, by=office.chief, at=at)
    with pytest.raises(CannotMove):
        draws.decide(draw=asked[1], approved=True, by=office.chief, at=at)
    draws.cancel(draw=asked[0], reason="单位已付", by=office.officer, at=at)
    draws.decide(draw=asked[1], approved=True, by=office.chief, at=at)
    assert available_fen(deposit, DAY) == 200_000


def test_nobody_is_paid_first_for_one_month_in_two_cases(at, office):
    project = make_project(at)
    deposit = make_deposit(project, at)
    first, second = (make_case(at, [800_000], project=project, path=OVERDUE, key=key) for key in "12")
    other = make_case(at, [800_000], project=project, path=OVERDUE, key="3", months=["2025-12"])
    drawn(first, deposit, office, at)
    with pytest.raises(CannotMove) as told:
        draws.ask(case=second, source=deposit, by=office.officer, at=at, reason="x")
    assert "并案" in told.value.zh
    assert draws.ask(case=other, source=deposit, by=office.officer, at=at, reason="x").amount_fen == 800_000


def test_an_ended_case_is_granted_no_draw(at, office):
    case = make_case(at, [800_000], path=OVERDUE)
    draw = draws.ask(case=case, source=make_deposit(case.project, at), by=office.officer, at=at, reason="x")
    flow.move(case=case, to="ended", by=office.officer, at=at)
    with pytest.raises(CannotMove):
        draws.decide(draw=draw, approved=True, by=office.chief, at=at)
    assert draws.decide(draw=draw, approved=False, by=office.chief, at=at, note="已办结").state == "refused"


def test_who_got_his_money_or_withdrew_after_the_approval_is_in_no_file(at, office):
    project = make_project(at)
    case = make_case(at, [300_000, 200_000, 100_000], project=project, path=OVERDUE)
    draw = drawn(case, make_deposit(project, at), office, at)
    one, two, _ = people_of(case)
    receive(claimant=one, proof="bank", amount_fen=1, received_on=DAY, at=at, reference="B")
    withdraw(claimant=two, at=at)
    found = pay_list(draw)
    assert [line.amount_fen for line in found.lines] == [100_000]
    assert [why for _, why in found.left_out] == ["settled", "withdrawn"]


def test_the_pay_list_pays_own_accounts_only_and_writes_the_look_down(at, office):
    project = make_project(at)
    fund = make_fund(at, office.chief, account_sealed=seal_text("990011112222333344"), holder="周转金专户")
    case = make_case(at, [300_000, 200_000], project=project, path=OVERDUE)
    people = people_of(case)
    one = people[1].worker.engagements.get()
    one.card_sealed, one.card_token = b"", ""
    one.save()
    draw = drawn(case, fund, office, at)
    Claimant.objects.filter(pk=people[0].pk).update(name_sealed=seal_text("小测"))
    found = pay_list(draw)
    assert [(line.name, line.amount_fen) for line in found.lines] == [("测试1", 300_000)]  # as the account is called
    assert [(line.claimant_id, why) for line, why in found.left_out] == [(people[1].pk, "no_account")]
    text = payout_file(draw=draw, form="csv", by=office.officer, at=at, page="/draws/1/file").decode()
    assert "6222020000000001" in text
    assert "3000.00" in text
    xml = payout_file(draw=draw, form="xml", by=office.officer, at=at, page="/draws/1/file").decode()
    assert "990011112222333344" in xml
    looks = trail.events(action="look")
    assert looks.count() == 2
    assert "6222020000000001" not in str([event.changes for event in looks])
    with pytest.raises(CannotMove):  # a file of a deposit has no paying account
        payout_file(draw=drawn(case, make_deposit(project, at), office, at), form="xml", by=office.officer, at=at,
                    page="x")  # fmt: skip


def test_a_payment_told_twice_counts_once(at, office):
    case = make_case(at, [300_000], path=OVERDUE)
    draw = drawn(case, make_deposit(case.project, at), office, at)
    payout_file(draw=draw, form="csv", by=office.officer, at=at, page="x")
    line = draw.lines.get()
    draws.paid(line=line, on=DAY, by=office.officer, at=at)
    mark = draws.mark_of(line)
    receive(claimant=line.claimant, proof="bank", amount_fen=300_000, received_on=DAY, at=at, reference=f"1:2:{mark}")
    assert count_once(at=at) == 1
    case.refresh_from_db()
    assert case.received_fen == 300_000
    assert WageReceived.objects.get(void_at=None).reference == f"1:2:{mark}"
    assert count_once(at=at) == 0


def test_what_the_bank_says_of_a_draw_stays_received_whatever_its_month(at, office):
    case = make_case(at, [300_000], path=OVERDUE)  # January to March; the bank books it in April
    draw = drawn(case, make_deposit(case.project, at), office, at)
    payout_file(draw=draw, form="csv", by=office.officer, at=at, page="x")
    mark = draws.mark_of(draw.lines.get())
    pay = PaymentRow("", mark, 300_000, "paid", DAY, "P1", "", identity(1), month="2026-04")
    assert admit([pay], arrival=Arrival("test", at)).accepted == 1
    seal(at=at)
    match_payments(at=at)
    assert answers_from_ledger(at=at) == 1
    match_payments(at=at)
    assert count_once(at=at) == 0
    case.refresh_from_db()
    assert (case.received_fen, draw.lines.get().paid_on) == (300_000, DAY)


def test_what_a_fund_paid_comes_back_or_is_written_off_by_another(at, office):
    fund = make_fund(at, office.chief, 1_000_000)
    case = make_case(at, [900_000], path=OVERDUE)
    draw = drawn(case, fund, office, at)
    draws.paid(line=draw.lines.get(), on=DAY, by=office.officer, at=at)
    claim = Recovery.objects.get()
    assert (claim.claimed_fen, claim.debtor_name) == (900_000, "测试建设有限公司")
    assert available_fen(fund, DAY) == 100_000
    with pytest.raises(CannotMove):
        recovery.promise(recovery=claim, parts=[(DAY, 899_999)], by=office.officer, at=at)
    recovery.promise(recovery=claim, parts=[(DAY, 400_000), (date(2026, 6, 1), 500_000)], by=office.officer, at=at)
    for _ in range(2):  # the same voucher twice, however long its number
        recovery.received(recovery=claim, amount_fen=400_000, on=DAY, reference="V" * 130, by=office.officer, at=at)
    with pytest.raises(CannotMove):
        recovery.received(recovery=claim, amount_fen=500_001, on=DAY, reference="V2", by=office.officer, at=at)
    asked = recovery.ask_write_off(recovery=claim, amount_fen=500_000, reason="企业注销", by=office.officer, at=at)
    with pytest.raises(CannotMove):
        recovery.ask_write_off(recovery=claim, amount_fen=1, reason="再来", by=office.officer, at=at)
    with pytest.raises(CannotMove):
        recovery.decide_write_off(move=asked, approved=True, by=office.officer, at=at)
    recovery.decide_write_off(move=asked, approved=True, by=office.chief, at=at)
    claim.refresh_from_db()
    assert (claim.received_fen, claim.written_off_fen, claim.ended_at) == (400_000, 500_000, at)
    assert available_fen(fund, DAY) == 500_000


def test_a_fund_never_goes_below_nought(at, office):
    fund = make_fund(at, office.chief, 100_000)
    with pytest.raises(CannotMove):
        recovery.book(fund=fund, amount_fen=-100_001, on=DAY, note="他用", by=office.chief, at=at)
    recovery.book(fund=fund, amount_fen=-100_000, on=DAY, note="退回财政", by=office.chief, at=at)


ACTS = ["ask"] * 4 + ["approve"] * 4 + ["refuse", "paid", "paid", "failed", "back", "cancel", "wage", "fill", "fill"]
# What is done, to which of those there are, and how much of what may be asked, in per cent.
_HISTORY = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 11), st.integers(1, 100)), min_size=8, max_size=30)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=_HISTORY,
    sums=st.lists(st.integers(1, 500_000), min_size=1, max_size=3),
    cash=st.integers(0, 900_000),
    purse=st.integers(0, 900_000),
)
def test_no_order_of_acts_takes_more_than_there_is_or_is_due(at, steps, sums, cash, purse):
    """Any order of asking, approving, refusing, paying, failing, cancelling, wages coming in and filling up."""
    with transaction.atomic():
        office = make_office()
        project = make_project(at)
        deposit = make_deposit(project, at, cash)
        fund = make_fund(at, office.chief, purse)
        cases = [make_case(at, sums, project=project, office=office, path=OVERDUE, key=key) for key in "12"]
        for turn, (act, pick, part) in enumerate(steps):
            with contextlib.suppress(CannotMove):
                _do(act, pick, part, turn, cases, [deposit, fund], office, at)
            kept = {"deposit": 0, "fund": 0}
            for line in DrawLine.objects.filter(given_back_at=None).select_related("draw"):
                if line.draw.state in ("approved", "paying", "paid"):
                    kept[line.draw.kind] += line.amount_fen
            filled = sum(TopUp.objects.exclude(done_on=None).values_list("amount_fen", flat=True))
            back_to_fund = sum(FundEntry.objects.filter(kind="recovered").values_list("amount_fen", flat=True))
            assert kept["deposit"] <= cash + filled
            assert kept["fund"] <= purse + back_to_fund
            assert available_fen(fund, DAY) == purse + back_to_fund - kept["fund"]
            assert available_fen(deposit, DAY) == cash + filled - kept["deposit"]
            for case in cases:
                for person in people_of(case):
                    lines = DrawLine.objects.filter(claimant=person, given_back_at=None)
                    promised = sum(
                        line.amount_fen for line in lines.select_related("draw")
                        if line.draw.state in ("approved", "paying", "paid")
                    )  # fmt: skip
                    assert promised <= person.claimed_fen
                    assert sum(row.amount_fen for row in lines.exclude(paid_on=None)) <= person.received_fen
                open_ = open_sums(case, standing(case))
                assert all(open_.get(one.pk, 0) <= owed_fen(one) for one in standing(case))
            for claim in Recovery.objects.all():
                moved = sum(
                    move.amount_fen for move in claim.moves.all()
                    if move.kind == "received" or (move.kind == "write_off" and move.approved)
                )  # fmt: skip
                assert claim.received_fen + claim.written_off_fen == moved
                assert recovery.open_fen(claim) == claim.claimed_fen - moved >= 0
                assert (claim.ended_at is not None) == (recovery.open_fen(claim) == 0)
        transaction.set_rollback(True)


def _do(act, pick, part, turn, cases, sources, office, at):
    every = list(Draw.objects.filter(state="asked").order_by("pk")) or list(Draw.objects.order_by("pk"))
    waiting = list(DrawLine.objects.filter(paid_on=None, given_back_at=None).order_by("pk"))
    claims = list(Recovery.objects.order_by("pk"))
    if act == "ask":
        case, source = cases[pick % 2], sources[pick // 2 % 2]
        most = min(sum(open_sums(case, standing(case)).values()), available_fen(source, DAY))
        fen = -(-most * part // 100)
        draws.ask(case=case, source=source, by=office.officer, at=at, reason="x", amount_fen=fen)
    elif act in ("approve", "refuse") and every:
        draws.decide(draw=every[pick % len(every)], approved=act == "approve", by=office.chief, at=at, note="x")
    elif act == "paid" and waiting:
        draws.paid(line=waiting[pick % len(waiting)], on=DAY, by=office.officer, at=at)
    elif act in ("failed", "back") and waiting:
        draws.not_paid(line=waiting[pick % len(waiting)], why="x", by=office.officer, at=at, give_back=act == "back")
    elif act == "cancel" and every:
        draws.cancel(draw=every[pick % len(every)], reason="x", by=office.officer, at=at)
    elif act == "wage":
        person = people_of(cases[pick % 2])[0]
        fen = open_sums(cases[pick % 2], standing(cases[pick % 2])).get(person.pk, 0) * part // 100
        if fen:
            receive(claimant=person, proof="bank", amount_fen=fen, received_on=DAY, at=at, reference=f"W{turn}")
    elif act == "fill":
        for row in TopUp.objects.filter(done_on=None)[:1]:
            recovery.filled_up(top_up=row, on=DAY, by=office.officer, at=at)
        for claim in claims[pick % len(claims) :][:1] if claims else []:
            fen = -(-claim.claimed_fen * part // 100)
            if pick % 3:
                recovery.received(
                    recovery=claim, amount_fen=fen, on=DAY, reference=f"V{turn}", by=office.officer, at=at
                )
            else:
                move = recovery.ask_write_off(recovery=claim, amount_fen=fen, reason="x", by=office.officer, at=at)
                recovery.decide_write_off(move=move, approved=bool(pick % 2), by=office.chief, at=at)


def test_a_day_that_lies_ahead_is_no_payment(at, office):
    case = make_case(at, [300_000], path=OVERDUE)
    draw = drawn(case, make_deposit(case.project, at), office, at)
    with pytest.raises(CannotMove):
        draws.paid(line=draw.lines.get(), on=DAY + timedelta(days=1), by=office.officer, at=at)


@pytest.mark.parametrize(
    ("months", "again", "refused"),
    [
        (("2026-01", "2026-02"), ("2026-02", "2026-03"), True),
        (("2026-01", "2026-02"), ("2026-03",), False),
        ((), ("2026-03",), True),
        (("2026-03",), (), True),
        ((), ("2026-05",), False),  # who named no month claimed all up to April, when he came
    ],
)
def test_a_case_that_has_ended_still_says_which_months_it_paid_first(at, office, months, again, refused):
    project = make_project(at)
    deposit, fund = make_deposit(project, at), make_fund(at, office.chief)
    first = make_case(at, [300_000], project=project, office=office, path=OVERDUE, months=months)
    draws.paid(line=drawn(first, deposit, office, at).lines.get(), on=DAY, by=office.officer, at=at)
    first.refresh_from_db()
    first.conclusion = "paid"
    flow.move(case=first, to="ended", by=office.officer, at=at, fields=("conclusion",))
    second = make_case(at, [300_000], project=project, office=office, path=OVERDUE, months=again, key="2")
    assert second.pk != first.pk
    if not refused:
        assert drawn(second, fund, office, at).amount_fen == 300_000
        return
    with pytest.raises(CannotMove) as no:
        draws.ask(case=second, source=fund, by=office.officer, at=at, reason="再报")
    assert "恢复" in no.value.zh
