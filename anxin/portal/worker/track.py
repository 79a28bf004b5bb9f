"""Following a claim: by the return code without signing in, or among one's own; and everything one may still do."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages as flash
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.cases import exhibits, limits, messages
from anxin.cases.concluding import reopen_until
from anxin.cases.consent import find_member
from anxin.cases.models import Claim, Claimant, Consent, Exhibit, WageReceived
from anxin.cases.money import received_sum
from anxin.cases.names import true_name
from anxin.cases.numbers import CONSENT_DIGITS, RETURN_DIGITS, blind_code, digits_of, read_number, shown
from anxin.cases.procedure import conclusions, states
from anxin.cases.progress import case_of, group_counts, progress_of
from anxin.law.civil import civil_date
from anxin.people.units import public_phone
from anxin.portal.ui.address import address_of
from anxin.portal.worker import claim_session
from anxin.portal.worker.access import me, open_page, worker_of, worker_page
from anxin.portal.worker.claim_session import Side
from anxin.portal.worker.claim_words import CONSENTS, EXHIBITS, is_month, promise
from anxin.portal.worker.papers import papers_for_side
from anxin.registry.models import Worker
from anxin.remedies.for_workers import tracks_for_claim
from anxin.vault.fields import mask_phone, open_text

WHY = "who claimed without signing in comes back with his code; wrong codes are counted and slowed"


@open_page(WHY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Coming back: the return code, or the number and a member's code. A wrong code says no more than that."""
    at = timezone.now()
    context: dict[str, Any] = {"here": "track", "wrong": "", "number": "", "open": _lines(request, at)}
    if request.method == "POST":
        try:
            number = _enter(request, at)
        except limits.Slow as slow:
            context["wrong"] = slow_words(slow, at)
            context["name_it"] = slow.name_it
        else:
            if number:
                return redirect("claim-progress", number=number)
            context["wrong"] = _("没有找到。请核对单子上的查询码，一共 16 位数字；组里的工友用编号和 10 位确认码。")
        context["number"] = request.POST.get("number", "")[:30]
    elif worker_of(request) is not None:
        return redirect("me-claims")
    return render(request, "worker/claim/track.html", context, status=422 if context["wrong"] else 200)


def _enter(request: HttpRequest, at: datetime) -> str:
    """The number of the claim that was opened; empty for a wrong code. Raises Slow."""
    digits = digits_of(request.POST.get("code", "")[:64])
    number = read_number(request.POST.get("number", ""))
    kind = "consent-code" if len(digits) == CONSENT_DIGITS else "return-code"
    tried = limits.listen(kind=kind, target=number, address=address_of(request), at=at)
    if kind == "consent-code":
        member = find_member(number=number, code=digits)
        if member is None:
            return ""
        limits.forgive(tried)
        claim_session.enter_as_member(request, member, at=at)
        return member.claim.number
    claim = None
    if len(digits) == RETURN_DIGITS:
        found = Claim.objects.filter(return_code_blind=blind_code("return-code", digits))
        claim = (found.filter(number=number) if number else found).first()
    if claim is None:
        return ""
    limits.forgive(tried)
    claim_session.enter(request, claim, at=at)
    return claim.number


