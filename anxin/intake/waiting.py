"""Waiting rows flow on when their person, project or account has arrived."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import transaction

from anxin.intake.admit import admit
from anxin.intake.held import row_of
from anxin.intake.models import HeldRow
from anxin.intake.national import entry_exit
from anxin.intake.rows import Arrival, MovementRow, PaymentRow, PayrollRow, SwipeRow
from anxin.registry.models import Engagement, Project, WageAccount, Worker

_ROW_TYPES: dict[str, Any] = {
    "swipes": SwipeRow,
    "payroll": PayrollRow,
    "payments": PaymentRow,
    "movements": MovementRow,
}


def _revive(kind: str, raw: dict[str, Any]) -> Any:
    row_type = _ROW_TYPES[kind]
    for field in dataclasses.fields(row_type):
        value = raw.get(field.name)
        if isinstance(value, str) and field.name == "passed_at":
            raw[field.name] = datetime.fromisoformat(value)
        elif isinstance(value, str) and field.name in {"paid_on", "booked_on"}:
            raw[field.name] = date.fromisoformat(value)
    return row_type(**raw)


def _ready(limit: int) -> Iterator[HeldRow]:
    """Waiting rows whose person, account or project is known by now."""
    waiting = HeldRow.objects.filter(status="waiting", kind__in=_ROW_TYPES).order_by("id")
    known_codes = set(Project.objects.values_list("code", flat=True)) if waiting.exists() else set()
    for start in range(0, limit, 1000):
        chunk = list(waiting[start : start + 1000])
        blinds = {bytes(h.blind) for h in chunk if h.blind}
        people = {bytes(b) for b in Worker.objects.filter(id_blind__in=blinds).values_list("id_blind", flat=True)}
        accounts = {
            bytes(b) for b in WageAccount.objects.filter(number_blind__in=blinds).values_list("number_blind", flat=True)
        }
        tokens = {b.hex() for b in blinds}
        cards = set(Engagement.objects.filter(card_token__in=tokens).values_list("card_token", flat=True))
        for held in chunk:
            key = bytes(held.blind)
            if (key in people or key in accounts or key.hex() in cards) or (
                not key and held.project_code in known_codes
            ):
                yield held
        if len(chunk) < 1000:
            return


def release(*, at: datetime, limit: int = 20_000) -> int:
    """Admit waiting rows whose person, project or account has arrived. Answers how many flowed on."""
    released = entry_exit.release_all(at=at, limit=limit)
    by_batch: dict[tuple[str, int | None], list[HeldRow]] = defaultdict(list)
    for held in _ready(limit):
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
                if fault is not None and fault.waits:
                    continue
                held.status = "refused" if fault else "released"
                if fault:
                    held.reason, held.reason_en = fault.reason[:300], fault.reason_en[:300]
                else:
                    released += 1
                held.settled_at = at
                held.save(update_fields=["status", "reason", "reason_en", "settled_at"])
    return released
