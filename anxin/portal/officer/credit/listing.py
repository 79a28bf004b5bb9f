"""The joint-punishment list: filters, paging, and the list as a file. A file names firms, never a person."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anxin.cases.numbers import shown
from anxin.credit.joint_list import basis, lasting_months, states
from anxin.credit.models import Listing
from anxin.insight.credit_list import GROUPS, listings_asked, read_listing_filter
from anxin.insight.paging import page_of, wanted_page
from anxin.insight.places import places_below
from anxin.law.civil import civil_date
from anxin.portal.officer.credit import words
from anxin.portal.officer.handling_words import person
from anxin.portal.ui import tags
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export, yuan


@needs("credit")
@require_safe
def listings(request: HttpRequest) -> HttpResponseBase:
    """The list, what is due first at the top; or the list as a file."""
    user, at = signed_in(request), timezone.now()
    asked = read_listing_filter(request.GET.dict())
    found = listings_asked(user, asked, at=at)
    if request.GET.get("form") in {"csv", "xlsx"}:
        return _download(found, request.GET["form"], at)
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")))
    context = {
        "paging": paging,
        "rows": [_row(row, at) for row in paging.rows],
        "asked": asked,
        "groups": [(key, words.GROUPS[key]) for key in GROUPS],
        "states": [(key, words.state(key)) for key in states()],
        "places": places_below(user.region),
        "basis": words.said(basis()),
        "years": lasting_months() // 12,
    }
    return render(request, "officer/credit/list.html", context)


def _row(row: Listing, at: datetime) -> dict[str, object]:
    due, tone = words.deadline(row, at)
    return {
        "row": row, "number": shown(row.case.number), "state": words.state(row.state), "tone": words.TONES[row.state],
        "ground": words.ground(row.ground), "due": due, "due_tone": tone,
    }  # fmt: skip


def _download(rows: QuerySet[Listing], form: str, at: datetime) -> HttpResponseBase:
    headings = [
        *(_("单位"), _("统一社会信用代码"), _("状态"), _("列入情形"), _("责任人员数"), _("到期未付人数")),
        *(_("到期未付金额（元）"), _("责令付清日"), _("案件编号"), _("项目编码"), _("项目名称"), _("地区")),
        *(_("承办单位"), _("提议人"), _("提议时间"), _("告知日期"), _("列入日期"), _("期满日期"), _("了结时间")),
        _("到期时间"),
    ]

    def lines() -> Iterator[list[Cell]]:
        for row in rows[:READ].iterator(chunk_size=1000):
            project = row.case.project
            yield [
                row.firm, row.firm_code, words.state(row.state), words.ground(row.ground),
                getattr(row, "named", 0), row.people, yuan(row.unpaid_fen), row.pay_by, shown(row.case.number),
                project.code if project else "", project.name if project else "",
                tags.region_path(row.case.region_code), row.case.unit.name if row.case.unit else "",
                person(row.proposed_by), row.proposed_at, row.told_on, row.listed_on, row.until_on, row.ended_at,
                row.due_at,
            ]  # fmt: skip

    name = _("失信联合惩戒名单-%(day)s") % {"day": civil_date(at).isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())
