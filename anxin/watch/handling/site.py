"""What a site does about its warnings beyond answering: reads what it was asked, asks for a pause of the works."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User
from anxin.registry import actions
from anxin.registry.models import Project
from anxin.watch.handling.actions import AlreadyDone, answering
from anxin.watch.handling.routing import inspection_units, unit_for
from anxin.watch.models import Demand, PauseRequest


@transaction.atomic
def see_demands(*, project: Project, by: User, at: datetime) -> int:
    """Note that the site has read what it was asked. Answers how many were new."""
    unseen = Demand.objects.filter(handling__warning__project=project, seen_at=None)
    numbers = list(unseen.values_list("pk", flat=True))
    if numbers:
        Demand.objects.filter(pk__in=numbers, seen_at=None).update(seen_at=at)
        trail.record(by=by, at=at, action="see-demands", subject="project", subject_id=project.pk,
                     changes={"demands": numbers})  # fmt: skip
    return len(numbers)


@transaction.atomic
def ask_to_pause_works(
    *, project: Project, from_on: date, until_on: date, reason: str, evidence: Sequence[str], by: User, at: datetime
) -> PauseRequest:
    """Ask that the works count as paused from one day to another, both included. One open request at a time.

    Raises ValueError when the days are the wrong way round.
    """
    if until_on < from_on:
        raise ValueError("A pause ends on the day it begins or later.")
    Project.objects.select_for_update(of=("self",), no_key=True).get(pk=project.pk)
    if PauseRequest.objects.filter(project=project, decided_at=None).exists():
        raise AlreadyDone("已有待审批的停工报备。", "A request for a pause is waiting for a decision already.")
    request = PauseRequest.objects.create(
        project=project, from_on=from_on, until_on=until_on, reason=reason, evidence=list(evidence),
        asked_by=by, asked_at=at,
    )  # fmt: skip
    told = {"from_on": from_on, "until_on": until_on, "reason": reason, "evidence": list(evidence)}
    trail.record(by=by, at=at, action="ask-pause-works", subject="project", subject_id=project.pk, changes=told)
    chiefs = answering(unit_for(project.region_code, inspection_units()), "approve")
    notify(to=chiefs, kind="approve", subject="pause-request", subject_id=request.pk, at=at,
           zh=f"待审批：{project.name} 停工报备 {from_on} 至 {until_on}——{reason}",
           en=f"To approve: {project.name} asks for a pause from {from_on} to {until_on} — {reason}")  # fmt: skip
    return request


@transaction.atomic
def decide_pause(*, request: PauseRequest, approved: bool, answer: str, by: User, at: datetime) -> PauseRequest:
    """Approve or refuse. Approved, the pause stands in the registry and the rules know it with the next sweep."""
    row = (
        PauseRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("project", "asked_by")
        .get(pk=request.pk)
    )
    if row.decided_at is not None:
        name = row.decided_by.display_name or row.decided_by.username if row.decided_by else ""
        raise AlreadyDone(f"已由{name}审批。", f"{name} has decided it already.")
    if row.asked_by == by:
        raise ValueError("A request is decided by somebody else than the one who made it.")
    row.approved, row.answer, row.decided_by, row.decided_at = approved, answer, by, at
    row.save()
    if approved:
        actions.record_pause(
            project=row.project, from_on=row.from_on, until_on=row.until_on, reason=row.reason,
            approved_by=(by.display_name or by.username)[:64], at=at,
        )  # fmt: skip
    trail.record(by=by, at=at, action="decide-pause-works", subject="project", subject_id=row.project_id,
                 changes={"request": row.pk, "approved": approved, "answer": answer})  # fmt: skip
    notify(to=[row.asked_by], kind="decided", subject="pause-request", subject_id=row.pk, at=at,
           zh=f"停工报备{'已批准' if approved else '未批准'}：{answer}",
           en=f"Your pause was {'approved' if approved else 'refused'}: {answer}")  # fmt: skip
    return row
