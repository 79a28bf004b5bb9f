"""In whose hands a case is: whom to tell when something about it is due."""

from datetime import datetime

from anxin.cases.models import Case
from anxin.law.civil import civil_date
from anxin.people.models import Deputy, User
from anxin.watch.handling.actions import chiefs_of


def answerable(case: Case, *, at: datetime | None = None) -> list[User]:
    """The case's named person while he is in office and whoever stands in for him that day (no moment: nobody);
    without one, those who answer for its unit."""
    owner = case.owner
    if owner is None or not owner.is_active or owner.left_at is not None:
        return chiefs_of(case.unit)
    if at is None:
        return [owner]
    day = civil_date(at)
    standing_in = Deputy.objects.filter(
        absent=owner, from_on__lte=day, until_on__gte=day, deputy__is_active=True, deputy__left_at=None
    )
    return [owner, *(row.deputy for row in standing_in.select_related("deputy"))]


def above(case: Case) -> list[User]:
    """Those who answer for the case's unit; they decide what its named person asks."""
    return chiefs_of(case.unit)
