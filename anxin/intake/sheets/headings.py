"""Finding the heading row wherever it stands, and telling the columns by any of their usual titles."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from anxin.intake.sheets.workbook import Sheet

SEARCH_ROWS = 40
_BRACKETS = re.compile(r"[(\[【（].*?[)\]】）]")
_DROP = re.compile(r"[\s*:：、,，.。_\-—/\\'\"“”]+")
_DAY = re.compile(r"(0?[1-9]|[12]\d|3[01])(?:日|号)?")
_DAY_OF_MONTH = re.compile(r"\d{1,2}月(\d{1,2})[日号]")
_YEAR_MONTH = re.compile(r"(20\d{2})\s*(?:年|[-./])\s*(1[0-2]|0?[1-9])(?!\d)(?!\s*(?:月|[-./])\s*\d)")
# 账号：6222 0200 0000 0000 001, also several such in one cell; what is said is a code, so plain letters and digits.
_SAID = re.compile(r"([^\s:：]+)\s*[:：]\s*([0-9A-Za-z](?:[0-9A-Za-z-]|\s(?=[0-9A-Za-z-]))*)")
_COMPACT_MONTH = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])(?!\d)")


@dataclass(frozen=True, slots=True)
class Column:
    """A column a kind understands: its key (the national field name where there is one) and its titles.

    The first title is printed on the template. ``spread``: a vertically merged cell counts for every row it covers.
    ``note`` explains the column on the template, in Chinese. ``above``: a line above the headings may say the value
    for every row (账号：1401…), under the column's titles or these.
    """

    key: str
    titles: tuple[str, ...]
    required: bool = False
    spread: bool = False
    note: str = ""
    example: Any = None
    above: tuple[str, ...] = ()


def column(
    key: str,
    titles: str,
    *,
    required: bool = False,
    spread: bool = False,
    note: str = "",
    example: Any = None,
    above: str = "",
) -> Column:
    """A column whose titles are written in one line, blanks between."""
    return Column(key, tuple(titles.split()), required, spread, note, example, tuple(above.split()))


@dataclass(slots=True)
class Found:
    """Where a sheet's headings stand. ``columns`` maps key to column index within the sheet's rows, ``units`` a key
    to what stood in brackets behind its title, ``days`` day of the month to column index."""

    row: int
    last_row: int
    columns: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    days: dict[int, int] = field(default_factory=dict)


def plain(title: Any) -> str:
    """A title without brackets, blanks and punctuation, lower-case, full-width letters made plain."""
    if title is None or isinstance(title, bool):
        return ""
    if isinstance(title, float) and title.is_integer():
        title = int(title)
    return _DROP.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", str(title)))).lower()


def aliases(columns: Sequence[Column]) -> dict[str, str]:
    """Plain title → key; the first column that claims a title has it."""
    known: dict[str, str] = {}
    for column in columns:
        for title in (column.key, *column.titles):
            known.setdefault(plain(title), column.key)
    return known


def _unit(title: Any) -> str:
    found = _BRACKETS.search(unicodedata.normalize("NFKC", str(title or "")))
    return found.group()[1:-1].strip() if found else ""


def _day(title: Any) -> int | None:
    if isinstance(title, float) and title.is_integer():
        title = int(title)
    text = unicodedata.normalize("NFKC", str(title or "")).strip()
    found = _DAY.fullmatch(text) or _DAY_OF_MONTH.fullmatch(text)
    if found and 1 <= int(found.group(1)) <= 31:
        return int(found.group(1))
    day = getattr(title, "day", None)
    return int(day) if isinstance(day, int) else None


def _read_row(titles: Sequence[Any], known: Mapping[str, str], with_days: bool, row: int, last: int) -> Found:
    found = Found(row=row, last_row=last)
    for index, title in enumerate(titles):
        key = known.get(plain(title))
        if key is not None:
            if key not in found.columns:
                found.columns[key] = index
                found.units[key] = _unit(title)
        elif with_days and (day := _day(title)) is not None:
            found.days.setdefault(day, index)
    if len(found.days) < 5:
        found.days = {}
    return found


def find_headings(sheet: Sheet, columns: Sequence[Column], *, with_days: bool = False) -> Found | None:
    """The heading row of a sheet: the row, or pair of rows, among the first forty that names most columns.

    None when no row names two columns (or the only required one).
    """
    known = aliases(columns)
    best: Found | None = None
    top = sheet.rows[:SEARCH_ROWS]
    spread = _spread_titles(sheet, len(top))
    for row, titles in enumerate(top):
        candidate = _read_row(titles, known, with_days, row, row)
        if row + 1 < len(top):
            width = max(len(spread[row]), len(spread[row + 1]))
            both = [
                low if (plain(low) in known or (with_days and _day(low) is not None)) else high
                for low, high in zip(_padded(spread[row + 1], width), _padded(spread[row], width), strict=True)
            ]
            pair = _read_row(both, known, with_days, row, row + 1)
            lower = _read_row(top[row + 1], known, with_days, row + 1, row + 1)
            if _score(pair) > max(_score(candidate), _score(lower)):
                candidate = pair
        if best is None or _score(candidate) > _score(best):
            best = candidate
    if best is None:
        return None
    required = {column.key for column in columns if column.required}
    enough = len(best.columns) > 1 or best.days or len(columns) == 1 or best.columns.keys() & required
    return best if enough and best.columns else None


def _score(found: Found) -> int:
    return len(found.columns) + len(found.days)


def _padded(row: Sequence[Any], width: int) -> list[Any]:
    return [*row, *[""] * (width - len(row))]


def _spread_titles(sheet: Sheet, count: int) -> list[list[Any]]:
    """The first rows with merged cells filled in."""
    rows = [list(row) for row in sheet.rows[:count]]
    for top, left, bottom, right in sheet.merged:
        first, column = top - sheet.first_row, left - sheet.first_column
        if not (0 <= first < count) or column < 0 or column >= len(rows[first]):
            continue
        value = rows[first][column]
        for r in range(first, min(bottom - sheet.first_row, count - 1) + 1):
            for c in range(column, min(right - sheet.first_column, len(rows[r]) - 1) + 1):
                rows[r][c] = value
    return rows


def title_at(sheet: Sheet, heading: Found, index: int) -> str:
    """What the file calls the column at an index; empty when nothing stands above it."""
    for row in (heading.last_row, heading.row):
        titles = sheet.rows[row]
        if index < len(titles) and titles[index] not in ("", None):
            return " ".join(str(titles[index]).split())[:30]
    return ""


def month_in(text: Any) -> str | None:
    """The month a title, sheet or file name speaks of (2026年3月, 2026-03, 202603); a full date names none."""
    if isinstance(text, date):
        return f"{text.year}-{text.month:02d}" if text.day == 1 else None
    value = unicodedata.normalize("NFKC", str(text or ""))
    found = _YEAR_MONTH.search(value) or _COMPACT_MONTH.search(value)
    return f"{found.group(1)}-{int(found.group(2)):02d}" if found else None


def said_above(sheet: Sheet, heading: int, column: Column) -> Any:
    """What the lines above the headings say of a column that may stand there; blank when nothing.

    The name and the value stand in one cell with a colon between, or in two cells side by side.
    """
    names = {plain(title) for title in (column.key, *column.titles, *column.above)} if column.above else set()
    for row in sheet.rows[:heading] if names else []:
        filled = [cell for cell in row if cell not in ("", None)]
        for index, cell in enumerate(filled):
            if index + 1 < len(filled) and plain(cell) in names and plain(filled[index + 1]) not in names:
                return filled[index + 1]
            for found in _SAID.finditer(cell if isinstance(cell, str) else ""):
                if plain(found.group(1)) in names:
                    return found.group(2)
    return ""


def month_above(sheet: Sheet, heading: int) -> str | None:
    """The month named in the title lines above the headings, or by the sheet's name."""
    for row in sheet.rows[:heading]:
        for cell in row:
            if cell not in ("", None) and (month := month_in(cell)):
                return month
    return month_in(sheet.name)
