"""What people do with a warning in their hands. Each act is one transaction with its link in the trail.

Acts on a handling lock it first and look again: who comes second is told who was first (``AlreadyDone``).
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from anxin import plainly
from anxin.law.clocks import moment_due
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.access import may
from anxin.people.models import Organisation, Role, User
from anxin.rules.rule import RUNGS
from anxin.watch.models import Demand, Escalation, Handling, HelperTask


class AlreadyDone(Exception):
    """The act is not possible any more; the two sentences say what happened meanwhile."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


def locked(handling: Handling) -> Handling:
    """The handling as it is now, locked until the transaction ends. Raises AlreadyDone when it has ended."""
    # Locked by itself and read again after: rows joined to a row that was waited for are those of before the wait.
    Handling.objects.select_for_update(no_key=True).get(pk=handling.pk)
    now = Handling.objects.select_related("warning", "owner", "unit").get(pk=handling.pk)
    if now.ended_at is not None:
        raise AlreadyDone("该预警已办结。", "This matter has ended already.")
    return now


def in_office(person: User) -> User:
    """The person as he is now, locked until the transaction ends, so that nobody gets a matter while he leaves. Take
    it before ``locked``. Raises AlreadyDone when he has left."""
    now = plainly.one(User, lock=True, pk=person.pk)
    if now.left_at is not None or not now.is_active:
        raise AlreadyDone("该人员已停用或离任。", "This person is suspended or has left.")
    return now


@transaction.atomic
def take(*, handling: Handling, by: User, at: datetime) -> Handling:
    """Take a warning nobody has taken on one's own desk: from now on this person is its owner."""
    in_office(by)
    now = locked(handling)
    if now.owner is not None and now.owner != by:
        name = now.owner.display_name or now.owner.username
        raise AlreadyDone(f"已由{name}签收。", f"{name} has taken it already.")
    if now.owner == by:
        return now
    now.owner, now.taken_at = by, at
    if now.state == "waiting":
        # An objection stays one until it is answered.
        now.state = "taken"
    now.save(update_fields=["owner", "taken_at", "state"])
    trail.record(by=by, at=at, action="take", subject="handling", subject_id=now.pk)
    return now


@transaction.atomic
def assign(*, handling: Handling, to: User, by: User, at: datetime, reason: str = "") -> Handling:
    """Give (or take over and give) a warning to a person; the one before loses it, both are told."""
    in_office(to)
    now = locked(handling)
    before = now.owner
    if before == to:
        return now
    now.owner, now.taken_at = to, at
    if now.state == "waiting":
        now.state = "taken"
    now.save(update_fields=["owner", "taken_at", "state"])
    names = {"from": before.username if before else None, "to": to.username, "reason": reason}
    trail.record(by=by, at=at, action="assign", subject="handling", subject_id=now.pk, changes=names)
    title = now.warning.reason
    notify(to=[to], kind="assigned", subject="handling", subject_id=now.pk, at=at,
           zh=f"交您处置：{title}", en=f"Assigned to you: {now.warning.reason_en}")  # fmt: skip
    if before is not None:
        notify(to=[before], kind="reassigned", subject="handling", subject_id=now.pk, at=at,
               zh=f"已转交他人：{title}", en=f"Given to somebody else: {now.warning.reason_en}")  # fmt: skip
    return now


@transaction.atomic
def ask_site(*, handling: Handling, text: str, due_on: date, by: User, at: datetime) -> Demand:
    """Ask the site to mend it by a day; the project's clerks see it at once."""
    in_office(by)
    now = locked(handling)
    demand = Demand.objects.create(handling=now, by=by, at=at, text=text, due_on=due_on)
    if now.owner is None:
        now.owner, now.taken_at = by, at
    now.state = "asked"
    now.save(update_fields=["owner", "taken_at", "state"])
    trail.record(
        by=by, at=at, action="ask-site", subject="handling", subject_id=now.pk, changes={"text": text, "due_on": due_on}
    )
    notify(to=clerks_of(now), kind="demand", subject="handling", subject_id=now.pk, at=at, urgent=True,
           zh=f"请于{due_on}前整改：{text}", en=f"Please mend by {due_on}: {text}")  # fmt: skip
    return demand


@transaction.atomic
def answer_demand(*, demand: Demand, text: str, evidence: Sequence[str], by: User, at: datetime) -> Demand:
    """The site answers what it was asked; the owner is told. The warning itself clears only when the data say so."""
    now = locked(demand.handling)
    demand = Demand.objects.get(pk=demand.pk)
    if demand.answered_at is not None:
        raise AlreadyDone("该整改要求已答复。", "This has been answered already.")
    demand.answered_by, demand.answered_at, demand.answer, demand.evidence = by, at, text, list(evidence)
    demand.save()
    trail.record(by=by, at=at, action="answer-demand", subject="handling", subject_id=now.pk,
                 changes={"text": text, "evidence": list(evidence)})  # fmt: skip
    if now.owner is not None:
        notify(to=[now.owner], kind="answered", subject="handling", subject_id=now.pk, at=at,
               zh=f"项目已答复：{text}", en=f"The site answered: {text}")  # fmt: skip
    return demand


@transaction.atomic
def add_helper(
    *, handling: Handling, organisation: Organisation, task: str, within: str, by: User, at: datetime
) -> HelperTask:
    """Ask another organisation to help (1+N); it gets a clock of its own."""
    now = locked(handling)
    helper = HelperTask.objects.create(
        handling=now, organisation=organisation, task=task, within=within, asked_by=by, asked_at=at,
        due_at=moment_due(at, within),
    )  # fmt: skip
    trail.record(by=by, at=at, action="add-helper", subject="handling", subject_id=now.pk,
                 changes={"organisation": organisation.name, "task": task, "within": within})  # fmt: skip
    notify(to=list(organisation.people.filter(is_active=True)), kind="helper", subject="handling", subject_id=now.pk,
           at=at, zh=f"请协助：{task}", en=f"Please help: {task}")  # fmt: skip
    return helper


