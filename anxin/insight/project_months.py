"""Months of one project: who attended, what was due, what was paid, who is missing. Pure functions over rollups.

All take ``work`` and ``pay``: the current rows of ``ledger.schema.WORK_MONTHS`` and ``PAY_MONTHS`` of one project.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from anxin.law.civil import first_day, last_day, month_of, shift_month, wages_due_on

# Groups a reader asks for; a worker may fall under several.
GROUPS = ("unpaid", "failed", "short", "unattended", "paid")
# How a worker stands in a month.
STATES = ("unpaid", "failed", "short", "unattended", "waiting", "paid", "none")


# What the figures of a project's months are made of.
PAY_COLUMNS = (
    "worker_id", "month", "lines", "due_fen", "paid_fen", "bank_paid_fen", "bank_failed_fen", "first_paid_on",
)  # fmt: skip
WORK_COLUMNS = ("worker_id", "month", "days", "mask")


def month_range(last: str, count: int = 12) -> list[str]:
    """``count`` months that end with ``last``, oldest first."""
    return [shift_month(last, -back) for back in range(count - 1, -1, -1)]


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month of a project. Heads are workers, money is fen.

    ``unpaid``: attended, and nothing paid. ``failed``: the bank refused and the wages are still short.
    ``unattended``: paid, but never at the gate. ``missing_fen``: what payrolls say is due and is not paid, summed over
    workers, so that one worker's excess never hides another's want. ``due_on`` is the last day for paying.
    """

    month: str
    due_on: date
    overdue: bool
    attended: int
    worker_days: int
    lines: int
    paid: int
    unpaid: int
    failed: int
    unattended: int
    due_fen: int
    paid_fen: int
    missing_fen: int

    @property
    def empty(self) -> bool:
        """Nobody came, nothing was due, nothing was paid."""
        return not (self.attended or self.lines or self.paid)


def _column(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).to_numpy(zero_copy_only=False)


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    return np.nan_to_num(_column(table, name)).astype(np.int64)


