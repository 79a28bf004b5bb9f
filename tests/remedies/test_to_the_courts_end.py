"""A matter through the courts: the case says what is really so, and no clock of another way runs beside it."""

import pytest

from anxin.cases.models import CaseClock, CaseEvent
from anxin.remedies import tracks
from tests.remedies.matters import make_case, make_office, people_of

pytestmark = pytest.mark.django_db


def _through(track, *states, office, at, case):
    for state in states:
        sums = {one.pk: one.claimed_fen for one in people_of(case)} if state == "judged" else None
        tracks.step(track=track, to=state, by=office.officer, at=at, sums=sums)


def test_a_judgment_that_is_not_paid_is_enforced_and_its_case_says_so(at):
    office, case = make_office(), make_case(at, [700_000])
    order = tracks.begin(case=case, kind="payment_order", form="wages", by=office.officer, at=at)
    _through(order, "accepted", "issued", "objected", office=office, at=at, case=case)
    suit = tracks.begin(case=case, kind="suit", form="fast", by=office.officer, at=at)
    _through(suit, "accepted", "judged", "effective", office=office, at=at, case=case)
    case.refresh_from_db()
    assert case.state == "paying"
    enforcement = tracks.begin(case=case, kind="enforcement", by=office.officer, at=at)
    case.refresh_from_db()
    assert case.state == "enforcement"
    assert CaseEvent.objects.filter(case=case, kind="state-enforcement", public=True).exists()
    _through(enforcement, "accepted", "executed", office=office, at=at, case=case)
    case.refresh_from_db()
    assert case.state == "paying"


def test_an_agreement_that_is_not_kept_goes_on_to_court(at):
    office, case = make_office(), make_case(at, [700_000])
    mediation = tracks.begin(case=case, kind="mediation", form="government", by=office.officer, at=at)
    tracks.step(track=mediation, to="accepted", by=office.officer, at=at)
    sums = {one.pk: one.claimed_fen for one in people_of(case)}
    tracks.step(track=mediation, to="agreed", by=office.officer, at=at, sums=sums, instalments=[(at.date(), 700_000)])
    case.refresh_from_db()
    assert case.state == "paying"
    tracks.begin(case=case, kind="payment_order", form="agreement", by=office.officer, at=at)
    case.refresh_from_db()
    assert case.state == "mediation"


@pytest.mark.parametrize("kind", [("suit", "fast"), ("payment_order", "wages"), ("arbitration", "fast")])
def test_no_days_of_local_mediation_run_while_a_court_or_tribunal_has_it(at, kind):
    office, case = make_office(), make_case(at, [700_000])
    tracks.begin(case=case, kind=kind[0], form=kind[1], by=office.officer, at=at)
    assert not CaseClock.objects.filter(case=case, step="mediate", done_at=None).exists()


def test_the_days_of_local_mediation_end_with_it(at):
    office, case = make_office(), make_case(at, [700_000])
    track = tracks.begin(case=case, kind="mediation", form="government", by=office.officer, at=at)
    assert CaseClock.objects.filter(case=case, step="mediate", done_at=None).exists()
    tracks.step(track=track, to="refused", by=office.officer, at=at)
    case.refresh_from_db()
    assert not CaseClock.objects.filter(case=case, step="mediate", done_at=None).exists()
    assert case.due_at is None
