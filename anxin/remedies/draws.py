"""Draws: asked by one, approved by another, paid out to each worker's own account, answered by the bank.

Two bounds hold at every moment: a draw never takes more than its source has, and nobody is promised more than is due
to him. Both are judged under the locks of the case, the source and the site, taken in this order before anything is
written.

A draw stays with the case it was asked in. Whoever is split off into a case of his own after the approval is paid from
it all the same, and what it promises him counts there; before the approval it is called off and asked for anew.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from anxin.cases import flow
from anxin.cases.flow import CannotMove
from anxin.cases.hands import above
from anxin.cases.matching import DRAW_MARK
from anxin.cases.models import Case, Claimant
from anxin.cases.numbers import shown
from anxin.cases.procedure import states as case_states
from anxin.law.civil import civil_date
from anxin.law.clocks import moment_due
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User
from anxin.registry.models import Deposit, Project, Worker
from anxin.remedies.afterwards import settle
from anxin.remedies.backstop_data import backstop_kinds, fund_rule
from anxin.remedies.backstops import capped, hindrance, share_room
from anxin.remedies.line_sums import count_received, set_sum, tell_sum
from anxin.remedies.models import Draw, DrawLine, DrawState, Fund, FundEntry, Pledge
from anxin.remedies.particulars import claiming
from anxin.remedies.sources import (
    KEEPS,
    Source,
    available_fen,
    from_funds,
    open_sums,
    refused_while_overdrawn,
    share_out,
)
from anxin.remedies.told_again import share_a_month

_ENDED = ("案件已办结，请先恢复办理。", "The case is closed; open it again first.")


def source_of(draw: Draw) -> Source:
    """What a draw takes from."""
    source = draw.deposit or draw.fund or draw.pledge
    assert source is not None
    return source


def _lock_source(source: Source) -> Source:
    model = type(source)
    model.objects.select_for_update(no_key=True).get(pk=source.pk)
    return model.objects.get(pk=source.pk)


@transaction.atomic
def ask(
    *,
    case: Case,
    source: Source,
    by: User,
    at: datetime,
    reason: str,
    amount_fen: int | None = None,
    lines: Mapping[int, int] | None = None,
    beyond: str = "",
) -> Draw:
    """Ask for a draw. ``lines``: claimant's id → fen; left out, ``amount_fen`` (or all it can give) is shared out in
    proportion to what each is still owed.

    Raises CannotMove when the source may not be used yet, has too little, or a person would get more than is due.
    """
    now = flow.locked(case)
    if now.ended_at is not None:
        raise CannotMove(*_ENDED)
    source = _lock_source(source)
    kind = _kind_of(source)
    open_ = open_sums(now, claiming(now))
    if lines is None:
        wanted = (
            capped(source, fund_rule(now.region_code), open_, from_funds(now)) if isinstance(source, Fund) else open_
        )
        has = available_fen(source, civil_date(at)) or 0
        total = min(sum(wanted.values()), has) if amount_fen is None else amount_fen
        if total > sum(wanted.values()):
            raise CannotMove("超过了可以垫付的金额。", "That is more than may be advanced.")
        lines = share_out(wanted, total)
    _judge(now, source, lines, beyond, at)
    waiting = DrawLine.objects.filter(draw__case=now, draw__state=DrawState.ASKED, claimant__in=list(lines))
    if waiting.filter(**{f"draw__{_name_of(source)}": source}).exists():
        raise CannotMove("这一来源已经为这些人申请过，正在等审批。",
                         "This source was asked for these people already; it awaits approval.")  # fmt: skip
    if not reason.strip():
        raise CannotMove("请写明动用理由。", "Say why the money is needed.")
    draw = Draw.objects.create(
        case=now, kind=kind, state=DrawState.ASKED, amount_fen=sum(lines.values()), reason=reason.strip()[:400],
        beyond=beyond.strip()[:400], asked_by=by, asked_at=at, **{_name_of(source): source},
    )  # fmt: skip
    DrawLine.objects.bulk_create(DrawLine(draw=draw, claimant_id=pk, amount_fen=fen) for pk, fen in lines.items())
    words = backstop_kinds()[kind].title
    flow.tell(now, kind="draw-asked", by=by, at=at, public=True,
              zh=f"已申请用{words['zh']}先行垫付，等审批", en=f"{words['en']}: asked to pay first")  # fmt: skip
    trail.record(by=by, at=at, action="draw-ask", subject="case", subject_id=now.pk,
                 changes={"draw": draw.pk, "kind": kind, "amount_fen": draw.amount_fen, "people": len(lines),
                          "reason": draw.reason, "beyond": draw.beyond})  # fmt: skip
    notify(to=[one for one in above(now) if one.pk != by.pk], kind="draw-asked", subject="draw", subject_id=draw.pk,
           at=at, zh=f"案件 {now.number} 申请动用{words['zh']} {draw.amount_fen / 100:,.2f} 元，请审批",
           en=f"Case {now.number} asks for {draw.amount_fen / 100:,.2f} yuan: {words['en']}")  # fmt: skip
    return draw


def _kind_of(source: Source) -> str:
    if isinstance(source, Pledge):
        return str(source.kind)
    return "deposit" if isinstance(source, Deposit) else "fund"


def _name_of(source: Source) -> str:
    return "pledge" if isinstance(source, Pledge) else _kind_of(source)


def _judge(case: Case, source: Source, lines: Mapping[int, int], beyond: str, at: datetime) -> None:
    """Whether lines may be paid from a source now. Raises CannotMove. Call it under the locks of both."""
    zh, en = refused_while_overdrawn(source, civil_date(at))
    if zh:
        raise CannotMove(zh + "。", en + ".")
    total = sum(lines.values())
    if total <= 0 or any(fen <= 0 for fen in lines.values()):
        raise CannotMove("没有可以垫付的金额。", "There is nothing to advance.")
    rule = fund_rule(case.region_code)
    zh, en = hindrance(case, rule.when if isinstance(source, Fund) else backstop_kinds()[_kind_of(source)].when, at=at)
    if zh:
        raise CannotMove(zh + "。", en + ".")
    if Claimant.objects.filter(pk__in=lines).exclude(case=case).exists():
        raise CannotMove(
            "名单中有人已拆分到另一案件，请取消本申请，在两个案件中分别申请。",
            "Somebody on the list went into a case of his own: call this off and ask in both cases.",
        )
    open_ = open_sums(case, claiming(case))
    if any(fen > open_.get(pk, 0) for pk, fen in lines.items()):
        raise CannotMove(
            "有人的金额超过了尚欠金额（可能刚有款项到账），请重新测算。",
            "Somebody would get more than he is owed; money may just have come. Plan again.",
        )
    other = _drawn_elsewhere(case, lines)
    if other is not None and other.ended_at is not None:
        raise CannotMove(
            f"有人已在办结的案件 {shown(other.number)} 就同样月份领取垫付，请先恢复该案件、并案后再测算。",
            f"Somebody was paid first for the same months in closed case {shown(other.number)}: reopen and join.",
        )
    if other is not None:
        raise CannotMove(
            f"有人已在案件 {shown(other.number)} 就同样月份申领垫付，请先并案再测算。",
            f"Somebody is paid first for the same months in case {shown(other.number)}: join the cases first.",
        )
    has = available_fen(source, civil_date(at))
    if has is None or total > has:
        raise CannotMove(
            f"可用余额不足：现有 {(has or 0) / 100:,.2f} 元。", f"Only {(has or 0) / 100:,.2f} yuan are available."
        )
    if isinstance(source, Fund):
        taken = from_funds(case)
        if rule.per_person and any(
            fen > capped(source, rule, {pk: fen}, taken).get(pk, 0) for pk, fen in lines.items()
        ):
            raise CannotMove("超过每人限额（月最低工资标准）。", "That is above the bound for one person.")
        room = share_room(case, rule, taken)
        if room is not None and total > room and not (rule.beyond and beyond.strip()):
            raise CannotMove(
                f"超过欠薪总额的{rule.share:.0%}，请说明理由报批。",
                f"That is above {rule.share:.0%} of the arrears; give the reason for approval.",
            )


def _drawn_elsewhere(case: Case, lines: Mapping[int, int]) -> Case | None:
    """Another case of the same site, open or ended, that pays one of these people first for a month he claims here too:
    he told of it twice, and the two were never joined. Two approvals wait here for one another, whatever they take
    from: each keeps the site, or the people where there is none, locked until it is through."""
    people = Claimant.objects.filter(pk__in=lines, worker__isnull=False).select_related("claim")
    mine: dict[int, list[Claimant]] = {}
    for one in people:
        mine.setdefault(one.worker_id or 0, []).append(one)
    if case.project_id is not None:
        Project.objects.select_for_update(of=("self",), no_key=True).get(pk=case.project_id)
    else:
        list(Worker.objects.select_for_update(no_key=True).filter(pk__in=mine).order_by("pk"))
    there = DrawLine.objects.filter(
        claimant__worker__in=mine, claimant__case__project=case.project_id, draw__state__in=KEEPS, given_back_at=None,
    ).exclude(claimant__case=case).select_related("claimant__case", "claimant__claim").order_by("pk")  # fmt: skip
    for line in there:
        if any(share_a_month(line.claimant, one) for one in mine[line.claimant.worker_id or 0]):
            return line.claimant.case
    return None


@transaction.atomic
def decide(*, draw: Draw, approved: bool, by: User, at: datetime, note: str = "") -> Draw:
    """Approve or refuse a draw; nobody decides on his own. On approval its money is kept from the source.

    Raises CannotMove when it was decided, or when the source or what is owed changed so that it does not fit any more.
    """
    case = flow.locked(draw.case)
    source = _lock_source(source_of(draw))
    now = (
        Draw.objects.select_for_update(of=("self",), no_key=True)
        .select_related("deposit", "fund", "pledge")
        .get(pk=draw.pk)
    )
    if now.state != DrawState.ASKED:
        raise CannotMove("该申请已有审批结果。", "It was decided already.")
    if now.asked_by_id == by.pk:
        raise CannotMove("须由他人审批。", "Somebody else decides on it.")
    lines = dict(now.lines.values_list("claimant_id", "amount_fen"))
    if approved:
        if case.ended_at is not None:
            raise CannotMove(*_ENDED)
        _judge(case, source, lines, now.beyond, at)
    elif not note.strip():
        raise CannotMove("不批准须说明理由。", "Say why it is refused.")
    kind = backstop_kinds()[now.kind]
    now.decided_by, now.decided_at, now.decision = by, at, note.strip()[:400]
    now.state = DrawState.APPROVED if approved else DrawState.REFUSED
    if approved:
        now.due_at = moment_due(at, kind.pay)
        if isinstance(source, Fund):
            FundEntry.objects.create(fund=source, kind="draw", amount_fen=-now.amount_fen, draw=now,
                                     on=civil_date(at), by=by, at=at)  # fmt: skip
    else:
        now.ended_at = at
    now.save()
    trail.record(by=by, at=at, action="draw-approve" if approved else "draw-refuse", subject="case",
                 subject_id=case.pk, changes={"draw": now.pk, "reason": now.decision})  # fmt: skip
    notify(to=[now.asked_by], kind="draw-decided", subject="draw", subject_id=now.pk, at=at, urgent=approved,
           zh=f"案件 {case.number} 的垫付申请{'已批准，请发放' if approved else '未批准：' + now.decision}",
           en=f"Case {case.number}: draw {'approved; pay it' if approved else 'refused: ' + now.decision}")  # fmt: skip
    if approved:
        flow.tell(case, kind="draw-approved", by=by, at=at, public=True,
                  zh=f"垫付已批准（{kind.title['zh']}），钱会打到您本人的账户",
                  en=f"Approved ({kind.title['en']}); the money goes to your own account")  # fmt: skip
        if "backstop" in case_states()[case.state].next:
            flow.move(case=case, to="backstop", by=by, at=at)
    return now


def locked_line(line: DrawLine) -> tuple[Case, DrawLine]:
    """Lock the case, the source, the draw and the line, in this order: the case of the draw, and the line as it is."""
    # Where the person was split off, his own case is about to change too: locked before the source like any other.
    home = Claimant.objects.values_list("case_id", flat=True).get(pk=line.claimant_id)
    cases = {pk: flow.locked(Case(pk=pk)) for pk in sorted({line.draw.case_id, home})}
    _lock_source(source_of(line.draw))
    draw = Draw.objects.select_for_update(no_key=True).get(pk=line.draw_id)
    now = DrawLine.objects.select_for_update(no_key=True).get(pk=line.pk)
    now.draw = draw
    return cases[line.draw.case_id], now


def _paying(line: DrawLine) -> tuple[Case, DrawLine]:
    """``locked_line``. Raises CannotMove unless it waits for money."""
    case, now = locked_line(line)
    if now.draw.state not in (DrawState.APPROVED, DrawState.PAYING):
        raise CannotMove("该笔垫付不在发放中。", "This draw is not being paid out.")
    if now.paid_on is not None or now.given_back_at is not None:
        raise CannotMove("该人已有结果。", "This line is settled already.")
    return case, now


@transaction.atomic
def paid(
    *,
    line: DrawLine,
    on: date,
    by: User | None,
    at: datetime,
    reference: str = "",
    seen: str = "",
    fen: int | None = None,
) -> DrawLine:
    """The bank paid one person, by its ``reference``. The money counts as received by the bank's record; ``seen``: the
    key under which the ledger has told of the same payment, which then counts once. ``fen``: what it paid, if not the
    line's sum: that counts, the officer is told, and the rest is due and may be asked for anew."""
    if on > civil_date(at):
        raise CannotMove("到账日期不能在将来。", "The day does not lie ahead.")
    case, now = _paying(line)
    mark = mark_of(now)
    now.paid_on, now.reference = on, (reference.strip() or mark)[:100]
    # Paid by a voucher after the bank had refused: that it had stays known, so that its old word is not taken for new.
    now.failed = now.failed if not seen else ""
    now.save(update_fields=["paid_on", "reference", "failed"])
    before = now.amount_fen
    if fen is not None and fen != before:
        set_sum(now, fen, by=by, at=at)
    draw = _paying_out(now.draw)
    settle(draw, case, by=by, at=at)
    changes = {"draw": draw.pk, "line": now.pk, "amount_fen": now.amount_fen, "on": on}
    if now.amount_fen != before:
        tell_sum(now, case, before, at=at)
        changes["approved_fen"] = before
    trail.record(by=by, at=at, action="draw-paid", subject="case", subject_id=case.pk, changes=changes)
    count_received(now, now.amount_fen, keys=[*filter(None, [seen]), f"draw:{mark}"], at=at)
    return now


