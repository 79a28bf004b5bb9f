"""Linfen in a real browser: workers on their telephones, an inspector and his chief at their desks, a bank's file.

The foreman and one member go through Chromium; the other seven send the same forms from telephones without scripts.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from anxin.cases.models import Case, Claim, Claimant, WageReceived
from anxin.insight.cost_counting import refresh_cost
from anxin.intake.sheets import uploads
from anxin.people import trail
from anxin.remedies.models import Document
from tests.people import identity
from tests.portal.site import make_user
from tests.stories.conftest import Clock
from tests.stories.linfen import ACCOUNT, CARD, MONDAY, MONTH, SUMS, TOTAL, WORKERS, Linfen, make_linfen
from tests.stories.linfen_windows import DESK, TELEPHONE, Plain, come_back, enter, say_received, sign_and_hand_over

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def linfen(clock, tmp_path, settings) -> Linfen:
    settings.DATA = tmp_path
    return make_linfen()


def claim_for_nine(page: Page, linfen: Linfen) -> tuple[str, list[str]]:
    """From the board's code to the slips, on one telephone: the number, his own code and the others' eight."""
    page.goto(f"/s/{linfen.project.code}")
    expect(page.get_by_role("heading", name="滨河路安置房")).to_be_visible()
    page.get_by_role("link", name="我被欠薪了").click()
    expect(page.get_by_text("您扫码的工地")).to_be_visible()
    page.get_by_label("我代表几个工友一起").check()
    page.get_by_label("姓名").fill(linfen.crew[0].worker.name)
    page.get_by_label("身份证号").fill(identity(1))
    page.get_by_role("button", name="下一步：欠了多少").click()
    page.get_by_label("2026年3月", exact=True).check()
    page.get_by_label("一共还欠多少元").fill(f"{SUMS[0] // 100}")
    for place, one in enumerate(linfen.crew[1:]):
        if not page.locator(f"[name=n-{place}]").count():
            # The page gives three lines more each time what stands there is full.
            page.get_by_role("button", name="还有工友，再加几行").click()
            page.locator(f"[name=n-{place}]").wait_for()
        page.fill(f"[name=n-{place}]", one.worker.name)
        page.fill(f"[name=s-{place}]", f"{SUMS[place + 1] // 100}")
        page.locator(f"details:has([name=i-{place}]) summary").click()
        page.fill(f"[name=i-{place}]", identity(place + 2))
    page.get_by_role("button", name="下一步：有什么证据").click()
    page.get_by_label("还想说什么").fill("三月份的工资一分没发，包工头不接电话。")
    page.get_by_role("button", name="下一步：检查并提交").click()
    expect(page.get_by_text(f"{WORKERS} 人，共 100,000.00 元")).to_be_visible()
    page.get_by_role("button", name="交上去").click()
    expect(page.get_by_role("heading", name="已经收到您的反映")).to_be_visible()
    big = [text.replace(" ", "") for text in page.locator(".c-big").all_inner_texts()]
    number, own, slips = big[0], big[1], big[2:]
    assert slips[::2] == [number] * (WORKERS - 1)
    page.get_by_role("button", name="我已经记好了，去看进度").click()
    page.wait_for_url(f"**/track/{number}")
    return number, [own, *slips[1::2]]


def agree(page: Page, number: str, code: str) -> None:
    """A member types what stands on his slip and agrees for himself."""
    page.goto("/claim/join")
    page.fill("[name=number]", number)
    page.fill("[name=code]", code)
    page.get_by_role("button", name="看看给我写了什么").click()
    page.get_by_role("button", name="确认参加，金额是对的").click()
    page.wait_for_url(f"**/track/{number}")


def from_the_bank(linfen: Linfen, clock: Clock) -> None:
    """The bank's own person brings its file of payouts; the worker does the rest."""
    bank = make_user("bank", "bank", "141000")
    lines = ["付款账号,交易流水号,收款人,证件号码,收款账号,金额,交易状态,失败原因,交易日期,工资月份"]
    for n, one in enumerate(linfen.crew, 1):
        to = f"{one.worker.name},{identity(n)},{CARD}{n:03d}"
        lines.append(f"{ACCOUNT},T{n},{to},{SUMS[n - 1] // 100},成功,,{clock.at:%Y-%m-%d},{MONTH}")
    upload = uploads.receive(
        content="\n".join(lines).encode(), name="代发结果.csv", kind="payments", at=clock.at, by=bank
    )
    uploads.accept(upload, by=bank, at=clock.at)
    clock.work()


