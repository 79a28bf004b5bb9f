"""What the file already knows of a worker's months on a site, so that he corrects instead of writing.

Only for a worker who has signed in: what the file holds of him is shown to nobody who merely types his number.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from anxin.cases.answers import answers_of
from anxin.cases.models import Answer
from anxin.law.civil import civil_date, month_of, shift_month, wages_due_on
from anxin.ledger import read
from anxin.registry.models import Engagement, Project, Worker

MONTHS = 12
# A figure about team mates is told only when so many stand behind it: nobody's own wage may be read out of it.
FEWEST_MATES = 5


@dataclass(frozen=True)
class KnownMonth:
    """A month in the file. Fen; ``due_fen`` None: no wage sheet names it. ``mates_rate_fen``: the team mates' median
    day rate, None below five of them. ``owed_fen``: what the file lets one expect, None when it cannot say.
    ``due_on``: the
    last day for paying it. ``open``: that day has gone by, days were worked or pay was due, and less was paid.
    ``denied``: the file says paid and the worker has said since that nothing arrived; he is owed all of it then."""

    month: str
    days: int
    due_fen: int | None
    paid_fen: int
    mates_rate_fen: int | None
    owed_fen: int | None
    due_on: date
    open: bool
    denied: bool = False


@dataclass(frozen=True)
class Known:
    """What the file knows: months newest first, and the contract's day rate in fen if one is written down."""

    months: tuple[KnownMonth, ...] = ()
    rate_fen: int | None = None

    def month(self, month: str) -> KnownMonth | None:
        """The month of this name."""
        return next((one for one in self.months if one.month == month), None)


def known_months(*, worker: Worker, project: Project, as_of: date) -> Known:
    """The worker's last twelve months on a project; nothing when he was never on its roster."""
    engagement = Engagement.objects.filter(project=project, worker=worker).first()
    if engagement is None:
        return Known()
    wanted = [shift_month(month_of(as_of), -back) for back in range(MONTHS)]
    work = {
        row["month"]: row["days"] or 0
        for row in read.work_months(project_id=project.pk, worker_id=worker.pk, month=wanted).to_pylist()
    }
    pay = {
        row["month"]: row
        for row in read.pay_months(project_id=project.pk, worker_id=worker.pk, month=wanted).to_pylist()
    }
    told = sorted(set(work) | set(pay), reverse=True)
    mates = _mates_rates(engagement, told)
    own = _day_rate(engagement)
    said = answers_of(worker.pk)
    months = (
        _month(
            month, work.get(month, 0), pay.get(month), mates.get(month), own, as_of, project.pay_day,
            _denied(said.get((project.pk, month)), pay.get(month)),
        )
        for month in told
    )  # fmt: skip
    return Known(tuple(one for one in months if one.days or one.due_fen or one.paid_fen), own)


def _month(
    month: str,
    days: int,
    row: dict[str, Any] | None,
    mates: int | None,
    own: int | None,
    as_of: date,
    pay_day: int | None,
    denied: bool,
) -> KnownMonth:
    due = (row["due_fen"] or None) if row else None
    paid = (row["paid_fen"] or 0) if row else 0
    rate = own or mates
    expected = due if due is not None else round(days * rate) if days and rate else None
    arrived = 0 if denied else paid
    owed = None if expected is None else max(expected - arrived, 0)
    short = owed > 0 if owed is not None else days > 0 and arrived <= 0
    due_on = wages_due_on(month, pay_day)
    return KnownMonth(month, days, due, paid, mates, owed, due_on, short and (denied or as_of > due_on), denied)


def _denied(said: Answer | None, row: dict[str, Any] | None) -> bool:
    # A no from before the payment says nothing of it.
    if said is None or said.paid or not row or not row["paid_fen"]:
        return False
    return row["first_paid_on"] is None or row["first_paid_on"] <= civil_date(said.at)


def _day_rate(engagement: Engagement) -> int | None:
    # A unit in the national table is a metre, square or cubic metre: piece work. A price without one is a day's.
    return (engagement.unit_price_fen or None) if not engagement.contract_unit else None


def _mates_rates(engagement: Engagement, months: Collection[str]) -> dict[str, int]:
    """Month → median of due ÷ days over the team mates, where at least five of them have both."""
    if engagement.team_id is None or not months:
        return {}
    mates = set(
        Engagement.objects.filter(team_id=engagement.team_id)
        .exclude(worker_id=engagement.worker_id)
        .values_list("worker_id", flat=True)
    )
    if len(mates) < FEWEST_MATES:
        return {}
    project = engagement.project_id
    days = {
        (row["month"], row["worker_id"]): row["days"]
        for row in read.work_months(project_id=project, month=list(months)).to_pylist()
        if row["worker_id"] in mates and row["days"]
    }
    rates: dict[str, list[float]] = {}
    for row in read.pay_months(project_id=project, month=list(months)).to_pylist():
        worked = days.get((row["month"], row["worker_id"]))
        if worked and row["due_fen"]:
            rates.setdefault(row["month"], []).append(row["due_fen"] / worked)
    # To the next ten yuan: a median of few is one man's wage to the fen.
    return {month: round(median(found) / 1000) * 1000 for month, found in rates.items() if len(found) >= FEWEST_MATES}
