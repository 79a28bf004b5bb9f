"""What the doors took in: senders with their last arrival, rows that were refused or wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from anxin.intake.models import HeldRow, Receipt, Sender
from anxin.law.civil import SHANGHAI

SILENT_AFTER = timedelta(hours=24)
_FAILED = 10


def senders_by_arrival(*, at: datetime, silent: bool = False, text: str = "", protocol: str = "") -> QuerySet[Sender]:
    """Senders with ``last_at``, the moment of their last call (None when nothing ever came), longest silence first.

    ``silent`` keeps those that may send and have not for 24 hours; ``text`` looks into appid and project.
    """
    last = Receipt.objects.filter(sender=OuterRef("pk")).order_by("-received_at").values("received_at")[:1]
    senders = Sender.objects.select_related("project").annotate(last_at=Subquery(last))
    if silent:
        senders = senders.filter(Q(last_at=None) | Q(last_at__lt=at - SILENT_AFTER), active=True)
    if protocol:
        senders = senders.filter(protocol=protocol)
    if text:
        senders = senders.filter(
            Q(appid__icontains=text) | Q(project__name__icontains=text) | Q(project__code__icontains=text)
        )
    return senders.order_by("-active", "last_at", "appid")


@dataclass(frozen=True, slots=True)
class SenderFigures:
    """A sender and its day since midnight in Asia/Shanghai. ``silent``: it may send, and has not for 24 hours;
    ``days_silent``: whole days since the last call, None when nothing ever came; ``open_rows``: its rows that are
    still refused or waiting."""

    sender: Sender
    last_at: datetime | None
    calls: int
    failed: int
    accepted: int
    refused: int
    waiting: int
    silent: bool
    days_silent: int | None
    open_rows: int


def sender_figures(senders: Sequence[Sender], *, at: datetime) -> list[SenderFigures]:
    """Figures of a page of ``senders_by_arrival``, in its order, in two queries."""
    midnight = at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    ids = [s.pk for s in senders]
    today = {
        row["sender"]: row
        for row in Receipt.objects.filter(sender__in=ids, received_at__gte=midnight)
        .values("sender")
        .annotate(
            calls=Count("id"),
            failed=Count("id", filter=Q(status=_FAILED)),
            taken=Sum("accepted"),
            bad=Sum("refused"),
            kept=Sum("waiting"),
        )
        .order_by()
    }
    held = dict(
        HeldRow.objects.filter(sender__in=ids, status__in=("refused", "waiting"))
        .values_list("sender")
        .annotate(rows=Count("id"))
        .order_by()
    )
    figures = []
    for sender in senders:
        came: datetime | None = getattr(sender, "last_at", None)
        day: Mapping[str, Any] = today.get(sender.pk, {})
        figures.append(
            SenderFigures(
                sender=sender,
                last_at=came,
                calls=day.get("calls") or 0,
                failed=day.get("failed") or 0,
                accepted=day.get("taken") or 0,
                refused=day.get("bad") or 0,
                waiting=day.get("kept") or 0,
                silent=sender.active and (came is None or at - came > SILENT_AFTER),
                days_silent=(at - came).days if came else None,
                open_rows=held.get(sender.pk, 0),
            )
        )
    return figures
