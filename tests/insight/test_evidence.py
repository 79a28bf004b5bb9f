"""The rows behind a warning: of the right project, month and worker, with nothing personal in the clear."""

import json

import pytest

from anxin.insight.evidence import evidence_rows
from anxin.people.models import User
from anxin.watch.models import Warning
from tests.insight.test_overview import warn
from tests.people import make_project
from tests.portal.site import ACCOUNT, CARD, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(at):
    return make_site(at)


@pytest.fixture
def officer():
    return User.objects.create_user("officer", role="officer", region="140000")


def tables(warning: Warning, user: User) -> dict:
    warning = Warning.objects.select_related("project").get(pk=warning.pk)
    return {one.kind: one for one in evidence_rows(warning, user=user)}


def test_a_month_shows_who_attended_and_was_not_paid(site, officer, at):
    found = tables(warn(site.project, at, subject=f"project-month:{site.project.pk}:2026-03", month="2026-03"), officer)
    assert list(found) == ["unpaid", "payroll", "payments", "movements"]
    assert [(row["name"], row["days"], row["paid_fen"]) for row in found["unpaid"].rows] == [
        (site.failed.worker.name, 6, 0),
        (site.forgotten.worker.name, 3, 0),
    ]
    assert found["payroll"].total == 3
    assert {row["status"] for row in found["payments"].rows} == {"paid", "failed"}
    assert found["movements"].total == 1


def test_another_month_shows_nothing_of_this_one(site, officer, at):
    found = tables(warn(site.project, at, subject=f"project-month:{site.project.pk}:2026-01", month="2026-01"), officer)
    assert [one.total for one in found.values()] == [0, 0, 0, 0]


def test_a_worker_shows_his_own_rows_alone(site, officer, at):
    worker = site.failed.worker
    subject = f"worker-month:{site.project.pk}:{worker.pk}:2026-03"
    found = tables(warn(site.project, at, subject=subject, month="2026-03", worker=worker), officer)
    assert found["engagement"].rows[0]["name"] == worker.name
    assert [row["worker_id"] for row in found["payments"].rows] == [worker.pk]
    assert [row["worker_id"] for row in found["unpaid"].rows] == [worker.pk]


def test_a_leaver_shows_engagement_and_all_pay(site, officer, at):
    worker = site.paid.worker
    found = tables(warn(site.project, at, subject=f"leaver:{site.project.pk}:{worker.pk}", worker=worker), officer)
    assert list(found) == ["engagement", "payroll", "payments"]
    assert found["payments"].rows[0]["amount_fen"] == 500_000


def test_a_project_shows_accounts_masked_deposits_and_dates(site, officer, at):
    found = tables(warn(site.project, at), officer)
    assert list(found) == ["accounts", "deposits", "dates", "movements"]
    assert found["accounts"].rows[0]["number"] == f"**** {ACCOUNT[-4:]}"
    assert found["deposits"].rows[0]["amount_fen"] == 30_000_000
    assert {"started", "first_entry"} <= {row["what"] for row in found["dates"].rows}


def test_a_company_shows_only_projects_the_reader_may_see(site, officer, at):
    make_project(at, "AWAY", region_code="520100")
    firm = site.project.contractor
    warning = warn(site.project, at)
    Warning.objects.filter(pk=warning.pk).update(subject=f"enterprise:{firm.pk}", project=None, enterprise=firm)
    assert [row["code"] for row in tables(warning, officer)["projects"].rows] == ["P1"]


def test_no_evidence_holds_a_card_or_account_in_the_clear(site, officer, at):
    for subject, fields in (
        (f"project-month:{site.project.pk}:2026-03", {"month": "2026-03"}),
        (f"leaver:{site.project.pk}:{site.paid.worker_id}", {"worker": site.paid.worker}),
        (f"project:{site.project.pk}", {}),
    ):
        found = tables(warn(site.project, at, rule=subject[:9], subject=subject, **fields), officer)
        text = json.dumps([one.rows for one in found.values()], default=str)
        assert CARD not in text
        assert ACCOUNT not in text
