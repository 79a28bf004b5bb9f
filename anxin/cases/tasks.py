"""Other organisations' parts in a case (1+N): asked with a clock of their own, answered in words."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from anxin.cases.flow import CannotMove, locked, open_and_locked, tell
from anxin.cases.hands import answerable
from anxin.cases.models import Case, CaseTask
from anxin.law.running import reckon
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import Organisation, User


@transaction.atomic
def add_task(*, case: Case, organisation: Organisation, task: str, within: str, by: User, at: datetime) -> CaseTask:
    """Ask another organisation to do its part within a period; its people are told.

    Raises CannotMove when the case has ended, ValueError without words, on a period that is none or a closed unit.
    """
    said = task.strip()[:400]
    if not said or not organisation.active:
        raise ValueError("A task has words and somebody to do it.")
    due = reckon(at, within).due
    now = open_and_locked(case)
    row = CaseTask.objects.create(
        case=now, organisation=organisation, task=said, within=within, asked_by=by, asked_at=at, due_at=due or at
    )
    tell(now, kind="task", by=by, at=at, public=False, zh=f"请{organisation.name}协办：{said}",
         en=f"{organisation.name_en or organisation.name} was asked to help: {said}")  # fmt: skip
    trail.record(by=by, at=at, action="case-add-task", subject="case", subject_id=now.pk,
                 changes={"organisation": organisation.name, "task": said, "within": within})  # fmt: skip
    notify(to=organisation.people.filter(is_active=True), kind="case-task", subject="case", subject_id=now.pk, at=at,
           zh=f"请协助办理案件 {now.number}：{said}", en=f"Please help with case {now.number}: {said}")  # fmt: skip
    return row


@transaction.atomic
def finish_task(*, task: CaseTask, answer: str, by: User, at: datetime) -> CaseTask:
    """An organisation reports back; the case's named person is told. Raises CannotMove when it has done so already,
    ValueError without words."""
    said = answer.strip()[:1000]
    if not said:
        raise ValueError("An answer has words.")
    case = locked(task.case)
    row = CaseTask.objects.select_related("organisation").get(pk=task.pk)
    if row.done_at is not None:
        raise CannotMove("该协办任务已办结。", "This part is done already.")
    row.done_by, row.done_at, row.answer = by, at, said
    row.save(update_fields=["done_by", "done_at", "answer"])
    name, name_en = row.organisation.name, row.organisation.name_en or row.organisation.name
    tell(case, kind="task-done", by=by, at=at, public=False, zh=f"{name}反馈：{said}", en=f"{name_en} reports: {said}")
    trail.record(by=by, at=at, action="case-finish-task", subject="case", subject_id=case.pk,
                 changes={"organisation": name, "answer": said})  # fmt: skip
    notify(to=[person for person in answerable(case, at=at) if person.pk != by.pk], kind="case-task-done",
           subject="case", subject_id=case.pk, at=at, zh=f"案件 {case.number}：{name}已反馈",
           en=f"Case {case.number}: {name_en} has reported")  # fmt: skip
    return row


def tasks_of(organisations: Collection[int]) -> QuerySet[CaseTask]:
    """What organisations were asked, open parts of open cases first, by deadline."""
    joined = ("case__project", "case__enterprise", "case__unit", "organisation", "asked_by", "done_by")
    rows = CaseTask.objects.filter(organisation__in=organisations).select_related(*joined)
    first = [F(name).desc(nulls_first=True) for name in ("done_at", "case__ended_at")]
    return rows.order_by(*first, "due_at", "id")
