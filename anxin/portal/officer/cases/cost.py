"""What claims cost the workers, beside what they cost before: by place, door and month."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anxin.cases.models import ClaimDoor
from anxin.cases.procedure import ClockKind, clocks
from anxin.insight.cost import BASELINE, FEWEST, Cost, CostPage, Rate, Spread, months_back, read_cost
from anxin.insight.places import covers, parent_of
from anxin.law.civil import civil_date
from anxin.people.access import seats_with
from anxin.people.models import User
from anxin.portal.officer.handling_words import period
from anxin.portal.ui import tags
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import Cell, export

MONTHS = (3, 6, 12, 24)
USUAL = 12
_ACCENT, _OTHER, _LINE = "#0b5f59", "#9db4c0", "#c0251c"


@needs("cases")
@require_safe
def cost_page(request: HttpRequest) -> HttpResponse:
    """The figures of the person's jurisdiction, or with ``region`` of a place inside it, as last counted."""
    user = signed_in(request)
    homes = _homes(user)
    if not homes:
        return render(request, "officer/cases/cost_nowhere.html")
    region, door, months = _asked(request, homes)
    page = read_cost(region=region, door=door, months=months)
    context = {
        "region": region,
        "above": _above(homes, region),
        "door": door,
        "doors": [(key, _door(key)) for key in ClaimDoor.values],
        "n_months": len(months),
        "month_choices": MONTHS,
        "page": page,
        "empty": page.as_of is None,
        "compared": _compared(page.whole),
        "tables": [
            (_("按地区"), _("地区"), [(tags.region(code), code, cost) for code, cost in page.by_place if cost.told]),
            (_("按渠道"), _("渠道"), [(_door(key), "", cost) for key, cost in page.by_door if cost.told]),
            (_("按月份"), _("到账月份"), [(month, "", cost) for month, cost in reversed(page.by_month) if cost.told]),
        ],
        "steps": _steps(page.steps, region),
        "stars": [(n, told, 100 * told / (page.whole.satisfied.n or 1) if told else 0) for n, told in page.stars],
        "months_chart": _months_chart(page),
        "weeks_chart": _weeks_chart(page),
        "few": FEWEST,
        "baseline": BASELINE,
    }
    return render(request, "officer/cases/cost.html", context)


@needs("cases")
@require_safe
def cost_export(request: HttpRequest) -> HttpResponseBase:
    """All tables of the page in one file, a row a figure; what is hidden on the page is empty here."""
    homes = _homes(signed_in(request))
    if not homes:
        raise Http404
    region, door, months = _asked(request, homes)
    page = read_cost(region=region, door=door, months=months)
    day = (page.as_of or civil_date(timezone.now())).isoformat()
    headings = [_("分组"), _("名称"), _("指标"), _("人数"), _("中位数"), _("平均数"), _("对照基数")]
    name = _("维权成本-%(day)s") % {"day": day}
    return export(form=request.GET.get("form", "csv"), name=name, headings=headings, rows=_lines(page, region))


def _homes(user: User) -> list[str]:
    """The places whose figures a person may see. They are counted over all industries, so a seat bounded to one has
    none."""
    return sorted({seat.region for seat in seats_with(user, "cases") if seat.region and not seat.industry})


def _asked(request: HttpRequest, homes: list[str]) -> tuple[str, str, list[str]]:
    region = request.GET.get("region") or homes[0]
    if not any(covers(home, region) for home in homes):
        raise Http404
    door = request.GET.get("door", "")
    told = request.GET.get("months", "")
    back = int(told) if told in {str(n) for n in MONTHS} else USUAL
    return region, door if door in ClaimDoor.values else "", months_back(civil_date(timezone.now()), back)


def _above(homes: list[str], region: str) -> list[str]:
    path: list[str] = []
    place = parent_of(region)
    while place and any(covers(home, place) for home in homes):
        path.insert(0, place)
        place = parent_of(place)
    return path


def _door(key: str) -> str:
    return tags.said_word(str(ClaimDoor(key).label))


def _compared(whole: Cost) -> list[dict[str, Any]]:
    """Median and mean beside the baseline; the bars are shares of the larger of the two."""
    told = (
        (_("从反映到钱到账"), _("天"), whole.days, BASELINE.days),
        (_("跑腿次数"), _("次"), whole.trips, BASELINE.trips),
        (_("自己垫付的花费"), _("元"), whole.yuan, BASELINE.cost_fen / 100),
    )
    rows = []
    for title, unit, spread, base in told:
        most = max(base, spread.mean or 0)
        share = None if spread.mean is None else 100 * spread.mean / most
        less = None if spread.mean is None else 100 * (1 - spread.mean / base)
        row = {"title": title, "unit": unit, "spread": spread, "base": base, "share": share}
        rows.append(row | {"base_share": 100 * base / most, "less": less, "more": -less if less and less < 0 else None})
    return rows


