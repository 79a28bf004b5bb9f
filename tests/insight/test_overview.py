"""Figures of every place: right, additive where they add, the same when counted twice."""

from datetime import date, datetime, timedelta

import pytest

from anxin.insight.models import RegionFigures
from anxin.insight.overview import TREND_DAYS, read_figures, refresh, trend_days
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, SwipeRow
from anxin.ledger.sealing import seal
from anxin.watch.models import Warning, WarningEvent
from tests.people import identity, make_project, make_worker
from tests.portal.site import make_site

pytestmark = pytest.mark.django_db


def warn(project, at, **fields):
    known = {
        "rule": "SX-01", "pack": "shanxi", "rule_version": "1", "subject": f"project:{project.pk}",
        "region_code": project.region_code, "industry": project.industry, "level": "yellow", "rank": 2,
        "status": "open", "measure": 16, "since": at.date(), "opened_on": at.date(), "changed_at": at,
    }  # fmt: skip
    return Warning.objects.create(project=project, **{**known, **fields})


def figures(code: str) -> dict:
    return read_figures([code])[code].figures


def test_projects_and_warnings_are_counted_for_county_city_and_province(at, today):
    one = make_project(at, "P1", region_code="140105")
    two = make_project(at, "P2", region_code="140200", status="suspended", category="05")
    parent = warn(one, at, due_on=today - timedelta(days=1))
    warn(one, at, rule="SX-02", level="red", rank=4, due_on=today)
    warn(one, at, rule="SX-03", hidden_by=parent)
    warn(two, at, status="cleared", cleared_on=today)
    refresh(as_of=today, at=at)
    province = figures("140000")
    assert province["projects"]["total"] == 2
    assert province["projects"]["active"] == 1
    assert province["projects"]["status"] == {"active": 1, "suspended": 1}
    assert province["projects"]["industry"]["transport"] == {"projects": 1, "workers": 0, "warnings": 0}
    assert province["warnings"] == {
        "open": 2, "projects": 1, "hidden": 1, "overdue": 1, "level": {"yellow": 1, "red": 1},
        "rule": {"SX-01": {"yellow": 1}, "SX-02": {"red": 1}},
    }  # fmt: skip
    assert figures("140105")["warnings"] == figures("140100")["warnings"] == province["warnings"]
    assert figures("140200")["warnings"]["open"] == 0


def test_heads_and_money_come_from_the_ledger(at):
    make_site(at)
    refresh(as_of=date(2026, 3, 6), at=at)
    told = figures("140105")
    # Workers 1 and 2 passed on the 6th; 3 only until the 4th; the fourth never came.
    assert told["workers"] == {"today": 2, "month": 3}
    assert told["projects"]["industry"]["housing"]["workers"] == 3
    march = told["months"][0]
    assert march["month"] == "2026-03"
    assert (march["attended"], march["unpaid"]) == (3, 2)
    assert march["due_fen"] == 1_500_000
    assert march["paid_fen"] == 1_000_000
    assert march["missing_fen"] == 500_000


def test_the_trend_counts_days(at, today):
    project = make_project(at)
    warning = warn(project, at)
    for kind, back in (("opened", 0), ("reopened", 1), ("raised", 1), ("cleared", 2), ("opened", TREND_DAYS)):
        WarningEvent.objects.create(
            warning=warning, kind=kind, on=today - timedelta(days=back), at=at, rule_version="1"
        )
    refresh(as_of=today, at=at)
    days = list(trend_days(figures("140105"), 3))
    assert days == [
        (today - timedelta(days=2), 0, 1),
        (today - timedelta(days=1), 1, 0),
        (today, 1, 0),
    ]
    assert len(list(trend_days(figures("140105"), 90))) == 90
    assert sum(opened for _, opened, _ in trend_days(figures("140105"), 90)) == 2


def test_counting_again_changes_nothing_and_forgets_places_that_emptied(at, today):
    project = make_project(at)
    assert refresh(as_of=today, at=at) == 3
    before = figures("140105")
    refresh(as_of=today, at=at)
    assert figures("140105") == before
    project.delete()
    assert refresh(as_of=today, at=at) == 0
    assert not RegionFigures.objects.exists()


def test_a_person_on_two_projects_of_a_county_is_one_person_there(at):
    first = make_project(at, "P1", region_code="140105")
    second = make_project(at, "P2", region_code="140105", category="05")
    third = make_project(at, "P3", region_code="140200")
    for number, projects in ((1, (first, second, third)), (2, (first,))):
        for project in projects:
            make_worker(project, number, at)
    swipes = [
        SwipeRow("", code, identity(number), datetime(2026, 3, day, 7), "in")
        for code, number, day in (("P1", 1, 5), ("P2", 1, 6), ("P3", 1, 6), ("P1", 2, 5), ("P1", 2, 6))
    ]
    admit(swipes, arrival=Arrival(source="test", at=at))
    seal(at=at)
    refresh(as_of=date(2026, 3, 6), at=at)
    assert figures("140105")["workers"] == {"today": 2, "month": 2}
    assert figures("140200")["workers"] == {"today": 1, "month": 1}
    assert figures("140000")["workers"] == {"today": 2, "month": 2}
    assert figures("140105")["projects"]["industry"]["transport"]["workers"] == 1
    # Attendance is counted by worker and project: each owes wages of its own.
    assert figures("140105")["months"][0]["attended"] == 3


def test_what_arrives_after_a_refresh_is_in_the_next(at):
    site = make_site(at)
    refresh(as_of=date(2026, 3, 6), at=at)
    swipe = SwipeRow("", "P1", identity(4), datetime(2026, 3, 6, 7), "in")
    admit([swipe], arrival=Arrival(source="test", at=at))
    seal(at=at)
    refresh(as_of=date(2026, 3, 6), at=at)
    assert figures(site.project.region_code)["workers"] == {"today": 3, "month": 4}
