"""Where and when a claimant may be reached, changed after filing: telephones are lost, and shifts change."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from anxin.cases.flow import locked, tell
from anxin.cases.models import Claim, Claimant
from anxin.people import trail
from anxin.vault.fields import blind, seal_text


@dataclass(frozen=True)
class Reach:
    """What is to hold from now on. ``phone``: eleven digits; empty for none; None for as it was.

    Civil hours 0–24: 22 to 6 goes over midnight, hours that begin when they end leave the whole day.
    """

    phone: str | None = field(repr=False)
    safe_from: int
    safe_until: int


@transaction.atomic
def change_reach(*, claimant: Claimant, reach: Reach, at: datetime) -> bool:
    """Keep a new telephone number and new hours of the person who filed. Answers whether anything changed.

    What is told from now on goes to the new number alone. Raises ValueError for hours that cannot be.
    """
    if not 0 <= reach.safe_from <= 24 or not 0 <= reach.safe_until <= 24:
        raise ValueError("The hours cannot be.")
    case = locked(claimant.case)
    now, claim = Claimant.objects.get(pk=claimant.pk), Claim.objects.get(pk=claimant.claim_id)
    key = blind("phone", reach.phone) if reach.phone else b""
    other_phone = reach.phone is not None and {bytes(claim.phone_blind), bytes(now.phone_blind)} != {key}
    hours = (reach.safe_from, reach.safe_until)
    if not other_phone and hours == (claim.safe_from, claim.safe_until):
        return False
    if other_phone:
        for row in (claim, now):
            row.phone_sealed, row.phone_blind = seal_text(reach.phone or ""), key
        now.save(update_fields=["phone_sealed", "phone_blind"])
    claim.safe_from, claim.safe_until = hours
    claim.save(update_fields=["phone_sealed", "phone_blind", "safe_from", "safe_until"])
    tell(case, kind="reach", by=None, at=at, public=False, zh="一名申请人改了联系方式",
         en="A claimant changed how to reach them")  # fmt: skip
    # The trail is kept for ever: that the number changed stands there, never the number.
    trail.record(by=None, at=at, action="case-reach", subject="case", subject_id=case.pk, who="worker",
                 changes={"claimant": now.pk, "phone": other_phone, "hours": list(hours)})  # fmt: skip
    return True
