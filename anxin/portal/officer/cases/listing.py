"""The list of cases."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anxin.cases.numbers import shown
from anxin.insight.paging import page_of, wanted_page
from anxin.insight.scope import visible_cases
from anxin.portal.ui.access import needs, signed_in


@needs("cases")
@require_safe
def cases_page(request: HttpRequest) -> HttpResponse:
    """Cases in the person's bounds."""
    rows = visible_cases(signed_in(request)).filter(ended_at=None).order_by("due_at", "id")
    paging = page_of(rows, number=wanted_page(request.GET.get("page", "")))
    for row in paging.rows:
        row.shown = shown(row.number)
    return render(request, "officer/cases/list.html", {"paging": paging})
