"""What a claimant does after filing: write, add evidence, say that money came, withdraw, speak of retaliation."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages as flash
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from anxin.cases import afterwards, closing_words, concluding, exhibits, messages
from anxin.cases.answers import answer
from anxin.cases.flow import CannotMove
from anxin.cases.models import Claimant, WageReceived
from anxin.cases.money import correct_word, due_fen, has_all
from anxin.cases.reaching import change_reach
from anxin.insight.my_pay import my_month
from anxin.law.civil import civil_date
from anxin.portal.officer.forms import Wrong, day_of, key_of
from anxin.portal.ui.tags import in_english
from anxin.portal.worker import claim_session, claim_words
from anxin.portal.worker.access import open_page, worker_of
from anxin.portal.worker.claim_files import take_files
from anxin.portal.worker.claim_forms import read_cost, read_reach, read_yuan
from anxin.portal.worker.claim_session import Side
from anxin.portal.worker.claim_words import yuan
from anxin.portal.worker.track import show_progress
from anxin.registry.models import Engagement
from anxin.vault.evidence import NotEvidence


@open_page("acts on the one claim that the browser's code or the worker's sign-in opened; 404 for every other")
@never_cache
@require_POST
def act(request: HttpRequest, number: str, what: str) -> HttpResponse:
    """One act on one's own claim; what cannot be done comes back with what was typed (422)."""
    at = timezone.now()
    side = claim_session.side_or_404(request, number, at=at)
    if what not in ACTS:
        raise Http404
    wrong = ""
    try:
        done = ACTS[what](request, side, at)
    except Wrong as lacks:
        wrong = str(lacks)
    except NotEvidence as odd:
        wrong = odd.reason_en if in_english() else odd.reason
    if wrong:
        flash.error(request, wrong)
        return show_progress(request, side, at, given=request.POST.dict(), what=what)
    section = SECTIONS.get(what, "")
    flash.success(request, done, extra_tags=section)
    response = redirect("claim-progress", number=number)
    response["Location"] += f"#{section}" if section else ""
    return response


def _message(request: HttpRequest, side: Side, at: datetime) -> str:
    text = request.POST.get("text", "").strip()
    if not text:
        raise Wrong(_("请先写几个字。"))
    messages.write_to_officer(claim=side.claim, claimant=side.member, text=text, at=at)
    return _("已经发给承办人。")


def _evidence(request: HttpRequest, side: Side, at: datetime) -> str:
    brought = take_files(request)
    if not brought:
        raise Wrong(_("请先选一份材料。"))
    exhibits.add(claim=side.claim, claimant=side.member, files=brought, at=at)
    return _("材料已经收到。")


# A word once given counts until it is taken back: who writes a nought too many is asked first.
_AT_MOST = 3


def _received(request: HttpRequest, side: Side, at: datetime) -> str:
    fen = read_yuan(request.POST.get("sum", ""))
    day = day_of(request.POST.get("on", ""))
    if not fen:
        raise Wrong(_("请写收到了多少钱。"))
    if day is None or day > civil_date(at):
        raise Wrong(_("请选哪一天收到的，不能晚于今天。"))
    _not_too_much(request, side, fen)
    row = afterwards.money_came(claimant=side.me, fen=fen, on=day, at=at)
    _answer_month(request, side, fen, at)
    return _("记下了，谢谢您告诉我们。") if row is not None else _("这一笔已经记过了。")


def _word(request: HttpRequest, side: Side, at: datetime) -> str:
    """What he said of one receipt put right: another sum, or that nothing came."""
    typed = request.POST.get("sum", "").strip()
    fen = 0 if request.POST.get("none") else read_yuan(typed)
    rows = WageReceived.objects.filter(claimant=side.me, proof="word", void_at=None)
    row = rows.filter(pk=key_of(request.POST.get("receipt", ""))).first()
    if row is None:
        raise Wrong(_("这一笔已经更正过了。"))
    if fen is None or (not fen and not request.POST.get("none")):
        raise Wrong(_("请写实际收到多少钱；一分没收到的，请勾选“其实没收到”。"))
    _not_too_much(request, side, fen)
    try:
        correct_word(receipt=row, fen=fen, at=at)
    except CannotMove as no:
        raise Wrong(no.en if in_english() else no.zh) from None
    return _("已更正，承办人会看到。")


