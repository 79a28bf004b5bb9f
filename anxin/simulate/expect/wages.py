"""Wages of a month against the attendance of that month."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from anxin.simulate.expect.view import FOREVER, Expected, View, oracle, steps
from anxin.simulate.site import FAILED


def got_of(view: View, k: int) -> np.ndarray:
    """What each worker was paid for a month in the end."""
    got = view.site.paid_fen[:, k].copy()
    for extra in view.site.extras:
        if extra.month == k:
            got[extra.worker] += extra.amount_fen
    return np.asarray(got)


def last_judged(view: View, p: dict[str, Any], odd: Callable[[int, int], bool]) -> Iterator[Expected]:
    """A state of the last month whose pay-day and grace are past."""
    months = [k for k in range(view.time.count) if len(view.attended[k])]
    opens = {k: view.due(k) + int(p["grace"]) + 1 for k in months}
    marks = set(opens.values())
    for k in months:
        marks |= {int(d) for d in np.unique(view.by_anyone[k]) if opens[k] <= d < FOREVER}
    marks |= {day for day, *_ in view.booked}

    def holds(day: int) -> bool:
        ready = [k for k in months if opens[k] <= day]
        return bool(ready) and odd(max(ready), day)

    yield from steps(sorted(m for m in marks if m <= view.time.until), holds)


def _share_end(days: np.ndarray, heads: int, least: float) -> int:
    """The day from which the share still unpaid is below ``least`` percent; ``days`` when each was paid."""
    for day in np.unique(days):
        unpaid = int((days > day).sum())
        if not unpaid or unpaid * 100 / heads < least:
            return int(day)
    return FOREVER


@oracle
def wages_unpaid(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for k, came in enumerate(view.attended):
        worked = came[np.bitwise_count(view.site.mask[came, k]) >= max(p["min_days"], 1)]
        if len(worked):
            begin = view.due(k) + max(int(p["grace"]) + 1, int(least))
            yield Expected("", begin, int(view.by_anyone[k][worked].max()), month=k, late=view.due(k) + 1)


@oracle
def wages_never_paid(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for k, came in enumerate(view.attended):
        if len(came):
            begin = view.time.month_start(k, max(int(p["months"]), int(least)))
            yield Expected("", begin, int(view.paid(p["word"])[k].min()), month=k, late=view.due(k) + 1)


@oracle
def unpaid_share(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for k, came in enumerate(view.attended):
        worked = came[np.bitwise_count(view.site.mask[came, k]) >= max(p["min_days"], 1)]
        if not len(worked):
            continue
        if p["lacks"] == "record":
            on = np.minimum(view.sheet_on[worked, k], view.by_anyone[k][worked])
        else:
            on = view.paid("bank" if p["lacks"] == "bank" else "best")[k][worked]
        begin = view.due(k) + int(p["grace"]) + 1
        unpaid = int((on > begin).sum())
        if unpaid and unpaid * 100 / len(worked) >= least:
            yield Expected("", begin, _share_end(on, len(worked), least), month=k, late=view.due(k) + 1)


@oracle
def paid_short(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for k in range(view.time.count):
        got, due, on = got_of(view, k), view.site.due_fen[:, k], view.by_anyone[k]
        short = (got > 0) & (got < due)
        named = view.on_sheet[:, k]
        if short.any() and (due - got)[short].sum() * 100 / due[named].sum() >= least:
            begin = max(int(on[short].min()), view.due(k) + int(p["grace"]) + 1)
            yield Expected("", begin, FOREVER, month=k, late=view.due(k) + 1)


@oracle
def payroll_missing(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for k, came in enumerate(view.attended):
        if len(came):
            made = int(view.sheet_on[:, k].min())
            yield Expected("", view.due(k) + max(int(p["grace"]) + 1, int(least)), made, month=k, late=view.due(k) + 1)


@oracle
def paid_unattended(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for k, came in enumerate(view.attended):
        on = view.by_anyone[k]
        ghosts = np.setdiff1d(np.flatnonzero(on < FOREVER), came)
        if len(came) and len(ghosts) and len(ghosts) * 100 / int((on < FOREVER).sum()) >= least:
            yield Expected("", int(on[ghosts].min()), FOREVER, month=k)


@oracle
def paid_below_floor(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for k in range(view.time.count):
        named = view.on_sheet[:, k]
        if named.any():
            due, got = view.site.due_fen[named, k], got_of(view, k)[named]
            if np.where(due > 0, due, got).sum() < int(named.sum()) * p["floor"] * 100:
                # A line without a pay date is known from the month's first day on.
                known = max(int(view.sheet_on[named, k].min()), int(view.time.first[k]))
                yield Expected("", known, FOREVER, month=k)


@oracle
def payment_failed(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for k in range(view.time.count):
        failed = np.flatnonzero(view.site.how[:, k] == FAILED)
        if len(failed) >= least:
            again = np.sort(view.by_anyone[k][failed])
            # Silent once fewer than ``least`` are left.
            end = int(again[len(again) - int(least)])
            yield Expected("", int(view.site.paid_on[failed, k].min()), end, month=k, late=view.due(k) + 1)
