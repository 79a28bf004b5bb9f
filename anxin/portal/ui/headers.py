"""What browsers are told about every page: to run and load nothing but our own, and to show it in nobody's frame."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_YEAR_S = 365 * 86400


class HeadersMiddleware:
    """Sets the policy where an answer has none of its own; where our address is https, browsers keep to https.

    Styles may stand in the page: bars get their width there. Scripts may not, so that no text of anybody ever runs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Browsers hold a form to its policy across redirects, and the sign-on's page may be on any host.
        also = f" https: {settings.OIDC_ISSUER}" if settings.OIDC_ISSUER else ""
        response.headers.setdefault("Content-Security-Policy", _POLICY + also)
        response.headers.setdefault("Permissions-Policy", "geolocation=(), payment=(), usb=()")
        if settings.SESSION_COOKIE_SECURE:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR_S}")
        return response
