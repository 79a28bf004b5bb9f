"""An act on one case, asked for by a form: done, or told calmly why not, with the form as it was filled in."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from anxin.cases.flow import CannotMove
from anxin.cases.models import Case
from anxin.portal.officer.cases.page import show_case
from anxin.portal.officer.forms import Wrong
from anxin.portal.ui.tags import in_english
from anxin.watch.handling.actions import AlreadyDone


def act_on(request: HttpRequest, case: Case, act: Callable[[], object], done: str, *, anchor: str = "") -> HttpResponse:
    """Do it and go back to the case. What somebody did first is told calmly; a wrong form comes back (422).

    The form names itself in a hidden field ``form``, so that its template can open it again from ``given``.
    """
    try:
        act()
    except (AlreadyDone, CannotMove) as first:
        messages.info(request, first.en if in_english() else first.zh)
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return show_case(request, case, given=request.POST.dict(), status=422)
    else:
        messages.success(request, done)
    return redirect(reverse("case", args=[case.number]) + (f"#{anchor}" if anchor else ""))
