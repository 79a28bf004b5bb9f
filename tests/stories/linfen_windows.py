"""What people of Linfen do in their own windows: officers at a desk, workers on telephones with and without scripts."""

from datetime import datetime

from django.test import Client
from playwright.sync_api import Page

from anxin.remedies.models import Document
from tests.portal.site import PASSWORD
from tests.stories.linfen import MONTH

TELEPHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
PDF = b"%PDF-1.4 receipt %%EOF"


def enter(page: Page, name: str, to: str) -> Page:
    page.goto(f"/sign-in?next={to}")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(f"**{to}")
    return page


def sign_and_hand_over(officer: Page, chief: Page, paper: Document) -> None:
    """A paper handed in for signature is signed off by the chief and handed to the contractor."""
    chief.goto(f"/papers/{paper.pk}")
    chief.get_by_role("button", name="签批并编号").click()
    chief.wait_for_load_state()
    officer.goto(f"/papers/{paper.pk}")
    if not officer.locator("[name=way]").is_visible():
        officer.locator("summary", has_text="登记送达").click()
    officer.select_option("[name=way]", "in_person")
    officer.fill("[name=recipient]", "项目经理")
    officer.set_input_files("[name=files]", {"name": "送达回证.pdf", "mimeType": "application/pdf", "buffer": PDF})
    officer.locator("form[action$='/serve'] button").click()
    officer.wait_for_load_state()


def come_back(page: Page, number: str, code: str) -> None:
    """Hours later the telephone has forgotten the claim: the code on the slip opens it again."""
    page.goto("/track")
    page.fill("main [name=code]", code)
    page.fill("main [name=number]", number)
    page.locator("main form:has([name=code]) button").first.click()
    page.wait_for_url(f"**/track/{number}")


def say_received(page: Page, number: str, code: str, fen: int) -> None:
    """A worker says that his money came, that it cost him nothing, and that he is content."""
    come_back(page, number, code)
    page.locator("#received summary").click()
    page.locator("#received [name=sum]").fill(f"{fen // 100}")
    page.get_by_role("button", name="我收到了").click()
    page.wait_for_load_state()
    words = page.locator("#words")
    words.get_by_label("很满意", exact=True).check()
    for name in ("days_spent", "trips", "cost"):
        words.locator(f"[name={name}]").fill("0")
    words.get_by_role("button", name="说好了").click()
    page.wait_for_load_state()


class Plain:
    """A telephone without scripts: the same forms."""

    def __init__(self) -> None:
        self.client = Client()

    def send(self, to: str, **fields: object) -> str:
        got = self.client.post(to, fields, follow=True)
        assert got.status_code == 200, got.content.decode()
        return got.request["PATH_INFO"]

    def agree(self, number: str, code: str, fen: int) -> None:
        assert self.send("/claim/join", number=number, code=code).endswith("/consent")
        self.send(f"/track/{number}/consent", decision="agree", sum=fen // 100, months=MONTH)

    def say_received(self, number: str, code: str, fen: int, on: datetime) -> None:
        assert self.send("/track", number=number, code=code) == f"/track/{number}"
        self.send(f"/track/{number}/received", sum=fen // 100, on=f"{on:%Y-%m-%d}")
        self.send(f"/track/{number}/words", stars=4, days_spent=0, trips=0, cost=0)
