"""The trail for those who audit: every act and every look, filtered, exported, and the chain proved on request."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anxin.insight.paging import page_of, wanted_page
from anxin.law.civil import SHANGHAI, civil_date
from anxin.people import trail
from anxin.people.models import Event
from anxin.portal.officer import audit_words as words
from anxin.portal.officer.downloads import form_asked, note_export
from anxin.portal.ui.access import needs
from anxin.portal.ui.export import READ, Cell, export
from anxin.portal.ui.pieces import piece


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _filtered(asked: Any) -> tuple[QuerySet[Event], dict[str, str]]:
    filters = {name: " ".join(asked.get(name, "").split())[:64] for name in ("q", "action", "subject", "id")}
    days = {name: _day(asked.get(name, "")) for name in ("since", "until")}
    found = trail.events(action=filters["action"])
    if filters["subject"]:
        found = found.filter(subject=filters["subject"])
    if filters["id"]:
        found = found.filter(subject_id=filters["id"])
    if filters["q"]:
        found = found.filter(
            Q(who__icontains=filters["q"]) | Q(by__username__icontains=filters["q"]) | Q(address=filters["q"])
        )
    if (since := days["since"]) is not None:
        found = found.filter(at__gte=datetime.combine(since, time(), SHANGHAI))
    if (until := days["until"]) is not None:
        found = found.filter(at__lt=datetime.combine(until + timedelta(days=1), time(), SHANGHAI))
    return found, {**filters, **{name: day.isoformat() if day else "" for name, day in days.items()}}


@needs("audit")
@never_cache
@require_safe
def audit(request: HttpRequest) -> HttpResponseBase:
    """The list, newest first; or the list as a file."""
    found, filters = _filtered(request.GET)
    if form := form_asked(request):
        note_export(request, form=form, rows=found)
        return _download(found, form)
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")))
    number, digest = trail.head()
    context = {
        "paging": paging,
        "rows": [_line(event) for event in paging.rows],
        "filters": filters,
        "filtered": any(filters.values()),
        "actions": words.titles(words.ACTIONS, sorted(trail.known("action"))),
        "subjects": words.titles(words.SUBJECTS, sorted(trail.known("subject"))),
        "head": {"number": number, "digest": digest},
    }
    return render(request, "officer/audit/list.html", context)


@needs("audit")
@never_cache
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Walk the chain now; ``noted`` is a head written down earlier (NUMBER:DIGEST), if any."""
    text = request.POST.get("noted", "").strip()
    noted = trail.read_head(text) if text else None
    context: dict[str, Any] = {"noted": text, "unread": bool(text) and noted is None, "at": timezone.now()}
    if not context["unread"]:
        context["verdict"] = trail.verify(noted=noted)
    return piece(request, "officer/audit/_verdict.html", context, title=_("核验留痕链"), back=reverse("audit"))


def _line(event: Event) -> dict[str, Any]:
    return {
        "event": event,
        "account": event.by.username if event.by else "",
        "action": words.ACTIONS.get(event.action, event.action),
        "subject": words.SUBJECTS.get(event.subject, event.subject),
        "changes": words.tell(event.changes),
    }


def _download(found: QuerySet[Event], form: str) -> HttpResponseBase:
    headings = [
        _("序号"), _("时间"), _("操作人"), _("账号"), _("来源地址"), _("操作"), _("对象"), _("对象编号"), _("内容"),
        _("摘要值"),
    ]  # fmt: skip

    def lines() -> Iterator[list[Cell]]:
        for event in found[:READ].iterator(chunk_size=1000):
            line = _line(event)
            yield [
                event.number,
                event.at,
                event.who,
                line["account"],
                event.address,
                str(line["action"]),
                str(line["subject"]),
                event.subject_id,
                "；".join(f"{name}：{value}" for name, value in line["changes"]),
                event.digest,
            ]

    name = _("操作留痕-%(day)s") % {"day": civil_date(timezone.now())}
    return export(form=form, name=name, headings=headings, rows=lines())
