"""Pictures of a project: attendance grid, strips of days worked, account money."""

from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anxin.insight.project_months import CalendarMonth, MoneyDay
from anxin.law.civil import first_day, last_day
from anxin.portal.officer.project_words import INSTITUTION_MARKS, INSTITUTION_STATES, INSTITUTIONS
from anxin.portal.ui.tags import in_english


def institution_marks(states: list[tuple[str, str]]) -> SafeString:
    """The five institutions as five marks, for (key, state) pairs."""
    return _marks(tuple(states), get_language() or "")


@lru_cache(maxsize=1000)
def _marks(states: tuple[tuple[str, str], ...], language: str) -> SafeString:
    marks = []
    for key, state in states:
        said = escape(f"{INSTITUTIONS[key]}：{INSTITUTION_STATES[state]}")
        short = escape(INSTITUTION_MARKS[key])
        marks.append(
            f'<span class="ax-mark ax-mark-{state}" title="{said}"><span aria-hidden="true">{short}</span>'
            f'<span class="ax-hide">{said}</span></span>'
        )
    return mark_safe(f'<span class="ax-marks">{"".join(marks)}</span>')  # noqa: S308 - escaped words only


def attendance_grid(calendar: list[CalendarMonth], *, code: str) -> SafeString:
    """Months down, days across, shade by heads at the gate; a month's name leads to its workers.

    Written here and not in a template: some 370 cells would take the template engine longer than everything else.
    """
    heads = "".join(f"<th scope=col>{n if n == 1 or n % 5 == 0 else ''}</th>" for n in range(1, 32))
    pause, nobody = escape(_("停工")), escape(_("无考勤"))
    people = escape(_("%(count)s 人"))
    lines = []
    for month in calendar:
        cells = []
        for day in month.days:
            if day.kind in {"future", "before"}:
                cells.append("<td></td>")
                continue
            said = people % {"count": f"{day.heads:,}"} if day.heads else pause if day.kind == "pause" else nobody
            kind = f"s{day.shade}" if day.heads else "p" if day.kind == "pause" else "s0"
            cells.append(f'<td class={kind} title="{day.day} {said}"></td>')
        cells.append("<td></td>" * (31 - len(month.days)))
        url = escape(reverse("project-month", args=[code, month.month]))
        peak = f"{month.peak:,}" if month.peak else "—"
        lines.append(
            f'<tr><th scope=row><a href="{url}">{month.month}</a></th>{"".join(cells)}<td class=peak>{peak}</td></tr>'
        )
    caption = escape(_("每日在场人数"))
    most = escape(_("最多"))
    return mark_safe(  # noqa: S308 - numbers, dates and escaped words only
        f'<table class="ax-heat"><caption class="ax-hide">{caption}</caption>'
        f"<thead><tr><td></td>{heads}<th scope=col class=peak>{most}</th></tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def worked_strip(mask: int, month: str) -> SafeString:
    """Days worked in a month as a strip of marks, one unit a day."""
    length = last_day(month).day
    path, day = [], 0
    while day < length:
        if not mask >> day & 1:
            day += 1
            continue
        start = day
        while day < length and mask >> day & 1:
            day += 1
        path.append(f"M{start} 0h{day - start}v1H{start}z")
    # Sundays part the weeks.
    sundays = [n for n in range(length) if first_day(month).replace(day=n + 1).isoweekday() == 7]
    weeks = "".join(f"M{n + 1} 0v1" for n in sundays if n + 1 < length)
    said = escape(_("出勤 %(days)s 天") % {"days": mask.bit_count()})
    return mark_safe(  # noqa: S308
        f'<svg class="ax-strip" viewBox="0 0 {length} 1" preserveAspectRatio="none" role="img" aria-label="{said}">'
        f'<path class="on" d="{"".join(path)}"/><path class="week" d="{weeks}"/></svg>'
    )


def money_chart(series: list[MoneyDay]) -> dict[str, Any]:
    """An ECharts option: balance of the wage account against wages due and not paid, in 万元 or thousands of yuan."""
    fen, unit = (100_000, "¥1,000") if in_english() else (1_000_000, "万元")

    def points(values: list[int | None]) -> list[list[Any]]:
        days = [p.day.isoformat() for p in series]
        return [[d, None if v is None else round(v / fen, 2)] for d, v in zip(days, values, strict=True)]

    balance, owed = _("专户余额"), _("应发未发工资")
    return {
        "grid": {"left": 8, "right": 16, "top": 40, "bottom": 8, "containLabel": True},
        "legend": {
            "top": 0,
            "left": 0,
            "itemWidth": 16,
            "itemHeight": 3,
            "itemGap": 24,
            "icon": "rect",
            "data": [balance, owed],
        },
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "time",
            "minInterval": 56 * 86_400_000,
            "axisLabel": {"color": "#566472", "hideOverlap": True},
            "splitLine": {"show": False},
        },
        "yAxis": {
            "type": "value",
            "name": unit,
            "nameTextStyle": {"color": "#566472", "align": "right"},
            "nameGap": 12,
        },
        "series": [
            {
                "name": balance,
                "type": "line",
                "step": "end",
                "showSymbol": False,
                "data": points([p.balance_fen for p in series]),
                "lineStyle": {"width": 2},
                "areaStyle": {"opacity": 0.08},
                "color": "#0b5f59",
            },
            {
                "name": owed,
                "type": "line",
                "step": "end",
                "showSymbol": False,
                "data": points([p.owed_fen for p in series]),
                "lineStyle": {"width": 2, "type": "dashed"},
                "color": "#b3261e",
            },
        ],
    }
