"""The numbers of the reception hall as a list: who came when, how long they waited, what it led to; nobody is named."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anxin.cases.models import Ticket
from anxin.cases.numbers import shown
from anxin.insight.paging import page_of, wanted_page
from anxin.law.civil import civil_date
from anxin.portal.officer.downloads import form_asked
from anxin.portal.officer.forms import day_of
from anxin.portal.officer.handling_words import person
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export

STATES = {
    "waiting": gettext_lazy("等候"),
    "serving": gettext_lazy("正在接待"),
    "claim": gettext_lazy("已登记反映"),
    "done": gettext_lazy("办完，未登记"),
}
_IN_STATE = {
    "waiting": Q(called_at=None, ended_at=None),
    "serving": Q(called_at__isnull=False, ended_at=None),
    "claim": Q(ended_at__isnull=False, claim__isnull=False),
    "done": Q(ended_at__isnull=False, claim=None),
}


@needs("take-in")
@never_cache
@require_safe
def tickets(request: HttpRequest) -> HttpResponseBase:
    """The numbers of one's own hall, newest first; or the list as a file."""
    unit, at = signed_in(request).organisation, timezone.now()
    state = request.GET.get("state", "") if request.GET.get("state") in STATES else ""
    since, until = day_of(request.GET.get("since", "")), day_of(request.GET.get("until", ""))
    found = Ticket.objects.filter(organisation=unit) if unit else Ticket.objects.none()
    if state:
        found = found.filter(_IN_STATE[state])
    if since:
        found = found.filter(day__gte=since)
    if until:
        found = found.filter(day__lte=until)
    found = found.select_related("called_by", "claim").order_by("-day", "-turn")
    if form := form_asked(request):
        return _download(found, form, at)
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")))
    context: dict[str, Any] = {
        "unit": unit, "paging": paging, "rows": [_line(row) for row in paging.rows], "state": state,
        "states": STATES.items(), "since": since, "until": until, "filtered": bool(state or since or until),
    }  # fmt: skip
    return render(request, "officer/cases/tickets.html", context)


def _line(row: Ticket) -> dict[str, Any]:
    if row.ended_at is None:
        state = "waiting" if row.called_at is None else "serving"
    else:
        state = "claim" if row.claim_id else "done"
    waited = int((row.called_at - row.issued_at).total_seconds() // 60) if row.called_at else None
    return {
        "row": row, "state": state, "word": STATES[state], "who": person(row.called_by), "waited": waited,
        "number": shown(row.claim.number) if row.claim else "",
    }  # fmt: skip


def _download(found: QuerySet[Ticket], form: str, at: datetime) -> HttpResponseBase:
    headings = [
        *(
            _("日期"),
            _("号"),
            _("来访人数"),
            _("取号时间"),
            _("叫号时间"),
            _("等候（分钟）"),
            _("接待人"),
            _("结束时间"),
        ),
        *(_("结果"), _("线索编号")),
    ]

    def lines() -> Iterator[list[Cell]]:
        for row in found[:READ].iterator(chunk_size=1000):
            one = _line(row)
            yield [
                row.day, row.turn, row.people, row.issued_at, row.called_at, one["waited"], one["who"], row.ended_at,
                str(one["word"]), one["number"],
            ]  # fmt: skip

    name = _("接访取号-%(day)s") % {"day": civil_date(at).isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())
