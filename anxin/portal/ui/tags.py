"""Template tags and filters of all pages."""

import json
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from anxin.law.civil import SHANGHAI
from anxin.portal.ui.icons import LEVEL_SHAPES, OUTLINES
from anxin.portal.ui.words import LEVELS, WORDS
from anxin.registry import regions

register = template.Library()

DIST = Path(__file__).resolve().parent.parent / "static" / "dist"
NOTHING = "—"


def in_english() -> bool:
    """Whether the page speaks English."""
    return (get_language() or "").startswith("en")


@lru_cache(maxsize=1)
def _manifest() -> dict[str, str]:
    file = DIST / "manifest.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


@register.simple_tag
def asset(name: str) -> str:
    """Address of a built file: ``{% asset "app.css" %}``. Unbuilt, it is the plain name."""
    if settings.DEBUG:
        _manifest.cache_clear()
    return static(f"dist/{_manifest().get(name, name)}")


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line icon of 20 × 20 px: ``{% icon "search" %}``."""
    # The outlines are constants of ours, never input.
    return mark_safe(  # noqa: S308
        f'<svg class="ax-icon" viewBox="0 0 24 24" aria-hidden="true">{OUTLINES[name]}</svg>'
    )


@register.simple_tag(takes_context=True)
def narrowed(context: dict[str, Any], name: str, value: str) -> str:
    """Address of the list shown, from its first page, with one parameter set, or without it for an empty value. The
    view stays the one that is shown, also where the address does not name it."""
    kept = context["request"].GET.copy()
    for gone in ("page", name):
        kept.pop(gone, None)
    if value:
        kept["view"], kept[name] = context["asked"].view, value
    return f"?{kept.urlencode()}"


@register.filter
def level(value: str) -> SafeString:
    """A warning's level: shape, word and colour, so that nobody needs to tell the colours apart."""
    shape = mark_safe(LEVEL_SHAPES.get(value, ""))  # noqa: S308
    return format_html(
        '<span class="ax-level ax-level-{}"><svg viewBox="0 0 16 16" aria-hidden="true">{}</svg>{}</span>',
        value,
        shape,
        LEVELS.get(value, value),
    )


@register.filter
def level_word(value: str) -> str:
    """The word of a level alone."""
    return str(LEVELS.get(value, value))


@register.filter
def word(value: str, kind: str) -> str:
    """The word for a stored code: ``{{ project.status|word:"project" }}``; kinds: industry, project, investment,
    warning, event, movement, deposit, date."""
    return str(WORDS.get(f"{kind}.{value}", value or NOTHING))


@register.filter
def said_word(label: str) -> str:
    """A label of another room, such as a role's, in the page's language."""
    return gettext(label) if label else ""


@register.filter
def number(value: Any) -> str:
    """1234567 → 1,234,567; 0.5 stays 0.5; nothing is a dash."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{int(value):,}"


@register.filter
def money(fen: int | None) -> str:
    """Fen as yuan with two decimals: 123456 → 1,234.56."""
    return NOTHING if fen is None else f"{fen / 100:,.2f}"


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as yuan the way people say it: 924000 → 9,240; 924050 → 9,240.50."""
    return NOTHING if fen is None else f"{fen // 100:,}" if fen % 100 == 0 else f"{fen / 100:,.2f}"


@register.filter
def money_short(fen: int | None) -> str:
    """Fen as a figure to glance at: 1.23 亿元, 45.6 万元; in English ¥123 M, ¥456 k."""
    if fen is None:
        return NOTHING
    yuan = fen / 100
    english = in_english()
    steps = ((1e9, "bn"), (1e6, "m"), (1e3, "k")) if english else ((1e8, "亿元"), (1e4, "万元"))
    for step, unit in steps:
        if abs(yuan) >= step:
            figure = f"{yuan / step:,.2f}" if abs(yuan) < 10 * step else f"{yuan / step:,.1f}"
            return f"¥{figure} {unit}" if english else f"{figure} {unit}"
    return f"¥{yuan:,.0f}" if english else f"{yuan:,.0f} 元"


@register.filter
def typed_sum(given: dict[str, str], key: str) -> str:
    """The sum typed for one of several, in a form that is shown again."""
    return given.get(f"sum-{key}", "")


@register.filter
def day(value: date | datetime | None) -> str:
    """A civil date as 2026-04-20."""
    if value is None:
        return NOTHING
    return (value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value).isoformat()


@register.filter
def plain_day(value: date | datetime | None) -> str:
    """A civil date the way people say it: 2026年4月20日."""
    if value is None:
        return NOTHING
    on = value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
    return f"{on.day} {on:%B %Y}" if in_english() else f"{on.year}年{on.month}月{on.day}日"


@register.filter
def moment(value: datetime | None) -> str:
    """A moment in civil time: 2026-04-20 12:00."""
    return NOTHING if value is None else f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


@register.filter
def month_name(month: str) -> str:
    """A wage month as one says it: 2026-03 → 2026年3月."""
    year, _dash, number = month.partition("-")
    return f"{year}年{int(number)}月" if number.isdigit() and not in_english() else month


@register.filter
def unit_name(unit: Any) -> str:
    """An organisation's name in the page's language."""
    return (unit.name_en if in_english() and unit.name_en else unit.name) if unit is not None else NOTHING


@register.filter
def hour(value: datetime | None) -> str:
    """The time of day of a moment, in civil time: 12:00."""
    return "" if value is None else f"{value.astimezone(SHANGHAI):%H:%M}"


@register.filter
def share(part: float | None, whole: float | None) -> str:
    """A share in per cent: ``{{ paid|share:due }}`` → 98.5%; nothing to divide is a dash."""
    return f"{100 * part / whole:.1f}%" if part is not None and whole else NOTHING


@register.filter
def said(row: Any, field: str) -> str:
    """The sentence of a row in the page's language: ``{{ warning|said:"reason" }}`` reads reason or reason_en.

    No row is no sentence.
    """
    if row is None:
        return ""
    english = in_english()
    return getattr(row, f"{field}_en", "") or getattr(row, field) if english else getattr(row, field)


@register.filter
def in_language(pair: Any) -> str:
    """One of {zh, en} (mapping or object) in the page's language."""
    name = "en" if in_english() else "zh"
    if isinstance(pair, dict):
        return str(pair.get(name) or pair.get("zh") or "")
    return str(getattr(pair, name, pair))


@register.filter
def region(code: str) -> str:
    """The place's own name: 140105 → 小店区; an unknown code stays as it is."""
    row = regions.table().get(code)
    if row is None:
        return code or NOTHING
    return (row["name_en"] or row["name"]) if in_english() else row["name"]


def region_short(code: str) -> str:
    """A name to write on a map: without 市, 县 or 自治州 where something is left."""
    name = region(code)
    if in_english():
        return name
    for ending in ("地区", "盟", "市", "县", "区"):
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return name


def outline(code: str) -> str:
    """Address of a province's outline, empty where there is none."""
    name = f"maps/{code[:2]}.json"
    return static(f"dist/{_manifest()[name]}") if name in _manifest() else ""


@register.filter
def region_path(code: str) -> str:
    """Names from the province down: 山西省 太原市 小店区."""
    english = in_english()
    names = regions.path_names(code, english=english)
    if not names:
        return code or NOTHING
    return ", ".join(reversed(names)) if english else " ".join(names)


@register.simple_tag
def days_since(start: date | None, end: date) -> str:
    """How many days have gone by, in words."""
    if start is None:
        return ""
    return gettext("第 %(days)s 天") % {"days": f"{(end - start).days + 1:,}"}
