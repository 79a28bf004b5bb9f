"""Merging two cases, and splitting one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anxin.cases import merging
from anxin.cases.flow import CannotMove
from anxin.cases.models import Case
from anxin.cases.names import shown_names
from anxin.cases.numbers import shown
from anxin.insight.case_list import case_by_number
from anxin.insight.scope import visible_cases
from anxin.portal.officer.cases import words
from anxin.portal.officer.cases.acting import act_on
from anxin.portal.officer.cases.finding import find_case
from anxin.portal.officer.forms import Wrong, key_of, read_text
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import in_english


@needs("case")
@require_POST
def merge(request: HttpRequest, number: str) -> HttpResponse:
    """Join another case, named by its number, to this one."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        other = case_by_number(user, request.POST.get("other", ""))
        if other is None or not visible_cases(user, "case").filter(pk=other.pk).exists():
            raise Wrong(_("没有找到这个编号的案件，请核对 14 位数字。"))
        merging.merge(into=case, other=other, by=user, at=timezone.now())

    return act_on(request, case, act, _("已并案，每位申请人都已收到告知。"))


@needs("case")
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, number: str) -> HttpResponse:
    """Choose who goes into a case of their own, and why."""
    user, case = signed_in(request), find_case(request, number, "case")
    if request.method == "GET":
        return _choose(request, case)
    try:
        reason = read_text(request, "reason", 300, _("请写明分案的理由。"))
        chosen = [key for key in map(key_of, request.POST.getlist("claimant")) if key]
        fresh = merging.split(case=case, claimants=chosen, reason=reason, by=user, at=timezone.now())
    except Wrong as wrong:
        return _choose(request, case, problem=str(wrong))
    except CannotMove as error:
        return _choose(request, case, problem=error.en if in_english() else error.zh)
    messages.success(request, _("已分案，这是新案件；每位申请人都已收到告知。"))
    return redirect(reverse("case", args=[fresh.number]))


def _choose(request: HttpRequest, case: Case, *, problem: str = "") -> HttpResponse:
    rows = list(case.claimants.select_related("worker", "claim").order_by("claim__at", "claim_id", "id"))
    names = shown_names(rows)
    chosen = set(request.POST.getlist("claimant"))
    people = [
        {
            "row": row,
            "name": names[row.pk],
            "claim": shown(row.claim.number),
            "door": words.DOORS.get(row.claim.door, ""),
            "chosen": str(row.pk) in chosen,
        }
        for row in rows
    ]
    context = {"case": case, "number": shown(case.number), "people": people, "problem": problem,
               "reason": request.POST.get("reason", "")}  # fmt: skip
    return render(request, "officer/cases/split.html", context, status=422 if problem else 200)
