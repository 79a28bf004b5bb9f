"""A worker at his telephone, in a real browser of 390 px: from the board's code to his months, with and without
JavaScript; and what axe-core finds on every page he meets: nothing."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from anxin.cases.models import Answer
from anxin.law.civil import SHANGHAI
from anxin.notices.models import Delivery
from anxin.people.looks import WORKER, record_look
from anxin.people.models import PhoneSession
from anxin.people.phones import begin_session, bind, session_of
from anxin.portal.worker.access import COOKIE
from anxin.registry import actions
from anxin.registry.models import Engagement
from anxin.vault.fields import open_text, seal_text
from tests.axe import violations
from tests.people import identity
from tests.portal.site import Site, make_site, make_user
from tests.workers import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)


@pytest.fixture
def site(monkeypatch) -> Site:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    monkeypatch.setenv("ANXIN_SMS", "http://gateway.invalid")
    return make_site(NOW)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def telephone(browser: Browser, live_server, request) -> Iterator[Page]:
    """A small screen; it fails the test when the browser reports an error."""
    yield from screen(browser, live_server.url, javascript=request.param)


@pytest.fixture
def smart(browser: Browser, live_server) -> Iterator[Page]:
    yield from screen(browser, live_server.url, javascript=True)


def screen(browser: Browser, address: str, *, javascript: bool) -> Iterator[Page]:
    context = browser.new_context(
        base_url=address, viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=javascript
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


def code_sent() -> str:
    text = open_text(Delivery.objects.filter(secret=True).latest("pk").text_sealed)
    return re.search(r"\d{6}", text)[0]


def held_by(page: Page, engagement: Engagement, phone: str = PHONE) -> None:
    """The telephone is the worker's, and has signed in."""
    token = begin_session(phone=phone, at=NOW)
    session = session_of(token, at=NOW)
    assert isinstance(session, PhoneSession)
    bind(session=session, worker_id=engagement.worker_id, known_phone=phone, at=NOW)
    page.goto("/me/sign-in")
    host = urlsplit(page.url)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": f"{host.scheme}://{host.netloc}"}])


