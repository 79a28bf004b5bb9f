"""Acts on a case's clocks and its rungs: pause, lengthen, resume, decide; raise by hand, minutes."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anxin.cases import clock_changes, ladder
from anxin.cases.models import CaseClock
from anxin.portal.officer.cases.acting import act_on
from anxin.portal.officer.cases.clocks import open_request
from anxin.portal.officer.cases.finding import find_case
from anxin.portal.officer.forms import Wrong, read_text
from anxin.portal.officer.handling_section import BY_HAND
from anxin.portal.ui.access import needs, signed_in
from anxin.watch.handling.ladder import region_units, target_of


@needs("case")
@require_POST
def clock(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Ask that a statutory clock stand or be lengthened, or let it run on."""
    user, at, case = signed_in(request), timezone.now(), find_case(request, number, "case")
    row = get_object_or_404(CaseClock.objects.select_related("case"), case=case, pk=pk)
    what = request.POST.get("what", "")

    def act() -> None:
        if what == "resume":
            clock_changes.resume(clock=row, by=user, at=at)
            return
        reason = read_text(request, "reason", 300, _("请写明暂停或延长时限的理由。"))
        ask = {"pause": clock_changes.ask_for_pause, "extension": clock_changes.ask_for_extension}.get(what)
        if ask is None:
            raise Wrong(_("请选择暂停或延长。"))
        ask(clock=row, reason=reason, by=user, at=at)

    return act_on(request, case, act, _("已恢复计时。") if what == "resume" else _("已提出申请，批准前时限照常。"))


@needs("approve")
@require_POST
def decide(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Approve or refuse what somebody else asked for a clock."""
    user, at, case = signed_in(request), timezone.now(), find_case(request, number, "approve")
    change = open_request(case, str(pk))
    if change is None:
        raise Http404
    approved = request.POST.get("approved") == "1"

    def act() -> None:
        if change.asked_by_id == user.pk:
            raise Wrong(_("自己的申请须由他人审批。"))
        clock_changes.decide(change=change, approved=approved, by=user, at=at)

    done = _("已批准，时限已重新计算，申请人已收到告知。") if approved else _("已退回申请，时限不变。")
    return act_on(request, case, act, done)


@needs("escalate")
@require_POST
def raise_up(request: HttpRequest, number: str) -> HttpResponse:
    """Raise a case by hand: a talk, the list, a leader's own case."""
    user, at, case = signed_in(request), timezone.now(), find_case(request, number, "escalate")

    def act() -> None:
        kind = request.POST.get("kind", "")
        if kind not in BY_HAND:
            raise Wrong(_("请选择督办措施。"))
        reason = read_text(request, "reason", 400, _("请写明督办的理由。"))
        to = target_of(kind, case.region_code, region_units())
        ladder.raise_case(case=case, kind=kind, to=to, reason=reason, by=user, at=at)

    return act_on(request, case, act, _("已提级，相关负责人会立即收到通知。"))
