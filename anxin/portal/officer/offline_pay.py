"""Wages paid off the platform: an accepted objection's payments enter the ledger as payments of route ``offline``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anxin.insight.evidence import evidence_rows
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PaymentRow
from anxin.law.civil import civil_date
from anxin.people import trail
from anxin.people.models import User
from anxin.portal.officer.forms import Wrong, day_of, fen_of, key_of
from anxin.portal.ui.tags import in_english
from anxin.registry.models import Engagement
from anxin.vault.fields import open_text
from anxin.watch.models import Objection, Warning

FIELD = "pay-"


def owed(warning: Warning, user: User) -> list[dict[str, Any]]:
    """Whom the warning says is owed: engagement, name, due and paid (fen). Empty where it is about no month."""
    if warning.project_id is None or not warning.month:
        return []
    tables = [one for one in evidence_rows(warning, user=user) if one.kind == "unpaid"]
    rows = tables[0].rows if tables else []
    keys = dict(
        Engagement.objects.filter(
            project=warning.project_id, worker_id__in=[row["worker_id"] for row in rows]
        ).values_list("worker_id", "pk")
    )
    return [
        {**row, "engagement": keys[row["worker_id"]], "missing_fen": max(row["due_fen"] - row["paid_fen"], 0)}
        for row in rows
        if row["worker_id"] in keys
    ]


def pay_offline(*, objection: Objection, asked: Mapping[str, str], by: User, at: datetime) -> None:
    """Enter the payments an objection proved. ``asked`` holds ``pay-ENGAGEMENT`` in yuan and ``paid_on``.

    Call it in the transaction of the answer. Raises ``Wrong``, and then nothing is entered.
    """
    warning = objection.handling.warning
    paid_on = day_of(asked.get("paid_on", ""))
    if paid_on is None or paid_on > civil_date(at):
        raise Wrong(_("请填写线下发放的日期，不能晚于今天。"))
    if not objection.evidence:
        raise Wrong(_("异议没有附发放凭证：请先要求项目补交转账回单或工人签字的领款单。"))
    amounts = _amounts(asked)
    engagements = Engagement.objects.filter(project=warning.project_id, pk__in=amounts).select_related(
        "worker", "project"
    )
    rows = [
        PaymentRow(
            place=f"{FIELD}{one.pk}",
            reference=f"OFFLINE-{objection.pk}-{one.pk}",
            amount_fen=amounts[one.pk],
            status="paid",
            paid_on=paid_on,
            project_code=one.project.code,
            id_number=open_text(one.worker.id_sealed),
            id_type=one.worker.id_type,
            month=warning.month,
            route="offline",
        )
        for one in engagements
    ]
    if not rows:
        raise Wrong(_("请至少填写一名工人的线下发放金额。"))
    outcome = admit(rows, arrival=Arrival(source=f"objection:{objection.pk}", at=at), keep_faults=False)
    if outcome.faults:
        fault = outcome.faults[0]
        raise Wrong(fault.reason_en if in_english() else fault.reason)
    trail.record(
        by=by, at=at, action="offline-payment", subject="handling", subject_id=objection.handling_id,
        changes={"objection": objection.pk, "people": len(rows), "amount_fen": sum(row.amount_fen for row in rows),
                 "paid_on": paid_on, "month": warning.month},
    )  # fmt: skip


def _amounts(asked: Mapping[str, str]) -> dict[int, int]:
    """Engagement → fen, of the fields that are filled in."""
    found = {}
    for name, text in asked.items():
        key = key_of(name.removeprefix(FIELD)) if name.startswith(FIELD) else 0
        if not key or not text.strip():
            continue
        fen = fen_of(text)
        if fen is None:
            raise Wrong(_("金额写成 5000 或 5000.50 的形式，单位为元。"))
        if fen:
            found[key] = fen
    return found
