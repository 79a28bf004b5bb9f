"""Where a request comes from, and where it may lead."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def address_of(request: HttpRequest) -> str:
    """The caller's address. Behind a proxy of ours (``ANXIN_PROXIES``), what the outermost of them saw."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if address in settings.PROXIES:
        for hop in reversed(str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")):
            if hop.strip() and hop.strip() not in settings.PROXIES:
                return hop.strip()[:64]
    return address[:64]


def safe_next(request: HttpRequest, address: str, otherwise: str = settings.LOGIN_REDIRECT_URL) -> str:
    """An address of this site, else ``otherwise``."""
    allowed = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if address.startswith("/") and allowed else otherwise


def public_address(request: HttpRequest, path: str) -> str:
    """The whole address of a path, as the world outside knows it (``ANXIN_ADDRESS``)."""
    return f"{settings.ADDRESS}{path}" if settings.ADDRESS else request.build_absolute_uri(path)
