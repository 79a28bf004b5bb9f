"""Nine workers of Linfen and their 100,000 yuan, through the rooms' own functions, with both endings."""

from datetime import date, datetime, timedelta

import pytest
from django.db.models import F

from anxin.cases import afterwards, closing_words, concluding
from anxin.cases.flow import CannotMove
from anxin.cases.ladder import escalate_cases
from anxin.cases.models import Case, CaseClock, CaseRung, Claimant, WageReceived
from anxin.cases.orders import lapse_orders
from anxin.credit import deciding, leaving, telling
from anxin.credit.deciding import not_mended
from anxin.credit.grounds import CONTRADICTED, SUPPORTED, sheet
from anxin.credit.models import Listing
from anxin.credit.proposing import propose
from anxin.insight.cost import months_back, read_cost
from anxin.insight.cost_counting import refresh_cost
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PaymentRow
from anxin.law.civil import SHANGHAI
from anxin.people import trail
from anxin.people.models import Event, Organisation
from anxin.registry.models import Deposit
from anxin.remedies import draws, recovery
from anxin.remedies.backstops import plan
from anxin.remedies.models import Draw, Fund, Recovery, TopUp
from anxin.remedies.payouts import pay_list
from anxin.remedies.serving import overdue_orders
from anxin.vault import evidence
from anxin.worker import fast_turn, post_turn, slow_turn
from tests.people import identity
from tests.remedies.papers import PHOTO
from tests.stories.linfen import (
    ACCOUNT,
    BOSS,
    DEPOSIT,
    FUND,
    MONDAY,
    MONTH,
    SUMS,
    TOTAL,
    UNREST,
    WORKERS,
    YAODU,
    Linfen,
    hours,
    make_linfen,
    sign_and_serve,
    verified_and_ordered,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def linfen(tmp_path, settings) -> Linfen:
    settings.DATA = tmp_path
    return make_linfen()


def work(at: datetime) -> None:
    """One turn of every loop of the worker."""
    fast_turn(at, {})
    slow_turn(at, {})
    post_turn(at, {})


def the_bank_pays(linfen: Linfen, on: date, at: datetime, fen: list[int]) -> None:
    """Payouts come in as the bank reports them, and the worker does its turns."""
    rows = [
        PaymentRow("", f"B{n}", sum_, "paid", on, linfen.project.code, ACCOUNT, identity(n), month=MONTH)
        for n, sum_ in enumerate(fen, 1)
    ]
    assert admit(rows, arrival=Arrival("bank", at)).accepted == len(rows)
    work(at)


def first_paid(case: Case, source: Deposit | Fund, linfen: Linfen, at: datetime, later: datetime) -> Draw:
    """A backstop drawn on: asked by the officer, approved by the chief, never by himself, and paid out."""
    asked = draws.ask(case=case, source=source, by=linfen.officer, at=at, reason="责令期满仍未支付")
    with pytest.raises(CannotMove):
        draws.decide(draw=asked, approved=True, by=linfen.officer, at=at)
    draw = draws.decide(draw=asked, approved=True, by=linfen.chief, at=at)
    listed = pay_list(draw)
    assert (len(listed.lines), listed.left_out) == (WORKERS, ())
    for number, line in enumerate(draw.lines.order_by("pk"), 1):
        draws.paid(line=line, on=later.date(), by=linfen.officer, at=later, reference=f"D{draw.pk}-{number}")
    return draw


def test_paid_in_three_days_without_a_trip(linfen):
    case = verified_and_ordered(linfen, date(2026, 4, 22))
    assert (case.state, case.people, case.claimed_fen, case.verified_fen) == ("ordered", WORKERS, TOTAL, TOTAL)
    with pytest.raises(concluding.NotYet):
        concluding.conclude(case=case, conclusion="paid", note="", by=linfen.officer, at=hours(7))

    tuesday = hours(30)
    the_bank_pays(linfen, tuesday.date(), tuesday, SUMS)
    case.refresh_from_db()
    assert (case.state, case.received_fen) == ("paying", TOTAL)
    assert WageReceived.objects.filter(proof="bank").count() == WORKERS

    for claimant in Claimant.objects.filter(case=case):
        afterwards.money_came(claimant=claimant, fen=claimant.verified_fen, on=tuesday.date(), at=hours(32))
        closing_words.say_cost(claimant=claimant, days_spent=0, trips=0, cost_fen=0, at=hours(32))
    case.refresh_from_db()
    assert case.received_fen == TOTAL, "the bank's record and the worker's word speak of the same money"
    concluding.conclude(case=case, conclusion="paid", note="", by=linfen.officer, at=hours(33))
    for claimant in Claimant.objects.filter(case=case):
        closing_words.say_satisfied(claimant=claimant, stars=5, at=hours(34))

    case.refresh_from_db()
    assert (case.state, case.conclusion) == ("ended", "paid")
    assert case.ended_at - case.opened_at < timedelta(days=3)
    done = CaseClock.objects.filter(case=case, dropped=False)
    assert {clock.step for clock in done} >= {"dispatch", "verify", "accept", "clear"}
    assert [clock.step for clock in done if clock.done_at is None or clock.done_at > clock.due_at] == []

    refresh_cost(as_of=date(2026, 4, 22), at=hours(40))
    page = read_cost(region="141000", door="qr", months=months_back(date(2026, 4, 22), 1))
    assert (page.whole.days.n, page.whole.days.median) == (WORKERS, 1)
    assert (page.whole.trips.mean, page.whole.yuan.mean) == (0, 0)
    assert [week.fen for week in page.weeks] == [TOTAL]
    assert {rate.step: (rate.met, rate.n) for rate in page.steps if rate.basis == "local"}["dispatch"] == (1, 1)
    assert trail.verify().holds


def proposed_and_told(case: Case, linfen: Linfen, at: datetime) -> Listing:
    """The contractor proposed for the joint-punishment list with its legal representative, and told first."""
    found = sheet(case, at=at)
    assert (found.firm, found.people, found.unpaid_fen) == (linfen.project.contractor.name, WORKERS, TOTAL)
    assert found.of("overdue").answer == SUPPORTED
    assert found.of("amount").answer == CONTRADICTED, "nine people and one month are below the threshold"
    with pytest.raises(CannotMove):
        propose(case=case, ground="amount", persons=[BOSS], by=linfen.officer, at=at, reason="数额较大")
    with pytest.raises(CannotMove):
        propose(case=case, ground="event", persons=[BOSS], by=linfen.officer, at=at)
    listing = propose(case=case, ground="event", persons=[BOSS], by=linfen.officer, at=at, reason=UNREST)
    sign_and_serve(telling.draft_notice(listing=listing, by=linfen.officer, at=at), linfen, at)
    work(at)
    listing.refresh_from_db()
    assert (listing.state, listing.told_on) == ("told", at.date())
    with pytest.raises(CannotMove):
        deciding.put_on_list(listing=listing, by=linfen.chief, at=at)
    return listing


def decided(listing: Listing, linfen: Linfen, at: datetime) -> None:
    """The backstops paid, not the firm: it is not spared, and when nobody has objected it is listed for three years."""
    with pytest.raises(CannotMove):
        deciding.spare(listing=listing, pledge=[evidence.store(PHOTO)], by=linfen.chief, at=at)
    with pytest.raises(CannotMove):
        deciding.put_on_list(listing=listing, by=linfen.officer, at=at)
    done = deciding.put_on_list(listing=listing, by=linfen.chief, at=at)
    assert (done.state, done.listed_on, done.until_on) == ("listed", at.date(), date(2029, 5, 20))
    assert not done.clocks.filter(step="decide", done_at__gt=F("due_at")).exists(), "within the period"
    paper = sign_and_serve(telling.draft_decision(listing=done, by=linfen.officer, at=at), linfen, at)
    assert paper.state == "served"
    listing.refresh_from_db()


def test_unpaid_it_rises_the_deposit_pays_and_comes_back(linfen):
    case = verified_and_ordered(linfen, date(2026, 4, 23))
    deposit = linfen.project.deposits.get()
    purse = Organisation.objects.create(name="尧都区财政局", kind="finance", region_code=YAODU)
    fund = Fund.objects.create(organisation=purse, region_code=YAODU, name="尧都区应急周转金")
    with pytest.raises(CannotMove):
        draws.ask(case=case, source=deposit, by=linfen.officer, at=hours(48), reason="未到期")

    day = MONDAY
    while day < datetime(2026, 5, 12, 9, tzinfo=SHANGHAI):
        day += timedelta(hours=12)
        lapse_orders(at=day)
        overdue_orders(at=day)
        escalate_cases(at=day)
    work(day)
    case.refresh_from_db()
    assert case.state == "overdue"
    climbed = list(CaseRung.objects.filter(case=case).order_by("at", "pk").values_list("kind", flat=True))
    above = [kind for kind in climbed if kind != "reminder"]
    assert above[:2] == ["supervision_city", "supervision_province"]
    assert "listed" in above, "the list the place has for such cases: supervision by name"

    listing = proposed_and_told(case, linfen, day)
    recovery.book(fund=fund, amount_fen=FUND, on=day.date(), note="财政拨入", by=linfen.chief, at=day)
    offers = plan(case, at=day).offers
    assert [(one.kind.key, one.take_fen) for one in offers] == [("deposit", DEPOSIT), ("fund", TOTAL - DEPOSIT)]
    later = day + timedelta(days=2)
    drawn = [first_paid(case, source, linfen, day, later) for source in (deposit, fund)]
    assert [draw.amount_fen for draw in drawn] == [DEPOSIT, TOTAL - DEPOSIT]
    case.refresh_from_db()
    assert case.received_fen == TOTAL
    for claimant in Claimant.objects.filter(case=case):
        afterwards.money_came(claimant=claimant, fen=claimant.verified_fen, on=later.date(), at=later)
    concluding.conclude(case=case, conclusion="paid", note="", by=linfen.officer, at=later)

    told = datetime(2026, 5, 20, 9, tzinfo=SHANGHAI)
    decided(listing, linfen, told)
    later = told + timedelta(days=1)
    top_up = TopUp.objects.get(deposit=deposit)
    assert top_up.amount_fen == DEPOSIT
    recovery.filled_up(top_up=top_up, on=later.date(), by=linfen.officer, at=later)
    owed = Recovery.objects.get(draw=drawn[1])
    assert (owed.claimed_fen, owed.debtor) == (TOTAL - DEPOSIT, linfen.project.contractor)
    recovery.received(recovery=owed, amount_fen=owed.claimed_fen, on=later.date(), reference="BACK1",
                      by=linfen.officer, at=later)  # fmt: skip
    owed.refresh_from_db()
    assert owed.ended_at is not None
    case.refresh_from_db()
    assert (case.state, case.conclusion) == ("ended", "paid")
    assert not_mended(case) == []
    assert [zh for zh, _ in leaving.bars(listing, at=later)] == ["列入未满 6 个月（2026-11-20）"]
    assert leaving.bars(listing, at=later + timedelta(days=200)) == []
    refresh_cost(as_of=later.date(), at=later)
    page = read_cost(region="141000", door="", months=months_back(later.date(), 2))
    assert page.whole.days.median == (case.ended_at.date() - MONDAY.date()).days
    assert ("pay", "order") in {(rate.step, rate.basis) for rate in page.steps if rate.met == 0}
    assert Event.objects.filter(action__startswith="draw-").exists()
    assert trail.verify().holds
