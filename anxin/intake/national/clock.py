"""Timestamps of calls, in the spellings senders use (protocol §1.14)."""

import re
from datetime import UTC, datetime, timedelta

from anxin.law.civil import SHANGHAI

HOUR = timedelta(hours=1)


def moment_of(text: str, *, swapped: bool = False) -> tuple[datetime, timedelta]:
    """The moment a timestamp names, and how coarse it is.

    ``yyyyMMddHHmmss`` (``swapped``: seconds before minutes), ``yyyyMMddHH``, ``yyyy-MM-dd HH:mm:ss``, or epoch
    milliseconds or seconds. Raises ValueError.
    """
    raw = text.strip()
    if not raw.isascii():
        raise ValueError("not a timestamp")
    exact = timedelta(0)
    digits = re.sub(r"[-: T]", "", raw) if len(raw) == 19 else raw
    if not digits.isdigit():
        raise ValueError("not a timestamp")
    if len(digits) in (14, 17):
        year, month, day, hour, minute, second = (int(digits[:4]), *(int(digits[i : i + 2]) for i in range(4, 14, 2)))
        if swapped:
            minute, second = second, minute
        return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI), exact
    if len(digits) == 13:
        return datetime.fromtimestamp(int(digits) / 1000, UTC), exact
    if len(digits) == 10 and digits.startswith("20"):
        try:
            return datetime.strptime(digits, "%Y%m%d%H").replace(tzinfo=SHANGHAI), HOUR
        except ValueError:
            pass
    if len(digits) == 10:
        return datetime.fromtimestamp(int(digits), UTC), exact
    raise ValueError("not a timestamp")


def swap_minutes(moment: datetime) -> datetime:
    """The moment a sender meant who writes seconds before minutes."""
    return moment.replace(minute=moment.second, second=moment.minute)
