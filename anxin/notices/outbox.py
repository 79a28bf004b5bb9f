"""The outbox's loop: one message at a time, tried again with growing pauses, never sent twice."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from anxin.notices.channels import NotSent, Refused, Send, Unsure
from anxin.notices.models import Delivery, Preference
from anxin.notices.times import waking
from anxin.vault.fields import open_text

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
# A day of mail server trouble is outlived: pauses of 1, 2, 4 … 120 minutes, then every two hours for three days.
MOST_TRIES = 42
# A message that stayed in sending this long had its sender die; whether it arrived nobody knows.
SENDING_ENDS = timedelta(minutes=10)
# A mail server that answers nobody holds each message for seconds. A run that takes longer than this ends, so that the
# next one finds the code somebody has asked for meanwhile, which goes first.
_A_RUN_S = 10.0


def deliver(*, at: datetime, ways: Mapping[str, Send], limit: int = 200) -> int:
    """Send what is due, as much as a few seconds allow. Answers how many messages went out; many workers may run it."""
    began = time.monotonic()
    died = Delivery.objects.filter(state="sending", not_before__lt=at - SENDING_ENDS)
    if died.exists():
        died.filter(secret=True).update(text_sealed=b"")
        died.update(state="unknown", error="the sender died while sending")
    sent = 0
    # Somebody stands with the telephone in his hand and waits for a code: codes go first.
    due = Delivery.objects.filter(state="waiting", not_before__lte=at, channel__in=list(ways)).order_by(
        "-secret", "not_before", "id"
    )
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        sent += _send_one(pk, at, ways)
        if time.monotonic() - began > _A_RUN_S:
            break
    return sent


def _send_one(pk: int, at: datetime, ways: Mapping[str, Send]) -> int:
    with transaction.atomic():
        # Whoever turns waiting into sending has it; the others see no row.
        taken = Delivery.objects.filter(pk=pk, state="waiting").update(state="sending", not_before=at)
    if not taken:
        return 0
    delivery = Delivery.objects.select_related("person").get(pk=pk)
    rings = _rings_at(delivery, at)
    if rings > at:
        Delivery.objects.filter(pk=pk).update(state="waiting", not_before=rings)
        return 0
    try:
        if delivery.ends_at is not None and delivery.ends_at <= at:
            raise Refused("too late")
        address, title, text = _written(delivery)
        ways[delivery.channel](address, title, text, delivery.key)
    except NotSent as wrong:
        _again(delivery, at, str(wrong))
        return 0
    except Refused as wrong:
        _end(delivery, "failed", str(wrong))
        return 0
    except Unsure as wrong:
        _end(delivery, "unknown", str(wrong))
        return 0
    Delivery.objects.filter(pk=pk).update(
        state="sent", sent_at=at, tries=delivery.tries + 1, error="", **_forgotten(delivery)
    )
    return 1


def _rings_at(delivery: Delivery, at: datetime) -> datetime:
    """The moment itself, or when a telephone without an account may ring: trouble at the gateway ends at night too."""
    if not delivery.address_sealed or delivery.secret:
        return at
    return waking(at, (delivery.rings_from, delivery.rings_until))


def _forgotten(delivery: Delivery) -> dict[str, bytes]:
    return {"text_sealed": b""} if delivery.secret else {}


def _written(delivery: Delivery) -> tuple[str, str, str]:
    """Address, title and text, in the person's language. Raises Refused when there is no address any more."""
    if delivery.address_sealed:
        text = open_text(delivery.text_sealed)
        if not text:
            raise Refused("no text")
        return open_text(delivery.address_sealed), "", text
    person = delivery.person
    way = Preference.objects.filter(person=person, channel=delivery.channel, on=True).first()
    address = open_text(way.address_sealed) if way else ""
    if not address or person is None or not person.is_active:
        raise Refused("no address")
    notices = list(delivery.notices.order_by("at", "id"))
    english = person.language == "en"
    lines = [notice.en if english else notice.zh for notice in notices]
    with override(person.language):
        title = lines[0][:60] if len(lines) == 1 else _("安薪：%(count)s条消息") % {"count": len(lines)}
    return address, title, "\n".join(lines)


def _again(delivery: Delivery, at: datetime, why: str) -> None:
    tries = delivery.tries + 1
    if tries >= MOST_TRIES:
        _end(delivery, "failed", why)
        return
    pause = min(FIRST_PAUSE * 2 ** min(tries - 1, 20), LONGEST_PAUSE)
    Delivery.objects.filter(pk=delivery.pk).update(state="waiting", tries=tries, not_before=at + pause, error=why[:300])


def _end(delivery: Delivery, state: str, why: str) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        state=state, tries=delivery.tries + 1, error=why[:300], **_forgotten(delivery)
    )


def send_again(*, delivery: Delivery, at: datetime) -> None:
    """Put a message that failed, or whose fate is unknown, back into the queue: somebody has looked and decided. A code
    is forgotten by then and is not sent again; so is what is older than its period."""
    rows = Delivery.objects.filter(pk=delivery.pk, state__in=["failed", "unknown"], secret=False, forgotten_at=None)
    rows.update(state="waiting", tries=0, not_before=at, error="")


def give_up_late(*, at: datetime) -> int:
    """Give up what waits past its end: where the channel is not set up any more, no turn of the loop comes to it.
    Answers how many."""
    late = Delivery.objects.filter(state="waiting", ends_at__lte=at)
    late.filter(secret=True).update(text_sealed=b"")
    return late.update(state="failed", error="too late")
