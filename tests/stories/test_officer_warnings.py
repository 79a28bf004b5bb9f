"""An officer's morning in a real browser: the overview, the list of warnings, a warning, a file, in English."""

import csv

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from anxin.insight.overview import refresh
from anxin.people.models import Organisation
from anxin.watch.handling.routing import hand_over
from anxin.watch.models import Handling, WarningEvent
from tests.insight.test_overview import warn
from tests.people import make_project
from tests.portal.site import make_site, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def province(at, today, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    site = make_site(at)
    other = make_project(at, "P2", name="迎宾路改造", region_code="140200", category="05")
    month = f"project-month:{site.project.pk}:2026-03"
    unpaid = warn(
        site.project, at, rule="GZ-05", subject=month, month="2026-03", level="red", rank=4,
        reason="三月有两人未发工资", reason_en="Two workers were not paid for March",
    )  # fmt: skip
    WarningEvent.objects.create(warning=unpaid, kind="opened", on=today, at=at, new_level="red", rule_version="1")
    warn(site.project, at, rule="SX-02", hidden_by=unpaid, reason="没有人工费拨入")
    warn(other, at, level="yellow", rank=2, reason="开工第16天仍未上传专户", reason_en="Day 16 and no account")
    refresh(as_of=today, at=at)
    make_user("officer", region="140000")
    return site


def test_from_the_map_to_the_worker_who_was_not_paid(page, sign_in, province):
    sign_in("officer", to="/")
    page.wait_for_selector(".ax-map svg path")
    expect(page.locator("h1")).to_have_text("山西省")
    page.get_by_role("link", name="太原市", exact=True).click()
    page.get_by_role("link", name="小店区", exact=True).click()
    page.locator("a.ax-figure").click()
    page.wait_for_url("**/warnings?region=140105")
    page.get_by_role("link", name="三月有两人未发工资").click()
    expect(page.locator("[data-evidence=unpaid]")).to_contain_text(province.forgotten.worker.name)
    expect(page.locator("main")).to_contain_text("没有人工费拨入")


def test_on_a_narrow_map_names_that_do_not_fit_become_the_numbers_of_the_table(page, sign_in, province):
    sign_in("officer", to="/")
    keys = page.locator("[data-map-key]:visible")
    page.wait_for_selector(".ax-map svg path")
    expect(keys).to_have_count(0)  # names in Chinese fit
    page.set_viewport_size({"width": 390, "height": 844})
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": page.url}])
    page.reload()
    page.wait_for_selector(".ax-map svg path")
    keys.first.wait_for()
    expect(keys).to_have_text([str(n) for n in range(1, 12)])
    drawn = [text for text in page.locator(".ax-map svg text").all_text_contents() if text]
    assert sorted(drawn, key=int) == [str(n) for n in range(1, 12)]


def test_a_file_holds_the_list_as_it_was_narrowed_without_a_new_page(page, sign_in, province, tmp_path):
    sign_in("officer", to="/projects")
    page.fill("input[name=q]", "迎宾")
    page.wait_for_url("**q=%E8%BF%8E%E5%AE%BE**")
    with page.expect_download() as begun:
        page.get_by_role("link", name="CSV").click()
    file = tmp_path / "projects.csv"
    begun.value.save_as(file)
    rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert [row[1] for row in rows[1:]] == ["迎宾路改造"]


def test_far_down_a_long_list_the_bar_and_what_one_can_do_with_the_chosen_stay_in_sight(page, sign_in, at):
    make_user("officer", region="140000", role="chief")
    project = make_project(at, "P1")
    for n in range(30):
        warn(project, at, subject=f"project:{project.pk}:{n}", reason=f"第{n}件")
    hand_over(at=at)
    Handling.objects.update(unit=Organisation.objects.create(name="省厅", kind="hr", region_code="140000"))
    sign_in("officer", to="/desk")
    page.goto("/desk?view=region")
    last = page.locator("[data-row]").nth(29)
    last.locator("[name=id]").check()
    assert page.evaluate("scrollY") > 900
    tops = [page.locator(part).first.bounding_box()["y"] for part in (".ax-top", ".ax-bulk", ".ax-desk thead th")]
    assert tops == sorted(tops)
    assert tops[0] == 0
    page.locator(".ax-bulk button", has_text="签收").click()
    expect(page.locator("#rows")).to_contain_text("已签收 1 条")


def test_the_list_filters_without_a_new_page_and_keeps_its_address(page, sign_in, province):
    sign_in("officer", to="/warnings")
    page.evaluate("window.same = true")
    expect(page.locator("[data-row]")).to_have_count(2)
    page.locator("label.ax-chip", has_text="黄色").click()
    page.wait_for_url("**level=yellow**")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.fill("#q", "滨河没有")
    page.get_by_text("没有符合条件的预警").wait_for()
    page.fill("#q", "迎宾")
    page.locator("[data-row]", has_text="迎宾路改造").wait_for()
    assert page.evaluate("window.same") is True
    page.reload()
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("#q")).to_have_value("迎宾")


def test_the_keyboard_goes_through_the_list(page, sign_in, province):
    sign_in("officer", to="/warnings")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.locator("[data-selected-count]")).to_have_text("1")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url("**/warnings/*")
    expect(page.locator("h1")).to_have_text("三月有两人未发工资")


def test_chosen_rows_download(page, sign_in, province, tmp_path):
    sign_in("officer", to="/warnings")
    page.locator("[data-row] input[type=checkbox]").nth(1).check()
    with page.expect_download() as begun:
        page.get_by_role("button", name="CSV").click()
    file = tmp_path / "warnings.csv"
    begun.value.save_as(file)
    rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert [row[5] for row in rows] == ["预警原因", "开工第16天仍未上传专户"]


def test_a_filter_is_kept_under_a_name(page, sign_in, province):
    sign_in("officer", to="/warnings")
    page.locator("label.ax-chip", has_text="红色").click()
    page.wait_for_url("**level=red**")
    page.get_by_text("常用筛选").click()
    page.fill("#filter-name", "先看红色")
    page.get_by_role("button", name="保存").click()
    page.goto("/warnings")
    page.get_by_text("常用筛选").click()
    page.get_by_role("link", name="先看红色").click()
    page.wait_for_url("**level=red**")
    expect(page.locator("[data-row]")).to_have_count(1)


def test_english_is_one_press_away(page, sign_in, province):
    sign_in("officer", to="/warnings")
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Warnings", exact=True).wait_for()
    expect(page.locator("#rows")).to_contain_text("Two workers were not paid for March")
    page.get_by_role("button", name="中文").click()
    page.get_by_role("heading", name="预警", exact=True).wait_for()


@pytest.mark.parametrize("path", ["/", "/?region=140105", "/warnings"])
def test_a_telephone_shows_everything_without_sideways_scrolling(page, sign_in, province, path):
    sign_in("officer", to="/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator(".ax-menu-button").click()
    expect(page.get_by_role("link", name="工程项目")).to_be_visible()


def test_the_list_works_without_scripts(browser, live_server, province):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False, locale="zh-CN")
    plain = context.new_page()
    plain.goto("/sign-in?next=/warnings")
    plain.fill("[name=username]", "officer")
    plain.fill("[name=password]", "a long enough word")
    plain.click("main form button")
    plain.fill("#q", "迎宾")
    plain.press("#q", "Enter")
    expect(plain.locator("[data-row]")).to_have_count(1)
    plain.locator("[data-open-row]").click()
    expect(plain.locator("h1")).to_have_text("开工第16天仍未上传专户")
    context.close()
