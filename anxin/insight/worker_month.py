"""One worker's month on one project: each day at the gate, the payroll lines, the bank's answers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from anxin.insight.project_months import standing, wages_due_on
from anxin.law.civil import first_day, last_day


@dataclass(frozen=True, slots=True)
class Passing:
    """One passing of the gate. ``passed_at`` is naive civil time; ``way`` the national attendType."""

    passed_at: datetime
    direction: str
    way: str
    device: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day. ``kind``: worked, absent, pause, before (entry), after (exit), future.

    ``hours`` run from the first passing in to the last passing out; None where one of the two is missing.
    """

    day: date
    kind: str
    passings: list[Passing]
    hours: float | None


@dataclass(frozen=True, slots=True)
class WorkerMonth:
    """A month of an engagement. Money in fen. ``verdict`` is one of ``project_months.STATES``."""

    month: str
    due_on: date
    days: list[Day]
    worked: int
    lines: list[dict[str, Any]]
    payments: list[dict[str, Any]]
    due_fen: int
    sheet_paid_fen: int
    bank_paid_fen: int
    bank_failed_fen: int
    paid_fen: int
    verdict: str


def _hours(passings: list[Passing]) -> float | None:
    came = [p.passed_at for p in passings if p.direction == "in"]
    left = [p.passed_at for p in passings if p.direction == "out"]
    if not came or not left or max(left) <= min(came):
        return None
    return round((max(left) - min(came)).total_seconds() / 3600, 1)


def worker_month(
    swipes: pa.Table,
    payroll: pa.Table,
    payments: pa.Table,
    *,
    month: str,
    as_of: date,
    pay_day: int | None = None,
    entered_on: date | None = None,
    left_on: date | None = None,
    pauses: list[tuple[date, date]] | None = None,
) -> WorkerMonth:
    """Put together a worker's month from the current rows of the ledger's tables, all of one worker and project."""
    by_day: dict[date, list[Passing]] = {}
    for row in swipes.to_pylist():
        passing = Passing(row["passed_at"], row["direction"] or "unknown", row["way"] or "", row["device"] or "")
        by_day.setdefault(passing.passed_at.date(), []).append(passing)
    days = []
    day = first_day(month)
    while day <= last_day(month):
        passings = sorted(by_day.get(day, []), key=lambda p: p.passed_at)
        if passings:
            kind = "worked"
        elif day > as_of:
            kind = "future"
        elif any(a <= day <= b for a, b in pauses or []):
            kind = "pause"
        elif entered_on is not None and day < entered_on:
            kind = "before"
        elif left_on is not None and day > left_on:
            kind = "after"
        else:
            kind = "absent"
        days.append(Day(day, kind, passings, _hours(passings)))
        day += timedelta(days=1)
    lines = sorted(payroll.to_pylist(), key=lambda r: (r["sheet"] or "", r["team_no"] or 0))
    answers = sorted(payments.to_pylist(), key=lambda r: (r["paid_on"] or date.max, r["reference"] or ""))
    due = sum(r["due_fen"] or 0 for r in lines)
    sheet_paid = sum(r["paid_fen"] or 0 for r in lines)
    bank_paid = sum(r["amount_fen"] or 0 for r in answers if r["status"] == "paid")
    failed = sum(r["amount_fen"] or 0 for r in answers if r["status"] == "failed")
    paid = bank_paid if answers else sheet_paid
    worked = sum(d.kind == "worked" for d in days)
    due_on = wages_due_on(month, pay_day)
    return WorkerMonth(
        month,
        due_on,
        days,
        worked,
        lines,
        answers,
        due,
        sheet_paid,
        bank_paid,
        failed,
        paid,
        standing(worked, due, paid, failed, overdue=as_of > due_on),
    )
