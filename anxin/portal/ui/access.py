"""Who may open a page: one decorator, which asks the table in ``people.access``."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from anxin.law.civil import civil_date
from anxin.people.access import may
from anxin.people.arrivals import SEEN_EVERY, seen
from anxin.people.models import User
from anxin.portal.ui.address import address_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def needs(permission: str) -> Callable[[View[P]], View[P]]:
    """Let only signed-in people with this permission in; the others see the sign-in page or a refusal (403).

    The view keeps the name in ``permission``, so that a test can walk all addresses.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                if request.headers.get("HX-Request"):
                    # A partial answer would put the sign-in page inside the list: send the whole window there.
                    return HttpResponse(status=401, headers={"HX-Redirect": reverse("sign-in")})
                return redirect_to_login(request.get_full_path())
            person = signed_in(request)
            at = timezone.now()
            person.address = address_of(request)
            person.today = civil_date(at)
            _note_use(request, person, at)
            if not may(person, permission):
                return render(request, "ui/refused.html", status=403)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def _note_use(request: HttpRequest, person: User, at: datetime) -> None:
    """Every few minutes the session's end moves on, and its owner can see that it is used."""
    last = request.session.get("seen")
    if last is None or at.timestamp() - last < SEEN_EVERY.total_seconds():
        return
    request.session["seen"] = at.timestamp()
    seen(session_key=request.session.session_key or "", at=at, address=person.address)


def signed_in(request: HttpRequest) -> User:
    """The person behind a request that ``needs`` let through."""
    return cast(User, request.user)
