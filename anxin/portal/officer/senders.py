"""Senders for the operator: when each last called, what was taken and refused today, who fell silent."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anxin.insight.intake import sender_figures, senders_by_arrival
from anxin.insight.paging import page_of, wanted_page
from anxin.intake.models import Sender
from anxin.law.civil import civil_date
from anxin.portal.ui import tags
from anxin.portal.ui.access import needs
from anxin.portal.ui.export import FORMS, READ, Cell, export

PROTOCOLS = {"national": "open.api", "cwr": "CWRService", "bulk": "/api/v1"}


@needs("senders")
@require_safe
def senders(request: HttpRequest) -> HttpResponseBase:
    """The list, longest silence first; or the list as a file."""
    at = timezone.now()
    silent = request.GET.get("silent") == "1"
    text = " ".join(request.GET.get("q", "").split())[:64]
    protocol = request.GET.get("protocol", "") if request.GET.get("protocol") in PROTOCOLS else ""
    found = senders_by_arrival(at=at, silent=silent, text=text, protocol=protocol)
    if request.GET.get("form") in FORMS:
        return _download(found, request.GET["form"], at)
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")))
    context = {
        "paging": paging,
        "rows": [
            {"figures": f, "protocol": PROTOCOLS.get(f.sender.protocol, f.sender.protocol)}
            for f in sender_figures(paging.rows, at=at)
        ],
        "silent_total": senders_by_arrival(at=at, silent=True).order_by().count(),
        "silent": silent,
        "text": text,
        "protocol": protocol,
        "protocols": PROTOCOLS.items(),
        "filtered": silent or bool(text or protocol),
    }
    return render(request, "officer/senders/list.html", context)


def _download(found: QuerySet[Sender], form: str, at: datetime) -> HttpResponseBase:
    headings = [
        *(_("账号"), _("协议"), _("项目编码"), _("地区"), _("最近到达"), _("今日调用"), _("今日失败"), _("今日接收")),
        *(_("今日拒收"), _("今日暂存"), _("未处理行"), _("状态")),
    ]

    def lines() -> Iterator[list[Cell]]:
        for f in sender_figures(list(found[:READ]), at=at):
            state = _("已停用") if not f.sender.active else _("24 小时无数据") if f.silent else _("正常")
            yield [
                f.sender.appid, PROTOCOLS.get(f.sender.protocol, f.sender.protocol),
                f.sender.project.code if f.sender.project else "",
                tags.region_path(f.sender.region_code) if f.sender.region_code else "", f.last_at, f.calls, f.failed,
                f.accepted, f.refused, f.waiting, f.open_rows, state,
            ]  # fmt: skip

    name = _("接入方-%(day)s") % {"day": civil_date(at).isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())
