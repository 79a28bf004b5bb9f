"""Whose a case is. Who takes it first is its named person 首问负责人 to the end; a chief may change that, for a reason.

Each act locks the case first and looks again: who comes second is told who was first (``AlreadyDone``), and of a case
that has ended meanwhile (``CannotMove``).
"""

from datetime import datetime

from django.db import transaction

from anxin import plainly
from anxin.cases.flow import line, open_and_locked, step, tell
from anxin.cases.models import Case, CaseEvent
from anxin.cases.telling import message_case
from anxin.notices.channels import has_sms
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import Organisation, User
from anxin.people.units import public_phone
from anxin.watch.handling.actions import AlreadyDone, chiefs_of, in_office

_NAMED = ("owner", "taken_at", "unit")


@transaction.atomic
def take(*, case: Case, by: User, at: datetime) -> Case:
    """Take a case: from now on this officer answers for it by name. A case that only lay in a tray is dispatched by it.

    Raises AlreadyDone when somebody else has it.
    """
    in_office(by)
    now = open_and_locked(case)
    if now.owner_id == by.pk:
        return step(now, to="dispatched", by=by, at=at) if now.state == "received" else now
    if now.owner is not None:
        name = name_of(now.owner)
        raise AlreadyDone(f"首问负责人是{name}。", f"{name} is its named person already.")
    link = trail.Link(by, at, "case-take", "case", now.pk, {"number": now.number})
    told = line(now, kind="taken", by=by, at=at, public=True, zh=f"{name_of(by)}负责您的事，从头到尾由他答复",
                en=f"{name_of(by)} answers for your claim from now to the end")  # fmt: skip
    return _name(now, by, at, told, by, link)


@transaction.atomic
def assign(*, case: Case, to: User, by: User, at: datetime, reason: str = "") -> Case:
    """Give a case to an officer. Where it has a named person already this changes him, which needs a reason; both are
    told, and so are the claimants. Raises AlreadyDone without one."""
    in_office(to)
    now = open_and_locked(case)
    before = now.owner
    if before == to:
        return now
    if before is not None and not reason.strip():
        raise AlreadyDone("首问负责人不得随意更换：请写明理由。",
                          "The named person stays to the end: give the reason for changing him.")  # fmt: skip
    names = {"from": before.username if before else None, "to": to.username, "reason": reason}
    link = trail.Link(by, at, "case-assign", "case", now.pk, names)
    told = line(now, kind="assigned", by=by, at=at, public=True, zh=f"您的事由{name_of(to)}负责答复",
                en=f"{name_of(to)} answers for your claim")  # fmt: skip
    notify(to=[to], kind="case-assigned", subject="case", subject_id=now.pk, at=at,
           zh=f"案件 {now.number} 交您办理", en=f"Case {now.number} is yours to handle")  # fmt: skip
    if before is not None:
        notify(to=[before], kind="case-reassigned", subject="case", subject_id=now.pk, at=at,
               zh=f"案件 {now.number} 已改由{name_of(to)}负责：{reason}",
               en=f"Case {now.number} went to {name_of(to)}: {reason}")  # fmt: skip
    return _name(now, to, at, told, by, link)


@transaction.atomic
def dispatch(*, case: Case, unit: Organisation, by: User, at: datetime, note: str = "") -> Case:
    """Send a case to the unit that is to handle it. Its named person stays; the unit's chiefs are told."""
    now = open_and_locked(case)
    if now.unit_id == unit.pk and now.state != "received":
        return now
    before, now.unit = now.unit, unit
    now.save(update_fields=["unit"])
    told = {"from": before.name if before else None, "to": unit.name, "note": note, "number": now.number}
    trail.record(by=by, at=at, action="case-dispatch", subject="case", subject_id=now.pk, changes=told)
    notify(to=chiefs_of(unit), kind="case-dispatched", subject="case", subject_id=now.pk, at=at, urgent=now.collective,
           zh=f"案件 {now.number} 派到本单位{'：' + note if note else ''}",
           en=f"Case {now.number} was sent to your unit{': ' + note if note else ''}")  # fmt: skip
    if now.state == "received":
        return step(now, to="dispatched", by=by, at=at, zh=unit.name, en=unit.name_en or unit.name)
    tell(now, kind="dispatched", by=by, at=at, public=True, zh=f"现由{unit.name}办理",
         en=f"{unit.name_en or unit.name} handles it now")  # fmt: skip
    return now


def name_of(person: User) -> str:
    """A person's name as others read it."""
    return person.display_name or person.username


def _name(case: Case, person: User, at: datetime, told: CaseEvent, by: User, link: trail.Link) -> Case:
    """Set the named person and tell it; a case that only lay in a tray is dispatched by it."""
    case.owner = person
    case.taken_at = case.taken_at or at
    if case.unit_id is None:
        case.unit = person.organisation
    if case.state == "received":
        step(case, to="dispatched", by=by, at=at, fields=_NAMED, lines=[told], links=[link])
    else:
        plainly.change(case, *_NAMED)
        plainly.add(told)
        trail.record_all([link])
    _tell_who(case, person, at)
    return case


def _tell_who(case: Case, person: User, at: datetime) -> None:
    if has_sms():
        unit = case.unit
        who, phone = name_of(person), public_phone(unit)
        zh = f"由{unit.name if unit else ''}{who}办理，电话 {phone}"
        en = f"{who} of {unit.name_en or unit.name} deals with it" if unit else f"{who} deals with it"
        en += f", telephone {phone}"
        message_case(case, zh=zh, en=en, quiet=(zh, en), at=at)
