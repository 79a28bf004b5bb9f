"""What each backstop still has: the one place where availability is reckoned, for the planner and for every draw."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Sum

from anxin.cases.models import Case, Claimant
from anxin.registry.models import Deposit
from anxin.remedies.models import Draw, DrawLine, DrawState, Fund, FundEntry, Pledge, TopUp
from anxin.remedies.particulars import owed_fen
from anxin.remedies.told_again import told_once

Source = Deposit | Fund | Pledge
# From its approval on a draw keeps its money from the source.
KEEPS = (DrawState.APPROVED, DrawState.PAYING, DrawState.PAID)


def kept_fen(source: Deposit | Pledge) -> int:
    """What draws have taken from a deposit or pledge, or keep for people who are still to be paid."""
    name = "deposit" if isinstance(source, Deposit) else "pledge"
    lines = DrawLine.objects.filter(**{f"draw__{name}": source}, draw__state__in=KEEPS, given_back_at=None)
    return lines.aggregate(sum=Sum("amount_fen"))["sum"] or 0


def available_fen(source: Source, on: date) -> int | None:
    """What may still be drawn on a day (fen); None when the amount is not on file or has not been answered yet. Below
    nought where a bank paid more than was there (``overdrawn_fen``): pages say so in words."""
    if isinstance(source, Fund):
        return _booked_fen(source) if source.active else 0
    if isinstance(source, Pledge):
        return source.amount_fen - kept_fen(source) if source.answered_at is not None else None
    if source.form == "exempt" or not in_force(source, on):
        return 0
    if source.amount_fen is None:
        return None
    filled = (
        TopUp.objects.filter(deposit=source, replaced_by=None).exclude(done_on=None).aggregate(sum=Sum("amount_fen"))
    )
    return max(0, source.amount_fen - kept_fen(source) + (filled["sum"] or 0))


def overdrawn_fen(source: Source, on: date) -> int:
    """By how much a bank has paid more out of a fund or an advance than there was (fen); nought where it has not. A
    deposit has no such figure: what it lacks is its filling up."""
    if isinstance(source, Fund):
        return max(0, -_booked_fen(source))
    return max(0, -(available_fen(source, on) or 0)) if isinstance(source, Pledge) else 0


def refused_while_overdrawn(source: Source, on: date) -> tuple[str, str]:
    """Why nothing may be drawn from a source now, in two languages, with what clears it; blank when it may."""
    fen = overdrawn_fen(source, on)
    if not fen:
        return "", ""
    yuan = f"{fen / 100:,.2f}"
    if isinstance(source, Fund):
        return (
            f"该周转金已透支 {yuan} 元（银行实付超出批准），须先退回或拨入补足并记账",
            f"This fund is overdrawn by {yuan} yuan: the bank paid more than approved. Refund or pay in first",
        )
    return (
        f"已超出对方同意垫付的金额 {yuan} 元（银行实付超出批准），须先与对方和银行结清",
        f"{yuan} yuan more were paid than was advanced; settle it with the payer and the bank first",
    )


def _booked_fen(fund: Fund) -> int:
    return FundEntry.objects.filter(fund=fund).aggregate(sum=Sum("amount_fen"))["sum"] or 0


def in_force(deposit: Deposit, on: date) -> bool:
    """Whether a deposit stands on a day. Cash stands until it is returned; guarantee and insurance have their term."""
    if deposit.form == "cash":
        return True
    return (deposit.valid_from is None or deposit.valid_from <= on) and (
        deposit.valid_to is None or on <= deposit.valid_to
    )


def promised(case: Case) -> dict[int, int]:
    """Claimant's id → what approved draws will still pay him (fen)."""
    return promised_to(Claimant.objects.filter(case=case).values("pk"))


def promised_to(claimants: Collection[int] | QuerySet[Any]) -> dict[int, int]:
    """The same for some claimants, by their ids."""
    lines = DrawLine.objects.filter(
        claimant__in=claimants, draw__state__in=KEEPS, given_back_at=None, paid_on=None
    )  # fmt: skip
    return dict(lines.values_list("claimant_id").annotate(sum=Sum("amount_fen")))


def open_sums(case: Case, rows: list[Claimant]) -> dict[int, int]:
    """Claimant's id → what nobody has paid or promised him yet (fen), those above nought only. ``rows``: all who claim;
    what came or is promised to a man where he told of the same money again counts here, and is not paid there too."""
    coming = promised(case)
    sums = {
        one.pk: owed_fen(one) - coming.get(one.pk, 0) - sum(o.received_fen + coming.get(o.pk, 0) for o in again)
        for one, again in told_once(rows).items()
    }
    return {pk: fen for pk, fen in sums.items() if fen > 0}


def from_funds(case: Case) -> dict[int, int]:
    """Claimant's id → what emergency funds have paid or keep for him in this case (fen)."""
    lines = DrawLine.objects.filter(claimant__case=case, draw__kind="fund", draw__state__in=KEEPS, given_back_at=None)
    rows = lines.values_list("claimant_id").annotate(sum=Sum("amount_fen"))
    return dict(rows)


def share_out(wanted: Mapping[int, int], total: int) -> dict[int, int]:
    """Divide ``total`` in proportion to what each is owed, to the fen and never above it. Those with the largest rest
    get the odd fen, the earlier first."""
    whole = sum(wanted.values())
    if total >= whole:
        return {pk: fen for pk, fen in wanted.items() if fen > 0}
    if total <= 0:
        return {}
    parts = {pk: fen * total // whole for pk, fen in wanted.items()}
    odd = total - sum(parts.values())
    for pk in sorted(wanted, key=lambda pk: (-(wanted[pk] * total % whole), pk))[:odd]:
        parts[pk] += 1
    return {pk: fen for pk, fen in parts.items() if fen > 0}


def draws_about(case: Case) -> QuerySet[Draw]:
    """The draws asked for in a case, and those of another that pay its people first: whoever was split off into a case
    of his own is paid from the draw that names him, where it was asked."""
    return Draw.objects.filter(Q(case=case) | Q(pk__in=DrawLine.objects.filter(claimant__case=case).values("draw")))
