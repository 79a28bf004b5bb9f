"""What each rule should say about a site, worked out from the plan: an answer of its own to every check's question.

One function a check, under the check's name, written from the law and the pack's wording and not from the check's
expressions. It is handed the rule's numbers, so a province that moves a threshold moves the expectation with it.
A check without a function here is not scored.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from anxin.law.calendar import last_workday, workdays_between
from anxin.law.civil import first_day, shift_month
from anxin.registry.actions import industry_of
from anxin.rules.packs import rules_for
from anxin.rules.rule import Rule
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


def expect(site: Site, time: Span) -> Iterator[tuple[Rule, Expected]]:
    """What every rule that governs a site should say of it, within the simulated time."""
    if site.status[0][1] != "active":
        return
    view = View(site, time)
    late_at_all = view.first_late
    closed = next((on for on, status in site.status if status == "completed"), FOREVER)
    for rule in rules_of(site, time):
        values, least = rule.values_on(date.fromordinal(time.until)), rule.ladder[0][1]
        end = FOREVER if "completed" in rule.applies.statuses else closed
        for found in ORACLES[rule.check](view, values, least) if rule.check in ORACLES else ():
            begin, stop = max(found.begin, site.started), min(found.end, end)
            if begin < stop and begin <= time.until:
                # A fault that is not itself about wages may herald that they will be late here.
                late = found.late or (late_at_all if late_at_all >= begin else NEVER)
                yield rule, Expected(rule.id, begin, stop, found.worker, found.month, late)


def rules_of(site: Site, time: Span) -> tuple[Rule, ...]:
    """The rules that govern a site on the last simulated day."""
    return rules_for(
        region_code=site.region,
        industry=industry_of(site.category),
        category=site.category,
        investment=site.investment,
        as_of=date.fromordinal(time.until),
    )


def _while(view: View, holds: Callable[[int], bool]) -> Iterator[Expected]:
    """A state that holds on the last day, followed back to the day it began."""
    day = view.time.until
    if not holds(day):
        return
    while day > view.time.until - _BACK and day > view.site.started and holds(day - 1):
        day -= 1
    yield Expected("", day, FOREVER)


# --- the account ------------------------------------------------------------------------------------------------


def _account_here(view: View) -> int:
    return view.site.account.uploaded if view.site.account else FOREVER


@oracle
def account_missing(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    yield Expected("", view.site.started + int(least) - 1, _account_here(view))


@oracle
def agreement_missing(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    if view.site.account and view.site.account.agreement == NEVER:
        yield Expected("", view.site.account.uploaded + int(least), FOREVER)


@oracle
def account_unverified(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    here = _account_here(view)
    if view.site.account and view.site.account.verified == "no":
        yield Expected("", min(view.site.started, here) + int(least) - 1, FOREVER)
    else:
        yield Expected("", view.site.started + int(least) - 1, here)


@oracle
def account_diverted(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for k in range(view.time.count):
        first, last = int(view.time.first[k]), int(view.time.last[k])
        gone = [b for b in view.site.bookings if first <= b.on <= last and b.direction == "debit" and b.kind == "other"]
        if gone and sum(b.amount_fen for b in gone) / 100 >= least:
            yield Expected("", min(b.on for b in gone), FOREVER, month=k)


@oracle
def account_idle(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    time = view.time
    flows: list[tuple[int, int]] = []  # day it became known, month it counts for
    side, kind = ("credit", "labour_fee") if p["flow"] == "inflow" else ("debit", "payout")
    for day, direction, what, _ in view.booked:
        if (direction, what) == (side, kind):
            flows.append((day, int(np.searchsorted(time.first, day, side="right")) - 1))
    if p["flow"] == "payout":
        for k, on in enumerate(view.by_bank):
            if len(on) and int(on.min()) < FOREVER:
                flows.append((int(on.min()), k))
    months = [k for k in range(time.count) if len(view.attended[k])]
    ready = {k: int(time.month_start(k, 1)) + int(p["grace"]) for k in months}
    marks = sorted({*ready.values(), *(day for day, _ in flows)})
    yield from _steps(
        [mark for mark in marks if mark <= time.until],
        lambda day: (
            sum(ready[k] <= day and k > max((m for on, m in flows if on <= day), default=-1) for k in months) >= least
        ),
    )


def _steps(marks: list[int], holds: Callable[[int], bool]) -> Iterator[Expected]:
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


@oracle
def account_abnormal(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    def odd(k: int, day: int) -> bool:
        came, on, site = view.attended[k], view.by_anyone[k], view.site
        unpaid = bool((on[came] > day).any())
        stayed = np.setdiff1d(np.arange(site.workers), came)
        short = (on <= day) & (_got(view, k) < site.due_fen[:, k])
        payroll = bool((on[stayed] <= day).any()) or bool(short.any())
        owed = np.where(on <= day, np.minimum(_got(view, k), site.due_fen[:, k]), 0)
        known = (view.sheet_on[:, k] <= day) & ~_only_made_good(view, k)
        open_fen = int(np.where(known, site.due_fen[:, k] - owed, 0).sum())
        told = [balance for on_day, _, _, balance in view.booked if on_day <= day]
        low = bool(told) and site.account is not None and told[-1] * 100 < open_fen * p["cover"]
        return unpaid + payroll + low >= least

    yield from _last_judged(view, p, odd)


def _got(view: View, k: int) -> np.ndarray:
    """What each worker was paid for a month in the end."""
    got = view.site.paid_fen[:, k].copy()
    for extra in view.site.extras:
        if extra.month == k:
            got[extra.worker] += extra.amount_fen
    return np.asarray(got)


def _only_made_good(view: View, k: int) -> np.ndarray:
    """Workers whom no sheet of the month named, only one that made good: nothing is due by the month's sheet."""
    site = view.site
    return np.asarray(~(site.sheet[:, k] | np.isin(site.how[:, k], (BANK, FAILED, OFFLINE))))


