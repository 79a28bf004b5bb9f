"""An act on one case, asked for by a form: done, or told calmly why not, with the form as it was filled in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from anxin.cases.models import Case
from anxin.portal.officer.acting import do_or_tell
from anxin.portal.officer.cases.page import show_case


def act_on(request: HttpRequest, case: Case, act: Callable[[], object], done: str, *, anchor: str = "") -> HttpResponse:
    """Do it and go back to the case. What somebody did first is told calmly; a wrong form comes back (422).

    The form names itself in a hidden field ``form``, so that its template can open it again from ``given``.
    """
    back = reverse("case", args=[case.number]) + (f"#{anchor}" if anchor else "")
    return do_or_tell(
        request, act, done, back=back, again=lambda: show_case(request, case, given=request.POST.dict(), status=422)
    )