def test_from_the_board_to_the_money_in_two_days(window, linfen, clock):
    foreman, second, others = window(TELEPHONE), window(TELEPHONE), [Plain() for _ in range(WORKERS - 2)]
    number, codes = claim_for_nine(foreman, linfen)
    clock.at += timedelta(minutes=30)
    agree(second, number, codes[1])
    for one, code, fen in zip(others, codes[2:], SUMS[2:], strict=True):
        one.agree(number, code, fen)
    case = Claim.objects.get(number=number).case
    assert (case.people, case.claimed_fen) == (WORKERS, TOTAL)
    assert Claimant.objects.filter(case=case, worker=None).count() == 0, "all nine are on the roster"

    clock.at += timedelta(minutes=30)
    officer = enter(window(DESK), "yaodu", "/cases?view=region")
    officer.locator("[data-open-row]").first.click()
    officer.wait_for_url(f"**/cases/{case.number}")
    officer.get_by_role("button", name="接办").click()
    officer.get_by_role("button", name="受理", exact=True).click()
    officer.wait_for_load_state()
    expect(officer.locator("h1")).to_contain_text("已受理")

    clock.at += timedelta(hours=2)
    officer.locator("summary", has_text="登记核实结果").click()
    officer.fill("#finding", "已电话联系总包和劳务公司；考勤、工资表与反映一致，三月工资未付。")
    officer.locator("form:has(#finding) [name=plain]").check()
    officer.get_by_role("button", name="保存核实记录").click()
    officer.wait_for_load_state()
    expect(officer.locator("#head")).to_contain_text("100,000.00")
    officer.get_by_text("转三日快处", exact=True).click()
    officer.locator("form[action$='/lane'] [name=reason]").fill("考勤、工资表齐全，责任主体明确")
    officer.locator("form[action$='/lane'] button").click()
    officer.wait_for_load_state()
    expect(officer.locator("h1")).to_contain_text("三日快处")
    officer.get_by_role("button", name="确认以上责任主体").click()
    officer.wait_for_load_state()

    order(officer, enter(window(DESK), "chief", "/papers"), case, linfen)
    case.refresh_from_db()
    assert case.state == "ordered"
    assert foreman.goto(f"/track/{number}").status == 404
    foreman.get_by_role("link", name="用查询码再进来").click()
    come_back(foreman, number, codes[0])
    expect(foreman.get_by_role("heading", name="已责令单位限期付钱")).to_be_visible()

    clock.at = MONDAY + timedelta(hours=29)
    from_the_bank(linfen, clock)
    case.refresh_from_db()
    assert (case.state, case.received_fen) == ("paying", TOTAL)
    say_received(foreman, number, codes[0], SUMS[0])
    say_received(second, number, codes[1], SUMS[1])
    for one, code, fen in zip(others, codes[2:], SUMS[2:], strict=True):
        one.say_received(number, code, fen, clock.at)
    assert WageReceived.objects.filter(claimant__case=case, proof="word").count() == WORKERS

    clock.at += timedelta(hours=1)
    enter(officer, "yaodu", f"/cases/{case.number}")
    officer.locator("summary.btn", has_text="结案").click()
    officer.locator("[name=conclusion][value=paid]").check()
    officer.locator("form[action$='/conclude'] button").click()
    officer.wait_for_load_state()
    expect(officer.locator("h1")).to_contain_text("已办结")
    case.refresh_from_db()
    assert case.ended_at - case.opened_at < timedelta(days=3)
    come_back(foreman, number, codes[0])
    expect(foreman.get_by_role("heading", name="已办结")).to_be_visible()

    refresh_cost(as_of=clock.at.date(), at=clock.at)
    officer.goto("/cases/cost?region=141002")
    cards = officer.locator(".ax-cost")
    for place, told in enumerate(("平均 1.0 天，9 人", "平均 0.0 次，9 人", "平均 0.0 元，9 人")):
        expect(cards.nth(place)).to_contain_text(told)
    expect(officer.locator("[data-chart] svg").first).to_be_visible()
    assert trail.verify().holds


def order(officer: Page, chief: Page, case: Case, linfen: Linfen) -> None:
    """The order to pay: drawn up, signed off by the chief, handed to the contractor."""
    officer.select_option("select[name=kind]", "order")
    officer.get_by_role("button", name="起草", exact=True).click()
    officer.wait_for_url("**/papers/*")
    officer.fill("[name=due_on]", "2026-04-22")
    for person in (linfen.officer, linfen.second):
        officer.locator(f"[name=inspectors][value='{person.pk}']").check()
    for empty in officer.locator(
        "form[action$='/edit'] textarea, form[action$='/edit'] input.form-control:not([type])"
    ).all():
        if empty.is_visible() and not empty.input_value():
            empty.fill("已核实")
    officer.get_by_role("button", name="保存并提交签批").click()
    officer.wait_for_load_state()
    sign_and_hand_over(officer, chief, Document.objects.get(case=case, kind="order"))
