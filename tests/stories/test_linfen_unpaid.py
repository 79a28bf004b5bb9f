"""Linfen's other ending in a real browser: the ordered day goes by unpaid. The case climbs, the deposit and a fund
pay, the nine say that they have it, the contractor owes it back and comes on the joint-punishment list.

An officer, his chief and the foreman go through Chromium; the other eight workers send the same forms without scripts.
"""

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from anxin.cases.filing import Filed
from anxin.cases.models import Case, CaseRung, Claimant, WageReceived
from anxin.credit.models import Listing
from anxin.intake.sheets import uploads
from anxin.law.civil import SHANGHAI
from anxin.people import trail
from anxin.people.models import Event, Organisation
from anxin.remedies import recovery
from anxin.remedies.models import Document, Draw, Fund, Recovery, TopUp
from tests.people import identity
from tests.portal.site import make_user
from tests.stories.conftest import Clock
from tests.stories.linfen import (
    ACCOUNT,
    BOSS,
    CARD,
    DEPOSIT,
    FUND,
    MONDAY,
    MONTH,
    SUMS,
    TOTAL,
    UNREST,
    WORKERS,
    YAODU,
    Linfen,
    hours,
    make_linfen,
    scan_and_claim,
    verified_and_ordered,
)
from tests.stories.linfen_windows import DESK, TELEPHONE, Plain, come_back, enter, say_received, sign_and_hand_over

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAY_BY = date(2026, 4, 23)
MAY = datetime(2026, 5, 12, 9, tzinfo=SHANGHAI)
FIRM = "测试建设有限公司"


@pytest.fixture
def linfen(clock, tmp_path, settings) -> Linfen:
    settings.DATA = tmp_path
    return make_linfen()


def days_go_by(clock: Clock) -> None:
    """The worker turns now and then until the twelfth of May; nobody pays."""
    for day in (0, 2, 5, 9, 18):
        clock.at = datetime(2026, 4, 24, 9, tzinfo=SHANGHAI) + timedelta(days=day)
        clock.work()
    assert clock.at == MAY


def ask_for_draw(officer: Page, case: Case, of: str, fen: int) -> None:
    """The officer opens the plan on the case and asks for what it offers from one source."""
    officer.goto(f"/cases/{case.number}#backstops")
    offer = officer.locator("#backstops .ax-offer", has_text=of)
    expect(offer.locator(".ax-offer-take")).to_have_text(f"{fen / 100:,.2f}")
    offer.locator("summary", has_text="申请动用").click()
    offer.locator("[name=reason]").fill("责令期满仍未支付，九名工人生活困难")
    offer.get_by_role("button", name="提交审批").click()
    expect(officer.locator(".ax-note", has_text="已提交，由本单位负责人审批。")).to_be_visible()


def approve(chief: Page, of: str) -> None:
    """The chief finds the draw among what waits for him."""
    chief.goto("/cases/money")
    chief.locator("tr", has_text=of).locator("a[href*='/draws/']").click()
    chief.wait_for_url("**/draws/*")
    chief.get_by_role("button", name="批准", exact=True).click()
    expect(chief.locator("h1")).to_contain_text("已批准，待发放")


def the_bank_answers(listed: bytes, linfen: Linfen, clock: Clock) -> None:
    """The bank pays by the officer's file and brings back its results under the marks that stood in it."""
    rows = list(csv.reader(io.StringIO(listed.decode("utf-8-sig"))))[1:]
    assert len(rows) == WORKERS
    lines = ["付款账号,交易流水号,收款人,证件号码,收款账号,金额,交易状态,失败原因,交易日期,工资月份"]
    for _no, card, name, _bank, yuan, _currency, remark in rows:
        n = int(card.removeprefix(CARD))
        lines.append(
            f"{ACCOUNT},{remark.split()[-1]},{name},{identity(n)},{card},{yuan},成功,,{clock.at:%Y-%m-%d},{MONTH}"
        )
    bank = make_user("bank", "bank", "141000")
    brought = uploads.receive(
        content="\n".join(lines).encode(), name="代发结果.csv", kind="payments", at=clock.at, by=bank
    )
    uploads.accept(brought, by=bank, at=clock.at)
    clock.work()


