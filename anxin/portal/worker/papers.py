"""A worker's own evidence pack, and the papers made for him, on his phone."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anxin.law.civil import civil_date
from anxin.portal.ui.sending import WORD, kept_or_404, send
from anxin.portal.worker import claim_session
from anxin.portal.worker.access import me, open_page, worker_page
from anxin.portal.worker.claim_session import Side
from anxin.remedies.evidence_pack import own_pack
from anxin.remedies.kinds import kinds
from anxin.remedies.serving import papers_for_claim

WHY = "opened by a code or the worker's sign-in, 404 for all others"


@worker_page
@require_POST
def pack(request: HttpRequest) -> HttpResponse:
    """Everything the file holds of the signed-in worker, in one zip that proves itself. By POST: it seals the trail."""
    at = timezone.now()
    made = own_pack(worker=me(request), at=at)
    return send(made.content, "application/zip", f"{_('我的证据包')}-{civil_date(at).isoformat()}.zip")


def papers_for_side(side: Side) -> list[dict[str, Any]]:
    """The papers for whoever looks at the claim, as lines of its page."""
    rows = papers_for_claim(side.claim, side.member) if side.himself else []
    return [{"row": row, "title": kinds()[row.kind].title} for row in rows]


@open_page(WHY)
@never_cache
@require_safe
def paper(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One of them as a file."""
    side = claim_session.side_or_404(request, number, at=timezone.now())
    if not side.himself:
        raise Http404
    row = get_object_or_404(papers_for_claim(side.claim, side.member), pk=pk)
    return send(kept_or_404(row.digest), WORD, f"{row.number or row.pk} {kinds()[row.kind].title['zh']}.docx")
