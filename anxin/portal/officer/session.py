"""Signing in and out, and the choice of language."""

from typing import cast

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from anxin.people import trail
from anxin.people.access import may
from anxin.people.models import User
from anxin.portal.officer.overview import overview
from anxin.portal.ui.access import signed_in
from anxin.portal.ui.language import remember
from anxin.portal.ui.nav import ENTRIES


def _safe(request: HttpRequest, url: str) -> str:
    """An address of this site, else the first page."""
    allowed = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if url and allowed else settings.LOGIN_REDIRECT_URL


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; a person already signed in goes on at once."""
    wanted = _safe(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(wanted)
    form = AuthenticationForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        with transaction.atomic():
            login(request, user)
            _record(request, "sign-in", cast(User, user))
        response = redirect(wanted)
        if isinstance(user, User):
            remember(response, user.language)
        return response
    if request.method == "POST":
        with transaction.atomic():
            _record(request, "sign-in-failed", User.objects.filter(username=request.POST.get("username", "")).first())
    context = {"next": wanted, "failed": request.method == "POST", "name": request.POST.get("username", "")}
    return render(request, "officer/sign_in.html", context)


def _record(request: HttpRequest, action: str, user: User | None) -> None:
    """A link of the trail. A name that is nobody's is not kept: people type other things there by mistake."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if user is not None:
        user.address = address
    # Who fails to sign in has not shown that he is this person.
    by = user if action != "sign-in-failed" else None
    subject_id = user.pk if user is not None else ""
    trail.record(
        by=by, at=timezone.now(), action=action, subject="user", subject_id=subject_id, who="—", address=address
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        if request.user.is_authenticated:
            _record(request, "sign-out", signed_in(request))
        logout(request)
    return redirect("sign-in")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on; a signed-in person's choice follows him to other machines."""
    chosen = request.POST.get("language", "")
    response = redirect(_safe(request, request.POST.get("next", "")))
    if chosen in dict(settings.LANGUAGES):
        remember(response, chosen)
        if request.user.is_authenticated:
            User.objects.filter(pk=signed_in(request).pk).update(language=chosen)
    return response


def home(request: HttpRequest) -> HttpResponseBase:
    """The overview; for those it is not meant for, the first page they may open."""
    if request.user.is_authenticated and not may(signed_in(request), "overview"):
        for name, permission, _title in ENTRIES:
            if may(signed_in(request), permission):
                return redirect(name)
    return overview(request)
