"""One building site as it will be lived: roster, attendance, wages, money, institutions. Days are ordinals, 0 is never.

``lay_out`` draws a site whose contractor keeps every rule; the faults of ``conduct`` then spoil it.
"""

import calendar
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from anxin.law.calendar import last_workday
from anxin.law.civil import first_day, last_day, shift_month

NEVER = 0
UNPAID, BANK, FAILED, OFFLINE = 0, 1, 2, 3  # how a worker's month was paid
_FULL = np.uint32(0x7FFFFFFF)


@dataclass(frozen=True)
class Span:
    """The simulated time: ``months`` (YYYY-MM, the last one unfinished), their first and last day, and today."""

    months: tuple[str, ...]
    first: np.ndarray
    last: np.ndarray
    until: int

    @property
    def begin(self) -> int:
        return int(self.first[0])

    @property
    def count(self) -> int:
        return len(self.months)

    def deadline(self, k: int, pay_day: int) -> int:
        """Last day for paying the wages of month ``k``: the next month's pay-day, or the working day before it."""
        start = first_day(shift_month(self.months[k], 1))
        length = calendar.monthrange(start.year, start.month)[1]
        return last_workday(start.replace(day=min(pay_day, length))).toordinal()

    def month_start(self, k: int, ahead: int) -> int:
        """First day of the month that is ``ahead`` months after month ``k``."""
        return first_day(shift_month(self.months[k], ahead)).toordinal()


def span(*, months: int, until: date) -> Span:
    """``months`` wage months, the last of them the month of ``until``."""
    final = f"{until:%Y-%m}"
    wanted = tuple(shift_month(final, back - months + 1) for back in range(months))
    return Span(
        months=wanted,
        first=np.array([first_day(m).toordinal() for m in wanted], dtype=np.int64),
        last=np.array([min(last_day(m), until).toordinal() for m in wanted], dtype=np.int64),
        until=until.toordinal(),
    )


@dataclass
class Account:
    """A wage account: days of opening, of reaching the platform, of the tripartite agreement."""

    index: int
    opened: int
    uploaded: int
    agreement: int
    verified: str = "yes"
    reason: str = ""


@dataclass
class DepositPlan:
    form: str
    amount_fen: int
    valid_from: int
    valid_to: int
    recorded: int


@dataclass
class Report:
    """A report of unpaid wages: days it came in, was taken up and was closed; ``worker`` is who sent it."""

    reported: int
    worker: int
    plain: bool = True
    handled: int = NEVER
    closed: int = NEVER


@dataclass
class Extra:
    """A payment beside the regular run: arrears made good, a second try after the bank refused."""

    worker: int
    month: int
    amount_fen: int
    on: int


@dataclass
class Booking:
    """Money on the account that is not a payout of wages."""

    on: int
    amount_fen: int
    direction: str
    kind: str
    counterparty: str = ""


@dataclass
class Site:
    """A site; worker arrays have one entry a worker, month arrays one row a worker and one column a month."""

    index: int
    code: str
    name: str
    region: str
    category: str
    investment: str
    contractor: int
    developer: int
    subcontractor: int
    first_worker: int
    started: int
    pay_day: int
    price_fen: int
    fault: str = ""
    status: list[tuple[int, str]] = field(default_factory=list)
    account: Account | None = None
    deposits: list[DepositPlan] = field(default_factory=list)
    board: int = NEVER
    clerk: int = NEVER
    inspection: int = NEVER
    pauses: list[tuple[int, int, str]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)
    fee_missing: set[int] = field(default_factory=set)  # months whose labour fee never came
    entered: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    left: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    contract: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    settled: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    confirmed: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    rate_fen: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    card: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    team: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    mask: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.uint32))
    sheet: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), bool))
    due_fen: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    paid_fen: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    paid_on: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    how: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.uint8))

    @property
    def workers(self) -> int:
        return len(self.entered)

    @property
    def first_entry(self) -> int:
        """Day the first worker came, 0 when nobody has."""
        return int(self.entered.min()) if self.workers else NEVER

    @property
    def teams(self) -> int:
        return int(self.team.max()) + 1 if self.workers else 0


def lay_out(
    site: Site, *, size: int, time: Span, rng: np.random.Generator, complete_on: int = NEVER, preparing: bool = False
) -> None:
    """Fill in a site of a contractor who keeps every rule. ``complete_on``: the day the works are finished."""
    if preparing:
        site.status = [(max(time.begin, site.started), "approved")]
        empty_site(site, time)
        return
    site.status = [(max(time.begin, site.started), "active")]
    _institutions(site, time, rng, complete_on)
    _roster(site, size, time, rng, complete_on)
    site.mask = _attendance(site, time, rng)
    pay_in_full(site, time, rng)
    if site.first_entry:
        inspected = site.first_entry + int(rng.integers(8, 22))
        site.inspection = inspected if inspected <= time.until else NEVER
    if complete_on:
        site.status.append((complete_on, "completed"))


def empty_site(site: Site, time: Span) -> None:
    """Nobody on the roster."""
    nobody = np.zeros(0, np.int64)
    site.entered = site.left = site.contract = site.settled = site.confirmed = nobody
    site.rate_fen = site.card = site.team = nobody
    site.mask = np.zeros((0, time.count), np.uint32)
    site.sheet = np.zeros((0, time.count), bool)
    site.due_fen = site.paid_fen = site.paid_on = np.zeros((0, time.count), np.int64)
    site.how = np.zeros((0, time.count), np.uint8)


