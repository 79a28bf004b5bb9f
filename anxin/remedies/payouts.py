"""The pay list of a draw: each to his own account, as a table and, where the paying account is known, pain.001.

The bank's answers come back through the ledger under our own mark, or are written down from its voucher.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow.compute as pc
from django.db import transaction
from django.db.models import Q

from anxin.cases import flow
from anxin.cases.flow import CannotMove
from anxin.cases.matching import DRAW_MARK, reference_of
from anxin.cases.models import Consent, WageReceived
from anxin.cases.money import add_up, received_sum
from anxin.cases.names import true_name
from anxin.intake.bank.payout import Account, Payout, PayoutLine, pain001, table
from anxin.law.civil import civil_date, month_of
from anxin.ledger import read
from anxin.people import trail
from anxin.people.looks import record_look
from anxin.people.models import User
from anxin.registry.models import Engagement
from anxin.remedies.draws import mark_of, not_paid, paid
from anxin.remedies.models import Draw, DrawLine, DrawState
from anxin.remedies.particulars import owed_fen
from anxin.remedies.sources import promised_to
from anxin.remedies.taken_back import came_back, paid_otherwise, tell_paid_after_all
from anxin.vault.fields import open_text

# So long after a payment the ledger may still tell of it.
LATELY = timedelta(days=60)
# Why somebody is not in the file; the clerk or the officer mends it, then the file is made again.
WHY_NOT = {
    "no_account": ("本人银行卡未登记", "his own account is not on file"),
    "shared": ("银行卡与他人相同，须为本人账户（第三十一条）", "the account is somebody else's too; Art. 31"),
    "settled": (
        "已另有款项到账，再发会超过应得，请退回本笔",
        "money came meanwhile: this would be too much; give it back",
    ),
    "withdrawn": ("本人已撤回或不参加，请退回本笔", "he withdrew or takes no part; give it back"),
}


@dataclass(frozen=True)
class PayList:
    """Who is to be paid into which account (``lines``), and who cannot be yet, by line's id and reason."""

    draw: Draw
    lines: tuple[PayoutLine, ...] = field(repr=False)
    left_out: tuple[tuple[DrawLine, str], ...]


def pay_list(draw: Draw) -> PayList:
    """The people of a draw who still wait for their money, with their own accounts from the roster. Whom money has
    reached since the approval, so that with what is promised he would get too much, is left out."""
    waiting = list(
        draw.lines.filter(paid_on=None, given_back_at=None)
        .select_related("claimant__worker", "claimant__claim", "draw")
        .order_by("pk")
    )
    project = draw.case.project
    roster = Engagement.objects.filter(project=project) if project is not None else Engagement.objects.none()
    tokens = Counter(roster.exclude(card_token="").values_list("card_token", flat=True))
    workers = [line.claimant.worker_id for line in waiting if line.claimant.worker_id is not None]
    own = {one.worker_id: one for one in roster.filter(worker_id__in=workers).select_related("worker")}
    coming = promised_to([line.claimant_id for line in waiting])
    lines, left_out = [], []
    for line in waiting:
        one = own.get(line.claimant.worker_id or 0)
        if line.claimant.withdrawn_at is not None or line.claimant.consent == Consent.REFUSED:
            left_out.append((line, "withdrawn"))
        elif coming.get(line.claimant_id, 0) > owed_fen(line.claimant):
            left_out.append((line, "settled"))
        elif one is None or not one.card_sealed:
            left_out.append((line, "no_account"))
        elif tokens[one.card_token] > 1:
            left_out.append((line, "shared"))
        else:
            lines.append(
                PayoutLine(
                    end_to_end=mark_of(line),
                    worker_id=one.worker_id,
                    # The bank compares the holder with the account, which is the roster's, as the name is.
                    name=one.worker.name or true_name(line.claimant),
                    card=open_text(one.card_sealed),
                    bank=one.bank_name,
                    bank_code=one.bank_code,
                    amount_fen=line.amount_fen,
                    account_id=0,
                )
            )
    return PayList(draw, tuple(lines), tuple(left_out))


@transaction.atomic
def payout_file(*, draw: Draw, form: str, by: User, at: datetime, page: str) -> bytes:
    """The file for the bank, ``csv`` or ``xml``; the accounts in it are looked at, and that is written down first.

    Raises CannotMove when nothing is to be paid, or when the paying account of an ``xml`` file is not on file.
    """
    case = flow.locked(draw.case)
    now = (
        Draw.objects.select_for_update(of=("self",), no_key=True)
        .select_related("fund", "case__project")
        .get(pk=draw.pk)
    )
    if now.state not in (DrawState.APPROVED, DrawState.PAYING):
        raise CannotMove("该笔垫付不在发放中。", "This draw is not being paid out.")
    if case.project is None:
        raise CannotMove("案件没有关联项目，请按清单人工发放。", "The case names no project; pay by the list by hand.")
    _count_try(now)
    found = pay_list(now)
    if not found.lines:
        raise CannotMove("没有可发放的人员，原因见名单中每人一行。", "Nobody can be paid; the list says why for each.")
    if form == "xml" and (now.fund is None or not now.fund.account_sealed):
        raise CannotMove("付款账户未登记，请下载表格。", "The paying account is not on file; take the table.")
    now.file_at = at
    now.state = DrawState.PAYING
    now.save(update_fields=["file_at", "state"])
    for line in found.lines:
        record_look(by=by, at=at, subject="worker", subject_id=line.worker_id, field="card", page=page)
    trail.record(by=by, at=at, action="draw-file", subject="case", subject_id=case.pk,
                 changes={"draw": now.pk, "people": len(found.lines), "kind": form})  # fmt: skip
    account = Account(0, b"", "", "", "")
    if now.fund is not None:
        fund = now.fund
        account = Account(0, bytes(fund.account_sealed), fund.holder or fund.name, fund.bank_name, fund.bank_code)
    payout = Payout(case.project, month_of(civil_date(at)), (account,), found.lines, (), 0)
    return pain001(payout, at=at, execute_on=civil_date(at)) if form == "xml" else table(payout)


