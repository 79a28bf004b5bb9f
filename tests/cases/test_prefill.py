"""What the file lets a worker see of his own months, and of his mates only together."""

from datetime import date, datetime

import pytest

from anxin.cases.answers import answer
from anxin.cases.duplicates import others_at
from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.prefill import FEWEST_MATES, known_months
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PaymentRow, PayrollRow, SwipeRow
from anxin.ledger.sealing import seal
from tests.people import identity, make_project, make_team, make_worker
from tests.portal.site import make_site

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 20)


def site_of(at, workers: int):
    """Workers of one team with ten days in March each; all but the first on the sheet with 280 yuan a day."""
    project = make_project(at)
    team = make_team(project, at)
    engagements = [make_worker(project, n, at, team=team) for n in range(1, workers + 1)]
    arrival = Arrival(source="test", at=at)
    admit(
        [
            SwipeRow("", "P1", identity(n), datetime(2026, 3, day, 7), "in")
            for n in range(1, workers + 1)
            for day in range(2, 12)
        ],
        arrival=arrival,
    )
    lines = [
        PayrollRow("", "P1", identity(n), "2026-03", "S", due_fen=280_000 + n, paid_fen=0)
        for n in range(2, workers + 1)
    ]
    admit(lines, arrival=arrival)
    seal(at=at)
    return project, engagements


def test_days_without_pay_are_priced_by_the_mates(at):
    project, engagements = site_of(at, FEWEST_MATES + 1)
    known = known_months(worker=engagements[0].worker, project=project, as_of=TODAY)
    (march,) = known.months
    assert (march.month, march.days, march.due_fen, march.paid_fen) == ("2026-03", 10, None, 0)
    assert march.mates_rate_fen == 28_000, "to the next ten yuan, so that it is no one man's"
    assert (march.owed_fen, march.open) == (280_000, True)


def test_four_mates_are_too_few(at):
    project, engagements = site_of(at, FEWEST_MATES)
    (march,) = known_months(worker=engagements[0].worker, project=project, as_of=TODAY).months
    assert (march.mates_rate_fen, march.owed_fen, march.open) == (None, None, True)


def test_the_contracts_day_rate_goes_before_the_mates(at):
    project, engagements = site_of(at, FEWEST_MATES + 1)
    engagements[0].unit_price_fen = 30_000
    engagements[0].save()
    (march,) = known_months(worker=engagements[0].worker, project=project, as_of=TODAY).months
    assert march.owed_fen == 300_000
    engagements[0].contract_unit = "81"  # piece work by the square metre
    engagements[0].save()
    (march,) = known_months(worker=engagements[0].worker, project=project, as_of=TODAY).months
    assert march.owed_fen == 280_000


def test_what_the_bank_paid_is_taken_off(at):
    project, engagements = site_of(at, 3)
    paid = PaymentRow("", "R1", 100_000, "paid", date(2026, 4, 10), "P1", "", identity(2), month="2026-03",
                      route="offline")  # fmt: skip
    admit([paid], arrival=Arrival(source="test", at=at))
    seal(at=at)
    (march,) = known_months(worker=engagements[1].worker, project=project, as_of=TODAY).months
    assert (march.due_fen, march.paid_fen, march.owed_fen, march.open) == (280_002, 100_000, 180_002, True)


def test_a_paid_month_is_not_ticked_and_a_stranger_to_the_site_sees_nothing(at):
    site = make_site(at)
    (march,) = known_months(worker=site.paid.worker, project=site.project, as_of=TODAY).months
    assert (march.owed_fen, march.open) == (0, False)
    other = make_worker(make_project(at, "P2"), 9, at)
    assert known_months(worker=other.worker, project=site.project, as_of=TODAY).months == ()


def test_others_of_a_site_are_a_number_from_five_on_and_only_for_its_roster(at):
    project, engagements = site_of(at, 7)
    outsider = make_worker(make_project(at, "P2"), 9, at).worker
    for n, engagement in enumerate(engagements[1:], 1):
        person = Person(worker=engagement.worker, months=["2026-03"])
        file_claim(Told(door="web", key=str(n), people=[person], region_code="140105", project=project), at=at)
        assert others_at(project=project, worker=engagements[0].worker) == (n if n >= 5 else 0)
    assert others_at(project=project, worker=outsider) == 0


def test_one_who_claims_often_is_one_of_the_others(at):
    project, engagements = site_of(at, 3)
    for n in range(6):
        person = Person(worker=engagements[1 + n % 2].worker, months=["2026-03"])
        file_claim(Told(door="web", key=str(n), people=[person], region_code="140105", project=project), at=at)
    assert others_at(project=project, worker=engagements[0].worker) == 0


def test_a_month_on_file_as_paid_that_he_denies_is_owed_whole(at):
    site = make_site(at)
    answer(worker=site.paid.worker, project_id=site.project.pk, month="2026-03", paid=False, at=at)
    (march,) = known_months(worker=site.paid.worker, project=site.project, as_of=TODAY).months
    assert (march.owed_fen, march.open, march.denied) == (march.due_fen, True, True)


def test_a_no_from_before_the_payment_says_nothing_of_it(at):
    site = make_site(at)
    answer(worker=site.paid.worker, project_id=site.project.pk, month="2026-03", paid=False,
           at=datetime(2026, 4, 1, 9, tzinfo=at.tzinfo))  # fmt: skip
    (march,) = known_months(worker=site.paid.worker, project=site.project, as_of=TODAY).months
    assert (march.owed_fen, march.open, march.denied) == (0, False, False)
