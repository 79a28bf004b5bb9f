"""In a real browser: an officer follows a warning to a worker's month and opens his number; a clerk brings a roster."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from anxin.law.civil import SHANGHAI
from anxin.people.looks import looks
from anxin.registry.models import Engagement
from anxin.registry.regions import load_regions
from anxin.watch.models import Warning
from anxin.watch.sweep import sweep
from tests.people import identity, make_project
from tests.portal.site import CARD, make_site, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def _now(monkeypatch):
    moment = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)
    monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.mark.usefixtures("_now")
def test_from_a_warning_to_a_workers_number(page: Page, sign_in, at):
    load_regions()
    site = make_site(at)
    site.project.account_uses.all().delete()
    sweep(as_of=date(2026, 4, 20), at=at)
    assert Warning.objects.filter(rule="SX-01", status="open").exists()
    make_user()
    sign_in("officer", "/warnings")

    page.get_by_role("link", name="开工第51天").first.click()
    page.get_by_role("link", name="测试项目").first.click()
    expect(page.get_by_role("heading", name="测试项目")).to_be_visible()
    account = page.locator(".ax-five-one", has_text="工资专用账户")
    expect(account).to_contain_text("未落实")
    expect(page.locator("#warnings")).to_contain_text("开工第51天")
    expect(page.locator("#money svg")).to_be_visible()

    page.locator("#months").get_by_role("link", name="2026-03").click()
    page.get_by_role("link", name="发放失败 1").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="测试2").click()
    expect(page.locator("#payments")).to_contain_text("账号户名不符")

    number = identity(2)
    assert number not in page.content()
    page.get_by_role("button", name="查看证件号码").click()
    expect(page.locator("#secret-identity")).to_have_text(number)
    expect(page.locator("#looks")).to_contain_text("测试officer")
    assert number not in page.url
    look = looks().get()
    assert (look.by.username, look.subject_id, look.changes["field"]) == (
        "officer", str(site.failed.worker_id), "identity",
    )  # fmt: skip
    assert f"{CARD}002" not in page.content()

    page.reload()
    assert number not in page.content()
    expect(page.locator("#looks")).to_contain_text("证件号码")


@pytest.mark.usefixtures("_now")
def test_the_list_narrows_while_one_types_and_keeps_the_address(page: Page, sign_in, at):
    make_project(at, "P1", name="汾河大桥")
    make_project(at, "P2", name="学府小区")
    make_user()
    sign_in("officer")
    page.get_by_placeholder("名称、编码或总包单位").fill("大桥")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.wait_for_url("**/projects?q=*")
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("状态").select_option("completed")
    expect(page.get_by_text("没有符合条件的项目")).to_be_visible()


@pytest.mark.usefixtures("_now")
def test_a_clerk_brings_a_roster_and_accepts_it(page: Page, sign_in, at, tmp_path: Path):
    project = make_project(at)
    make_user("clerk", "clerk", "140000", project.code)
    wrong = identity(9)[:-1] + ("1" if identity(9)[-1] != "1" else "2")
    book = Workbook()
    book.active.append(["姓名", "证件号码", "班组名称", "企业统一社会信用代码", "企业名称", "进场时间"])
    for number in (identity(1), wrong, identity(2)):
        book.active.append(["测试", number, "泥工A班", "91140000MOCK000001", "测试建设有限公司", "2026-03-02"])
    book.save(tmp_path / "花名册.xlsx")

    sign_in("clerk", "/uploads")
    page.get_by_label("表格类别").select_option("roster")
    page.set_input_files("#file", tmp_path / "花名册.xlsx")
    page.get_by_role("button", name="读取并逐行核对").click()
    expect(page.get_by_text("2 行可以接收")).to_be_visible()
    page.get_by_role("link", name="拒收 1").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("校验码不正确")
    assert not Engagement.objects.exists()

    page.get_by_role("button", name="接收 2 行").click()
    expect(page.get_by_text("已接收 2 行")).to_be_visible()
    assert Engagement.objects.filter(project=project).count() == 2


@pytest.mark.usefixtures("_now")
def test_no_page_is_wider_than_a_phone(page: Page, sign_in, at):
    site = make_site(at)
    make_user()
    sign_in("officer")
    page.set_viewport_size({"width": 390, "height": 844})
    month = f"/projects/{site.project.code}/months/2026-03"
    for url in ("/projects", "/projects/P1", month, f"{month}/workers/{site.paid.pk}", "/held", "/uploads", "/rules",
                "/people/looks"):  # fmt: skip
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url
