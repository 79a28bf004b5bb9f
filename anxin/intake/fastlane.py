"""Where machine doors leave the page middleware."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

CODINGS = frozenset({"gzip", "zstd"})


class DoorMiddleware:
    """Strips the invalid ``Content-Encoding: UTF-8`` that several Java senders send (protocol §1.2).

    Real codings stay: the bulk door takes gzip and zstd.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower() not in CODINGS:
            request.META.pop("HTTP_CONTENT_ENCODING", None)
        return self.get_response(request)
