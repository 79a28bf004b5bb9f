"""Matching by hand what a bank sent and no rule could place: who might be meant, and the decision."""

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from anxin.intake.admit import admit
from anxin.intake.held import row_of
from anxin.intake.models import HeldRow
from anxin.intake.rows import Arrival, MovementRow, PaymentRow
from anxin.intake.sheets.reading import mask_name
from anxin.people import trail
from anxin.people.models import User
from anxin.registry.actions import card_token, find_account, identity_blind
from anxin.registry.models import Engagement, Project
from anxin.vault.fields import mask_identity, mask_text, open_text
from anxin.vault.identity import normal_identity

MOST = 50
_ROWS: dict[str, type[PaymentRow] | type[MovementRow]] = {"payments": PaymentRow, "movements": MovementRow}


class CannotMatch(ValueError):
    """Why a row could not be matched so, in Chinese and English."""

    def __init__(self, reason: str, reason_en: str) -> None:
        super().__init__(reason_en)
        self.reason, self.reason_en = reason, reason_en


@dataclass(frozen=True, slots=True)
class Candidate:
    """A worker on a project (or, for a movement, a project) a held row may be for; masked, best first.

    ``why``: identity, card, name, account.
    """

    project_code: str
    project_name: str
    engagement_id: int | None
    worker: str
    identity: str = dataclasses.field(repr=False)
    team: str
    why: tuple[str, ...]


def _row(held: HeldRow) -> PaymentRow | MovementRow:
    row_type = _ROWS.get(held.kind)
    if row_type is None or held.status not in ("waiting", "refused"):
        raise CannotMatch("该记录不能人工匹配", "This row cannot be matched by hand.")
    raw = row_of(held)
    names = {field.name for field in dataclasses.fields(row_type)}
    if not {"reference", "amount_fen"} <= raw.keys():
        raise CannotMatch(
            "该记录在读取时即被拒收，请更正后重新导入",
            "The row was refused when it was read; correct it and import it again.",
        )
    known: dict[str, Any] = {name: value for name, value in raw.items() if name in names}
    for name in ("paid_on", "booked_on"):
        if isinstance(known.get(name), str):
            known[name] = date.fromisoformat(known[name])
    return row_type(**known)


def candidates(held: HeldRow) -> list[Candidate]:
    """Whom a held row may be for, best first; at most fifty. Empty when nobody comes near."""
    row = _row(held)
    account = find_account(row.account_number) if row.account_number else None
    projects = set(account.uses.values_list("project_id", flat=True)) if account else set()
    if isinstance(row, MovementRow):
        return [
            Candidate(p.code, p.name, None, "", "", "", ("account",))
            for p in Project.objects.filter(pk__in=projects).order_by("code")[:MOST]
        ]
    people = Engagement.objects.select_related("project", "worker", "team")
    found: dict[int, tuple[Engagement, set[str]]] = {}
    searches: list[tuple[str, dict[str, Any]]] = []
    if row.id_number:
        key = identity_blind(normal_identity(row.id_number), row.id_type)
        searches.append(("identity", {"worker__id_blind": key}))
    if row.card_number:
        searches.append(("card", {"card_token": card_token(row.card_number)}))
    if row.payee:
        searches.append(("name", {"worker__name": row.payee} | ({"project_id__in": projects} if projects else {})))
    for why, wanted in searches:
        for engagement in people.filter(**wanted).order_by("id")[:MOST]:
            found.setdefault(engagement.pk, (engagement, set()))[1].add(why)
    for engagement, reasons in found.values():
        if engagement.project_id in projects:
            reasons.add("account")
    ranked = sorted(found.values(), key=lambda pair: (-_weight(pair[1]), pair[0].pk))
    return [
        Candidate(
            project_code=engagement.project.code,
            project_name=engagement.project.name,
            engagement_id=engagement.pk,
            worker=mask_name(engagement.worker.name),
            identity=mask_identity(open_text(engagement.worker.id_sealed)),
            team=engagement.team.name if engagement.team else "",
            why=tuple(sorted(reasons)),
        )
        for engagement, reasons in ranked[:MOST]
    ]


def _weight(reasons: set[str]) -> int:
    return sum({"identity": 8, "card": 4, "account": 2, "name": 1}[why] for why in reasons)


def match(
    held: HeldRow,
    *,
    by: User,
    at: datetime,
    project_code: str = "",
    id_number: str = "",
    engagement: Engagement | None = None,
    month: str = "",
    why: str = "",
) -> None:
    """Say by hand whom a held payment is for (an engagement, or project and identity number) or which project a held
    movement belongs to, and send it on to the ledger; ``month`` sets the wage month. One transaction.

    Raises ``CannotMatch`` with the reason when it still cannot be taken; the row then stays as it was.
    """
    with transaction.atomic():
        held = HeldRow.objects.select_for_update(of=("self",), no_key=True).select_related("sender").get(pk=held.pk)
        row = _row(held)
        row.place = held.place or "row"
        if engagement is not None:
            project_code = engagement.project.code
            id_number = open_text(engagement.worker.id_sealed)
        row.project_code = project_code or row.project_code
        if isinstance(row, PaymentRow):
            if id_number:
                row.id_number = id_number
                row.id_type = engagement.worker.id_type if engagement is not None else row.id_type
            row.month = month or row.month
        outcome = admit([row], arrival=Arrival(source=f"match:{held.pk}", at=at, sender=held.sender), keep_faults=False)
        if outcome.faults:
            fault = outcome.faults[0]
            raise CannotMatch(fault.reason.rstrip("!"), fault.reason_en)
        held.status, held.settled_at, held.settled_by = "released", at, by
        held.settled_why = mask_text(why or "人工匹配")[:200]
        held.save(update_fields=["status", "settled_at", "settled_by", "settled_why"])
        changes = {
            "project": row.project_code,
            "worker": engagement.worker_id if engagement is not None else None,
            "month": month,
            "why": held.settled_why,
        }
        trail.record(by=by, at=at, action="match", subject="held-row", subject_id=held.pk, changes=changes)
