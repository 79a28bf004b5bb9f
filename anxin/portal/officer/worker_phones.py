"""What a worker says himself, and the phones that stand for him: an officer who sees him with his card confirms one."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anxin.cases.answers import answers_of
from anxin.people.models import PhoneOwner
from anxin.people.phones import confirm_phone, not_me, phones_of
from anxin.portal.officer.projects import month_or_404, project_or_404
from anxin.portal.ui.access import needs, signed_in
from anxin.registry.models import Engagement
from anxin.vault.fields import mask_phone, open_text


def own_word(engagement: Engagement, month: str, *, at: datetime) -> dict[str, Any]:
    """The worker's word on the month and his phones, masked, for those who handle cases; never for the site."""
    answer = answers_of(engagement.worker_id).get((engagement.project_id, month))
    return {
        "answer": answer,
        "note": open_text(answer.note_sealed) if answer else "",
        "phones": [
            {"pk": row.pk, "phone": mask_phone(open_text(row.phone_sealed)), "asked_at": row.asked_at,
             "waits": row.holds_from > at, "shared": row.shared}
            for row in phones_of(engagement.worker_id)
        ],
    }  # fmt: skip


@needs("personal")
@require_POST
def decide(request: HttpRequest, code: str, month: str, engagement: int, pk: int) -> HttpResponse:
    """Confirm a worker's phone after seeing his identity card, or end it."""
    project = project_or_404(request, code)
    row = get_object_or_404(Engagement, pk=engagement, project=project)
    owner = get_object_or_404(PhoneOwner, pk=pk, worker_id=row.worker_id, ended_at=None)
    by, at = signed_in(request), timezone.now()
    if request.POST.get("decision") == "confirm":
        confirm_phone(owner=owner, by=by, at=at)
        messages.success(request, _("已确认，该手机号即时生效。"))
    elif request.POST.get("decision") == "end":
        not_me(owner=owner, by=by, at=at)
        messages.success(request, _("该手机号已停用。"))
    return redirect("worker-month", project.code, month_or_404(month), row.pk)
