"""A real Chromium for the stories that need one."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from anxin.law.civil import SHANGHAI
from anxin.portal.ui.tags import DIST
from anxin.worker import fast_turn, slow_turn
from tests.portal.site import PASSWORD

# How long a page takes says nothing about whether it is right; a busy machine needs the time.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
NAMES = ("chromium", "chromium-browser", "google-chrome")


def found_chromium() -> str:
    """Where the system's Chromium lies."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, "No Chromium found. Install it with: apt-get install chromium"
    return found


def patient(new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    """Contexts whose every wait is as long as what we expect of a page may take."""

    def opened(self: Browser, **options: Any) -> BrowserContext:
        context = new_context(self, **options)
        context.set_default_timeout(PATIENCE_MS)
        return context

    return opened


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, one for all stories."""
    found = found_chromium()
    assert (DIST / "manifest.json").exists(), "The front end is not built. Run: make install"
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    patch.setattr(Browser, "new_context", patient(Browser.new_context))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()
    patch.undo()


@pytest.fixture
def page(browser: Browser, live_server) -> Iterator[Page]:
    """A fresh page at the site; it fails the test when the browser reports an error."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    # A form that is shown again with what is wrong answers 422, which the browser calls an error.
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" and "status of 422" not in m.text else None)
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def sign_in(page: Page) -> Callable[[str], None]:
    """Sign in as the person of this name."""

    def by_name(name: str, to: str = "/projects") -> None:
        page.goto(f"/sign-in?next={to}")
        page.fill("[name=username]", name)
        page.fill("[name=password]", PASSWORD)
        page.click("main form button")
        page.wait_for_url(f"**{to}")

    return by_name


class Clock:
    """The moment it is, for pages and worker alike."""

    at = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)

    def __call__(self) -> datetime:
        return self.at

    def work(self) -> None:
        """One turn of the worker, at this moment."""
        fast_turn(self.at, {})
        slow_turn(self.at, {})


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture
def window(browser: Browser, live_server) -> Iterator[Callable[[dict[str, int]], Page]]:
    """A person's own browser; a script that fails there fails the test."""
    contexts, wrong = [], []

    def opened(size: dict[str, int]) -> Page:
        context = browser.new_context(base_url=live_server.url, viewport=size, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
