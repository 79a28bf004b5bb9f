"""A group with a representative: each member agrees to be spoken for, with a code of his own, and says his own sum."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from anxin.cases import filing, reports
from anxin.cases.flow import locked, tell
from anxin.cases.messages import tell_owner
from anxin.cases.models import Claim, Claimant, Consent
from anxin.cases.money import add_up
from anxin.cases.numbers import CONSENT_DIGITS, blind_code, digits_of, new_code
from anxin.cases.slips import hand_out
from anxin.people import trail

MOST_MEMBERS = 300


class TooLate(Exception):
    """The sum was verified or the case has ended: a change goes to the officer by message."""


def find_member(*, number: str, code: str) -> Claimant | None:
    """The member whose code this is, of the claim with this number or of one that was split off it."""
    digits = digits_of(code)
    if len(digits) != CONSENT_DIGITS or not number:
        return None
    found = Claimant.objects.filter(
        Q(claim__number=number) | Q(claim__split_from__number=number),
        consent_code_blind=blind_code("consent-code", digits),
    ).select_related("claim", "case")
    return found.first()


@transaction.atomic
def agree(
    *, claimant: Claimant, at: datetime, fen: int | None = None, months: list[str] | None = None, language: str = ""
) -> Claimant:
    """The member agrees to be spoken for; ``fen`` and ``months`` correct what the representative wrote. ``language``
    (``en``, ``zh-hans``) is the one he is told in from now on; empty leaves it as it was.

    Raises ValueError on a negative sum, TooLate when the sum is verified already or the case has ended.
    """
    case = locked(claimant.case)
    now = Claimant.objects.get(pk=claimant.pk)
    changed = (fen is not None and fen != now.claimed_fen) or (months is not None and months != now.months)
    if case.ended_at is not None or (changed and now.verified_fen is not None):
        raise TooLate
    if fen is not None and fen < 0:
        raise ValueError("A sum of money is not negative.")
    first = now.consent != Consent.GIVEN
    if now.consent != Consent.OWN:
        now.consent, now.consent_at = Consent.GIVEN, now.consent_at if not first else at
    now.claimed_fen = now.claimed_fen if fen is None else fen
    now.months = now.months if months is None else sorted(set(months))
    now.language = language or now.language
    now.save(update_fields=["consent", "consent_at", "claimed_fen", "months", "language"])
    add_up(case)
    if first:
        reports.joined(case, at=at)
    if first or changed:
        _note(now, "consent-given" if first else "sum-corrected", at,
              "一名工友确认参加" if first else "一名工友更正了本人的金额",
              "A member agreed to be spoken for" if first else "A member corrected his own sum")  # fmt: skip
    return now


@transaction.atomic
def refuse(*, claimant: Claimant, at: datetime) -> Claimant:
    """The member does not want to be part of it; his sum no longer counts. Nobody is told who.

    Raises TooLate when he had agreed and the case has ended: its sums stand as it was closed.
    """
    case = locked(claimant.case)
    now = Claimant.objects.get(pk=claimant.pk)
    if now.consent == Consent.REFUSED:
        return now
    if case.ended_at is not None and now.consent != Consent.ASKED:
        raise TooLate
    now.consent, now.consent_at = Consent.REFUSED, at
    now.save(update_fields=["consent", "consent_at"])
    add_up(case)
    _note(now, "consent-refused", at, "一名被列入的工友表示不参加", "Somebody listed does not take part")
    return now


@transaction.atomic
def add_member(*, claim: Claim, person: filing.Person, at: datetime) -> tuple[Claimant, str]:
    """The representative adds somebody who comes late. Answers him and his code, which is told this once; the code is
    empty when a short message brings it to the member's own phone.

    Raises TooLate when the case has ended or the group is as large as it may be.
    """
    case = locked(claim.case)
    if case.ended_at is not None or Claimant.objects.filter(claim=claim).count() >= MOST_MEMBERS:
        raise TooLate
    codes = filing.write_people(claim, case, [person], at)
    left = hand_out(claim, codes, at=at)
    (key,) = codes
    add_up(case)
    if case.people >= filing.GROUP and not case.collective:
        case.collective = True
        case.save(update_fields=["collective"])
    row = Claimant.objects.get(pk=key)
    _note(row, "member-added", at, "又有一名工友加入", "One more has joined")
    return row, left.get(key, "")


@transaction.atomic
def new_slip(*, claimant: Claimant, at: datetime) -> str:
    """A new code for a member who lost his; the old one stops working. Empty when a short message brings it."""
    locked(claimant.case)
    code = new_code(CONSENT_DIGITS)
    Claimant.objects.filter(pk=claimant.pk).update(consent_code_blind=blind_code("consent-code", code))
    trail.record(by=None, at=at, action="case-consent-code", subject="case", subject_id=claimant.case_id, who="worker",
                 changes={"claimant": claimant.pk})  # fmt: skip
    return hand_out(claimant.claim, {claimant.pk: code}, at=at).get(claimant.pk, "")


def _note(claimant: Claimant, kind: str, at: datetime, zh: str, en: str) -> None:
    case = locked(claimant.case)
    tell(case, kind=kind, by=None, at=at, zh=zh, en=en, public=False)
    trail.record(by=None, at=at, action=f"case-{kind}", subject="case", subject_id=case.pk, who="worker",
                 changes={"claimant": claimant.pk, "fen": claimant.claimed_fen})  # fmt: skip
    tell_owner(case, kind=f"case-{kind}", at=at, zh=f"案件 {case.number}：{zh}", en=f"Case {case.number}: {en}")
