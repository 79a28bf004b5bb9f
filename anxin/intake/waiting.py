"""Waiting rows flow on when their person, project or account has arrived."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Set
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q

from anxin.intake.admit import admit
from anxin.intake.held import row_of
from anxin.intake.models import HeldRow
from anxin.intake.national import entry_exit
from anxin.intake.rows import Arrival, MovementRow, PaymentRow, PayrollRow, SwipeRow
from anxin.registry.models import AccountUse, Engagement, Project

_ROW_TYPES: dict[str, Any] = {
    "swipes": SwipeRow,
    "payroll": PayrollRow,
    "payments": PaymentRow,
    "movements": MovementRow,
}
TRIED_AGAIN_AFTER = timedelta(minutes=10)
_AT_ONCE = 800


def _revive(kind: str, raw: dict[str, Any]) -> Any:
    row_type = _ROW_TYPES[kind]
    for field in dataclasses.fields(row_type):
        value = raw.get(field.name)
        if isinstance(value, str) and field.name == "passed_at":
            raw[field.name] = datetime.fromisoformat(value)
        elif isinstance(value, str) and field.name in {"paid_on", "booked_on"}:
            raw[field.name] = date.fromisoformat(value)
    return row_type(**raw)


Place = tuple[str, bytes]  # project code, blind value of what is waited for


def _ready(at: datetime) -> Iterator[HeldRow]:
    """Waiting rows whose person is on the project's roster by now, or whose account or project is known.

    Asked by what they wait for, not row by row: a crowd that waits for ever would keep those behind it from being seen.
    What was tried in vain (a payee who fits two workers) is tried again after a while.
    """
    waiting = HeldRow.objects.filter(status="waiting", kind__in=_ROW_TYPES)
    places = {
        (code, bytes(blind)) for code, blind in waiting.order_by().values_list("project_code", "blind").distinct()
    }
    arrived = _arrived(places)
    untried = waiting.filter(Q(tried_at=None) | Q(tried_at__lt=at - TRIED_AGAIN_AFTER)).order_by("id")
    for blinds in _parts(sorted({blind for _, blind in arrived})):
        for held in untried.filter(blind__in=blinds).iterator(chunk_size=1000):
            if (held.project_code, bytes(held.blind)) in arrived:
                yield held


def _arrived(places: Set[Place]) -> set[Place]:
    """Those whose worker or card is on the roster of that project (any, where none is named), whose account is
    registered, or, where nothing but the project was missing, whose project is."""
    found: set[Place] = set()
    codes = set(Project.objects.values_list("code", flat=True)) if places else set()
    for blinds in _parts(sorted({blind for _, blind in places if blind})):
        engaged = Engagement.objects.filter(worker__id_blind__in=blinds)
        found |= {(code, bytes(b)) for code, b in engaged.values_list("project__code", "worker__id_blind")}
        paid = Engagement.objects.filter(card_token__in=[blind.hex() for blind in blinds])
        found |= {(code, bytes.fromhex(token)) for code, token in paid.values_list("project__code", "card_token")}
        accounts = AccountUse.objects.filter(account__number_blind__in=blinds)
        registered = {bytes(blind) for blind in accounts.values_list("account__number_blind", flat=True)}
        found |= {place for place in places if place[1] in registered}
    anywhere = {blind for _, blind in found}
    return {
        (code, blind)
        for code, blind in places
        if (code, blind) in found or (blind in anywhere if blind and not code else not blind and code in codes)
    }


def _parts(blinds: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(blinds), _AT_ONCE):
        yield blinds[start : start + _AT_ONCE]


def release(*, at: datetime, limit: int = 20_000) -> int:
    """Admit waiting rows whose person, project or account has arrived, at most ``limit`` of them now. Answers how many
    flowed on."""
    released = entry_exit.release_all(at=at)
    by_batch: dict[tuple[str, int | None], list[HeldRow]] = defaultdict(list)
    for held in islice(_ready(at), limit):
        by_batch[(held.kind, held.sender_id)].append(held)
    for (kind, _), rows in by_batch.items():
        with transaction.atomic():
            revived = [_revive(kind, row_of(h)) for h in rows]
            for index, row in enumerate(revived):
                row.place = str(index)
            arrival = Arrival(source="waiting", at=at, sender=rows[0].sender)
            outcome = admit(revived, arrival=arrival, keep_faults=False)
            still = {fault.place.split("[")[0]: fault for fault in outcome.faults}
            for index, held in enumerate(rows):
                fault = still.get(str(index))
                if fault is not None:
                    held.reason, held.reason_en = fault.reason[:300], fault.reason_en[:300]
                if fault is not None and fault.waits:
                    # Tried in vain, unless one thing has come and now it waits for another.
                    held.tried_at = at if bytes(held.blind) == fault.blind else None
                    held.blind = fault.blind
                else:
                    held.status, held.settled_at = "refused" if fault else "released", at
                    released += not fault
                held.save(update_fields=["status", "reason", "reason_en", "blind", "tried_at", "settled_at"])
    return released
