"""Signing in with a phone, and saying once who one is. Filing a claim needs neither."""

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from anxin.notices.channels import has_sms
from anxin.notices.send import tell_phone
from anxin.people.models import PhoneCode
from anxin.people.phone_codes import Asked, ask_code, normal_phone, try_code
from anxin.people.phones import (
    ask_again,
    begin_session,
    end_session,
    not_me,
    session_of,
    waiting_for,
    worker_id_of,
)
from anxin.portal.worker.access import (
    drop_token,
    keep_token,
    me,
    open_page,
    own_next,
    phone_session_of,
    worker_page,
)
from anxin.registry.shared_phones import is_shared
from anxin.vault.fields import mask_phone, open_text

WHY = "before somebody is known; it gives nothing away and counts tries by phone, never by address"
_SALT = "phone-code"


@open_page(WHY)
@sensitive_post_parameters("phone", "code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a phone number, send a code, take the code."""
    at, to = timezone.now(), own_next(request)
    session = phone_session_of(request)
    if session is not None and request.method != "POST":
        known = worker_id_of(session, at=at) is not None
        return redirect(to if known else f"{reverse('me-who')}?{urlencode({'next': to})}")
    if not has_sms() and not settings.DEMO:
        return _page(request, to, nothing=True)
    asked = _asked(request)
    if request.method != "POST":
        return _page(request, to)
    if asked is not None and request.POST.get("step") == "code":
        return _take(request, asked, at, to)
    phone = open_text(asked.phone_sealed) if asked is not None else normal_phone(request.POST.get("phone", ""))
    if not phone:
        return _page(
            request,
            to,
            wrong=_("手机号是 11 位数字，以 1 开头。请再看一遍。"),
            typed=request.POST.get("phone", "")[:20],
        )
    return _send(request, phone, at, to)


def _page(request: HttpRequest, to: str, **said: object) -> HttpResponse:
    return render(request, "worker/sign_in.html", {"next": to, **said})


def _asked(request: HttpRequest) -> PhoneCode | None:
    """The code this browser asked for, by a signed mark in its form."""
    try:
        pk = signing.loads(request.POST.get("asked", ""), salt=_SALT, max_age=86400)
    except signing.BadSignature:
        return None
    return PhoneCode.objects.filter(pk=pk).first()


def _send(request: HttpRequest, phone: str, at: datetime, to: str) -> HttpResponse:
    with transaction.atomic():
        asked = ask_code(phone=phone, at=at)
        if asked.state == "sent" and asked.row is not None and has_sms():
            text = _("【安薪】验证码 %(code)s，10 分钟内有效。不要告诉别人，工作人员也不会向您要。") % {
                "code": asked.code
            }
            key = f"phone-code:{asked.row.pk}"
            tell_phone(phone=phone, text=text, key=key, at=at, secret=True, ends_at=asked.row.ends_at)
    if asked.until is not None:
        return _page(request, to, until=asked.until, state=asked.state)
    # In a demo nobody has the phone; everywhere else the code is in the message alone.
    shown = asked.code if settings.DEMO and not has_sms() else ""
    return _code_page(request, asked, phone, to, shown=shown, again=asked.state == "waiting")


def _code_page(request: HttpRequest, asked: Asked, phone: str, to: str, **said: object) -> HttpResponse:
    mark = signing.dumps(asked.row.pk, salt=_SALT) if asked.row else ""
    return render(request, "worker/code.html", {"next": to, "asked": mark, "phone": mask_phone(phone), **said})


def _take(request: HttpRequest, asked: PhoneCode, at: datetime, to: str) -> HttpResponse:
    tried = try_code(asked=asked, code=request.POST.get("code", ""), at=at)
    phone = open_text(asked.phone_sealed)
    if tried.state == "resting":
        return _page(request, to, until=tried.until, state=tried.state)
    if tried.state != "right":
        return _code_page(request, Asked("", asked), phone, to, wrong=tried.state, left=tried.left)
    before = phone_session_of(request)
    if before is not None:
        end_session(before)
    response = redirect(f"{reverse('me-sign-in')}?{urlencode({'next': to})}")
    token = begin_session(phone=phone, at=at)
    keep_token(response, token)
    owner = session.owner if (session := session_of(token, at=at)) is not None else None
    # What an officer has confirmed holds; else a phone the roster names for many by now is nobody's.
    if session is not None and owner is not None and not owner.shared and is_shared(phone, worker_id=owner.worker_id):
        ask_again(session)
    return response


@open_page("ends a worker's session, if there is one")
@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out of this telephone."""
    session = phone_session_of(request)
    if session is not None:
        end_session(session)
    response = redirect("me-sign-in")
    drop_token(response)
    messages.success(request, _("已退出。"))
    return response


@worker_page
@require_POST
def not_mine(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that another phone that stands, or asks to stand, for me is not mine."""
    session = phone_session_of(request)
    owner = waiting_for(me(request).pk, session=session).filter(pk=pk).first() if session else None
    if owner is not None:
        not_me(owner=owner, at=timezone.now())
        messages.success(request, _("好的，那个手机号已经不能查看您的资料。"))
    return redirect("me")
