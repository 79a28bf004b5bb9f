"""What a line of a draw comes to when the bank paid another sum than was approved, and what of it counts as received.

Call these under the locks of ``draws.locked_line``. Sums in fen.
"""

from collections.abc import Sequence
from datetime import datetime

from anxin.cases import flow
from anxin.cases.hands import answerable
from anxin.cases.models import Case, WageReceived
from anxin.cases.money import correct, receive
from anxin.law.civil import civil_date
from anxin.notices.send import notify
from anxin.people.models import User
from anxin.remedies.models import DrawLine, FundEntry


def set_sum(line: DrawLine, fen: int, *, by: User | None, at: datetime) -> None:
    """Let a line be what the bank paid, ``approved_fen`` keeping what had been approved; the source gets the difference
    back, or bears it. A fund has it booked, what a deposit or a pledge still has is reckoned from the lines."""
    approved = line.amount_fen if line.approved_fen is None else line.approved_fen
    more = fen - line.amount_fen
    line.amount_fen, line.approved_fen = fen, None if fen == approved else approved
    line.save(update_fields=["amount_fen", "approved_fen"])
    if line.draw.fund_id is not None and more:
        FundEntry.objects.create(
            fund_id=line.draw.fund_id, kind="draw" if more > 0 else "back", amount_fen=-more, draw=line.draw,
            on=civil_date(at), by=by, at=at,
        )  # fmt: skip


def tell_sum(line: DrawLine, case: Case, before: int, *, at: datetime) -> None:
    """Tell the officer that the bank paid another sum, and what is to be done about it. Names nobody."""
    old, new = f"{before / 100:,.2f}", f"{line.amount_fen / 100:,.2f}"
    less = line.amount_fen < before
    flow.tell(case, kind="draw-other-sum", by=None, at=at, public=False,
              zh=f"垫付：银行实付 {new} 元，应付 {old} 元",
              en=f"Paid first: the bank paid {new}, not {old} yuan")  # fmt: skip
    notify(to=answerable(case, at=at), kind="draw-other-sum", subject="draw", subject_id=line.draw_id, at=at,
           urgent=True,
           zh=f"案件 {case.number} 垫付有一人银行实付 {new} 元，应付 {old} 元，"
              + ("差额仍欠，请核对后另行申请" if less else "多付部分请与银行核对"),
           en=f"Case {case.number}: the bank paid one person {new} yuan instead of {old}; "
              + ("the rest is still due, ask for it anew" if less else "clear the surplus with the bank"))  # fmt: skip


def count_received(line: DrawLine, fen: int, *, keys: Sequence[str], at: datetime) -> None:
    """Let so much count as received from a line, nought for none. ``keys``: the keys that its receipts may bear, the
    first being a fresh one's. A receipt that the bank took back stands again when it pays after all."""
    rows = list(WageReceived.objects.filter(claimant_id=line.claimant_id, proof="bank", reference__in=keys))
    stands = [row for row in rows if row.void_at is None]
    if stands or fen == 0:
        for row in stands:
            correct(receipt=row, amount_fen=fen, at=at)
    elif rows:
        correct(receipt=rows[0], amount_fen=fen, at=at)
    elif line.paid_on is not None:
        receive(claimant=line.claimant, proof="bank", amount_fen=fen, received_on=line.paid_on, at=at,
                reference=keys[0])  # fmt: skip
