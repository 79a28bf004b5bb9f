"""In a real browser, on a phone: what a long page says about an act stands beside the part it speaks of."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from anxin.registry import actions
from tests.people import make_project
from tests.portal.site import PASSWORD
from tests.remedies.matters import make_case, make_office

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_word_about_an_act_is_in_sight(browser: Browser, live_server):
    now = timezone.now()
    project = make_project(now)
    actions.record_deposit(project=project, form="cash", on=date(2026, 3, 3), at=now, amount_fen=1_000_000)
    office = make_office()
    case = make_case(now, [1_000_000], project=project, office=office, path=("accepted", "ordered", "overdue"))
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"/sign-in?next=/cases/{case.number}")
    page.fill("[name=username]", office.officer.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")

    page.locator("summary", has_text="申请动用").click()
    page.fill("form[action$='/draws'] [name=amount]", "99999")
    page.fill("form[action$='/draws'] [name=reason]", "责令逾期未付")
    page.get_by_role("button", name="提交审批").click()
    refused = page.locator("form[action$='/draws'] .ax-messages")
    expect(refused).to_contain_text("超过了可以垫付的金额")
    expect(refused).to_be_in_viewport()
    expect(page.locator("form[action$='/draws'] [name=reason]")).to_have_value("责令逾期未付")

    page.fill("form[action$='/draws'] [name=amount]", "10000")
    page.get_by_role("button", name="提交审批").click()
    page.wait_for_url("**#backstops")
    expect(page.locator(".ax-messages")).to_contain_text("已提交")
    expect(page.locator(".ax-messages")).to_be_in_viewport()
    context.close()
