"""Rows that were refused, or wait: kept sealed, where sender and officer can list them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction

from anxin.intake import repeats
from anxin.intake.models import HeldRow
from anxin.intake.rows import Arrival, Fault
from anxin.people import trail
from anxin.people.models import User
from anxin.registry.models import Project
from anxin.vault.fields import mask_text, open_bytes, seal_bytes


def hold(*, kind: str, faults: Iterable[Fault], arrival: Arrival, project: Project | None = None) -> None:
    """Keep faulty rows, sealed, where sender and officer can list them. A row that came before and is still in the
    queue stands there once, as the latest. Call inside the door's transaction."""
    rows = [
        HeldRow(
            sender=arrival.sender,
            receipt=arrival.receipt,
            upload=arrival.upload,
            kind=kind,
            project_code=fault.project_code or (project.code if project else ""),
            region_code=project.region_code if project else "",
            place=mask_text(fault.place)[:100],
            reason=mask_text(fault.reason)[:300],
            reason_en=mask_text(fault.reason_en)[:300],
            row_sealed=seal_bytes(orjson.dumps(fault.row, default=str)),
            blind=fault.blind,
            row_blind=repeats.fingerprint(kind, fault.row, arrival=arrival),
            subject_blind=repeats.subject(kind, fault.row, arrival=arrival),
            status="waiting" if fault.waits else "refused",
            received_at=arrival.at,
        )
        for fault in faults
    ]
    with transaction.atomic():
        repeats.only_the_last(rows, at=arrival.at)
        HeldRow.objects.bulk_create(rows, batch_size=500)


def row_of(held: HeldRow) -> dict[str, Any]:
    """The row as received. It holds personal data: record the look before showing it."""
    return dict(orjson.loads(open_bytes(held.row_sealed)))


def discard(held: HeldRow, *, by: User, why: str, at: datetime) -> bool:
    """Put a row aside for good, with the reason a person gave. False when it was settled in the meantime."""
    why = mask_text(why)[:200]
    with transaction.atomic():
        done = HeldRow.objects.filter(pk=held.pk, status__in=("refused", "waiting")).update(
            status="discarded", settled_at=at, settled_by=by, settled_why=why
        )
        if done:
            trail.record(by=by, at=at, action="discard", subject="held-row", subject_id=held.pk, changes={"why": why})
    return bool(done)
