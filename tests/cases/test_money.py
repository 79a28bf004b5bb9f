"""Money: the bank's payments are counted once, corrections are followed aloud, the four sums always agree."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anxin.cases import money
from anxin.cases.filing import Person
from anxin.cases.flow import move
from anxin.cases.matching import Matched, match_payments
from anxin.cases.models import Case, CaseEvent, Claimant, WageReceived
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PaymentRow
from anxin.notices.models import Notice
from anxin.people import trail
from anxin.registry.models import Touch
from anxin.worker import fast_turn
from tests.cases.claims import claim, member, only, pays
from tests.people import identity
from tests.portal.site import ACCOUNT

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(at, site, people) -> Case:
    """The worker whom the bank refused claims; the officer has accepted it."""
    found = claim(at, [member(site.failed)], site=site, by=people["officer"])
    return move(case=found, to="accepted", by=people["officer"], at=at)


def test_a_payment_counts_once_and_the_case_waits_to_be_closed(case, at, people):
    pays(2, "again", at)
    assert match_payments(at=at) == Matched(1, 0)
    assert match_payments(at=at) == Matched(0, 0)
    case.refresh_from_db()
    assert (case.state, case.received_fen) == ("paying", 500_000)
    row = WageReceived.objects.get()
    assert (row.proof, row.amount_fen, row.received_on) == ("bank", 500_000, at.date())
    assert row.reference.endswith(":again")
    assert CaseEvent.objects.filter(case=case, kind="all-received", public=True).count() == 1
    kinds = Notice.objects.filter(to=people["officer"]).values_list("kind", flat=True)
    assert list(kinds).count("case-all-received") == 1


def test_the_worker_does_it_by_itself_within_a_turn(case, at):
    row = PaymentRow("", "again", 500_000, "paid", at.date(), "P1", ACCOUNT, identity(2), month="2026-03")
    admit([row], arrival=Arrival("test", at))
    fast_turn(at, {})
    case.refresh_from_db()
    assert case.received_fen == 500_000


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"month": "2026-02"}, "another month"),
        ({"status": "failed"}, "it failed"),
        ({"earlier": 1}, "before the claim"),
    ],
)
def test_what_does_not_count(case, at, fields, why):
    moment = at - timedelta(days=fields.pop("earlier", 0))
    pays(2, "R-no", moment, **fields)
    assert match_payments(at=at) == Matched(0, 0), why
    assert only(case).received_fen == 0


def test_a_part_is_a_part(case, at):
    pays(2, "first", at, 200_000)
    match_payments(at=at)
    assert not money.all_received(case)
    assert not CaseEvent.objects.filter(kind="all-received").exists()
    pays(2, "second", at, 300_000)
    match_payments(at=at)
    assert money.all_received(case)
    assert CaseEvent.objects.filter(kind="all-received").count() == 1


def test_a_bank_that_takes_its_word_back_is_heard_by_all(case, at, people):
    pays(2, "again", at)
    match_payments(at=at)
    pays(2, "again", at + timedelta(hours=1), status="failed")
    assert match_payments(at=at + timedelta(hours=1)) == Matched(0, 1)
    assert match_payments(at=at + timedelta(hours=1)) == Matched(0, 0)
    case.refresh_from_db()
    assert (case.received_fen, WageReceived.objects.get().void_at) == (0, at + timedelta(hours=1))
    told = CaseEvent.objects.get(case=case, kind="receipt-corrected", public=True)
    assert "5,000" not in told.zh  # another claimant of the case reads it too
    assert Notice.objects.filter(to=people["officer"], kind="case-receipt-corrected", urgent=True).count() == 1
    pays(2, "again", at + timedelta(hours=2), 400_000)
    match_payments(at=at + timedelta(hours=2))
    case.refresh_from_db()
    assert (case.received_fen, WageReceived.objects.get().void_at) == (400_000, None)
    assert trail.verify().holds


def test_a_payment_that_turns_out_to_be_somebody_elses_is_taken_off(case, at, site):
    pays(2, "again", at)
    match_payments(at=at)
    pays(3, "again", at + timedelta(hours=1))
    assert match_payments(at=at + timedelta(hours=1)) == Matched(0, 1)
    assert only(case).received_fen == 0


def test_what_is_taken_off_one_counts_for_whom_the_bank_names_now(case, at, site):
    other = claim(at, [member(site.forgotten)], site=site, key="k2")
    pays(2, "again", at)
    match_payments(at=at)
    pays(3, "again", at + timedelta(hours=1))
    assert match_payments(at=at + timedelta(hours=1)) == Matched(1, 1)
    assert (only(case).received_fen, only(other).received_fen) == (0, 500_000)
    pays(2, "again", at + timedelta(hours=2))  # it was his after all
    assert match_payments(at=at + timedelta(hours=2)) == Matched(0, 2)
    assert match_payments(at=at + timedelta(hours=2)) == Matched(0, 0)
    assert (only(case).received_fen, only(other).received_fen) == (500_000, 0)


def test_a_payment_moved_to_another_month_counts_in_the_case_of_that_month(case, at, site):
    other = claim(at, [Person(worker=site.failed.worker, months=["2026-02"], claimed_fen=500_000)], site=site, key="k2")
    pays(2, "again", at)
    match_payments(at=at)
    pays(2, "again", at + timedelta(hours=1), month="2026-02")
    assert match_payments(at=at + timedelta(hours=1)) == Matched(1, 1)
    assert (only(case).received_fen, only(other).received_fen) == (0, 500_000)


def test_an_ended_case_still_hears_of_a_correction(case, at, people):
    pays(2, "again", at)
    match_payments(at=at)
    move(case=case, to="ended", by=people["officer"], at=at)
    pays(2, "again", at, status="failed")
    assert match_payments(at=at + timedelta(days=1)) == Matched(0, 1)
    assert Notice.objects.filter(to=people["officer"], kind="case-receipt-corrected").exists()
    assert match_payments(at=at + timedelta(days=61)) == Matched(0, 0)


def test_the_same_payment_counts_in_one_case_only(case, at, site):
    second = claim(at + timedelta(minutes=5), [member(site.failed)], site=site, key="k2")
    pays(2, "again", at)
    assert match_payments(at=at) == Matched(1, 0)
    assert (only(case).received_fen, only(second).received_fen) == (500_000, 0)


def test_nothing_open_costs_two_look_ups(at, site):
    pays(2, "again", at)
    with CaptureQueriesContext(connection) as asked:
        assert match_payments(at=at) == Matched(0, 0)
    assert len(asked) == 2
    Touch.objects.all().delete()


def test_his_own_word_is_enough(case, at):
    person = only(case)
    row = money.confirm(claimant=person, on=at.date(), at=at)
    assert (row.proof, row.amount_fen) == ("word", 500_000)
    assert money.confirm(claimant=person, on=at.date(), at=at) is None
    assert money.all_received(case)
    pays(2, "again", at)
    match_payments(at=at)
    assert only(case).received_fen == 500_000


@pytest.mark.parametrize(("proof", "fen"), [("officer", 5), ("bank", 0), ("word", -1)])
def test_nobody_elses_word_counts(case, at, proof, fen):
    with pytest.raises(ValueError, match="worker's own word"):
        money.receive(claimant=only(case), proof=proof, amount_fen=fen, received_on=at.date(), at=at)


def test_an_unknown_sum_is_not_received_by_nothing_coming(at, people):
    case = claim(at, [Person(name="不知金额")])
    assert not money.all_received(case)
    money.verify_sum(claimant=only(case), fen=0, by=people["officer"], at=at)
    assert money.all_received(case)


EXAMPLES = count()
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["verify", "agree", "bank", "word", "correct", "withdraw", "confirm"]),
        st.integers(0, 2),
        st.integers(0, 6).map(lambda n: n * 100_000),
    ),
    max_size=14,
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=ACTS)
def test_the_four_sums_agree_whatever_happens(at, people, acts):
    key = f"sum-{next(EXAMPLES)}"
    case = claim(at, [Person(name=f"工人{n}", claimed_fen=300_000) for n in range(3)], key=key)
    officer = people["officer"]
    for place, (act, who, fen) in enumerate(acts):
        person = Claimant.objects.filter(case=case).order_by("id")[who]
        if act in ("verify", "agree"):
            (money.verify_sum if act == "verify" else money.agree_sum)(claimant=person, fen=fen, by=officer, at=at)
        elif act in ("bank", "word") and fen:
            money.receive(claimant=person, proof=act, amount_fen=fen, received_on=at.date(), at=at,
                          reference=f"r{place % 3}")  # fmt: skip
        elif act == "correct":
            receipt = WageReceived.objects.filter(claimant=person, proof="bank").first()
            if receipt is not None:
                money.correct(receipt=receipt, amount_fen=fen, at=at)
        elif act == "confirm":
            money.confirm(claimant=person, on=at.date(), at=at)
        elif act == "withdraw":
            Claimant.objects.filter(pk=person.pk).update(withdrawn_at=at)
            money.add_up(Case.objects.get(pk=case.pk))
    case.refresh_from_db()
    there = list(Claimant.objects.filter(case=case, withdrawn_at=None))
    assert case.people == len(there)
    assert case.claimed_fen == sum(person.claimed_fen for person in there)
    assert case.verified_fen == sum(person.verified_fen or 0 for person in there)
    assert case.agreed_fen == sum(person.agreed_fen or 0 for person in there)
    assert case.received_fen == sum(person.received_fen for person in there)
    for person in Claimant.objects.filter(case=case):
        of = {
            proof: WageReceived.objects.filter(claimant=person, proof=proof, void_at=None).aggregate(
                s=Sum("amount_fen")
            )["s"]
            or 0
            for proof in ("bank", "word")
        }
        assert person.received_fen == max(of.values())
    assert money.all_received(case) == (bool(there) and all(money.has_all(person) for person in there))
