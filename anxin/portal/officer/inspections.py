"""Joint inspections of new projects: tasks by due date, the form with its checklist and photos, the re-check."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anxin.insight.inspection_list import (
    STATES,
    InspectionFilter,
    listed_inspections,
    read_inspection_filter,
)
from anxin.insight.paging import page_of, wanted_page
from anxin.insight.places import places_below
from anxin.insight.scope import visible_inspections, visible_projects
from anxin.law.civil import civil_date
from anxin.portal.officer import handling_words as words
from anxin.portal.officer.files import show_file, take_files
from anxin.portal.officer.forms import Wrong, day_of, read_day, read_text
from anxin.portal.ui import tags
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export
from anxin.registry.models.projects import Industry
from anxin.watch.handling.actions import AlreadyDone
from anxin.watch.handling.inspections import CHECKLIST, record_inspection, record_recheck
from anxin.watch.models import InspectionTask

STATE_WORDS = {
    "open": gettext_lazy("待检查、待复查"),
    "recheck": gettext_lazy("待复查"),
    "done": gettext_lazy("已完成"),
    "all": gettext_lazy("全部"),
}
_TITLES = {item: (zh, en) for item, zh, en in CHECKLIST}


def state_of(task: InspectionTask) -> str:
    """``open``, ``recheck`` or ``done``."""
    if task.done_on is None:
        return "open"
    return "recheck" if task.recheck_on and task.rechecked_at is None else "done"


def _state_word(task: InspectionTask) -> str:
    return {"open": _("待检查"), "recheck": _("待复查"), "done": _("已完成")}[state_of(task)]


def _late(task: Any, today: date) -> bool:
    return state_of(task) != "done" and task.next_on < today


@needs("inspect")
@require_safe
def inspections(request: HttpRequest) -> HttpResponseBase:
    """The list, nearest due date first; or the list as a file."""
    user, today = signed_in(request), civil_date(timezone.now())
    asked: InspectionFilter = read_inspection_filter(request.GET.dict())
    found = listed_inspections(user, asked, as_of=today)
    if request.GET.get("form") in {"csv", "xlsx"}:
        return _download(found, request.GET["form"], today)
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")))
    context = {
        "paging": paging,
        "rows": [
            {"task": row, "word": _state_word(row), "state": state_of(row), "late": _late(row, today)}
            for row in paging.rows
        ],
        "asked": asked,
        "states": [(state, STATE_WORDS[state]) for state in STATES],
        "industries": Industry.values,
        "places": places_below(user.region),
    }
    return render(request, "officer/inspections/list.html", context)


def _download(rows: QuerySet[InspectionTask], form: str, today: date) -> HttpResponseBase:
    headings = [
        *(_("项目编码"), _("项目名称"), _("地区"), _("行业"), _("承办单位"), _("首名工人进场"), _("检查期限")),
        *(_("状态"), _("检查日期"), _("参加人员"), _("不合格项"), _("检查发现"), _("复查期限"), _("复查结果")),
    ]

    def lines() -> Iterator[list[Cell]]:
        for task in rows[:READ].iterator(chunk_size=1000):
            failed = [_title(line["item"]) for line in task.checklist if line.get("ok") is False]
            yield [
                task.project.code, task.project.name, tags.region_path(task.project.region_code),
                tags.word(task.project.industry, "industry"), task.unit.name if task.unit else "", task.entered_on,
                task.due_on, _state_word(task), task.done_on, task.participants, "；".join(failed), task.findings,
                task.recheck_on, task.recheck_findings,
            ]  # fmt: skip

    name = _("联合检查-%(day)s") % {"day": today.isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())


def _title(item: str) -> str:
    return _TITLES[item][tags.in_english()] if item in _TITLES else item


def _task(request: HttpRequest, pk: int) -> InspectionTask:
    rows = visible_inspections(signed_in(request)).select_related("project__contractor", "unit", "done_by")
    return get_object_or_404(rows, pk=pk)


@needs("inspect")
@require_safe
def inspection(request: HttpRequest, pk: int) -> HttpResponse:
    """One task: the form, or what was found."""
    return _show(request, _task(request, pk))


def _show(
    request: HttpRequest, task: InspectionTask, *, given: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    today = civil_date(timezone.now())
    marks = {line["item"]: line for line in task.checklist}
    items = []
    for item in [item for item, _zh, _en in CHECKLIST]:
        line = marks.get(item, {"ok": None, "note": ""})
        kept = {True: "1", False: "0", None: ""}[line.get("ok")]
        items.append(
            {
                "item": item,
                "title": _title(item),
                "ok": given.get(f"ok-{item}", "") if given else kept,
                "note": given.get(f"note-{item}", "") if given else line.get("note", ""),
            }
        )
    context = {
        "task": task,
        "state": state_of(task),
        "word": _state_word(task),
        "items": items,
        "today": today,
        "late": (task.due_on if task.done_on is None else task.recheck_on or today) < today
        and state_of(task) != "done",
        "given": given or {},
        "done_by": words.person(task.done_by),
        "linked": visible_projects(signed_in(request)).filter(pk=task.project_id).exists(),
    }
    return render(request, "officer/inspections/task.html", context, status=status)


@needs("inspect")
@require_POST
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the joint check on record."""
    user, at = signed_in(request), timezone.now()
    task = _task(request, pk)
    try:
        done_on = _day_gone_by(request, "done_on", at, task.entered_on)
        participants = read_text(request, "participants", 400, _("请写明参加检查的单位和人员。"))
        checklist = _marks(request)
        failed = any(line["ok"] is False for line in checklist)
        findings = read_text(request, "findings", 4000, _("有不合格项时，请写明发现的问题。") if failed else "")
        recheck_on = None
        if request.POST.get("recheck_on"):
            recheck_on = read_day(request, "recheck_on", at, _("复查期限须是今天或以后的日期。"))
        elif failed:
            raise Wrong(_("有不合格项时，请定一个复查期限。"))
        record_inspection(
            task=task, done_on=done_on, participants=participants, checklist=checklist, findings=findings,
            photos=take_files(request, kinds=("jpeg", "png")), recheck_on=recheck_on, by=user, at=at,
        )  # fmt: skip
    except AlreadyDone as first:
        messages.info(request, first.en if tags.in_english() else first.zh)
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return _show(request, task, given=request.POST.dict(), status=422)
    else:
        messages.success(request, _("联合检查已登记。"))
    return redirect("inspection", pk=pk)


