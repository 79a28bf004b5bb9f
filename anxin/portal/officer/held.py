"""Rows that were refused or wait: why, whose, what stands in them; discarded or matched by hand."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anxin.insight.intake import masked_row, visible_held
from anxin.insight.paging import COUNT_UP_TO, page_of, wanted_page
from anxin.insight.scope import visible_projects
from anxin.intake.bank.matching import CannotMatch, candidates, match
from anxin.intake.held import discard, row_of
from anxin.intake.models import HeldRow
from anxin.intake.values import month as read_month
from anxin.law.civil import civil_date
from anxin.people.access import may
from anxin.people.looks import record_look
from anxin.people.models import User
from anxin.portal.officer import held_words as words
from anxin.portal.officer.downloads import form_asked, note_export
from anxin.portal.officer.forms import key_of
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export
from anxin.portal.ui.pieces import piece
from anxin.portal.ui.tags import in_english, said
from anxin.registry.models import Engagement

SUBJECT = "held-row"
OPEN = ("refused", "waiting")
MATCHABLE = ("payments", "movements")


def _held_or_404(request: HttpRequest, pk: int) -> HeldRow:
    return get_object_or_404(visible_held(signed_in(request)), pk=pk)


def _filtered(user: User, asked: Any) -> tuple[QuerySet[HeldRow], dict[str, str]]:
    filters = {
        "status": asked.get("status", "") if asked.get("status") in words.STATUSES else "",
        "kind": asked.get("kind", "")[:24],
        "q": " ".join(asked.get("q", "").split())[:64],
        "sender": asked.get("sender", "") if key_of(asked.get("sender", "")) else "",
    }
    rows = visible_held(user)
    rows = rows.filter(status=filters["status"]) if filters["status"] else rows.filter(status__in=OPEN)
    if filters["kind"] == words.OTHER:
        rows = rows.exclude(kind__in=words.KINDS)
    elif filters["kind"]:
        rows = rows.filter(kind__in=_kinds().get(filters["kind"], [filters["kind"]]))
    if filters["sender"]:
        rows = rows.filter(sender=int(filters["sender"]))
    if filters["q"]:
        rows = rows.filter(project_code__icontains=filters["q"]) | rows.filter(reason__icontains=filters["q"])
    return rows.order_by("-received_at", "-id"), filters


def _kinds() -> dict[str, list[str]]:
    """The choices of the filter: what has the same word is one, under its first kind."""
    by_word: dict[str, list[str]] = {}
    for kind, word in words.KINDS.items():
        by_word.setdefault(str(word), []).append(kind)
    return {kinds[0]: kinds for kinds in by_word.values()}


def _counted(user: User, status: str) -> str:
    """How many rows have a status, counted as far as lists are."""
    count = visible_held(user).filter(status=status).order_by()[: COUNT_UP_TO + 1].count()
    return f"{COUNT_UP_TO:,}+" if count > COUNT_UP_TO else f"{count:,}"


@needs("held")
@never_cache
@require_safe
def held(request: HttpRequest) -> HttpResponseBase:
    """The list, newest first, each row masked; or the list as a file."""
    user = signed_in(request)
    rows, filters = _filtered(user, request.GET)
    if form := form_asked(request):
        note_export(request, form=form, rows=rows)
        return _download(rows, form)
    # Sorted by key alone, then fetched: rows are wide, and an outage of a sender holds a hundred thousand of them.
    paging = page_of(rows.values_list("pk", flat=True), number=wanted_page(request.GET.get("page", "")))
    fetched = HeldRow.objects.select_related("sender", "upload").defer("upload__report").in_bulk(paging.rows)
    context = {
        "paging": paging,
        "rows": [_line(fetched[pk]) for pk in paging.rows],
        "filters": filters,
        "filtered": any(filters.values()),
        "statuses": words.STATUSES.items(),
        "kinds": [*((kinds[0], words.KINDS[kinds[0]]) for kinds in _kinds().values()), (words.OTHER, _("其他"))],
        "refused": _counted(user, "refused"),
        "waiting": _counted(user, "waiting"),
        "may_projects": may(user, "projects"),
    }
    return render(request, "officer/held/list.html", context)


def _line(row: HeldRow) -> dict[str, Any]:
    fields = {key: value for key, value in masked_row(row).items() if key != "project_code"}
    return {
        "row": row,
        "kind": words.KINDS.get(row.kind, row.kind),
        "status": words.STATUSES.get(row.status, row.status),
        "fields": words.tell_row(fields),
        "place": words.tell_place(row.place),
        "source": row.sender.appid if row.sender else row.upload.name if row.upload else "",
    }


def _download(rows: QuerySet[HeldRow], form: str) -> HttpResponseBase:
    headings = [
        _("到达时间"),
        _("报送次数"),
        _("状态"),
        _("类别"),
        _("项目编码"),
        _("来源"),
        _("位置"),
        _("原因"),
        _("内容（已脱敏）"),
    ]

    def lines() -> Iterator[list[Cell]]:
        wide = rows.select_related("sender", "upload").defer("upload__report")
        for row in wide[:READ].iterator(chunk_size=1000):
            line = _line(row)
            yield [
                row.received_at,
                row.times,
                str(line["status"]),
                str(line["kind"]),
                row.project_code,
                line["source"],
                line["place"],
                said(row, "reason"),
                "；".join(f"{title}：{value}" for title, value in line["fields"]),
            ]

    name = _("待处理数据-%(day)s") % {"day": civil_date(timezone.now())}
    return export(form=form, name=name, headings=headings, rows=lines())


@needs("held")
@never_cache
@require_safe
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row: masked, with its reason and what can be done."""
    user = signed_in(request)
    found = _held_or_404(request, pk)
    context = {
        **_line(found),
        "may_discard": found.status in OPEN and may(user, "settle"),
        "may_look": may(user, "personal"),
        "may_projects": may(user, "projects"),
        "candidates": _candidates(user, found),
    }
    return render(request, "officer/held/row.html", context)