def _steps(rates: list[Rate], region: str) -> list[dict[str, Any]]:
    known = {(kind.step, kind.basis): kind for kind in clocks(region)}
    order = list(known)
    found = [(rate, known.get((rate.step, rate.basis))) for rate in rates]
    found.sort(key=lambda one: order.index((one[0].step, one[0].basis)) if one[1] else len(order))
    return [
        {"rate": rate, "title": kind.title if kind else rate.step, "within_words": _within(kind)}
        for rate, kind in found
    ]


def _within(kind: ClockKind | None) -> str:
    if kind is None:
        return ""
    if kind.basis == "agreed":
        return _("按约定；未约定的 %(period)s") % {"period": period(kind.within)}
    return _("按责令的期限") if kind.by_hand else period(kind.within)


def _axes(names: list[str], *, unit: str, days: bool = False) -> dict[str, Any]:
    return {
        "grid": {"left": 8, "right": 8, "top": 36, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "right": 0, "itemWidth": 12, "itemHeight": 8},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": names,
                  "axisLabel": {"hideOverlap": True, **({"formatter": "monthDay"} if days else {})}},
        "yAxis": {"type": "value", "name": unit, "nameTextStyle": {"align": "left"},
                  "axisLabel": {"formatter": "number"}},
    }  # fmt: skip


def _months_chart(page: CostPage) -> dict[str, Any] | None:
    rows = [(month, cost.days) for month, cost in page.by_month]
    if not any(days.median is not None for _month, days in rows):
        return None
    names = [month for month, _days in rows]
    return _axes(names, unit=_("天")) | {
        "series": [
            {"name": _("中位数"), "type": "bar", "data": [days.median for _month, days in rows], "barMaxWidth": 28,
             "color": _ACCENT},
            {"name": _("平均数"), "type": "line", "data": [_short(days.mean) for _month, days in rows],
             "color": _OTHER},
            {"name": _("原来（45 天）"), "type": "line", "data": [BASELINE.days] * len(names), "showSymbol": False,
             "lineStyle": {"type": "dashed", "width": 1.5}, "color": _LINE},
        ]
    }  # fmt: skip


def _weeks_chart(page: CostPage) -> dict[str, Any] | None:
    if not any(week.fen is not None for week in page.weeks):
        return None
    names = [week.monday.isoformat() for week in page.weeks]
    fen = [None if week.fen is None else round(week.fen / 1_000_000, 2) for week in page.weeks]
    return _axes(names, unit=_("万元"), days=len(names) < 53) | {
        "series": [{"name": _("追回工资（万元）"), "type": "bar", "data": fen, "barMaxWidth": 20, "color": _ACCENT}]
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _lines(page: CostPage, region: str) -> Iterator[list[Cell]]:
    groups = [
        (_("全部"), [(tags.region_path(region), page.whole)]),
        (_("按地区"), [(tags.region(code), cost) for code, cost in page.by_place]),
        (_("按渠道"), [(_door(key), cost) for key, cost in page.by_door]),
        (_("按月份"), list(page.by_month)),
    ]
    for group, rows in groups:
        for name, cost in rows:
            yield _line(group, name, _("从反映到到账（天）"), cost.days, BASELINE.days)
            yield _line(group, name, _("跑腿（次）"), cost.trips, BASELINE.trips)
            yield _line(group, name, _("花费（元）"), cost.yuan, BASELINE.cost_fen / 100)
            yield _line(group, name, _("花掉的天数"), cost.spent, None)
            yield _line(group, name, _("满意度（1 至 5）"), cost.satisfied, None)
    for step in _steps(page.steps, region):
        rate = step["rate"]
        if rate.share is not None:
            title = tags.in_language(step["title"])
            yield [_("按时率"), title, _("按时完成的期限数"), rate.n, rate.met, _short(rate.share), None]
    for week in page.weeks:
        money = None if week.fen is None else week.fen / 100
        yield [_("每周追回"), week.monday, _("到账（元）"), week.people, money, None, None]


def _line(group: str, name: str, measure: str, spread: Spread, base: float | None) -> list[Cell]:
    return [group, name, measure, None if spread.hidden else spread.n, spread.median, _short(spread.mean), base]
