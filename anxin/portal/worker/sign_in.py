"""Signing in with a phone, and saying once who one is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anxin.portal.worker.access import open_page

WHY = "before somebody is known; it gives nothing away and counts tries by phone"


@open_page(WHY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a phone number, then for the code sent to it."""
    return render(request, "worker/sign_in.html", {})


@open_page(WHY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """Ask a phone that signed in for name and identity number, once."""
    return render(request, "worker/sign_in.html", {})
