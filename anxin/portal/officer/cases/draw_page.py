"""One draw: who gets what, the approval, the bank's file and its answers, and how the money comes back."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anxin.cases.flow import CannotMove
from anxin.cases.models import Case
from anxin.cases.names import shown_names
from anxin.cases.numbers import shown
from anxin.insight.scope import may_on_case
from anxin.law.civil import civil_date
from anxin.portal.officer.cases.finding import find_case
from anxin.portal.officer.cases.ways import draw_view
from anxin.portal.officer.cases.ways_acts import PARTS, read_happened
from anxin.portal.officer.cases.ways_acts import _parts as read_parts
from anxin.portal.officer.forms import Wrong, key_of, read_text, read_yuan
from anxin.portal.officer.handling_words import person, till
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import in_english
from anxin.registry.models import Deposit
from anxin.remedies import draws, payouts, recovery
from anxin.remedies.models import Draw, DrawLine, PayoutNote, Recovery, RecoveryMove, TopUp
from anxin.remedies.sources import available_fen, overdrawn_fen, refused_while_overdrawn


def find_draw(case: Case, pk: int) -> Draw:
    """A draw of a case; another is not there."""
    return get_object_or_404(
        Draw.objects.select_related("case", "deposit", "fund__organisation", "pledge", "asked_by", "decided_by"),
        pk=pk, case=case,
    )  # fmt: skip


@needs("cases")
@require_safe
def draw(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The draw as it stands."""
    case = find_case(request, number)
    return _show(request, case, find_draw(case, pk))


def _show(request: HttpRequest, case: Case, row: Draw, status: int = 200) -> HttpResponse:
    user, at = signed_in(request), timezone.now()
    lines = list(row.lines.select_related("claimant__worker", "claimant__claim").order_by("pk"))
    notes: dict[int, list[dict[str, Any]]] = {}
    for note in PayoutNote.objects.filter(line__in=lines).select_related("by").order_by("at", "pk"):
        notes.setdefault(note.line_id, []).append({"row": note, "who": person(note.by)})
    names = shown_names([line.claimant for line in lines])
    allowed = {name: may_on_case(user, name, case) for name in ("case", "approve")}
    left_out = {line.pk: why for line, why in payouts.pay_list(row).left_out} if row.state in _OPEN else {}
    claim = Recovery.objects.filter(draw=row, claimed_fen__gt=0).first()
    top_up = TopUp.objects.filter(draw=row).select_related("replaced_by").first()
    context: dict[str, Any] = {
        "case": case, "number": shown(case.number), "draw": row, "view": draw_view(row), "may": allowed,
        "own": row.asked_by_id == user.pk, "today": civil_date(at), "open": row.state in _OPEN,
        **_source(row, civil_date(at)),
        "asked_by": person(row.asked_by), "decided_by": person(row.decided_by),
        "due": till(row.due_at, at) if row.due_at and row.state in _OPEN else None,
        "lines": [_line(line, names, left_out) | {"notes": notes.get(line.pk, [])} for line in lines],
        "paid_lines": any(line.paid_on is not None for line in lines),
        "left_out": len(left_out),
        "waiting": sum(line.paid_on is None and line.given_back_at is None for line in lines),
        "paid_fen": sum(line.amount_fen for line in lines if line.paid_on is not None),
        "xml": row.fund is not None and bool(row.fund.account_sealed),
        "top_up": top_up, "top_up_due": till(top_up.due_at, at) if top_up and not top_up.done_on else None,
        "deposits": Deposit.objects.filter(project=case.project).exclude(pk=top_up.deposit_id) if top_up else [],
        "recovery": _recovery(claim, user.pk) if claim else None, 
        "parts": [
            (n, request.POST.get(f"due-{n}", ""), request.POST.get(f"part-{n}", "")) for n in range(1, PARTS + 1)
        ],
        "given": request.POST if status != 200 else {},
        "chosen": [key_of(key) for key in request.POST.getlist("line")],
        "form": request.resolver_match.url_name if request.resolver_match and status != 200 else "",
    }  # fmt: skip
    return render(request, "officer/cases/draw.html", context, status=status)


_OPEN = ("approved", "paying")


def _source(row: Draw, today: date) -> dict[str, Any]:
    """What the source of a draw still has, and why nothing more may be approved from it."""
    source = draws.source_of(row)
    over, why = overdrawn_fen(source, today), refused_while_overdrawn(source, today)
    has = 0 if over else available_fen(source, today)
    return {"available_fen": has, "over_fen": over, "refused": why[1] if in_english() else why[0]}


def _line(line: DrawLine, names: dict[int, str], left_out: dict[int, str]) -> dict[str, Any]:
    why = payouts.WHY_NOT.get(left_out.get(line.pk, ""), ("", ""))
    return {
        "row": line, "name": names[line.claimant_id], "mark": draws.mark_of(line),
        "why": why[1] if in_english() else why[0],
        "open": line.paid_on is None and line.given_back_at is None,
        "less": line.approved_fen is not None and line.amount_fen < line.approved_fen,
    }  # fmt: skip


def _recovery(claim: Recovery, user: int) -> dict[str, Any]:
    moves = list(claim.moves.select_related("by", "decided_by").order_by("on", "pk"))
    return {
        "row": claim, "open_fen": recovery.open_fen(claim),
        "promises": [move for move in moves if move.kind == "promise"],
        "received": [move for move in moves if move.kind == "received"],
        "write_offs": [
            {"row": move, "own": move.by_id == user, "who": person(move.by)}
            for move in moves
            if move.kind == "write_off"
        ],
    }  # fmt: skip


