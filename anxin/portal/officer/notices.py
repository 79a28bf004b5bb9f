"""One's inbox, how one wants to be told, and the outbox for those who run the platform."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anxin.insight.paging import page_of, wanted_page
from anxin.law.civil import civil_date
from anxin.notices.channels import takes, ways
from anxin.notices.models import Channel, Delivery, Notice, Preference
from anxin.notices.outbox import send_again
from anxin.notices.send import mark_read
from anxin.people import trail
from anxin.portal.officer.downloads import form_asked, note_export
from anxin.portal.officer.forms import key_of
from anxin.portal.officer.notice_places import place_of
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export
from anxin.portal.ui.tags import in_language
from anxin.vault.fields import mask_phone, open_text, seal_text

STATES = {
    "waiting": gettext_lazy("待发送"),
    "sending": gettext_lazy("发送中"),
    "sent": gettext_lazy("已发送"),
    "failed": gettext_lazy("发送失败"),
    "unknown": gettext_lazy("结果不明"),
}
CHANNELS = {
    Channel.EMAIL: gettext_lazy("电子邮件"),
    Channel.SMS: gettext_lazy("短信"),
    Channel.WECOM: gettext_lazy("企业微信"),
    Channel.DINGTALK: gettext_lazy("钉钉"),
}
HINTS = {
    Channel.EMAIL: gettext_lazy("邮箱"),
    Channel.SMS: gettext_lazy("手机号"),
    Channel.WECOM: gettext_lazy("群机器人的 Webhook 地址"),
    Channel.DINGTALK: gettext_lazy("群机器人的 Webhook 地址"),
}
HOURS = range(24)


@needs("notices")
@require_safe
def inbox(request: HttpRequest) -> HttpResponseBase:
    """A person's notices, newest first; unread or urgent ones, or those with a word, alone; or the list as a file."""
    person = signed_in(request)
    rows: QuerySet[Notice] = Notice.objects.filter(to=person).order_by("-at", "-id")
    unread, urgent = request.GET.get("unread") == "1", request.GET.get("urgent") == "1"
    text = " ".join(request.GET.get("q", "").split())[:64]
    if unread:
        rows = rows.filter(read_at=None)
    if urgent:
        rows = rows.filter(urgent=True)
    if text:
        rows = rows.filter(Q(zh__icontains=text) | Q(en__icontains=text))
    if form := form_asked(request):
        return _inbox_file(rows, form)
    paging = page_of(rows, number=wanted_page(request.GET.get("page", "")))
    context = {
        "paging": paging,
        "unread": unread,
        "urgent": urgent,
        "text": text,
        "filtered": unread or urgent or bool(text),
        "count": Notice.objects.filter(to=person, read_at=None).count(),
    }
    return render(request, "officer/notices/inbox.html", context)


def _inbox_file(rows: QuerySet[Notice], form: str) -> HttpResponseBase:
    def lines() -> Iterator[list[Cell]]:
        for notice in rows[:READ].iterator(chunk_size=1000):
            yield [notice.at, in_language(notice), _("紧急") if notice.urgent else "", notice.read_at]

    name = _("消息-%(day)s") % {"day": civil_date(timezone.now()).isoformat()}
    return export(form=form, name=name, headings=[_("时间"), _("内容"), _("紧急"), _("阅读时间")], rows=lines())


