"""Overview of a jurisdiction."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anxin.portal.ui.access import needs


@needs("overview")
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "officer/overview.html")