def act_on_draw(request: HttpRequest, case: Case, row: Draw, act: Callable[[], object], done: str) -> HttpResponse:
    """Do an act on a draw and come back to its page; what was not taken comes back as it was filled in (422)."""
    try:
        act()
    except CannotMove as first:
        messages.info(request, first.en if in_english() else first.zh)
        return _show(request, case, find_draw(case, row.pk), status=422)
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return _show(request, case, find_draw(case, row.pk), status=422)
    else:
        messages.success(request, done)
    return redirect("draw", number=case.number, pk=row.pk)


@needs("approve")
@require_POST
def decide(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Approve or refuse."""
    user, case = signed_in(request), find_case(request, number, "approve")
    row, yes = find_draw(case, pk), request.POST.get("approved") == "1"

    def act() -> None:
        note = read_text(request, "note", 400, "" if yes else _("不批准须说明理由。"))
        draws.decide(draw=row, approved=yes, by=user, at=timezone.now(), note=note)

    done = _("已批准，申请人会看到。") if yes else _("未批准，申请人员会收到通知。")
    return act_on_draw(request, case, row, act, done)


@needs("case")
@require_POST
def cancel(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Call a draw off."""
    user, case = signed_in(request), find_case(request, number, "case")
    row = find_draw(case, pk)

    def act() -> None:
        reason = read_text(request, "reason", 400, _("请写明取消理由。"))
        draws.cancel(draw=row, reason=reason, by=user, at=timezone.now())

    return act_on_draw(request, case, row, act, _("已取消，未发放的金额已退回。"))


@needs("case")
@require_POST
def file(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The bank's file: a download that writes down the look at every account in it."""
    user, case = signed_in(request), find_case(request, number, "case")
    row = find_draw(case, pk)
    form = "xml" if request.POST.get("form") == "xml" else "csv"
    try:
        content = payouts.payout_file(draw=row, form=form, by=user, at=timezone.now(), page=request.path)
    except CannotMove as first:
        messages.info(request, first.en if in_english() else first.zh)
        return redirect("draw", number=case.number, pk=row.pk)
    kind = "application/xml" if form == "xml" else "text/csv; charset=utf-8"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="draw-{row.pk}.{form}"'
    response["Cache-Control"] = "no-store"
    return response


@needs("case")
@require_POST
def answers(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Write down the bank's voucher: who was paid, or why one was not."""
    user, case, at = signed_in(request), find_case(request, number, "case"), timezone.now()
    row = find_draw(case, pk)

    def act() -> None:
        chosen = [key for key in map(key_of, request.POST.getlist("line")) if key]
        lines = list(row.lines.filter(pk__in=chosen).select_related(*LINE))
        if not lines:
            raise Wrong(_("请勾选人员。"))
        on, what = read_happened(request, at), request.POST.get("what", "")
        reference = read_text(request, "reference", 100)
        if what == "paid" and not reference:
            raise Wrong(_("请填写银行回单或流水号。"))
        why = read_text(request, "why", 200, "" if what == "paid" else _("请写明银行退回的原因。"))
        with transaction.atomic():
            for line in lines:
                if what == "paid":
                    draws.paid(line=line, on=on, by=user, at=at, reference=reference)
                else:
                    draws.not_paid(line=line, why=why, by=user, at=at, give_back=what == "back")

    return act_on_draw(request, case, row, act, _("已登记。"))


LINE = ("draw__case", "draw__deposit", "draw__fund", "draw__pledge", "claimant__case")


@needs("case")
@require_POST
def top_up(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The deposit was filled up again."""
    user, case, at = signed_in(request), find_case(request, number, "case"), timezone.now()
    row = find_draw(case, pk)
    due = get_object_or_404(TopUp.objects.select_related("deposit__project"), draw=row)

    def act() -> None:
        new = due.deposit.project.deposits.filter(pk=key_of(request.POST.get("replaced_by", ""))).first()
        recovery.filled_up(
            top_up=due, on=read_happened(request, at), by=user, at=at, note=read_text(request, "note", 200),
            replaced_by=new,
        )  # fmt: skip

    return act_on_draw(request, case, row, act, _("已登记补足。"))


@needs("case")
@require_POST
def recover(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Something about the recovery: money that came back, a promise in parts, a write-off asked for."""
    user, case, at = signed_in(request), find_case(request, number, "case"), timezone.now()
    row = find_draw(case, pk)
    claim = get_object_or_404(Recovery, draw=row)

    def act() -> None:
        what = request.POST.get("what", "")
        if what == "promise":
            parts = read_parts(request)
            if not parts:
                raise Wrong(_("请填写还款日期和金额。"))
            recovery.promise(recovery=claim, parts=parts, by=user, at=at)
            return
        amount = read_yuan(request, "amount", _("请填写金额，例如 50000。"))
        if what == "received":
            reference = read_text(request, "reference", 100, _("请填写银行回单或流水号。"))
            recovery.received(recovery=claim, amount_fen=amount, on=read_happened(request, at), reference=reference,
                              by=user, at=at)  # fmt: skip
        else:
            reason = read_text(request, "reason", 400, _("请写明核销理由。"))
            recovery.ask_write_off(recovery=claim, amount_fen=amount, reason=reason, by=user, at=at)

    return act_on_draw(request, case, row, act, _("已登记。"))


@needs("approve")
@require_POST
def decide_write_off(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Approve or refuse a write-off."""
    user, case = signed_in(request), find_case(request, number, "approve")
    move = get_object_or_404(
        RecoveryMove.objects.select_related("recovery__draw"), pk=pk, kind="write_off", recovery__draw__case=case
    )
    yes = request.POST.get("approved") == "1"
    return act_on_draw(
        request, case, move.recovery.draw,
        lambda: recovery.decide_write_off(move=move, approved=yes, by=user, at=timezone.now()), _("已登记审批结果。"),
    )  # fmt: skip
