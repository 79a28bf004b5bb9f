"""The list of papers in one's bounds: those that wait for a signature first, the others by their state."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from anxin.cases.numbers import read_number, shown
from anxin.insight.paging import page_of, wanted_page
from anxin.law.civil import civil_date
from anxin.people.models import User
from anxin.portal.officer.cases import paper_words as words
from anxin.portal.officer.cases.papers import line_of, visible_papers
from anxin.portal.officer.downloads import form_asked, note_export
from anxin.portal.officer.handling_words import person
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export
from anxin.portal.ui.tags import in_language, said
from anxin.remedies.kinds import kinds
from anxin.remedies.models import Document, DocumentState

LATE, ALL = "late", "all"
STATES: dict[str, Any] = {
    DocumentState.ASKED: words.STATES[DocumentState.ASKED],
    LATE: gettext_lazy("已送达，超期未办"),
    DocumentState.DRAFT: words.STATES[DocumentState.DRAFT],
    DocumentState.SIGNED: words.STATES[DocumentState.SIGNED],
    DocumentState.SERVED: words.STATES[DocumentState.SERVED],
    DocumentState.VOID: words.STATES[DocumentState.VOID],
    ALL: gettext_lazy("全部状态"),
}


@needs("approve")
@require_safe
def papers(request: HttpRequest) -> HttpResponseBase:
    """What waits for a signature, longest waiting first, or the papers in another state; or the list as a file."""
    user, at = signed_in(request), timezone.now()
    filters = _read(request.GET.dict())
    found = _filtered(user, filters, at)
    if form := form_asked(request):
        note_export(request, form=form, rows=found)
        return _download(found, form, at)
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")))
    context = {
        "paging": paging,
        "lines": [
            {**line_of(row, at), "number": shown(row.case.number), "who": person(row.edited_by),
             "own": row.state == DocumentState.ASKED and user.pk in {row.drafted_by_id, row.edited_by_id}}
            for row in paging.rows
        ],
        "filters": filters,
        "filtered": bool(filters["q"] or filters["kind"]) or filters["state"] != DocumentState.ASKED,
        "states": STATES.items(),
        "kinds": kinds().values(),
    }  # fmt: skip
    return render(request, "officer/papers/list.html", context)


def _read(asked: Mapping[str, str]) -> dict[str, str]:
    return {
        "q": " ".join(asked.get("q", "").split())[:64],
        "state": asked.get("state", "") if asked.get("state") in STATES else str(DocumentState.ASKED),
        "kind": asked.get("kind", "") if asked.get("kind") in kinds() else "",
    }


def _filtered(user: User, filters: Mapping[str, str], at: datetime) -> QuerySet[Document]:
    rows = visible_papers(user, "approve")
    state = filters["state"]
    if state == LATE:
        rows = rows.filter(state=DocumentState.SERVED, due_on__lt=civil_date(at))
    elif state != ALL:
        rows = rows.filter(state=state)
    if filters["kind"]:
        rows = rows.filter(kind=filters["kind"])
    if text := filters["q"]:
        number = read_number(text)
        rows = rows.filter(Q(number__icontains=text) | Q(addressee__icontains=text) | Q(case__number=number or text))
    order: tuple[Any, ...] = {
        str(DocumentState.ASKED): ("asked_at", "pk"),
        LATE: ("due_on", "pk"),
        str(DocumentState.SERVED): (F("served_on").desc(nulls_last=True), "-pk"),
    }.get(state, ("-drafted_at", "-pk"))
    return rows.select_related("case__project", "unit", "drafted_by", "edited_by", "signed_by").order_by(*order)


def _download(found: QuerySet[Document], form: str, at: datetime) -> HttpResponseBase:
    headings = [
        *(_("文书"), _("文号"), _("状态"), _("受送达人"), _("案件编号"), _("项目"), _("承办单位"), _("提交人")),
        *(_("提交时间"), _("签批人"), _("签批时间"), _("送达日期"), _("期限")),
    ]

    def lines() -> Iterator[list[Cell]]:
        for row in found[:READ].iterator(chunk_size=1000):
            yield [
                in_language(kinds()[row.kind].title), row.number, str(words.STATES[row.state]), row.addressee,
                shown(row.case.number), row.case.project.name if row.case.project else "",
                said(row.unit, "name"), person(row.edited_by), row.asked_at, person(row.signed_by), row.signed_at,
                row.served_on, row.due_on,
            ]  # fmt: skip

    name = _("文书清单-%(day)s") % {"day": civil_date(at).isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())
