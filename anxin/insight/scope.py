"""What a person may see: every page, count and export starts from one of these query sets."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from anxin.cases.models import Case, CaseTask
from anxin.people.access import PERMISSIONS, region_prefix, seats_with
from anxin.people.models import Role, User
from anxin.people.seats import Seat, stood_in_for
from anxin.registry.models import Project
from anxin.watch.models import Escalation, Handling, InspectionTask, PauseRequest, Warning


def few_or_query(found: QuerySet[Any], most: int = 5_000) -> Any:
    """Keys for ``__in``: named outright where they are few, which lets an index answer; else as a query in the query.

    ``found`` is a list of keys (``values_list`` of one column).
    """
    some = list(found[: most + 1])
    return some if len(some) <= most else found


def in_region(region: str, field: str = "region_code") -> Q:
    """Rows whose region lies in a region. A city is a range, not LIKE: an index can answer it on every database.

    A whole province is LIKE on purpose: it is most of the rows, and a planner that takes the range for a narrow one
    reads them all by the region's index where the list's own order needs only its first page.
    """
    prefix = region_prefix(region)
    if len(prefix) == 6:
        return Q(**{field: prefix})
    if len(prefix) == 2:
        return Q(**{f"{field}__startswith": prefix})
    above = str(int(prefix) + 1).zfill(len(prefix))
    within = Q(**{f"{field}__gte": prefix})
    return within & Q(**{f"{field}__lt": above}) if len(above) == len(prefix) else within


def _bounds(seat: Seat, project: str, place: str) -> Q:
    """What lies in a seat's bounds; ``project`` is the look-up prefix of the project's code ("" or "project__"),
    ``place`` that of region and industry."""
    if seat.role == Role.CLERK:
        return Q(**{f"{project}code": seat.project})
    region = in_region(seat.region, f"{place}region_code")
    return region & Q(**{f"{place}industry": seat.industry}) if seat.industry else region


def _within(seats: list[Seat], project: str, place: str = "") -> Q | None:
    """The union over seats; None when no seat has bounds, which is: nothing."""
    bounds = [_bounds(s, project, place) for s in seats if (s.project if s.role == Role.CLERK else s.region)]
    return reduce(or_, bounds) if bounds else None


def visible_projects(user: User, permission: str = "projects") -> QuerySet[Project]:
    """The projects in the bounds of the seats that hold a permission; without one, nothing."""
    within = _within(seats_with(user, permission), "")
    return Project.objects.filter(within) if within is not None else Project.objects.none()


def visible_warnings(user: User, permission: str = "warnings") -> QuerySet[Warning]:
    """The same for warnings; an enterprise's own finding is seen in the region where the enterprise is."""
    within = _within(seats_with(user, permission), "project__")
    return Warning.objects.filter(within) if within is not None else Warning.objects.none()


def visible_handlings(user: User, permission: str = "desk") -> QuerySet[Handling]:
    """The same for what is in somebody's hands, ended or not."""
    within = _within(seats_with(user, permission), "warning__project__")
    return Handling.objects.filter(within) if within is not None else Handling.objects.none()


def visible_escalations(user: User, permission: str = "desk") -> QuerySet[Escalation]:
    """The same for the rungs that matters climbed."""
    within = _within(seats_with(user, permission), "handling__warning__project__", "handling__")
    return Escalation.objects.filter(within) if within is not None else Escalation.objects.none()


def visible_pauses(user: User, permission: str = "approve") -> QuerySet[PauseRequest]:
    """The same for the pauses that sites ask for, decided or not."""
    within = _within(seats_with(user, permission), "project__", "project__")
    return PauseRequest.objects.filter(within) if within is not None else PauseRequest.objects.none()


def visible_inspections(user: User, permission: str = "inspect") -> QuerySet[InspectionTask]:
    """The same for joint inspections, made or not."""
    within = _within(seats_with(user, permission), "project__", "project__")
    return InspectionTask.objects.filter(within) if within is not None else InspectionTask.objects.none()


def visible_cases(user: User, permission: str = "cases") -> QuerySet[Case]:
    """The cases in the bounds of the seats that hold a permission.

    With ``help``, an agency's own part: the cases in which its organisation was given a task, and no others. Who signs
    in for a project or a bank sees none: an employer must not learn who claims.
    """
    if permission == "help":
        people = [person for person in stood_in_for(user) if "help" in PERMISSIONS.get(person.role, frozenset())]
        units = [person.organisation_id for person in people if person.organisation_id]
        return Case.objects.filter(pk__in=CaseTask.objects.filter(organisation__in=units).values("case"))
    seats = [s for s in seats_with(user, permission) if s.role not in (Role.CLERK, Role.BANK)]
    within = _within(seats, "")
    return Case.objects.filter(within) if within is not None else Case.objects.none()


def may_on_case(user: User, permission: str, case: Case) -> bool:
    """Whether a person holds a permission for this case. A page asks many times; the database is asked once for equal
    seats, because the person object lives no longer than the request."""
    seats = tuple(seats_with(user, permission))
    kept: dict[tuple[tuple[Seat, ...], int], bool] = user.__dict__.setdefault("_on_cases", {})
    if seats and (seats, case.pk) not in kept:
        kept[seats, case.pk] = visible_cases(user, permission).filter(pk=case.pk).exists()
    return bool(seats) and kept[seats, case.pk]
