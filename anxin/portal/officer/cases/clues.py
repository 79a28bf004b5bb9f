"""Files of the national clue platform: brought, read row by row, taken when somebody says so."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.cases import clue_import
from anxin.cases.models import ClueFile
from anxin.insight.paging import page_of, page_of_list, wanted_page
from anxin.insight.scope import in_region
from anxin.intake.sheets.workbook import SheetError
from anxin.law.civil import civil_date
from anxin.people.access import seats_with
from anxin.people.models import User
from anxin.portal.officer.downloads import form_asked, note_export
from anxin.portal.officer.handling_words import person
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export
from anxin.portal.ui.tags import in_english

STATES = {"waiting": gettext_lazy("待确认"), "accepted": gettext_lazy("已立线索"), "discarded": gettext_lazy("已放弃")}
_IN_STATE = {
    "waiting": Q(decided_at=None),
    "accepted": Q(decided_at__isnull=False, accepted=True),
    "discarded": Q(decided_at__isnull=False, accepted=False),
}
VERDICTS = {
    "ok": gettext_lazy("可立"),
    "refused": gettext_lazy("有误"),
    "skipped": gettext_lazy("跳过"),
    "notice": gettext_lazy("提示"),
}


def _files(user: User):  # type: ignore[no-untyped-def]
    found = ClueFile.objects.none()
    for seat in seats_with(user, "take-in"):
        if seat.region:
            found = found | ClueFile.objects.filter(in_region(seat.region))
    return found.select_related("by", "decided_by").order_by("-uploaded_at", "-id")


@needs("take-in")
@require_http_methods(["GET", "POST"])
def clue_files(request: HttpRequest) -> HttpResponseBase:
    """The files that were brought, and a form for the next; or the list as a file."""
    user = signed_in(request)
    if request.method == "POST":
        return _bring(request, user)
    text = " ".join(request.GET.get("q", "").split())[:64]
    state = request.GET.get("state", "") if request.GET.get("state") in STATES else ""
    found = _files(user).defer("report")
    if text:
        found = found.filter(name__icontains=text)
    if state:
        found = found.filter(_IN_STATE[state])
    if form := form_asked(request):
        return _list_file(found, form)
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")), size=30)
    for row in paging.rows:
        row.who = person(row.by)
    columns = [column.titles[0] for column in clue_import.COLUMNS]
    context = {
        "paging": paging, "columns": columns, "text": text, "state": state, "states": STATES.items(),
        "filtered": bool(text or state),
    }  # fmt: skip
    return render(request, "officer/cases/clue_files.html", context)


def _list_file(found: QuerySet[ClueFile], form: str) -> HttpResponseBase:
    headings = [
        *(_("文件"), _("导入人"), _("导入时间"), _("状态"), _("已立线索"), _("此前已有"), _("处理人"), _("处理时间")),
    ]

    def lines() -> Iterator[list[Cell]]:
        for row in found[:READ].iterator(chunk_size=1000):
            state = "waiting" if row.decided_at is None else "accepted" if row.accepted else "discarded"
            yield [
                row.name, person(row.by), row.uploaded_at, str(STATES[state]), row.taken, row.known,
                person(row.decided_by), row.decided_at,
            ]  # fmt: skip

    name = _("线索导入记录-%(day)s") % {"day": civil_date(timezone.now()).isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())


def _bring(request: HttpRequest, user: User) -> HttpResponse:
    brought = request.FILES.get("file")
    if not isinstance(brought, UploadedFile) or not user.region:
        messages.error(request, _("请选择从线索平台下载的表格（.xlsx、.xls 或 .csv）。"))
        return redirect("clue-files")
    try:
        file = clue_import.bring(
            content=brought.read(), name=brought.name or "", region=user.region, by=user, at=timezone.now()
        )
    except SheetError as error:
        messages.error(request, error.reason_en if in_english() else error.reason)
        return redirect("clue-files")
    return redirect("clue-file", pk=file.pk)


@needs("take-in")
@require_safe
def clue_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file's rows, masked, each with its verdict; or these as a file."""
    file = get_object_or_404(_files(signed_in(request)), pk=pk)
    counts = {
        verdict: sum(1 for row in file.report if row["verdict"] == verdict) for verdict in ("ok", "refused", "skipped")
    }
    asked = request.GET.get("show", "")
    asked = asked if asked in VERDICTS else ""
    rows = [row for row in file.report if not asked or row["verdict"] == asked]
    if form := form_asked(request):
        note_export(request, form=form, rows=rows)
        return _rows_file(rows, form, file.pk)
    paging = page_of_list(rows, number=wanted_page(request.GET.get("page", "")), size=100)
    context = {
        "file": file,
        "who": person(file.by),
        "decided_by": person(file.decided_by),
        "counts": counts,
        "asked": asked,
        "rows": [{**row, "why": _why(row)} for row in paging.rows],
        "paging": paging,
    }
    return render(request, "officer/cases/clue_file.html", context)


def _why(row: dict[str, Any]) -> str:
    return str(row["reason_en"] if in_english() else row["reason"])


def _rows_file(rows: list[dict[str, Any]], form: str, pk: int) -> HttpResponseBase:
    def cells(row: dict[str, Any]) -> list[Cell]:
        told = "；".join(f"{title}：{value}" for title, value in row["shown"].items())
        return [row["row"], str(VERDICTS.get(row["verdict"], row["verdict"])), told, _why(row)]

    headings = [_("行"), _("结果"), _("内容（已脱敏）"), _("说明")]
    name = _("线索文件-%(number)s") % {"number": pk}
    return export(form=form, name=name, headings=headings, rows=map(cells, rows[:READ]))


@needs("take-in")
@require_POST
def clue_file_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the good rows, or lay the file aside."""
    user = signed_in(request)
    file = get_object_or_404(_files(user), pk=pk)
    before = file.decided_at
    accepted = request.POST.get("decision") == "accept"
    if accepted and before is None and not any(row["verdict"] == "ok" for row in file.report):
        messages.error(request, _("文件里没有可立的行，没有立线索。请改好后重新导入，或放弃这个文件。"))
        return redirect("clue-file", pk=pk)
    done = clue_import.decide(file=file, accepted=accepted, by=user, at=timezone.now())
    if before is not None:
        messages.info(request, _("该文件此前已处理。"))
    elif accepted:
        messages.success(
            request,
            _("已立线索 %(taken)s 件；此前已导入的 %(known)s 件没有重复。")
            % {"taken": done.taken, "known": done.known},
        )
    else:
        messages.success(request, _("已放弃，没有导入任何线索。"))
    return redirect("clue-file", pk=pk)


@needs("take-in")
@require_safe
def clue_template(request: HttpRequest):  # type: ignore[no-untyped-def]
    """An empty table with the headings that are understood and one example."""
    columns = clue_import.COLUMNS
    return export(form="xlsx", name=_("线索导入模板"), headings=[column.titles[0] for column in columns],
                  rows=[[column.example or "" for column in columns]])  # fmt: skip
