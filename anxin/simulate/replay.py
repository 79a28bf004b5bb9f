"""Replaying the past: sweeps as of a series of days, so that trends and cleared warnings exist."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

from anxin.law.civil import SHANGHAI
from anxin.watch.sweep import sweep


def past_days(*, until: date, days: int, step: int = 7) -> list[date]:
    """Every ``step``-th day of the last ``days`` days, ending with ``until``."""
    back = range(days - days % step, -1, -step)
    return [until - timedelta(days=b) for b in back]


def replay(*, days: Iterable[date], progress: Callable[[date], None] | None = None) -> int:
    """Sweep as of each day, in order, as if it were seven in the evening of it. Answers how many sweeps ran.

    Facts that were uploaded later count from the days they carry, so a past day sees what was true on it.
    """
    count = 0
    for day in sorted(days):
        sweep(as_of=day, at=datetime.combine(day, time(19), tzinfo=SHANGHAI))
        count += 1
        if progress is not None:
            progress(day)
    return count