def _day_gone_by(request: HttpRequest, name: str, at: datetime, since: date) -> date:
    day = day_of(request.POST.get(name, ""))
    if day is None or not since <= day <= civil_date(at):
        raise Wrong(_("检查日期须在首名工人进场之后、今天之前（含当天）。"))
    return day


def _marks(request: HttpRequest) -> list[dict[str, Any]]:
    marks: list[dict[str, Any]] = []
    for item, _zh, _en in CHECKLIST:
        mark = request.POST.get(f"ok-{item}", "")
        if mark not in {"1", "0", "-"}:
            raise Wrong(_("请给每一项作出结论：%(item)s。") % {"item": _title(item)})
        note = " ".join(request.POST.get(f"note-{item}", "").split())[:300]
        marks.append({"item": item, "ok": {"1": True, "0": False}.get(mark), "note": note})
    return marks


@needs("inspect")
@require_POST
def recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the re-check on record."""
    user, at = signed_in(request), timezone.now()
    task = _task(request, pk)
    try:
        if state_of(task) == "open":
            raise Wrong(_("请先登记联合检查，再登记复查。"))
        findings = read_text(request, "recheck_findings", 4000, _("请写明复查结果。"))
        again_on = None
        if request.POST.get("again_on"):
            again_on = read_day(request, "again_on", at, _("复查期限须是今天或以后的日期。"))
        record_recheck(task=task, findings=findings, again_on=again_on, by=user, at=at)
    except AlreadyDone as first:
        messages.info(request, first.en if tags.in_english() else first.zh)
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return _show(request, task, given=request.POST.dict(), status=422)
    else:
        messages.success(request, _("复查已登记，请按新的期限再次复查。") if again_on else _("复查已登记。"))
    return redirect("inspection", pk=pk)


@needs("inspect")
@require_safe
def file(request: HttpRequest, pk: int, digest: str) -> HttpResponse:
    """A photo of an inspection."""
    task = _task(request, pk)
    if digest not in task.photos:
        raise Http404
    return show_file(request, digest, subject="inspection", subject_id=task.pk)
