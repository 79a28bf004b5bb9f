"""What the doors took in: senders with their last arrival, rows that were refused or wait."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from anxin.insight.scope import in_region
from anxin.intake.held import row_of
from anxin.intake.models import HeldRow, Receipt, Sender
from anxin.law.civil import SHANGHAI
from anxin.people.access import seats_with
from anxin.people.models import Role, User
from anxin.people.seats import Seat
from anxin.registry.models import Project
from anxin.vault.fields import mask_card, mask_identity, mask_phone

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
    return senders.order_by("-active", F("last_at").asc(nulls_first=True), "appid")


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


def visible_held(user: User) -> QuerySet[HeldRow]:
    """The held rows in the bounds of a person's seats: a clerk's project, a bank's own files, a jurisdiction.

    A row whose project is unknown has no region: it is seen by whoever has its sender's region or project, and by
    operators, who must find out where it belongs.
    """
    bounds = [_held_bounds(seat, user) for seat in seats_with(user, "held")]
    return HeldRow.objects.filter(reduce(or_, (b for b in bounds if b is not None), Q(pk__in=())))


def _held_bounds(seat: Seat, user: User) -> Q | None:
    if seat.role == Role.CLERK:
        return Q(project_code=seat.project) if seat.project else None
    if seat.role == Role.BANK:
        return Q(upload__by=user)
    if not seat.region:
        return None
    mine = in_region(seat.region)
    if seat.industry:
        return mine & Q(project_code__in=Project.objects.filter(mine, industry=seat.industry).values("code"))
    if seat.role == Role.OPERATOR:
        return mine | Q(region_code="")
    theirs = Sender.objects.filter(mine | in_region(seat.region, "project__region_code"))
    return mine | Q(region_code="", sender__in=theirs.values("pk"))


_LONG_NUMBER = re.compile(r"[0-9]{7,}[0-9Xx]?")
_IDENTITIES = {"id_number", "idcardnumber", "idcard", "idno", "id_card", "identity"}
_CARDS = {"card_number", "account_number", "account", "payrollbankcardnumber", "bankcardno", "number"}
_NAMES = {"payee", "name", "workername", "worker_name", "emp_name", "person_name", "counterparty", "holder"}
_HOMES = ("address", "nativeplace", "住址", "籍贯")
_HARMLESS = {"project_code", "place", "reference", "sheet", "team_no", "device", "amount_fen", "due_fen", "paid_fen"}


def mask_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as received with every personal value masked, whatever the sender called its fields.

    Known fields are masked for what they are; of others, any run of seven digits or more keeps its last four.
    """
    return {key: _mask(key.lower(), value) for key, value in row.items()}


def _mask(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return mask_row(value)
    if isinstance(value, list):
        return [_mask(key, item) for item in value]
    if value is None or isinstance(value, bool | float) or key in _HARMLESS:
        return value
    text = str(value)
    if key in _IDENTITIES:
        return mask_identity(text)
    if key in _CARDS:
        return mask_card(text)
    if "phone" in key or "mobile" in key or "tel" in key:
        return mask_phone(text)
    if key in _NAMES:
        return text[:1] + "*" * (len(text) - 1)
    if any(word in key for word in _HOMES):
        # Province and city at most.
        return text[:6] + "*" * (len(text) - 6)
    if isinstance(value, int) and len(text) < 7:
        return value
    return _LONG_NUMBER.sub(lambda found: "*" * (len(found[0]) - 4) + found[0][-4:], text)


def masked_row(held: HeldRow) -> dict[str, Any]:
    """The row of a held row, masked; empty values left out. A row that no longer opens gives nothing."""
    try:
        row = row_of(held)
    except ValueError:
        return {}
    return {key: value for key, value in mask_row(row).items() if value not in (None, "", [], {})}
