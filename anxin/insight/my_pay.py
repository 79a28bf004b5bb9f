"""A worker's own months: what he worked, what was due, what arrived; the same figures the officers see."""

from dataclasses import dataclass
from datetime import date

from anxin.insight.project_months import month_range, standing, wages_due_on
from anxin.insight.worker_month import WorkerMonth, worker_month
from anxin.law.civil import month_of
from anxin.ledger import read
from anxin.registry.models import Engagement

MONTHS_BACK = 24


@dataclass(frozen=True, slots=True)
class MyMonth:
    """One wage month on one site. Money in fen; ``state`` is one of ``project_months.STATES``."""

    engagement: Engagement
    month: str
    days: int
    due_fen: int
    paid_fen: int
    failed_fen: int
    by_bank: bool
    paid_on: date | None
    due_on: date
    state: str

    @property
    def missing_fen(self) -> int:
        """What is due by the wage sheet and has not arrived."""
        return max(self.due_fen - self.paid_fen, 0)


def engagements_of(worker_id: int) -> list[Engagement]:
    """Where a worker works or worked, the latest first."""
    rows = Engagement.objects.select_related("project__contractor", "enterprise", "team", "worker")
    found = rows.filter(worker_id=worker_id)
    return sorted(found, key=lambda e: (e.left_on or date.max, e.entered_on or date.min, e.pk), reverse=True)


def my_months(worker_id: int, *, as_of: date, engagements: list[Engagement] | None = None) -> list[MyMonth]:
    """The months of two years in which he came, was due wages or got some; the latest first."""
    if engagements is None:
        engagements = engagements_of(worker_id)
    by_project = {engagement.project_id: engagement for engagement in engagements}
    if not by_project:
        return []
    months = month_range(month_of(as_of), MONTHS_BACK)
    wanted = {"project_id": list(by_project), "worker_id": worker_id, "month": months}
    lines: dict[tuple[str, int], dict[str, object]] = {}
    for table in (read.work_months(**wanted), read.pay_months(**wanted)):  # type: ignore[arg-type]
        for row in table.to_pylist():
            lines.setdefault((row["month"], row["project_id"]), {}).update(row)
    return [
        found
        for (month, project), line in sorted(lines.items(), reverse=True)
        if (found := _month(by_project[project], month, line, as_of)).state != "none"
    ]


def _month(engagement: Engagement, month: str, line: dict[str, object], as_of: date) -> MyMonth:
    def number(name: str) -> int:
        return int(line.get(name) or 0)  # type: ignore[call-overload]

    due_on = wages_due_on(month, engagement.project.pay_day)
    paid_on = line.get("first_paid_on")
    return MyMonth(
        engagement=engagement,
        month=month,
        days=number("days"),
        due_fen=number("due_fen"),
        paid_fen=number("paid_fen"),
        failed_fen=number("bank_failed_fen"),
        by_bank=number("bank_paid_fen") > 0,
        paid_on=paid_on if isinstance(paid_on, date) else None,
        due_on=due_on,
        state=standing(
            number("days"), number("due_fen"), number("paid_fen"), number("bank_failed_fen"), overdue=as_of > due_on
        ),
    )


def my_month(engagement: Engagement, month: str, *, as_of: date) -> WorkerMonth:
    """One month of one engagement, day by day and line by line."""
    project = engagement.project
    return worker_month(
        read.swipes(project_id=project.pk, worker_id=engagement.worker_id, month=month),
        read.payroll(project_id=project.pk, worker_id=engagement.worker_id, month=month),
        read.payments(project_id=project.pk, worker_id=engagement.worker_id, month=month),
        month=month,
        as_of=as_of,
        pay_day=project.pay_day,
        entered_on=engagement.entered_on,
        left_on=engagement.left_on,
        pauses=list(project.pauses.values_list("from_on", "until_on")),
    )
