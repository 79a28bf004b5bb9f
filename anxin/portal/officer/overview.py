"""Overview of a place: how many sites and people, which warnings, what of the wages is missing, and where."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anxin.insight.overview import no_figures, read_figures, trend_days
from anxin.insight.places import children_of, covers, parent_of
from anxin.insight.rule_book import rule_titles
from anxin.insight.scope import in_region, visible_projects
from anxin.law.civil import civil_date
from anxin.people.access import may
from anxin.people.duty import on_duty
from anxin.people.models import Organisation, User
from anxin.portal.ui import tags
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.words import LEVELS
from anxin.registry import regions
from anxin.registry.models.projects import Industry

# How many shades a map has beside that of nought; ``charts.js`` and ``.ax-shade-…`` hold the colours.
SHADES = 4
RULES_SHOWN = 12
PROJECTS_SHOWN = 20
DUTY_SHOWN = 6
TREND_CHOICES = (30, 90)


@needs("overview")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The figures of the person's jurisdiction, or with ``region`` of a place inside it, as last counted."""
    user = signed_in(request)
    at = timezone.now()
    today = civil_date(at)
    region = request.GET.get("region") or user.region
    if not region:
        return render(request, "officer/overview_nowhere.html")
    if not covers(user.region, region) or (region != user.region and not regions.exists(region)):
        raise Http404
    children = children_of(region)
    known = read_figures([region, *children])
    own = known.get(region)
    figures = own.figures if own else no_figures()
    days = 90 if request.GET.get("days") == "90" else 30
    places = _places(children, {code: row.figures for code, row in known.items()})
    context = {
        "region": region,
        "above": _above(user, region),
        "counted": own,
        "today": today,
        "figures": figures,
        "levels": _levels(figures),
        "rules": _rules(figures),
        "industries": _industries(figures),
        "months": _months(figures),
        "places": places,
        "projects": _projects(user, region) if not children else [],
        "days": days,
        "day_choices": TREND_CHOICES,
        "trend": _trend(figures, days),
        "map": _map(region, places) if region.endswith("0000") else None,
        **_on_duty(user, region, at),
        "projects_url": f"{reverse('projects')}?region={region}",
    }
    return render(request, "officer/overview.html", context)


def _on_duty(user: User, region: str, at: datetime) -> dict[str, Any]:
    """Whom to ring in this place now, for those who work the desk: its own unit first, then those below."""
    if not may(user, "desk"):
        return {}
    turns = on_duty(Organisation.objects.filter(in_region(region), active=True), at=at)
    return {"on_duty": turns[:DUTY_SHOWN], "on_duty_more": max(len(turns) - DUTY_SHOWN, 0)}


def _above(user: User, region: str) -> list[str]:
    """The places between the jurisdiction and this one, outermost first."""
    path: list[str] = []
    place = parent_of(region)
    while place and covers(user.region, place):
        path.insert(0, place)
        place = parent_of(place)
    return path


def _levels(figures: dict[str, Any]) -> list[dict[str, Any]]:
    counts = figures["warnings"]["level"]
    most = max(counts.values(), default=0) or 1
    return [
        {"level": level, "n": counts.get(level, 0), "share": 100 * counts.get(level, 0) / most}
        for level in reversed(LEVELS)
    ]


def _rules(figures: dict[str, Any]) -> list[dict[str, Any]]:
    titles = rule_titles(english=tags.in_english())
    rows = [
        {"rule": rule, "title": titles.get(rule, rule), "n": sum(counts.values()), "counts": counts}
        for rule, counts in figures["warnings"]["rule"].items()
    ]
    rows.sort(key=lambda row: (-row["n"], row["rule"]))
    most = rows[0]["n"] if rows else 1
    for row in rows:
        row["parts"] = [
            {"level": level, "share": 100 * row["counts"][level] / most}
            for level in reversed(LEVELS)
            if level in row["counts"]
        ]
    return rows[:RULES_SHOWN]


