"""Queues of the money: draws to approve, recoveries, deposits to be filled up, instalments due, funds."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from anxin.cases.numbers import read_number
from anxin.insight.paging import page_of, wanted_page
from anxin.insight.scope import in_region, visible_cases
from anxin.law.civil import civil_date
from anxin.people.access import seats_with
from anxin.people.models import User
from anxin.portal.officer.cases import ways_words as words
from anxin.portal.officer.cases.money_export import export_money
from anxin.portal.officer.cases.ways import draw_view
from anxin.portal.officer.downloads import form_asked
from anxin.portal.officer.handling_words import till
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ
from anxin.remedies.models import Draw, Fund, Instalment, Recovery, TopUp
from anxin.remedies.promised import concerned, still_open
from anxin.remedies.recovery import open_fen
from anxin.remedies.sources import available_fen, overdrawn_fen

SOON = timedelta(days=15)


OPEN_DRAWS = ("asked", "approved", "paying")
# Where the case and the project of a line stand, and when it is late, by queue.
_CASE = {
    "approve": "case", "recoveries": "draw__case", "top-ups": "draw__case", "instalments": "track__case",
}  # fmt: skip


def _late(tab: str, at: datetime) -> Q:
    if tab in ("recoveries", "instalments"):
        return Q(due_on__lt=civil_date(at))
    return Q(due_at__lt=at) & (Q(state__in=OPEN_DRAWS) if tab == "approve" else Q())


def _narrowed(tab: str, rows: QuerySet[Any], text: str, late: bool, at: datetime) -> QuerySet[Any]:
    """Those whose case, project or fund is searched for, and only late ones where asked."""
    if tab == "funds":
        return rows.filter(name__icontains=text) if text else rows
    if text:
        case = _CASE[tab]
        number = read_number(text) or text
        rows = rows.filter(Q(**{f"{case}__number": number}) | Q(**{f"{case}__project__name__icontains": text}))
    return rows.filter(_late(tab, at)) if late else rows


def _approve(user: User, at: datetime, state: str = "") -> QuerySet[Any]:
    rows = Draw.objects.filter(case__in=visible_cases(user, "cases"))
    rows = rows.filter(state__in=OPEN_DRAWS) if not state else rows.filter(state=state) if state != "all" else rows
    return rows.select_related("case__project", "fund", "deposit", "pledge", "asked_by").order_by(
        F("due_at").asc(nulls_first=True), "asked_at"
    )


def _recoveries(user: User, at: datetime) -> QuerySet[Any]:
    rows = Recovery.objects.filter(draw__case__in=visible_cases(user, "cases"), ended_at=None)
    return rows.select_related("draw__case__project").order_by("due_on", "pk")


def _top_ups(user: User, at: datetime) -> QuerySet[Any]:
    rows = TopUp.objects.filter(draw__case__in=visible_cases(user, "cases"), done_on=None)
    return rows.select_related("draw__case", "deposit__project__contractor").order_by("due_at", "pk")


def _instalments(user: User, at: datetime) -> QuerySet[Any]:
    rows = Instalment.objects.filter(
        still_open(), track__case__in=visible_cases(user, "cases"), paid_at=None, due_on__lte=civil_date(at) + SOON
    )
    return rows.select_related("track__case__project").order_by("due_on", "pk")


def _funds(user: User, at: datetime) -> QuerySet[Any]:
    rows = Fund.objects.none()
    for seat in seats_with(user, "cases"):
        if seat.region:
            rows = rows | Fund.objects.filter(in_region(seat.region))
    return rows.select_related("organisation").order_by("region_code", "pk")


LISTS: dict[str, Callable[[User, datetime], QuerySet[Any]]] = {
    "approve": _approve,
    "recoveries": _recoveries,
    "top-ups": _top_ups,
    "instalments": _instalments,
    "funds": _funds,
}


@needs("cases")
@require_safe
def money(request: HttpRequest) -> HttpResponseBase:
    """One queue, the most pressing first, or the queue as a file; the others with their counts."""
    user, at = signed_in(request), timezone.now()
    tab = request.GET.get("tab", "approve")
    tab = tab if tab in LISTS else "approve"
    text = " ".join(request.GET.get("q", "").split())[:64]
    late = request.GET.get("late") == "1" and tab != "funds"
    state = request.GET.get("state", "") if request.GET.get("state") in (*words.DRAWS, "all") else ""
    found = _approve(user, at, state) if tab == "approve" else LISTS[tab](user, at)
    found = _narrowed(tab, found, text, late, at)
    if form := form_asked(request):
        return export_money(tab, [_row(tab, row, user, at) for row in found[:READ]], form=form, day=civil_date(at))
    paging = page_of(found, size=50, number=wanted_page(request.GET.get("page", "")))
    context: dict[str, Any] = {
        "text": text,
        "late": late,
        "state": state,
        "states": [(key, title) for key, (title, _tone) in words.DRAWS.items()],
        "filtered": bool(text or late or state),
        "tab": tab,
        "tabs": [(key, title, LISTS[key](user, at)[:100].count()) for key, title in words.MONEY_TABS.items()],
        "paging": paging,
        "rows": [_row(tab, row, user, at) for row in paging.rows],
    }
    return render(request, "officer/cases/money.html", context)


def _row(tab: str, row: Any, user: User, at: datetime) -> dict[str, Any]:
    today = civil_date(at)
    if tab == "approve":
        due = till(row.due_at, at) if row.due_at else ("", "")
        return draw_view(row) | {"case": row.case, "due": due[0], "due_tone": due[1]}
    if tab == "recoveries":
        late = row.due_on is not None and row.due_on < today
        return {"row": row, "case": row.draw.case, "open_fen": open_fen(row), "late": late,
                "title": words.BACKSTOPS[row.draw.kind]}  # fmt: skip
    if tab == "top-ups":
        due = till(row.due_at, at)
        return {"row": row, "case": row.draw.case, "project": row.deposit.project, "due": due[0], "due_tone": due[1]}
    if tab == "instalments":
        case = row.track.case
        if case.ended_at is not None:  # its agreement binds people who were split off into a case that goes on
            here = visible_cases(user, "cases").values("pk")
            case = concerned(row.track).filter(pk__in=here).select_related("project").first() or case
        return {"row": row, "case": case, "late": row.due_on < today,
                "rest_fen": row.amount_fen - row.covered_fen}  # fmt: skip
    over = overdrawn_fen(row, today)
    return {"row": row, "over_fen": over, "balance_fen": 0 if over else available_fen(row, today)}
