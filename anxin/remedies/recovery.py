"""Getting back what was paid first: instalments promised, money received, sums written off with another's approval."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from anxin.cases.flow import CannotMove
from anxin.law.civil import civil_date
from anxin.people import trail
from anxin.people.models import User
from anxin.registry.models import Deposit
from anxin.remedies.models import Fund, FundEntry, Recovery, RecoveryMove, TopUp


def open_fen(recovery: Recovery) -> int:
    """What is still to come back."""
    return recovery.claimed_fen - recovery.received_fen - recovery.written_off_fen


def _locked(recovery: Recovery) -> Recovery:
    Recovery.objects.select_for_update(no_key=True).get(pk=recovery.pk)
    now = Recovery.objects.select_related("draw__fund").get(pk=recovery.pk)
    if now.ended_at is not None:
        raise CannotMove("追偿已结清。", "This recovery is settled.")
    return now


def _close_if_even(recovery: Recovery, at: datetime) -> None:
    if open_fen(recovery) == 0:
        recovery.ended_at = at
    recovery.save(update_fields=["received_fen", "written_off_fen", "ended_at", "due_on"])


@transaction.atomic
def promise(*, recovery: Recovery, parts: Sequence[tuple[date, int]], by: User, at: datetime) -> list[RecoveryMove]:
    """The debtor promises to pay back in parts; earlier promises no longer hold. Raises CannotMove unless the parts
    make up what is open and lie in order from today on."""
    now = _locked(recovery)
    days = [day for day, _ in parts]
    if any(fen <= 0 for _, fen in parts) or sum(fen for _, fen in parts) != open_fen(now):
        raise CannotMove(
            f"各期合计应等于未追回的 {open_fen(now) / 100:,.2f} 元。",
            f"The parts make up what is open: {open_fen(now) / 100:,.2f} yuan.",
        )
    if days != sorted(set(days)) or days[0] < civil_date(at):
        raise CannotMove("各期日期应从今天起依次排列。", "The days follow one another from today on.")
    now.moves.filter(kind="promise").delete()
    now.due_on = days[-1]
    now.save(update_fields=["due_on"])
    rows = RecoveryMove.objects.bulk_create(
        RecoveryMove(recovery=now, kind="promise", amount_fen=fen, on=day, by=by, at=at) for day, fen in parts
    )
    trail.record(by=by, at=at, action="recovery-promise", subject="case", subject_id=now.draw.case_id,
                 changes={"recovery": now.pk, "parts": [f"{day} {fen}" for day, fen in parts]})  # fmt: skip
    return rows


@transaction.atomic
def received(*, recovery: Recovery, amount_fen: int, on: date, reference: str, by: User, at: datetime) -> RecoveryMove:
    """Money came back, by the bank's ``reference``; the same reference a second time changes nothing. What came back to
    a fund is the fund's again. Raises CannotMove on more than is open or without a reference."""
    mark = reference.strip()[:128]
    Recovery.objects.select_for_update(no_key=True).get(pk=recovery.pk)
    known = RecoveryMove.objects.filter(recovery=recovery, kind="received", reference=mark).first()
    if known is not None:
        return known
    now = _locked(recovery)
    if not mark:
        raise CannotMove("请填写银行流水号。", "Give the bank's reference.")
    if not 0 < amount_fen <= open_fen(now):
        raise CannotMove(
            f"金额应在 0 到 {open_fen(now) / 100:,.2f} 元之间。",
            f"The sum lies between nought and {open_fen(now) / 100:,.2f} yuan.",
        )
    if on > civil_date(at):
        raise CannotMove("到账日期不能在将来。", "The day does not lie ahead.")
    move = RecoveryMove.objects.create(
        recovery=now, kind="received", amount_fen=amount_fen, on=on, reference=mark, by=by, at=at
    )
    now.received_fen += amount_fen
    _close_if_even(now, at)
    if now.draw.fund is not None:
        FundEntry.objects.create(fund=now.draw.fund, kind="recovered", amount_fen=amount_fen, draw=now.draw, on=on,
                                 by=by, at=at)  # fmt: skip
    trail.record(by=by, at=at, action="recovery-received", subject="case", subject_id=now.draw.case_id,
                 changes={"recovery": now.pk, "amount_fen": amount_fen, "on": on})  # fmt: skip
    return move


