"""When an officer leaves, his cases go to a successor by name, or back to their units; the claimants are told who
answers for them now. The same for a unit that closes. What else lies on a desk is ``watch.handling.leaving``'s.

Who stands in for an absent officer sees and handles his cases by the seat he holds meanwhile; nothing changes hands.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from anxin.cases.flow import tell
from anxin.cases.models import Case, CaseTask
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.administration import Refused
from anxin.people.models import Organisation, User
from anxin.watch.handling import leaving as desk
from anxin.watch.handling.actions import answering


def counts_of(person: User) -> dict[str, int]:
    """How many of each lie in a person's hands, open cases among them."""
    return {**desk.desk_of(person).counts(), "cases": Case.objects.filter(owner=person, ended_at=None).count()}


@transaction.atomic
def leave(*, person: User, to: User | None, by: User, at: datetime, reason: str = "") -> dict[str, int]:
    """Sign a person off: hand over his desk and his cases and close his account, all or nothing. Answers what went.

    ``to`` None gives the cases back to their units' chiefs. Raises Refused.
    """
    moved = desk.leave(person=person, to=to, by=by, at=at, reason=reason)
    return {**moved, "cases": _hand_over(person, to, by, at, reason)}


@transaction.atomic
def hand_over_desk(*, person: User, to: User | None, by: User, at: datetime, reason: str = "") -> dict[str, int]:
    """Give everything in a person's hands to another, or back to the units. Answers how many of each.

    Raises Refused.
    """
    moved = desk.hand_over_desk(person=person, to=to, by=by, at=at, reason=reason)
    return {**moved, "cases": _hand_over(person, to, by, at, reason)}


def pending_at(unit: Organisation) -> int:
    """How much is open at a unit, cases and their tasks among it: what ``close_unit`` asks a receiver for."""
    cases, tasks = _of_unit(unit)
    return cases.count() + tasks.count() + desk.pending_at(unit)


def _of_unit(unit: Organisation) -> tuple[QuerySet[Case], QuerySet[CaseTask]]:
    return (
        Case.objects.filter(unit=unit, ended_at=None),
        CaseTask.objects.filter(organisation=unit, done_at=None, case__ended_at=None),
    )


@transaction.atomic
def close_unit(*, unit: Organisation, to: Organisation | None, by: User, at: datetime, reason: str = "") -> int:
    """Close a unit; its open cases and tasks go to another like the rest. Answers how many went. Raises Refused when
    something is open and no other unit is named."""
    cases, tasks = _of_unit(unit)
    pending = cases.count() + tasks.count()
    if pending and (to is None or to.pk == unit.pk or not to.active):
        raise Refused(f"该单位尚有 {pending} 件未办结案件，请选择接收单位。",
                      f"{pending} cases are open here: choose the unit that takes them.")  # fmt: skip
    if pending and to is not None:
        rows = list(cases.select_for_update(of=("self",), no_key=True).order_by("pk"))
        for case in rows:
            trail.record(by=by, at=at, action="case-assign", subject="case", subject_id=case.pk,
                         changes={"from": unit.name, "to": to.name, "reason": reason})  # fmt: skip
            tell(case, kind="dispatched", by=by, at=at, public=True, zh=f"现由{to.name}办理",
                 en=f"{to.name_en or to.name} handles it now")  # fmt: skip
        tasks.update(organisation=to)
        cases.update(unit=to)
        notify(to=answering(to, "cases"), kind="given-back", subject="organisation", subject_id=unit.pk, at=at,
               urgent=True, zh=f"接收{unit.name}的 {pending} 件案件。",
               en=f"{pending} cases come from {unit.name_en or unit.name}.")  # fmt: skip
    return pending + desk.close_unit(unit=unit, to=to, by=by, at=at, reason=reason)


def _hand_over(person: User, to: User | None, by: User, at: datetime, reason: str) -> int:
    rows = list(
        Case.objects.select_for_update(of=("self",), no_key=True).filter(owner=person, ended_at=None).order_by("pk")
    )
    names = {"from": person.username, "to": to.username if to else None, "reason": reason or "leaves"}
    for case in rows:
        case.owner = to
        case.save(update_fields=["owner"])
        trail.record(by=by, at=at, action="case-assign", subject="case", subject_id=case.pk, changes=names)
        _tell_claimants(case, to, by, at)
    _tell_units(person, to, rows, at)
    return len(rows)


def _tell_claimants(case: Case, to: User | None, by: User, at: datetime) -> None:
    if to is not None:
        name = to.display_name or to.username
        zh, en = (
            f"原来的承办人调离，您的事现由{name}负责答复",
            f"Your officer has moved on; {name} answers for your claim now",
        )
    else:
        zh, en = "原来的承办人调离，单位正在安排新的承办人", "Your officer has moved on; the office is naming another"
    tell(case, kind="assigned", by=by, at=at, public=True, zh=zh, en=en)


def _tell_units(person: User, to: User | None, rows: Iterable[Case], at: datetime) -> None:
    name = person.display_name or person.username
    counts: dict[int | None, int] = {}
    for case in rows:
        counts[case.unit_id] = counts.get(case.unit_id, 0) + 1
    if to is not None and counts:
        total = sum(counts.values())
        notify(to=[to], kind="taken-over", subject="user", subject_id=person.pk, at=at, urgent=True,
               zh=f"您接手{name}的 {total} 件案件。", en=f"You take over {total} cases from {name}.")  # fmt: skip
        return
    for unit in Organisation.objects.filter(pk__in=[pk for pk in counts if pk is not None]):
        n = counts[unit.pk]
        notify(to=answering(unit, "cases", apart_from=person), kind="given-back", subject="user", subject_id=person.pk,
               at=at, urgent=True, zh=f"{name}离任，{n} 件案件退回本单位，请指定承办人。",
               en=f"{name} has left: {n} cases are back in the unit and want an officer.")  # fmt: skip