@needs("notices")
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notice read and go where it points, or mark all read."""
    person = signed_in(request)
    at = timezone.now()
    wanted = key_of(request.POST.get("notice", ""))
    if not wanted:
        mark_read(person=person, at=at)
        return redirect("inbox")
    notice = get_object_or_404(Notice, pk=wanted, to=person)
    mark_read(person=person, at=at, ids=[notice.pk])
    return redirect(place_of(notice, reader=person))


@needs("notices")
def preferences(request: HttpRequest) -> HttpResponse:
    """On which channels a person is told, when, and how much at once; kept whole, or shown again as filled in."""
    person = signed_in(request)
    known = {way.channel: way for way in Preference.objects.filter(person=person)}
    asked = {channel: known.get(channel) or Preference(person=person, channel=channel, on=False) for channel in HINTS}
    typed: dict[str, str] = {}
    if request.method == "POST":
        typed = {channel: request.POST.get(f"{channel}-address", "").strip()[:300] for channel in HINTS}
        for channel, way in asked.items():
            _read(request, channel, way)
        wrong = [str(CHANNELS[channel]) for channel, way in asked.items() if not _fits(way, typed[channel])]
        if not wrong:
            _keep(asked, typed)
            messages.success(request, _("通知设置已保存。"))
            return redirect("notice-preferences")
        messages.error(
            request, _("没有保存：请把%(channels)s的地址填对，或取消启用。") % {"channels": "、".join(wrong)}
        )
    there = ways()
    rows = [
        {
            "channel": channel,
            "title": CHANNELS[channel],
            "way": way,
            "address": _masked(known.get(channel)),
            "typed": typed.get(channel, ""),
            "hint": HINTS[channel],
            "there": channel in there,
        }
        for channel, way in asked.items()
    ]
    context = {"rows": rows, "hours": HOURS}
    return render(request, "officer/notices/preferences.html", context, status=422 if typed else 200)


def _masked(way: Preference | None) -> str:
    address = open_text(way.address_sealed) if way else ""
    if "@" in address:
        return address[:1] + "***@" + address.partition("@")[2]
    return address[:24] + "…" if address.startswith("http") else mask_phone(address)


def _read(request: HttpRequest, channel: str, way: Preference) -> None:
    """Put what the form says of a channel, its address apart, into a row that is not saved yet."""

    def hour(name: str, otherwise: int) -> int:
        told = request.POST.get(f"{channel}-{name}", "")
        return int(told) if told in {str(n) for n in HOURS} else otherwise

    way.on = request.POST.get(f"{channel}-on") == "1"
    way.digest = request.POST.get(f"{channel}-digest") == "1"
    way.digest_hour = hour("digest_hour", way.digest_hour)
    way.quiet_from, way.quiet_until = hour("quiet_from", way.quiet_from), hour("quiet_until", way.quiet_until)


def _fits(way: Preference, address: str) -> bool:
    """Whether a channel can be kept so: its address is one, and none is switched on without."""
    return takes(way.channel, address) if address else bool(way.address_sealed) or not way.on


@transaction.atomic
def _keep(asked: dict[Channel, Preference], typed: dict[str, str]) -> None:
    for channel, way in asked.items():
        if typed[channel]:
            way.address_sealed = seal_text(typed[channel])
        if way.address_sealed:
            way.save()


@needs("outbox")
@require_safe
def outbox(request: HttpRequest) -> HttpResponseBase:
    """What went out, what waits, what failed and why, or all this as a file; addresses stay sealed."""
    rows = Delivery.objects.select_related("person").order_by("-queued_at", "-id")
    state = request.GET.get("state", "")
    channel = request.GET.get("channel", "")
    if state in STATES:
        rows = rows.filter(state=state)
    if channel in Channel.values:
        rows = rows.filter(channel=channel)
    text = " ".join(request.GET.get("q", "").split())[:64]
    if text:
        rows = rows.filter(
            Q(person__display_name__icontains=text) | Q(person__username__icontains=text) | Q(error__icontains=text)
        )
    if form := form_asked(request):
        note_export(request, form=form, rows=rows)
        return _outbox_file(rows, form)
    paging = page_of(rows, number=wanted_page(request.GET.get("page", "")))
    context = {
        "paging": paging,
        "rows": [_told(d) | {"again": _may_go_again(d)} for d in paging.rows],
        "text": text,
        "filtered": bool(text) or state in STATES or channel in Channel.values,
        "state": state,
        "channel": channel,
        "states": STATES.items(),
        "channels": CHANNELS.items(),
    }
    return render(request, "officer/notices/outbox.html", context)


def _may_go_again(delivery: Delivery) -> bool:
    return delivery.state in {"failed", "unknown"} and not delivery.secret and delivery.forgotten_at is None


def _told(delivery: Delivery) -> dict[str, Any]:
    to = delivery.person
    return {
        "delivery": delivery,
        "channel": CHANNELS[Channel(delivery.channel)],
        "to": (to.display_name or to.username) if to else _phone(delivery),
        "state": STATES[delivery.state],
    }


def _outbox_file(rows: QuerySet[Delivery], form: str) -> HttpResponseBase:
    headings = [_("排入时间"), _("渠道"), _("收件人"), _("状态"), _("发送时间"), _("次数"), _("说明")]

    def lines() -> Iterator[list[Cell]]:
        for d in rows[:READ].iterator(chunk_size=1000):
            told = _told(d)
            yield [d.queued_at, str(told["channel"]), told["to"], str(told["state"]), d.sent_at, d.tries, d.error]

    name = _("发件箱-%(day)s") % {"day": civil_date(timezone.now()).isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())


def _phone(delivery: Delivery) -> str:
    """Somebody without an account, as a masked number while it is kept."""
    if delivery.forgotten_at is not None:
        return _("号码已按期清除")
    return mask_phone(open_text(delivery.address_sealed))


@needs("outbox")
@require_POST
def outbox_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message again whose fate somebody has looked into."""
    delivery = get_object_or_404(Delivery, pk=pk)
    at = timezone.now()
    with transaction.atomic():
        send_again(delivery=delivery, at=at)
        trail.record(by=signed_in(request), at=at, action="send-again", subject="delivery", subject_id=pk)
    messages.success(request, _("已重新排入发送队列。"))
    return redirect("outbox")
