"""How contractors go wrong. Each fault spoils a site that ``site.lay_out`` drew as it should be.

What becomes true by the law because of it is worked out afterwards by ``truth``, from the spoiled site alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from anxin.simulate.site import (
    BANK,
    FAILED,
    NEVER,
    OFFLINE,
    UNPAID,
    Booking,
    DepositPlan,
    Extra,
    Report,
    Site,
    Span,
    clear_days,
    empty_site,
)

Spoil = Callable[[Site, Span, np.random.Generator], None]


@dataclass(frozen=True)
class Fault:
    """``era``: when its site must have begun: ``old`` (before the simulated time), ``window`` (within it, some weeks
    ago), ``recent`` (16 to 100 days ago). ``months``: how many wage months it needs. ``home``: the first two digits
    of the province whose rules speak of it, empty when all do. ``weight``: how common."""

    name: str
    spoil: Spoil
    era: str = "old"
    months: int = 3
    home: str = ""
    weight: float = 1.0


def _mended(rng: np.random.Generator) -> bool:
    return bool(rng.random() < 0.4)


def _account_never(site: Site, time: Span, rng: np.random.Generator) -> None:
    site.account = None
    site.how[site.how == BANK] = OFFLINE


def _account_late(site: Site, time: Span, rng: np.random.Generator) -> None:
    if site.account is None:
        return
    day = min(site.started + int(rng.integers(19, 60)), time.until - 2)
    site.account.opened, site.account.agreement, site.account.uploaded = day - 3, day - 3, day
    early = (site.how == BANK) & (site.paid_on < day)
    site.how[early] = OFFLINE


def _agreement_missing(site: Site, time: Span, rng: np.random.Generator) -> None:
    if site.account is not None:
        site.account.agreement = NEVER


def _account_unverified(site: Site, time: Span, rng: np.random.Generator) -> None:
    if site.account is not None:
        site.account.verified, site.account.reason = "no", "户名与账号不符"


def _deposit_missing(site: Site, time: Span, rng: np.random.Generator) -> None:
    site.deposits = []


def _deposit_expired(site: Site, time: Span, rng: np.random.Generator) -> None:
    first = site.deposits[0]
    ended = int(rng.integers(max(time.begin + 10, time.until - 70), time.until - 8))
    first.form, first.valid_to = "guarantee", ended
    if _mended(rng):
        renewed = min(ended + int(rng.integers(6, 30)), time.until)
        site.deposits.append(DepositPlan("guarantee", first.amount_fen, renewed, renewed + 400, renewed))


def _contracts_missing(site: Site, time: Span, rng: np.random.Generator) -> None:
    chosen = rng.random(site.workers) < rng.uniform(0.1, 0.5)
    if site.workers:
        chosen[0] = True
    site.contract[chosen] = NEVER


def _board_missing(site: Site, time: Span, rng: np.random.Generator) -> None:
    site.board = min(site.started + int(rng.integers(40, 80)), time.until) if _mended(rng) else NEVER


def _clerk_missing(site: Site, time: Span, rng: np.random.Generator) -> None:
    site.clerk = min(site.started + int(rng.integers(40, 80)), time.until) if _mended(rng) else NEVER


def _inspection_missing(site: Site, time: Span, rng: np.random.Generator) -> None:
    late = site.first_entry + int(rng.integers(38, 70))
    site.inspection = late if site.first_entry and _mended(rng) and late <= time.until else NEVER


def _fee_missing(site: Site, time: Span, rng: np.random.Generator) -> None:
    last = time.count - 2
    site.fee_missing = set(range(max(last - int(rng.integers(0, 3)), 0), last + 1))


def _deposit_expiring(site: Site, time: Span, rng: np.random.Generator) -> None:
    """The guarantee runs out within the month and nobody has renewed it yet."""
    site.deposits[0].form = "guarantee"
    site.deposits[0].valid_to = time.until + int(rng.integers(2, 26))


def _roster_missing(site: Site, time: Span, rng: np.random.Generator) -> None:
    """Works begin and nobody registers a worker."""
    empty_site(site, time)
    site.inspection = NEVER


def _account_misused(site: Site, time: Span, rng: np.random.Generator) -> None:
    day = int(rng.integers(max(time.until - 60, time.begin), time.until - 3))
    site.bookings.append(Booking(day, int(rng.integers(50, 400)) * 100_000, "debit", "other", "建材供应商"))


def _fee_dries_up(site: Site, time: Span, rng: np.random.Generator, first: int) -> None:
    """Often wages stop because the developer's money stopped a month before."""
    if rng.random() < 0.6:
        site.fee_missing = set(range(max(first - 1, 0), time.count))


