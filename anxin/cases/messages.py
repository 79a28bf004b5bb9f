"""Messages between the claimants of a claim and the officer who has it; sealed, and read on both sides."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from anxin.cases.flow import locked
from anxin.cases.hands import takers
from anxin.cases.models import Case, Claim, Claimant, Message
from anxin.notices.models import Notice
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User
from anxin.vault.fields import open_text, seal_text

LONGEST = 2000


@transaction.atomic
def write_to_officer(*, claim: Claim, text: str, at: datetime, claimant: Claimant | None = None) -> Message:
    """A claimant writes. ``claimant``: a member of a group, for himself; None: whoever filed. The case's owner is told,
    or whoever may take it.

    The same words twice within a minute are one message. Raises ValueError when there are none.
    """
    case = locked(claim.case)
    said = _text(text)
    last = of_claim(claim, claimant=claimant).filter(by=None).order_by("-pk").first()
    if last is not None and (at - last.at).total_seconds() < 60 and open_text(last.text_sealed) == said:
        return last
    row = Message.objects.create(claim=claim, claimant=claimant, at=at, text_sealed=seal_text(said))
    tell_owner(case, kind="case-message", at=at, zh=f"案件 {case.number}：工人有新留言",
               en=f"Case {case.number}: a worker has written")  # fmt: skip
    trail.record(by=None, at=at, action="case-message", subject="case", subject_id=case.pk, who="worker",
                 changes={"claim": claim.number})  # fmt: skip
    return row


@transaction.atomic
def write_to_claimant(*, claim: Claim, text: str, by: User, at: datetime, claimant: Claimant | None = None) -> Message:
    """An officer writes to whoever filed, or to one member of a group. Raises ValueError when there are no words."""
    case = locked(claim.case)
    row = Message.objects.create(claim=claim, claimant=claimant, by=by, at=at, text_sealed=seal_text(_text(text)))
    trail.record(by=by, at=at, action="case-message", subject="case", subject_id=case.pk,
                 changes={"claim": claim.number})  # fmt: skip
    return row


def of_claim(claim: Claim, *, claimant: Claimant | None) -> QuerySet[Message]:
    """What one side of a claim may read: whoever filed (``claimant`` None), or one member of a group."""
    return Message.objects.filter(claim=claim, claimant=claimant).select_related("by").order_by("at", "pk")


def of_case(case: Case) -> QuerySet[Message]:
    """Every message of a case, for its officers, oldest first."""
    return Message.objects.filter(claim__case=case).select_related("by", "claim", "claimant").order_by("at", "pk")


def read_by_claimant(claim: Claim, *, claimant: Claimant | None, at: datetime) -> int:
    """Mark what the officer wrote as read by this side. Answers how many were new."""
    mine = Message.objects.filter(claim=claim, claimant=claimant, read_at=None).exclude(by=None)
    return mine.update(read_at=at)


def read_by_officer(case: Case, *, at: datetime) -> int:
    """Mark what claimants wrote as read by the officers. Answers how many were new."""
    return Message.objects.filter(claim__case=case, by=None, read_at=None).update(read_at=at)


def tell_owner(case: Case, *, kind: str, at: datetime, zh: str, en: str, urgent: bool = False) -> None:
    """Tell the case's named person something happened on the worker's side, in the caller's transaction.

    While nobody has taken it, or its named person has left, whoever may take it is told: once until he has read it, so
    that a claimant who writes ten times does not fill ten inboxes.
    """
    owner = case.owner
    has_it = owner is not None and owner.is_active and owner.left_at is None
    to = [owner] if owner is not None and has_it else _who_has_not_heard(takers(case, at=at), case, kind)
    notify(to=to, kind=kind, subject="case", subject_id=case.pk, zh=zh, en=en, at=at, urgent=urgent)


def _who_has_not_heard(people: list[User], case: Case, kind: str) -> list[User]:
    waiting = Notice.objects.filter(to__in=people, kind=kind, subject="case", subject_id=str(case.pk), read_at=None)
    told = set(waiting.values_list("to", flat=True))
    return [person for person in people if person.pk not in told]


def _text(text: str) -> str:
    said = text.strip()[:LONGEST]
    if not said:
        raise ValueError("A message has words.")
    return said
