"""Telling claimants by short message what changes for them, beside the public line they read on their page."""

from collections.abc import Iterable
from datetime import datetime

from anxin.cases.models import Case, Claim, Claimant, Consent
from anxin.notices.channels import has_sms
from anxin.notices.send import tell_phone
from anxin.vault.fields import open_text


def message_case(case: Case, *, zh: str, mark: str, at: datetime) -> None:
    """Send ``zh`` to the phones of every claim in a case, each with the number its people hold, in the caller's
    transaction. It costs nothing where no short messages are sent."""
    if has_sms():
        for claim in Claim.objects.filter(case=case):
            text = f"【安薪】您的反映（编号 {claim.number}）{zh}"
            message_claimants([claim], text=text, mark=f"{mark}:{claim.pk}", at=at)


def message_claimants(claims: Iterable[Claim], *, text: str, mark: str, at: datetime) -> int:
    """Send one message to every phone of the claims, in the caller's transaction. Answers to how many.

    ``text`` names no person and no employer: a phone may lie where others read it. ``mark`` names the occasion; the
    same is sent once to a phone.
    """
    if not has_sms():
        return 0
    phones: dict[bytes, bytes] = {}
    for claim in claims:
        if claim.phone_blind:
            phones[bytes(claim.phone_blind)] = bytes(claim.phone_sealed)
        standing = Claimant.objects.filter(claim=claim, withdrawn_at=None).exclude(consent=Consent.REFUSED)
        for row in standing.exclude(phone_blind=b""):
            phones[bytes(row.phone_blind)] = bytes(row.phone_sealed)
    for key, sealed in phones.items():
        tell_phone(phone=open_text(sealed), text=text, key=f"{mark}:{key.hex()}", at=at)
    return len(phones)
