"""When somebody leaves, everything in his hands goes on: to a successor, or back to the unit's tray. Nothing is lost
between two desks, and each matter's own trail says where it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from anxin.notices.send import notify
from anxin.people import trail, units
from anxin.people.access import may, region_prefix
from anxin.people.accounts import close_account
from anxin.people.administration import Refused, manageable_people
from anxin.people.models import Organisation, User
from anxin.watch.handling.actions import answering
from anxin.watch.models import Handling, HelperTask, InspectionTask

# Not inspected yet, or what was found is still to be looked at again.
UNFINISHED = Q(done_on=None) | Q(recheck_on__isnull=False, rechecked_at=None)


@dataclass(frozen=True)
class Desk:
    """What lies in a person's hands: open handlings, helper tasks, inspections that are not finished."""

    handlings: QuerySet[Handling]
    helper_tasks: QuerySet[HelperTask]
    inspections: QuerySet[InspectionTask]

    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {
            "handlings": self.handlings.count(),
            "helper_tasks": self.helper_tasks.count(),
            "inspections": self.inspections.count(),
        }


def desk_of(person: User) -> Desk:
    """What a person has in hand."""
    return Desk(
        Handling.objects.filter(owner=person, ended_at=None),
        HelperTask.objects.filter(owner=person, done_at=None, handling__ended_at=None),
        InspectionTask.objects.filter(UNFINISHED, owner=person),
    )


def successors_of(person: User) -> list[User]:
    """Who could take over: people who may handle and whose bounds take in the person's, his own unit first."""
    others = User.objects.filter(is_active=True, left_at=None).exclude(pk=person.pk).select_related("organisation")
    above = [person.region[:width] + "0" * (6 - width) for width in (2, 4, 6)] if person.region else []
    fit = [other for other in others.filter(region__in=above) if _can_take_over(other, person)]
    return sorted(fit, key=lambda o: (o.organisation_id != person.organisation_id, o.display_name, o.pk))


def _can_take_over(other: User, person: User) -> bool:
    covers = bool(other.region) and person.region.startswith(region_prefix(other.region))
    permission = "handle" if may(person, "handle") or not may(person, "help") else "help"
    return covers and other.industry in ("", person.industry) and may(other, permission)


@transaction.atomic
def leave(*, person: User, to: User | None, by: User, at: datetime, reason: str = "") -> dict[str, int]:
    """Sign a person off: hand his desk over and close his account, both or neither. Answers what was handed over.

    ``to`` None puts the handlings back into their units' trays, taken by nobody. Raises Refused.
    """
    people = {
        p.pk: p
        for p in User.objects.select_for_update(no_key=True).filter(pk__in=[person.pk, to.pk if to else person.pk])
    }
    successor = people[to.pk] if to else None
    if successor is not None and (successor.left_at is not None or not _can_take_over(successor, person)):
        raise Refused("接手人须在职，且辖区、行业和角色能够承办这些事项。",
                      "The successor must be in office, with a role and bounds that fit.")  # fmt: skip
    moved = hand_over_desk(person=person, to=successor, by=by, at=at, reason=reason)
    close_account(person=person, by=by, at=at, reason=reason)
    return moved


@transaction.atomic
def hand_over_desk(*, person: User, to: User | None, by: User, at: datetime, reason: str = "") -> dict[str, int]:
    """Give everything in a person's hands to another, or back to the units. Answers how many of each kind."""
    if by.pk != person.pk and not manageable_people(by).filter(pk=person.pk).exists():
        raise Refused("该人员不在您的管理范围内。", "This person is not yours to administer.")
    desk = desk_of(person)
    handlings = list(desk.handlings.select_for_update(of=("self",), no_key=True).select_related("unit").order_by("pk"))
    helpers = list(
        desk.helper_tasks.select_for_update(of=("self",), no_key=True).select_related("organisation").order_by("pk")
    )
    inspections = list(
        desk.inspections.select_for_update(of=("self",), no_key=True).select_related("unit").order_by("pk")
    )
    names = {"from": person.username, "to": to.username if to else None, "reason": reason or "leaves"}
    for handling in handlings:
        handling.owner, handling.taken_at = to, at if to else None
        if to is None and handling.state == "taken":
            handling.state = "waiting"
        handling.save(update_fields=["owner", "taken_at", "state"])
        trail.record(by=by, at=at, action="assign", subject="handling", subject_id=handling.pk, changes=names)
    for helper in helpers:
        helper.owner = to
        helper.save(update_fields=["owner"])
        trail.record(by=by, at=at, action="assign", subject="helper-task", subject_id=helper.pk, changes=names)
    for task in inspections:
        task.owner = to
        task.save(update_fields=["owner"])
        trail.record(by=by, at=at, action="assign", subject="inspection", subject_id=task.pk, changes=names)
    _tell(person, to, handlings, helpers, inspections, at)
    return {"handlings": len(handlings), "helper_tasks": len(helpers), "inspections": len(inspections)}


