"""Joint reception: the desk that issues and calls numbers, and the hall's display, which names nobody."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anxin.cases import reception
from anxin.cases.models import Ticket
from anxin.cases.numbers import shown
from anxin.law.civil import civil_date
from anxin.people.models import Organisation, User
from anxin.portal.officer.handling_words import person
from anxin.portal.ui.access import needs, signed_in


def _organisation(user: User) -> Organisation:
    if user.organisation is None:
        raise Http404
    return user.organisation


def _ticket(request: HttpRequest, pk: int) -> Ticket:
    return get_object_or_404(Ticket, pk=pk, organisation=_organisation(signed_in(request)))


@needs("take-in")
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Today's numbers: being served, waiting, done."""
    user, at = signed_in(request), timezone.now()
    found = reception.hall(user.organisation, at=at) if user.organisation else None
    context: dict[str, Any] = {
        "unit": user.organisation,
        "hall": found,
        "serving": [
            {"row": row, "who": person(row.called_by), "mine": row.called_by_id == user.pk} for row in found.serving
        ]
        if found
        else [],
        "today": civil_date(at),
        "counter": request.session.get("counter", ""),
    }
    return render(request, "officer/cases/reception.html", context)


@needs("take-in")
@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    """Issue the next number and show it large, to print or to read out."""
    user = signed_in(request)
    told = request.POST.get("people", "1")
    people = int(told) if told.isascii() and told.isdigit() and len(told) < 4 else 0
    try:
        ticket = reception.issue(organisation=_organisation(user), people=people, by=user, at=timezone.now())
    except ValueError:
        messages.error(request, _("请填写来访人数。"))
        return redirect("reception")
    return redirect("ticket", pk=ticket.pk)


@needs("take-in")
@never_cache
@require_safe
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """One number, large."""
    row = _ticket(request, pk)
    ahead = Ticket.objects.filter(organisation=row.organisation_id, day=row.day, called_at=None, ended_at=None,
                                  turn__lt=row.turn).count()  # fmt: skip
    context = {"ticket": row, "ahead": ahead, "number": shown(row.claim.number) if row.claim else ""}
    return render(request, "officer/cases/ticket.html", context)


@needs("take-in")
@require_POST
def call_next(request: HttpRequest) -> HttpResponse:
    """Call the next number to this desk. Its window is typed once and remembered while its officer is signed in."""
    user = signed_in(request)
    counter = " ".join(request.POST.get("counter", "").split())[:8]
    request.session["counter"] = counter
    called = reception.call_next(organisation=_organisation(user), by=user, at=timezone.now(), counter=counter)
    if called is None:
        messages.info(request, _("没有等候的号。"))
    else:
        messages.success(request, _("请 %(turn)s 号。") % {"turn": called.turn})
    return redirect("reception")


@needs("take-in")
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """A number is done without a claim, or waits again."""
    user, at, row = signed_in(request), timezone.now(), _ticket(request, pk)
    if request.POST.get("what") == "back":
        reception.put_back(ticket=row, by=user, at=at)
    else:
        reception.end(ticket=row, by=user, at=at)
    return redirect(reverse("reception"))


@needs("take-in")
@never_cache
@require_safe
def display(request: HttpRequest) -> HttpResponse:
    """The hall's screen: numbers being served and waiting, by itself renewed; no name, no matter."""
    user, at = signed_in(request), timezone.now()
    found = reception.hall(user.organisation, at=at) if user.organisation else None
    return render(request, "officer/cases/display.html", {"unit": user.organisation, "hall": found, "at": at})