def _industries(figures: dict[str, Any]) -> list[dict[str, Any]]:
    counts = figures["projects"]["industry"]
    rows = [{"industry": code, **counts[code]} for code in Industry.values if code in counts]
    rows.sort(key=lambda row: -row["projects"])
    most = rows[0]["projects"] if rows else 1
    for row in rows:
        row["share"] = 100 * row["projects"] / most
    return rows


def _months(figures: dict[str, Any]) -> list[dict[str, Any]]:
    rows = figures["months"]
    for row in rows:
        row["share"] = 100 * row["paid_fen"] / row["due_fen"] if row["due_fen"] else None
    return rows


def _places(children: tuple[str, ...], figures: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for code in children:
        told = figures.get(code) or no_figures()
        rows.append(
            {
                "code": code,
                "projects": told["projects"]["active"],
                "workers": told["workers"]["month"],
                "open": told["warnings"]["open"],
                "red": told["warnings"]["level"].get("red", 0),
            }
        )
    rows.sort(key=lambda row: (-row["open"], -row["projects"], row["code"]))
    most = max((row["open"] for row in rows), default=0) or 1
    for turn, row in enumerate(rows, start=1):
        row["share"], row["turn"] = 100 * row["open"] / most, turn
    return rows


def shade_steps(most: int) -> list[tuple[int, int]]:
    """The steps a map is shaded in, each from and to how many: nought for itself, then at most ``SHADES`` even ones."""
    if most <= SHADES:
        return [(n, n) for n in range(most + 1)]
    width = -(-most // SHADES)
    return [(0, 0), *((low, min(low + width - 1, most)) for low in range(1, most + 1, width))]


def _shade(value: int, steps: list[tuple[int, int]]) -> int:
    """The step of a value on a scale of ``SHADES``: the most is always the darkest."""
    step = next(n for n, (low, high) in enumerate(steps) if low <= value <= high)
    return 0 if step == 0 else SHADES - (len(steps) - 1 - step)


def _map(region: str, places: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What the map draws: each place by its code; None where no outline was built."""
    outline = tags.outline(region)
    if not outline:
        return None
    steps = shade_steps(max((row["open"] for row in places), default=0))
    return {
        "url": outline,
        "legend": [
            {"words": f"{low:,}" if low == high else f"{low:,}–{high:,}", "shade": _shade(low, steps)}
            for low, high in steps
        ],
        "regions": [
            {
                "name": row["code"],
                "title": tags.region(row["code"]),
                "short": tags.region_short(row["code"]),
                "value": row["open"],
                "shade": _shade(row["open"], steps),
                "turn": row["turn"],
                "url": f"{reverse('overview')}?region={row['code']}",
                "lines": [
                    f"{_('未解除预警')} {row['open']:,}",
                    f"{_('在建项目')} {row['projects']:,}",
                    f"{_('本月在岗工人')} {row['workers']:,}",
                ],
            }
            for row in places
        ],
    }


def _projects(user: User, region: str) -> list[Any]:
    """The projects of a county that have the most open warnings."""
    standing = Count("warnings", filter=Q(warnings__status="open", warnings__hidden_by=None))
    projects = visible_projects(user).filter(in_region(region)).select_related("contractor")
    return list(projects.annotate(open_warnings=standing).order_by("-open_warnings", "code")[:PROJECTS_SHOWN])


def _trend(figures: dict[str, Any], days: int) -> dict[str, Any] | None:
    """The picture of warnings opened and cleared day by day."""
    told = list(trend_days(figures, days))
    if not told:
        return None
    return {
        "grid": {"left": 8, "right": 8, "top": 32, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "right": 0, "itemWidth": 12, "itemHeight": 8},
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "category",
            "data": [day.isoformat() for day, _opened, _cleared in told],
            "axisLabel": {"formatter": "monthDay", "hideOverlap": True},
        },
        "yAxis": {"type": "value", "minInterval": 1, "axisLabel": {"formatter": "number"}},
        "series": [
            {"name": _("发出"), "type": "bar", "data": [row[1] for row in told], "barMaxWidth": 14, "color": "#9db4c0"},
            {
                "name": _("解除"),
                "type": "line",
                "data": [row[2] for row in told],
                "showSymbol": False,
                "lineStyle": {"width": 2},
                "color": "#0b5f59",
            },
        ],
    }