def _tell(
    person: User,
    to: User | None,
    handlings: Sequence[Handling],
    helpers: Sequence[HelperTask],
    inspections: Sequence[InspectionTask],
    at: datetime,
) -> None:
    """One notice each to those who have it now: the successor, or the chiefs of every unit it fell back to."""
    name = person.display_name or person.username
    if to is not None:
        n = len(handlings) + len(helpers) + len(inspections)
        if n:
            notify(to=[to], kind="taken-over", subject="user", subject_id=person.pk, at=at, urgent=True,
                   zh=f"您接手{name}的 {n} 件事项。", en=f"You take over {n} matters from {name}.")  # fmt: skip
        return
    counts: dict[int, tuple[Organisation, int]] = {}
    for unit in [*(h.unit for h in handlings), *(h.organisation for h in helpers), *(t.unit for t in inspections)]:
        if unit is not None:
            counts[unit.pk] = (unit, counts.get(unit.pk, (unit, 0))[1] + 1)
    for unit, n in counts.values():
        notify(to=answering(unit, "desk", apart_from=person), kind="given-back", subject="user",
               subject_id=person.pk, at=at, urgent=True, zh=f"{name}离任，{n} 件事项退回本单位待签收。",
               en=f"{name} has left: {n} matters are back in the unit's tray.")  # fmt: skip


def pending_at(unit: Organisation) -> int:
    """How many handlings, helper tasks and inspections are open at a unit."""
    return sum(rows.count() for rows in _of_unit(unit))


def _of_unit(unit: Organisation) -> tuple[QuerySet[Handling], QuerySet[HelperTask], QuerySet[InspectionTask]]:
    return (
        Handling.objects.filter(unit=unit, ended_at=None),
        HelperTask.objects.filter(organisation=unit, done_at=None, handling__ended_at=None),
        InspectionTask.objects.filter(UNFINISHED, unit=unit),
    )


@transaction.atomic
def close_unit(*, unit: Organisation, to: Organisation | None, by: User, at: datetime, reason: str = "") -> int:
    """Close a unit; its open handlings, helper tasks and inspections go to another. Answers how many. Raises Refused
    when something is open and no other unit is named."""
    handlings, helpers, inspections = _of_unit(unit)
    pending = pending_at(unit)
    if pending and (to is None or to.pk == unit.pk or not to.active):
        raise Refused(f"该单位尚有 {pending} 件未办结事项，请选择接收单位。",
                      f"{pending} matters are open here: choose the unit that takes them.")  # fmt: skip
    if to is not None:
        for pk in list(handlings.values_list("pk", flat=True)):
            trail.record(by=by, at=at, action="assign", subject="handling", subject_id=pk,
                         changes={"from": unit.name, "to": to.name, "reason": reason})  # fmt: skip
        handlings.update(unit=to)
        helpers.update(organisation=to)
        inspections.update(unit=to)
    units.close_unit(unit=unit, by=by, at=at, reason=reason)
    if pending and to is not None:
        notify(to=answering(to, "desk"), kind="given-back", subject="organisation", subject_id=unit.pk, at=at,
               urgent=True, zh=f"接收{unit.name}的 {pending} 件事项。",
               en=f"{pending} matters come from {unit.name_en or unit.name}.")  # fmt: skip
    return pending
