"""Looks at personal data: links of the trail like every other act, and the answer to "who looked at my data?"."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from anxin.people import trail
from anxin.people.models import Event, User

LOOK = "look"
WORKER = "worker"


@dataclass(frozen=True)
class Look:
    """One look at a person's data: when, who (with his unit), which field, on which page."""

    at: datetime
    who: str
    unit: str
    field: str
    page: str


def record_look(*, by: User, at: datetime, subject: str, subject_id: object, field: str, page: str) -> Event:
    """Write down that a masked field or a file was opened. Call it before the value is sent, in the same transaction.

    ``page`` is the address without its query; it holds no personal number.
    """
    changes = {"field": field, "page": page[:200]}
    return trail.record(by=by, at=at, action=LOOK, subject=subject, subject_id=subject_id, changes=changes)


def looks() -> QuerySet[Event]:
    """Every look, newest first."""
    return trail.events(action=LOOK)


def looks_at(subject: str, subject_id: object) -> QuerySet[Event]:
    """Looks at one subject, newest first."""
    return looks().filter(subject=subject, subject_id=str(subject_id))


def of_person(worker_id: int, *, most: int = 200) -> list[Look]:
    """Who looked at a worker's data, newest first: what the worker himself may see."""
    return [
        Look(
            at=event.at,
            who=event.who,
            unit=event.by.organisation.name if event.by and event.by.organisation else "",
            field=str(event.changes.get("field", "")),
            page=str(event.changes.get("page", "")),
        )
        for event in looks_at(WORKER, worker_id).select_related("by__organisation")[:most]
    ]
