"""What the browser loads: small, complete, and fetched from nowhere else."""

import json
import re
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.test import Client

from anxin.portal.ui.tags import DIST

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 300 * 1024


def packed(name: str) -> int:
    manifest = json.loads((DIST / "manifest.json").read_text())
    return (DIST / f"{manifest[name]}.gz").stat().st_size


def test_a_first_load_stays_under_300_kb_with_room_for_the_page():
    outlines = [name for name in json.loads((DIST / "manifest.json").read_text()) if name.startswith("maps/")]
    assert len(outlines) >= 31
    heaviest = sum(map(packed, ("app.css", "app.js", "charts.js"))) + max(map(packed, outlines))
    assert heaviest + 16 * 1024 < LIMIT


def test_nothing_is_loaded_from_another_site():
    for page in (ROOT / "anxin" / "portal").rglob("*.html"):
        assert not re.search(r"""(src|href)=["'](https?:)?//""", page.read_text(encoding="utf-8")), page


def test_no_comment_of_a_template_is_shown():
    """``{# … #}`` ends with its line; over two lines it stands on the page."""
    for page in (ROOT / "anxin" / "portal").rglob("*.html"):
        for line in page.read_text(encoding="utf-8").splitlines():
            assert line.count("{#") == line.count("#}"), f"{page}: {line}"


def test_every_form_works_without_scripts():
    """A form that a script sends has an address of its own; what is posted proves where it came from."""
    for page in (ROOT / "anxin" / "portal").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for form in re.findall(r"<form\b[^>]*>.*?</form>", text, re.DOTALL):
            head = form[: form.index(">")]
            if 'method="post"' in head:
                assert "csrf_token" in form, f"{page}: {head}"
            if "hx-post" in head:
                assert " action=" in head, f"{page}: {head}"


def test_a_page_that_broke_says_so_in_words_and_leads_back():
    page = get_template("500.html").render()  # as Django does: without a request
    assert "系统出错了" in page
    assert 'href="/"' in page


@pytest.mark.django_db
def test_a_form_that_lay_too_long_says_what_to_do():
    answer = Client(enforce_csrf_checks=True).post("/sign-in", {"username": "x", "password": "x"})
    assert answer.status_code == 403
    assert "请打开这一页再提交一次" in answer.content.decode()


def test_the_lock_names_no_host():
    assert "://" not in (ROOT / "package-lock.json").read_text()


def test_no_script_stands_in_a_page():
    """The policy forbids it: a button that relies on one would do nothing."""
    for page in (ROOT / "anxin" / "portal").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:", text), page


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/sign-in", "/claim", "/nowhere", "/api/v1/docs"])
def test_every_page_tells_the_browser_to_run_only_our_own(client, address):
    policy = client.get(address).headers["Content-Security-Policy"]
    assert "default-src 'self'; script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert policy.endswith("form-action 'self'")


def test_a_form_may_lead_to_the_single_sign_on(client, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:9/issuer"
    policy = client.get("/me/offline").headers["Content-Security-Policy"]
    assert policy.endswith("form-action 'self' https: http://127.0.0.1:9/issuer")


@pytest.mark.parametrize("secure", [False, True])
def test_where_our_address_is_https_browsers_keep_to_it(client, settings, secure):
    settings.SESSION_COOKIE_SECURE = secure
    assert client.get("/me/offline").has_header("Strict-Transport-Security") == secure