def slow_words(slow: limits.Slow, at: datetime) -> str:
    """A calm answer to who must wait."""
    wait = {"n": max(1, -(-int((slow.until - at).total_seconds()) // 60))}
    if slow.name_it:
        return _("刚才试错的次数多了些。请把 14 位编号和查询码一起填，马上就能查；或过 %(n)s 分钟再试。") % wait
    shut = _(
        "这个编号刚才试错的次数多了些，请 %(n)s 分钟后再试。"
        "16 位查询码照样能用：只填码、不填编号，现在就能查。您的反映照常在办，不受影响。"
    )
    return shut % wait


def _lines(request: HttpRequest, at: datetime) -> list[dict[str, Any]]:
    return [_line(claim) for claim in claim_session.opened_claims(request, at=at)]


def _line(claim: Claim) -> dict[str, Any]:
    case = case_of(claim)
    return {"claim": claim, "number": shown(claim.number), "case": case, "plain": _plain(case.state)}


def _plain(state: str) -> dict[str, str]:
    return dict(states()[state].plain)


@worker_page
@require_safe
def my_claims(request: HttpRequest) -> HttpResponse:
    """The signed-in worker's claims: those he filed, and those in which somebody speaks for him."""
    at = timezone.now()
    worker = me(request)
    lines = [_line(claim) | {"asked": asked} for claim, asked in claims_of(worker)]
    return render(request, "worker/claim/mine.html", {"here": "track", "lines": lines, "open": _lines(request, at)})


def claims_of(worker: Worker) -> list[tuple[Claim, bool]]:
    """A worker's claims, newest first, each with whether his consent is still asked."""
    found: dict[int, tuple[Claim, bool]] = {}
    for claim in Claim.objects.filter(filer=worker).select_related("case__project"):
        found[claim.pk] = (claim, False)
    for row in Claimant.objects.filter(worker=worker).select_related("claim__case__project"):
        found.setdefault(row.claim_id, (row.claim, row.consent == Consent.ASKED))
    return [found[key] for key in sorted(found, reverse=True)]


@open_page(WHY)
@never_cache
@require_safe
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """How it stands, what comes next, the four sums, messages; and what one may still do."""
    at = timezone.now()
    side = claim_session.side_or_404(request, number, at=at)
    if side.me.consent == Consent.ASKED:
        return redirect("claim-consent", number=number)
    return show_progress(request, side, at)


def show_progress(
    request: HttpRequest, side: Side, at: datetime, *, given: Mapping[str, str] | None = None, what: str = ""
) -> HttpResponse:
    """The page of one claim. An act that cannot be done comes back (422): ``what`` it was, with the form as it was
    ``given``."""
    told = progress_of(side.claim, at=at)
    messages.read_by_claimant(side.claim, claimant=side.member, at=at)
    said = messages.of_claim(side.claim, claimant=side.member)
    until = reopen_until(told.case)
    context = {
        "here": "track",
        "side": side,
        "claim": side.claim,
        "me": side.me,
        "number": shown(side.claim.number),
        "told": told,
        "steps": [(promise(step.clock, step.title), step) for step in told.steps],
        "conclusion": conclusions().get(told.case.conclusion) if told.ended else None,
        "officer": officer_name(told.case.owner),
        "may_reopen": told.ended and side.me.consent != Consent.REFUSED and (until is None or at <= until),
        "reopen_until": until,
        "my_phone": _own_phone(side) if side.speaks_for_all else "",
        "hours": range(25),
        "phone": public_phone(told.case.unit),
        "asked_month": _asked_month(request, side, at),
        "given": given or {},
        "what": what,
        "notes": _notes(request),
        "receipts": _receipts(side),
        "received_fen": side.me.received_fen if side.himself else received_sum(side.me, proofs=("word",)),
        "said": [(row, open_text(row.text_sealed)) for row in said],
        "ways": tracks_for_claim(side.claim),
        "alone": told.case.people == 1 and side.himself,
        "papers": papers_for_side(side),
        "files": [(row, EXHIBITS.get(row.kind, row.kind)) for row in brought(side)],
        "group": _group(side),
        "counts": group_counts(side.claim) if side.me.representative else {},
        "today": civil_date(at),
        "kinds": EXHIBITS,
        "stars": (5, 4, 3, 2, 1),
    }
    return render(request, "worker/claim/progress.html", context, status=422 if what else 200)


def _notes(request: HttpRequest) -> dict[str, str]:
    """What has just been said, by the section it stands in: who acted down the page reads the answer there."""
    return {note.extra_tags or "top" if note.level_tag != "error" else "wrong": str(note)
            for note in flash.get_messages(request)}  # fmt: skip


def _receipts(side: Side) -> QuerySet[WageReceived]:
    """His receipts, newest first: of who is not known to be the worker himself, only those he told of."""
    rows = WageReceived.objects.filter(claimant=side.me).order_by("-received_on", "-pk")
    return rows if side.himself else rows.filter(proof="word")


def _own_phone(side: Side) -> str:
    # At the desk a number is written down with the person, not with the claim.
    return mask_phone(open_text(side.claim.phone_sealed) or open_text(side.me.phone_sealed))


def _group(side: Side) -> list[dict[str, Any]]:
    """The members, for their representative alone: name and whether they agreed. What each is owed is his own."""
    if not side.speaks_for_all or not side.me.representative:
        return []
    rows = Claimant.objects.filter(claim=side.claim).exclude(pk=side.me.pk).select_related("worker").order_by("pk")
    return [
        {
            "pk": row.pk, "name": true_name(row) or _("未留姓名"), "phone": mask_phone(open_text(row.phone_sealed)),
            "consent": CONSENTS[row.consent], "state": row.consent, "gone": row.withdrawn_at is not None,
        }
        for row in rows
    ]  # fmt: skip


def _asked_month(request: HttpRequest, side: Side, at: datetime) -> str:
    """The month of which the worker has just said that it was paid, where this claim is about it."""
    month = request.GET.get("month", "") or request.POST.get("month", "")
    return month if is_month(month, at) and (not side.me.months or month in side.me.months) else ""


def officer_name(owner: Any) -> str:
    """The named officer's display name; empty before somebody has taken the case."""
    return (owner.display_name or owner.username) if owner is not None else ""


@open_page("closes what codes opened in this browser")
@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """The telephone is somebody else's, or goes on to the next: nothing stays open."""
    claim_session.leave(request)
    flash.success(request, _("已退出。再来时请用查询码。"))
    return redirect("claim-track")


def brought(side: Side) -> list[Exhibit]:
    """What this side brought."""
    return list(exhibits.of_side(side.claim, claimant=side.member))