def _count_try(draw: Draw) -> None:
    """A line that failed goes out under a new mark, so that its answers are told apart."""
    for line in draw.lines.select_for_update(no_key=True).filter(paid_on=None, given_back_at=None):
        if line.attempt == 0 or line.failed:
            line.attempt, line.failed = line.attempt + 1, ""
            line.save(update_fields=["attempt", "failed"])


def answers_from_ledger(*, at: datetime) -> int:
    """Read what the bank answered about draws that are being paid, whatever sum it paid, and its corrections of what
    was paid lately. Safe to repeat. Answers how many lines changed."""
    asked = Q(paid_on=None, draw__state=DrawState.PAYING) | Q(paid_on__gte=civil_date(at) - LATELY)
    lines = DrawLine.objects.filter(asked, given_back_at=None, draw__case__project__isnull=False)
    by_project: dict[int, list[DrawLine]] = {}
    for line in lines.select_related("draw__case", "draw__deposit", "draw__fund", "draw__pledge", "claimant__case"):
        by_project.setdefault(line.draw.case.project_id or 0, []).append(line)
    changed = 0
    for project, some in by_project.items():
        rows = read.payments(project_id=project)
        ours = rows.filter(pc.starts_with(rows["reference"], DRAW_MARK))
        told = {row["reference"]: row for row in ours.to_pylist()}
        for line in some:
            row = told.get(mark_of(line))
            if row is None or line.claimant.worker_id is None:
                continue
            try:
                changed += _follow(line, row, at=at)
            except CannotMove:
                continue  # somebody was quicker
    return changed


def _follow(line: DrawLine, row: Mapping[str, Any], *, at: datetime) -> bool:
    """Bring a line to what the bank says of it now. Answers whether it changed."""
    his = row["worker_id"] == line.claimant.worker_id
    fen = (row["amount_fen"] or 0) if row["status"] == "paid" and his else 0
    why = (row.get("reason") or "银行退回") if his else "银行更正了收款人"
    key = reference_of(row)
    if line.paid_on is None:
        if fen > 0:
            after_all = bool(line.failed)
            paid(line=line, on=row["paid_on"], by=None, at=at, reference=row["reference"], seen=key, fen=fen)
            if after_all:
                tell_paid_after_all(line, fen, at=at)
        elif his and not line.failed:
            not_paid(line=line, why=why, by=None, at=at)
        else:
            return False
    elif fen == line.amount_fen:
        return False
    elif fen > 0:
        paid_otherwise(line=line, fen=fen, at=at, key=key)
    elif line.failed and not _told_by_ledger(line):
        return False  # the old word of a bank that refused, before an officer had it paid otherwise
    else:
        came_back(line=line, why=why, at=at, key=key)
    return True


@transaction.atomic
def count_once(*, at: datetime) -> int:
    """A payment that an officer wrote down from the voucher and the ledger told of later counts once: the ledger's
    receipt stays. Answers how many were put right."""
    doubled = 0
    lately = DrawLine.objects.filter(paid_on__gte=civil_date(at) - LATELY, given_back_at=None)
    for line in lately.select_related("claimant__case", "draw"):
        own = WageReceived.objects.filter(
            claimant_id=line.claimant_id, proof="bank", reference=f"draw:{mark_of(line)}", void_at=None
        ).first()
        if own is None or not _told_by_ledger(line, void_at=None):
            continue
        case = flow.locked(line.claimant.case)
        WageReceived.objects.filter(pk=own.pk).update(void_at=at)
        claimant = line.claimant
        claimant.received_fen = received_sum(claimant)
        claimant.save(update_fields=["received_fen"])
        add_up(case)
        trail.record(by=None, at=at, action="case-receipt-corrected", subject="case", subject_id=case.pk,
                     changes={"claimant": claimant.pk, "from": own.amount_fen, "reference": own.reference})  # fmt: skip
        doubled += 1
    return doubled


def _told_by_ledger(line: DrawLine, **also: object) -> bool:
    rows = WageReceived.objects.filter(claimant_id=line.claimant_id, proof="bank", **also)
    return rows.filter(reference__endswith=f":{mark_of(line)}").exclude(reference__startswith="draw:").exists()
