"""Sessions: who signed in from where; each can be seen and ended by its owner."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction

from anxin.people import trail
from anxin.people.models import Arrival, User

SEEN_EVERY = timedelta(minutes=10)


@transaction.atomic
def arrive(*, person: User, session_key: str, at: datetime, address: str, device: str, way: str) -> Arrival:
    """Note that a session began, once the person is let in."""
    _forget_ended(person, at)
    trail.record(by=person, at=at, action="sign-in", subject="user", subject_id=person.pk, changes={"way": way})
    return Arrival.objects.create(
        person=person, session_key=session_key, at=at, seen_at=at, address=address[:64], device=device[:200], way=way
    )


def seen(*, session_key: str, at: datetime, address: str) -> None:
    """Note that a session is still used."""
    Arrival.objects.filter(session_key=session_key).update(seen_at=at, address=address[:64])


def moved(*, old_key: str, new_key: str) -> None:
    """A session got another key, as after a change of the password."""
    Arrival.objects.filter(session_key=old_key).update(session_key=new_key)


def arrivals_of(person: User, *, at: datetime) -> list[Arrival]:
    """The person's living sessions, the last used first."""
    alive = Session.objects.filter(expire_date__gt=at).values("session_key")
    return list(Arrival.objects.filter(person=person, session_key__in=alive).order_by("-seen_at"))


@transaction.atomic
def end_arrivals(*, person: User, by: User | None, at: datetime, only: int | None = None, but: str = "") -> int:
    """End sessions of a person: all, the one with a number, or all but the one with a key. The next request from one
    of them meets the sign-in page. Answers how many."""
    found = Arrival.objects.filter(person=person).exclude(session_key=but)
    if only is not None:
        found = found.filter(pk=only)
    keys = list(found.values_list("session_key", flat=True))
    _end(keys)
    if keys:
        trail.record(by=by, at=at, action="sessions-end", subject="user", subject_id=person.pk,
                     changes={"sessions": len(keys)})  # fmt: skip
    return len(keys)


@transaction.atomic
def depart(*, person: User, session_key: str, at: datetime) -> None:
    """Note that a person signed out of a session."""
    Arrival.objects.filter(session_key=session_key).delete()
    trail.record(by=person, at=at, action="sign-out", subject="user", subject_id=person.pk)


def _end(keys: list[str]) -> None:
    Session.objects.filter(session_key__in=keys).delete()
    Arrival.objects.filter(session_key__in=keys).delete()


def _forget_ended(person: User, at: datetime) -> None:
    alive = Session.objects.filter(expire_date__gt=at).values("session_key")
    Arrival.objects.filter(person=person).exclude(session_key__in=alive).delete()
