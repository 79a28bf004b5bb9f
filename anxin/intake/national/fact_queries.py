"""WorkerAttendance.Query and Payroll.Query: sealed rows of the ledger, and what still waits in the inbox."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from anxin.intake.national.calls import Call, need_project
from anxin.intake.national.fields import Fields
from anxin.intake.national.paging import page
from anxin.intake.national.payroll import payroll_code
from anxin.intake.national.queries import closed, corp_filter, day, one, person_filter, who, yuan
from anxin.intake.national.replies import EMPTY, refuse
from anxin.ledger import inbox, read
from anxin.ledger.models import Batch, Seal
from anxin.ledger.schema import FACT_TABLES
from anxin.registry.models import AccountUse, Engagement, Project, Worker
from anxin.vault.fields import open_text

_MOST_BATCHES = 2000
_DIRECTION = {"in": "01", "out": "02"}


def _waiting(table: str, project: Project, month: str) -> list[dict[str, Any]]:
    """Rows of the inbox that no finished seal has taken, oldest first.

    What waits is asked for first, then what a seal has numbered and not written yet: a batch is in the one or the other
    until it can be read in the tables.
    """
    found = []
    batches = list(Batch.objects.filter(table=table, seal=None).order_by("-id")[:_MOST_BATCHES])
    known = {batch.pk for batch in batches}
    for number in Seal.objects.filter(done_at=None).values_list("number", flat=True):
        begun = Batch.objects.filter(table=table, seal=number).order_by("-id")[:_MOST_BATCHES]
        batches += [batch for batch in begun if batch.pk not in known]
    for batch in sorted(batches, key=lambda batch: batch.pk):
        rows = inbox.read_payload(batch.payload)
        mine = pc.and_(pc.equal(rows["project_id"], project.pk), pc.equal(rows["month"], month))
        found += rows.filter(mine).to_pylist()
    return found


def _current(table: str, project: Project, month: str, sealed: Callable[[], pa.Table]) -> list[dict[str, Any]]:
    """Sealed rows, replaced by later ones of the same natural key. The inbox is read before the tables, so that what
    moves from the one to the other meanwhile is seen."""
    key = FACT_TABLES[table].key
    waiting = _waiting(table, project, month)
    rows = {tuple(row[name] for name in key): row for row in sealed().to_pylist()}
    rows |= {tuple(row[name] for name in key): row for row in waiting}
    return list(rows.values())


def _engaged(call: Call, item: Fields, project: Project) -> dict[int, Engagement]:
    rows = Engagement.objects.select_related("worker", "enterprise", "team").filter(project=project)
    person = person_filter(call, item)
    rows = rows.filter(worker__id_blind=person) if person else rows
    return {engagement.worker_id: engagement for engagement in corp_filter(rows, item)}


def _whole(days: float | None) -> int | float | None:
    """Days as an integer, which clients type them as; half a day stays what it is."""
    return int(days) if days is not None and days == int(days) else days


def swipes(call: Call, item: Fields) -> dict[str, Any]:
    """WorkerAttendance.Query: the passes of one day."""
    project = need_project(call, item)
    on = item.day("date")
    if on is None:
        raise refuse("date", EMPTY, "is missing")
    month = f"{on:%Y-%m}"
    number = item.team_number()
    engaged = _engaged(call, item, project)
    rows = [
        row
        for row in _current("swipes", project, month, lambda: read.swipes(project_id=project.pk, day=on))
        if row["passed_at"].date() == on
        and row["worker_id"] in engaged
        and (number is None or row["team_no"] == number)
    ]
    rows.sort(key=lambda row: (row["passed_at"], row["worker_id"]))

    def make(row: dict[str, Any]) -> dict[str, Any]:
        engagement = engaged[row["worker_id"]]
        told = who(call, engagement, engagement.worker, project)
        return told | {
            "teamSysNo": row["team_no"] or told["teamSysNo"],
            "date": row["passed_at"].isoformat(sep=" ", timespec="milliseconds"),
            "direction": _DIRECTION.get(row["direction"]),
            "imageUrl": None,
            "channel": row["device"] or None,
            "attendType": row["way"] or None,
            "lng": None,
            "lat": None,
        }

    return page(item, rows, make)


def sheets(call: Call, item: Fields) -> dict[str, Any]:
    """Payroll.Query: the sheets of one month, a row each, with their lines."""
    project = need_project(call, item)
    month = item.month("payMonth")
    if month is None:
        raise refuse("payMonth", EMPTY, "is missing")
    number, code = item.team_number(), item.text("payrollCode", limit=40)
    engaged = _engaged(call, item, project)
    by_sheet: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    for row in _current("payroll", project, month, lambda: read.payroll(project_id=project.pk, month=month)):
        if row["worker_id"] in engaged and (number is None or row["team_no"] == number):
            by_sheet[(row["team_no"] or 0, row["sheet"])].append(row)
    found = [
        (key, lines)
        for key, lines in sorted(by_sheet.items())
        if not code or payroll_code(project.code, key[0] or None, key[1]) == code
    ]
    uses = list(AccountUse.objects.select_related("account").filter(project=project, closed_on=None)[:2])
    account = uses[0].account if len(uses) == 1 else None

    def line(row: dict[str, Any]) -> dict[str, Any]:
        engagement = engaged[row["worker_id"]]
        worker: Worker = engagement.worker
        own_card = row["card_token"] and row["card_token"] == engagement.card_token
        told = who(call, engagement, worker, project)
        return {
            "workerName": worker.name,
            "idCardType": told["idCardType"],
            "idCardNumber": told["idCardNumber"],
            "teamName": told["teamName"],
            "days": _whole(row["days"]),
            "workHours": row["hours"],
            "payRollBankCardNumber": closed(call, open_text(engagement.card_sealed)) if own_card else None,
            "payRollBankCode": row["bank_code"] or None,
            "payRollBankName": engagement.bank_name if own_card else None,
            "payBankCardNumber": closed(call, open_text(account.number_sealed)) if account else None,
            "payBankCode": account.bank_code if account else None,
            "payBankName": account.bank_name if account else None,
            "totalPayAmount": yuan(row["due_fen"]),
            "actualAmount": yuan(row["paid_fen"]),
            "isBackPay": one(row["back_pay"]),
            "balanceDate": day(row["paid_on"]),
            "thirdPayRollCode": row["sheet"].partition(":")[2],
        }

    def make(entry: tuple[tuple[int, str], list[dict[str, Any]]]) -> dict[str, Any]:
        (team_no, sheet), lines = entry
        told = who(call, engaged[lines[0]["worker_id"]], engaged[lines[0]["worker_id"]].worker, project)
        return {
            "payrollCode": payroll_code(project.code, team_no or None, sheet),
            "projectCode": project.code,
            "corpCode": told["corpCode"],
            "corpName": told["corpName"],
            "teamSysNo": team_no or told["teamSysNo"],
            "payMonth": month,
            "attachments": [],
            "detailList": [line(row) for row in lines],
        }

    return page(item, found, make)
