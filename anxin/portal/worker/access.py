"""Who stands behind a worker's request. His session is a cookie of its own: an officer's is none, nor the reverse."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from anxin.people.models import PhoneSession
from anxin.people.phones import session_of, worker_id_of
from anxin.portal.ui.address import safe_next
from anxin.registry.models import Worker
from anxin.vault.fields import open_text

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

COOKIE = "anxin_me"
# The row says when a session ends; the cookie only has to outlive it.
_COOKIE_LIVES = timedelta(days=400)
_KEPT = "_phone_session"


def phone_session_of(request: HttpRequest) -> PhoneSession | None:
    """The living phone session of this browser."""
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, session_of(request.COOKIES.get(COOKIE, ""), at=timezone.now()))
    found: PhoneSession | None = getattr(request, _KEPT)
    return found


def phone_of(request: HttpRequest) -> str | None:
    """The phone that signed in here, eleven digits; None for a stranger. Never log it, never put it into an address."""
    session = phone_session_of(request)
    return open_text(session.phone_sealed) if session else None


def worker_of(request: HttpRequest) -> Worker | None:
    """The worker who signed in here with his phone and has shown who he is; None for everybody else."""
    session = phone_session_of(request)
    worker_id = worker_id_of(session, at=timezone.now()) if session else None
    return Worker.objects.filter(pk=worker_id).first() if worker_id else None


def worker_page(view: Callable[Concatenate[HttpRequest, P], HttpResponseBase]) -> View[P]:
    """Let only a signed-in worker in: a stranger is led to sign in, a phone without a name to say who it is.

    The view finds its worker as ``me(request)``.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        worker = worker_of(request)
        if worker is None:
            name = "me-sign-in" if phone_session_of(request) is None else "me-who"
            to = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("me")
            return redirect(f"{reverse(name)}?{urlencode({'next': to})}")
        request.worker = worker  # type: ignore[attr-defined]
        response = view(request, *args, **kwargs)
        # Personal pages stay in no cache: a phone is lent, a shop's computer is shared.
        add_never_cache_headers(response)
        return response

    guarded.permission = "worker"  # type: ignore[attr-defined]
    return guarded


def open_page(why: str) -> Callable[[View[P]], View[P]]:
    """A page strangers may open, and why. The view still may ask ``worker_of``."""

    def decorate(view: View[P]) -> View[P]:
        view.permission = "open"  # type: ignore[attr-defined]
        view.why = why  # type: ignore[attr-defined]
        return view

    return decorate


def me(request: HttpRequest) -> Worker:
    """The worker behind a request that ``worker_page`` let through."""
    worker: Worker = request.worker  # type: ignore[attr-defined]
    return worker


def own_next(request: HttpRequest, otherwise: str = "") -> str:
    """Where to go after signing in: an address of this site that the request names, else ``otherwise`` or /me."""
    to = request.POST.get("next") or request.GET.get("next", "")
    return safe_next(request, to, otherwise or reverse("me"))


def keep_token(response: HttpResponse, token: str) -> None:
    """Give the browser the token of a new session."""
    response.set_cookie(
        COOKIE, token, max_age=_COOKIE_LIVES, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def drop_token(response: HttpResponse) -> None:
    """Take the token back."""
    response.delete_cookie(COOKIE, samesite="Lax")
