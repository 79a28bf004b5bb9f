"""Working days in mainland China: statutory holidays and make-up days as announced each year.

The State Council announces a year's days late in the year before. For a year not announced yet, only weekends and
the holidays fixed by date are known; such an answer is provisional and is to be asked again later.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

_NAMES = {
    "New Year's Day": ("元旦", "New Year's Day"),
    "Spring Festival": ("春节", "Spring Festival"),
    "Tomb-sweeping Day": ("清明节", "Tomb-sweeping Day"),
    "Labour Day": ("劳动节", "Labour Day"),
    "Dragon Boat Festival": ("端午节", "Dragon Boat Festival"),
    "National Day": ("国庆节", "National Day"),
    "Mid-autumn Festival": ("中秋节", "Mid-autumn Festival"),
    "Anti-Fascist 70th Day": ("抗战胜利纪念日", "Victory Day"),
}
# Days fixed by date since 2025; lunar holidays cannot be told before they are announced.
_FIXED = {
    (1, 1): "New Year's Day",
    (5, 1): "Labour Day",
    (5, 2): "Labour Day",
    (10, 1): "National Day",
    (10, 2): "National Day",
    (10, 3): "National Day",
}


@dataclass(frozen=True)
class DayKind:
    """What a civil day is: whether people work, its name when it is not an ordinary day, and how sure that is."""

    works: bool
    zh: str
    en: str
    provisional: bool


@lru_cache(maxsize=4096)
def kind_of(day: date) -> DayKind:
    """The kind of a civil day."""
    weekend = day.weekday() >= 5
    try:
        holiday, name = chinese_calendar.get_holiday_detail(day)
        provisional = False
    except NotImplementedError:
        name = _FIXED.get((day.month, day.day))
        holiday, provisional = weekend or name is not None, True
    if not holiday:
        return DayKind(True, "调休上班", "make-up working day", provisional) if weekend else _plain(True, provisional)
    if name is None:
        return _plain(False, provisional)
    zh, en = _NAMES.get(name, (name, name))
    return DayKind(False, zh, en, provisional)


def _plain(works: bool, provisional: bool) -> DayKind:
    return DayKind(works, "工作日" if works else "周末", "working day" if works else "weekend", provisional)


def is_workday(day: date) -> bool:
    """Whether people work on that day."""
    return kind_of(day).works


def last_workday(day: date) -> date:
    """``day`` itself when people work then, else the last day before it they do (a pay-day moves forward)."""
    while not is_workday(day):
        day -= timedelta(days=1)
    return day


def workdays_between(after: date, until: date) -> int:
    """Working days later than ``after`` and not later than ``until``."""
    return sum(is_workday(after + timedelta(days=n)) for n in range(1, (until - after).days + 1))
