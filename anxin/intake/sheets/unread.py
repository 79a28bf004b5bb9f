"""What a sheet says in columns nobody reads: told rather than passed over in silence."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from anxin.intake.sheets.headings import Column, Found, aliases, plain, title_at
from anxin.intake.sheets.workbook import Sheet
from anxin.vault.fields import mask_text

# Numbering and signatures stand on every paper and say nothing a platform could keep.
_PAPER = re.compile(r"序号|行号|顺序号|no|#?|.*(签字|签名|签收|签章|手印|按印|画押)")
_NEAR = 0.7
_SHORTEST = 3
_MOST = 30


def unread(sheet: Sheet, heading: Found, columns: Sequence[Column]) -> tuple[str, str] | None:
    """The columns below a heading that hold something and are not read, in Chinese and English; None when there are
    none. A title that is nearly one we know, or a second name of a column already read, is asked about."""
    known = aliases(columns)
    named = {column.key: column for column in columns}
    missing = {title: key for title, key in known.items() if key not in heading.columns}
    taken = {*heading.columns.values(), *heading.days.values()}
    width = max(len(sheet.rows[row]) for row in range(heading.row, heading.last_row + 1))
    told: list[tuple[str, str]] = []
    for index in range(width):
        title = title_at(sheet, heading, index)
        key = plain(title)
        if index in taken or _PAPER.fullmatch(key) or not _holds(sheet, heading, index):
            continue
        shown = mask_text(title)
        if (also := heading.columns.get(known.get(key, ""))) is not None:
            first = title_at(sheet, heading, also)
            told.append((f"{shown}（与“{first}”同义，只读后者）", f"{shown} (means {first}, which is read)"))
        elif near := _near(key, missing):
            said = _as_written(near, named[missing[near]])
            told.append((f"{shown}（是否为“{said}”？）", f"{shown} (did you mean {said}?)"))
        else:
            told.append((shown, shown))
    if not told:
        return None
    more = len(told) > _MOST
    zh = "、".join(one for one, _ in told[:_MOST]) + ("等" if more else "")
    en = ", ".join(one for _, one in told[:_MOST]) + (" and more" if more else "")
    return f"以下列没有读取：{zh}", f"columns not read: {en}"


def _near(title: str, missing: dict[str, str]) -> str | None:
    """The title we know and the sheet lacks that this one is nearly."""
    if len(title) < _SHORTEST:
        return None
    found = get_close_matches(title, [one for one in missing if len(one) >= _SHORTEST], n=1, cutoff=_NEAR)
    return found[0] if found else None


def _as_written(near: str, column: Column) -> str:
    return next((title for title in (*column.titles, column.key) if plain(title) == near), near)


def _holds(sheet: Sheet, heading: Found, index: int) -> bool:
    return any(
        index < len(row) and str(row[index] if row[index] is not None else "").strip()
        for row in sheet.rows[heading.last_row + 1 :]
    )
