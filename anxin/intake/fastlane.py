"""Where machine doors leave the page middleware."""

import io
import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from anxin.intake.national import views as national

CODINGS = frozenset({"gzip", "zstd"})
_DOOR = re.compile(r"/api/v1/|/(?:.*/)?CWRService/")
_PIECE = 64 * 1024


class DoorMiddleware:
    """Strips the invalid ``Content-Encoding: UTF-8`` that several Java senders send (protocol §1.2), and reads bodies
    that come in chunks, without a length, as many HTTP clients send them.

    Real codings stay: the bulk door takes gzip and zstd. The national door is entered from here at once: sessions,
    languages and compression are for people, and cost as much as taking in a batch of swipes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.straight = {f"/{address}" for address in national.addresses()}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower() not in CODINGS:
            request.META.pop("HTTP_CONTENT_ENCODING", None)
        straight = request.path_info in self.straight
        if "HTTP_TRANSFER_ENCODING" in request.META and (straight or _DOOR.match(request.path_info)):
            _measure(request)
        if straight:
            return national.open_api(request)
        return self.get_response(request)


def _measure(request: HttpRequest) -> None:
    """Give a body in chunks its length, which Django asks for. One byte beyond the limit is enough to be refused."""
    if request.META.get("CONTENT_LENGTH"):
        return
    source, most = request.META["wsgi.input"], (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) + 1
    body = io.BytesIO()
    while body.tell() < most and (piece := source.read(min(_PIECE, most - body.tell()))):
        body.write(piece)
    request.META["CONTENT_LENGTH"] = str(body.tell())
    body.seek(0)
    request._stream = body
