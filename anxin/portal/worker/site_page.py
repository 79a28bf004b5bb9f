"""The site's public page, where the code on the notice board leads (Order 724, Art. 34)."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from anxin.insight.board import Entry, board_of
from anxin.law.civil import civil_date
from anxin.law.notice_board import basis
from anxin.portal.worker.access import open_page
from anxin.registry.models import Project

_PHONE = re.compile(r"(?<!\d)(?:0\d{2,3}[- ]?\d{7,8}|1[3-9]\d{9}|[48]00[- ]?\d{3}[- ]?\d{4}|1\d{4}|11\d)(?!\d)")
# The clerk's own number hangs on the board for who stands before it; the web shows what the site itself publishes.
_NOT_ON_THE_WEB = {"clerk_phone"}


@open_page("the notice board hangs at the gate for everybody (Article 34)")
@require_safe
def site_page(request: HttpRequest, code: str) -> HttpResponse:
    """Who builds here, when wages are due, whom to ring; and the way to a claim. It names no worker."""
    project = Project.objects.select_related("contractor", "developer").filter(code=code).first()
    if project is None or project.status in ("preparing", "approved"):
        return render(request, "worker/site_unknown.html", status=404)
    made = board_of(project, as_of=civil_date(timezone.now()), phones=False)
    blocks = {
        part.key: [_told(entry) for entry in some if entry.text and entry.key not in _NOT_ON_THE_WEB]
        for part, some in made.blocks
    }
    context = {
        "project": project,
        "parties": blocks.get("parties", []),
        "wages": blocks.get("wages", []),
        "help": blocks.get("help", []),
        "article": basis(),
    }
    return render(request, "worker/site.html", context)


def _told(entry: Entry) -> dict[str, object]:
    """An entry with its text cut where a telephone number stands, so that a thumb can ring it."""
    pieces: list[dict[str, str]] = []
    end = 0
    for found in _PHONE.finditer(entry.text):
        pieces.append({"text": entry.text[end : found.start()]})
        pieces.append({"text": found[0], "tel": re.sub(r"\D", "", found[0])})
        end = found.end()
    pieces.append({"text": entry.text[end:]})
    return {"key": entry.key, "title": entry.title, "text": entry.text, "pieces": pieces}
