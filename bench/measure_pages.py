"""How long each page takes: ``python -m bench.measure_pages TIMES`` in a swept data folder; prints one JSON line."""

import gzip
import http.client
import json
import os
import sys
import time

from bench.server import serving

SLOW_S = 10.0


def addresses() -> dict[str, str]:
    """The pages an officer looks at, with a project and a worker that have something to show."""
    from django.db.models import Count

    from anxin.registry.models import Engagement, Project
    from anxin.watch.models import Warning

    province = {"region_code__startswith": "14"}
    busiest = (
        Project.objects.filter(warnings__status="open", **province).annotate(n=Count("warnings")).order_by("-n").first()
    )
    biggest = Project.objects.filter(**province).annotate(n=Count("engagements")).order_by("-n").first()
    assert biggest is not None
    busiest = busiest or biggest
    warning = Warning.objects.filter(status="open", **province).exclude(month="").order_by("-rank").first()
    month = warning.month if warning is not None else ""
    engagement = Engagement.objects.filter(project=busiest).order_by("id").first()
    pages = {
        "overview": "/",
        "warnings": "/warnings",
        "warnings of a city": "/warnings?region=140100",
        "warnings, page 5": "/warnings?page=5",
        "projects": "/projects",
        "project with most warnings": f"/projects/{busiest.code}",
        "project with most workers": f"/projects/{biggest.code}",
        "rules": "/rules",
        "held rows": "/held",
    }
    if warning is not None:
        pages["warning"] = f"/warnings/{warning.pk}"
    if month:
        pages["project month"] = f"/projects/{biggest.code}/months/{month}"
        if engagement is not None:
            pages["worker month"] = f"/projects/{busiest.code}/months/{month}/workers/{engagement.pk}"
    return pages


def sign_in() -> str:
    """A session of a provincial officer, as a cookie."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from anxin.people.models import User

    user, _ = User.objects.get_or_create(username="bench", defaults={"role": "officer", "region": "140000"})
    user.set_unusable_password()
    user.save()
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}"


def measure(times: int, pages: dict[str, str] | None = None) -> dict[str, object]:
    """Each page so many times over one connection: first, median and p95 in ms, size on the wire in KB."""
    cookie, pages = sign_in(), pages or addresses()
    found: dict[str, object] = {}
    with serving(worker=False) as port:
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for name, path in pages.items():
            spent, status, size, whole = [], 0, 0, 0
            for _ in range(times):
                if sum(spent) > SLOW_S:  # a page this slow needs no more proof
                    break
                began = time.perf_counter()
                wire.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
                answer = wire.getresponse()
                body = answer.read()
                spent.append(time.perf_counter() - began)
                status, size = answer.status, len(body)
                whole = len(gzip.decompress(body)) if answer.headers.get("Content-Encoding") == "gzip" else size
            first, ordered = spent[0], sorted(spent[1:] or spent)
            found[name] = {
                "status": status,
                "first_ms": round(first * 1000, 1),
                "p50_ms": round(ordered[len(ordered) // 2] * 1000, 1),
                "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
                "wire_kb": round(size / 1024, 1),
                "html_kb": round(whole / 1024, 1),
            }
        wire.close()
    return found


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
    django.setup()
    print(json.dumps(measure(int(sys.argv[1]))))
