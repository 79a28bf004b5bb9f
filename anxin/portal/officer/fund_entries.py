"""The book of an emergency fund: every booking, newest first, for the office that keeps it."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anxin.cases.numbers import shown
from anxin.insight.paging import page_of, wanted_page
from anxin.law.civil import civil_date
from anxin.portal.officer.cases import ways_words as words
from anxin.portal.officer.downloads import form_asked
from anxin.portal.officer.forms import day_of
from anxin.portal.officer.handling_words import person
from anxin.portal.officer.helping_ways import own_funds
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export, yuan
from anxin.remedies.models import FundEntry


@needs("help")
@never_cache
@require_safe
def fund_entries(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The bookings of one's own fund; or these as a file. Cases stand by their numbers, nobody is named."""
    fund = get_object_or_404(own_funds(signed_in(request)), pk=pk)
    kind = request.GET.get("kind", "") if request.GET.get("kind") in words.ENTRIES else ""
    since, until = day_of(request.GET.get("since", "")), day_of(request.GET.get("until", ""))
    found = fund.entries.select_related("by", "draw__case").order_by("-at", "-pk")
    if kind:
        found = found.filter(kind=kind)
    if since:
        found = found.filter(on__gte=since)
    if until:
        found = found.filter(on__lte=until)
    if form := form_asked(request):
        return _download(found, form, timezone.now())
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")))
    context = {
        "fund": fund, "paging": paging, "kind": kind, "kinds": words.ENTRIES.items(), "since": since, "until": until,
        "filtered": bool(kind or since or until),
        "rows": [
            {"row": one, "word": words.ENTRIES[one.kind], "who": person(one.by), "number": _number(one)}
            for one in paging.rows
        ],
    }  # fmt: skip
    return render(request, "officer/helping/fund.html", context)


def _number(entry: FundEntry) -> str:
    return shown(entry.draw.case.number) if entry.draw is not None else ""


def _download(found: QuerySet[FundEntry], form: str, at: datetime) -> HttpResponseBase:
    def lines() -> Iterator[list[Cell]]:
        for one in found[:READ].iterator(chunk_size=1000):
            yield [
                one.on, str(words.ENTRIES[one.kind]), yuan(one.amount_fen), _number(one), one.note, person(one.by),
                one.at,
            ]  # fmt: skip

    headings = [_("日期"), _("类别"), _("金额（元）"), _("案件编号"), _("说明"), _("经办人"), _("记账时间")]
    name = _("周转金账-%(day)s") % {"day": civil_date(at).isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())
