"""Every key that the help of a list promises, pressed in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from anxin.watch.models import Handling
from tests.people import make_project
from tests.portal.hands import in_hand, make_people, make_units

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
PAGE = 50
PROMISED = ["j", "k", "Enter", "c", "x", "[", "]", "/", "?"]


@pytest.fixture
def matters(at, monkeypatch) -> list[Handling]:
    monkeypatch.setattr(timezone, "now", lambda: at)
    make_people(make_units())
    rows = []
    for n in range(1, PAGE + 3):
        row = in_hand(make_project(at, f"P{n}", name=f"第{n}号工地"), at, reason=f"第{n}号工地没有专户")
        row.due_at = at + timedelta(hours=n)
        row.save(update_fields=["due_at"])
        rows.append(row)
    return rows


def current(page, text: str) -> None:
    expect(page.locator(".ax-current [data-open-row]")).to_have_text(text)


def test_the_desk_keeps_what_its_help_promises(page, sign_in, matters):
    sign_in("officer", to="/desk?view=unit")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys kbd")).to_have_text(PROMISED)
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()

    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Escape")

    page.keyboard.press("j")
    page.keyboard.press("j")
    current(page, "第2号工地没有专户")
    page.keyboard.press("k")
    current(page, "第1号工地没有专户")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-selected-count]")).to_have_text("1")
    page.keyboard.press("x")
    expect(page.locator("[data-selected]")).to_be_hidden()

    page.keyboard.press("c")
    page.get_by_text("已签收 1 条").wait_for()
    taken = Handling.objects.exclude(owner=None)
    assert [(one.pk, one.state) for one in taken] == [(matters[1].pk, "taken")]
    current(page, "第2号工地没有专户")
    page.keyboard.press("c")  # it is in hand already: nothing to press
    assert taken.count() == 1

    page.keyboard.press("]")
    page.wait_for_url("**page=2**")
    expect(page.locator("[data-row]")).to_have_count(2)
    page.keyboard.press("[")
    page.wait_for_url("**page=1**")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/warnings/{matters[0].warning_id}")


def test_the_list_of_warnings_promises_no_taking(page, sign_in, matters):
    sign_in("officer", to="/warnings")
    page.keyboard.press("?")
    expect(page.locator("#keys kbd")).to_have_text([key for key in PROMISED if key != "c"])
