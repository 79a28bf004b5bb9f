"""Claims that are still being written, step by step, and their sending: one draft is one claim, sent once or often.

The form lies sealed beside a random token that only the browser's session holds; nothing of it is in an address.
"""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.db.models import QuerySet

from anxin.cases import exhibits
from anxin.cases.duplicates import probable
from anxin.cases.exhibits import Brought
from anxin.cases.filing import Told, file_claim
from anxin.cases.flow import tell
from anxin.cases.models import Claim, Draft
from anxin.cases.slips import hand_out
from anxin.registry.models import Worker
from anxin.vault.fields import blind, open_text, seal_text

# How long a draft may lie, and how long the codes of a sent one can be read again by the same browser.
LIVES = timedelta(days=7)
CODES_LIVE = timedelta(minutes=30)


@dataclass(frozen=True)
class Sent:
    """What the person is told after sending: his claim, its return code, and by claimant the codes of members that no
    short message brings."""

    claim: Claim
    return_code: str = field(default="", repr=False)
    consent_codes: dict[int, str] = field(default_factory=dict, repr=False)


def begin(*, worker: Worker | None, data: Mapping[str, Any], at: datetime) -> str:
    """Begin a draft. Answers the token for the browser's session."""
    token = secrets.token_urlsafe(24)
    Draft.objects.create(key_blind=_blind(token), worker=worker, data_sealed=_sealed(data), made_at=at, changed_at=at)
    return token


def find(token: str, *, at: datetime) -> Draft | None:
    """The draft behind a token, unless it lay too long."""
    if not token:
        return None
    return Draft.objects.filter(key_blind=_blind(token), changed_at__gt=at - LIVES).select_related("claim").first()


def read(draft: Draft) -> dict[str, Any]:
    """What was written so far."""
    text = open_text(draft.data_sealed)
    return orjson.loads(text) if text else {}


@transaction.atomic
def write(draft: Draft, change: Callable[[dict[str, Any]], None], *, at: datetime) -> dict[str, Any]:
    """Change a draft under its lock, so that two uploads at once lose nothing. What was sent changes no more."""
    now = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
    data = read(now)
    if now.claim_id is None:
        change(data)
        now.data_sealed, now.changed_at = _sealed(data), at
        now.save(update_fields=["data_sealed", "changed_at"])
    draft.data_sealed, draft.changed_at = now.data_sealed, now.changed_at
    return data


@transaction.atomic
def hold(draft: Draft, digests: Collection[str]) -> None:
    """Name files as this draft's before they are put into the vault, so that none is left there by itself."""
    now = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
    now.files = sorted({*now.files, *digests})
    now.save(update_fields=["files"])


@transaction.atomic
def send(draft: Draft, make: Callable[[dict[str, Any], str], Told], *, at: datetime) -> Sent:
    """File the draft's claim, with its evidence; a draft that was sent answers the same claim again.

    ``make`` turns the form and the key of the sending into a claim. Whoever sends the same draft at the same moment
    waits here for the first, and is told the same.
    """
    now = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
    if now.claim_id is not None:
        return codes_of(now, at=at)
    data = read(now)
    filed = file_claim(make(data, bytes(now.key_blind).hex()), at=at)
    files = [Brought(**file) for file in data.get("files", [])]
    if files:
        exhibits.add(claim=filed.claim, files=files, at=at)
    _note_duplicates(filed.claim, at)
    slips = hand_out(filed.claim, filed.consent_codes, at=at)
    told = {"return": filed.return_code, "members": {str(key): code for key, code in slips.items()}}
    now.claim, now.data_sealed, now.changed_at = filed.claim, b"", at
    now.codes_sealed = _sealed(told)
    now.save(update_fields=["claim", "data_sealed", "changed_at", "codes_sealed"])
    return Sent(filed.claim, filed.return_code, slips)


def codes_of(draft: Draft, *, at: datetime) -> Sent:
    """What a sent draft told. The codes are empty once they were written down or half an hour has gone."""
    claim = Claim.objects.select_related("case").get(pk=draft.claim_id or 0)
    if not draft.codes_sealed or at > draft.changed_at + CODES_LIVE:
        return Sent(claim)
    told = orjson.loads(open_text(draft.codes_sealed))
    return Sent(claim, told["return"], {int(key): code for key, code in told["members"].items()})


def forget_codes(draft: Draft) -> None:
    """The person has written his codes down: they are told no more."""
    Draft.objects.filter(pk=draft.pk).update(codes_sealed=b"")


def forget_old_codes(*, at: datetime) -> int:
    """Erase codes nobody fetched. Answers of how many drafts."""
    return Draft.objects.filter(changed_at__lt=at - CODES_LIVE).exclude(codes_sealed=b"").update(codes_sealed=b"")


def lain_too_long(*, at: datetime) -> QuerySet[Draft]:
    """The drafts nobody comes back to. ``upkeep.tidying`` erases them with their files."""
    return Draft.objects.filter(changed_at__lt=at - LIVES)


def _note_duplicates(claim: Claim, at: datetime) -> None:
    earlier = [one.number for one in probable(claim)[:5]]
    if earlier:
        listed = "、".join(earlier)
        tell(claim.case, kind="duplicate", by=None, at=at, public=False, zh=f"可能与此前反映重复：{listed}",
             en=f"May repeat an earlier claim: {listed}")  # fmt: skip


def _blind(token: str) -> bytes:
    return blind("claim-draft", token)


def _sealed(data: Mapping[str, Any]) -> bytes:
    return seal_text(orjson.dumps(data).decode())
