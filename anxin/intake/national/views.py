"""The national door on the wire: any request is answered with HTTP 200, one line of JSON, an integer code."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from anxin.intake.national import door, replies
from anxin.intake.national.replies import Reply

CONTENT_TYPE = "application/json; charset=utf-8"
CUT_OFF = Reply(replies.BAD_PARAMETER, "请求参数错误:请求内容不完整!")
PATHS = ("open.api", "open.api/v1")


def aliases() -> list[str]:
    """Further paths an operator gave the door (``ANXIN_OPEN_API_ALIASES``)."""
    return [alias.strip().strip("/") for alias in settings.OPEN_API_ALIASES if alias.strip().strip("/")]


def address_of(meta: Mapping[str, Any]) -> str:
    """Where a call comes from. Behind a proxy of ours (``ANXIN_PROXIES``), what that proxy saw."""
    address = str(meta.get("REMOTE_ADDR", ""))
    if address in settings.PROXIES:
        for hop in reversed(str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")):
            if hop.strip() and hop.strip() not in settings.PROXIES:
                return hop.strip()
    return address


def _body(request: HttpRequest) -> bytes | Reply:
    try:
        told = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        told = 0
    if told > door.MAX_BODY:
        return Reply(replies.BAD_PARAMETER, f"请求参数错误:请求内容超过限制{door.MAX_BODY // 1024 // 1024}MB!")
    try:
        body = request.body
    except (UnreadablePostError, RawPostDataException):
        return CUT_OFF
    if len(body) < told:
        return CUT_OFF
    return body


@csrf_exempt
def open_api(request: HttpRequest) -> HttpResponse:
    """``POST /open.api``."""
    if request.method != "POST":
        return _respond(replies.encode(Reply(replies.BAD_PARAMETER, "请求参数错误:仅支持POST请求!")))
    body = _body(request)
    if isinstance(body, Reply):
        return _respond(replies.encode(body))
    return _respond(
        door.answer(
            body=body,
            content_type=request.META.get("CONTENT_TYPE", ""),
            address=address_of(request.META),
            at=timezone.now(),
        )
    )


def answer_plainly(environ: Mapping[str, Any]) -> bytes | None:
    """What ``open_api`` answers to an ordinary call, read from WSGI's environment: a request and a response of Django's
    would cost more than to verify it. None, with nothing read, for any other request."""
    told = environ.get("CONTENT_LENGTH") or ""
    if environ["REQUEST_METHOD"] != "POST" or "HTTP_TRANSFER_ENCODING" in environ:
        return None
    if not (told.isascii() and told.isdigit()) or int(told) > door.MAX_BODY:
        return None
    try:
        body = environ["wsgi.input"].read(int(told))
    except OSError:
        return replies.encode(CUT_OFF)
    close_old_connections()  # as Django does when a request begins
    return door.answer(
        body=body,
        content_type=environ.get("CONTENT_TYPE", ""),
        address=address_of(environ),
        at=timezone.now(),
    )


def _respond(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type=CONTENT_TYPE, headers={"Content-Length": str(len(content))})


def addresses() -> list[str]:
    """The door's addresses without the leading stroke, with and without one at the end."""
    return [one + end for one in (*PATHS, *aliases()) for end in ("", "/")]


def urls() -> list[URLPattern]:
    """The door's addresses for Django."""
    return [path(address, open_api) for address in addresses()]
