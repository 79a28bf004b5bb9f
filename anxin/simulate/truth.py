"""What is true of a simulated site by the law, from which day and until when: worked out from the plan alone.

Nothing here looks at a rule's answer or at the ledger. ``facts_of`` finds the breaches in the site as it was lived;
``expect`` says which rules should speak of each. The truth is kept as ``<data>/simulated/truth.csv``, one row a rule
and subject:

``fault`` what the contractor does wrong, ``fact`` the breach, ``rule``, ``project_id``, ``enterprise_id``,
``worker_id``, ``month`` (as far as the rule's object has them), ``true_from`` the first day the rule should speak,
``until`` the day it should have fallen silent (empty: still true), ``late_on`` the first day the wages in question are
late (empty where no wages are).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
from django.conf import settings

from anxin.simulate.expect import expect
from anxin.simulate.site import BANK, FAILED, NEVER, OFFLINE, Site, Span

if TYPE_CHECKING:
    from anxin.simulate.doors import Loaded

COLUMNS = (
    "fault", "fact", "rule", "project_id", "enterprise_id", "worker_id", "month", "true_from", "until", "late_on",
)  # fmt: skip
FOREVER = 10**7


@dataclass(frozen=True, slots=True)
class Fact:
    """A breach. ``worker`` is the place on the roster and ``month`` the place in the span, -1 where it has none.

    ``begin`` is the first day it is true, ``end`` the first day it is not any more (``FOREVER`` while it lasts).
    ``late`` is the first day wages are late. ``share`` is the part of the month's workers it touches.
    """

    kind: str
    begin: int
    end: int = FOREVER
    worker: int = -1
    month: int = -1
    late: int = NEVER
    size: float = 0.0


def truth_file() -> Path:
    """Where the truth about the simulated province is kept."""
    return Path(settings.DATA) / "simulated" / "truth.csv"


class Writer:
    """Writes the truth site by site; a context manager. The file replaces an earlier one only when all went well."""

    def __init__(self) -> None:
        self.path = truth_file()
        self._draft = self.path.with_suffix(".draft")
        self._handle: TextIO | None = None
        self._rows: Any = None

    def __enter__(self) -> "Writer":
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._handle = self._draft.open("w", newline="", encoding="utf-8")
        self._rows = csv.writer(self._handle)
        self._rows.writerow(COLUMNS)
        return self

    def write(self, site: Site, time: Span, loaded: "Loaded") -> None:
        """Add the truth about one site that has been loaded."""
        workers = loaded.workers.get(site.index, [])
        for fact in facts_of(site, time):
            for rule, target, begin, end in expect(fact, site, time):
                if begin > time.until or begin >= end:
                    continue
                self._rows.writerow(
                    (
                        site.fault,
                        fact.kind,
                        rule,
                        "" if target == "enterprise" else loaded.projects[site.index],
                        loaded.enterprises[site.contractor] if target == "enterprise" else "",
                        workers[fact.worker] if target in {"worker-month", "leaver"} else "",
                        time.months[fact.month] if target in {"worker-month", "project-month"} else "",
                        date.fromordinal(begin),
                        "" if end > time.until else date.fromordinal(end),
                        date.fromordinal(fact.late) if fact.late else "",
                    )
                )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._handle is not None
        self._handle.close()
        if kind is None:
            self._draft.replace(self.path)
        else:
            self._draft.unlink()


def facts_of(site: Site, time: Span) -> Iterator[Fact]:
    """Every breach at a site that has begun by the end of the simulated time."""
    if site.status[0][1] == "active":
        yield from (fact for fact in _breaches(site, time) if fact.begin <= time.until)


def _breaches(site: Site, time: Span) -> Iterator[Fact]:
    yield from _institutions(site, time)
    yield from _roster(site, time)
    for k in range(time.count):
        yield from _wages(site, time, k)
    yield from _two_months(site, time)


def _institutions(site: Site, time: Span) -> Iterator[Fact]:
    start = site.started
    account = site.account
    yield Fact("account_missing", start, account.uploaded if account else FOREVER)
    if account is not None:
        if account.agreement == NEVER:
            yield Fact("agreement_missing", account.uploaded)
        if account.verified == "no":
            yield Fact("account_unverified", account.uploaded)
    yield from _deposit(site)
    yield Fact("board_missing", start, site.board or FOREVER)
    yield Fact("clerk_missing", start, site.clerk or FOREVER)
    if site.first_entry:
        yield Fact("inspection_missing", site.first_entry, site.inspection or FOREVER)
    for reported, closed in site.reports:
        yield Fact("report_open", reported, closed or FOREVER)
    for booking in site.bookings:
        if booking.kind == "other" and booking.direction == "debit":
            yield Fact("account_misused", booking.on)
    worked: np.ndarray = np.asarray(site.mask.any(axis=0))
    for k in sorted(site.fee_missing):
        if worked[k]:
            yield Fact("fee_missing", time.deadline(k, site.pay_day) - 4, month=k)


def _deposit(site: Site) -> Iterator[Fact]:
    if not site.deposits:
        yield Fact("deposit_missing", site.started)
        return
    covered = sorted((d.recorded, d.valid_to + 1 if d.form != "cash" else FOREVER) for d in site.deposits)
    gap = covered[0][1]
    for recorded, ended in covered[1:]:
        if recorded > gap:
            yield Fact("deposit_expired", gap, recorded)
        gap = max(gap, ended)
    if gap < FOREVER:
        yield Fact("deposit_expired", gap)


def _roster(site: Site, time: Span) -> Iterator[Fact]:
    gone: np.ndarray = site.left > 0
    unsettled: np.ndarray = (site.settled == NEVER) | (site.settled > site.left)
    for i in np.flatnonzero(gone & unsettled):
        yield Fact("leaver_unsettled", int(site.left[i]), int(site.settled[i]) or FOREVER, worker=int(i))
    without = np.flatnonzero(site.contract == NEVER)
    if len(without):
        ends = np.where(site.left[without] == NEVER, FOREVER, site.left[without])
        yield Fact("contracts_missing", int(site.entered[without].min()), int(ends.max()), size=float(len(without)))
    last_seen = _last_attendance(site, time)
    here = bool(((site.left == NEVER) & (site.entered <= time.until)).any())
    paused = any(first <= time.until and last >= last_seen for first, last, _ in site.pauses)
    if here and last_seen and last_seen < time.until - 5 and not paused and site.status[-1][1] == "active":
        yield Fact("no_attendance", last_seen + 1)
    cards, heads = np.unique(site.card, return_counts=True)
    for card in cards[heads > 1]:
        yield Fact("card_shared", time.begin, size=float(heads.max()), worker=int(np.flatnonzero(site.card == card)[0]))


def _last_attendance(site: Site, time: Span) -> int:
    for k in range(time.count - 1, -1, -1):
        days = int(np.bitwise_or.reduce(site.mask[:, k])) if site.workers else 0
        if days:
            return int(time.first[k]) + days.bit_length() - 1
    return NEVER


def paid_days(site: Site, k: int, *, offline_counts: bool = True) -> np.ndarray:
    """For each worker the day his wages of month ``k`` reached him, ``FOREVER`` when they have not."""
    good = np.isin(site.how[:, k], (BANK, OFFLINE) if offline_counts else (BANK,))
    on = np.where(good, site.paid_on[:, k], FOREVER)
    for extra in site.extras:
        if extra.month == k:
            on[extra.worker] = min(on[extra.worker], extra.on)
    return on


def _wages(site: Site, time: Span, k: int) -> Iterator[Fact]:
    attended = np.flatnonzero(site.mask[:, k] > 0)
    deadline = time.deadline(k, site.pay_day)
    on = paid_days(site, k)
    if len(attended):
        times = np.sort(on[attended])
        heads = len(attended)
        for i in attended[on[attended] > deadline]:
            yield Fact("wages_unpaid", deadline + 1, int(on[i]), worker=int(i), month=k, late=deadline + 1)
        if times[-1] > deadline:
            yield Fact(
                "some_unpaid", deadline + 1, int(times[-1]), month=k, late=deadline + 1,
                size=float((times > deadline).sum()) / heads,
            )  # fmt: skip
        tenth = int(np.ceil(heads * 0.1)) or 1  # so many unpaid make a tenth
        if times[-tenth] > deadline and (times > deadline).sum() / heads >= 0.1:
            yield Fact("tenth_unpaid", deadline + 1, int(times[-tenth]), month=k, late=deadline + 1)
        if times[0] > deadline:
            yield Fact("all_unpaid", deadline + 1, int(times[0]), month=k, late=deadline + 1, size=float(heads))
        offline = site.how[attended, k] == OFFLINE
        if offline.any():
            yield Fact("paid_offline", int(site.paid_on[attended, k][offline].min()), month=k, late=deadline + 1)
    ghosts = np.flatnonzero((site.mask[:, k] == 0) & (site.how[:, k] == BANK) & (site.paid_fen[:, k] > 0))
    for i in ghosts:
        yield Fact("ghost_paid", int(site.paid_on[i, k]), worker=int(i), month=k)
    for i in np.flatnonzero(site.how[:, k] == FAILED):
        yield Fact("payout_failed", int(site.paid_on[i, k]), int(on[i]), worker=int(i), month=k, late=deadline + 1)
    paid = np.isin(site.how[:, k], (BANK, OFFLINE)) & (site.paid_fen[:, k] > 0)
    for i in np.flatnonzero(paid & (site.paid_fen[:, k] > 50_000_00)):
        yield Fact("over_limit", int(site.paid_on[i, k]), worker=int(i), month=k)
    if paid.any() and site.paid_fen[paid, k].mean() < 1890_00:
        yield Fact("below_floor", int(site.paid_on[paid, k].min()), month=k)


def _two_months(site: Site, time: Span) -> Iterator[Fact]:
    """Two months running for which nobody was paid."""
    for k in range(1, time.count):
        pair = (k - 1, k)
        if not all(site.mask[:, m].any() for m in pair):
            continue
        firsts = [int(paid_days(site, m)[site.mask[:, m] > 0].min()) for m in pair]
        deadline = time.deadline(k, site.pay_day)
        if firsts[1] > deadline and firsts[0] > deadline:
            yield Fact(
                "two_months_unpaid", deadline + 1, min(firsts), month=k, late=time.deadline(k - 1, site.pay_day) + 1
            )
