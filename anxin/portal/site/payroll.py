"""Wage sheets: read, looked over for what an officer would find, and handed in; pictures of the signed sheet."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.insight.project_months import MonthFigures, month_figures, month_range, wages_due_on
from anxin.intake.models import Upload
from anxin.intake.payroll_lint import Issue, Lint, lint_month, lint_reading
from anxin.intake.sheets import imports
from anxin.intake.sheets.prefilled import wage_sheet
from anxin.intake.sheets.uploads import READ, UploadDecided, accept, discard, receive
from anxin.intake.sheets.workbook import MAX_BYTES, SheetError
from anxin.intake.values import month as read_month
from anxin.law.civil import civil_date, month_of, shift_month
from anxin.ledger import read
from anxin.people import trail
from anxin.people.models import User
from anxin.portal.officer.downloads import note_export
from anxin.portal.officer.forms import Wrong, read_text
from anxin.portal.officer.projects import month_or_404
from anxin.portal.site import words
from anxin.portal.site.reach import project_or_404, read_files
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import XLSX, export, yuan
from anxin.portal.ui.sending import send
from anxin.portal.ui.tags import in_english
from anxin.registry import mending
from anxin.registry.models import Project
from anxin.vault import evidence

MONTHS = 6
SHOWN_A_KIND = 50


@needs("site")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def payroll(request: HttpRequest) -> HttpResponse:
    """Months with their sheets, and the form for the next file."""
    project = project_or_404(request)
    at = timezone.now()
    status = 200
    if request.method == "POST":
        try:
            taken = _receive(request, project, signed_in(request))
            return redirect("site-payroll-sheet", pk=taken.pk)
        except Wrong as wrong:
            messages.error(request, str(wrong))
            status = 422
    today = civil_date(at)
    months = month_range(month_of(today), MONTHS)
    work, pay = read.work_months(project_id=project.pk), read.pay_months(project_id=project.pk)
    figures = month_figures(work, pay, months=months, as_of=today, pay_day=project.pay_day)
    signed = set(project.papers.filter(kind="payroll").values_list("about", flat=True))
    sheets = Upload.objects.filter(project=project, kind="payroll").defer("report").order_by("-uploaded_at", "-id")
    context = {
        "project": project,
        "months": [{"figures": one, "signed": one.month in signed} for one in reversed(figures) if not one.empty],
        "sheets": list(sheets.select_related("by")[:10]),
        "month": request.POST.get("month") or request.GET.get("month") or _wanted(figures, month_of(today)),
    }
    return render(request, "site/payroll.html", context, status=status)


def _wanted(figures: list[MonthFigures], current: str) -> str:
    """The month whose sheet is brought next: the oldest that is over and has days but no sheet; else the last one."""
    waiting = (one.month for one in figures if one.month < current and one.attended and not one.lines)
    return next(waiting, shift_month(current, -1))


@needs("site")
@never_cache
@require_safe
def to_fill(request: HttpRequest, month: str) -> HttpResponse:
    """The month's sheet with the people and their days in it, for the sums to be written."""
    project = project_or_404(request)
    month = month_or_404(month)
    content = wage_sheet(project, month=month)
    if content is None:
        messages.error(request, _("%(month)s 没有考勤，请下载空白模板填写。") % {"month": month})
        return redirect("site-payroll")
    note_export(request, form="xlsx", rows=range(read.work_months(project_id=project.pk, month=month).num_rows))
    return send(content, XLSX, f"payroll-{month}-{project.pk}.xlsx")


