"""One warning as the clerk handles it: what is asked, the answer to a demand, an objection or an explanation."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anxin.insight.rule_book import rules_by_id
from anxin.insight.scope import visible_warnings
from anxin.law.civil import civil_date
from anxin.portal.officer.forms import Wrong, read_text
from anxin.portal.officer.handling_words import OBJECTIONS, state_of, till
from anxin.portal.site.home import matter
from anxin.portal.site.reach import project_or_404, read_files
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import in_english
from anxin.vault.evidence import KINDS
from anxin.watch.handling import actions, objections
from anxin.watch.handling.actions import AlreadyDone
from anxin.watch.handling.clock import reckoning_of
from anxin.watch.handling.site import see_demands
from anxin.watch.models import Demand, Handling, Warning


def _warning_or_404(request: HttpRequest, pk: int) -> Warning:
    project = project_or_404(request)
    mine = visible_warnings(signed_in(request), "site").filter(project=project)
    return get_object_or_404(mine.select_related("project", "worker", "hidden_by"), pk=pk)


@needs("site")
@never_cache
@require_safe
def matter_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The warning, its ground, its clock, what the officer asks, and the forms to answer."""
    warning = _warning_or_404(request, pk)
    see_demands(project=project_or_404(request), by=signed_in(request), at=timezone.now())
    return _page(request, warning)


def _page(
    request: HttpRequest, warning: Warning, given: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    rule = rules_by_id().get(warning.rule)
    handling = Handling.objects.filter(warning=warning).order_by("-started_at", "-id").first()
    open_ = handling is not None and handling.ended_at is None
    demands = list(handling.demands.select_related("by", "answered_by").order_by("-at", "-id")) if handling else []
    raised = list(handling.objections.select_related("answered_by").order_by("-at", "-id")) if handling else []
    reckoning = reckoning_of(handling) if handling and open_ else None
    waiting = {handling.pk: [one for one in demands if one.answered_at is None]} if handling else {}
    context = {
        **matter(warning, rule, handling if open_ else None, waiting, at),
        "today": civil_date(at),
        "state": state_of(handling, warning=warning, today=civil_date(at)) if handling else "",
        "asleep": bool(warning.snoozed_until and warning.snoozed_until >= civil_date(at)),
        "open": open_ and warning.status == "open",
        "all_demands": demands,
        "objections": [
            {"row": one, "kind": OBJECTIONS.get(one.kind, one.kind), "due": till(one.due_at, at)} for one in raised
        ],
        "may_object": open_ and not any(one.answered_at is None for one in raised),
        "kinds": OBJECTIONS.items(),
        "reckoning": (reckoning.en if in_english() else reckoning.zh) if reckoning else (),
        "given": given or {},
    }
    return render(request, "site/matter.html", context, status=status)


@needs("site")
@require_POST
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain or object, with evidence."""
    warning = _warning_or_404(request, pk)
    handling = get_object_or_404(Handling, warning=warning, ended_at=None)
    try:
        kind = request.POST.get("kind", "")
        if kind not in objections.KINDS:
            raise Wrong(_("请选择属于哪一种情况。"))
        text = read_text(request, "text", 1000, _("请写明情况，监察员据此核实。"))
        wanting = _("请附凭证，如转账回单或工人签字的领款单。") if kind == "offline_payment" else ""
        files = read_files(request, wanting=wanting, kinds=tuple(KINDS))
        objections.object_to(
            handling=handling, kind=kind, text=text, evidence=[file.digest for file in files],
            by=signed_in(request), at=timezone.now(),
        )  # fmt: skip
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return _page(request, warning, {**request.POST.dict(), "form": "object"}, status=422)
    except AlreadyDone as done:
        messages.error(request, done.en if in_english() else done.zh)
    else:
        messages.success(request, _("已提交，监察员将在 5 个工作日内答复；答复前请继续整改。"))
    return redirect("site-matter", pk=pk)


@needs("site")
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer what the officer asked."""
    project = project_or_404(request)
    mine = Demand.objects.filter(handling__warning__project=project)
    demand = get_object_or_404(mine.select_related("handling__warning"), pk=pk)
    warning = _warning_or_404(request, demand.handling.warning_id)
    try:
        text = read_text(request, "text", 1000, _("请写明已做了什么、还差什么。"))
        files = read_files(request, kinds=tuple(KINDS))
        actions.answer_demand(
            demand=demand, text=text, evidence=[file.digest for file in files],
            by=signed_in(request), at=timezone.now(),
        )  # fmt: skip
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return _page(request, warning, {**request.POST.dict(), "demand": pk}, status=422)
    except AlreadyDone as done:
        messages.error(request, done.en if in_english() else done.zh)
    else:
        messages.success(request, _("已答复监察员。数据到位后预警自动解除。"))
    return redirect("site-matter", pk=warning.pk)
