"""The WSGI application that granian serves."""

import gc
import os
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

_Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class _Whole:
    """A request's body that must reach its announced length.

    A connection that breaks leaves a body that merely looks short, and half a photo would be kept as evidence. Here
    it is an error, which Django answers without handing anything to a page.
    """

    def __init__(self, body: Any, length: int) -> None:
        self._body, self._left = body, length

    def read(self, size: int = -1) -> bytes:
        """As a file's; raises OSError where the body ends before its length."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        parts = []
        while wanted:
            part = self._body.read(wanted)
            if not part:
                raise OSError("The request was cut off before its announced end.")
            parts.append(part)
            wanted -= len(part)
            self._left -= len(part)
        return b"".join(parts)

    def readline(self, size: int = -1) -> bytes:
        """As a file's; raises OSError where the body ends before its length."""
        limit = self._left if size is None or size < 0 else min(size, self._left)
        line = self._body.readline(limit) if limit else b""
        if limit and not line:
            raise OSError("The request was cut off before its announced end.")
        self._left -= len(line)
        return bytes(line)


def whole_bodies(inner: _Application) -> _Application:
    """An application that takes no request whose body was cut off."""

    def outer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isascii() and length.isdigit():
            environ["wsgi.input"] = _Whole(environ["wsgi.input"], int(length))
        return inner(environ, start_response)

    return outer


def straight_to_the_door(inner: _Application) -> _Application:
    """An application that answers ordinary calls of the national door before Django makes a request of them."""
    from anxin.intake.national import views

    straight = {f"/{address}" for address in views.addresses()}

    def outer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        content = views.answer_plainly(environ) if environ["PATH_INFO"] in straight else None
        if content is None:
            return inner(environ, start_response)
        start_response("200 OK", [("Content-Length", str(len(content))), ("Content-Type", views.CONTENT_TYPE)])
        return [content]

    return outer


application = whole_bodies(straight_to_the_door(get_wsgi_application()))
# The pages and all they need: else the first visitor after a start waits for a second or two.
import_module(settings.ROOT_URLCONF)
# What was loaded lives as long as the process: without this every full collection walks through all of it again.
gc.collect()
gc.freeze()