def _keys(table: pa.Table, index: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """(worker and month as one number, month index) a row; months outside the index are -1."""
    told = table.column("month").combine_chunks().dictionary_encode()
    codes = np.array([index.get(m, -1) for m in told.dictionary.to_pylist()], dtype=np.int64)
    months = codes[told.indices.to_numpy(zero_copy_only=False)] if len(codes) else np.zeros(0, dtype=np.int64)
    return _column(table, "worker_id").astype(np.int64) * 1000 + months, months


def month_figures(
    work: pa.Table, pay: pa.Table, *, months: list[str], as_of: date, pay_day: int | None
) -> list[MonthFigures]:
    """Figures of the given months (at most 1000), in their order."""
    index = {m: i for i, m in enumerate(months)}
    work_key, work_month = _keys(work, index)
    pay_key, pay_month = _keys(pay, index)
    days = _numbers(work, "days")
    lines, due, paid = (_numbers(pay, name) for name in ("lines", "due_fen", "paid_fen"))
    refused = (_numbers(pay, "bank_failed_fen") > 0) & (paid < np.maximum(due, 1))
    came = days > 0
    unpaid = came & ~np.isin(work_key, pay_key[paid > 0])
    unattended = (paid > 0) & ~np.isin(pay_key, work_key[came])
    short = np.maximum(due - paid, 0)

    def heads(rows: np.ndarray, where: np.ndarray) -> np.ndarray:
        return np.bincount(where[rows & (where >= 0)], minlength=len(months))

    def total(values: np.ndarray, where: np.ndarray) -> np.ndarray:
        out = np.zeros(len(months), dtype=np.int64)
        np.add.at(out, where[where >= 0], values[where >= 0])
        return out

    figures = zip(
        months,
        heads(came, work_month),
        total(days, work_month),
        heads(lines > 0, pay_month),
        heads(paid > 0, pay_month),
        heads(unpaid, work_month),
        heads(refused, pay_month),
        heads(unattended, pay_month),
        total(due, pay_month),
        total(paid, pay_month),
        total(short, pay_month),
        strict=True,
    )
    return [
        MonthFigures(m, due_on := wages_due_on(m, pay_day), as_of > due_on, *(int(n) for n in numbers))
        for m, *numbers in figures
    ]


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """Heads at the gate on a day. ``shade`` 0–4; ``kind``: day, pause, future, before (works had not begun)."""

    day: date
    heads: int
    shade: int
    kind: str


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """A month of the calendar, day by day; ``peak``: the heads on its busiest day."""

    month: str
    days: list[CalendarDay]
    peak: int


def attendance_calendar(
    work: pa.Table,
    *,
    months: list[str],
    as_of: date,
    started_on: date | None = None,
    pauses: list[tuple[date, date]] | None = None,
) -> list[CalendarMonth]:
    """Heads a day, shaded in quarters of the busiest day shown."""
    index = {m: i for i, m in enumerate(months)}
    _, where = _keys(work, index)
    masks = _numbers(work, "mask")
    shown = where >= 0
    place, bits = where[shown], masks[shown]
    heads = np.zeros((len(months), 31), dtype=np.int64)
    for bit in range(31):
        heads[:, bit] = np.bincount(place[(bits >> bit) & 1 == 1], minlength=len(months))
    peak = int(heads.max(initial=0))
    calendars = []
    for i, month in enumerate(months):
        start, days = first_day(month), []
        for number in range(1, last_day(month).day + 1):
            day = start.replace(day=number)
            count = int(heads[i, number - 1])
            if day > as_of:
                kind = "future"
            elif any(a <= day <= b for a, b in pauses or []):
                kind = "pause"
            elif started_on is not None and day < started_on and not count:
                kind = "before"
            else:
                kind = "day"
            shade = -(-4 * count // peak) if peak else 0
            days.append(CalendarDay(day, count, shade, kind))
        calendars.append(CalendarMonth(month, days, int(heads[i].max(initial=0))))
    return calendars


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """A worker's month. ``state`` is one of ``STATES``; in ``mask`` bit d-1 is set for day d."""

    worker_id: int
    mask: int
    days: int
    lines: int
    due_fen: int
    paid_fen: int
    bank_paid_fen: int
    bank_failed_fen: int
    paid_on: date | None
    state: str


def standing(days: int, due_fen: int, paid_fen: int, failed_fen: int, *, overdue: bool) -> str:
    """How a worker stands: one of ``STATES``, or ``none`` when there is nothing to say.

    Before the last day for paying, who attended and is not paid yet is ``waiting``, not ``unpaid``.
    """
    if failed_fen and paid_fen < max(due_fen, 1):
        return "failed"
    if paid_fen and not days:
        return "unattended"
    if (days or due_fen) and not paid_fen:
        return "unpaid" if overdue else "waiting"
    if paid_fen < due_fen:
        return "short" if overdue else "waiting"
    return "paid" if paid_fen else "none"


def falls_under(worker: WorkerFigures, group: str) -> bool:
    """Whether a worker belongs to one of ``GROUPS``; a group counts what ``MonthFigures`` counts under its name."""
    if group == "unpaid":
        return worker.days > 0 and not worker.paid_fen
    if group == "failed":
        return worker.state == "failed"
    if group == "short":
        return 0 < worker.paid_fen < worker.due_fen
    if group == "unattended":
        return worker.paid_fen > 0 and not worker.days
    return worker.paid_fen > 0 and worker.paid_fen >= worker.due_fen


def worker_figures(work: pa.Table, pay: pa.Table, *, month: str, overdue: bool) -> list[WorkerFigures]:
    """Everyone who attended, was due or was paid in a month, worst first."""
    by_worker: dict[int, list[dict[str, object]]] = {}
    for side, table in enumerate((work, pay)):
        for row in table.to_pylist():
            if row["month"] == month:
                by_worker.setdefault(row["worker_id"], [{}, {}])[side] = row
    found = []
    for worker_id, (came, pays) in by_worker.items():

        def number(row: dict[str, object], name: str) -> int:
            return int(row.get(name) or 0)  # type: ignore[call-overload]

        days, due, paid = number(came, "days"), number(pays, "due_fen"), number(pays, "paid_fen")
        failed = number(pays, "bank_failed_fen")
        state = standing(days, due, paid, failed, overdue=overdue)
        paid_on = pays.get("first_paid_on")
        found.append(
            WorkerFigures(
                worker_id,
                number(came, "mask"),
                days,
                number(pays, "lines"),
                due,
                paid,
                number(pays, "bank_paid_fen"),
                failed,
                paid_on if isinstance(paid_on, date) else None,
                state,
            )
        )
    return sorted(found, key=lambda w: (STATES.index(w.state), w.paid_fen - w.due_fen, -w.days, w.worker_id))


@dataclass(frozen=True, slots=True)
class MoneyDay:
    """Balance of the wage account and wages due but not paid, in fen, at the end of a day."""

    day: date
    balance_fen: int | None
    owed_fen: int


def money_series(
    movements: pa.Table, pay: pa.Table, *, months: list[str], as_of: date, pay_day: int | None
) -> list[MoneyDay]:
    """Account money against wages due, one point a day on which either moved.

    The balance is the bank's own figure where it gave one, else carried on by what came in and went out. Wages of a
    month are owed from its last day on, by the payroll, and until the day they were paid.
    """
    first = first_day(months[0])
    steps: dict[date, int] = {}
    for row in pay.to_pylist():
        if row["month"] not in months:
            continue
        due, paid = row["due_fen"] or 0, row["paid_fen"] or 0
        known_on = last_day(row["month"])
        if due and known_on <= as_of:
            steps[known_on] = steps.get(known_on, 0) + due
            if paid:
                paid_on = max(row["first_paid_on"] or wages_due_on(row["month"], pay_day), known_on)
                steps[paid_on] = steps.get(paid_on, 0) - min(paid, due)
    bookings = [r for r in movements.to_pylist() if r["booked_on"] <= as_of]
    bookings.sort(key=lambda r: (r["booked_on"], r["kind"] == "balance", r["reference"]))
    held: dict[int | None, int] = {}  # balance of each account the project uses
    balances: dict[date, int] = {}
    before: int | None = None
    for row in bookings:
        account, stated = row["account_id"], row["balance_fen"]
        if stated is not None:
            held[account] = stated
        elif row["kind"] != "balance":
            change = (row["amount_fen"] or 0) * (1 if row["direction"] == "credit" else -1)
            held[account] = held.get(account, 0) + change
        else:
            continue
        if row["booked_on"] < first:
            before = sum(held.values())
        else:
            balances[row["booked_on"]] = sum(held.values())
    days = sorted({first, as_of, *balances, *(d for d in steps if d <= as_of)})
    series: list[MoneyDay] = []
    owed, current = 0, before
    for day in days:
        owed += steps.get(day, 0)
        current = balances.get(day, current)
        series.append(MoneyDay(day, current, max(owed, 0)))
    return series


def judged_month(as_of: date, pay_day: int | None) -> str:
    """The last month whose wages should be paid by now."""
    month = shift_month(month_of(as_of), -1)
    return month if as_of > wages_due_on(month, pay_day) else shift_month(month, -1)
