"""The bank pays another sum than was asked of it, or takes its word back: the draw and all that hangs on it follow."""

from datetime import date, datetime

import pytest

from anxin.cases.matching import match_payments
from anxin.cases.models import Case, Claimant, WageReceived
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PaymentRow
from anxin.law.civil import SHANGHAI
from anxin.ledger.sealing import seal
from anxin.notices.models import Notice
from anxin.people import trail
from anxin.people.models import Organisation
from anxin.registry import actions
from anxin.remedies import draws, recovery
from anxin.remedies.models import Draw, DrawLine, Fund, FundEntry, Recovery, TopUp
from anxin.remedies.payouts import answers_from_ledger, count_once, pay_list, payout_file
from anxin.remedies.sources import available_fen, open_sums
from tests.people import identity, make_project
from tests.remedies.matters import Office, make_case, make_office, people_of

pytestmark = pytest.mark.django_db

AT = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)
DAY = date(2026, 4, 20)
OVERDUE = ("accepted", "ordered", "overdue")
HAS = 2_000_000
DUE = 300_000


@pytest.fixture
def office() -> Office:
    return make_office()


def make_source(kind: str, office: Office) -> object:
    if kind == "deposit":
        return actions.record_deposit(project=make_project(AT), form="cash", on=DAY, at=AT, amount_fen=HAS)
    unit = Organisation.objects.create(name="财政局", kind="finance", region_code="140100")
    fund = Fund.objects.create(organisation=unit, region_code="140100", name="周转金")
    recovery.book(fund=fund, amount_fen=HAS, on=DAY, note="拨入", by=office.chief, at=AT)
    return fund


def sent(source, office: Office, sums=(DUE,)) -> Draw:
    """A draw approved, with its file at the bank."""
    case = make_case(AT, sums, office=office, path=OVERDUE)
    draw = draws.ask(case=case, source=source, by=office.officer, at=AT, reason="逾期")
    draws.decide(draw=draw, approved=True, by=office.chief, at=AT)
    payout_file(draw=draw, form="csv", by=office.officer, at=AT, page="x")
    return draw


def bank_says(line: DrawLine, status: str, fen: int = DUE, *, number: int = 1, matched: bool = True) -> int:
    """The bank's word about a line's payment comes in and is read, twice; how many lines changed."""
    pay = PaymentRow("", draws.mark_of(line), fen, status, DAY, "P1", "", identity(number), month="2026-04",
                     reason="" if status == "paid" else "账户已注销")  # fmt: skip
    assert admit([pay], arrival=Arrival("test", AT)).accepted == 1
    seal(at=AT)
    if matched:
        match_payments(at=AT)
    changed = answers_from_ledger(at=AT)
    match_payments(at=AT)
    # Whatever was said, once told it is told.
    before = Notice.objects.count(), trail.events().count(), FundEntry.objects.count()
    match_payments(at=AT)
    assert answers_from_ledger(at=AT) + count_once(at=AT) == 0
    assert (Notice.objects.count(), trail.events().count(), FundEntry.objects.count()) == before
    assert trail.verify().holds
    return changed


def owed_back() -> int:
    return sum(TopUp.objects.values_list("amount_fen", flat=True)) + sum(
        recovery.open_fen(row) for row in Recovery.objects.all()
    )


@pytest.mark.parametrize("kind", ["deposit", "fund"])
@pytest.mark.parametrize("fen", [200_000, 350_000])
def test_another_sum_counts_as_paid_and_the_officer_is_told(client, office, kind, fen):
    source = make_source(kind, office)
    draw = sent(source, office)
    assert bank_says(draw.lines.get(), "paid", fen) == 1
    line, case = draw.lines.get(), Case.objects.get()
    assert (line.paid_on, line.amount_fen, line.approved_fen) == (DAY, fen, DUE)
    assert (case.received_fen, available_fen(source, DAY)) == (fen, HAS - fen)
    assert owed_back() == min(fen, DUE)  # what the bank paid beyond the approval nobody owes
    assert Draw.objects.get().state == "paid"
    assert not pay_list(draw).lines
    assert sum(open_sums(case, people_of(case)).values()) == max(0, DUE - fen)  # the rest may be asked for anew
    told = Notice.objects.get(kind="draw-other-sum")
    assert f"{fen / 100:,.2f}" in told.zh
    assert "3,000.00" in told.zh
    assert "测试" not in told.zh
    client.force_login(told.to)
    page = client.post("/inbox/read", {"notice": told.pk}, follow=True)  # the notice leads there
    assert page.request["PATH_INFO"] == f"/cases/{case.number}/draws/{draw.pk}"
    page = page.content.decode()
    assert "银行实付与批准不符" in page


