"""My work: where I worked, whether I was paid, what somebody wants to know from me."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anxin.portal.worker.access import worker_page


@worker_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page of a signed-in worker."""
    return render(request, "worker/home.html", {"here": "home"})