@transaction.atomic
def finish_helper(*, helper: HelperTask, answer: str, by: User, at: datetime) -> HelperTask:
    """A helper reports back; the lead is told."""
    locked(helper.handling)
    helper = HelperTask.objects.select_related("handling__owner").get(pk=helper.pk)
    if helper.done_at is not None:
        raise AlreadyDone("该协办任务已办结。", "This part is done already.")
    helper.owner, helper.done_at, helper.answer = by, at, answer
    helper.save()
    trail.record(by=by, at=at, action="finish-helper", subject="handling", subject_id=helper.handling_id,
                 changes={"organisation": helper.organisation.name, "answer": answer})  # fmt: skip
    if helper.handling.owner is not None:
        notify(to=[helper.handling.owner], kind="helped", subject="handling", subject_id=helper.handling_id, at=at,
               zh=f"协办已反馈：{answer}", en=f"The helper reports: {answer}")  # fmt: skip
    return helper


@transaction.atomic
def urge(*, handling: Handling, text: str, by: User, at: datetime) -> Handling:
    """Press for a matter: its owner (not taken: the unit's chiefs) is told at once. May be done again."""
    now = locked(handling)
    trail.record(by=by, at=at, action="urge", subject="handling", subject_id=now.pk, changes={"text": text})
    notify(to=[now.owner] if now.owner else chiefs_of(now.unit), kind="urge", subject="handling", subject_id=now.pk,
           at=at, urgent=True, zh=f"催办：{text or now.warning.reason}",
           en=f"Pressed for: {text or now.warning.reason_en}")  # fmt: skip
    return now


@transaction.atomic
def raise_matter(
    *, handling: Handling, kind: str, to: Organisation | None, reason: str, by: User, at: datetime
) -> Escalation:
    """Raise a matter by hand: supervision, a talk, the list, a leader's own case. Each rung once."""
    now = locked(handling)
    if Escalation.objects.filter(handling=now, kind=kind).exists():
        raise AlreadyDone("已执行过该督办措施。", "This step has been taken already.")
    return climb(now, kind=kind, to=to, reason=reason, by=by, at=at)


def climb(
    handling: Handling, *, kind: str, to: Organisation | None, reason: str, by: User | None, at: datetime
) -> Escalation:
    """Write one rung, with its trail and its notices, in the caller's transaction."""
    rung = Escalation.objects.create(handling=handling, kind=kind, to=to, by=by, at=at, reason=reason)
    handling.step += 1
    handling.save(update_fields=["step"])
    trail.record(by=by, at=at, action=f"escalate-{kind}", subject="handling", subject_id=handling.pk,
                 changes={"to": to.name if to else None, "reason": reason})  # fmt: skip
    told: list[User] = [handling.owner] if handling.owner else chiefs_of(handling.unit)
    if to is not None:
        told += chiefs_of(to)
    notify(to=told, kind=kind, subject="handling", subject_id=handling.pk, at=at, urgent=True,
           zh=f"{RUNGS[kind][0]}：{handling.warning.reason}",
           en=f"{RUNGS[kind][1]}: {handling.warning.reason_en}")  # fmt: skip
    return rung


@transaction.atomic
def record_minutes(
    *, escalation: Escalation, attended: str, minutes: str, evidence: Sequence[str], by: User, at: datetime
) -> Escalation:
    """Put the minutes of a talk (or what a supervision came to) on record."""
    row = Escalation.objects.select_for_update(no_key=True).get(pk=escalation.pk)
    if row.done_at is not None:
        raise AlreadyDone("纪要已登记。", "The minutes are on record already.")
    row.attended, row.minutes, row.evidence, row.done_by, row.done_at = attended, minutes, list(evidence), by, at
    row.save()
    told = {"kind": row.kind, "attended": attended, "minutes": minutes, "evidence": list(evidence)}
    trail.record(by=by, at=at, action="minutes", subject="handling", subject_id=row.handling_id, changes=told)
    return row


def clerks_of(handling: Handling) -> list[User]:
    """The labour clerks who sign in for the warning's project."""
    project = handling.warning.project
    return list(User.objects.filter(role=Role.CLERK, project=project.code, is_active=True)) if project else []


def chiefs_of(unit: Organisation | None) -> list[User]:
    """Those who answer for a unit: its chiefs and leaders, or else everybody in it."""
    if unit is None:
        return []
    people = unit.people.filter(is_active=True)
    return list(people.filter(role__in=[Role.CHIEF, Role.LEADER])) or list(people)


def answering(unit: Organisation | None, permission: str, *, apart_from: User | None = None) -> list[User]:
    """Who of ``chiefs_of`` a unit holds a permission; where nobody is left who does, those of the next unit above of
    its kind (city, province). So what waits for somebody is never told to nobody."""
    for one in [unit, *_above(unit)] if unit is not None else []:
        if people := [p for p in chiefs_of(one) if p != apart_from and may(p, permission)]:
            return people
    return []


def _above(unit: Organisation) -> list[Organisation]:
    code = unit.region_code
    codes = [above for above in (code[:4] + "00", code[:2] + "0000") if code and above != code]
    found = Organisation.objects.filter(kind=unit.kind, industry=unit.industry, active=True, region_code__in=codes)
    return [one for one in found.order_by("-region_code", "pk") if one.pk != unit.pk]
