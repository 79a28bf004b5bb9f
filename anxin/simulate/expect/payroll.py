"""Payrolls that look wrong, and workers who left."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from anxin.simulate.expect.view import FOREVER, Expected, View, oracle, steps
from anxin.simulate.expect.wages import got_of, last_judged


@oracle
def card_shared(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for k in range(view.time.count):
        on = view.by_anyone[k]
        paid = np.flatnonzero((on < FOREVER) & (got_of(view, k) > 0))
        cards, heads = np.unique(view.site.card[paid], return_counts=True)
        full = cards[heads >= max(least, 2)]
        if len(full):
            days = [np.sort(on[paid[view.site.card[paid] == card]])[int(max(least, 2)) - 1] for card in full]
            end = view.time.month_start(k, int(p["look_back"]) + 1)
            yield Expected("", int(min(days)), end, month=k)


@oracle
def pay_above_limit(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    year = date.fromordinal(view.time.until).year
    so_far = np.zeros(view.site.workers, np.int64)
    for k, month in enumerate(view.time.months):
        got = np.where(view.by_anyone[k] < FOREVER, got_of(view, k), 0)
        before = so_far.copy()
        if month.startswith(str(year)):
            so_far += got
        over_month = got > p["month_limit"] * 100
        over_year = so_far > p["year_limit"] * 100
        crossed = over_year & (before <= p["year_limit"] * 100)
        for i in np.flatnonzero(over_month & over_year if p["when"] == "both" else over_month | crossed).tolist():
            yield Expected("", int(view.by_anyone[k][i]), FOREVER, worker=i, month=k)


@oracle
def bank_payroll(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    def odd(k: int, day: int) -> bool:
        on = view.paid(p["word"])[k]
        heads = on <= day
        if not heads.any():
            return least <= 2
        got = np.where(view.by_anyone[k] <= day, got_of(view, k), 0)
        low = got.sum() < int(heads.sum()) * p["floor"] * 100
        return bool(least <= 1 and (low or (got > p["month_limit"] * 100).any()))

    yield from last_judged(view, p, odd)


def _settled(view: View, worker: int) -> int:
    days = [int(d) for d in (view.site.settled[worker], view.site.confirmed[worker]) if d]
    return min(days, default=FOREVER)


@oracle
def leaver_unsettled(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for i in np.flatnonzero(view.site.left).tolist():
        end = _settled(view, i)
        if p["needs"] == "both":
            both = [int(view.site.settled[i]), int(view.site.confirmed[i])]
            end = max(both) if all(both) else FOREVER
        yield Expected("", int(view.site.left[i]) + max(int(least), 1), end, worker=i)


@oracle
def leaver_unpaid(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for i in np.flatnonzero(view.site.left).tolist():
        paid = [int(view.by_anyone[k][i]) for k in range(view.time.count) if view.site.mask[i, k]]
        end = min(max(paid, default=0), _settled(view, i))
        yield Expected("", int(view.site.left[i]) + max(int(least), 1), end, worker=i)


@oracle
def leaver_reported(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for report in view.site.reports:
        if report.worker >= 0 and view.site.left[report.worker]:
            begin = max(report.reported, int(view.site.left[report.worker]))
            yield Expected("", begin, report.closed or FOREVER, worker=report.worker)


@oracle
def exits_unsettled(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    spells = [(int(view.site.left[i]), _settled(view, i)) for i in np.flatnonzero(view.site.left).tolist()]
    spells = [(first, last) for first, last in spells if first < last]
    marks = sorted({day for spell in spells for day in spell if day <= view.time.until})
    yield from steps(marks, lambda day: sum(first <= day < last for first, last in spells) >= least)
