"""Signing in and out, and the choice of language."""

import logging
import unicodedata
from dataclasses import asdict
from typing import cast

from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.people import single_sign_on
from anxin.people.access import may
from anxin.people.arrivals import depart
from anxin.people.attempts import Locked, begin_attempt, locks
from anxin.people.models import User
from anxin.people.single_sign_on import Asking, SignOnFailed
from anxin.portal.officer import arriving
from anxin.portal.officer.overview import overview
from anxin.portal.ui.access import signed_in
from anxin.portal.ui.address import address_of, public_address, safe_next
from anxin.portal.ui.language import remember
from anxin.portal.ui.nav import ENTRIES

_ASKING = "single-sign-on"
log = logging.getLogger(__name__)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; a person already signed in goes on at once."""
    to = safe_next(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(to)
    name = unicodedata.normalize("NFKC", request.POST.get("username", "")).strip()[:150].replace("\0", "")
    if request.method != "POST":
        return _page(request, to)
    at, address = timezone.now(), address_of(request)
    try:
        attempt = begin_attempt(name=name, address=address, at=at)
    except Locked as locked:
        return _page(request, to, name=name, locked=arriving.minutes_until(locked.until, at), status=429)
    person = cast(User | None, authenticate(request, username=name, password=request.POST.get("password", "")))
    if person is None or person.left_at is not None:
        known = User.objects.filter(username=name).first()
        arriving.failed(person=known, address=address, at=at, locked=locks(attempt))
        return _page(request, to, name=name, failed=True)
    return arriving.begin(request, person=person, way="password", to=to, at=at)


def _page(request: HttpRequest, to: str, *, status: int = 200, **said: object) -> HttpResponse:
    context = {"next": to, **said}
    if single_sign_on.is_set_up():
        context["single"] = settings.OIDC_NAME or _("统一身份认证")
    return render(request, "officer/sign_in.html", context, status=status)


@never_cache
@require_POST
def single(request: HttpRequest) -> HttpResponse:
    """To the government's single sign-on."""
    if not single_sign_on.is_set_up():
        raise Http404
    to = safe_next(request, request.POST.get("next", ""))
    try:
        address, asking = single_sign_on.begin(answer_to=public_address(request, reverse("sign-in-single-answer")))
    except SignOnFailed as error:
        return _single_failed(request, to, error)
    request.session[_ASKING] = {**asdict(asking), "next": to}
    return redirect(address)


@never_cache
@require_safe
def single_answer(request: HttpRequest) -> HttpResponse:
    """Back from the single sign-on. What was remembered is good once."""
    if not single_sign_on.is_set_up():
        raise Http404
    remembered = request.session.pop(_ASKING, {})
    # At once: after a failure the middleware may keep the session as it was.
    request.session.save()
    to = remembered.pop("next", settings.LOGIN_REDIRECT_URL)
    at, address = timezone.now(), address_of(request)
    try:
        name = single_sign_on.finish(
            asking=Asking(**remembered) if remembered else _nothing_asked(),
            state=request.GET.get("state", ""),
            code=request.GET.get("code", ""),
            answer_to=public_address(request, reverse("sign-in-single-answer")),
            at=at,
        )
    except SignOnFailed as error:
        return _single_failed(request, to, error)
    person = single_sign_on.person_named(name)
    if person is None:
        arriving.failed(person=None, address=address, at=at, locked=False)
        return _page(request, to, unknown=True, status=403)
    return arriving.begin(request, person=person, way="single-sign-on", to=to, at=at)


def _nothing_asked() -> Asking:
    raise SignOnFailed("nobody asked in this browser")


def _single_failed(request: HttpRequest, to: str, error: SignOnFailed) -> HttpResponse:
    log.warning("Single sign-on failed: %s.", error)
    return _page(request, to, single_failed=True, status=502)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    if request.user.is_authenticated:
        person = signed_in(request)
        person.address = address_of(request)
        depart(person=person, session_key=request.session.session_key or "", at=timezone.now())
    logout(request)
    return redirect("sign-in")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on; a signed-in person's choice follows him to other machines."""
    chosen = request.POST.get("language", "")
    response = redirect(safe_next(request, request.POST.get("next", "")))
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
