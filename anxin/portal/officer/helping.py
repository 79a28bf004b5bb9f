"""What an organisation was asked to help with, and its answers."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anxin.cases.flow import CannotMove
from anxin.cases.models import CaseTask
from anxin.cases.numbers import read_number, shown
from anxin.cases.tasks import finish_task, tasks_of
from anxin.insight.handling import helper_tasks, units_helping
from anxin.insight.paging import page_of_list, wanted_page
from anxin.insight.scope import visible_warnings
from anxin.law.civil import civil_date
from anxin.people.models import User
from anxin.portal.officer import handling_words as words
from anxin.portal.officer.cases.listing import about
from anxin.portal.officer.downloads import form_asked
from anxin.portal.officer.forms import Wrong, read_text
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export
from anxin.portal.ui.tags import in_english
from anxin.watch.handling import actions
from anxin.watch.handling.actions import AlreadyDone
from anxin.watch.models import HelperTask

STATES = {"open": gettext_lazy("待反馈"), "done": gettext_lazy("已反馈"), "ended": gettext_lazy("未反馈已办结")}
_OF_WARNING = {
    "open": Q(done_at=None, handling__ended_at=None),
    "done": Q(done_at__isnull=False),
    "ended": Q(done_at=None, handling__ended_at__isnull=False),
}
_OF_CASE = {
    "open": Q(done_at=None, case__ended_at=None),
    "done": Q(done_at__isnull=False),
    "ended": Q(done_at=None, case__ended_at__isnull=False),
}


@needs("help")
@require_safe
def helping(request: HttpRequest) -> HttpResponseBase:
    """The tasks, open ones first, by deadline; or the list as a file."""
    user = signed_in(request)
    if form := form_asked(request):
        return _download(user, _keys(user, request), form)
    return _page(request, user)


def _keys(user: User, request: HttpRequest) -> list[tuple[str, int]]:
    """Which tasks the list holds, in its order: ``("case" or "warning", key)``. Open ones come first, by deadline, then
    the last answered."""
    at = timezone.now()
    text, state = _asked(request)
    of_warnings = helper_tasks(user, at=at).order_by()
    of_cases = tasks_of(units_helping(user, at=at)).order_by()
    if state:
        of_warnings, of_cases = of_warnings.filter(_OF_WARNING[state]), of_cases.filter(_OF_CASE[state])
    if text:
        of_warnings = of_warnings.filter(Q(task__icontains=text) | Q(handling__warning__project__name__icontains=text))
        of_cases = of_cases.filter(
            Q(task__icontains=text) | Q(case__number=read_number(text) or text) | Q(case__project__name__icontains=text)
        )
    found = [
        (ended or done, done, due, kind, pk)
        for kind, rows in (
            ("warning", of_warnings.values_list("pk", "done_at", "handling__ended_at", "due_at")),
            ("case", of_cases.values_list("pk", "done_at", "case__ended_at", "due_at")),
        )
        for pk, done, ended, due in rows[:READ]
    ]
    open_ = sorted((due, kind, pk) for closed, _done, due, kind, pk in found if closed is None)
    over = sorted(((closed, kind, pk) for closed, _done, _due, kind, pk in found if closed is not None), reverse=True)
    return [(kind, pk) for _when, kind, pk in (*open_, *over)]


def _asked(request: HttpRequest) -> tuple[str, str]:
    state = request.GET.get("state", "")
    return " ".join(request.GET.get("q", "").split())[:64], state if state in STATES else ""


def _page(request: HttpRequest, user: User, *, given: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    paging = page_of_list(_keys(user, request), number=wanted_page(request.GET.get("page", "")))
    text, state = _asked(request)
    context = {
        "paging": paging, "rows": _rows(paging.rows, user, timezone.now()), "unit": user.organisation,
        "given": given or {}, "text": text, "state": state, "states": STATES.items(), "filtered": bool(text or state),
    }  # fmt: skip
    return render(request, "officer/helping/list.html", context, status=status)


def _rows(keys: Sequence[tuple[str, int]], user: User, at: datetime) -> list[dict[str, Any]]:
    """The tasks of these keys, as the list shows them."""
    joined = ("handling__warning__project", "handling__warning__enterprise", "handling__unit", "asked_by", "owner")
    of_warnings = (
        helper_tasks(user, at=at).select_related(*joined).in_bulk([pk for kind, pk in keys if kind == "warning"])
    )
    of_cases = tasks_of(units_helping(user, at=at)).in_bulk([pk for kind, pk in keys if kind == "case"])
    warnings = [row.handling.warning_id for row in of_warnings.values()]
    mine = set(visible_warnings(user).filter(pk__in=warnings).values_list("pk", flat=True))
    return [
        _case_task(of_cases[pk], at) if kind == "case" else _warning_task(of_warnings[pk], mine, at)
        for kind, pk in keys
        if pk in (of_cases if kind == "case" else of_warnings)
    ]


def _warning_task(row: HelperTask, mine: set[int], at: datetime) -> dict[str, Any]:
    due, tone = ("", "") if row.done_at else words.till(row.due_at, at)
    return {
        "row": row,
        "warning": row.handling.warning,
        "linked": row.handling.warning_id in mine,
        "due": due,
        "tone": tone,
        "open": row.done_at is None and row.handling.ended_at is None,
        "asked_by": words.person(row.asked_by),
        "owner": words.person(row.owner),
    }


def _download(user: User, keys: Sequence[tuple[str, int]], form: str) -> HttpResponseBase:
    at = timezone.now()
    headings = [
        *(_("协办事项"), _("案件编号"), _("预警编号"), _("项目或单位"), _("请求人"), _("请求时间"), _("期限")),
        *(_("状态"), _("反馈人"), _("反馈时间"), _("办理情况")),
    ]

    def lines() -> Iterator[list[Cell]]:
        for start in range(0, min(len(keys), READ), 1000):
            for one in _rows(keys[start : start + 1000], user, at):
                row, warning = one["row"], one.get("warning")
                state = "done" if row.done_at else "open" if one["open"] else "ended"
                about = one["about"] if warning is None else (warning.project or warning.enterprise).name
                yield [
                    row.task, one.get("number", ""), warning.pk if warning else None, about, one["asked_by"],
                    row.asked_at, row.due_at, str(STATES[state]), one["owner"], row.done_at, row.answer,
                ]  # fmt: skip

    name = _("协办任务-%(day)s") % {"day": civil_date(at).isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())


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
