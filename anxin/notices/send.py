"""Telling people: one notice each, into the inbox and the outbox of the channels they chose."""

from collections.abc import Iterable
from datetime import datetime

from anxin import plainly
from anxin.notices.models import Channel, Delivery, Notice, Preference
from anxin.notices.times import WAKING, waking
from anxin.notices.times import not_before as turn_of
from anxin.people.models import User
from anxin.vault.fields import seal_text


def notify(
    *,
    to: Iterable[User],
    kind: str,
    subject: str,
    subject_id: object,
    zh: str,
    en: str,
    at: datetime,
    urgent: bool = False,
) -> list[Notice]:
    """Put a notice into each person's inbox, and queue it on each channel the person switched on.

    Call it in the transaction of the act it tells of, so that neither stands without the other. A person named twice is
    told once. What is not urgent waits for the digest or the end of the quiet hours.
    """
    people = list({person.pk: person for person in to}.values())
    notices = [
        Notice(
            to=person, kind=kind, subject=subject, subject_id=str(subject_id), zh=zh[:400], en=en[:400],
            urgent=urgent, at=at,
        )
        for person in people
    ]  # fmt: skip
    plainly.add(*notices)
    told = ((notice, way) for notice in notices for way in plainly.read(Preference, person_id=notice.to_id, on=True))
    for notice, way in told:
        turn = turn_of(way, at=at, urgent=urgent)
        digest = way.digest and not urgent
        key = f"{way.channel}:{way.person_id}:{turn:%Y%m%d%H}" if digest else f"{way.channel}:{notice.pk}"
        delivery, _ = Delivery.objects.get_or_create(
            key=key,
            defaults={"channel": way.channel, "person": notice.to, "not_before": turn, "queued_at": at},
        )
        delivery.notices.add(notice)
    return notices


def tell_phone(
    *,
    phone: str,
    text: str,
    key: str,
    at: datetime,
    secret: bool = False,
    ends_at: datetime | None = None,
    hours: tuple[int, int] = WAKING,
    not_before: datetime | None = None,
) -> Delivery:
    """Queue a short message to a phone whose owner has no account; the same ``key`` is queued once.

    Call it in the transaction of the act it tells of. ``secret`` (a code) goes at once and its text is forgotten once
    it has left; anything else waits for the end of the night, or for the civil ``hours`` in which its owner may be
    reached, and for ``not_before``. ``ends_at``: later it is not sent any more. Number and text are sealed; neither
    reaches a log.
    """
    delivery, _ = Delivery.objects.get_or_create(
        key=key,
        defaults={
            "channel": Channel.SMS,
            "address_sealed": seal_text(phone),
            "text_sealed": seal_text(text),
            "secret": secret,
            "ends_at": ends_at,
            "not_before": at if secret else waking(not_before or at, hours),
            "rings_from": hours[0],
            "rings_until": hours[1],
            "queued_at": at,
        },
    )
    return delivery


def mark_read(*, person: User, at: datetime, ids: Iterable[int] | None = None) -> int:
    """Mark some (or all) of a person's notices read. Answers how many."""
    unread = Notice.objects.filter(to=person, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=at)
