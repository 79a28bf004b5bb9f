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
