"""The rows behind a warning: what an officer would look up to believe it.

Which rows depends on what the warning speaks of (its object), not on the rule: a project shows its accounts,
deposits and proofs; a month shows who attended and was not paid, the payroll, the bank's answers, the account's
movements; a leaver shows the engagement and all pay; a firm shows its projects. Personal numbers come masked.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from django.db.models import Count, Q

from anxin.insight.scope import visible_projects
from anxin.law.civil import first_day, last_day, shift_month
from anxin.ledger import read
from anxin.people.models import User
from anxin.registry.models import AccountUse, Engagement, Worker
from anxin.vault.fields import mask_card, open_text
from anxin.watch.models import Warning

ROWS_SHOWN = 50


@dataclass(frozen=True)
class Evidence:
    """One table of evidence. ``kind``: unpaid, payroll, payments, movements, accounts, deposits, dates, engagement
    or projects. ``rows`` are the first ``ROWS_SHOWN`` of ``total``; money in fen; ``month`` where it is of one month.
    """

    kind: str
    rows: list[dict[str, Any]]
    total: int
    month: str = ""

    @property
    def more(self) -> int:
        """How many rows are not shown."""
        return self.total - len(self.rows)


def object_of(warning: Warning) -> str:
    """What a warning speaks of: project, enterprise, project-month, worker-month or leaver."""
    return warning.subject.partition(":")[0]


def evidence_rows(warning: Warning, *, user: User) -> list[Evidence]:
    """The tables of evidence of a warning, most telling first; ``user`` bounds the projects of a firm."""
    kind = object_of(warning)
    if kind == "enterprise":
        return [_projects(warning, user)]
    if warning.project_id is None:
        return []
    if kind == "project-month":
        return _month(warning.project_id, warning.month, None)
    if kind == "worker-month":
        return [_engagement(warning), *_month(warning.project_id, warning.month, warning.worker_id)]
    if kind == "leaver":
        lines = read.payroll(project_id=warning.project_id, worker_id=warning.worker_id)
        paid = read.payments(project_id=warning.project_id, worker_id=warning.worker_id)
        return [_engagement(warning), _named("payroll", lines), _named("payments", paid)]
    return [_accounts(warning.project_id), _deposits(warning), _dates(warning), _movements(warning.project_id, "")]


def _named(kind: str, table: pa.Table, month: str = "") -> Evidence:
    """Rows of the ledger with the worker's name instead of nothing but his key."""
    rows = table.slice(0, ROWS_SHOWN).to_pylist()
    names = worker_names({row["worker_id"] for row in rows})
    for row in rows:
        row["name"] = names.get(row["worker_id"], "")
    return Evidence(kind, rows, table.num_rows, month)


def worker_names(ids: Collection[int | None]) -> dict[int, str]:
    """Key → name."""
    return dict(Worker.objects.filter(pk__in=[i for i in ids if i is not None]).values_list("pk", "name"))


def _month(project_id: int, month: str, worker_id: int | None) -> list[Evidence]:
    work = read.work_months(project_id=project_id, worker_id=worker_id, month=month)
    pay = read.pay_months(project_id=project_id, worker_id=worker_id, month=month)
    lines = read.payroll(project_id=project_id, worker_id=worker_id, month=month)
    paid = read.payments(project_id=project_id, worker_id=worker_id, month=month)
    found = [_unpaid(work, pay, month), _named("payroll", lines, month), _named("payments", paid, month)]
    return [*found, _movements(project_id, month)]


def _unpaid(work: pa.Table, pay: pa.Table, month: str) -> Evidence:
    """Who passed the gate in the month, with less paid than due or nothing at all; most days first."""
    by_worker = {row["worker_id"]: row for row in pay.to_pylist()}
    short = []
    for row in work.to_pylist():
        told = by_worker.get(row["worker_id"], {})
        due, paid = told.get("due_fen") or 0, told.get("paid_fen") or 0
        if paid <= 0 or paid < due:
            short.append({"worker_id": row["worker_id"], "days": row["days"], "due_fen": due, "paid_fen": paid})
    short.sort(key=lambda row: (-row["days"], row["worker_id"]))
    shown = short[:ROWS_SHOWN]
    names = worker_names([row["worker_id"] for row in shown])
    for row in shown:
        row["name"] = names.get(row["worker_id"], "")
    return Evidence("unpaid", shown, len(short), month)


