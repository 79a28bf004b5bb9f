"""In whose hands a case is: whom to tell when something about it is due."""

from anxin.cases.models import Case
from anxin.people.models import User
from anxin.watch.handling.actions import chiefs_of


def answerable(case: Case) -> list[User]:
    """The case's named person while he is in office, else those who answer for its unit."""
    owner = case.owner
    if owner is not None and owner.is_active and owner.left_at is None:
        return [owner]
    return chiefs_of(case.unit)


def above(case: Case) -> list[User]:
    """Those who answer for the case's unit; they decide what its named person asks."""
    return chiefs_of(case.unit)
