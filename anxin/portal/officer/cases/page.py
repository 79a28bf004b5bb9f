"""The page of one case: its head, and the sections that stand in ``sections``."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from anxin.cases.models import Case
from anxin.cases.numbers import shown
from anxin.insight.scope import may_on_case
from anxin.portal.officer.cases import words
from anxin.portal.officer.cases.clocks import clocks_part
from anxin.portal.officer.cases.finding import find_case
from anxin.portal.officer.cases.offers import offers
from anxin.portal.officer.handling_words import person
from anxin.portal.ui.access import needs, signed_in
from anxin.vault.fields import mask_text

__all__ = ["case_page", "find_case", "show_case"]
PERMISSIONS = ("case", "assign", "approve", "escalate", "personal")


def show_case(
    request: HttpRequest, case: Case, *, given: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """The page. ``given``: a form that was not taken, shown again as it was filled in."""
    # Sections that bring acts of their own use ``acting``, which shows this page.
    from anxin.portal.officer.cases.sections import SECTIONS

    user, at = signed_in(request), timezone.now()
    common: dict[str, Any] = {
        "case": case,
        "number": shown(case.number),
        "at": at,
        "given": given or {},
        "may": {name: may_on_case(user, name, case) for name in PERMISSIONS},
    }
    about = case.project.name if case.project else case.enterprise.name if case.enterprise else mask_text(case.employer)
    common |= {
        "state_word": words.state(case.state),
        "door_word": words.DOORS.get(case.door, ""),
        "owner_name": person(case.owner),
        "mine": case.owner_id == user.pk,
        "about": about,
        "clocks": clocks_part(case, user, at),
        "acts": offers(case, user, at, common["may"]),
    }
    parts = [(section, section.context(case, user, at)) for section in SECTIONS]
    told = [(section, part) for section, part in parts if part is not None]
    common["wide"] = [(section, part) for section, part in told if not section.side]
    common["narrow"] = [(section, part) for section, part in told if section.side]
    return render(request, "officer/cases/page.html", common, status=status)


@needs("cases")
@require_safe
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    """One case. Any number that leads to it is led to its own address."""
    case = find_case(request, number)
    return show_case(request, case) if case.number == number else redirect("case", number=case.number)
