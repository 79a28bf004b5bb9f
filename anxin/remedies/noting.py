"""An officer notes what the bank's paper says about a payment that counts as paid: it came back, or was another sum.

Where the ledger told of the payment, the note is entered there as the bank's own correction would be, under the same
key: one word counts, the latest, and receipts, rollups, source and claims back follow it on their one way. A bank that
reports the same later changes nothing more. Where the ledger knows nothing, the line follows at once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from anxin.cases.flow import CannotMove
from anxin.cases.hands import above
from anxin.cases.models import Case
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PaymentRow
from anxin.ledger import read
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User
from anxin.registry.models import WageAccount
from anxin.remedies.draws import locked_line, mark_of
from anxin.remedies.models import DrawLine, PayoutNote
from anxin.remedies.taken_back import came_back, paid_otherwise
from anxin.vault.fields import open_text


@transaction.atomic
def note_payment(
    *, line: DrawLine, amount_fen: int, reason: str, proofs: Sequence[str], by: User, at: datetime
) -> PayoutNote:
    """Note that a line's payment came back (``amount_fen`` 0) or was another sum (fen). ``proofs``: hashes in the vault
    of the bank's paper. The chief is told. Nothing is paid anew by this: the line waits for the next file.

    Raises CannotMove when the line does not count as paid, has this sum, waits for an earlier note, or when the reason
    or the proof is missing.
    """
    case, now = locked_line(line)
    why = " ".join(reason.split())[:200]
    if now.paid_on is None or now.given_back_at is not None:
        raise CannotMove("该人没有已到账的垫付，不用更正。", "This line does not count as paid; nothing to correct.")
    if amount_fen < 0 or amount_fen == now.amount_fen:
        raise CannotMove("更正后的金额与现在相同，或不是金额。", "The sum is the same as now, or none.")
    if not why or not proofs:
        raise CannotMove("请写明原因，并附银行的退汇或更正凭证。", "Give the reason and attach the bank's paper.")
    if PayoutNote.objects.filter(line=now, heard_at=None).exists():
        raise CannotMove("该人已有一条更正正在入账。", "A correction of this line is being entered already.")
    row = PayoutNote.objects.create(line=now, before_fen=now.amount_fen, amount_fen=amount_fen, reason=why,
                                    proofs=list(proofs), by=by, at=at)  # fmt: skip
    trail.record(by=by, at=at, action="draw-note", subject="case", subject_id=case.pk,
                 changes={"draw": now.draw_id, "line": now.pk, "from": now.amount_fen, "to": amount_fen,
                          "reason": why, "proofs": list(proofs)})  # fmt: skip
    told = _told(now, case)
    if told is not None:
        _contradict(told, now, amount_fen, why, at=at)
    elif amount_fen:
        paid_otherwise(line=now, fen=amount_fen, at=at, key=f"draw:{mark_of(now)}", by=by)
    else:
        came_back(line=now, why=why, at=at, key=f"draw:{mark_of(now)}", by=by)
    yuan = f"{now.amount_fen / 100:,.2f}"
    notify(to=[one for one in above(case) if one.pk != by.pk], kind="draw-noted", subject="draw",
           subject_id=now.draw_id, at=at,
           zh=f"案件 {case.number} 垫付：承办人凭银行凭证更正了一笔 {yuan} 元，请核对",
           en=f"Case {case.number}: a payment of {yuan} yuan was corrected by the bank's paper")  # fmt: skip
    row.refresh_from_db()
    return row


def _told(line: DrawLine, case: Case) -> Mapping[str, Any] | None:
    """The ledger's own word by which the line is paid; None when it has none."""
    if case.project_id is None or line.claimant.worker_id is None:
        return None
    rows = read.payments(project_id=case.project_id, worker_id=line.claimant.worker_id).to_pylist()
    return next((row for row in rows if row["reference"] == mark_of(line) and row["status"] == "paid"), None)


def _contradict(told: Mapping[str, Any], line: DrawLine, fen: int, why: str, *, at: datetime) -> None:
    """Enter the correction under the key of the payment it corrects."""
    worker, project = line.claimant.worker, line.draw.case.project
    assert worker is not None
    assert project is not None
    account = WageAccount.objects.filter(pk=told["account_id"]).first()
    row = PaymentRow(
        place=f"draw-{line.draw_id}-{line.pk}",
        reference=told["reference"],
        amount_fen=fen or told["amount_fen"],
        status="paid" if fen else "failed",
        paid_on=told["paid_on"],
        project_code=project.code,
        account_number=open_text(account.number_sealed) if account else "",
        id_number=open_text(worker.id_sealed),
        id_type=worker.id_type,
        month=told["month"],
        reason="" if fen else why,
        route=told["route"],
    )
    entered = admit([row], arrival=Arrival(source=f"draw:{line.draw_id}", at=at), keep_faults=False)
    if entered.faults:
        raise CannotMove(entered.faults[0].reason, entered.faults[0].reason_en)
