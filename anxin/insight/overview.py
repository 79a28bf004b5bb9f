"""Figures of every place, counted once after a sweep and read by all who look.

A place's figures are one JSON object:

- ``projects``: {total, active, status: {code: n}, industry: {code: {projects, workers, warnings}}}
- ``workers``: {today, month}: different people who passed a gate on the day, and in its month
- ``warnings``: {open, projects, hidden, overdue, level: {level: n}, rule: {id: {level: n}}}: open, none covered
- ``trend``: {from, opened: [n …], cleared: [n …]}: a number a day for the last ``TREND_DAYS`` days
- ``months``: [{month, attended, unpaid, due_fen, paid_fen, missing_fen} …]: newest first, see ``overview_ledger``
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from anxin.insight.models import RegionFigures
from anxin.insight.overview_ledger import Sites, months_by_place, workers_by_place
from anxin.insight.places import levels_of
from anxin.registry.models import Project
from anxin.registry.models.projects import ProjectStatus
from anxin.watch.models import Warning, WarningEvent

TREND_DAYS = 90
_UP = ("opened", "reopened")


def refresh(*, as_of: date, at: datetime) -> int:
    """Count the figures of all places again. Answers how many places have any. Idempotent; one short transaction."""
    places: dict[str, dict[str, Any]] = defaultdict(no_figures)
    projects = list(Project.objects.values_list("id", "region_code", "industry", "status"))
    _projects(places, projects)
    _warnings(places, as_of)
    _trend(places, as_of)
    sites = Sites(
        regions={pk: region for pk, region, _, _ in projects},
        industries={pk: industry for pk, _, industry, _ in projects},
    )
    for code, told in workers_by_place(sites, as_of=as_of).items():
        places[code]["workers"] = {"today": told["today"], "month": told["month"]}
        for industry, workers in told["industry"].items():
            _industry(places[code], industry)["workers"] = workers
    for code, months in months_by_place(sites, as_of=as_of).items():
        places[code]["months"] = months
    rows = [
        RegionFigures(region_code=code, as_of=as_of, counted_at=at, figures=figures)
        for code, figures in places.items()
        if code
    ]
    with transaction.atomic():
        RegionFigures.objects.exclude(region_code__in=[row.region_code for row in rows]).delete()
        RegionFigures.objects.bulk_create(
            rows,
            batch_size=200,
            update_conflicts=True,
            unique_fields=["region_code"],
            update_fields=["as_of", "counted_at", "figures"],
        )
    return len(rows)


def read_figures(codes: Iterable[str]) -> dict[str, RegionFigures]:
    """The figures of some places; a place where there is nothing is missing."""
    return RegionFigures.objects.in_bulk(list(codes))


def no_figures() -> dict[str, Any]:
    """The figures of a place where there is nothing."""
    return {
        "projects": {"total": 0, "active": 0, "status": {}, "industry": {}},
        "workers": {"today": 0, "month": 0},
        "warnings": {"open": 0, "projects": 0, "hidden": 0, "overdue": 0, "level": {}, "rule": {}},
        "trend": {"from": "", "opened": [], "cleared": []},
        "months": [],
    }


def _industry(place: dict[str, Any], industry: str) -> dict[str, int]:
    found: dict[str, int] = place["projects"]["industry"].setdefault(
        industry, {"projects": 0, "workers": 0, "warnings": 0}
    )
    return found


def _add(counts: dict[str, int], key: str, n: int) -> None:
    counts[key] = counts.get(key, 0) + n


def _projects(places: dict[str, dict[str, Any]], projects: list[tuple[int, str, str, str]]) -> None:
    grouped = Counter((region, industry, status) for _, region, industry, status in projects)
    for (region, industry, status), n in grouped.items():
        for code in levels_of(region):
            place = places[code]
            place["projects"]["total"] += n
            place["projects"]["active"] += n * (status == ProjectStatus.ACTIVE)
            _add(place["projects"]["status"], status, n)
            _industry(place, industry)["projects"] += n


def _warnings(places: dict[str, dict[str, Any]], as_of: date) -> None:
    standing = Warning.objects.filter(status="open").order_by()
    grouped = (
        standing.filter(hidden_by=None)
        .values_list("region_code", "industry", "rule", "level")
        .annotate(n=Count("id"), late=Count("id", filter=Q(due_on__lt=as_of)))
    )
    for region, industry, rule, level, n, late in grouped:
        for code in levels_of(region):
            told = places[code]["warnings"]
            told["open"] += n
            told["overdue"] += late
            _add(told["level"], level, n)
            _add(told["rule"].setdefault(rule, {}), level, n)
            if industry:
                _industry(places[code], industry)["warnings"] += n
    hidden = standing.exclude(hidden_by=None).values_list("region_code").annotate(n=Count("id"))
    for region, n in hidden:
        for code in levels_of(region):
            places[code]["warnings"]["hidden"] += n
    troubled = standing.exclude(project=None).values_list("region_code").annotate(n=Count("project", distinct=True))
    for region, n in troubled:
        for code in levels_of(region):
            places[code]["warnings"]["projects"] += n


def _trend(places: dict[str, dict[str, Any]], as_of: date) -> None:
    first = as_of - timedelta(days=TREND_DAYS - 1)
    grouped = (
        WarningEvent.objects.filter(on__range=(first, as_of), kind__in=(*_UP, "cleared"))
        .order_by()
        .values_list("warning__region_code", "on", "kind")
        .annotate(n=Count("id"))
    )
    for place in places.values():
        place["trend"] = {"from": first.isoformat(), "opened": [0] * TREND_DAYS, "cleared": [0] * TREND_DAYS}
    for region, on, kind, n in grouped:
        for code in levels_of(region):
            trend = places[code]["trend"]
            if not trend["from"]:
                trend |= {"from": first.isoformat(), "opened": [0] * TREND_DAYS, "cleared": [0] * TREND_DAYS}
            trend["opened" if kind in _UP else "cleared"][(on - first).days] += n


def trend_days(figures: dict[str, Any], days: int) -> Iterator[tuple[date, int, int]]:
    """(day, opened, cleared) for the last ``days`` days of a place's figures."""
    trend = figures["trend"]
    if not trend["from"]:
        return
    first = date.fromisoformat(trend["from"])
    for index in range(max(len(trend["opened"]) - days, 0), len(trend["opened"])):
        yield first + timedelta(days=index), trend["opened"][index], trend["cleared"][index]