@transaction.atomic
def ask_write_off(*, recovery: Recovery, amount_fen: int, reason: str, by: User, at: datetime) -> RecoveryMove:
    """Ask that a sum be given up. It counts only once another approves. Raises CannotMove."""
    now = _locked(recovery)
    if not reason.strip():
        raise CannotMove("请写明核销理由。", "Say why it is to be written off.")
    waiting = now.moves.filter(kind="write_off", decided_at=None).aggregate(sum=Sum("amount_fen"))["sum"] or 0
    if not 0 < amount_fen <= open_fen(now) - waiting:
        raise CannotMove("核销金额超过未追回的金额。", "That is more than is open.")
    move = RecoveryMove.objects.create(
        recovery=now, kind="write_off", amount_fen=amount_fen, on=civil_date(at), reason=reason.strip()[:400], by=by,
        at=at,
    )  # fmt: skip
    trail.record(by=by, at=at, action="write-off-ask", subject="case", subject_id=now.draw.case_id,
                 changes={"recovery": now.pk, "amount_fen": amount_fen, "reason": move.reason})  # fmt: skip
    return move


@transaction.atomic
def decide_write_off(*, move: RecoveryMove, approved: bool, by: User, at: datetime) -> RecoveryMove:
    """Approve or refuse a write-off; nobody decides on his own. Raises CannotMove."""
    now = _locked(move.recovery)
    row = RecoveryMove.objects.select_for_update(of=("self",), no_key=True).get(pk=move.pk, kind="write_off")
    if row.decided_at is not None:
        raise CannotMove("该申请已有审批结果。", "It was decided already.")
    if row.by_id == by.pk:
        raise CannotMove("须由他人审批。", "Somebody else decides on it.")
    if approved and row.amount_fen > open_fen(now):
        raise CannotMove("核销金额超过未追回的金额。", "That is more than is open.")
    row.decided_by, row.decided_at, row.approved = by, at, approved
    row.save(update_fields=["decided_by", "decided_at", "approved"])
    if approved:
        now.written_off_fen += row.amount_fen
        _close_if_even(now, at)
    trail.record(by=by, at=at, action="write-off-decide", subject="case", subject_id=now.draw.case_id,
                 changes={"recovery": now.pk, "amount_fen": row.amount_fen, "approved": approved})  # fmt: skip
    return row


@transaction.atomic
def filled_up(
    *, top_up: TopUp, on: date, by: User, at: datetime, note: str = "", replaced_by: Deposit | None = None
) -> TopUp:
    """A deposit was filled up again, or a new guarantee of the same project took its place. Raises CannotMove."""
    Deposit.objects.select_for_update(no_key=True).get(pk=top_up.deposit_id)
    now = TopUp.objects.select_for_update(of=("self",), no_key=True).get(pk=top_up.pk)
    if now.done_on is not None:
        raise CannotMove("已登记补足。", "It was filled up already.")
    if on > civil_date(at) or on < civil_date(now.started_at):
        raise CannotMove("补足日期应在动用之日至今天之间。", "The day lies between the draw and today.")
    if replaced_by is not None and (
        replaced_by.pk == now.deposit_id or replaced_by.project_id != now.deposit.project_id
    ):
        raise CannotMove("请选择本项目的新保函。", "Choose a new guarantee of the same project.")
    now.done_on, now.done_by, now.note, now.replaced_by = on, by, note.strip()[:200], replaced_by
    now.save(update_fields=["done_on", "done_by", "note", "replaced_by"])
    trail.record(by=by, at=at, action="top-up-done", subject="project", subject_id=now.deposit.project.code,
                 changes={"amount_fen": now.amount_fen, "on": on})  # fmt: skip
    return now


@transaction.atomic
def book(*, fund: Fund, amount_fen: int, on: date, note: str, by: User, at: datetime) -> FundEntry:
    """Pay money into a fund (above nought) or take it out for another purpose (below). Nothing is taken out that is not
    there; an overdraft may be cleared in parts. Raises CannotMove."""
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    balance = FundEntry.objects.filter(fund=fund).aggregate(sum=Sum("amount_fen"))["sum"] or 0
    if amount_fen == 0 or (amount_fen < 0 and balance + amount_fen < 0):
        there = max(0, balance) / 100
        raise CannotMove(f"余额不足：现有 {there:,.2f} 元。", f"The balance is {there:,.2f} yuan.")
    if not note.strip():
        raise CannotMove("请写明用途或来源。", "Say where it comes from or goes.")
    row = FundEntry.objects.create(
        fund=fund, kind="paid_in" if amount_fen > 0 else "out", amount_fen=amount_fen, on=on, note=note.strip()[:200],
        by=by, at=at,
    )  # fmt: skip
    trail.record(by=by, at=at, action="fund-book", subject="fund", subject_id=fund.pk,
                 changes={"amount_fen": amount_fen, "text": row.note})  # fmt: skip
    return row
