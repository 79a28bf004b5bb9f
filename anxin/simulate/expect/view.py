"""What the expectations are made of: a site seen from several sides, and spells in which a state holds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from anxin.simulate.facts import movements
from anxin.simulate.site import BANK, FAILED, NEVER, OFFLINE, Site, Span

FOREVER = 10**7
_BACK = 70  # days a state is followed back to find when it began


@dataclass(frozen=True, slots=True)
class Expected:
    """A rule should speak of a subject from ``begin`` until the day before ``end``.

    ``worker`` and ``month`` are places on the roster and in the span, -1 where the rule's object has none; ``late`` is
    the first day that the wages it speaks of, or any wages of the site, are late.
    """

    rule: str
    begin: int
    end: int
    worker: int = -1
    month: int = -1
    late: int = NEVER


class View:
    """A site with what several checks ask of it, worked out once."""

    def __init__(self, site: Site, time: Span) -> None:
        self.site, self.time = site, time

    @cached_property
    def attended(self) -> list[np.ndarray]:
        """Workers who came, a list a month."""
        return [np.flatnonzero(self.site.mask[:, k]) for k in range(self.time.count)]

    @cached_property
    def by_bank(self) -> list[np.ndarray]:
        """For each month the day each worker was paid by the bank, FOREVER when he was not."""
        return [self._paid(k, (BANK,)) for k in range(self.time.count)]

    @cached_property
    def by_anyone(self) -> list[np.ndarray]:
        """The same, where the sheet's word counts when the bank says nothing."""
        return [self._paid(k, (BANK, OFFLINE)) for k in range(self.time.count)]

    def _paid(self, k: int, ways: tuple[int, ...]) -> np.ndarray:
        site = self.site
        on: np.ndarray = np.where(np.isin(site.how[:, k], ways), site.paid_on[:, k], FOREVER)
        for extra in site.extras:
            if extra.month == k:
                on[extra.worker] = min(int(on[extra.worker]), extra.on)
        return on

    def paid(self, word: str) -> list[np.ndarray]:
        return self.by_bank if word == "bank" else self.by_anyone

    @property
    def on_sheet(self) -> np.ndarray:
        """Whether a wage sheet names the worker in the month; lines that make good are lines too."""
        return np.asarray(self.sheet_on < FOREVER)

    @cached_property
    def sheet_on(self) -> np.ndarray:
        """The day from which a line of the month's sheet is known for a worker: the month's end at the latest."""
        site = self.site
        dated = np.isin(site.how, (BANK, OFFLINE))
        days = np.where(dated, site.paid_on, np.where(site.sheet | (site.how == FAILED), NEVER, FOREVER))
        for extra in site.extras:
            if site.how[extra.worker, extra.month] != FAILED:
                days[extra.worker, extra.month] = min(int(days[extra.worker, extra.month]), extra.on)
        ends = np.array([self.time.month_start(k, 1) for k in range(self.time.count)])
        return np.where(days < FOREVER, np.minimum(days, ends), FOREVER)

    def due(self, k: int) -> int:
        return self.time.deadline(k, self.site.pay_day)

    @cached_property
    def first_late(self) -> int:
        """The first day any wages of the site were late, 0 when none were."""
        for k, came in enumerate(self.attended):
            if self.due(k) < self.time.until and (self.by_anyone[k][came] > self.due(k)).any():
                return self.due(k) + 1
        return NEVER

    @cached_property
    def booked(self) -> list[tuple[int, str, str, int]]:
        """Bookings on the account: day, direction, kind, balance after it."""
        return [(m.booked_on.toordinal(), m.direction, m.kind, m.balance_fen) for m in movements(self.site, self.time)]

    def in_post(self, day: int) -> np.ndarray:
        site = self.site
        return np.asarray((site.entered <= day) & ((site.left == NEVER) | (site.left > day)))

    def came_between(self, first: int, last: int) -> np.ndarray:
        """Which workers passed the gate from ``first`` to ``last``."""
        came = np.zeros(self.site.workers, bool)
        for k in range(self.time.count):
            low = max(first, int(self.time.first[k])) - int(self.time.first[k])
            high = min(last, int(self.time.last[k])) - int(self.time.first[k])
            if low <= high:
                window = np.uint32((1 << (high + 1)) - (1 << low))
                came |= (self.site.mask[:, k] & window) > 0
        return came

    @cached_property
    def days_with_attendance(self) -> np.ndarray:
        """Days on which anybody came, in order."""
        days = []
        for k in range(self.time.count):
            whole = int(np.bitwise_or.reduce(self.site.mask[:, k])) if self.site.workers else 0
            days += [int(self.time.first[k]) + d for d in range(31) if whole >> d & 1]
        return np.array(days, dtype=np.int64)

    def last_attendance(self, day: int) -> int:
        place = int(np.searchsorted(self.days_with_attendance, day, side="right"))
        return int(self.days_with_attendance[place - 1]) if place else NEVER


Oracle = Callable[[View, dict[str, Any], float], Iterator[Expected]]
ORACLES: dict[str, Oracle] = {}


def oracle(function: Oracle) -> Oracle:
    """Register the expectation of the check of this name."""
    ORACLES[function.__name__] = function
    return function


def while_true(view: View, holds: Callable[[int], bool]) -> Iterator[Expected]:
    """A state that holds on the last day, followed back to the day it began."""
    day = view.time.until
    if not holds(day):
        return
    while day > view.time.until - _BACK and day > view.site.started and holds(day - 1):
        day -= 1
    yield Expected("", day, FOREVER)


def steps(marks: list[int], holds: Callable[[int], bool]) -> Iterator[Expected]:
    """A state that can change only on the given days, in order."""
    begin = None
    for mark in marks:
        now = holds(mark)
        if now and begin is None:
            begin = mark
        elif not now and begin is not None:
            yield Expected("", begin, mark)
            begin = None
    if begin is not None:
        yield Expected("", begin, FOREVER)