@pytest.mark.parametrize("kind", ["deposit", "fund"])
@pytest.mark.parametrize("matched", [True, False])
def test_what_came_back_is_unpaid_and_paid_anew(office, kind, matched):
    source = make_source(kind, office)
    draw = sent(source, office, (DUE, 400_000))
    first, second = draw.lines.order_by("pk")
    bank_says(first, "paid", matched=matched)
    bank_says(second, "paid", 400_000, number=2, matched=matched)
    assert owed_back() == 700_000
    assert bank_says(first, "failed", matched=matched) == 1
    first.refresh_from_db()
    assert (first.paid_on, first.reference, first.failed) == (None, "", "账户已注销")
    assert Draw.objects.get().state == "paying"
    assert Case.objects.get().received_fen == owed_back() == 400_000
    assert available_fen(source, DAY) == HAS - 700_000  # kept for him, as before he was paid
    assert Notice.objects.filter(kind="draw-came-back").exists()

    payout_file(draw=draw, form="csv", by=office.officer, at=AT, page="x")
    first.refresh_from_db()
    assert draws.mark_of(first).endswith("-2")
    assert bank_says(first, "paid", matched=matched) == 1
    assert Draw.objects.get().state == "paid"
    assert Case.objects.get().received_fen == owed_back() == 700_000
    assert available_fen(source, DAY) == HAS - 700_000


@pytest.mark.parametrize("kind", ["deposit", "fund"])
def test_what_came_back_may_go_back_to_its_source(office, kind):
    source = make_source(kind, office)
    draw = sent(source, office)
    bank_says(draw.lines.get(), "paid", 350_000)
    bank_says(draw.lines.get(), "failed", 350_000)
    assert (draw.lines.get().amount_fen, owed_back()) == (DUE, 0)
    draws.not_paid(line=draw.lines.get(), why="不再发", by=office.officer, at=AT, give_back=True)
    assert available_fen(source, DAY) == HAS
    assert (Draw.objects.get().state, Case.objects.get().received_fen, owed_back()) == ("cancelled", 0, 0)


def test_a_bank_that_says_paid_after_all_is_believed_again(office):
    draw = sent(make_source("fund", office), office)
    for status in ("paid", "failed", "paid"):
        assert bank_says(draw.lines.get(), status) == 1
    assert (Draw.objects.get().state, Case.objects.get().received_fen, owed_back()) == ("paid", DUE, DUE)
    assert WageReceived.objects.count() == 1


def test_a_sum_corrected_later_is_followed(office):
    source = make_source("fund", office)
    draw = sent(source, office)
    for fen in (DUE, 200_000, 250_000):
        assert bank_says(draw.lines.get(), "paid", fen) == 1
        assert Case.objects.get().received_fen == owed_back() == fen
        assert available_fen(source, DAY) == HAS - fen


def test_what_the_debtor_paid_back_stays_his_when_the_bank_takes_its_word_back(office):
    draw = sent(make_source("fund", office), office)
    bank_says(draw.lines.get(), "paid")
    claim = Recovery.objects.get()
    recovery.promise(recovery=claim, parts=[(DAY, 100_000), (date(2026, 5, 20), 200_000)], by=office.officer, at=AT)
    recovery.received(recovery=claim, amount_fen=100_000, on=DAY, reference="V1", by=office.officer, at=AT)
    bank_says(draw.lines.get(), "failed")
    claim.refresh_from_db()
    assert (claim.claimed_fen, claim.received_fen, claim.ended_at) == (100_000, 100_000, AT)
    assert not claim.moves.filter(kind="promise").exists()
    payout_file(draw=draw, form="csv", by=office.officer, at=AT, page="x")
    bank_says(draw.lines.get(), "paid")
    claim.refresh_from_db()
    assert (claim.claimed_fen, recovery.open_fen(claim), claim.ended_at) == (DUE, 200_000, None)


def test_an_old_refusal_does_not_unpay_what_a_voucher_shows(office):
    draw = sent(make_source("fund", office), office)
    assert bank_says(draw.lines.get(), "failed") == 1
    draws.paid(line=draw.lines.get(), on=DAY, by=office.officer, at=AT, reference="柜台 1")
    assert answers_from_ledger(at=AT) == 0
    assert (Draw.objects.get().state, Case.objects.get().received_fen) == ("paid", DUE)


def test_a_voucher_the_bank_contradicts_is_taken_back(office):
    draw = sent(make_source("fund", office), office)
    draws.paid(line=draw.lines.get(), on=DAY, by=office.officer, at=AT, reference="回单 1")
    assert bank_says(draw.lines.get(), "failed") == 1
    assert (Draw.objects.get().state, Case.objects.get().received_fen, owed_back()) == ("paying", 0, 0)
    assert Claimant.objects.get().received_fen == 0