def _receive(request: HttpRequest, project: Project, by: User) -> Upload:
    file = request.FILES.get("file")
    if file is None or not file.size:
        raise Wrong(_("请选择一个文件，且文件不能为空。"))
    if file.size > MAX_BYTES:
        raise Wrong(_("文件超过 %(size)s MB。请按月份或班组拆分后再传。") % {"size": MAX_BYTES // 1024 // 1024})
    try:
        month = read_month(request.POST.get("month", "")) or ""
    except ValueError:
        raise Wrong(_("月份写成 2026-03 的形式，或留空。")) from None
    try:
        return receive(
            content=file.read(), name=file.name or _("未命名"), kind="payroll", project=project, by=by,
            at=timezone.now(), month=month,
        )  # fmt: skip
    except SheetError as unreadable:
        raise Wrong(unreadable.reason_en if in_english() else unreadable.reason) from None


def _sheet_or_404(request: HttpRequest, pk: int) -> tuple[Project, Upload]:
    project = project_or_404(request)
    mine = Upload.objects.filter(project=project, kind="payroll").select_related("by", "decided_by", "project")
    return project, get_object_or_404(mine, pk=pk)


def _lint(project: Project, sheet: Upload) -> tuple[Lint, dict[str, int]]:
    """The sheet read again, so that the look is today's."""
    at = timezone.now()
    reading = imports.read(
        "payroll", evidence.read(sheet.content), sheet.name, project=project, at=at, month=sheet.month
    )
    return lint_reading(reading, project=project, as_of=civil_date(at)), reading.counts


@needs("site")
@never_cache
@require_safe
def sheet_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What was found in a sheet, gravest first; and handing it in."""
    project, sheet = _sheet_or_404(request, pk)
    try:
        lint, counts = _lint(project, sheet)
    except (SheetError, FileNotFoundError, ValueError):
        raise Http404 from None
    if request.GET.get("form") in ("csv", "xlsx"):
        return _download(request, lint, f"{project.code}-{sheet.pk}-lint")
    return _show_sheet(request, project, sheet, lint, counts)


def _show_sheet(
    request: HttpRequest, project: Project, sheet: Upload, lint: Lint, counts: dict[str, int], status: int = 200
) -> HttpResponse:
    context = {"sheet": sheet, "counts": counts, "given": request.POST, **_told(project, lint)}
    return render(request, "site/sheet.html", context, status=status)


@needs("site")
@never_cache
@require_safe
def month_page(request: HttpRequest, month: str) -> HttpResponseBase:
    """The same look over what the ledger holds of a month."""
    project = project_or_404(request)
    month = month_or_404(month)
    lint = lint_month(project, month=month, as_of=civil_date(timezone.now()))
    if request.GET.get("form") in ("csv", "xlsx"):
        return _download(request, lint, f"{project.code}-{month}-lint")
    return render(request, "site/sheet.html", {"sheet": None, "month": month, **_told(project, lint)})


def _told(project: Project, lint: Lint) -> dict[str, Any]:
    groups = []
    for kind, count in lint.counts.items():
        title, todo = words.LINT[kind]
        rows = [issue for issue in lint.issues if issue.kind == kind]
        limit = {"below_floor": lint.floor, "above_limit": lint.limit}.get(kind)
        groups.append(
            {"kind": kind, "title": title, "todo": todo, "count": count, "rows": rows[:SHOWN_A_KIND], "limit": limit}
        )
    last = max(lint.months, default="")
    return {
        "project": project,
        "lint": lint,
        "groups": groups,
        "due_on": wages_due_on(last, project.pay_day) if last else None,
    }


def _download(request: HttpRequest, lint: Lint, name: str) -> HttpResponseBase:
    form = request.GET["form"]
    note_export(request, form=form, rows=lint.issues)
    headings = [
        *(_("问题"), _("位置"), _("姓名"), _("月份"), _("考勤天数"), _("应发（元）"), _("实发（元）")),
        *(_("界限（元）"), _("怎么办")),
    ]

    def cells(issue: Issue) -> list[Any]:
        title, todo = words.LINT[issue.kind]
        money = (yuan(issue.due_fen), yuan(issue.paid_fen), yuan(issue.limit_fen))
        return [str(title), issue.place, issue.name, issue.month, issue.days, *money, str(todo)]

    return export(form=form, name=name, headings=headings, rows=(cells(issue) for issue in lint.issues))


@needs("site")
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a sheet in; with a word where the look found something. Or give it up."""
    user = signed_in(request)
    project, sheet = _sheet_or_404(request, pk)
    at = timezone.now()
    try:
        if request.POST.get("decision") == "discard":
            discard(sheet, by=user, at=at)
            messages.success(request, _("已放弃，文件中的数据没有入账。"))
            return redirect("site-payroll")
        if request.POST.get("decision") != "submit":
            raise Http404
        if sheet.status != READ:
            raise UploadDecided(sheet)
        lint, read = _lint(project, sheet)
        if not lint.lines:
            raise Wrong(_("没有一行可以报送。请核对表头和月份，改正后重新上传。"))
        wanting = _("自查发现了问题。请更正后重传，或写明原因再报送。") if lint.issues or lint.low_mean else ""
        word = read_text(request, "word", 300, wanting)
        papers = read_files(request)
        with transaction.atomic():
            outcome = accept(sheet, by=user, at=at)
            Upload.objects.filter(pk=sheet.pk).update(word=word)
            trail.record(by=user, at=at, action="hand-in-payroll", subject="upload", subject_id=sheet.pk,
                         changes={"months": lint.months, "found": lint.counts, "word": word})  # fmt: skip
            if papers:
                month = max(lint.months, default="")
                mending.bring_signed_sheets(project=project, month=month, papers=papers, by=user, at=at)
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return _show_sheet(request, project, sheet, lint, read, status=422)
    except UploadDecided as decided:
        messages.error(request, decided.reason_en if in_english() else decided.reason)
        return redirect("site-payroll-sheet", pk=pk)
    counts = {"taken": outcome.taken, "waiting": outcome.waiting, "refused": outcome.refused}
    messages.success(request, _("已报送：接收 %(taken)s 行，暂存 %(waiting)s 行，拒收 %(refused)s 行。") % counts)
    return redirect("site-payroll-sheet", pk=pk)


@needs("site")
@require_POST
def signed(request: HttpRequest, month: str) -> HttpResponse:
    """Keep pictures of a month's sheet as the workers signed it."""
    project = project_or_404(request)
    month = month_or_404(month)
    try:
        _not_ahead(month, civil_date(timezone.now()))
        papers = read_files(request, wanting=_("请选择工人签字工资表的照片或扫描件。"))
        mending.bring_signed_sheets(
            project=project, month=month, papers=papers, by=signed_in(request), at=timezone.now()
        )
    except Wrong as wrong:
        messages.error(request, str(wrong))
    else:
        messages.success(request, _("已保存 %(month)s 的签字工资表。") % {"month": month})
    return redirect("site-payroll")


def _not_ahead(month: str, today: date) -> None:
    if month > month_of(today):
        raise Wrong(_("月份不能晚于本月。"))
