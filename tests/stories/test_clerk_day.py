"""A day of the labour clerk, in a real browser: a demand met, wages handed in and paid out, a board hung."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect

from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, SwipeRow
from anxin.law.civil import SHANGHAI
from anxin.ledger.sealing import seal
from anxin.people.models import Event, Organisation
from anxin.people.trail import verify
from anxin.registry import actions
from anxin.watch.handling.actions import ask_site
from anxin.watch.handling.routing import close_cleared, hand_over
from anxin.watch.models import Warning
from anxin.watch.sweep import sweep
from tests.people import identity, make_project, make_team, make_worker
from tests.portal.site import CARD, PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 32
MONTH = "2026-03"


@pytest.fixture
def project(monkeypatch):
    """Three workers who came in March, no account, no wage sheet."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    Organisation.objects.create(name="太原市人社局", kind="hr", region_code="140100")
    made = make_project(NOW)
    team = make_team(made, NOW)
    for n in (1, 2, 3):
        make_worker(made, n, NOW, team=team, card_number=f"{CARD}{n:03d}", bank_name="测试银行")
    swipes = [SwipeRow("", "P1", identity(n), datetime(2026, 3, day, 7), "in") for n in (1, 2, 3) for day in (2, 3, 4)]
    admit(swipes, arrival=Arrival(source="test", at=NOW))
    seal(at=NOW)
    look_again(made)
    make_user("clerk", "clerk", "", "P1")
    return made


def look_again(project) -> None:
    """What the worker does within seconds."""
    seal(at=NOW)
    sweep(as_of=NOW.date(), at=NOW, projects=[project.pk])
    hand_over(at=NOW)
    close_cleared(at=NOW)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("开户证明.png", "三方协议.png", "告示牌.png"):
        (tmp_path / name).write_bytes(PNG)
    book = Workbook()
    book.active.append(["2026年3月工资表"])
    book.active.append(["姓名", "证件号码", "应发金额", "实发金额"])
    book.active.append(["测试1", identity(1), 6000, 6000])
    book.active.append(["测试2", identity(2), 5000, 4000])
    book.save(tmp_path / "三月工资.xlsx")
    return tmp_path


def test_a_demand_is_met_and_the_warning_leaves(page: Page, sign_in, project, files: Path):
    warning = Warning.objects.get(rule="SX-01", status="open")
    officer = make_user()
    ask_site(handling=warning.handlings.get(), text="请于周五前上传专户和三方协议", due_on=date(2026, 4, 24),
             by=officer, at=NOW)  # fmt: skip
    sign_in("clerk", "/site")
    matter = page.locator(".ax-matter", has_text="SX-01")
    expect(matter).to_contain_text("请于周五前上传专户和三方协议")
    matter.get_by_role("link", name="登记专户和三方协议").click()
    page.get_by_label("专户账号").fill("990099990000123456")
    page.get_by_label("开户银行").fill("测试银行")
    page.get_by_label("开户日期").fill("2026-04-18")
    page.get_by_label("开户证明").set_input_files(files / "开户证明.png")
    page.get_by_label("签订日期").fill("2026-04-19")
    page.get_by_label("协议扫描件").set_input_files(files / "三方协议.png")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记。")).to_be_visible()
    expect(page.get_by_text("三方协议.png")).to_be_visible()

    page.goto(f"/site/matters/{warning.pk}")
    page.locator(f"#demand-{warning.handlings.get().demands.get().pk} textarea").fill("专户和协议均已上传")
    page.get_by_role("button", name="答复监察员").click()
    expect(page.get_by_text("已答复监察员")).to_be_visible()

    look_again(project)
    page.goto("/site")
    expect(page.locator(".ax-matter", has_text="SX-01")).to_have_count(0)
    assert Warning.objects.get(pk=warning.pk).status == "cleared"
    done = list(Event.objects.order_by("number").values_list("action", flat=True))
    steps = [one for one in done if one in {"ask-site", "see-demands", "bring-account", "answer-demand", "close"}]
    assert steps == ["ask-site", "see-demands", "bring-account", "answer-demand", "close"]
    assert verify().holds


