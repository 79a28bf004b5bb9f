"""Files brought by hand, as far as a person may see them."""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from anxin.insight.scope import in_region
from anxin.intake.models import Upload
from anxin.intake.sheets.imports import kinds
from anxin.people.access import seats_with
from anxin.people.models import Role, User
from anxin.people.seats import Seat

# What a site may tell about itself, and what a bank may tell. Projects and what authorities decide come from others.
_KINDS = {
    Role.CLERK: frozenset(
        {
            "roster",
            "attendance",
            "payroll",
            "entry-exit",
            "contracts",
            "leavers",
            "accounts",
            "deposits",
            "boards",
            "clerks",
        }
    ),
    Role.BANK: frozenset({"statement", "payments", "movements", "balances", "accounts"}),
}


def visible_uploads(user: User) -> QuerySet[Upload]:
    """A clerk sees his project's files, a bank its own, others those of their jurisdiction and the ones they brought
    themselves."""
    bounds = [_bounds(seat, user) for seat in seats_with(user, "uploads")]
    return Upload.objects.filter(reduce(or_, (b for b in bounds if b is not None), Q(pk=None)))


def _bounds(seat: Seat, user: User) -> Q | None:
    if seat.role == Role.CLERK:
        return Q(project__code=seat.project) if seat.project else None
    if seat.role == Role.BANK:
        return Q(by=user)
    if not seat.region:
        return None
    mine = in_region(seat.region, "project__region_code")
    if seat.industry:
        mine &= Q(project__industry=seat.industry)
    return mine | Q(project=None, by=user)


def kinds_for(user: User) -> list[str]:
    """The kinds of file a person may bring, over all his seats."""
    roles = [seat.role for seat in seats_with(user, "uploads")]
    return [kind for kind in kinds() if any(kind in _KINDS.get(Role(role), (kind,)) for role in roles)]