def _candidates(user: User, found: HeldRow) -> list[dict[str, Any]] | None:
    """Whom the row may be for, within what the person may see; None where matching by hand makes no sense."""
    if found.status not in OPEN or found.kind not in MATCHABLE or not may(user, "settle"):
        return None
    try:
        near = candidates(found)
    except CannotMatch:
        return None
    codes = {c.project_code for c in near}
    mine = set(visible_projects(user, "settle").filter(code__in=codes).values_list("code", flat=True))
    return [
        {"candidate": c, "why": [words.MATCHED_BY.get(w, w) for w in c.why]} for c in near if c.project_code in mine
    ]


@needs("settle")
@require_POST
def match_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a bank's row on to the worker (or, for a booking, the project) a person names."""
    user = signed_in(request)
    found = _held_or_404(request, pk)
    mine = visible_projects(user, "settle")
    chosen = key_of(request.POST.get("engagement", ""))
    engagement = None
    if chosen:
        engagement = get_object_or_404(
            Engagement.objects.select_related("project", "worker"), pk=chosen, project__in=mine
        )
    project = engagement.project if engagement else mine.filter(code=request.POST.get("project", "")).first()
    if project is None:
        messages.error(request, _("没有匹配：请选择一名工人或一个项目。"))
        return redirect("held-row", pk=pk)
    try:
        month = read_month(request.POST.get("month", "")) or ""
        match(
            found,
            by=user,
            at=timezone.now(),
            engagement=engagement,
            project_code=project.code,
            month=month,
            why=" ".join(request.POST.get("why", "").split()),
        )
    except CannotMatch as cannot:
        messages.error(request, cannot.reason_en if in_english() else cannot.reason)
    except ValueError:
        messages.error(request, _("月份写成 2026-03 的形式，或留空。"))
    else:
        messages.success(request, _("已匹配，这一行已入账。"))
    return redirect("held-row", pk=pk)


@needs("personal")
@never_cache
@require_POST
def open_row(request: HttpRequest, pk: int) -> HttpResponse:
    """The row as received: the look is written down first, in the same transaction."""
    found = _held_or_404(request, pk)
    with transaction.atomic():
        record_look(
            by=signed_in(request),
            at=timezone.now(),
            subject=SUBJECT,
            subject_id=found.pk,
            field="row",
            page=f"/held/{found.pk}",
        )
        fields = words.tell_row({k: v for k, v in row_of(found).items() if v not in (None, "", [], {})})
    return piece(
        request,
        "officer/held/_fields.html",
        {"fields": fields, "opened": True},
        title=_("收到的内容"),
        back=reverse("held-row", args=[found.pk]),
    )


@needs("settle")
@require_POST
def discard_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a row aside, with a reason."""
    found = _held_or_404(request, pk)
    why = " ".join(request.POST.get("why", "").split())
    if not why:
        messages.error(request, _("没有作废：请写明原因。"))
        return redirect("held-row", pk=pk)
    with transaction.atomic():
        done = discard(found, by=signed_in(request), why=why, at=timezone.now())
    if done:
        messages.success(request, _("已作废 1 行，原因已记录。"))
        return redirect("held")
    messages.error(request, _("没有作废：这一行已经由他人处理或已自动入账。"))
    return redirect("held-row", pk=pk)
