"""Where machine doors leave the page middleware."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from anxin.intake.national import views as national

CODINGS = frozenset({"gzip", "zstd"})


class DoorMiddleware:
    """Strips the invalid ``Content-Encoding: UTF-8`` that several Java senders send (protocol §1.2).

    Real codings stay: the bulk door takes gzip and zstd. The national door is entered from here at once: sessions,
    languages and compression are for people, and cost as much as taking in a batch of swipes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.straight = {f"/{address}" for address in national.addresses()}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower() not in CODINGS:
            request.META.pop("HTTP_CONTENT_ENCODING", None)
        if request.path_info in self.straight:
            return national.open_api(request)
        return self.get_response(request)
