"""In whose hands a case is: whom to tell when something about it is due."""

from datetime import datetime

from anxin import plainly
from anxin.cases.models import Case
from anxin.law.civil import civil_date
from anxin.people.duty import on_duty
from anxin.people.models import Deputy, Role, User
from anxin.watch.handling.actions import chiefs_of
from anxin.watch.handling.routing import unit_of_place


def answerable(case: Case, *, at: datetime | None = None) -> list[User]:
    """The case's named person while he is in office and whoever stands in for him that day (no moment: nobody);
    without one, those who answer for its unit."""
    owner = plainly.one(User, pk=case.owner_id) if case.owner_id is not None else None
    if owner is None or not owner.is_active or owner.left_at is not None:
        return chiefs_of(case.unit)
    if at is None:
        return [owner]
    day = civil_date(at)
    chosen = [row.deputy for row in plainly.read(Deputy, absent_id=owner.pk) if row.from_on <= day <= row.until_on]
    return [owner, *(person for person in chosen if person.is_active and person.left_at is None)]


def takers(case: Case, *, at: datetime) -> list[User]:
    """Who may take a case that nobody has taken: those on duty in its unit at that moment; on no turn of duty, its
    officers and chiefs; without these, who answers for it. A case without a unit is its place's."""
    unit = case.unit or unit_of_place(case.region_code)
    if unit is None:
        return []
    turns = on_duty([unit], at=at)
    if turns:
        return [turn.person for turn in turns]
    people = unit.people.filter(is_active=True, left_at=None, role__in=[Role.OFFICER, Role.CHIEF])
    return list(people) or chiefs_of(unit)


def above(case: Case) -> list[User]:
    """Those who answer for the case's unit; they decide what its named person asks."""
    return chiefs_of(case.unit)