def _late_payer(site: Site, time: Span, rng: np.random.Generator) -> None:
    late = int(rng.integers(25, 55))
    _delay(site, time, range(time.count), np.ones(site.workers, bool), late)


def _delay(site: Site, time: Span, months: range, who: np.ndarray, days: int) -> None:
    """Pay these workers ``days`` after the agreed day; what would be after today is not paid."""
    for k in months:
        on = time.deadline(k, site.pay_day) + days
        for cell in np.flatnonzero(who & (site.mask[:, k] > 0)).tolist():
            if on <= time.until:
                site.paid_on[cell, k], site.how[cell, k] = on, BANK
                site.paid_fen[cell, k] = site.due_fen[cell, k]
            else:
                _unpay(site, cell, k)


def _unpay(site: Site, worker: int | np.ndarray, k: int | range) -> None:
    site.paid_on[worker, k] = NEVER
    site.paid_fen[worker, k] = 0
    site.how[worker, k] = UNPAID
    site.sheet[worker, k] = False


def _stops_paying(site: Site, time: Span, rng: np.random.Generator) -> None:
    """Nobody is paid for the last two or three months that are due."""
    last = _last_due(site, time)
    first = max(last - int(rng.integers(1, 3)), 0)
    keep_sheet = rng.random() < 0.5
    for k in range(first, time.count):
        sheet = site.sheet[:, k].copy()
        for cell in np.flatnonzero(site.mask[:, k] > 0):
            _unpay(site, int(cell), k)
        if keep_sheet:
            site.sheet[:, k] = sheet
    _fee_dries_up(site, time, rng, first)
    if _mended(rng):
        day = time.until - int(rng.integers(3, 12))
        for k in range(first, last + 1):
            for cell in np.flatnonzero(site.mask[:, k] > 0):
                site.extras.append(Extra(int(cell), k, int(site.due_fen[cell, k]), day))


def _last_due(site: Site, time: Span) -> int:
    """The last month whose wages are already overdue if nobody paid them."""
    due = [k for k in range(time.count) if time.deadline(k, site.pay_day) < time.until]
    return due[-1] if due else 0


def _pays_some(site: Site, time: Span, rng: np.random.Generator) -> None:
    """A part of the workers goes unpaid, the same people month after month."""
    share = rng.uniform(0.04, 0.5)
    unlucky = rng.random(site.workers) < share
    if site.workers:
        unlucky[-1] = True
    last = _last_due(site, time)
    months = range(max(last - int(rng.integers(0, 3)), 0), time.count)
    mended, day = _mended(rng), time.until - int(rng.integers(3, 12))
    for k in months:
        for cell in np.flatnonzero(unlucky & (site.mask[:, k] > 0)):
            _unpay(site, int(cell), k)
            if mended and k <= last:
                site.extras.append(Extra(int(cell), k, int(site.due_fen[cell, k]), day))


def _off_platform(site: Site, time: Span, rng: np.random.Generator) -> None:
    """Wages are handed over in cash, with the sheet as the only trace."""
    last = _last_due(site, time)
    months = range(max(last - 2, 0), time.count)
    for k in months:
        site.how[site.how[:, k] == BANK, k] = OFFLINE


def _ghost_attendance(site: Site, time: Span, rng: np.random.Generator) -> None:
    """Cards of people who do not work there pass the gate; nobody makes a sheet for them."""
    ghosts = rng.random(site.workers) < 0.08
    if site.workers:
        ghosts[-1] = True
    last = _last_due(site, time)
    for k in range(max(last - 1, 0), time.count):
        for cell in np.flatnonzero(ghosts & (site.mask[:, k] > 0)):
            _unpay(site, int(cell), k)


