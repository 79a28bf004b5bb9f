"""What must stand on every site, and the roster with its attendance."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from anxin.law.calendar import last_workday, workdays_between
from anxin.law.civil import first_day, shift_month
from anxin.simulate.expect.funds import account_here, deposit_gaps
from anxin.simulate.expect.view import FOREVER, Expected, View, oracle, while_true
from anxin.simulate.site import NEVER


@oracle
def clerk_missing(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    yield Expected("", view.site.started + int(least) - 1, view.site.clerk or FOREVER)


@oracle
def board_missing(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    yield Expected("", view.site.started + int(least) - 1, view.site.board or FOREVER)


@oracle
def inspection_missing(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    if view.site.first_entry:
        came = date.fromordinal(view.site.first_entry)
        month = first_day(shift_month(f"{came:%Y-%m}", int(p["months"])))
        length = (first_day(shift_month(f"{month:%Y-%m}", 1)) - month).days
        due = month.replace(day=min(came.day, length)).toordinal()
        yield Expected("", due + max(int(least), 1), view.site.inspection or FOREVER)


@oracle
def report_overdue(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for report in view.site.reports:
        if report.plain:
            yield Expected("", report.reported + int(least), report.closed or FOREVER)


@oracle
def roster_missing(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    yield Expected("", view.site.started + int(least) - 1, view.site.first_entry or FOREVER)


@oracle
def contract_missing(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    bare = view.site.contract == NEVER
    if not bare.any():
        return

    def holds(day: int) -> bool:
        if p["of"] == "in_post":
            base = view.in_post(day)
        else:
            base = view.came_between(day - int(p["days"]) + 1, day)
        without = int((base & bare).sum())
        return without > 0 and without * 100 / int(base.sum()) >= least

    yield from while_true(view, holds)


def _workdays_back(day: int, count: int) -> int:
    """The ``count``-th working day at or before ``day``."""
    found = last_workday(date.fromordinal(day))
    for _ in range(count - 1):
        found = last_workday(found - timedelta(days=1))
    return found.toordinal()


def _after_pauses(view: View, day: int, quiet: int) -> int:
    return max([quiet, *(min(last, day) for first, last, _ in view.site.pauses if first <= day)])


def _paused(view: View, day: int) -> bool:
    return any(first <= day <= last for first, last, _ in view.site.pauses)


@oracle
def attendance_stopped(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    def holds(day: int) -> bool:
        if not view.in_post(day).any() or _paused(view, day):
            return False
        quiet = view.last_attendance(day) or view.site.first_entry - 1
        quiet = _after_pauses(view, day, max(quiet, view.time.begin))
        return workdays_between(date.fromordinal(quiet), date.fromordinal(day)) >= least

    yield from while_true(view, holds)


@oracle
def attendance_absent(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    def holds(day: int) -> bool:
        start = _workdays_back(day, int(p["days"]))
        posted = view.in_post(day) & (view.site.entered <= start)
        if not posted.any() or any(first <= day and last >= start for first, last, _ in view.site.pauses):
            return False
        away = posted & ~view.came_between(start, day)
        return bool(away.any()) and int(away.sum()) * 100 / int(posted.sum()) >= least

    yield from while_true(view, holds)


@oracle
def data_incomplete(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    gaps = [(view.site.started, FOREVER)] if not view.site.deposits else deposit_gaps(view)

    def lacking(day: int) -> int:
        no_deposit = any(first <= day < last for first, last in gaps)
        told = [on for on, *_ in view.booked if on <= day]
        stale = bool(told) and told[-1] < day - int(p["account_days"])
        no_account = day < account_here(view) or stale
        fresh_from = date.fromordinal(day)
        for _ in range(int(p["fresh"])):
            fresh_from = last_workday(fresh_from - timedelta(days=1))
        no_attendance = view.last_attendance(day) < fresh_from.toordinal()
        return no_deposit + no_account + (not view.in_post(day).any()) + no_attendance

    yield from while_true(view, lambda day: not _paused(view, day) and lacking(day) >= least)
