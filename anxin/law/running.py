"""A clock that runs: a period from a start, with pauses and extensions, that tells how it came to its deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from anxin.law.calendar import kind_of
from anxin.law.civil import SHANGHAI, civil_date
from anxin.law.clocks import Within, add_months, deadline, moment_due, read_within


@dataclass(frozen=True)
class Stop:
    """A pause: the clock stands from a moment to another (None: it still stands), and why."""

    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True)
class More:
    """An extension by a period, and why."""

    within: str
    reason: str


@dataclass(frozen=True)
class Reckoning:
    """When it is due (None while it stands) and the reckoning in words, one line a step."""

    due: datetime | None
    zh: tuple[str, ...]
    en: tuple[str, ...]
    provisional: bool


def reckon(start: datetime, within: str, *, stops: Sequence[Stop] = (), more: Sequence[More] = ()) -> Reckoning:
    """Reckon a deadline anew from its start.

    Hours stop to the minute. Days are civil days: a day that lies in a pause from morning to night, or on which a pause
    begins, does not count. Extensions are added at the end, each by its own kind of day.
    """
    period = read_within(within)
    if any(stop.until is None for stop in stops):
        since = max(stop.since for stop in stops if stop.until is None)
        reasons = "；".join(stop.reason for stop in stops if stop.until is None)
        return Reckoning(
            None,
            (f"自 {civil_date(since)} 起暂停计时：{reasons}",),
            (f"the clock stands since {civil_date(since)}: {reasons}",),
            False,
        )
    if period.unit == "hour":
        due = moment_due(start, period) + sum(
            ((stop.until or stop.since) - max(stop.since, start) for stop in stops), timedelta()
        )
        zh, en = (
            [f"{start.astimezone(SHANGHAI):%m月%d日 %H:%M}起{period.words('zh')}"],
            [f"{period.words('en')} from {start.astimezone(SHANGHAI):%d %b %H:%M}"],
        )
        provisional = False
    else:
        begun = civil_date(start)
        day, zh, en, provisional = _days(begun, period, stops)
        due = datetime.combine(day, time(23, 59, 59), tzinfo=SHANGHAI)
    for stop in stops:
        until = civil_date(stop.until or stop.since)
        zh.append(f"暂停 {civil_date(stop.since)} 至 {until}：{stop.reason}")
        en.append(f"paused {civil_date(stop.since)} to {until}: {stop.reason}")
    for extension in more:
        extra = read_within(extension.within)
        if extra.unit == "hour":
            due = moment_due(due, extra)
        else:
            further = deadline(civil_date(due), extra)
            provisional = provisional or further.provisional
            due = datetime.combine(further.on, time(23, 59, 59), tzinfo=SHANGHAI)
        zh.append(f"延长{extra.words('zh')}：{extension.reason}")
        en.append(f"extended by {extra.words('en')}: {extension.reason}")
    shown = due.astimezone(SHANGHAI)
    zh.append(f"到期 {shown:%Y-%m-%d %H:%M}")
    en.append(f"due {shown:%Y-%m-%d %H:%M}")
    return Reckoning(due, tuple(zh), tuple(en), provisional)


def _days(start: date, period: Within, stops: Sequence[Stop]) -> tuple[date, list[str], list[str], bool]:
    """Count civil days one by one, telling each that does not count."""
    zh = [f"{start} 起{period.words('zh')}（次日起算）"]
    en = [f"{period.words('en')} from {start} (the next day is the first)"]
    working = period.unit == "working day"
    wanted = (add_months(start, period.count) - start).days if period.unit == "month" else period.count
    day, counted, provisional = start, 0, False
    while counted < wanted:
        day += timedelta(days=1)
        kind = kind_of(day)
        provisional = provisional or kind.provisional
        if _stands(day, stops):
            continue
        if working and not kind.works:
            zh.append(f"+1天：{day.month}月{day.day}日{kind.zh}")
            en.append(f"+1 day: {day.day} {day:%b} {kind.en}")
            continue
        counted += 1
    while not working and not kind_of(day).works:
        kind = kind_of(day)
        zh.append(f"+1天：{day.month}月{day.day}日{kind.zh}，顺延")
        en.append(f"+1 day: {day.day} {day:%b} {kind.en}, moved on")
        day += timedelta(days=1)
        provisional = provisional or kind_of(day).provisional
    return day, zh, en, provisional


def _stands(day: date, stops: Sequence[Stop]) -> bool:
    return any(civil_date(stop.since) <= day and (stop.until is None or day < civil_date(stop.until)) for stop in stops)
