"""Seats: what a person is and where. One's own, and those of absent people one stands in for today."""

from dataclasses import dataclass
from datetime import date

from anxin.people.models import Deputy, Role, User


@dataclass(frozen=True)
class Seat:
    """A role with its bounds: region code (with all below it), industry (blank: all), project code for a clerk."""

    role: str
    region: str
    industry: str
    project: str


def seats_of(user: User, on: date | None = None) -> list[Seat]:
    """The seats a person holds on a day (default: the day of his request). A person who left holds none."""
    if not user.is_active or user.left_at is not None:
        return []
    seats = [_seat(user)]
    day = on or user.today
    if day is not None and user.role != Role.CLERK:
        standing_in = Deputy.objects.filter(deputy=user, from_on__lte=day, until_on__gte=day)
        seats += [_seat(row.absent) for row in standing_in.select_related("absent")]
    return seats


def _seat(user: User) -> Seat:
    return Seat(role=user.role, region=user.region, industry=user.industry, project=user.project)