@transaction.atomic
def not_paid(*, line: DrawLine, why: str, by: User | None, at: datetime, give_back: bool = False) -> DrawLine:
    """The bank could not pay one person. He stays on the list for the next file, unless the money is given back."""
    case, now = _paying(line)
    now.failed = why.strip()[:200] or "银行退回"
    if give_back:
        _give_back([now], now.draw, by=by, at=at)
    now.save(update_fields=["failed", "given_back_at"])
    draw = _paying_out(now.draw)
    settle(draw, case, by=by, at=at)
    trail.record(by=by, at=at, action="draw-not-paid", subject="case", subject_id=case.pk,
                 changes={"draw": draw.pk, "line": now.pk, "reason": now.failed, "back": give_back})  # fmt: skip
    return now


def _paying_out(draw: Draw) -> Draw:
    if draw.state == DrawState.APPROVED:
        draw.state = DrawState.PAYING
        draw.save(update_fields=["state"])
    return draw


def _give_back(lines: list[DrawLine], draw: Draw, *, by: User | None, at: datetime) -> None:
    for line in lines:
        line.given_back_at = at
    if draw.fund_id is not None:
        FundEntry.objects.create(
            fund_id=draw.fund_id, kind="back", amount_fen=sum(line.amount_fen for line in lines), draw=draw,
            on=civil_date(at), by=by, at=at,
        )  # fmt: skip


