"""A claim on a telephone, in a real browser: without a script from the board to the code, and with one what it adds."""

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from anxin.cases.models import Claim, Claimant, Exhibit
from anxin.law.civil import SHANGHAI
from anxin.people.models import Organisation
from anxin.vault import evidence
from tests.axe import violations
from tests.cases.claiming import png
from tests.people import make_project
from tests.stories.conftest import found_chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    Organisation.objects.create(name="太原市人社局", kind="hr", region_code="140100")
    return make_project(NOW)


@pytest.fixture
def telephone(browser: Browser, live_server) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=live_server.url, viewport=PHONE, locale="zh-CN")
    yield context
    context.close()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
    for field in page.locator("main input:visible, main select:visible, main textarea:visible").all():
        name = field.get_attribute("id")
        labelled = page.locator(f"label[for='{name}']").count() if name else 0
        assert labelled or field.evaluate("e => !!e.closest('label')"), f"{page.url}: {name} has no label"


def four_steps(page: Page) -> tuple[str, str]:
    """From the board's code to the end, by what is read on the page: the number and the return code."""
    page.goto("/claim?site=P1")
    expect(page.get_by_text("您扫码的工地")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="下一步：欠了多少").click()
    page.get_by_label("2026年3月", exact=True).check()
    page.get_by_label("一共几天").fill("23")
    page.get_by_label("一天多少元").fill("280")
    fits(page)
    page.get_by_role("button", name="下一步：有什么证据").click()
    expect(page.get_by_role("heading", name="有什么证据？没有也可以")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="下一步：检查并提交").click()
    expect(page.get_by_text("6,440.00")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="交上去").click()
    expect(page.get_by_role("heading", name="已经收到您的反映")).to_be_visible()
    fits(page)
    number, code = (text.replace(" ", "") for text in page.locator(".c-big").all_text_contents())
    return number, code


def test_without_a_script_from_the_board_to_the_money(browser: Browser, live_server, site, tmp_path: Path):
    context = browser.new_context(base_url=live_server.url, viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    number, _code = four_steps(page)
    page.get_by_role("button", name="我已经记好了，去看进度").click()
    expect(page).to_have_url(f"{live_server.url}/track/{number}")
    fits(page)
    page.get_by_label("写给承办人").fill("什么时候有信？")
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".c-said")).to_contain_text("什么时候有信？")
    (tmp_path / "欠条.png").write_bytes(png())
    page.get_by_text("补材料").click()
    page.get_by_label("照片").set_input_files(tmp_path / "欠条.png")
    page.locator("#evidence").get_by_role("button", name="交上去").click()
    expect(page.get_by_role("link", name="照片 · 欠条.png")).to_be_visible()
    page.get_by_text("钱到了，告诉我们").click()
    page.get_by_label("收到多少元").fill("6440")
    page.get_by_role("button", name="我收到了").click()
    expect(page.get_by_text("记下了，谢谢您告诉我们。")).to_be_visible()
    page.get_by_text("很满意").click()
    page.get_by_label("跑了几趟").fill("0")
    page.get_by_role("button", name="说好了").click()
    claimant = Claimant.objects.get()
    assert (claimant.received_fen, claimant.satisfied, claimant.trips) == (644_000, 5, 0)
    page.get_by_role("button", name="退出，不让别人在这部手机上看").click()
    page.goto(f"/track/{number}")
    assert "/track/" in page.url
    expect(page.get_by_text("什么时候有信？")).to_have_count(0)
    context.close()


def test_back_with_the_code_on_another_telephone(telephone: BrowserContext, browser: Browser, live_server, site):
    number, code = four_steps(telephone.new_page())
    other = browser.new_context(base_url=live_server.url, viewport=PHONE)
    page = other.new_page()
    page.goto("/track")
    fits(page)
    page.get_by_label("查询码（16 位）").fill(code)
    page.get_by_role("button", name="查", exact=True).click()
    expect(page).to_have_url(f"{live_server.url}/track/{number}")
    for address in (page.url, page.evaluate("document.referrer")):
        assert code not in address
    expect(page.get_by_text("最晚 2026年4月20日 14:00 前，交给负责的机构")).to_be_visible()
    other.close()


