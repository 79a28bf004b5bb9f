"""The page of one case: its head, and the sections that stand in ``sections``."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from anxin.cases.models import Case, Claim
from anxin.cases.numbers import read_number, shown
from anxin.insight.scope import visible_cases
from anxin.people.access import may
from anxin.portal.officer.cases.sections import SECTIONS
from anxin.portal.ui.access import needs, signed_in

PERMISSIONS = ("case", "assign", "approve", "escalate", "personal")


def find_case(request: HttpRequest, number: str, permission: str = "cases") -> Case:
    """The case a number leads to, in the bounds of the person's seats with a permission; else it is not there (404).

    The number of a merged case or of any claim in it leads to the case it is handled in now.
    """
    digits = read_number(number)
    rows = visible_cases(signed_in(request), permission)
    rows = rows.select_related("project", "enterprise", "unit", "owner", "merged_into", "warning")
    if not digits:
        raise Http404
    case = Case.objects.filter(number=digits).first()
    if case is None:
        case = get_object_or_404(Claim.objects.select_related("case"), number=digits).case
    while case.merged_into is not None:
        case = case.merged_into
    return get_object_or_404(rows, pk=case.pk)


def show_case(
    request: HttpRequest, case: Case, *, given: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """The page. ``given``: a form that was not taken, shown again as it was filled in."""
    user, at = signed_in(request), timezone.now()
    common: dict[str, Any] = {
        "case": case,
        "number": shown(case.number),
        "at": at,
        "given": given or {},
        "may": {
            name: may(user, name) and visible_cases(user, name).filter(pk=case.pk).exists() for name in PERMISSIONS
        },
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