@transaction.atomic
def cancel(*, draw: Draw, reason: str, by: User, at: datetime) -> Draw:
    """Call a draw off: who is not paid will not be paid from it, and the money goes back. Raises CannotMove when it
    has ended or no reason is given."""
    case = flow.locked(draw.case)
    _lock_source(source_of(draw))
    now = Draw.objects.select_for_update(no_key=True).get(pk=draw.pk)
    if not reason.strip():
        raise CannotMove("请写明取消理由。", "Say why it is called off.")
    if now.state not in (DrawState.ASKED, DrawState.APPROVED, DrawState.PAYING):
        raise CannotMove("该笔垫付已结束。", "This draw has ended.")
    waiting = list(now.lines.select_for_update(no_key=True).filter(paid_on=None, given_back_at=None))
    if now.state == DrawState.ASKED:
        now.state, now.ended_at = DrawState.CANCELLED, at
        now.decision = reason.strip()[:400]
        now.save(update_fields=["state", "ended_at", "decision"])
    else:
        if waiting:
            _give_back(waiting, now, by=by, at=at)
        DrawLine.objects.bulk_update(waiting, ["given_back_at"])
        settle(_paying_out(now), case, by=by, at=at)
    trail.record(by=by, at=at, action="draw-cancel", subject="case", subject_id=case.pk,
                 changes={"draw": now.pk, "reason": reason.strip()[:400]})  # fmt: skip
    return now


def mark_of(line: DrawLine) -> str:
    """Our own mark of a payment, which a bank gives back as the end-to-end id: draw, line, how many times sent."""
    again = f"-{line.attempt}" if line.attempt > 1 else ""
    return f"{DRAW_MARK}{line.draw_id}-{line.pk}{again}"
