"""The trail: every act in one append-only chain, so that a record can be shown in court.

A link's digest covers the link before it; changing, removing or inserting one breaks every digest after it. The end of
the chain is guarded by noting its head elsewhere: ``verify`` tells number and digest, and can be asked whether a head
noted earlier still stands.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import QuerySet

from anxin import plainly
from anxin.people.models import Event, User
from anxin.people.turns import take_turn

GENESIS = "0" * 64
_CHAIN_LOCK = 0x616E78696E
_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")
_WHY = {
    "missing": "it is missing",
    "joint": "it does not join the link before it",
    "content": "its content was changed",
    "noted": "it is not the link that was noted",
}


@dataclass(frozen=True)
class Verdict:
    """Whether the chain holds, up to which link, and if not, which link is the first broken one and why."""

    holds: bool
    links: int
    head: str
    broken: int | None = None
    why: str = ""
    fault: str = ""  # missing | joint | content | noted | short


class Link(NamedTuple):
    """A link to be written, as ``record`` is told it."""

    by: User | None
    at: datetime
    action: str
    subject: str
    subject_id: object
    changes: Mapping[str, Any] | None = None
    who: str = ""
    address: str = ""


def record(
    *,
    by: User | None,
    at: datetime,
    action: str,
    subject: str,
    subject_id: object,
    changes: Mapping[str, Any] | None = None,
    who: str = "",
    address: str = "",
) -> Event:
    """Add a link. Call it in the transaction of the act itself, so that neither stands without the other.

    ``by`` None means the system's own worker, or somebody who has no account here: ``who`` and ``address`` then say
    who and from where, such as the operator at the command. ``changes`` must hold no personal number.
    """
    return record_all([Link(by, at, action, subject, subject_id, changes, who, address)])[0]


def record_all(links: Sequence[Link]) -> list[Event]:
    """``record`` for what one act does in several steps, in their order.

    From here to the commit no other act gets its link: call it when all else is written.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("The trail is written in the transaction of the act it records.")
    take_turn(_CHAIN_LOCK)
    last, previous = head()
    events = []
    for number, link in enumerate(links, last + 1):
        by = link.by
        event = Event(
            number=number,
            at=link.at,
            by=by,
            who=((by.display_name or by.username) if by else link.who or "system")[:150],
            address=(by.address if by else link.address)[:64],
            action=link.action,
            subject=link.subject,
            subject_id=str(link.subject_id)[:64],
            changes=orjson.loads(orjson.dumps(dict(link.changes or {}), default=str)),
            previous=previous,
        )
        previous = event.digest = digest_of(event)
        events.append(event)
    plainly.add(*events)
    return events


def digest_of(event: Event) -> str:
    """SHA-256 over the link's content in one fixed spelling."""
    return hashlib.sha256(content_of(event)).hexdigest()


def content_of(event: Event) -> bytes:
    """A link's content in its one spelling, of which the digest is taken."""
    content = {
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "by": event.by_id,
        "who": event.who,
        "address": event.address,
        "action": event.action,
        "subject": event.subject,
        "subject_id": event.subject_id,
        "changes": event.changes,
        "previous": event.previous,
    }
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def head() -> tuple[int, str]:
    """Number and digest of the last link; of an empty chain 0 and the digest its first link will name."""
    with plainly.cursor() as cursor:
        cursor.execute("SELECT number, digest FROM people_event ORDER BY number DESC LIMIT 1")
        return cursor.fetchone() or (0, GENESIS)


def read_head(text: str) -> tuple[int, str] | None:
    """A head written down as NUMBER:DIGEST; None when it is not that."""
    found = _HEAD.fullmatch(text)
    return (int(found[1]), found[2]) if found else None


def known(column: str) -> list[str]:
    """The values of ``action`` or ``subject`` that occur; each is found by one step in an index."""
    values: list[str] = []
    while True:
        following = Event.objects.filter(**{f"{column}__gt": values[-1] if values else ""}).order_by(column)
        value = following.values_list(column, flat=True).first()
        if value is None:
            return values
        values.append(value)


def events(*, subject: str = "", username: str = "", action: str = "") -> QuerySet[Event]:
    """Links, newest first. ``subject`` is a kind, or ``kind:id``."""
    found = Event.objects.select_related("by").order_by("-number")
    if subject:
        kind, _, key = subject.partition(":")
        found = found.filter(subject=kind, subject_id=key) if key else found.filter(subject=kind)
    if username:
        found = found.filter(by__username=username)
    return found.filter(action=action) if action else found


def verify(*, noted: tuple[int, str] | None = None) -> Verdict:
    """Walk the chain from its first link. ``noted`` is a head (number, digest) that was written down earlier."""
    previous, expected = GENESIS, 1
    for event in Event.objects.order_by("number").iterator(chunk_size=2000):
        fault = ""
        if event.number != expected:
            fault = "missing"
        elif event.previous != previous:
            fault = "joint"
        elif digest_of(event) != event.digest:
            fault = "content"
        elif noted is not None and event.number == noted[0] and event.digest != noted[1]:
            fault = "noted"
        if fault:
            return Verdict(False, expected - 1, previous, expected, _WHY[fault], fault)
        previous, expected = event.digest, expected + 1
    if noted is not None and noted[0] >= expected:
        return Verdict(False, expected - 1, previous, expected, f"the chain once reached link {noted[0]}", "short")
    return Verdict(True, expected - 1, previous)
