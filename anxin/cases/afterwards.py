"""What a claimant may still do once his claim is in: withdraw, speak of retaliation, say that money came."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from anxin.cases.flow import locked, tell
from anxin.cases.messages import tell_owner
from anxin.cases.models import Claim, Claimant, Consent, WageReceived
from anxin.cases.money import add_up, has_all, receive
from anxin.people import trail

MOST_FEN = 1_000_000_00


@transaction.atomic
def withdraw(*, claimant: Claimant, at: datetime) -> Claimant:
    """A claimant takes his claim back, of his own will; he may claim again. A second time changes nothing.

    Raises ValueError when the case has ended: its sums stand as it was closed.
    """
    case = locked(claimant.case)
    now = Claimant.objects.get(pk=claimant.pk)
    if now.withdrawn_at is not None:
        return now
    if case.ended_at is not None:
        raise ValueError("The case has ended.")
    now.withdrawn_at = at
    now.save(update_fields=["withdrawn_at"])
    add_up(case)
    tell(case, kind="withdrawn", by=None, at=at, public=False, zh="一名申请人撤回了反映", en="A claimant withdrew")
    trail.record(by=None, at=at, action="case-withdrawn", subject="case", subject_id=case.pk, who="worker",
                 changes={"claimant": now.pk}, )  # fmt: skip
    tell_owner(case, kind="case-withdrawn", at=at, zh=f"案件 {case.number}：一名申请人撤回了反映",
               en=f"Case {case.number}: a claimant withdrew")  # fmt: skip
    return now


@transaction.atomic
def come_back(*, claimant: Claimant, at: datetime) -> Claimant:
    """A claimant takes his withdrawal back while the case is still open. Raises ValueError when it has ended."""
    case = locked(claimant.case)
    if case.ended_at is not None:
        raise ValueError("The case has ended.")
    now = Claimant.objects.get(pk=claimant.pk)
    if now.withdrawn_at is None:
        return now
    now.withdrawn_at = None
    now.save(update_fields=["withdrawn_at"])
    add_up(case)
    tell(case, kind="withdrawal-undone", by=None, at=at, public=False, zh="一名申请人恢复反映",
         en="A claimant took his withdrawal back")  # fmt: skip
    trail.record(by=None, at=at, action="case-withdrawal-undone", subject="case", subject_id=case.pk, who="worker",
                 changes={"claimant": now.pk})  # fmt: skip
    return now


@transaction.atomic
def flag_retaliation(*, claim: Claim, at: datetime) -> Claim:
    """A claimant says he is threatened, dismissed or pressed for having claimed: the officer is told at once."""
    case = locked(claim.case)
    now = Claim.objects.get(pk=claim.pk)
    if now.retaliation:
        return now
    now.retaliation = case.retaliation = True
    now.save(update_fields=["retaliation"])
    case.save(update_fields=["retaliation"])
    tell(case, kind="retaliation", by=None, at=at, public=False, zh="申请人反映受到打击报复",
         en="A claimant reports retaliation")  # fmt: skip
    trail.record(by=None, at=at, action="case-retaliation", subject="case", subject_id=case.pk, who="worker",
                 changes={"claim": now.number})  # fmt: skip
    tell_owner(case, kind="case-retaliation", at=at, urgent=True, zh=f"案件 {case.number}：申请人反映受到打击报复",
               en=f"Case {case.number}: a claimant reports retaliation")  # fmt: skip
    return now


def parts_of(worker_id: int) -> list[Claimant]:
    """The worker's own parts of cases, open and ended, newest first; without what he took back or never joined."""
    rows = Claimant.objects.filter(worker_id=worker_id, withdrawn_at=None)
    rows = rows.exclude(consent__in=(Consent.ASKED, Consent.REFUSED))
    return list(rows.select_related("claim", "case").order_by("-pk"))


def claimed_in(parts: Sequence[Claimant], *, project_id: int, month: str) -> Claimant | None:
    """Which of ``parts_of`` is about this month's wages; None where none is."""
    mine = (one for one in parts if one.case.project_id == project_id and (not one.months or month in one.months))
    return next(mine, None)


def claimed_still(*, worker_id: int, project_id: int, month: str) -> Claimant | None:
    """The worker's part of an open case that is about this month's wages and has not brought him all: a word that they
    came is said there, with the sum. None where there is no such case."""
    parts = [one for one in parts_of(worker_id) if one.case.ended_at is None and not has_all(one)]
    return claimed_in(parts, project_id=project_id, month=month)


@transaction.atomic
def money_came(*, claimant: Claimant, fen: int, on: date, at: datetime) -> WageReceived | None:
    """The claimant's own word that money arrived. The same sum on the same day is one receipt and answers None.

    Raises ValueError on a sum that is not above nought or beyond a million yuan.
    """
    if fen > MOST_FEN:
        raise ValueError("That is more than any wage.")
    row = receive(claimant=claimant, proof="word", amount_fen=fen, received_on=on, at=at, reference=f"{on}:{fen}")
    if row is not None:
        case = locked(claimant.case)
        tell_owner(case, kind="case-received", at=at, zh=f"案件 {case.number}：一名申请人确认收到工资",
                   en=f"Case {case.number}: a claimant confirmed receipt")  # fmt: skip
    return row
