"""Files brought by hand: chosen, read row by row, shown, and taken in only on Accept."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.insight.paging import Page, page_of, wanted_page
from anxin.insight.scope import visible_projects
from anxin.insight.uploads import kinds_for, visible_uploads
from anxin.intake.models import Upload
from anxin.intake.sheets import reports, templates
from anxin.intake.sheets.imports import STATEMENT
from anxin.intake.sheets.kinds import KINDS
from anxin.intake.sheets.uploads import UploadDecided, accept, discard, receive
from anxin.intake.sheets.workbook import MAX_BYTES, SheetError
from anxin.intake.values import month as read_month
from anxin.law.civil import civil_date
from anxin.people.access import may
from anxin.people.models import Role, User
from anxin.portal.officer.downloads import form_asked, note_export
from anxin.portal.officer.handling_words import person
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, XLSX, Cell, export
from anxin.portal.ui.sending import send
from anxin.portal.ui.tags import in_english
from anxin.registry.models import Project

ROWS_A_PAGE = 100
VERDICTS = {
    "refused": gettext_lazy("拒收"),
    "notice": gettext_lazy("提示"),
    "waiting": gettext_lazy("暂存待匹配"),
    "skipped": gettext_lazy("跳过"),
    "ok": gettext_lazy("可接收"),
}
STATUSES = {
    "read": gettext_lazy("待确认"),
    "accepted": gettext_lazy("已接收"),
    "discarded": gettext_lazy("已放弃"),
}
# What has been decided is told as done.
_DECIDED = {
    "accepted": {**VERDICTS, "ok": gettext_lazy("已接收"), "waiting": gettext_lazy("已暂存")},
    "discarded": {**VERDICTS, "ok": gettext_lazy("未接收"), "waiting": gettext_lazy("未接收")},
}
_ORDER = {verdict: place for place, verdict in enumerate(("refused", "notice", "waiting", "ok", "skipped"))}


class _Refused(Exception):
    """Why a file was not read, in words for the person."""


def kind_title(kind: str) -> str:
    """A kind of file in the page's language."""
    if kind == STATEMENT:
        return _("银行对账报文（ISO 20022）")
    about = KINDS.get(kind)
    return kind if about is None else about.title_en if in_english() else about.title


@needs("uploads")
@require_http_methods(["GET", "HEAD", "POST"])
def uploads(request: HttpRequest) -> HttpResponseBase:
    """What was brought, newest first, and the form for the next file; or the list as a file."""
    user = signed_in(request)
    if request.method == "POST":
        try:
            taken = _receive(request, user)
        except _Refused as refused:
            messages.error(request, str(refused))
            return render(request, "officer/uploads/list.html", _list(request, user), status=422)
        return redirect("upload", pk=taken.pk)
    if form := form_asked(request):
        return _list_file(_filtered(request, user)[0], form)
    return render(request, "officer/uploads/list.html", _list(request, user))


def _list(request: HttpRequest, user: User) -> dict[str, Any]:
    found, filters = _filtered(request, user)
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")), size=20)
    kinds = kinds_for(user)
    asked = request.POST if request.method == "POST" else request.GET
    return {
        "paging": paging,
        "rows": [{"upload": row, "kind": kind_title(row.kind), "status": STATUSES[row.status]} for row in paging.rows],
        "filters": filters,
        "filtered": any(filters.values()),
        "statuses": STATUSES.items(),
        "kinds": [(kind, kind_title(kind), kind in KINDS) for kind in kinds],
        "kind": asked.get("kind", kinds[0] if kinds else ""),
        "project": user.project if user.role == Role.CLERK else asked.get("project", ""),
        "month": asked.get("month", ""),
        "own_project": visible_projects(user, "uploads").first() if user.role == Role.CLERK else None,
        "clerk": user.role == Role.CLERK,
    }


def _filtered(request: HttpRequest, user: User) -> tuple[QuerySet[Upload], dict[str, str]]:
    asked = request.GET
    filters = {
        "q": " ".join(asked.get("q", "").split())[:64],
        "of": asked.get("of", "") if asked.get("of") in (*KINDS, STATEMENT) else "",
        "status": asked.get("status", "") if asked.get("status") in STATUSES else "",
    }
    found = visible_uploads(user)
    if filters["q"]:
        text = filters["q"]
        found = found.filter(Q(name__icontains=text) | Q(project__name__icontains=text) | Q(project__code=text))
    if filters["of"]:
        found = found.filter(kind=filters["of"])
    if filters["status"]:
        found = found.filter(status=filters["status"])
    return found.select_related("project", "by").defer("report").order_by("-uploaded_at", "-id"), filters


def _list_file(found: QuerySet[Upload], form: str) -> HttpResponseBase:
    headings = [
        *(_("文件"), _("表格类别"), _("项目编码"), _("项目名称"), _("月份"), _("可用"), _("有误"), _("状态")),
        *(_("上传人"), _("上传时间"), _("确认人"), _("确认时间")),
    ]

    def lines() -> Iterator[list[Cell]]:
        for row in found.select_related("project", "by", "decided_by")[:READ].iterator(chunk_size=1000):
            yield [
                row.name, kind_title(row.kind), row.project.code if row.project else "",
                row.project.name if row.project else "", row.month, row.good, row.bad, str(STATUSES[row.status]),
                person(row.by), row.uploaded_at, person(row.decided_by), row.decided_at,
            ]  # fmt: skip

    name = _("上传记录-%(day)s") % {"day": civil_date(timezone.now()).isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())