def test_axe_finds_nothing_on_any_page_of_a_claim(telephone: BrowserContext, site):
    page, wrong = telephone.new_page(), []
    for url in ("/claim", "/claim/join", "/track", "/iou"):
        page.goto(url)
        wrong += violations(page)
    page.goto("/claim?site=P1")
    page.get_by_label("我代表几个工友一起").check()
    wrong += violations(page)
    page.get_by_role("button", name="下一步：欠了多少").click()
    page.get_by_role("button", name="下一步：有什么证据").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("2026年3月", exact=True).check()
    page.get_by_label("一共还欠多少元").fill("100")
    page.get_by_label("姓名").first.fill("李四")
    wrong += violations(page)
    page.get_by_role("button", name="下一步：有什么证据").click()
    expect(page.get_by_role("heading", name="有什么证据？没有也可以")).to_be_visible()
    wrong += violations(page)
    page.get_by_role("button", name="下一步：检查并提交").click()
    expect(page.get_by_role("button", name="交上去")).to_be_visible()
    wrong += violations(page)
    page.get_by_role("button", name="交上去").click()
    expect(page.get_by_role("heading", name="已经收到您的反映")).to_be_visible()
    wrong += violations(page)
    number, _code, _again, own = (text.replace(" ", "") for text in page.locator(".c-big").all_text_contents())
    page.get_by_role("button", name="我已经记好了，去看进度").click()
    expect(page.get_by_role("heading", name="办过的事")).to_be_visible()
    for part in page.locator("summary").all():
        part.click()
    wrong += violations(page)
    page.get_by_role("button", name="退出，不让别人在这部手机上看").click()
    page.goto("/claim/join")
    page.get_by_label("反映编号（14 位）").fill(number)
    page.get_by_label("您的确认码（10 位）").fill(own)
    page.get_by_role("button", name="看看给我写了什么").click()
    expect(page.get_by_role("button", name="我不参加")).to_be_visible()
    wrong += violations(page)
    assert wrong == []


def test_with_a_script_the_sum_is_shown_and_a_large_picture_made_small(telephone: BrowserContext, site, tmp_path: Path):
    page = telephone.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto("/claim?site=P1")
    page.get_by_role("button", name="下一步：欠了多少").click()
    page.get_by_label("2026年3月", exact=True).check()
    page.get_by_label("一共几天").fill("23")
    page.get_by_label("一天多少元").fill("280")
    expect(page.locator("[data-total-sum]")).to_have_text("6,440")
    page.get_by_role("button", name="下一步：有什么证据").click()
    # A noisy picture of some twenty megabytes, drawn in the browser itself.
    address = page.evaluate(
        """() => { const c = document.createElement("canvas"); c.width = 3000; c.height = 2200;
        const g = c.getContext("2d"), d = g.createImageData(3000, 2200);
        for (let i = 0; i < d.data.length; i++) d.data[i] = i % 4 === 3 ? 255 : (Math.random() * 256) | 0;
        g.putImageData(d, 0, 0); return c.toDataURL("image/png"); }"""
    )
    large = base64.b64decode(address.partition(",")[2])
    assert len(large) > 15_000_000
    (tmp_path / "工地.png").write_bytes(large)
    page.get_by_label("照片：工资条").set_input_files(tmp_path / "工地.png")
    expect(page.locator("[data-shrink-state]")).to_contain_text("MB")
    page.get_by_role("button", name="先放进这些").click()
    expect(page.get_by_text("已经放进来 1 份")).to_be_visible()
    page.get_by_role("button", name="下一步：检查并提交").click()
    page.get_by_role("button", name="交上去").click()
    expect(page.get_by_role("heading", name="已经收到您的反映")).to_be_visible()
    row = Exhibit.objects.get()
    assert row.content_type == "image/jpeg"
    assert len(evidence.read(row.digest)) < len(large) / 2
    assert wrong == []


def test_a_voice_note_is_recorded_kept_and_heard_again(browser: Browser, live_server, site):
    flags = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    speaking = browser.browser_type.launch(executable_path=found_chromium(), args=flags)
    context = speaking.new_context(base_url=live_server.url, viewport=PHONE, permissions=["microphone"])
    page = context.new_page()
    page.goto("/claim?site=P1")
    page.get_by_role("button", name="下一步：欠了多少").click()
    page.get_by_label("2026年3月", exact=True).check()
    page.get_by_label("一共还欠多少元").fill("100")
    page.get_by_role("button", name="下一步：有什么证据").click()
    page.get_by_role("button", name="按这里开始录音").click()
    expect(page.get_by_role("button", name="停止录音")).to_be_visible()
    # A busy machine may look again only when a second more has passed.
    expect(page.locator("[data-record-state]")).to_have_text(re.compile(r"^0:(0[1-9]|[1-5]\d)$"))
    page.get_by_role("button", name="停止录音").click()
    expect(page.locator("[data-record-state]")).to_have_text("已录好，可以重新录")
    page.get_by_role("button", name="先放进这些").click()
    expect(page.get_by_role("link", name="voice.webm")).to_be_visible()
    page.get_by_role("button", name="下一步：检查并提交").click()
    page.get_by_role("button", name="交上去").click()
    expect(page.get_by_role("heading", name="已经收到您的反映")).to_be_visible()
    kept = Exhibit.objects.get()
    assert (kept.kind, kept.content_type) == ("voice", "audio/webm")
    claim = Claim.objects.get()
    got = context.request.get(f"/track/{claim.number}/files/{kept.digest}")
    assert got.headers["content-type"] == "audio/webm"
    speaking.close()
