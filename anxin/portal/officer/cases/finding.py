"""The case a page is about."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from anxin.cases.models import Case, Claim
from anxin.cases.numbers import read_number
from anxin.insight.scope import visible_cases
from anxin.portal.ui.access import signed_in


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
