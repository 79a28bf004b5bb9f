"""A group: members confirm their own sums with their own code; the representative adds those who come late."""

from typing import Any

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from anxin.cases import consent, limits
from anxin.cases.duplicates import find_worker
from anxin.cases.filing import Person
from anxin.cases.models import Claimant, Consent
from anxin.cases.names import true_name
from anxin.cases.numbers import read_number, shown
from anxin.law.civil import civil_date
from anxin.portal.officer.forms import Wrong, key_of
from anxin.portal.ui.address import address_of
from anxin.portal.ui.tags import month_name
from anxin.portal.worker import claim_session
from anxin.portal.worker.access import open_page
from anxin.portal.worker.claim_forms import read_identity, read_months, read_phone, read_yuan
from anxin.portal.worker.claim_session import Side
from anxin.portal.worker.claim_words import yuan
from anxin.portal.worker.track import slow_words

WHY = "a member of a group comes with the number and his own code; wrong codes are counted and slowed"


@open_page(WHY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """The number and the member's own code."""
    at = timezone.now()
    context: dict[str, Any] = {"here": "claim", "wrong": "", "number": request.POST.get("number", "")[:30]}
    if request.method == "POST":
        number = read_number(context["number"])
        try:
            tried = limits.listen(kind="consent-code", target=number, address=address_of(request), at=at)
        except limits.Slow as slow:
            context["wrong"] = slow_words(slow, at)
        else:
            member = consent.find_member(number=number, code=request.POST.get("code", ""))
            if member is not None:
                limits.forgive(tried)
                claim_session.enter_as_member(request, member, at=at)
                # Who came along to the desk speaks for himself: there is nothing to agree to.
                page = "claim-progress" if member.consent == Consent.OWN else "claim-consent"
                return redirect(page, number=member.claim.number)
            context["wrong"] = _("编号或确认码不对，请对照纸条或短信再输一遍。")
    return render(request, "worker/claim/join.html", context, status=422 if context["wrong"] else 200)


@open_page(WHY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_word(request: HttpRequest, number: str) -> HttpResponse:
    """A member reads what was written for him, corrects it, agrees or stays out."""
    at = timezone.now()
    side = claim_session.side_or_404(request, number, at=at)
    if side.member is None or side.member.consent == Consent.OWN:
        raise Http404
    context: dict[str, Any] = {
        "here": "track",
        "claim": side.claim,
        "number": shown(number),
        "me": side.me,
        "name": true_name(side.me),
        "months": " ".join(month_name(month) for month in side.me.months),
        "sum": yuan(side.me.claimed_fen).replace(",", "") if side.me.claimed_fen else "",
        "wrong": "",
    }
    if request.method == "POST":
        context |= {"months": request.POST.get("months", "")[:200], "sum": request.POST.get("sum", "")[:20]}
        try:
            _answer(request, side)
        except Wrong as wrong:
            context["wrong"] = str(wrong)
        else:
            return redirect("claim-progress", number=number)
    return render(request, "worker/claim/consent.html", context, status=422 if context["wrong"] else 200)


def _answer(request: HttpRequest, side: Side) -> None:
    at = timezone.now()
    if request.POST.get("decision") == "refuse":
        try:
            consent.refuse(claimant=side.me, at=at)
        except consent.TooLate:
            raise Wrong(_("金额已经核实，或事情已经办结，要改请给承办人留言。")) from None
        flash.success(request, _("好的，您不参加。您的名字和金额不再算在里面；想参加时随时可以改。"))
        return
    if request.POST.get("decision") != "agree":
        raise Wrong(_("请选“确认参加”或“不参加”。"))
    fen = read_yuan(request.POST.get("sum", ""))
    if fen is None:
        raise Wrong(_("请写欠您本人多少钱。"))
    months = read_months(request.POST.get("months", ""), civil_date(at))
    try:
        consent.agree(claimant=side.me, at=at, fen=fen, months=months, language=get_language() or "")
    except consent.TooLate:
        raise Wrong(_("金额已经核实，或事情已经办结，要改请给承办人留言。")) from None
    flash.success(request, _("已确认。您本人的金额只有您和承办人看得到。"))


@open_page("adds to the one group claim that the browser's code or the representative's sign-in opened")
@never_cache
@require_POST
def member(request: HttpRequest, number: str) -> HttpResponse:
    """The representative adds somebody who comes late, or asks for a new slip; the code is shown this once."""
    at = timezone.now()
    side = claim_session.side_or_404(request, number, at=at)
    if not side.speaks_for_all:
        raise Http404
    try:
        row, code = _renewed(request, side) if request.POST.get("renew") else _added(request, side)
    except Wrong as wrong:
        flash.error(request, str(wrong))
        response = redirect("claim-progress", number=number)
        response["Location"] += "#group"
        return response
    if not code:
        flash.success(request, _("确认码已用短信发给他本人。"))
        response = redirect("claim-progress", number=number)
        response["Location"] += "#group"
        return response
    context = {
        "here": "track",
        "claim": side.claim,
        "number": shown(number),
        "slips": [claim_session.slip(row, code)],
        "join": claim_session.join_address(request),
    }
    return render(request, "worker/claim/slips.html", context)


def _renewed(request: HttpRequest, side: Side) -> tuple[Claimant, str]:
    rows = Claimant.objects.filter(claim=side.claim, consent=Consent.ASKED)
    row = rows.filter(pk=key_of(request.POST.get("renew", ""))).first()
    if row is None:
        raise Wrong(_("他已经答复过，不需要新的确认码。"))
    return row, consent.new_slip(claimant=row, at=timezone.now())


def _added(request: HttpRequest, side: Side) -> tuple[Claimant, str]:
    name = " ".join(request.POST.get("name", "").split())[:40]
    identity = read_identity(request.POST.get("identity", ""))
    person = Person(
        name=name,
        phone=read_phone(request.POST.get("phone", "")),
        identity=identity,
        worker=find_worker(identity),
        months=side.me.months,
        claimed_fen=read_yuan(request.POST.get("sum", "")) or 0,
        consent=Consent.ASKED,
    )
    if not name:
        raise Wrong(_("请写他的名字。"))
    try:
        return consent.add_member(claim=side.claim, person=person, at=timezone.now())
    except consent.TooLate:
        raise Wrong(_("这件事已经办结或人数已满，请让他自己另外反映。")) from None
