"""One's inbox, how one wants to be told, and the outbox for those who run the platform."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anxin.cases.models import Case
from anxin.insight.paging import page_of, wanted_page
from anxin.notices.channels import ways
from anxin.notices.models import Channel, Delivery, Notice, Preference
from anxin.notices.outbox import send_again
from anxin.notices.send import mark_read
from anxin.people import trail
from anxin.portal.ui.access import needs, signed_in
from anxin.remedies.models import Draw
from anxin.vault.fields import mask_phone, open_text, seal_text
from anxin.watch.models import Handling

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
HOURS = range(24)


@needs("notices")
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """A person's notices, newest first; unread ones can be shown alone."""
    person = signed_in(request)
    rows: QuerySet[Notice] = Notice.objects.filter(to=person)
    unread = request.GET.get("unread") == "1"
    if unread:
        rows = rows.filter(read_at=None)
    paging = page_of(rows.order_by("-at", "-id"), number=wanted_page(request.GET.get("page", "")))
    context = {
        "paging": paging,
        "unread": unread,
        "count": Notice.objects.filter(to=person, read_at=None).count(),
    }
    return render(request, "officer/notices/inbox.html", context)


@needs("notices")
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notice read and go where it points, or mark all read."""
    person = signed_in(request)
    at = timezone.now()
    wanted = request.POST.get("notice", "")
    if not wanted.isdigit():
        mark_read(person=person, at=at)
        return redirect("inbox")
    notice = get_object_or_404(Notice, pk=int(wanted), to=person)
    mark_read(person=person, at=at, ids=[notice.pk])
    return redirect(_place_of(notice))


def _place_of(notice: Notice) -> str:
    if notice.subject == "handling":
        handling = Handling.objects.filter(pk=int(notice.subject_id)).first()
        if handling is not None:
            return reverse("warning", args=[handling.warning_id])
    if notice.subject == "listing":
        return reverse("listing", args=[notice.subject_id])
    if notice.subject == "case":
        # Some name the case by its key, some by its number, which is longer than any key.
        named = Q(number=notice.subject_id) | Q(pk=int(notice.subject_id))
        case = Case.objects.filter(named).first()
        if case is not None:
            return reverse("case", args=[case.number])
    if notice.subject == "draw":
        draw = Draw.objects.filter(pk=int(notice.subject_id)).select_related("case").first()
        if draw is not None:
            return reverse("draw", args=[draw.case.number, draw.pk])
    return reverse("inbox")


@needs("notices")
def preferences(request: HttpRequest) -> HttpResponse:
    """On which channels a person is told, when, and how much at once."""
    person = signed_in(request)
    if request.method == "POST":
        for channel in Channel.values:
            _keep(request, channel)
        messages.success(request, _("通知设置已保存。"))
        return redirect("notice-preferences")
    known = {way.channel: way for way in Preference.objects.filter(person=person)}
    there = ways()
    rows = [
        {
            "channel": channel,
            "title": CHANNELS[Channel(channel)],
            "way": known.get(channel) or Preference(channel=channel, on=False),
            "address": _masked(known.get(channel)),
            "there": channel in there,
        }
        for channel in Channel.values
    ]
    return render(request, "officer/notices/preferences.html", {"rows": rows, "hours": HOURS})


def _masked(way: Preference | None) -> str:
    address = open_text(way.address_sealed) if way else ""
    if "@" in address:
        return address[:1] + "***@" + address.partition("@")[2]
    return address[:24] + "…" if address.startswith("http") else mask_phone(address)


def _keep(request: HttpRequest, channel: str) -> None:
    person = signed_in(request)

    def hour(name: str, otherwise: int) -> int:
        told = request.POST.get(f"{channel}-{name}", "")
        return int(told) if told.isdigit() and int(told) < 24 else otherwise

    way = Preference.objects.filter(person=person, channel=channel).first()
    address = request.POST.get(f"{channel}-address", "").strip()[:300]
    if way is None and not address:
        return
    way = way or Preference(person=person, channel=channel)
    way.on = request.POST.get(f"{channel}-on") == "1"
    way.digest = request.POST.get(f"{channel}-digest") == "1"
    way.digest_hour = hour("digest_hour", way.digest_hour)
    way.quiet_from, way.quiet_until = hour("quiet_from", way.quiet_from), hour("quiet_until", way.quiet_until)
    if address:
        way.address_sealed = seal_text(address)
    way.save()


@needs("outbox")
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """What went out, what waits, what failed and why; addresses stay sealed."""
    rows = Delivery.objects.select_related("person").order_by("-queued_at", "-id")
    state = request.GET.get("state", "")
    channel = request.GET.get("channel", "")
    if state in STATES:
        rows = rows.filter(state=state)
    if channel in Channel.values:
        rows = rows.filter(channel=channel)
    paging = page_of(rows, number=wanted_page(request.GET.get("page", "")))
    context = {
        "paging": paging,
        "rows": [
            {
                "delivery": d,
                "channel": CHANNELS[Channel(d.channel)],
                "to": (d.person.display_name or d.person.username) if d.person else _phone(d),
                "state": STATES[d.state],
                "again": d.state in {"failed", "unknown"} and not d.secret,
            }
            for d in paging.rows
        ],
        "state": state,
        "channel": channel,
        "states": STATES.items(),
        "channels": CHANNELS.items(),
    }
    return render(request, "officer/notices/outbox.html", context)


def _phone(delivery: Delivery) -> str:
    """Somebody without an account, as a masked number."""
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