def _institutions(site: Site, time: Span, rng: np.random.Generator, complete_on: int) -> None:
    opened = site.started + int(rng.integers(-6, 4))
    uploaded = opened + int(rng.integers(1, 7))
    if uploaded <= time.until:
        site.account = Account(site.first_worker, opened, uploaded, opened)
    form = ("cash", "guarantee", "insurance")[int(rng.choice(3, p=(0.3, 0.55, 0.15)))]
    amount = min(int(site.price_fen * 0.02) // 100 * 100, 500_000_000)
    paid_in = site.started - int(rng.integers(0, 10))
    site.deposits = [DepositPlan(form, amount, paid_in, max(time.until, site.started) + 400, paid_in)]
    site.board = site.clerk = site.started


def _roster(site: Site, size: int, time: Span, rng: np.random.Generator, complete_on: int) -> None:
    gate = site.started + int(rng.integers(2, 6))
    if date.fromordinal(gate).day > 14:  # a first month of a few days would look like a month of tiny wages
        month = f"{date.fromordinal(gate):%Y-%m}"
        gate = first_day(shift_month(month, 1)).toordinal()
    end = complete_on or time.until
    if gate > end:
        size = 0
    crew = rng.random(size) < 0.75
    spread = max(end - 25 - gate, 1)
    site.entered = np.where(
        crew, gate + rng.integers(0, 4, size), gate + rng.integers(0, spread, size) if size else 0
    ).astype(np.int64)
    site.entered = np.minimum(site.entered, end)
    if size:
        site.entered[0] = gate
    # A man who comes in the second half of a month begins on the first of the next, so that months are whole.
    for i, day in enumerate(site.entered):
        came = date.fromordinal(int(day))
        if came.day > 12 and day != gate:
            following = first_day(shift_month(f"{came:%Y-%m}", 1)).toordinal()
            site.entered[i] = following if following <= end else gate
    stay = rng.exponential(480, size).astype(np.int64) + 45
    leaving = np.maximum(site.entered, time.begin) + stay
    site.left = np.where(leaving <= end - 5, leaving, NEVER)
    if size:
        site.left[: max(1, size // 12)] = NEVER  # the core stays, so the site never empties
    if complete_on:
        site.left = np.where(site.left == NEVER, complete_on, site.left)
    site.settled = site.left.copy()
    site.confirmed = site.left.copy()
    site.contract = site.entered.copy()
    site.rate_fen = (rng.integers(26, 42, size) * 1000).astype(np.int64)
    site.card = site.first_worker + np.arange(size, dtype=np.int64)
    site.team = np.arange(size, dtype=np.int64) // 24


def bits(first: np.ndarray, last: np.ndarray, time: Span, k: int) -> np.ndarray:
    """Bit mask of the days of month ``k`` from ``first`` to ``last``, both included."""
    start = np.maximum(first, time.first[k]) - time.first[k]
    stop = np.minimum(last, time.last[k]) - time.first[k]
    some = stop >= start
    low = np.where(some, start, 0)
    high = np.where(some, stop + 1, 0)
    return ((np.int64(1) << high) - (np.int64(1) << low)).astype(np.uint32) * some.astype(np.uint32)


def _attendance(site: Site, time: Span, rng: np.random.Generator) -> np.ndarray:
    masks = np.zeros((site.workers, time.count), np.uint32)
    end = np.where(site.left == NEVER, time.until, site.left)
    powers = np.uint32(1) << np.arange(31, dtype=np.uint32)
    for k in range(time.count):
        present = (rng.random((site.workers, 31)) < 0.87).astype(np.uint32) @ powers
        at_site = bits(site.entered, end, time, k)
        # The first and the last day of a stay are worked: that is how a gate knows of them.
        edge = bits(site.entered, site.entered, time, k) | bits(site.left, site.left, time, k) * (site.left > 0)
        masks[:, k] = (present & at_site) | (edge & at_site)
    return masks


def clear_days(site: Site, first: int, last: int, time: Span) -> None:
    """Nobody passes the gate from ``first`` to ``last``."""
    for k in range(time.count):
        gone = bits(np.array([first]), np.array([last]), time, k)[0]
        site.mask[:, k] &= ~gone & _FULL


def pay_in_full(site: Site, time: Span, rng: np.random.Generator) -> None:
    """Wages for every day worked, paid through the bank on or just before the agreed day."""
    days = np.bitwise_count(site.mask).astype(np.int64)
    site.due_fen = days * site.rate_fen[:, None]
    site.paid_on = np.zeros_like(site.due_fen)
    site.how = np.zeros(site.due_fen.shape, np.uint8)
    for k in range(time.count):
        on = time.deadline(k, site.pay_day) - int(rng.integers(0, 3))
        if on <= time.until:
            worked = days[:, k] > 0
            site.paid_on[worked, k] = on
            site.how[worked, k] = BANK
    site.paid_fen = np.where(site.how == BANK, site.due_fen, 0)
    site.sheet = site.how == BANK
