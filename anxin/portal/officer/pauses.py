"""Pauses of works that sites ask for: the list of a jurisdiction, and the decision."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anxin.insight.paging import page_of, wanted_page
from anxin.insight.scope import visible_projects
from anxin.people.models import User
from anxin.portal.officer.evidence_files import Kept, download
from anxin.portal.officer.forms import Wrong, read_text
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import in_english
from anxin.watch.handling.actions import AlreadyDone
from anxin.watch.handling.site import decide_pause
from anxin.watch.models import PauseRequest


def _request_or_404(user: User, pk: int) -> PauseRequest:
    mine = PauseRequest.objects.filter(project__in=visible_projects(user, "approve"))
    return get_object_or_404(mine.select_related("project"), pk=pk)


@needs("approve")
@never_cache
@require_safe
def pause_requests(request: HttpRequest) -> HttpResponse:
    """What waits first, then what was decided."""
    mine = PauseRequest.objects.filter(project__in=visible_projects(signed_in(request), "approve"))
    rows = mine.select_related("project", "asked_by", "decided_by")
    decided = rows.exclude(decided_at=None).order_by("-decided_at", "-id")
    context = {
        "waiting": rows.filter(decided_at=None).order_by("asked_at", "id"),
        "paging": page_of(decided, number=wanted_page(request.GET.get("page", ""))),
    }
    return render(request, "officer/pauses.html", context)


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
