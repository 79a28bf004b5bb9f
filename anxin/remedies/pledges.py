"""Asking a treasury or a parent group how much it advances for a case, and its answer."""

from datetime import datetime

from django.db import transaction

from anxin.cases import flow
from anxin.cases.flow import CannotMove
from anxin.cases.hands import answerable
from anxin.cases.models import Case
from anxin.law.clocks import moment_due
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import Organisation, User
from anxin.remedies.backstop_data import backstop_kinds
from anxin.remedies.models import Pledge


@transaction.atomic
def ask_pledge(
    *,
    case: Case,
    kind: str,
    asked_fen: int,
    payer: str,
    by: User,
    at: datetime,
    organisation: Organisation | None = None,
) -> Pledge:
    """Ask for an advance. ``payer``: who would pay; ``organisation``: the office that answers here, if it signs in.

    Raises CannotMove for a project that is not paid for in that way, or while an answer is awaited.
    """
    known = backstop_kinds()[kind]
    now = flow.locked(case)
    if now.project is None or now.project.investment != known.investment:
        raise CannotMove(
            f"该项目不适用{known.title['zh']}。", f"{known.title['en']} does not pay first for projects of this kind."
        )
    if Pledge.objects.filter(case=now, kind=kind, answered_at=None).exists():
        raise CannotMove("已经请求，正在等答复。", "It was asked; its answer is awaited.")
    if asked_fen <= 0 or not payer.strip():
        raise CannotMove("请填写垫付单位和金额。", "Say who is asked, and for how much.")
    row = Pledge.objects.create(
        case=now, kind=kind, organisation=organisation, payer=payer.strip()[:200], asked_fen=asked_fen, asked_by=by,
        asked_at=at, due_at=moment_due(at, known.answer),
    )  # fmt: skip
    flow.tell(now, kind=f"pledge-{kind}", by=by, at=at, public=True,
              zh=f"已请{row.payer}先行垫付，等答复", en=f"{row.payer} was asked to pay first")  # fmt: skip
    trail.record(by=by, at=at, action="pledge-ask", subject="case", subject_id=now.pk,
                 changes={"kind": kind, "organisation": row.payer, "amount_fen": asked_fen})  # fmt: skip
    if organisation is not None:
        notify(to=organisation.people.filter(is_active=True), kind="pledge", subject="pledge", subject_id=row.pk, at=at,
               zh=f"案件 {now.number} 请求垫付 {asked_fen / 100:,.2f} 元，请答复",
               en=f"Case {now.number} asks for an advance of {asked_fen / 100:,.2f} yuan")  # fmt: skip
    return row


@transaction.atomic
def answer_pledge(*, pledge: Pledge, amount_fen: int, by: User, at: datetime, note: str = "") -> Pledge:
    """Say how much will be advanced; nought needs its reason. Raises CannotMove when it was answered already."""
    case = flow.locked(pledge.case)
    now = Pledge.objects.select_for_update(of=("self",), no_key=True).get(pk=pledge.pk)
    if now.answered_at is not None:
        raise CannotMove("已经答复。", "It was answered already.")
    if not 0 <= amount_fen <= now.asked_fen:
        raise CannotMove("金额应在 0 到请求金额之间。", "The sum lies between nought and what was asked.")
    if amount_fen == 0 and not note.strip():
        raise CannotMove("不能垫付的，请说明理由。", "Say why nothing can be advanced.")
    now.amount_fen, now.note, now.answered_by, now.answered_at = amount_fen, note.strip()[:400], by, at
    now.save(update_fields=["amount_fen", "note", "answered_by", "answered_at"])
    flow.tell(case, kind=f"pledge-{now.kind}", by=by, at=at, public=amount_fen > 0,
              zh=f"{now.payer}答复：可垫付 {amount_fen / 100:,.2f} 元",
              en=f"{now.payer} will advance {amount_fen / 100:,.2f} yuan")  # fmt: skip
    trail.record(by=by, at=at, action="pledge-answer", subject="case", subject_id=case.pk,
                 changes={"kind": now.kind, "amount_fen": amount_fen, "reason": now.note})  # fmt: skip
    notify(to=answerable(case), kind="pledge-answered", subject="case", subject_id=case.number, at=at, urgent=True,
           zh=f"案件 {case.number}：{now.payer}可垫付 {amount_fen / 100:,.2f} 元",
           en=f"Case {case.number}: {now.payer} will advance {amount_fen / 100:,.2f} yuan")  # fmt: skip
    return now
