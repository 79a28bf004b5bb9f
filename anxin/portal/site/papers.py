"""Papers served on the clerk's project: what they are, by when something is to be done, the file. Nobody who claims is
named in them."""

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anxin.insight.paging import page_of, wanted_page
from anxin.law.civil import civil_date
from anxin.portal.officer.downloads import form_asked
from anxin.portal.site.reach import own_project, project_or_404
from anxin.portal.ui.access import needs
from anxin.portal.ui.export import READ, Cell, export
from anxin.portal.ui.sending import WORD, kept_or_404, send
from anxin.portal.ui.tags import in_language, said
from anxin.remedies.kinds import kinds
from anxin.remedies.models import Document
from anxin.remedies.serving import papers_on_project


@needs("site")
@never_cache
@require_safe
def papers(request: HttpRequest) -> HttpResponseBase:
    """What was served on the project, newest first; or the list as a file."""
    project, today = own_project(request), civil_date(timezone.now())
    if project is None:
        return render(request, "site/none.html")
    found = papers_on_project(project.pk)
    late = request.GET.get("late") == "1"
    if late:
        found = found.filter(due_on__lt=today)
    if form := form_asked(request):
        return _list_file(found, form, today)
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")))
    lines = [
        {"row": row, "title": kinds()[row.kind].title, "late": row.due_on is not None and row.due_on < today}
        for row in paging.rows
    ]
    return render(request, "site/papers.html", {"project": project, "paging": paging, "lines": lines, "late": late})


def _list_file(found: QuerySet[Document], form: str, today: date) -> HttpResponseBase:
    def lines() -> Iterator[list[Cell]]:
        for row in found[:READ].iterator(chunk_size=1000):
            title = in_language(kinds()[row.kind].title)
            yield [title, row.number, said(row.unit, "name"), row.served_on, row.due_on]

    headings = [_("文书"), _("文号"), _("来自"), _("送达日期"), _("期限")]
    name = _("收到的文书-%(day)s") % {"day": today.isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())


@needs("site")
@never_cache
@require_safe
def paper_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper as it was served. Never its annex."""
    row = get_object_or_404(papers_on_project(project_or_404(request).pk), pk=pk)
    return send(kept_or_404(row.digest), WORD, f"{row.number or row.pk} {kinds()[row.kind].title['zh']}.docx")