def _movements(project_id: int, month: str) -> Evidence:
    """Bookings on the wage account: newest first, or those of a wage month and of the month after, when it is paid."""
    months = [month, shift_month(month, 1)] if month else None
    rows = read.movements(project_id=project_id, month=months).to_pylist()
    if month:
        start, end = first_day(month), last_day(shift_month(month, 1))
        rows = [row for row in rows if row["booked_on"] and start <= row["booked_on"] <= end]
    rows.sort(key=lambda row: (row["booked_on"] or date.min, row["reference"] or ""), reverse=True)
    return Evidence("movements", rows[:ROWS_SHOWN], len(rows), month)


def _accounts(project_id: int) -> Evidence:
    uses = AccountUse.objects.filter(project_id=project_id).select_related("account").order_by("-uploaded_on")
    rows = [
        {
            "number": mask_card(open_text(use.account.number_sealed)),
            "holder": use.account.holder,
            "bank": use.account.bank_name,
            "opened_on": use.account.opened_on,
            "uploaded_on": use.uploaded_on,
            "agreement_on": use.agreement_on,
            "closed_on": use.closed_on,
            "balance_fen": use.account.balance_fen,
            "balance_on": use.account.balance_on,
        }
        for use in uses[:ROWS_SHOWN]
    ]
    return Evidence("accounts", rows, len(rows))


def _deposits(warning: Warning) -> Evidence:
    assert warning.project is not None
    fields = ("form", "amount_fen", "valid_from", "valid_to", "issuer", "recorded_on")
    rows = list(warning.project.deposits.order_by("-recorded_on").values(*fields)[:ROWS_SHOWN])
    return Evidence("deposits", rows, len(rows))


def _dates(warning: Warning) -> Evidence:
    """The dates that rules about a project count from, in order of time."""
    project = warning.project
    assert project is not None
    first = project.engagements.exclude(entered_on=None).order_by("entered_on").values_list("entered_on", flat=True)
    told: Iterable[tuple[str, date | None]] = (
        ("started", project.started_on),
        ("registered", project.registered_on),
        ("first_entry", first.first()),
        ("status", project.status_since),
        *(("clerk", day) for day in project.clerks.values_list("since_on", flat=True)),
        *(("board", day) for day in project.boards.values_list("posted_on", flat=True)),
        *(("inspection", day) for day in project.inspections.values_list("done_on", flat=True)),
        *(("report", day) for day in project.arrears_reports.values_list("reported_on", flat=True)),
        *(("pause", day) for day in project.pauses.values_list("from_on", flat=True)),
        *(("pause_end", day) for day in project.pauses.values_list("until_on", flat=True)),
        ("completed", project.completed_on),
    )
    rows = sorted(({"what": what, "on": day} for what, day in told if day), key=lambda row: str(row["on"]))
    return Evidence("dates", rows, len(rows))


def _engagement(warning: Warning) -> Evidence:
    found = Engagement.objects.filter(project=warning.project, worker=warning.worker)
    rows = [
        {
            "name": one.worker.name,
            "team": one.team.name if one.team else "",
            "enterprise": one.enterprise.name if one.enterprise else "",
            "entered_on": one.entered_on,
            "left_on": one.left_on,
            "contract_from": one.contract_from,
            "settled_on": one.settled_on,
            "confirmed_on": one.confirmed_on,
        }
        for one in found.select_related("worker", "team", "enterprise")
    ]
    return Evidence("engagement", rows, len(rows))


def _projects(warning: Warning, user: User) -> Evidence:
    mine = visible_projects(user).filter(contractor_id=warning.enterprise_id)
    standing = Count("warnings", filter=Q(warnings__status="open", warnings__hidden_by=None))
    rows: list[dict[str, Any]] = list(
        mine.annotate(open_warnings=standing)
        .order_by("-open_warnings", "code")
        .values("id", "code", "name", "region_code", "status", "open_warnings")[:ROWS_SHOWN]  # type: ignore[arg-type]
    )
    return Evidence("projects", rows, mine.count())