def _not_too_much(request: HttpRequest, side: Side, fen: int) -> None:
    due = due_fen(side.me) if side.himself else side.me.claimed_fen
    if due and fen > _AT_MOST * due:
        raise Wrong(
            _("“%(sum)s”比应得的 %(due)s 元多出太多，请检查是不是多写了零；真有这么多，请给承办人留言。")
            % {"sum": request.POST.get("sum", "")[:20], "due": yuan(due)}
        )


def _answer_month(request: HttpRequest, side: Side, fen: int, at: datetime) -> None:
    """Where "did this month arrive?" led here, the sum answers that too: yes, when nothing of the month is lacking."""
    month, worker = request.POST.get("month", ""), worker_of(request)
    if worker is None or worker.pk != side.me.worker_id or not claim_words.is_month(month, at):
        return
    rows = Engagement.objects.select_related("project__contractor", "worker", "team", "enterprise")
    row = rows.filter(worker=worker, project=side.claim.case.project).order_by("-pk").first()
    if row is None:
        return
    figures = my_month(row, month, as_of=civil_date(at))
    now = Claimant.objects.get(pk=side.me.pk)
    if has_all(now) or fen >= figures.due_fen - figures.paid_fen:
        answer(worker=worker, project_id=row.project_id, month=month, paid=True, at=at)


def _withdraw(request: HttpRequest, side: Side, at: datetime) -> str:
    if not request.POST.get("sure"):
        raise Wrong(_("如果确实要撤回，请先勾选“是我自己要撤回”。"))
    try:
        afterwards.withdraw(claimant=side.me, at=at)
    except ValueError:
        raise Wrong(_("这件事已经办结，不用再撤回。")) from None
    return _("已撤回。只要钱没到手，您随时可以再反映。")


def _undo(request: HttpRequest, side: Side, at: datetime) -> str:
    try:
        afterwards.come_back(claimant=side.me, at=at)
    except ValueError:
        raise Wrong(_("这件事已经办结，请重新反映，或给承办人留言。")) from None
    return _("已恢复，接着办。")


def _retaliation(request: HttpRequest, side: Side, at: datetime) -> str:
    afterwards.flag_retaliation(claim=side.claim, at=at)
    text = request.POST.get("text", "").strip()
    if text:
        messages.write_to_officer(claim=side.claim, claimant=side.member, text=text, at=at)
    return _("已经马上告诉承办人。有人身危险时请直接打 110。")


def _reach(request: HttpRequest, side: Side, at: datetime) -> str:
    if not side.speaks_for_all:
        raise Http404
    changed = change_reach(claimant=side.me, reach=read_reach(request.POST), at=at)
    return _("已改好，以后按这个联系您。") if changed else _("和原来一样，没有改动。")


def _reopen(request: HttpRequest, side: Side, at: datetime) -> str:
    text = request.POST.get("text", "").strip()
    if not text:
        raise Wrong(_("请写一句为什么要恢复办理，比如钱没有到手。"))
    with transaction.atomic():
        try:
            # Everybody of the case reads its story: his own words go to the officer, sealed.
            concluding.reopen(case=side.me.case, reason="申请人对结果有异议", reason_en="a claimant objects",
                              at=at, claimant=side.me)  # fmt: skip
        except CannotMove as no:
            raise Wrong(no.en if in_english() else no.zh) from None
        messages.write_to_officer(claim=side.claim, claimant=side.member, text=text, at=at)
    return _("已经恢复办理，承办人会重新核实。")


def _words(request: HttpRequest, side: Side, at: datetime) -> str:
    stars = request.POST.get("stars", "")
    cost = read_cost(request.POST)
    if stars in {str(one) for one in closing_words.STARS}:
        closing_words.say_satisfied(claimant=side.me, stars=int(stars), at=at)
    if any(figure is not None for figure in cost.values()):
        closing_words.say_cost(claimant=side.me, at=at, **cost)
    return _("记下了，谢谢。")


# Where the answer to an act stands on the page; of every other act, at its top.
SECTIONS = {"message": "message", "evidence": "evidence", "received": "word", "word": "word",
            "retaliation": "retaliation", "reach": "reach",
            "words": "words"}  # fmt: skip

ACTS: dict[str, Callable[[HttpRequest, Side, datetime], str]] = {
    "message": _message,
    "evidence": _evidence,
    "received": _received,
    "word": _word,
    "withdraw": _withdraw,
    "undo": _undo,
    "reopen": _reopen,
    "retaliation": _retaliation,
    "reach": _reach,
    "words": _words,
}