def press(page: Page, name: str) -> None:
    """Press the button and wait for the page that answers."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def test_from_the_boards_code_to_his_months_and_his_word_on_them(telephone: Page, site: Site):
    page = telephone
    page.goto("/s/P1")
    expect(page.get_by_role("heading", level=1)).to_have_text("测试项目")
    expect(page.get_by_role("link", name="12333")).to_have_attribute("href", "tel:12333")
    page.get_by_role("link", name="看我的考勤和工资").click()
    page.get_by_label("手机号").fill("139 0000")
    press(page, "发送验证码")
    expect(page.locator(".w-wrong")).to_contain_text("11 位")
    page.get_by_label("手机号").fill("139 0000 0001")
    press(page, "发送验证码")
    expect(page.get_by_role("heading", level=1)).to_have_text("输入验证码")
    page.get_by_label("6 位验证码").fill(f"{(int(code_sent()) + 1) % 10**6:06d}")
    press(page, "登录")
    expect(page.locator(".w-wrong")).to_contain_text("还可以试 4 次")
    page.get_by_label("6 位验证码").fill(code_sent())
    press(page, "登录")
    page.get_by_label("姓名").fill("测试1")
    page.get_by_label("身份证号").fill(identity(1))
    press(page, "确认")
    expect(page.get_by_role("heading", level=1)).to_have_text("测试1，您好")
    expect(page.get_by_role("main")).to_contain_text("2026年3月的工资到手了吗")
    press(page, "没到手")
    page.get_by_label("班组长（工头）拿着").check()
    press(page, "只记下来，先不反映")
    expect(page.get_by_role("status")).to_contain_text("监察员能看到")
    assert open_text(Answer.objects.latest("pk").note_sealed) == "工资卡：班组长（工头）拿着"
    expect(page.get_by_role("button", name="反映欠薪，请人帮我要")).to_be_visible()
    page.get_by_role("link", name="我的工钱").click()
    expect(page.get_by_role("main")).to_contain_text("您说没到手")
    page.get_by_role("link", name=re.compile("2026年3月")).click()
    page.get_by_role("link", name="工资条").click()
    expect(page.get_by_role("main")).to_contain_text("5,000.00")
    page.get_by_role("banner").get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("banner").get_by_role("button", name="中文").click()
    page.goto("/me")
    press(page, "退出")
    expect(page.get_by_role("heading", level=1)).to_have_text("用手机号登录")
    page.goto("/me/pay")
    expect(page.get_by_role("heading", level=1)).to_have_text("用手机号登录")


def test_axe_finds_nothing_on_any_page(smart: Page, site: Site):
    page, found = smart, []

    def look(path: str = "") -> None:
        if path:
            page.goto(path)
        found.extend(violations(page))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.url

    for path in ("/s/P1", "/s/NONE", "/me/sign-in", "/me/offline", "/claim", "/claim?site=P1", "/track", "/iou"):
        look(path)
    page.goto("/me/sign-in")
    page.fill("[name=phone]", "1")
    press(page, "发送验证码")
    look()
    page.fill("[name=phone]", PHONE)
    press(page, "发送验证码")
    look()
    page.fill("[name=code]", "1")
    press(page, "登录")
    look()
    page.fill("[name=code]", code_sent())
    press(page, "登录")
    look()
    page.fill("[name=name]", "别人")
    page.fill("[name=identity]", identity(1))
    press(page, "确认")
    look()
    with transaction.atomic():
        record_look(by=make_user(), at=NOW, subject=WORKER, subject_id=site.failed.worker_id, field="card", page="/x")
    actions.engage(project=site.project, worker=site.failed.worker, at=NOW, left_on=NOW.date() - timedelta(days=2))
    held_by(page, site.failed, "13900000002")
    held_by(page, site.failed)
    mine = f"/me/sites/{site.failed.pk}"
    for path in ("/me", "/me/pay", "/me/looks", mine, f"{mine}/2026-03", f"{mine}/2026-03/slip", f"{mine}/2026-02",
                 f"{mine}/2026-03/not-paid", "/me/claims"):  # fmt: skip
        look(path)
    held_by(page, site.paid, "13900000003")
    mine = f"/me/sites/{site.paid.pk}"
    for path in ("/me", f"{mine}/2026-03", f"{mine}/2026-03/not-paid"):
        look(path)
    site.ghost.worker.phone_sealed = seal_text("13900000008")
    site.ghost.worker.save()
    page.context.clear_cookies()
    page.goto("/me/sign-in")
    page.fill("[name=phone]", "13900000004")
    press(page, "发送验证码")
    expect(page.get_by_role("heading", level=1)).to_have_text("输入验证码")
    page.fill("[name=code]", code_sent())
    press(page, "登录")
    page.fill("[name=name]", "测试4")
    page.fill("[name=identity]", identity(4))
    press(page, "确认")
    expect(page.get_by_role("heading", level=1)).to_have_text("请等一天")
    look()
    assert found == []
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert any("html-has-lang" in one for one in violations(page)), "axe would have found something"


def test_a_first_visit_loads_little_and_without_a_network_one_page_answers(smart: Page, site: Site):
    page, sizes = smart, {}
    page.on("response", lambda answer: sizes.update({answer.url: answer.request.sizes()["responseBodySize"]}))
    page.goto("/s/P1", wait_until="networkidle")
    assert len(sizes) <= 8
    assert 0 < sum(sizes.values()) < 40_000
    held_by(page, site.paid)
    page.goto("/me")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    kept = page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(n => caches.open(n).then(c => c.keys()))))"
        ".then(all => all.flat().map(request => new URL(request.url).pathname))"
    )
    assert "/me/offline" in kept
    assert not [path for path in kept if not path.startswith(("/static/", "/me/offline", "/me/icons/"))]
    page.context.set_offline(True)
    page.goto("/me/pay")
    expect(page.get_by_role("heading", level=1)).to_have_text("现在没有网络")
    expect(page.get_by_role("main")).not_to_contain_text("测试1")
    page.context.set_offline(False)
    page.goto("/me")
    expect(page.get_by_role("heading", level=1)).to_have_text("测试1，您好")