def pay_out(officer: Page, case: Case, linfen: Linfen, clock: Clock) -> None:
    """The deposit by the bank's file and its answers; the fund by the voucher, written down by the officer."""
    deposit, fund = Draw.objects.get(case=case, kind="deposit"), Draw.objects.get(case=case, kind="fund")
    officer.goto(f"/cases/{case.number}/draws/{deposit.pk}")
    with officer.expect_download() as got:
        officer.get_by_role("button", name="表格").click()
    the_bank_answers(got.value.path().read_bytes(), linfen, clock)
    officer.reload()
    expect(officer.locator("h1")).to_contain_text("已发放")
    expect(officer.get_by_text("保证金补足")).to_be_visible()

    officer.goto(f"/cases/{case.number}/draws/{fund.pk}")
    for box in officer.locator("[name=line]").all():
        box.check()
    officer.locator("form[action$='/answers'] [name=reference]").fill("HD20260514")
    officer.get_by_role("button", name="登记已到账").click()
    expect(officer.locator("h1")).to_contain_text("已发放")
    claim = officer.locator("section", has=officer.get_by_role("heading", name="追偿"))
    expect(claim).to_contain_text(FIRM)
    expect(claim).to_contain_text("40,000.00")


def the_nine_have_it(foreman: Page, filed: Filed, clock: Clock) -> None:
    """Each says it himself, the foreman on his telephone."""
    number, codes = filed.claim.number, [filed.return_code, *filed.consent_codes.values()]
    come_back(foreman, number, codes[0])
    expect(foreman.get_by_role("heading", name="钱正在发放，请留意银行卡")).to_be_visible()
    say_received(foreman, number, codes[0], SUMS[0])
    for code, fen in zip(codes[1:], SUMS[1:], strict=True):
        Plain().say_received(number, code, fen, clock.at)
    assert WageReceived.objects.filter(claimant__case=filed.claim.case, proof="word").count() == WORKERS


def propose(officer: Page, case: Case) -> Listing:
    """What the file says of the grounds, and the proposal by the one it leaves to the officer's words."""
    officer.goto(f"/cases/{case.number}#listing")
    part = officer.locator("#listing")
    expect(part).to_contain_text(f"到期时仍欠 {WORKERS} 人 100,000.00 元")
    part.locator("summary", has_text="提议列入名单").click()
    expect(part.locator("[name=ground][value=amount]")).to_be_disabled()
    expect(part.locator("[name=ground][value=event]")).to_be_checked()
    part.locator("[name=name_0]").fill(BOSS.name)
    part.locator("[name=identity_0]").fill(BOSS.identity)
    part.get_by_role("button", name="提议列入").click()
    expect(officer.locator(".ax-note", has_text="请写明认定的事实和依据")).to_be_visible()
    part.locator("[name=reason]").fill(UNREST)
    part.locator("[name=identity_0]").fill(BOSS.identity)
    part.get_by_role("button", name="提议列入").click()
    officer.wait_for_url("**/credit/*")
    expect(officer.locator("h1")).to_contain_text("拟列入")
    assert BOSS.identity not in officer.content()
    return Listing.objects.get(case=case)


def tell(officer: Page, chief: Page, listing: Listing) -> None:
    """The notice drawn up, signed off, handed over; the days to object begin."""
    officer.get_by_role("button", name="起草告知书").click()
    officer.wait_for_url("**/papers/*")
    expect(officer.locator("[name=list_facts]")).to_have_value(f"{_facts(listing)}\n{UNREST}")
    officer.get_by_role("button", name="保存并提交签批").click()
    officer.wait_for_load_state()
    sign_and_hand_over(officer, chief, Document.objects.get(kind="list_notice"))
    officer.goto(f"/credit/{listing.pk}")
    officer.get_by_role("button", name="告知书已送达，开始异议期").click()
    expect(officer.locator("h1")).to_contain_text("已告知，异议期")


def _facts(listing: Listing) -> str:
    return (
        f"本机关以{listing.order.number}责令你单位于2026年4月23日前支付拖欠的农民工工资。期限届满，仍有9人"
        f"100,000.00元未支付，引发群体性事件、极端事件，造成严重不良社会影响。"
    )


