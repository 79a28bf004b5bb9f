"""The notice board of Art. 34: what it says, what is missing, the printable sheet, and the page its code leads to."""

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from anxin.insight.board import Board, board_of
from anxin.law.civil import civil_date
from anxin.law.notice_board import basis, parts
from anxin.portal.officer.forms import Wrong, read_text
from anxin.portal.site.reach import project_or_404
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.address import public_address
from anxin.portal.ui.tags import in_english
from anxin.registry import mending
from anxin.registry.models import BoardText, Project

SIZES = ("A4", "A3")


def public_url(request: HttpRequest, project: Project) -> str:
    """The address the code on the board holds: what anybody may read, without signing in."""
    return public_address(request, reverse("site-page", args=[project.code]))


def code_picture(text: str) -> SafeString:
    """A QR code as an inline picture, with enough correction for a board that weathers."""
    drawn = segno.make(text, error="q", micro=False).svg_inline(border=2, dark="#000", light="#fff", omitsize=True)
    return mark_safe(drawn)  # noqa: S308 - drawn from modules, the text itself is not in it


@needs("site")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def board(request: HttpRequest) -> HttpResponse:
    """What the board says; the clerk writes what nobody knows for him."""
    project = project_or_404(request)
    at = timezone.now()
    if request.method == "POST":
        try:
            asked = [kind for part in parts() for kind in part.entries if kind.asked]
            entries = {kind.key: read_text(request, kind.key, 120).replace("\n", " ") for kind in asked}
            mending.write_board(project=project, entries=entries, by=signed_in(request), at=at)
        except Wrong as wrong:
            messages.error(request, str(wrong))
        else:
            messages.success(request, _("已保存。"))
        return redirect("site-board")
    made = board_of(project, as_of=civil_date(at))
    row = BoardText.objects.filter(project=project).first()
    context = {
        "project": project,
        "board": made,
        "written": row.entries if row else {},
        "missing": _missing(made),
        "article": basis(),
        "photo": project.boards.order_by("-posted_on").first(),
        "url": public_url(request, project),
        "code": code_picture(public_url(request, project)),
    }
    return render(request, "site/board.html", context)


@needs("site")
@never_cache
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The board as one sheet of paper, A4 or A3."""
    project = project_or_404(request)
    made = board_of(project, as_of=civil_date(timezone.now()))
    size = request.GET.get("size", "A4")
    url = public_url(request, project)
    context = {
        "project": project,
        "board": made,
        "missing": _missing(made),
        "size": size if size in SIZES else "A4",
        "density": _density(made),
        "sizes": SIZES,
        "code": code_picture(url),
        "url": url,
        "article": basis(),
        "today": civil_date(timezone.now()),
    }
    return render(request, "site/board_sheet.html", context)


@require_safe
def public(request: HttpRequest, code: str) -> HttpResponse:
    """Where the code on boards printed earlier leads: on to the site's page."""
    return redirect("site-page", code, permanent=True)


def _density(made: Board) -> str:
    """How small the sheet must write so that all of it stays on one page."""
    # A line holds about 27 characters in the widest writing; the page has room for some 21 lines beside the rest.
    lines = sum(-(-max(len(entry.text), 1) // 27) for entry in made.entries if entry.on_paper)
    return "" if lines <= 21 else "full" if lines <= 30 else "crammed"


def _missing(made: Board) -> list[str]:
    return [entry.title["en" if in_english() else "zh"] for entry in made.missing]