def test_wages_are_checked_handed_in_and_made_into_the_banks_file(page: Page, sign_in, project, files: Path):
    actions.record_account(project=project, number="990099990000123456", on=date(2026, 4, 1), at=NOW)
    sign_in("clerk", "/site")
    page.get_by_role("link", name="自查、报送、代发").click()
    page.set_input_files("#file", files / "三月工资.xlsx")
    page.get_by_role("button", name="读取并自查").click()
    expect(page.locator("#attended_unlisted")).to_contain_text("测试")
    expect(page.locator("#due_not_paid tbody tr")).to_have_count(1)
    assert identity(1) not in page.content()
    page.get_by_role("button", name="仍然报送").click()
    expect(page.get_by_text("写明原因再报送").first).to_be_visible()
    page.get_by_label("说明").fill("测试3已调离，单独结算；测试2预支1000元")
    page.get_by_role("button", name="仍然报送").click()
    expect(page.get_by_text("已报送：接收 2 行")).to_be_visible()
    look_again(project)

    page.goto("/site/payroll")
    page.get_by_role("link", name="代发文件").click()
    expect(page.locator("#control-sum")).to_have_text("10,000.00")


def test_the_file_holds_what_the_page_promised(page: Page, sign_in, project, files: Path):
    """A sheet that tells only what is due is paid in full, from the account, to the roster's cards."""
    actions.record_account(project=project, number="990099990000123456", on=date(2026, 4, 1), at=NOW)
    book = Workbook()
    book.active.append(["2026年3月工资表"])
    book.active.append(["姓名", "证件号码", "应发金额"])
    for n in (1, 2, 3):
        book.active.append([f"测试{n}", identity(n), 5000 + n])
    book.save(files / "应发.xlsx")
    sign_in("clerk", "/site/payroll")
    page.set_input_files("#file", files / "应发.xlsx")
    page.get_by_role("button", name="读取并自查").click()
    page.get_by_role("button", name="报送", exact=True).click()
    expect(page.get_by_text("已报送：接收 3 行")).to_be_visible()
    look_again(project)
    page.goto("/site/payroll")
    page.get_by_role("link", name="代发文件").click()
    expect(page.locator("#control-count")).to_have_text("3")
    expect(page.locator("#control-sum")).to_have_text("15,006.00")
    assert f"{CARD}001" not in page.content()
    with page.expect_download() as download:
        page.get_by_role("button", name="pain.001").click()
    content = Path(download.value.path()).read_text(encoding="utf-8")
    assert f"<Id>{CARD}001</Id>" in content
    assert "<CtrlSum>15006.00</CtrlSum>" in content
    assert Event.objects.filter(action="look", changes__field="card").count() == 3


def test_the_board_prints_on_one_page_however_much_it_says(page: Page, sign_in, project):
    sign_in("clerk", "/site/board")
    page.get_by_label("法律援助申请渠道").fill("太原市法律援助中心，" * 10)
    page.get_by_role("button", name="保存").click()
    for n in range(30):
        company = actions.upsert_enterprise(code=f"9114MOCK{n:04d}", name=f"测试建筑劳务第{n}有限责任公司", at=NOW)
        actions.upsert_participation(project=project, enterprise=company, at=NOW, role="006")
    for size in ("A4", "A3"):
        page.goto(f"/site/board/sheet?size={size}")
        board = page.locator("main.ax-board")
        expect(board.locator("svg")).to_be_visible()
        assert board.evaluate("e => e.scrollHeight <= e.clientHeight + 1"), size
        pages = re.search(rb"/Type /Pages[^>]*/Count (\d+)", page.pdf(prefer_css_page_size=True), re.DOTALL)
        assert pages is not None
        assert pages[1] == b"1", size


def test_forms_work_without_scripts_and_pages_fit_a_phone(browser: Browser, live_server, project, files: Path):
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/sign-in?next=/site")
    page.fill("[name=username]", "clerk")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.goto("/site/mend/board")
    page.get_by_label("现场照片").set_input_files(files / "告示牌.png")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记。")).to_be_visible()
    matter = Warning.objects.filter(status="open", project=project, hidden_by=None).first()
    assert matter is not None
    for url in ("/site", "/site/payroll", f"/site/payroll/months/{MONTH}", f"/site/payouts/{MONTH}", "/site/board",
                "/site/board/sheet", "/site/pauses", "/site/mend/account", "/site/mend/deposit",
                f"/site/matters/{matter.pk}", "/boards/P1"):  # fmt: skip
        page.goto(url)
        assert page.locator("body").bounding_box()["width"] <= 390, url
        wide = page.locator("main").first.bounding_box()
        assert wide is not None
        assert wide["x"] + wide["width"] <= 391, url
    context.close()
