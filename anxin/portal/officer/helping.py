"""What an organisation was asked to help with, and its answers."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anxin.cases.flow import CannotMove
from anxin.cases.models import CaseTask
from anxin.cases.numbers import shown
from anxin.cases.tasks import finish_task, tasks_of
from anxin.insight.handling import helper_tasks, units_helping
from anxin.insight.paging import page_of, wanted_page
from anxin.insight.scope import visible_warnings
from anxin.people.models import User
from anxin.portal.officer import handling_words as words
from anxin.portal.officer.cases.listing import about
from anxin.portal.officer.forms import Wrong, read_text
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import in_english
from anxin.watch.handling import actions
from anxin.watch.handling.actions import AlreadyDone

MOST_CASE_TASKS = 100


@needs("help")
@require_safe
def helping(request: HttpRequest) -> HttpResponse:
    """The tasks, open ones first, by deadline."""
    return _page(request, signed_in(request))


def _page(request: HttpRequest, user: User, *, given: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    at = timezone.now()
    found = helper_tasks(user, at=at).select_related(
        "handling__warning__project", "handling__warning__enterprise", "handling__unit", "asked_by", "owner"
    )
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")))
    warnings = [row.handling.warning_id for row in paging.rows]
    mine = set(visible_warnings(user).filter(pk__in=warnings).values_list("pk", flat=True))
    rows: list[dict[str, Any]] = []
    for row in paging.rows:
        due, tone = ("", "") if row.done_at else words.till(row.due_at, at)
        rows.append(
            {
                "row": row,
                "warning": row.handling.warning,
                "linked": row.handling.warning_id in mine,
                "due": due,
                "tone": tone,
                "open": row.done_at is None and row.handling.ended_at is None,
                "asked_by": words.person(row.asked_by),
                "owner": words.person(row.owner),
            }
        )
    cases = [_case_task(task, at) for task in tasks_of(units_helping(user, at=at))[:MOST_CASE_TASKS]]
    context = {"cases": cases, "paging": paging, "rows": rows, "unit": user.organisation, "given": given or {}}
    return render(request, "officer/helping/list.html", context, status=status)


def _case_task(task: CaseTask, at: datetime) -> dict[str, Any]:
    """A part in a case. The page names the employer and the sums, and none of those who claim."""
    due, tone = ("", "") if task.done_at else words.till(task.due_at, at)
    case = task.case
    return {
        "row": task,
        "number": shown(case.number),
        "about": about(case),
        "due": due,
        "tone": tone,
        "open": task.done_at is None and case.ended_at is None,
        "asked_by": words.person(task.asked_by),
        "owner": words.person(task.done_by),
    }


@needs("help")
@require_POST
def answer_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Report back on one's part in a case."""
    user, at = signed_in(request), timezone.now()
    task = get_object_or_404(tasks_of(units_helping(user, at=at)), pk=pk)
    try:
        text = read_text(request, "answer", 1000, _("请写明办理情况。"))
        finish_task(task=task, answer=text, by=user, at=at)
    except CannotMove as first:
        messages.info(request, first.en if in_english() else first.zh)
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return _page(request, user, given={"case": str(pk), "answer": request.POST.get("answer", "")}, status=422)
    else:
        messages.success(request, _("已反馈，首问负责人会收到通知。"))
    return redirect("helping")


@needs("help")
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Report back to the lead."""
    user, at = signed_in(request), timezone.now()
    task = get_object_or_404(helper_tasks(user, at=at).select_related("handling"), pk=pk)
    try:
        text = read_text(request, "answer", 1000, _("请写明办理情况。"))
        actions.finish_helper(helper=task, answer=text, by=user, at=at)
    except AlreadyDone as first:
        messages.info(request, first.en if in_english() else first.zh)
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return _page(request, user, given={"task": str(pk), "answer": request.POST.get("answer", "")}, status=422)
    else:
        messages.success(request, _("已反馈，牵头承办人会收到通知。"))
    return redirect("helping")
