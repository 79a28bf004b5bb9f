"""Bringing members their consent codes: by a short message to the member himself, or on a slip of paper; and a new
return code for who has lost his."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from anxin.cases.flow import locked, tell
from anxin.cases.models import Claim, Claimant
from anxin.cases.numbers import CONSENT_DIGITS, RETURN_DIGITS, blind_code, new_code, shown
from anxin.notices.channels import has_sms
from anxin.notices.models import Delivery
from anxin.notices.send import tell_phone
from anxin.people import trail
from anxin.people.models import User
from anxin.vault.fields import open_text

# Somebody who lists a stranger's phone again and again reaches him this often a day and no more.
MESSAGES_A_DAY = 3


def hand_out(claim: Claim, codes: Mapping[int, str], *, at: datetime) -> dict[int, str]:
    """Send each member's code to his own phone, in the caller's transaction. Answers the codes that could not be sent:
    these are printed for the representative to hand on. Where a message goes, the representative never sees the code.
    """
    left = dict(codes)
    if not has_sms():
        return left
    for row in Claimant.objects.filter(claim=claim, pk__in=codes).exclude(phone_blind=b""):
        mark = f"consent:{bytes(row.phone_blind).hex()}:"
        if sent_lately(mark, at=at).count() >= MESSAGES_A_DAY:
            continue
        where = f"{settings.ADDRESS}/claim/join" if settings.ADDRESS else "安薪“确认参加”页"
        text = (
            f"【安薪】有工友替您一起反映欠薪。编号 {claim.number}，您的确认码 {shown(left[row.pk])}。"
            f"请本人到 {where} 确认、改金额或不参加。不收任何费用。"
        )
        if row.language.startswith("en"):
            place = where if settings.ADDRESS else "Anxin's page to agree"
            text = (
                f"[Anxin] A workmate claims wages for you too. No. {claim.number}, your code {shown(left[row.pk])}. "
                f"Go to {place} yourself to agree, correct your sum or stay out. It costs nothing."
            )
        tell_phone(phone=open_text(row.phone_sealed), text=text, key=mark + secrets.token_hex(8), at=at, secret=True,
                   ends_at=at + timedelta(days=1))  # fmt: skip
        del left[row.pk]
    return left


def sent_lately(mark: str, *, at: datetime) -> QuerySet[Delivery]:
    """The messages of the last day whose key is ``mark`` and hexadecimal digits.

    The bounds are for SQLite, which reads the whole outbox where it is asked for a beginning alone.
    """
    lately = Delivery.objects.filter(queued_at__gt=at - timedelta(days=1))
    return lately.filter(key__startswith=mark, key__gte=mark, key__lt=f"{mark}g")


@transaction.atomic
def new_return_code(*, claim: Claim, by: User, at: datetime) -> str:
    """A new code for whoever filed and has lost his, told this once; the old one stops working. He reads in his story
    that it was changed, and so notices when it was not he who asked."""
    case = locked(claim.case)
    code = new_code(RETURN_DIGITS)
    Claim.objects.filter(pk=claim.pk).update(return_code_blind=blind_code("return-code", code))
    tell(case, kind="return-code", by=by, at=at, public=True, zh=f"编号 {shown(claim.number)} 换了新的查询码",
         en=f"A new return code was given out for {shown(claim.number)}")  # fmt: skip
    trail.record(by=by, at=at, action="case-return-code", subject="case", subject_id=case.pk,
                 changes={"claim": claim.number})  # fmt: skip
    return code


@transaction.atomic
def new_own_code(*, claimant: Claimant, by: User, at: datetime) -> str:
    """The same for one person of a claim that others filed with him: his own code, which opens his part alone."""
    case = locked(claimant.case)
    code = new_code(CONSENT_DIGITS)
    Claimant.objects.filter(pk=claimant.pk).update(consent_code_blind=blind_code("consent-code", code))
    tell(case, kind="return-code", by=by, at=at, public=False, zh="一名申请人换了新的查询码",
         en="A claimant was given a new code of his own")  # fmt: skip
    trail.record(by=by, at=at, action="case-return-code", subject="case", subject_id=case.pk,
                 changes={"claimant": claimant.pk})  # fmt: skip
    return code
