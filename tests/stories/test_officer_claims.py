"""An officer's morning with claims, in a real browser: a number is called, a claim taken down, a claim from a phone
taken over, verified clocks watched, the same matter merged, payment ordered, the money confirmed, the case closed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.models import Case
from anxin.cases.money import receive
from anxin.cases.numbers import shown
from anxin.people.models import Organisation, User
from anxin.remedies import documents
from anxin.remedies.models import Document
from anxin.remedies.serving import serve
from anxin.vault import evidence
from tests.portal.site import make_site, make_user
from tests.remedies.papers import PHOTO

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def morning(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    site = make_site(at, name="滨河小区")
    unit = Organisation.objects.create(name="小店区人社局", kind="hr", region_code="140105")
    make_user("officer", region="140105", organisation=unit)
    person = Person(worker=site.failed.worker, phone="13900000002", months=["2026-03"], claimed_fen=500_000)
    told = Told(door="qr", key="k", people=[person], region_code="140105", project=site.project, employer="泥工A班")
    return site, file_claim(told, at=at - timedelta(minutes=20)).claim.case


def test_from_the_called_number_to_the_closed_case(page, sign_in, morning, at):
    site, waiting = morning
    sign_in("officer", to="/reception")
    page.get_by_role("button", name="取号").click()
    expect(page.locator(".ax-ticket-number")).to_have_text("1")
    page.get_by_role("link", name="继续取号").click()
    page.get_by_role("button", name="叫下一号").click()
    page.get_by_role("link", name="登记反映").click()

    # The one at the window tells of the same site; the roster knows him.
    page.fill("[name=project]", "P1")
    page.fill("[name=p-identity]", "")
    page.fill("[name=p-name]", "测试来访人")
    page.fill("[name=p-months]", "2026-03")
    page.fill("[name=p-days]", "20")
    page.fill("[name=p-rate]", "280")
    page.locator("[name=p-rate]").press("Enter")
    number = page.locator(".ax-slip-number").first.inner_text()
    expect(page.locator(".ax-slip-number")).to_have_count(2)
    page.get_by_role("link", name="打开案件").click()
    expect(page.locator("h1")).to_contain_text(number)
    mine = Case.objects.get(number=number.replace(" ", ""))
    assert mine.claimed_fen == 560_000

    # A claim came in by telephone meanwhile; the keyboard alone finds it and takes it.
    page.goto("/cases?view=unit")
    page.locator("[data-row]", has_text=shown(waiting.number)).wait_for()
    page.wait_for_load_state("networkidle")
    for _step in range(page.locator("[data-row]").count()):
        page.keyboard.press("j")
        if shown(waiting.number) in page.locator(".ax-current").inner_text():
            break
    page.keyboard.press("c")
    page.get_by_text("您是首问负责人").wait_for()
    page.wait_for_load_state("networkidle")
    page.fill("#q", waiting.number)
    page.wait_for_url(f"**/cases/{waiting.number}")
    clocks = page.locator(".ax-clocks").inner_text()
    assert "本地承诺时限" in clocks
    assert "法定时限" in clocks
    page.locator("summary", has_text="怎么算的").first.click()
    assert site.failed.worker.name not in page.locator("main").inner_text()
    page.get_by_role("button", name="查看工友甲").first.click()
    page.get_by_text(site.failed.worker.name).first.wait_for()

    page.get_by_role("button", name="受理").click()
    page.locator("h1", has_text="已受理").wait_for()
    page.locator("summary", has_text="更多").click()
    page.fill("[name=other]", number)
    page.get_by_role("button", name="并入本案").click()
    page.get_by_text("已并案，每位申请人都已收到告知。").wait_for()
    expect(page.locator(".ax-people tbody tr")).to_have_count(2)
    page.get_by_role("button", name="责令限期支付").click()
    page.wait_for_url("**/papers/*")
    order_served(Document.objects.get(case=waiting), at)
    page.goto(f"/cases/{waiting.number}")
    page.locator("h1", has_text="已责令支付").wait_for()
    expect(page.locator(".ax-clocks")).to_contain_text("责令支付期限")

    # Not before everybody has his money.
    page.locator("summary.btn", has_text="结案").first.click()
    expect(page.locator(".ax-choice", has_text="已支付到位")).to_contain_text("还缺")
    for claimant in Case.objects.get(pk=waiting.pk).claimants.all():
        receive(claimant=claimant, proof="word", amount_fen=claimant.claimed_fen, received_on=at.date(), at=at)
    page.reload()
    page.locator("summary.btn", has_text="结案").first.click()
    page.locator(".ax-choice", has_text="已支付到位").locator("input").check()
    page.locator("form[action$=conclude] button").click()
    page.locator("h1", has_text="已办结").wait_for()
    page.goto(f"/cases/{mine.number}")
    expect(page.locator("h1")).to_contain_text(shown(waiting.number))


def order_served(paper: Document, at) -> None:
    """The order that was drawn up is filled in, signed off by the chief and posted at the site."""
    officer = User.objects.get(username="officer")
    second = make_user("second", region="140105", organisation=officer.organisation)
    chief = make_user("chief", "chief", "140105", organisation=officer.organisation)
    wanted = {field.key: "已核实。" for field in documents.kind_of(paper).fields}
    typed = wanted | {key: text for key, text in documents.fields_of(paper).items() if text}
    documents.edit(document=paper, values=typed, due_on=at.date() + timedelta(days=3), inspectors=[officer, second],
                   by=officer, at=at)  # fmt: skip
    documents.ask_for_signature(document=paper, by=officer, at=at)
    documents.sign_off(document=paper, by=chief, at=at)
    serve(document=paper, way="posted", served_on=at.date(), by=officer, at=at, proofs=[evidence.store(PHOTO)])


def test_on_a_telephone_nothing_lies_beyond_the_edge(page, sign_in, morning):
    _site, waiting = morning
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in("officer", to="/cases")
    for address in ("/cases?view=unit", f"/cases/{waiting.number}", "/cases/take-in", "/reception", "/cases/clues"):
        page.goto(address)
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, address
