"""What makes the worker's pages an app on a telephone: manifest, icons, and the keeper that answers without network.

The keeper keeps stylesheet, script, icons and one page that says there is no network. It never keeps a personal page.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from anxin.portal.ui.tags import asset
from anxin.portal.worker.access import open_page

_ICONS = Path(__file__).parent / "icons"
_TYPES = {"icon.svg": "image/svg+xml", "icon-180.png": "image/png", "icon-192.png": "image/png",
          "icon-512.png": "image/png"}  # fmt: skip
WHY = "parts of the worker's app that hold no data"


@open_page(WHY)
@require_safe
@cache_control(max_age=86400)
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest."""
    icons = [
        {"src": reverse("me-icon", args=[f"icon-{size}.png"]), "sizes": f"{size}x{size}", "type": "image/png",
         "purpose": "any maskable"}
        for size in (192, 512)
    ]  # fmt: skip
    told = {
        "name": _("安薪 · 我的工钱"),
        "short_name": _("安薪"),
        "lang": "zh-Hans",
        "id": reverse("me"),
        "start_url": reverse("me"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f6f7",
        "theme_color": "#0b5f59",
        "icons": [*icons, {"src": reverse("me-icon", args=["icon.svg"]), "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(told, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@open_page(WHY)
@require_safe
@cache_control(max_age=604800)
def icon(request: HttpRequest, name: str) -> HttpResponse:
    """One of our icons."""
    if name not in _TYPES:
        raise Http404
    return HttpResponse((_ICONS / name).read_bytes(), content_type=_TYPES[name])


@open_page(WHY)
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What shows when there is no network; it says nothing about anybody, and asks for no token."""
    return render(request, "worker/offline.html")


@open_page(WHY)
@require_safe
@cache_control(no_cache=True)
def keeper(request: HttpRequest) -> HttpResponse:
    """The service worker. It looks at workers' pages alone; its version is that of what it keeps."""
    kept = [reverse("me-offline"), asset("worker.css"), asset("worker.js"), reverse("me-icon", args=["icon.svg"])]
    with override("zh-hans"):
        page = render(request, "worker/offline.html").content
    version = hashlib.sha256(page + "\n".join(kept).encode()).hexdigest()[:12]
    body = _script().replace("__VERSION__", version).replace("__KEPT__", ", ".join(f'"{one}"' for one in kept))
    answer = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer


@lru_cache(maxsize=1)
def _script() -> str:
    return (Path(__file__).parent / "keeper.js").read_text(encoding="utf-8")
