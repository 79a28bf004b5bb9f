"""Pauses of works that sites ask for: the list of a jurisdiction, and the decision."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anxin.insight.paging import page_of, wanted_page
from anxin.insight.places import places_below
from anxin.insight.scope import in_region, visible_pauses
from anxin.law.civil import civil_date
from anxin.people.models import User
from anxin.portal.officer.downloads import form_asked
from anxin.portal.officer.evidence_files import Kept, download
from anxin.portal.officer.forms import Wrong, read_text
from anxin.portal.officer.handling_words import person
from anxin.portal.ui import tags
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export
from anxin.portal.ui.tags import in_english
from anxin.registry import regions
from anxin.watch.handling.actions import AlreadyDone
from anxin.watch.handling.site import decide_pause
from anxin.watch.models import PauseRequest

STATES = {
    "waiting": gettext_lazy("待审批"),
    "approved": gettext_lazy("已批准"),
    "refused": gettext_lazy("未批准"),
}
_IN_STATE = {
    "waiting": Q(decided_at=None),
    "approved": Q(decided_at__isnull=False, approved=True),
    "refused": Q(decided_at__isnull=False, approved=False),
}
MOST_WAITING = 50


def state_of(request: PauseRequest) -> str:
    """waiting, approved or refused."""
    return "waiting" if request.decided_at is None else "approved" if request.approved else "refused"


def _request_or_404(user: User, pk: int) -> PauseRequest:
    return get_object_or_404(visible_pauses(user).select_related("project"), pk=pk)


@needs("approve")
@never_cache
@require_safe
def pause_requests(request: HttpRequest) -> HttpResponseBase:
    """What waits first, the longest waiting at the top, then what was decided; or the list as a file."""
    user = signed_in(request)
    rows, filters = _filtered(user, request.GET)
    waiting = rows.filter(decided_at=None).order_by("asked_at", "id")
    decided = rows.exclude(decided_at=None).order_by("-decided_at", "-id")
    if form := form_asked(request):
        return _download([waiting, decided], form)
    number = wanted_page(request.GET.get("page", ""))
    context: dict[str, Any] = {
        "waiting": waiting[:MOST_WAITING] if number == 1 else [],
        "waiting_total": waiting.count(),
        "most_waiting": MOST_WAITING,
        "paging": page_of(decided, number=number),
        "filters": filters,
        "filtered": any(filters.values()),
        "states": STATES.items(),
        "places": places_below(user.region),
    }
    return render(request, "officer/pauses.html", context)


def _filtered(user: User, asked: Any) -> tuple[QuerySet[PauseRequest], dict[str, str]]:
    filters = {
        "q": " ".join(asked.get("q", "").split())[:64],
        "state": asked.get("state", "") if asked.get("state") in STATES else "",
        "region": asked.get("region", "") if regions.exists(asked.get("region", "")) else "",
    }
    rows = visible_pauses(user)
    if filters["q"]:
        rows = rows.filter(Q(project__name__icontains=filters["q"]) | Q(project__code__icontains=filters["q"]))
    if filters["state"]:
        rows = rows.filter(_IN_STATE[filters["state"]])
    if filters["region"]:
        rows = rows.filter(in_region(filters["region"], "project__region_code"))
    return rows.select_related("project", "asked_by", "decided_by"), filters


def _download(parts: list[QuerySet[PauseRequest]], form: str) -> HttpResponseBase:
    headings = [
        *(_("项目编码"), _("项目名称"), _("地区"), _("停工自"), _("停工至"), _("原因"), _("申请人"), _("申请时间")),
        *(_("结果"), _("审批人"), _("审批时间"), _("审批意见")),
    ]

    def lines() -> Iterator[list[Cell]]:
        for part in parts:
            for one in part[:READ].iterator(chunk_size=1000):
                yield [
                    one.project.code, one.project.name, tags.region_path(one.project.region_code), one.from_on,
                    one.until_on, one.reason, person(one.asked_by), one.asked_at, str(STATES[state_of(one)]),
                    person(one.decided_by), one.decided_at, one.answer,
                ]  # fmt: skip

    name = _("停工报备-%(day)s") % {"day": civil_date(timezone.now()).isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())


@needs("approve")
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse, with a word."""
    user = signed_in(request)
    asked = _request_or_404(user, pk)
    decision = request.POST.get("decision", "")
    if decision not in ("approve", "refuse"):
        raise Http404
    try:
        wanting = _("不批准时请写明理由，项目会看到。") if decision == "refuse" else ""
        text = read_text(request, "answer", 300, wanting)
        decide_pause(request=asked, approved=decision == "approve", answer=text, by=user, at=timezone.now())
    except Wrong as wrong:
        messages.error(request, str(wrong))
    except AlreadyDone as done:
        messages.error(request, done.en if in_english() else done.zh)
    except ValueError:
        messages.error(request, _("不能审批自己提出的申请。"))
    else:
        messages.success(request, _("已审批，项目已收到通知。"))
    return redirect("pause-requests")


@needs("approve")
@never_cache
@require_safe
def file(request: HttpRequest, pk: int, digest: str) -> HttpResponse:
    """A paper that came with a request."""
    user = signed_in(request)
    asked = _request_or_404(user, pk)
    if digest not in asked.evidence:
        raise Http404
    return download(digest, kept=Kept("project", asked.project_id, "file"), by=user, page="/pause-requests")
