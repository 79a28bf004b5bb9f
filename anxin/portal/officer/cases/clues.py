"""Files of the national clue platform: brought, read row by row, taken when somebody says so."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.cases import clue_import
from anxin.cases.models import ClueFile
from anxin.insight.paging import page_of, wanted_page
from anxin.insight.scope import in_region
from anxin.intake.sheets.workbook import SheetError
from anxin.people.access import seats_with
from anxin.people.models import User
from anxin.portal.officer.handling_words import person
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import export
from anxin.portal.ui.tags import in_english

_SHOWN = 2_000


def _files(user: User):  # type: ignore[no-untyped-def]
    found = ClueFile.objects.none()
    for seat in seats_with(user, "take-in"):
        if seat.region:
            found = found | ClueFile.objects.filter(in_region(seat.region))
    return found.select_related("by", "decided_by").order_by("-uploaded_at", "-id")


@needs("take-in")
@require_http_methods(["GET", "POST"])
def clue_files(request: HttpRequest) -> HttpResponse:
    """The files that were brought, and a form for the next."""
    user = signed_in(request)
    if request.method == "POST":
        return _bring(request, user)
    paging = page_of(_files(user).defer("report"), number=wanted_page(request.GET.get("page", "")), size=30)
    for row in paging.rows:
        row.who = person(row.by)
    columns = [column.titles[0] for column in clue_import.COLUMNS]
    return render(request, "officer/cases/clue_files.html", {"paging": paging, "columns": columns})


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
def clue_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A file's rows, each with its verdict."""
    file = get_object_or_404(_files(signed_in(request)), pk=pk)
    counts = {
        verdict: sum(1 for row in file.report if row["verdict"] == verdict) for verdict in ("ok", "refused", "skipped")
    }
    asked = request.GET.get("show", "")
    rows = [row for row in file.report if not asked or row["verdict"] == asked]
    context = {
        "file": file,
        "who": person(file.by),
        "decided_by": person(file.decided_by),
        "counts": counts,
        "asked": asked,
        "rows": [{**row, "why": row["reason_en"] if in_english() else row["reason"]} for row in rows[:_SHOWN]],
        "more": len(rows) > _SHOWN,
    }
    return render(request, "officer/cases/clue_file.html", context)


@needs("take-in")
@require_POST
def clue_file_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the good rows, or lay the file aside."""
    user = signed_in(request)
    file = get_object_or_404(_files(user), pk=pk)
    before = file.decided_at
    accepted = request.POST.get("decision") == "accept"
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
