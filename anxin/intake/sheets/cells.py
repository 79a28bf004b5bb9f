"""Reading single cells of a sheet. Values come as text, numbers, dates or booleans; blanks as None or "".

Each reader answers None (or "") for a blank and raises ``CellError`` with words for the person who filled the sheet.
No word contains the value: cells may hold personal data.
"""

import re
import unicodedata
from datetime import date, datetime
from typing import Any

from anxin.intake import values
from anxin.law.civil import first_day

_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+")
_EXCEL_DIGITS = 10**15
_FORMULA_TEXT = re.compile(r'="(.*)"')


class CellError(ValueError):
    """What is wrong with a cell, in Chinese and English."""

    def __init__(self, reason: str, reason_en: str) -> None:
        super().__init__(reason_en)
        self.reason, self.reason_en = reason, reason_en


def text(value: Any) -> str:
    """Trimmed text in plain characters, without the tricks that keep a CSV cell text (``="…"``, a leading ``'``)."""
    raw = values.text(value)
    if not raw.isascii():
        raw = unicodedata.normalize("NFKC", raw).strip()
    if raw[:1] in ("=", "'", "’", "`"):
        trick = _FORMULA_TEXT.fullmatch(raw)
        raw = trick.group(1) if trick else raw.lstrip("'’`")
    return raw.strip()


def long_number(value: Any) -> str:
    """A document, card or account number as text; raises when Excel has already lost its last digits."""
    if isinstance(value, float) and (abs(value) >= _EXCEL_DIGITS or not value.is_integer()):
        raise _lost_digits()
    raw = "".join(text(value).split()).replace("-", "") if not isinstance(value, float) else str(int(value))
    if _SCIENTIFIC.fullmatch(raw):
        raise _lost_digits()
    return raw


def _lost_digits() -> CellError:
    return CellError(
        "被Excel改成了科学计数法，末几位已丢失，请把该列单元格格式设为“文本”后重新填写",
        "was turned into scientific notation and lost its last digits; format the column as text and enter it again",
    )


def account_number(value: Any) -> str:
    """A bank card or account number: digits (banks' sub-accounts may hold letters), 5 to 40 of them."""
    raw = long_number(value)
    if raw and not (5 <= len(raw) <= 40 and raw.isascii() and raw.isalnum()):
        raise CellError("账号格式不正确，请填写完整账号", "is not an account number; give it in full")
    return raw


def money(value: Any, unit: int = 100) -> int | None:
    """Yuan (or, with ``unit`` 1_000_000, 万元) as fen."""
    if isinstance(value, date | bool):
        raise CellError("不是金额", "is not an amount")
    raw = text(value)
    for factor, endings in ((1_000_000, ("万元", "万")), (100, ("元整", "元"))):
        for ending in endings:
            if raw.endswith(ending):
                raw, unit = raw.removesuffix(ending), factor
                break
        else:
            continue
        break
    if raw in {"-", "—", "/"}:
        return None
    try:
        return values.fen(raw, unit)
    except ValueError:
        raise CellError("不是金额，请只填数字", "is not an amount; give a number") from None


def unit_of(heading: str, default: int) -> int:
    """Fen in one unit of a money column, from what its heading says in brackets."""
    if "万" in heading:
        return 1_000_000
    return 100 if "元" in heading else default


def number(value: Any) -> float | None:
    """A decimal number."""
    if isinstance(value, date | bool):
        raise CellError("不是数字", "is not a number")
    raw = text(value)
    if raw in {"-", "—", "/"}:
        return None
    try:
        return values.number(raw)
    except ValueError:
        raise CellError("不是数字", "is not a number") from None


def day(value: Any) -> date | None:
    """A date in any spelling, an Excel serial, or a month (its first day)."""
    try:
        found = values.day(value if isinstance(value, date) else text(value).replace("号", "日"))
    except ValueError:
        found_month = _month_or_none(value)
        if found_month is None:
            raise CellError("不是日期，请写成2026-03-01", "is not a date; write it as 2026-03-01") from None
        found = first_day(found_month)
    return found


def _month_or_none(value: Any) -> str | None:
    try:
        return values.month(text(value))
    except ValueError:
        return None


def moment(value: Any) -> datetime | None:
    """A moment in civil time; a date without a time counts from midnight."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    raw = value if isinstance(value, datetime) else text(value)
    try:
        return values.moment(raw)
    except ValueError:
        pass
    try:
        found = values.day(raw)
    except ValueError:
        found = None
    if found is None or (isinstance(raw, str) and ":" in raw):
        raise CellError(
            "不是时间，请写成2026-03-01 07:30:00", "is not a time; write it as 2026-03-01 07:30:00"
        ) from None
    return datetime(found.year, found.month, found.day)


def month(value: Any) -> str | None:
    """A wage month, from a month or any date in it."""
    try:
        return values.month(value if isinstance(value, date) else text(value).replace(" ", ""))
    except ValueError:
        raise CellError("不是月份，请写成2026-03", "is not a month; write it as 2026-03") from None


def flag(value: Any) -> bool | None:
    """A yes or no."""
    raw = text(value)
    if raw in {"√", "✓", "✔"}:
        return True
    if raw in {"×", "✗", "x", "X", "-", "—"}:
        return False
    try:
        return values.flag(value if isinstance(value, bool) else raw)
    except ValueError:
        raise CellError("请填“是”或“否”", "must be yes or no") from None
