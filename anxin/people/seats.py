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
    return [_seat(person) for person in stood_in_for(user, on)]


def stood_in_for(user: User, on: date | None = None) -> list[User]:
    """The person and those he stands in for on a day (default: the day of his request); nobody once he has left."""
    if not user.is_active or user.left_at is not None:
        return []
    day = on or user.today
    if day is None or user.role == Role.CLERK:
        return [user]
    # A page asks many times; the person object lives no longer than the request.
    kept: dict[date, list[User]] = user.__dict__.setdefault("_stood_in_for", {})
    if day not in kept:
        standing_in = Deputy.objects.filter(
            deputy=user, from_on__lte=day, until_on__gte=day, absent__is_active=True, absent__left_at=None
        )
        kept[day] = [row.absent for row in standing_in.select_related("absent")]
    return [user, *kept[day]]


def _seat(user: User) -> Seat:
    return Seat(role=user.role, region=user.region, industry=user.industry, project=user.project)
