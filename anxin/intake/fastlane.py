"""Where machine doors leave the page middleware."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class DoorMiddleware:
    """Strips the invalid ``Content-Encoding: UTF-8`` that several Java senders send (protocol §1.2)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META.pop("HTTP_CONTENT_ENCODING", None)
        return self.get_response(request)
