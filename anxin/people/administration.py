"""Who may administer whom: the roles a person may give, and the bounds they may be given in."""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from anxin.people.access import region_prefix, seats_with
from anxin.people.models import Organisation, Role, User
from anxin.people.seats import Seat

PERMISSION = "people"
# Nobody gives more than he has: a chief makes no operator and no auditor.
GRANTS: dict[str, frozenset[str]] = {
    Role.OPERATOR: frozenset(Role.values),
    Role.CHIEF: frozenset({Role.OFFICER, Role.CHIEF, Role.LEADER, Role.AGENCY, Role.BANK, Role.CLERK}),
}


class Refused(Exception):
    """The act is not allowed or not possible; two sentences say why and what to do. ``field`` names the parameter that
    is at fault, where one is."""

    def __init__(self, zh: str, en: str, *, field: str = "") -> None:
        super().__init__(zh)
        self.zh, self.en, self.field = zh, en, field


def roles_to_give(user: User) -> list[str]:
    """The roles a person may give somebody, in the order of ``Role``."""
    given: set[str] = set()
    for seat in seats_with(user, PERMISSION):
        given |= GRANTS.get(seat.role, frozenset())
    return [role for role in Role.values if role in given]


def may_give(user: User, *, role: str, region: str, industry: str) -> bool:
    """Whether a person may give this role with these bounds. A clerk's region is that of his project."""
    return any(
        role in GRANTS.get(seat.role, frozenset()) and _covers(seat, region, industry)
        for seat in seats_with(user, PERMISSION)
    )


def may_place_unit(user: User, *, region: str, industry: str) -> bool:
    """Whether a unit with these bounds would be this person's to administer."""
    return any(_covers(seat, region, industry) for seat in seats_with(user, PERMISSION))


def manageable_people(user: User) -> QuerySet[User]:
    """The people whose seats lie in what this person may give; without the permission, nobody."""
    within = [
        _inside(seat, "region") & Q(role__in=GRANTS[seat.role])
        for seat in seats_with(user, PERMISSION)
        if seat.role in GRANTS and _has_bounds(seat)
    ]
    return User.objects.filter(reduce(or_, within)) if within else User.objects.none()


def manageable_units(user: User, permission: str = PERMISSION) -> QuerySet[Organisation]:
    """The organisations in the bounds of the seats that hold a permission; without it, none."""
    within = [_inside(seat, "region_code") for seat in seats_with(user, permission) if _has_bounds(seat)]
    return Organisation.objects.filter(reduce(or_, within)) if within else Organisation.objects.none()


def _has_bounds(seat: Seat) -> bool:
    # The operator looks after the whole installation unless he is given a region.
    return bool(seat.region) or seat.role == Role.OPERATOR


def _covers(seat: Seat, region: str, industry: str) -> bool:
    if not seat.region:
        return seat.role == Role.OPERATOR
    inside = bool(region) and region.startswith(region_prefix(seat.region))
    return inside and (not seat.industry or seat.industry == industry)


def _inside(seat: Seat, region: str) -> Q:
    if not seat.region:
        return Q()
    bounds = Q(**{f"{region}__startswith": region_prefix(seat.region)})
    return bounds & Q(industry=seat.industry) if seat.industry else bounds
