"""What no hand types: the sign NUL, which PostgreSQL keeps in no text. Pages never see it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict

NUL = "\0"


class CleaningMiddleware:
    """Takes the sign NUL out of what a form or a query brings; an address with it leads nowhere (404).

    The doors for machines, which ask for no token of a form, read their own bodies and judge them themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> None:
        """Clean the request before its page has it."""
        if NUL in request.path:
            raise Http404
        if getattr(view, "csrf_exempt", False):
            return
        request.GET = _clean(request.GET)  # type: ignore[assignment]
        if request.method == "POST":
            request.POST = _clean(request.POST)  # type: ignore[assignment]


def _clean(form: QueryDict) -> QueryDict:
    if not any(NUL in text for name, values in form.lists() for text in (name, *values)):
        return form
    cleaned = QueryDict(mutable=True, encoding=form.encoding)
    for name, values in form.lists():
        cleaned.setlist(name.replace(NUL, ""), [value.replace(NUL, "") for value in values])
    cleaned._mutable = False
    return cleaned
