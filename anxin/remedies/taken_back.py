"""The bank's later word about a line that was paid: the money came back, or was another sum.

The line, its source, what is claimed back and the deposit's filling up all follow, and the officer is told.
"""

from datetime import datetime

from django.db import transaction

from anxin.cases import flow
from anxin.cases.flow import CannotMove
from anxin.cases.hands import answerable
from anxin.law.civil import civil_date
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User
from anxin.remedies.afterwards import follow
from anxin.remedies.draws import locked_line, mark_of
from anxin.remedies.line_sums import count_received, set_sum, tell_sum
from anxin.remedies.models import DrawLine, PayoutNote


@transaction.atomic
def came_back(*, line: DrawLine, why: str, at: datetime, key: str, by: User | None = None) -> DrawLine:
    """The bank took a payment back (``key``: the ledger's of the payment). The money is with the source again, which
    keeps it for him as before he was paid: he waits for the next file, or it is given back. ``by``: who read it on the
    bank's paper, where the ledger knows nothing of the payment. Raises CannotMove when the line is not paid."""
    case, now = locked_line(line)
    if now.paid_on is None or now.given_back_at is not None:
        raise CannotMove("该人没有已到账的垫付。", "This line has not been paid.")
    fen, keys = now.amount_fen, [key, f"draw:{mark_of(now)}"]
    if now.approved_fen is not None and fen > now.approved_fen:
        set_sum(now, now.approved_fen, by=by, at=at)  # what was paid beyond is not kept for him
    now.paid_on, now.reference, now.failed = None, "", why.strip()[:200] or "银行退回"
    now.save(update_fields=["paid_on", "reference", "failed"])
    _heard(now, at)
    follow(now.draw, case, at=at)
    yuan = f"{fen / 100:,.2f}"
    flow.tell(case, kind="draw-came-back", by=by, at=at, public=False,
              zh=f"垫付：{yuan} 元被银行退回", en=f"Paid first: {yuan} yuan came back from the bank")  # fmt: skip
    notify(
        to=answerable(case, at=at),
        kind="draw-came-back",
        subject="draw",
        subject_id=now.draw_id,
        at=at,
        urgent=True,
        zh=f"案件 {case.number} 垫付有一笔 {yuan} 元到账后被银行退回，请核对账户后再发或退回",
        en=f"Case {case.number}: {yuan} yuan paid first came back; check the account, then pay anew or give it back",
    )
    trail.record(by=by, at=at, action="draw-came-back", subject="case", subject_id=case.pk,
                 changes={"draw": now.draw_id, "line": now.pk, "amount_fen": fen, "reason": now.failed,
                          "on": civil_date(at)})  # fmt: skip
    count_received(now, 0, keys=keys, at=at)
    return now


@transaction.atomic
def paid_otherwise(*, line: DrawLine, fen: int, at: datetime, key: str, by: User | None = None) -> DrawLine:
    """The bank says that a line was paid with another sum (``key``: the ledger's of the payment; ``by`` as in
    ``came_back``). Raises CannotMove when the line is not paid, or with this sum already."""
    case, now = locked_line(line)
    if now.paid_on is None or now.given_back_at is not None or now.amount_fen == fen:
        raise CannotMove("该人没有可更正的垫付。", "There is nothing to correct in this line.")
    before = now.amount_fen
    set_sum(now, fen, by=by, at=at)
    _heard(now, at)
    follow(now.draw, case, at=at)
    tell_sum(now, case, before, at=at)
    trail.record(by=by, at=at, action="draw-sum-corrected", subject="case", subject_id=case.pk,
                 changes={"draw": now.draw_id, "line": now.pk, "from": before, "to": fen})  # fmt: skip
    count_received(now, fen, keys=[key, f"draw:{mark_of(now)}"], at=at)
    return now


def _heard(line: DrawLine, at: datetime) -> None:
    """What an officer had noted about the line has come to pass, or the bank itself said more."""
    PayoutNote.objects.filter(line=line, heard_at=None).update(heard_at=at)


def tell_paid_after_all(line: DrawLine, fen: int, *, at: datetime) -> None:
    """The bank's record says paid of a line that it, or an officer by its paper, had called refused: tell the officer,
    before the person is paid another way. Names nobody."""
    case, yuan = line.draw.case, f"{fen / 100:,.2f}"
    notify(
        to=answerable(case, at=at), kind="draw-paid-after-all", subject="draw", subject_id=line.draw_id, at=at,
        urgent=True, zh=f"案件 {case.number}：曾退回的一笔垫付，银行记录显示已付 {yuan} 元，请核对，勿重复发放",
        en=f"Case {case.number}: the bank's record says {yuan} yuan were paid after all; do not pay again",
    )  # fmt: skip