def _last_judged(view: View, p: dict[str, Any], odd: Callable[[int, int], bool]) -> Iterator[Expected]:
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

    yield from _steps(sorted(m for m in marks if m <= view.time.until), holds)


# --- deposit, clerk, board, joint check -------------------------------------------------------------------------


def _gaps(view: View) -> list[tuple[int, int]]:
    """Spells in which no deposit held, after the first one had."""
    held = sorted((d.valid_from, d.valid_to + 1 if d.form != "cash" else FOREVER) for d in view.site.deposits)
    gaps, covered = [], held[0][1] if held else FOREVER
    for first, last in held[1:]:
        if first > covered:
            gaps.append((covered, first))
        covered = max(covered, last)
    return [*gaps, (covered, FOREVER)] if held and covered < FOREVER else gaps


@oracle
def deposit_missing(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    if not view.site.deposits:
        yield Expected("", view.site.started + int(least) - 1, FOREVER)


@oracle
def deposit_expired(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for first, last in _gaps(view):
        yield Expected("", first + int(least) - 1, last)


@oracle
def deposit_expiring(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for first, _ in _gaps(view):
        yield Expected("", first - 1 - int(p["days"]), first - int(least))


@oracle
def deposit_invalid(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    yield from deposit_missing(view, p, least)
    yield from deposit_expired(view, p, least)


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


# --- roster, contracts, attendance ------------------------------------------------------------------------------


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

    yield from _while(view, holds)


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

    yield from _while(view, holds)


@oracle
def attendance_absent(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    def holds(day: int) -> bool:
        start = _workdays_back(day, int(p["days"]))
        posted = view.in_post(day) & (view.site.entered <= start)
        if not posted.any() or any(first <= day and last >= start for first, last, _ in view.site.pauses):
            return False
        away = posted & ~view.came_between(start, day)
        return bool(away.any()) and int(away.sum()) * 100 / int(posted.sum()) >= least

    yield from _while(view, holds)


@oracle
def data_incomplete(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    gaps = [(view.site.started, FOREVER)] if not view.site.deposits else _gaps(view)

    def lacking(day: int) -> int:
        no_deposit = any(first <= day < last for first, last in gaps)
        told = [on for on, *_ in view.booked if on <= day]
        stale = bool(told) and told[-1] < day - int(p["account_days"])
        no_account = day < _account_here(view) or stale
        fresh_from = date.fromordinal(day)
        for _ in range(int(p["fresh"])):
            fresh_from = last_workday(fresh_from - timedelta(days=1))
        no_attendance = view.last_attendance(day) < fresh_from.toordinal()
        return no_deposit + no_account + (not view.in_post(day).any()) + no_attendance

    yield from _while(view, lambda day: not _paused(view, day) and lacking(day) >= least)


# --- wages ------------------------------------------------------------------------------------------------------


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
        got, due, on = _got(view, k), view.site.due_fen[:, k], view.by_anyone[k]
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
            due, got = view.site.due_fen[named, k], _got(view, k)[named]
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


# --- payrolls that look wrong -----------------------------------------------------------------------------------


@oracle
def card_shared(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for k in range(view.time.count):
        on = view.by_anyone[k]
        paid = np.flatnonzero((on < FOREVER) & (_got(view, k) > 0))
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
        got = np.where(view.by_anyone[k] < FOREVER, _got(view, k), 0)
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
        got = np.where(view.by_anyone[k] <= day, _got(view, k), 0)
        low = got.sum() < int(heads.sum()) * p["floor"] * 100
        return bool(least <= 1 and (low or (got > p["month_limit"] * 100).any()))

    yield from _last_judged(view, p, odd)


# --- leavers ----------------------------------------------------------------------------------------------------


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
    yield from _steps(marks, lambda day: sum(first <= day < last for first, last in spells) >= least)


# --- firms ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaidMonth:
    """A month of a site in which workers came: when it is judged, when the first of them was paid, the day wages were
    due."""

    rule: str
    least: float
    month: int
    judged: int
    first_paid: int
    due: int


def paid_months(site: Site, time: Span) -> list[PaidMonth]:
    """What the rules on firms ask of one of their sites."""
    if site.status[0][1] != "active":
        return []
    view = View(site, time)
    found = []
    for rule in rules_of(site, time):
        if rule.check == "enterprise_unpaid":
            grace = int(rule.values_on(date.fromordinal(time.until))["grace"])
            for k, came in enumerate(view.attended):
                if len(came):
                    first = int(view.by_anyone[k].min())
                    found.append(PaidMonth(rule.id, rule.ladder[0][1], k, view.due(k) + grace + 1, first, view.due(k)))
    return found


def firm_unpaid(months: list[PaidMonth], time: Span) -> Iterator[Expected]:
    """When a firm had, over all its sites, paid nobody for so many months in a row."""
    if not months:
        return
    marks = sorted({day for m in months for day in (m.judged, m.first_paid) if day <= time.until})

    def holds(day: int) -> bool:
        ready = [m for m in months if m.judged <= day]
        paid = {m.month for m in ready if m.first_paid <= day}
        unpaid = {m.month for m in ready} - paid
        return sum(k > max(paid, default=-1) for k in unpaid) >= months[0].least

    for spell in _steps(marks, holds):
        late = min((m.due + 1 for m in months if m.first_paid > spell.begin), default=NEVER)
        yield Expected(months[0].rule, spell.begin, spell.end, late=late)
