"""Papers served on the clerk's project: what they are, by when something is to be done, the file. Nobody who claims is
named in them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anxin.insight.paging import page_of, wanted_page
from anxin.law.civil import civil_date
from anxin.portal.officer.cases.paper_acts import WORD, sent
from anxin.portal.site.reach import own_project, project_or_404
from anxin.portal.ui.access import needs
from anxin.remedies.kinds import kinds
from anxin.remedies.serving import papers_on_project
from anxin.vault import evidence


@needs("site")
@never_cache
@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """What was served on the project, newest first."""
    project, today = own_project(request), civil_date(timezone.now())
    if project is None:
        return render(request, "site/none.html")
    paging = page_of(papers_on_project(project.pk), number=wanted_page(request.GET.get("page", "")))
    lines = [
        {"row": row, "title": kinds()[row.kind].title, "late": row.due_on is not None and row.due_on < today}
        for row in paging.rows
    ]
    return render(request, "site/papers.html", {"project": project, "paging": paging, "lines": lines})


@needs("site")
@never_cache
@require_safe
def paper_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper as it was served. Never its annex."""
    row = get_object_or_404(papers_on_project(project_or_404(request).pk), pk=pk)
    try:
        content = evidence.read(row.digest)
    except (FileNotFoundError, ValueError):
        raise Http404 from None
    return sent(content, WORD, f"{row.number or row.pk} {kinds()[row.kind].title['zh']}.docx")
