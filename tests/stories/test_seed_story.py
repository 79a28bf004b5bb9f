"""The story of the first seed, by three people in a real browser, with both endings."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Page

from anxin.law.civil import SHANGHAI
from anxin.people import trail
from anxin.people.models import Organisation
from anxin.watch.handling.ladder import escalate
from anxin.watch.models import Handling, Warning
from tests.people import make_project
from tests.portal.site import PASSWORD, make_user
from tests.stories.conftest import Clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PDF = b"%PDF-1.4 proof %%EOF"
STARTED = date(2026, 4, 1)
THURSDAY = datetime(2026, 4, 16, 9, tzinfo=SHANGHAI)


@pytest.fixture
def warning(clock: Clock) -> Warning:
    """A housing project of Xiaodian in its sixteenth day without an account, and the people around it."""
    clock.at = THURSDAY
    province = Organisation.objects.create(name="山西省人社厅", kind="hr", region_code="140000")
    city = Organisation.objects.create(name="太原市人社局", kind="hr", region_code="140100", parent=province)
    Organisation.objects.create(name="小店区人民政府", kind="government", region_code="140105")
    make_user("inspector", "officer", "140100", organisation=city)
    make_user("chief", "chief", "140000", organisation=province)
    make_user("clerk", "clerk", "", project="P1")
    make_project(clock.at, name="滨河小区", started_on=STARTED)
    clock.work()
    return Warning.objects.get(rule="SX-01")


@pytest.fixture
def enter(window) -> Callable[[str, str], Page]:
    """A person's own browser, signed in and at a page."""

    def open_as(name: str, to: str) -> Page:
        page: Page = window({"width": 1440, "height": 900})
        page.goto(f"/sign-in?next={to}")
        page.fill("[name=username]", name)
        page.fill("[name=password]", PASSWORD)
        page.click("main form button")
        page.wait_for_url(f"**{to}")
        return page

    return open_as


def story(page: Page) -> list[str]:
    """The headings of a warning's story, first step first."""
    return page.locator("#story .ax-step .ax-strong").all_inner_texts()[::-1]


def test_asked_by_friday_mended_and_cleared(enter, warning, clock):
    inspector = enter("inspector", "/desk")
    inspector.get_by_role("navigation", name="范围").get_by_role("link", name="本单位").click()
    row = inspector.locator("[data-row]", has_text="SX-01")
    assert "黄色" in row.inner_text()
    assert "还有 1 天" in row.inner_text()
    row.get_by_role("button", name="签收").click()
    inspector.get_by_text("已签收 1 条").wait_for()
    row = inspector.locator("[data-row]", has_text="SX-01")
    assert "测试inspector" in row.inner_text()

    clock.at += timedelta(hours=1)
    row.locator("[data-open-row]").click()
    inspector.locator("summary", has_text="责令整改").click()
    assert inspector.input_value("#ask-text") != ""
    inspector.fill("#ask-text", "请上传专户和三方协议。")
    inspector.fill("input[name=due_on]", "2026-04-17")
    inspector.get_by_role("button", name="发给项目").click()
    inspector.get_by_text("项目劳资专管员会立即看到").wait_for()

    clock.at += timedelta(hours=2)
    clerk = enter("clerk", "/site")
    assert "请上传专户和三方协议" in clerk.locator("main").inner_text()
    clerk.goto("/site/mend/account")
    clerk.fill("[name=number]", "990012345678901234")
    clerk.fill("[name=bank_name]", "测试银行太原分行")
    clerk.fill("[name=opened_on]", "2026-04-16")
    clerk.set_input_files("[name=files]", {"name": "开户证明.pdf", "mimeType": "application/pdf", "buffer": PDF})
    clerk.fill("[name=agreement_on]", "2026-04-16")
    agreement = {"name": "三方协议.pdf", "mimeType": "application/pdf", "buffer": PDF + b"\n"}
    clerk.set_input_files("[name=agreement]", agreement)
    clerk.get_by_role("button", name="登记", exact=True).click()
    clerk.wait_for_url("**/site")
    clerk.goto(f"/site/matters/{warning.pk}")
    clerk.fill("textarea[name=text] >> nth=0", "专户已开，协议已签。")
    clerk.get_by_role("button", name="答复监察员").click()
    clerk.get_by_text("已答复监察员").wait_for()

    clock.at += timedelta(minutes=1)
    clock.work()
    warning.refresh_from_db()
    assert warning.status == "cleared"
    clerk.reload()
    assert "解除" in clerk.locator(".ax-warning-state").inner_text()
    inspector.reload()
    assert "预警已解除" in inspector.locator("#handling").inner_text()
    assert story(inspector) == ["发出", "移交承办", "签收", "责令整改", "项目答复", "解除", "办结"]
    told = inspector.locator("#story").inner_text()
    for words in ("测试inspector", "测试clerk", "请上传专户和三方协议", "专户已开，协议已签", "2026-04-17"):
        assert words in told
    assert Handling.objects.get(warning=warning).outcome == "cleared"
    assert trail.verify().holds
    inspector.goto("/desk")
    inspector.get_by_text("您手上没有待办的预警").wait_for()


def test_left_alone_it_climbs_to_the_province_with_a_talk_on_record(enter, warning, clock):
    for _hours in range(4 * 14):
        clock.at += timedelta(hours=6)
        escalate(at=clock.at)
    chief = enter("chief", "/desk")
    chief.goto("/desk?view=region&due=overdue")
    row = chief.locator("[data-row]", has_text="SX-01")
    assert "无人签收" in row.inner_text()
    row.locator("[data-open-row]").click()
    hand = chief.locator("#handling")
    for words in ("市级提级督办", "太原市人社局", "省级提级督办", "山西省人社厅", "约谈", "小店区人民政府"):
        assert words in hand.inner_text()
    clock.at += timedelta(hours=3)
    talk = hand.locator(".ax-hand-matter", has_text="约谈")
    talk.locator("summary").click()
    talk.locator("[name=attended]").fill("小店区政府分管负责人、项目经理")
    talk.locator("[name=minutes]").fill("五日内开立专户并补签三方协议。")
    talk.locator("[name=files]").set_input_files({"name": "签到表.pdf", "mimeType": "application/pdf", "buffer": PDF})
    talk.get_by_role("button", name="登记").click()
    chief.get_by_text("纪要已登记").wait_for()
    assert "五日内开立专户并补签三方协议" in hand.inner_text()
    assert story(chief)[:6] == ["发出", "移交承办", "临期提醒", "市级提级督办", "省级提级督办", "约谈"]
    assert story(chief)[-1] == "登记约谈纪要"
    with chief.expect_download() as begun:
        hand.locator(".ax-hand-matter", has_text="约谈").get_by_role("link", name="附件 1").click()
    assert begun.value.suggested_filename.endswith(".pdf")
    assert trail.verify().holds
