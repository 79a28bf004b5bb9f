"""Joint reception 联合接访: numbered tickets of a day, called in turn, from which a claim begins.

A ticket names nobody; the hall's display shows numbers only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from anxin.cases.models import Claim, Ticket
from anxin.law.civil import civil_date
from anxin.people import trail
from anxin.people.models import Organisation, User

MOST_PEOPLE = 500


@dataclass(frozen=True)
class Hall:
    """A day's tickets of an organisation: those being served (the last called first), those waiting, those done."""

    serving: Sequence[Ticket]
    waiting: Sequence[Ticket]
    done: int

    @property
    def people_waiting(self) -> int:
        """How many people wait, a group counted by its heads."""
        return sum(ticket.people for ticket in self.waiting)


@transaction.atomic
def issue(*, organisation: Organisation, people: int, by: User, at: datetime) -> Ticket:
    """Issue the next number of the day; 1 is the first. Raises ValueError on a head-count that cannot be."""
    if not 1 <= people <= MOST_PEOPLE:
        raise ValueError("A ticket is for one person or some.")
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    last = _today(organisation, at).order_by("-turn").first()
    ticket = Ticket.objects.create(
        organisation=organisation, day=civil_date(at), turn=last.turn + 1 if last else 1, people=people, issued_at=at
    )
    trail.record(by=by, at=at, action="ticket-issue", subject="ticket", subject_id=ticket.pk,
                 changes={"turn": ticket.turn, "people": people})  # fmt: skip
    return ticket


@transaction.atomic
def call_next(*, organisation: Organisation, by: User, at: datetime, counter: str = "") -> Ticket | None:
    """Call the next number to an officer's desk (``counter``: its window, as the hall knows it); None when nobody
    waits. Two desks never call the same."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    ticket = _today(organisation, at).filter(called_at=None, ended_at=None).order_by("turn").first()
    if ticket is None:
        return None
    ticket.called_at, ticket.called_by, ticket.counter = at, by, counter[:8]
    ticket.save(update_fields=["called_at", "called_by", "counter"])
    trail.record(by=by, at=at, action="ticket-call", subject="ticket", subject_id=ticket.pk,
                 changes={"turn": ticket.turn})  # fmt: skip
    return ticket


@transaction.atomic
def end(*, ticket: Ticket, by: User, at: datetime, claim: Claim | None = None) -> Ticket:
    """A ticket is done: with the claim it led to, or because nobody came. A second time changes nothing."""
    now = Ticket.objects.select_for_update(no_key=True).get(pk=ticket.pk)
    if now.ended_at is not None and claim is None:
        return now
    now.ended_at = now.ended_at or at
    now.called_at, now.called_by = now.called_at or at, now.called_by or by
    now.claim = claim or now.claim
    now.save(update_fields=["ended_at", "called_at", "called_by", "claim"])
    trail.record(by=by, at=at, action="ticket-end", subject="ticket", subject_id=now.pk,
                 changes={"turn": now.turn, "claim": claim.number if claim else None})  # fmt: skip
    return now


@transaction.atomic
def put_back(*, ticket: Ticket, by: User, at: datetime) -> Ticket:
    """Whoever was called and did not come waits again, in his turn."""
    now = Ticket.objects.select_for_update(no_key=True).get(pk=ticket.pk)
    if now.ended_at is None and now.called_at is not None:
        now.called_at, now.called_by, now.counter = None, None, ""
        now.save(update_fields=["called_at", "called_by", "counter"])
        trail.record(by=by, at=at, action="ticket-back", subject="ticket", subject_id=now.pk,
                     changes={"turn": now.turn})  # fmt: skip
    return now


def hall(organisation: Organisation, *, at: datetime) -> Hall:
    """The day's tickets as the desk and the display show them."""
    rows = list(_today(organisation, at).select_related("called_by", "claim").order_by("turn"))
    open_ = [row for row in rows if row.ended_at is None]
    called = [(row.called_at, row) for row in open_ if row.called_at is not None]
    serving = [row for _, row in sorted(called, key=lambda pair: (pair[0], pair[1].turn), reverse=True)]
    return Hall(serving, [row for row in open_ if row.called_at is None], len(rows) - len(open_))


def _today(organisation: Organisation, at: datetime):  # type: ignore[no-untyped-def]
    return Ticket.objects.filter(organisation=organisation, day=civil_date(at))
