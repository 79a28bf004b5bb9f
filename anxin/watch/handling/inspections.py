"""Joint inspections: one task for every new project, due a month after its workers came."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min

from anxin.law.civil import civil_date
from anxin.law.clocks import add_months
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User
from anxin.registry import actions as registry
from anxin.registry.models import Project
from anxin.watch.handling.actions import AlreadyDone, chiefs_of
from anxin.watch.handling.routing import inspection_units, unit_for
from anxin.watch.models import InspectionTask

# A project whose workers came longer ago than this is judged by the rule SX-02, not by a new task.
NEW_FOR = timedelta(days=90)
CHECKLIST = (
    ("real_name", "实名制：花名册、合同、考勤一致", "Real-name: roster, contracts and attendance agree"),
    ("account", "工资专用账户与三方协议", "Wage account and tripartite agreement"),
    ("deposit", "工资保证金或保函", "Deposit or guarantee"),
    ("payroll", "总包代发、工资表签字", "Paid by the general contractor, sheets signed"),
    ("board", "维权信息告示牌内容完整", "Notice board complete"),
    ("clerk", "劳资专管员在岗", "Labour clerk in place"),
    ("cards", "工资卡由本人持有", "Workers hold their own cards"),
    ("talk", "随机访谈工人", "Workers interviewed at random"),
)


def plan_inspections(*, at: datetime) -> int:
    """Make the task of every active project whose first worker came lately and that has none. Answers how many."""
    today = civil_date(at)
    units = inspection_units()
    new = (
        Project.objects.filter(status="active", inspection_task=None, inspections=None)
        .annotate(entered=Min("engagements__entered_on"))
        .filter(entered__gte=today - NEW_FOR, entered__lte=today)
    )
    count = 0
    for project in new:
        with transaction.atomic():
            unit = unit_for(project.region_code, units)
            task, created = InspectionTask.objects.get_or_create(
                project=project,
                defaults={
                    "unit": unit,
                    "entered_on": project.entered,
                    "due_on": add_months(project.entered, 1),
                    "checklist": [{"item": item, "ok": None, "note": ""} for item, _, _ in CHECKLIST],
                },
            )
            if created:
                notify(to=chiefs_of(unit), kind="inspection", subject="inspection", subject_id=task.pk, at=at,
                       zh=f"新项目联合检查：{project.name}，{task.due_on}前完成",
                       en=f"Joint check of a new project: {project.name}, by {task.due_on}")  # fmt: skip
                count += 1
    return count


@transaction.atomic
def record_inspection(
    *,
    task: InspectionTask,
    done_on: date,
    participants: str,
    checklist: Sequence[Mapping[str, Any]],
    findings: str,
    photos: Sequence[str],
    recheck_on: date | None,
    by: User,
    at: datetime,
) -> InspectionTask:
    """Put the joint check on record; the rule that asks for it clears with the next sweep."""
    row = InspectionTask.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=task.pk)
    if row.done_on is not None:
        raise AlreadyDone("该检查已登记。", "This check is on record already.")
    row.done_on, row.done_by, row.participants, row.findings = done_on, by, participants, findings
    row.checklist, row.photos, row.recheck_on = [dict(c) for c in checklist], list(photos), recheck_on
    row.save()
    registry.record_inspection(project=row.project, done_on=done_on, at=at, findings=findings)
    trail.record(by=by, at=at, action="inspect", subject="inspection", subject_id=row.pk,
                 changes={"done_on": done_on, "participants": participants, "photos": list(photos),
                          "recheck_on": recheck_on})  # fmt: skip
    return row


@transaction.atomic
def record_recheck(
    *, task: InspectionTask, findings: str, by: User, at: datetime, again_on: date | None = None
) -> InspectionTask:
    """Put the re-check on record. ``again_on``: not everything was mended, the task stays open until that day; what
    each visit found is kept, a line a visit."""
    row = InspectionTask.objects.select_for_update(of=("self",), no_key=True).get(pk=task.pk)
    if row.rechecked_at is not None:
        raise AlreadyDone("复查已登记。", "The re-check is on record already.")
    if again_on is not None:
        row.recheck_on = again_on
    else:
        row.rechecked_at = at
    row.recheck_findings = f"{row.recheck_findings}\n{civil_date(at)} {findings}".strip()
    row.save(update_fields=["recheck_on", "rechecked_at", "recheck_findings"])
    trail.record(by=by, at=at, action="recheck", subject="inspection", subject_id=row.pk,
                 changes={"findings": findings, **({"recheck_on": again_on} if again_on else {})})  # fmt: skip
    return row
