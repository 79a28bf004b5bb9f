"""'Did it arrive?' about a month that is still claimed leads to the case: the sum is said once and serves both."""

import pytest
from django.utils import timezone

from anxin.cases.afterwards import withdraw
from anxin.cases.models import Answer, Claimant, WageReceived
from tests.cases.claims import claim, member
from tests.portal.site import Site, make_site
from tests.portal.test_worker_pages import telephone

pytestmark = pytest.mark.django_db
MONTH = "2026-03"


@pytest.fixture(autouse=True)
def clock(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return at


@pytest.fixture
def site(at) -> Site:
    return make_site(at)


def says_yes(site: Site, at):
    client = telephone(site.failed, at)
    return client, client.post(f"/me/sites/{site.failed.pk}/{MONTH}/paid", {"paid": "yes"})


def test_a_yes_is_asked_for_its_sum_and_answers_both(site, at):
    case = claim(at, [member(site.failed)], site=site)
    client, got = says_yes(site, at)
    assert got.headers["Location"] == f"/track/{case.number}?month={MONTH}#received"
    assert not Answer.objects.exists(), "not said until the sum is"
    page = client.get(got.headers["Location"]).content.decode()
    assert f'name="month" value="{MONTH}"' in page
    form = {"sum": "5000", "on": at.date().isoformat(), "month": MONTH}
    client.post(f"/track/{case.number}/received", form)
    assert Answer.objects.get().paid
    assert Claimant.objects.get().received_fen == 500_000
    _, again = says_yes(site, at)
    assert "/track/" not in again.headers["Location"], "all has come: nothing is asked any more"
    assert Answer.objects.count() == WageReceived.objects.count() == 1


def test_a_part_counts_in_the_case_and_leaves_the_month_open(site, at):
    case = claim(at, [member(site.failed)], site=site)
    client, _ = says_yes(site, at)
    client.post(f"/track/{case.number}/received", {"sum": "2000", "on": at.date().isoformat(), "month": MONTH})
    assert Claimant.objects.get().received_fen == 200_000
    assert not Answer.objects.exists()


@pytest.mark.parametrize("how", ["none", "another month", "withdrawn", "another's"])
def test_where_no_case_is_open_on_the_month_the_yes_counts_at_once(site, at, how):
    if how == "another month":
        claim(at, [member(site.failed)], site=site)
        Claimant.objects.update(months=["2026-02"])
    elif how == "withdrawn":
        claim(at, [member(site.failed)], site=site)
        withdraw(claimant=Claimant.objects.get(), at=at)
    elif how == "another's":
        claim(at, [member(site.forgotten)], site=site)
    _, got = says_yes(site, at)
    assert "/track/" not in got.headers["Location"]
    assert Answer.objects.get().paid


def test_a_month_of_somebody_elses_claim_answers_nothing(site, at):
    case = claim(at, [member(site.failed)], site=site)
    other = telephone(site.forgotten, at, phone="13900000009")
    form = {"sum": "5000", "on": at.date().isoformat(), "month": MONTH}
    assert other.post(f"/track/{case.number}/received", form).status_code == 404
    assert not Answer.objects.exists()


@pytest.mark.parametrize("month", ["2026-13", "2026-3", "2099-01", "x"])
def test_a_month_that_is_none_spoils_nothing(site, at, month):
    case = claim(at, [member(site.failed)], site=site)
    client, _ = says_yes(site, at)
    assert client.get(f"/track/{case.number}?month={month}").status_code == 200
    client.post(f"/track/{case.number}/received", {"sum": "5000", "on": at.date().isoformat(), "month": month})
    assert Claimant.objects.get().received_fen == 500_000
    assert not Answer.objects.exists()
