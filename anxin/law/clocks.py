"""Clocks that explain their deadline.

A deadline counts from the day after the event. Working days skip rest days. Natural days and months count every day,
and when the last one is a rest day the deadline moves to the next working day (Civil Code Art. 203). Hours run on.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anxin.law.calendar import kind_of
from anxin.law.civil import SHANGHAI, civil_date

_WITHIN = re.compile(r"^\s*(\d{1,4})\s+(working day|day|hour|month)s?\s*$")
_NOT_READ = "'{text}' is not a period; write '3 working days', '5 days', '24 hours' or '1 month'"
UNITS = {
    "working day": ("个工作日", "working days"),
    "day": ("日", "days"),
    "hour": ("小时", "hours"),
    "month": ("个月", "months"),
}


@dataclass(frozen=True)
class Within:
    """A period: ``count`` of ``unit`` (working day, day, hour, month)."""

    count: int
    unit: str

    def words(self, language: str) -> str:
        """3个工作日 (zh), 3 working days (en)."""
        zh, en = UNITS[self.unit]
        return f"{self.count}{zh}" if language == "zh" else f"{self.count} {en if self.count != 1 else self.unit}"


@dataclass(frozen=True)
class Step:
    """One stretch of a deadline: ``days`` civil days ending on ``on``, of which ``counted`` count, and why."""

    days: int
    on: date
    counted: int
    zh: str
    en: str


@dataclass(frozen=True)
class Deadline:
    """When something is due and how that was reckoned. The days of ``steps`` lead from ``start`` to ``on``.

    ``provisional``: a day on the way lies in a year whose holidays are not announced; reckon again when they are.
    """

    start: date
    on: date
    within: Within
    steps: tuple[Step, ...]
    provisional: bool

    def explain(self, language: str = "zh") -> str:
        """The reckoning, one line a step."""
        zh = language == "zh"
        lines = [f"{self.start} 起{self.within.words('zh')}" if zh else f"{self.within.words('en')} from {self.start}"]
        lines += [
            f"+{step.days}{'天' if zh else _days(step.days)}：{step.zh}"
            if zh
            else f"+{step.days} {_days(step.days)}: {step.en}"
            for step in self.steps
        ]
        lines.append(f"到期日 {self.on}" if zh else f"due on {self.on}")
        if self.provisional:
            lines.append(
                "暂定：当年放假安排尚未公布" if zh else "provisional: holidays of that year are not announced yet"
            )
        return "\n".join(lines)


def _days(count: int) -> str:
    return "day" if count == 1 else "days"


def read_within(text: str) -> Within:
    """``3 working days`` → Within(3, "working day"). Raises ValueError on anything else."""
    found = _WITHIN.match(text)
    if not found:
        raise ValueError(_NOT_READ.format(text=text))
    return Within(int(found[1]), found[2])


def deadline(start: date, within: str | Within) -> Deadline:
    """The day something begun on ``start`` is due ``within`` a period, with the reckoning.

    Hours are reckoned in whole days here (24 hours from some time on a day end on the next, rest day or not);
    ``moment_due`` keeps the hour.
    """
    period = within if isinstance(within, Within) else read_within(within)
    if period.unit == "working day":
        return _working(start, period)
    if period.unit == "hour":
        days = -(-period.count // 24)
        on = start + timedelta(days=days)
        steps = (
            (Step(days, on, days, f"{period.words('zh')}连续计算", f"{period.words('en')}, running on"),)
            if days
            else ()
        )
        return Deadline(start, on, period, steps, False)
    on = start + timedelta(days=period.count) if period.unit == "day" else add_months(start, period.count)
    counted = (on - start).days
    first = Step(counted, on, counted, f"{period.words('zh')}（自然日）", f"{period.words('en')} (calendar days)")
    return _off_rest_days(start, period, (first,) if counted else (), on)


def moment_due(start: datetime, within: str | Within) -> datetime:
    """The moment a period of hours ends; for other periods the last moment of the civil day it ends on.

    Moments come in whatever zone the database keeps: which day one lies in is told by Shanghai's clock alone."""
    period = within if isinstance(within, Within) else read_within(within)
    if period.unit == "hour":
        return start + timedelta(hours=period.count)
    return datetime.combine(deadline(civil_date(start), period).on, datetime.max.time(), SHANGHAI)


def due_on(start: date, within: str) -> date:
    """Only the day of ``deadline``."""
    return deadline(start, within).on


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later; where the month is too short, its last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _working(start: date, period: Within) -> Deadline:
    if period.count == 0:
        return _off_rest_days(start, period, (), start)
    steps: list[Step] = []
    day, counted, provisional = start, 0, False
    while counted < period.count:
        day += timedelta(days=1)
        kind = kind_of(day)
        provisional = provisional or kind.provisional
        counted += kind.works
        steps.append(_step(day, 1, int(kind.works), kind.zh, kind.en))
    return Deadline(start, day, period, _joined(steps), provisional)


def _off_rest_days(start: date, period: Within, steps: tuple[Step, ...], on: date) -> Deadline:
    more = list(steps)
    provisional = kind_of(on).provisional
    while not kind_of(on).works:
        kind = kind_of(on)
        on += timedelta(days=1)
        provisional = provisional or kind_of(on).provisional
        before = on - timedelta(days=1)
        more.append(
            Step(
                1,
                on,
                0,
                f"{before.month}月{before.day}日{kind.zh}，顺延",
                f"{before.day} {before:%b} {kind.en}, moved on",
            )
        )
    return Deadline(start, on, period, tuple(more), provisional)


def _step(day: date, days: int, counted: int, zh: str, en: str) -> Step:
    return Step(days, day, counted, f"{day.month}月{day.day}日{zh}", f"{day.day} {day:%b} {en}")


def _joined(steps: list[Step]) -> tuple[Step, ...]:
    """Neighbouring plain working days read as one stretch; every other day keeps its own line."""
    joined: list[Step] = []
    for step in steps:
        plain = step.counted and step.zh.endswith("工作日")
        if joined and plain and joined[-1].zh.endswith("个工作日"):
            days = joined[-1].days + 1
            joined[-1] = Step(days, step.on, days, f"{days}个工作日", f"{days} working days")
        elif plain:
            joined.append(Step(1, step.on, 1, "1个工作日", "1 working day"))
        else:
            joined.append(step)
    return tuple(joined)
