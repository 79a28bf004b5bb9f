"""The four sums: claimed, verified, agreed, received. Received means the bank's record or the worker's own word."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q, Sum

from anxin.cases.flow import locked, tell
from anxin.cases.models import Case, Claimant, WageReceived
from anxin.people import trail
from anxin.people.models import User


def add_up(case: Case) -> Case:
    """Write the sums of a case's claimants into the case. Withdrawn and refusing claimants do not count."""
    standing = Claimant.objects.filter(case=case, withdrawn_at=None).exclude(consent="refused")
    sums = standing.aggregate(
        people=Count("pk"), claimed=Sum("claimed_fen"), verified=Sum("verified_fen"), agreed=Sum("agreed_fen"),
        received=Sum("received_fen"),
    )  # fmt: skip
    case.people = sums["people"]
    case.claimed_fen, case.verified_fen = sums["claimed"] or 0, sums["verified"] or 0
    case.agreed_fen, case.received_fen = sums["agreed"] or 0, sums["received"] or 0
    case.save(update_fields=["people", "claimed_fen", "verified_fen", "agreed_fen", "received_fen"])
    return case


def due_fen(claimant: Claimant) -> int:
    """What a claimant is to receive: what was agreed, else verified, else claimed."""
    for sum_ in (claimant.agreed_fen, claimant.verified_fen):
        if sum_ is not None:
            return sum_
    return claimant.claimed_fen


def all_received(case: Case) -> bool:
    """Whether every claimant has what is due to him."""
    standing = Claimant.objects.filter(case=case, withdrawn_at=None).exclude(consent="refused")
    return all(claimant.received_fen >= due_fen(claimant) for claimant in standing)


@transaction.atomic
def verify_sum(*, claimant: Claimant, fen: int, by: User, at: datetime) -> Claimant:
    """Set what was verified for one person. Raises ValueError on a negative sum."""
    return _set(claimant, "verified_fen", fen, by, at)


@transaction.atomic
def agree_sum(*, claimant: Claimant, fen: int, by: User, at: datetime) -> Claimant:
    """Set what was agreed for one person. Raises ValueError on a negative sum."""
    return _set(claimant, "agreed_fen", fen, by, at)


def _set(claimant: Claimant, field: str, fen: int, by: User, at: datetime) -> Claimant:
    if fen < 0:
        raise ValueError("A sum of money is not negative.")
    case = locked(claimant.case)
    now = Claimant.objects.get(pk=claimant.pk)
    before = getattr(now, field)
    setattr(now, field, fen)
    now.save(update_fields=[field])
    add_up(case)
    trail.record(by=by, at=at, action=f"case-{field.replace('_', '-')}", subject="case", subject_id=case.pk,
                 changes={"claimant": now.pk, "from": before, "to": fen})  # fmt: skip
    return now


@transaction.atomic
def receive(
    *, claimant: Claimant, proof: str, amount_fen: int, received_on: date, at: datetime, reference: str = ""
) -> WageReceived | None:
    """Write down money a claimant received; the same record a second time changes nothing and answers None.

    ``proof``: ``bank`` with the payment's reference, or ``word``: the claimant himself says so. Raises ValueError on
    any other proof or an amount that is not above nought.
    """
    if proof not in {"bank", "word"} or amount_fen <= 0:
        raise ValueError("Money counts as received by the bank's record or the worker's own word only.")
    case = locked(claimant.case)
    now = Claimant.objects.get(pk=claimant.pk)
    row, new = WageReceived.objects.get_or_create(
        claimant=now, proof=proof, reference=reference,
        defaults={"amount_fen": amount_fen, "received_on": received_on, "recorded_at": at},
    )  # fmt: skip
    if not new:
        return None
    now.received_fen = received_sum(now)
    now.save(update_fields=["received_fen"])
    add_up(case)
    yuan = f"{amount_fen / 100:,.2f}"
    tell(case, kind="received", by=None, at=at, public=False,
         zh=f"到账 {yuan} 元（{'银行记录' if proof == 'bank' else '本人确认'}）",
         en=f"{yuan} yuan received ({'bank record' if proof == 'bank' else 'own word'})")  # fmt: skip
    trail.record(by=None, at=at, action="case-received", subject="case", subject_id=case.pk,
                 changes={"claimant": now.pk, "fen": amount_fen, "proof": proof})  # fmt: skip
    return row


def received_sum(claimant: Claimant) -> int:
    """What counts as received. The bank's record and the worker's word speak of the same money: the larger counts."""
    sums = WageReceived.objects.filter(claimant=claimant).aggregate(
        bank=Sum("amount_fen", filter=Q(proof="bank")), word=Sum("amount_fen", filter=Q(proof="word"))
    )
    return max(sums["bank"] or 0, sums["word"] or 0)