def _receive(request: HttpRequest, user: User) -> Upload:
    kind = request.POST.get("kind", "")
    if kind not in kinds_for(user):
        raise _Refused(_("请选择表格类别。"))
    project = _project(user, request.POST.get("project", "").strip())
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.size:
        raise _Refused(_("请选择一个文件，且文件不能为空。"))
    if file.size > MAX_BYTES:
        raise _Refused(_("文件超过 %(size)s MB。请按月份或班组拆分后再传。") % {"size": MAX_BYTES // 1024 // 1024})
    try:
        month = read_month(request.POST.get("month", "")) or ""
    except ValueError:
        raise _Refused(_("月份写成 2026-03 的形式，或留空。")) from None
    try:
        return receive(
            content=file.read(),
            name=file.name or _("未命名"),
            kind=kind,
            project=project,
            by=user,
            at=timezone.now(),
            month=month,
        )
    except SheetError as unreadable:
        raise _Refused(unreadable.reason_en if in_english() else unreadable.reason) from None


def _project(user: User, code: str) -> Project | None:
    """The project a file is for. A person without a jurisdiction, or a clerk without a project, brings nothing."""
    mine = visible_projects(user, "uploads")
    if user.role == Role.CLERK:
        project = mine.first()
        if project is None:
            raise _Refused(_("您的账号没有绑定项目，不能上传。请联系系统运维。"))
        return project
    if not user.region:
        raise _Refused(_("您的账号没有辖区，不能上传。请联系系统运维。"))
    if not code:
        if user.industry:
            raise _Refused(_("请填写项目编码：您的账号只管一个行业，一个文件对应一个项目。"))
        return None
    project = mine.filter(code=code).first()
    if project is None:
        raise _Refused(_("辖区内没有项目编码 %(code)s。请核对编码，或留空并在表中写明。") % {"code": code})
    return project


def _upload_or_404(request: HttpRequest, pk: int) -> Upload:
    user = signed_in(request)
    return get_object_or_404(visible_uploads(user).select_related("project", "by", "decided_by"), pk=pk)


@needs("uploads")
@never_cache
@require_safe
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """One file, row by row, bad rows first in sight; or its report as a file."""
    found = _upload_or_404(request, pk)
    if form := form_asked(request):
        note_export(request, form=form, rows=found.report)
        return _download(found, form)
    counts = dict.fromkeys(VERDICTS, 0)
    for row in found.report:
        counts[row["verdict"]] = counts.get(row["verdict"], 0) + 1
    wanted = request.GET.get("verdict", "")
    kept = (
        [row for row in found.report if row["verdict"] == wanted]
        if wanted in VERDICTS
        else sorted(found.report, key=_badness)
    )
    number = wanted_page(request.GET.get("page", ""))
    number = min(max(number, 1), max(-(-len(kept) // ROWS_A_PAGE), 1))
    shown = kept[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
    english = in_english()
    said = _DECIDED.get(found.status, VERDICTS)
    context = {
        "upload": found,
        "kind": kind_title(found.kind),
        "status": STATUSES[found.status],
        "rows": [
            {
                **row,
                "verdict_word": said.get(row["verdict"], row["verdict"]),
                "why": row["reason_en"] if english and row["reason_en"] else row["reason"],
                "fields": row["shown"].items(),
            }
            for row in shown
        ],
        "counts": counts,
        "tabs": [("", _("全部"), len(found.report)), *((v, said[v], n) for v, n in counts.items() if n)],
        "wanted": wanted if wanted in VERDICTS else "",
        "paging": Page(rows=shown, number=number, size=ROWS_A_PAGE, total=len(kept), more=False),
        "undecided": found.status == "read",
        "may_projects": may(signed_in(request), "projects"),
    }
    return render(request, "officer/uploads/report.html", context)


def _badness(row: dict[str, Any]) -> int:
    """What needs a person comes first; rows of the same verdict keep the order of the file."""
    return _ORDER.get(row["verdict"], len(_ORDER))


def _download(found: Upload, form: str) -> HttpResponse:
    content = reports.report_xlsx(found) if form == "xlsx" else reports.report_csv(found)
    return send(content, XLSX if form == "xlsx" else "text/csv; charset=utf-8", f"report-{found.pk}.{form}")


@needs("uploads")
@require_safe
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """The template of a kind to fill in."""
    user = signed_in(request)
    if kind not in KINDS or kind not in kinds_for(user):
        raise Http404
    own = user.project if user.role == Role.CLERK else ""
    return send(templates.template(kind, own), XLSX, f"{kind}.xlsx")


@needs("uploads")
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the good rows in, or nothing."""
    user = signed_in(request)
    found = _upload_or_404(request, pk)
    if found.kind not in kinds_for(user):
        raise Http404
    try:
        if request.POST.get("decision") == "accept":
            outcome = accept(found, by=user, at=timezone.now())
            counts = {"taken": outcome.taken, "waiting": outcome.waiting, "refused": outcome.refused}
            messages.success(request, _("已接收 %(taken)s 行，暂存 %(waiting)s 行，拒收 %(refused)s 行。") % counts)
        elif request.POST.get("decision") == "discard":
            discard(found, by=user, at=timezone.now())
            messages.success(request, _("已放弃，文件中的数据没有入账。"))
        else:
            raise Http404
    except UploadDecided as decided:
        messages.error(request, decided.reason_en if in_english() else decided.reason)
    except SheetError as unreadable:
        messages.error(request, unreadable.reason_en if in_english() else unreadable.reason)
    return redirect(reverse("upload", args=[pk]))