def decide(officer: Page, chief: Page, listing: Listing) -> None:
    """Nobody objected; a chief decides, and the decision is handed over."""
    chief.goto("/credit?state=pending")
    chief.get_by_role("link", name=FIRM).click()
    chief.wait_for_url("**/credit/*")
    expect(chief.get_by_text("垫付款没有全部追回")).to_be_visible()
    expect(chief.get_by_text("动用的保证金没有补足")).to_be_visible()
    expect(chief.locator("summary", has_text="已改正，不予列入")).to_have_count(0)
    chief.locator("summary", has_text="决定列入").click()
    chief.get_by_role("button", name="确定列入").click()
    expect(chief.locator("h1")).to_contain_text("已列入")
    officer.goto(f"/credit/{listing.pk}")
    officer.get_by_role("button", name="起草决定书").click()
    officer.wait_for_url("**/papers/*")
    officer.get_by_role("button", name="保存并提交签批").click()
    officer.wait_for_load_state()
    sign_and_hand_over(officer, chief, Document.objects.get(kind="list_decision"))


def test_not_paid_by_the_day_and_paid_all_the_same(window, linfen, clock):
    filed = scan_and_claim(linfen)
    case = verified_and_ordered(linfen, PAY_BY, filed)
    assert (case.state, case.claimed_fen) == ("ordered", TOTAL)
    purse = Organisation.objects.create(name="尧都区财政局", kind="finance", region_code=YAODU)
    fund = Fund.objects.create(organisation=purse, region_code=YAODU, name="尧都区应急周转金")
    recovery.book(fund=fund, amount_fen=FUND, on=MONDAY.date(), note="财政拨入", by=linfen.chief, at=hours(8))

    days_go_by(clock)
    officer, chief = enter(window(DESK), "yaodu", f"/cases/{case.number}"), enter(window(DESK), "chief", "/cases")
    expect(officer.locator("h1")).to_contain_text("逾期未付")
    climbed = set(CaseRung.objects.filter(case=case).values_list("kind", flat=True))
    assert {"supervision_city", "supervision_province", "listed"} <= climbed
    for rung in ("提级督办", "挂牌督办"):
        expect(officer.locator("#story")).to_contain_text(rung)

    listing = propose(officer, case)
    tell(officer, chief, listing)
    ask_for_draw(officer, case, "工资保证金", DEPOSIT)
    ask_for_draw(officer, case, "应急周转金", TOTAL - DEPOSIT)
    approve(chief, "工资保证金")
    approve(chief, "应急周转金")

    clock.at += timedelta(days=2)
    enter(officer, "yaodu", f"/cases/{case.number}")
    pay_out(officer, case, linfen, clock)
    the_nine_have_it(window(TELEPHONE), filed, clock)
    officer.goto(f"/cases/{case.number}")
    officer.locator("summary.btn", has_text="结案").click()
    officer.locator("[name=conclusion][value=paid]").check()
    officer.locator("form[action$='/conclude'] button").click()
    expect(officer.locator("h1")).to_contain_text("已办结")
    case.refresh_from_db()
    assert (case.state, case.conclusion, case.received_fen) == ("ended", "paid", TOTAL)
    assert all(one.trips == 0 for one in Claimant.objects.filter(case=case))
    owed = Recovery.objects.get(draw__case=case)
    assert (owed.claimed_fen, owed.received_fen, owed.debtor_name) == (TOTAL - DEPOSIT, 0, FIRM)
    assert TopUp.objects.get(draw__case=case, done_on=None).amount_fen == DEPOSIT

    clock.at = datetime(2026, 5, 20, 9, tzinfo=SHANGHAI)
    clock.work()
    enter(officer, "yaodu", f"/credit/{listing.pk}")
    enter(chief, "chief", "/cases/money?tab=recoveries")
    expect(chief.locator("tr", has_text=FIRM)).to_contain_text("40,000.00")
    decide(officer, chief, listing)
    listing.refresh_from_db()
    assert (listing.state, listing.told_on, listing.listed_on) == ("listed", MAY.date(), clock.at.date())
    assert listing.until_on == date(2029, 5, 20)
    assert listing.decision.state == "served"
    assert BOSS.name not in str(list(Event.objects.values_list("changes", flat=True)))
    assert trail.verify().holds