def _ghost_payroll(site: Site, time: Span, rng: np.random.Generator) -> None:
    """Wages for people who never passed the gate that month."""
    last = _last_due(site, time)
    here = (site.left == NEVER) & (site.entered < time.first[last])
    ghosts = np.flatnonzero(here)[-max(2, site.workers // 10) :]
    for k in range(max(last - 1, 0), time.count):
        site.mask[ghosts, k] = 0


def _foreman_holds_cards(site: Site, time: Span, rng: np.random.Generator) -> None:
    held = np.flatnonzero(site.team == site.team[0])[: max(6, site.workers // 4)]
    site.card[held] = site.card[0]


def _below_floor(site: Site, time: Span, rng: np.random.Generator) -> None:
    last = _last_due(site, time)
    for k in range(max(last - 1, 0), last + 1):
        paid = site.how[:, k] == BANK
        wage = rng.integers(9_00, 16_00, site.workers) * 100
        site.due_fen[paid, k] = wage[paid]
        site.paid_fen[paid, k] = wage[paid]


def _over_limit(site: Site, time: Span, rng: np.random.Generator) -> None:
    last = _last_due(site, time)
    cells = np.flatnonzero(site.how[:, last] == BANK)[:2]
    wage = int(rng.integers(52_000, 90_000)) * 100
    site.due_fen[cells, last] = site.paid_fen[cells, last] = wage


def _leavers_unsettled(site: Site, time: Span, rng: np.random.Generator) -> None:
    gone = min(time.until - int(rng.integers(4, 40)), time.until - 1)
    leavers = np.flatnonzero((site.entered < gone - 30) & (site.left == NEVER))[-max(2, site.workers // 12) :]
    _leave(site, time, leavers, gone)
    settle = gone + 10 if _mended(rng) and gone + 10 <= time.until else NEVER
    site.settled[leavers] = settle
    site.confirmed[leavers] = settle


def _leavers_unpaid(site: Site, time: Span, rng: np.random.Generator) -> None:
    """Workers are sent away, and their last month is neither settled nor paid."""
    gone = time.until - int(rng.integers(18, 60))
    leavers = np.flatnonzero((site.entered < gone - 30) & (site.left == NEVER))[-max(2, site.workers // 12) :]
    _leave(site, time, leavers, gone)
    site.settled[leavers] = site.confirmed[leavers] = NEVER
    for k in range(time.count):
        if time.deadline(k, site.pay_day) >= gone:
            _unpay(site, leavers, k)


def _leave(site: Site, time: Span, leavers: np.ndarray, gone: int) -> None:
    """These workers leave on a day; nothing is worked or paid after it."""
    site.left[leavers] = gone
    for k in range(time.count):
        if time.first[k] > gone:
            site.mask[leavers, k] = 0
            _unpay(site, leavers, k)
        elif time.last[k] >= gone:
            clear_days_of(site, leavers, gone + 1, time, k)
    site.due_fen = np.where(site.mask > 0, site.due_fen, 0)


def clear_days_of(site: Site, workers: np.ndarray, first: int, time: Span, k: int) -> None:
    """These workers do not pass the gate in month ``k`` from day ``first`` on."""
    kept = max(first - int(time.first[k]), 0)
    site.mask[workers, k] &= np.uint32((1 << kept) - 1)
    days = np.bitwise_count(site.mask[workers, k]).astype(np.int64)
    site.due_fen[workers, k] = days * site.rate_fen[workers]
    site.paid_fen[workers, k] = np.where(site.how[workers, k] == BANK, site.due_fen[workers, k], 0)


def _failed_payouts(site: Site, time: Span, rng: np.random.Generator) -> None:
    """The bank refuses some cards; part of them are paid at a second try."""
    last = _last_due(site, time)
    cells = np.flatnonzero(site.how[:, last] == BANK)
    for cell in cells[: max(2, len(cells) // 8)]:
        site.how[cell, last] = FAILED
        site.paid_fen[cell, last] = 0
        again = int(site.paid_on[cell, last]) + int(rng.integers(8, 20))
        if rng.random() < 0.4 and again <= time.until:
            site.extras.append(Extra(int(cell), last, int(site.due_fen[cell, last]), again))


def _no_attendance(site: Site, time: Span, rng: np.random.Generator) -> None:
    """The gate falls silent though the works go on; no suspension was approved."""
    silent = time.until - int(rng.integers(18, 35))
    clear_days(site, silent, time.until, time)
    site.due_fen = np.where(site.mask > 0, site.due_fen, 0)
    for k in range(time.count):
        _unpay(site, np.flatnonzero(site.mask[:, k] == 0), k)


def _plain_report(site: Site, time: Span, rng: np.random.Generator) -> None:
    """A plain report of unpaid wages stays open longer than three days."""
    reported = time.until - int(rng.integers(6, 30))
    closed = reported + int(rng.integers(6, 12)) if _mended(rng) else NEVER
    site.reports.append(
        Report(reported, worker=0, handled=reported + 2, closed=closed if closed <= time.until else NEVER)
    )


def _leaver_reports(site: Site, time: Span, rng: np.random.Generator) -> None:
    """Somebody who has left, settled and all, reports that he is owed."""
    leavers = np.flatnonzero(site.left)
    if not len(leavers):
        leavers = np.array([site.workers - 1])
        _leave(site, time, leavers, time.until - int(rng.integers(25, 60)))
        site.settled[leavers] = site.confirmed[leavers] = site.left[leavers]
    gone = int(leavers[0])
    reported = min(int(site.left[gone]) + int(rng.integers(3, 15)), time.until)
    handled = reported + 2 if rng.random() < 0.5 and reported + 2 <= time.until else NEVER
    site.reports.append(Report(reported, worker=gone, plain=False, handled=handled))


def _pays_short(site: Site, time: Span, rng: np.random.Generator) -> None:
    """Everybody gets a part of what the sheet says is due, with the rest put off."""
    part = rng.uniform(0.4, 0.85)
    last = _last_due(site, time)
    for k in range(max(last - 1, 0), last + 1):
        site.paid_fen[:, k] = (site.paid_fen[:, k] * part / 100).astype(np.int64) * 100


def winter_pause(site: Site, time: Span, rng: np.random.Generator) -> None:
    """An approved suspension: nobody comes, nobody is owed for it, and no rule may complain."""
    # From the middle of one month to the middle of a later one, so that no month is left with a few days' wages.
    k = int(rng.integers(0, max(time.count - 2, 1)))
    first = int(time.first[k]) + 14
    last = min(time.month_start(k, int(rng.integers(1, 3))) + 12, time.until)
    site.pauses.append((first, last, "冬季停工"))
    clear_days(site, first, last, time)


FAULTS = (
    Fault("account_never", _account_never, era="recent", months=1, weight=1.2),
    Fault("account_late", _account_late, era="window", months=2, weight=1.5),
    Fault("stops_paying", _stops_paying, weight=1.0),
    Fault("pays_some", _pays_some, weight=2.0),
    Fault("late_payer", _late_payer, weight=2.0),
    Fault("below_floor", _below_floor, home="52"),
    Fault("leavers_unsettled", _leavers_unsettled, months=2, home="52"),
    Fault("over_limit", _over_limit, months=2, home="52", weight=0.6),
    Fault("inspection_missing", _inspection_missing, era="window", months=3, home="14"),
    Fault("plain_report", _plain_report, months=2, home="14", weight=0.6),
    Fault("leavers_unpaid", _leavers_unpaid, months=2, home="14"),
    Fault("leaver_reports", _leaver_reports, home="52", weight=0.5),
    Fault("pays_short", _pays_short),
    Fault("foreman_holds_cards", _foreman_holds_cards, months=2),
    Fault("deposit_missing", _deposit_missing, months=1),
    Fault("deposit_expired", _deposit_expired, months=3),
    Fault("deposit_expiring", _deposit_expiring, months=1, home="14", weight=0.5),
    Fault("roster_missing", _roster_missing, era="recent", months=1, weight=0.5),
    Fault("fee_missing", _fee_missing),
    Fault("failed_payouts", _failed_payouts, months=2),
    Fault("ghost_payroll", _ghost_payroll),
    Fault("ghost_attendance", _ghost_attendance),
    Fault("off_platform", _off_platform),
    Fault("contracts_missing", _contracts_missing, months=1),
    Fault("board_missing", _board_missing, era="window", months=2),
    Fault("clerk_missing", _clerk_missing, era="window", months=2),
    Fault("no_attendance", _no_attendance, months=2),
    Fault("account_unverified", _account_unverified, months=1, weight=0.5),
    Fault("agreement_missing", _agreement_missing, months=1, weight=0.7),
    Fault("account_misused", _account_misused, months=2, weight=0.5),
)
