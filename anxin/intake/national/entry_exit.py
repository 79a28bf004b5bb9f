"""WorkerEntryExit.Add and TempExit.Add: comings and goings; and rows that waited for the roster."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from anxin.intake.held import row_of
from anxin.intake.models import HeldRow
from anxin.intake.national.calls import Call, Outcome, identity, in_clear, need_project
from anxin.intake.national.fields import Fields, at_row
from anxin.intake.national.pictures import picture
from anxin.intake.national.replies import EMPTY, Refused, refuse
from anxin.intake.rows import Fault
from anxin.registry import actions
from anxin.registry.models import Engagement, EntryExit, Project

LIST, LIMIT = "workerList", 50
KIND = "entry_exit"
WAITING_KINDS = (KIND, "contract")
BEFORE_LAST = "不能小于历史进退场时间!"


def engagement_of(project: Project, number: str, id_type: str) -> Engagement | None:
    """A person's place on a project, None when he is not on its roster."""
    key = actions.identity_blind(number, id_type)
    return Engagement.objects.select_related("worker").filter(project=project, worker__id_blind=key).first()


def wait(outcome: Outcome, *, place: str, project: Project, number: str, id_type: str, row: dict[str, Any]) -> None:
    """Set a row aside until the roster names its person."""
    outcome.faults.append(
        Fault(
            place=f"{place}[idCardNumber]",
            reason="项目中不存在该工人,已暂存,花名册补报后自动入账!",
            reason_en="is not on the project's roster; the row waits until it is",
            row={**row, "idCardNumber": number},
            waits=True,
            blind=actions.identity_blind(number, id_type),
            project_code=project.code,
        )
    )


def _kind(call: Call, item: Fields) -> str:
    """``in`` or ``out`` in the sender's dictionary: out is 0 nationally, 2 in Zhejiang."""
    told = item.whole("type", high=99)
    if told is None:
        raise refuse("type", EMPTY, "is missing")
    if told == 1:
        return "in"
    if str(told) == str(call.setting("entry_exit_out", "0")):
        return "out"
    raise refuse("type", "参数值不正确,请参见进退场类型字典表!", "is not a kind of entry or exit")


def _check_order(engagement: Engagement, on: date, kind: str) -> None:
    """No coming or going before the last one; the same one again is welcome."""
    moves = EntryExit.objects.filter(project_id=engagement.project_id, worker_id=engagement.worker_id)
    last = moves.aggregate(last=Max("on"))["last"]
    if last is not None and on < last and not moves.filter(on=on, kind=kind).exists():
        raise refuse("date", BEFORE_LAST, "lies before the worker's last entry or exit")


def add(call: Call, item: Fields) -> Outcome:
    """Record comings and goings of workers on the roster; those of others wait for the roster."""
    project = need_project(call, item)
    item.team_number()
    rows = item.listed(LIST, limit=LIMIT)
    outcome = Outcome()
    for index, row in enumerate([item] if rows is None else rows):
        place = "" if rows is None else f"[{LIST}][{index}]"
        number = ""
        try:
            number, id_type = identity(call, row)
            on = row.day("date")
            if on is None:
                raise refuse("date", EMPTY, "is missing")
            if on > call.today:
                raise refuse("date", "不能大于当天!", "lies in the future")
            kind = _kind(call, row)
            picture(row, "voucher", 50, only_pictures=False)
            engagement = engagement_of(project, number, id_type)
            if engagement is not None:
                _check_order(engagement, on, kind)
        except Refused as refused:
            outcome.refuse(at_row(place, refused), in_clear(call, row, number), project.code)
            continue
        if engagement is None:
            told = {"on": on.isoformat(), "kind": kind}
            wait(outcome, place=place, project=project, number=number, id_type=id_type, row=told)
            continue
        actions.move(engagement=engagement, on=on, kind=kind, at=call.at)
        outcome.accepted += 1
    return outcome


def temporary_exit(call: Call, item: Fields) -> Outcome:
    """TempExit.Add (Fujian): a worker is away for a while and stays on the roster; noted on the engagement."""
    project = need_project(call, item)
    lists = [name for name in (LIST, "dataList") if name in item]
    rows = item.rows(lists[0], limit=LIMIT) if lists else None
    outcome = Outcome()
    for index, row in enumerate([item] if rows is None else rows):
        place = "" if rows is None else f"[{lists[0]}][{index}]"
        number = ""
        try:
            number, id_type = identity(call, row)
            engagement = engagement_of(project, number, id_type)
            if engagement is None:
                raise refuse("idCardNumber", "项目中不存在该工人!", "is not on the project's roster")
            on = row.day("date", "exitTime", "exitDate", "startDate") or call.today
        except Refused as refused:
            outcome.refuse(at_row(place, refused), in_clear(call, row, number), project.code)
            continue
        days = {*engagement.details.get("tempExits", []), on.isoformat()}
        actions.engage(project=project, worker=engagement.worker, at=call.at, details={"tempExits": sorted(days)[-50:]})
        outcome.accepted += 1
    return outcome


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)) if value else None


def release_waiting(engagement: Engagement, *, blind: bytes, at: datetime) -> int:
    """Apply the comings, goings and contracts that waited for this person. Answers how many flowed on."""
    waiting = HeldRow.objects.filter(
        kind__in=WAITING_KINDS, status="waiting", blind=blind, project_code=engagement.project.code
    ).order_by("id")
    released = 0
    for held in waiting:
        row = row_of(held)
        row.pop("idCardNumber", None)
        if held.kind == KIND:
            on = date.fromisoformat(row["on"])
            try:
                _check_order(engagement, on, row["kind"])
                actions.move(engagement=engagement, on=on, kind=row["kind"], at=at)
                held.status = "released"
            except Refused as refused:
                held.status, held.reason, held.reason_en = "refused", refused.reason, refused.reason_en
        else:
            dates = {name: _day(row.pop(name, None)) for name in ("contract_from", "contract_until")}
            actions.engage(project=engagement.project, worker=engagement.worker, at=at, **row, **dates)
            held.status = "released"
        held.settled_at = at
        held.save(update_fields=["status", "reason", "reason_en", "settled_at"])
        released += held.status == "released"
    return released


def release_all(*, at: datetime) -> int:
    """Apply what waited for people who came onto a roster by whatever door. Answers how many rows flowed on."""
    waiting = HeldRow.objects.filter(kind__in=WAITING_KINDS, status="waiting").order_by()
    places = {(code, bytes(blind)) for code, blind in waiting.values_list("project_code", "blind").distinct()}
    released = 0
    blinds = sorted({blind for _, blind in places})
    for start in range(0, len(blinds), 900):
        engaged = Engagement.objects.select_related("worker", "project").filter(
            worker__id_blind__in=blinds[start : start + 900]
        )
        for engagement in engaged:
            blind = bytes(engagement.worker.id_blind)
            if (engagement.project.code, blind) in places:
                with transaction.atomic():
                    released += release_waiting(engagement, blind=blind, at=at)
    return released
