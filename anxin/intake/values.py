"""Reading the spellings in which senders write numbers, money, dates and directions. Pure functions.

Each answers None for a blank and raises ValueError (with a short reason that holds no personal data) for nonsense.
"""

import math
import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from anxin.law.civil import SHANGHAI

IN, OUT, UNKNOWN = "in", "out", "unknown"
_DIRECTIONS = {
    "01": IN, "1": IN, "in": IN, "i": IN, "入": IN, "进": IN, "入场": IN, "进场": IN, "进门": IN, "进入": IN,
    "02": OUT, "2": OUT, "0": OUT, "out": OUT, "o": OUT, "出": OUT, "出场": OUT, "退场": OUT, "出门": OUT, "离开": OUT,
}  # fmt: skip
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_EXCEL_EPOCH = date(1899, 12, 30)
_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
_MOMENT_FORMATS = (
    "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M", "%Y%m%d%H%M%S",
)  # fmt: skip
_MONTH_FORMATS = ("%Y-%m", "%Y/%m", "%Y.%m", "%Y年%m月", "%Y年%m月份", "%Y%m")


def text(value: object) -> str:
    """A value as trimmed text; None gives the empty string, 12.0 gives ``12``."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _decimal(raw: str) -> Decimal:
    """A number in digits. Commas part thousands and nothing else: ``6,5`` is as likely 6.5 as 65, and is no number."""
    raw = raw.replace("，", ",")
    if "," in raw:
        if not _GROUPED.fullmatch(raw):
            raise ValueError("not a number")
        raw = raw.replace(",", "")
    if "_" in raw:
        raise ValueError("not a number")
    try:
        return Decimal(raw)
    except InvalidOperation:
        raise ValueError("not a number") from None


def fen(value: object, unit: int = 100) -> int | None:
    """Money in yuan (or, with ``unit`` 1_000_000, in 万元) as integer fen. Half a fen is rounded up."""
    raw = text(value).removeprefix("¥").removeprefix("￥").removesuffix("元").strip()
    if not raw:
        return None
    amount = _decimal(raw)
    if not amount.is_finite() or abs(amount) > Decimal(10) ** 15:
        raise ValueError("not a usable number")
    return int((amount * unit).quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def number(value: object) -> float | None:
    """A decimal number."""
    raw = text(value)
    if not raw:
        return None
    found = float(_decimal(raw))
    if not math.isfinite(found):
        raise ValueError("not a usable number")
    return found


def whole(value: object) -> int | None:
    """A whole number, however it is written (``3``, ``"3"``, 3.0, True)."""
    if isinstance(value, bool):
        return int(value)
    amount = number(value)
    if amount is None:
        return None
    if amount != int(amount):
        raise ValueError("not a whole number")
    return int(amount)


def flag(value: object) -> bool | None:
    """A yes or no: 1/0, true/false, 是/否, Y/N."""
    raw = text(value).lower()
    if not raw:
        return None
    if raw in {"1", "true", "是", "y", "yes", "有", "已"}:
        return True
    if raw in {"0", "false", "否", "n", "no", "无", "未"}:
        return False
    raise ValueError("neither yes nor no")


def day(value: object) -> date | None:
    """A civil date: text in five spellings, with or without a time behind it, or an Excel serial number."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raw = text(value)
    if not raw:
        return None
    for candidate in (raw, raw.split(" ")[0].split("T")[0]):
        for form in _DATE_FORMATS:
            if form == "%Y%m%d" and len(candidate) != 8:
                continue
            try:
                return datetime.strptime(candidate, form).date()
            except ValueError:
                continue
    try:
        serial = float(raw)
    except ValueError:
        raise ValueError("not a date") from None
    if 20_000 <= serial <= 80_000:
        return _EXCEL_EPOCH + timedelta(days=int(serial))
    raise ValueError("not a date")


def moment(value: object) -> datetime | None:
    """A naive moment in civil time; an ISO offset is converted to Asia/Shanghai; an Excel serial is understood."""
    if isinstance(value, datetime):
        return _civil(value)
    raw = text(value)
    if not raw:
        return None
    if len(raw) >= 19 and raw[4] == raw[7] == "-" and raw[13] == raw[16] == ":":
        # What nearly every sender writes, read twenty times faster than by a list of formats.
        try:
            return _civil(datetime.fromisoformat(raw))
        except ValueError:
            pass
    for form in _MOMENT_FORMATS:
        try:
            return datetime.strptime(raw, form)
        except ValueError:
            continue
    try:
        return _civil(datetime.fromisoformat(raw))
    except ValueError:
        pass
    try:
        serial = float(raw)
    except ValueError:
        raise ValueError("not a time") from None
    if 20_000 <= serial <= 80_000:
        start = datetime(_EXCEL_EPOCH.year, _EXCEL_EPOCH.month, _EXCEL_EPOCH.day)
        return start + timedelta(seconds=round(serial * 86_400))
    raise ValueError("not a time")


def _civil(value: datetime) -> datetime:
    try:
        return value.astimezone(SHANGHAI).replace(tzinfo=None) if value.tzinfo else value
    except OverflowError:
        raise ValueError("not a time") from None


def month(value: object) -> str | None:
    """A wage month as ``YYYY-MM``, from a month or from any date in it."""
    if isinstance(value, date):
        return f"{value.year:04d}-{value.month:02d}"
    raw = text(value)
    if not raw:
        return None
    for form in _MONTH_FORMATS:
        if form == "%Y%m" and len(raw) != 6:
            continue
        try:
            found = datetime.strptime(raw, form)
        except ValueError:
            continue
        return f"{found.year:04d}-{found.month:02d}"
    found_day = day(raw)
    return f"{found_day.year:04d}-{found_day.month:02d}" if found_day else None


def direction(value: object) -> str:
    """``in``, ``out`` or ``unknown``, from the national, Zhejiang, CWR and Ningbo spellings."""
    return _DIRECTIONS.get(text(value).lower(), UNKNOWN)
