"""What follows when a draw has been paid out: the money is claimed back, or the deposit is to be filled up again."""

from datetime import datetime

from anxin.cases import flow
from anxin.cases.models import Case, Liable
from anxin.law.civil import civil_date
from anxin.law.clocks import due_on, moment_due
from anxin.notices.send import notify
from anxin.people.models import Role, User
from anxin.registry.models import Enterprise
from anxin.remedies.backstop_data import backstop_kinds
from anxin.remedies.models import Draw, DrawState, Recovery, TopUp

RECOVER_WITHIN = "1 month"


def settle(draw: Draw, case: Case, *, by: User | None, at: datetime) -> bool:
    """End a draw when every line is paid or given back. Answers whether it ended. Call it under the draw's lock."""
    if draw.lines.filter(paid_on=None, given_back_at=None).exists():
        return False
    anybody = draw.lines.exclude(paid_on=None).exists()
    draw.state, draw.ended_at = (DrawState.PAID if anybody else DrawState.CANCELLED), at
    draw.save(update_fields=["state", "ended_at"])
    follow(draw, case, at=at)
    paid = owed_back_fen(draw)
    if not anybody:
        return True
    if draw.deposit is not None:
        if not TopUp.objects.filter(draw=draw).exists():
            _to_fill_up(draw, case, paid, at)
    elif not Recovery.objects.filter(draw=draw).exists():
        debtor, name = debtor_of(case)
        Recovery.objects.create(
            draw=draw, debtor=debtor, debtor_name=name[:200], claimed_fen=paid, opened_at=at,
            due_on=due_on(civil_date(at), RECOVER_WITHIN),
        )  # fmt: skip
        flow.tell(case, kind="recovery", by=by, at=at, public=False,
                  zh=f"向{name}追偿 {paid / 100:,.2f} 元", en=f"{name} owes {paid / 100:,.2f} yuan back")  # fmt: skip
    return True


def owed_back_fen(draw: Draw) -> int:
    """What is to come back of a draw: what was paid, of each line what was approved at most. What a bank paid beyond is
    cleared with the bank."""
    lines = draw.lines.exclude(paid_on=None).values_list("amount_fen", "approved_fen")
    return sum(fen if approved is None else min(fen, approved) for fen, approved in lines)


def follow(draw: Draw, case: Case, *, at: datetime) -> None:
    """Bring a draw, and what had followed from it, to what its lines say now that the bank took its word back: it is
    being paid out again while somebody waits. Changes nothing when all is so already. Call it under the draw's lock."""
    if draw.state == DrawState.PAID and draw.lines.filter(paid_on=None, given_back_at=None).exists():
        draw.state, draw.ended_at = DrawState.PAYING, None
        draw.save(update_fields=["state", "ended_at"])
    paid = owed_back_fen(draw)
    _claim_so_much(draw, paid, at)
    _fill_up_so_much(draw, case, paid, at)


def _claim_so_much(draw: Draw, paid: int, at: datetime) -> None:
    """What was received or written off stays claimed: it happened, and counts when the person is paid anew."""
    row = Recovery.objects.select_for_update(no_key=True).filter(draw=draw).first()
    if row is None:
        return
    done = row.received_fen + row.written_off_fen
    claimed = max(paid, done)
    if claimed == row.claimed_fen:
        return
    # Parts that no longer make up what is open are to be promised anew.
    gone, _ = row.moves.filter(kind="promise").delete()
    if gone or row.ended_at is not None:
        row.due_on = due_on(civil_date(at), RECOVER_WITHIN)
    row.claimed_fen = claimed
    row.ended_at = at if claimed == done else None
    row.save(update_fields=["claimed_fen", "ended_at", "due_on"])


def _fill_up_so_much(draw: Draw, case: Case, paid: int, at: datetime) -> None:
    """Money that was paid into the deposit stays there; what is still to be paid in follows."""
    row = TopUp.objects.select_for_update(no_key=True).filter(draw=draw).first()
    if row is None or row.done_on is not None or row.amount_fen == paid:
        return
    row.amount_fen = paid
    if paid:
        row.save(update_fields=["amount_fen"])
    else:
        row.delete()  # it begins anew, with its whole time, when somebody is paid after all
    project = row.deposit.project
    notify(to=User.objects.filter(role=Role.CLERK, project=project.code, is_active=True), kind="top-up",
           subject="project", subject_id=project.code, at=at,
           zh=f"银行更正了工资保证金的发放，应补足金额改为 {paid / 100:,.2f} 元",
           en=f"The bank corrected what the deposit paid: {paid / 100:,.2f} yuan are to be filled up")  # fmt: skip
    flow.tell(case, kind="top-up", by=None, at=at, public=False,
              zh=f"保证金应补足金额改为 {paid / 100:,.2f} 元",
              en=f"The deposit is to be filled up with {paid / 100:,.2f} yuan")  # fmt: skip


def debtor_of(case: Case) -> tuple[Enterprise | None, str]:
    """Who owes what was paid first: the first of the confirmed liability chain, of the proposed, or the employer."""
    chain = Liable.objects.filter(case=case).select_related("enterprise")
    first = chain.order_by("proposed", "rank", "pk").first()
    if first is not None:
        return first.enterprise, first.name
    if case.enterprise is not None:
        return case.enterprise, case.enterprise.name
    return None, case.employer or "用人单位"


def _to_fill_up(draw: Draw, case: Case, paid: int, at: datetime) -> None:
    deposit = draw.deposit
    assert deposit is not None
    row = TopUp.objects.create(
        deposit=deposit, draw=draw, amount_fen=paid, started_at=at,
        due_at=moment_due(at, backstop_kinds()["deposit"].top_up),
    )  # fmt: skip
    clerks = User.objects.filter(role=Role.CLERK, project=deposit.project.code, is_active=True)
    notify(to=clerks, kind="top-up", subject="project", subject_id=deposit.project.code, at=at, urgent=True,
           zh=f"工资保证金已动用 {paid / 100:,.2f} 元，请于 {civil_date(row.due_at)} 前补足",
           en=f"{paid / 100:,.2f} yuan of the deposit were used; fill it up by {civil_date(row.due_at)}")  # fmt: skip
    flow.tell(case, kind="top-up", by=None, at=at, public=False,
              zh=f"保证金须在 {civil_date(row.due_at)} 前补足 {paid / 100:,.2f} 元",
              en=f"The deposit is to be filled up with {paid / 100:,.2f} yuan by {civil_date(row.due_at)}")  # fmt: skip
