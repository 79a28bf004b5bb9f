"""Files brought by hand: chosen, read row by row, shown, and taken in only on Accept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from anxin.insight.paging import page_of, wanted_page
from anxin.insight.uploads import visible_uploads
from anxin.portal.ui.access import needs, signed_in


@needs("uploads")
@require_safe
def uploads(request: HttpRequest) -> HttpResponse:
    """What was brought, newest first, and the form for the next file."""
    found = visible_uploads(signed_in(request)).select_related("project", "by").order_by("-uploaded_at", "-id")
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")))
    return render(request, "officer/uploads/list.html", {"paging": paging, "rows": paging.rows})


@needs("uploads")
@require_safe
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """One file, row by row."""
    found = get_object_or_404(visible_uploads(signed_in(request)), pk=pk)
    return render(request, "officer/uploads/report.html", {"upload": found})
