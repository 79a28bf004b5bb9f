"""The labour clerk's pages: what is wrong, what mends it, and nobody else's project."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anxin.people.models import Event, Organisation
from anxin.portal.site import words
from anxin.registry.models import AccountUse, Deposit, LabourClerk, NoticeBoard, Paper
from anxin.rules.packs import all_packs, all_rules
from anxin.vault.fields import open_text
from anxin.watch.handling import actions as handling_actions
from anxin.watch.handling.objections import answer as answer_objection
from anxin.watch.handling.routing import hand_over
from anxin.watch.models import Demand, Objection, PauseRequest, Warning
from anxin.watch.sweep import sweep
from tests.people import make_project
from tests.portal.site import make_site, make_user

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 32
ACCOUNT = "990099990000123456"


def picture(name: str = "证明.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PNG)


@pytest.fixture
def site(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    Organisation.objects.create(name="太原市人社局", kind="hr", region_code="140100")
    return make_site(at)


@pytest.fixture
def bare(at, monkeypatch):
    """A project that has nothing but workers' days behind it."""
    monkeypatch.setattr(timezone, "now", lambda: at)
    Organisation.objects.create(name="太原市人社局", kind="hr", region_code="140100")
    project = make_project(at)
    sweep(as_of=at.date(), at=at)
    hand_over(at=at)
    return project


@pytest.fixture
def clerk(client):
    client.force_login(make_user("clerk", "clerk", "", "P1"))
    return client


def page(client, url: str = "/site", status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def test_the_clerk_reads_the_same_warnings_as_the_officer(bare, clerk, client):
    mine = set(Warning.objects.filter(project=bare, status="open", hidden_by=None).values_list("pk", flat=True))
    assert mine
    body = page(clerk)
    for pk in mine:
        assert f"/site/matters/{pk}" in body
    warning = Warning.objects.get(rule="SX-01", status="open")
    assert warning.reason in body
    assert "《保障农民工工资支付条例》第二十六条" in body
    assert "/site/mend/account" in body


def test_a_clerk_without_a_project_reads_why_nothing_is_here(client):
    client.force_login(make_user("clerk", "clerk", ""))
    assert "没有绑定项目" in page(client)
    page(client, "/site/payroll", 404)


@pytest.mark.parametrize("role", ["officer", "chief", "leader", "bank", "auditor", "operator", "agency"])
def test_the_pages_are_the_clerks_alone(client, bare, role):
    client.force_login(make_user("somebody", role, "140000"))
    for url in ("/site", "/site/payroll", "/site/board", "/site/mend/account", "/site/pauses", "/site/payouts/2026-03"):
        page(client, url, 403)


def test_another_projects_matters_do_not_exist(at, bare, clerk):
    other = make_project(at, "P2")
    sweep(as_of=at.date(), at=at)
    hand_over(at=at)
    warning = Warning.objects.filter(project=other, status="open").first()
    officer = make_user()
    demand = handling_actions.ask_site(
        handling=warning.handlings.get(), text="请整改", due_on=at.date(), by=officer, at=at
    )
    page(clerk, f"/site/matters/{warning.pk}", 404)
    assert clerk.post(f"/site/matters/{warning.pk}/object", {"kind": "fact", "text": "x"}).status_code == 404
    assert clerk.post(f"/site/demands/{demand.pk}/answer", {"text": "x"}).status_code == 404
    assert not Objection.objects.exists()
    page(clerk, "/site/mend/nothing", 404)


def test_account_and_agreement_clear_the_warning(at, bare, clerk):
    given = {
        "number": "9900 9999 0000 123456", "bank_name": "测试银行", "holder": "", "opened_on": "2026-04-01",
        "agreement_on": "2026-04-02", "files": picture(), "agreement": picture("协议.png"),
    }  # fmt: skip
    assert clerk.post("/site/mend/account", given)["Location"] == "/site"
    use = AccountUse.objects.get()
    assert (use.project, use.agreement_on) == (bare, date(2026, 4, 2))
    assert open_text(use.account.number_sealed) == ACCOUNT
    assert set(Paper.objects.values_list("kind", flat=True)) == {"account", "agreement"}
    event = Event.objects.get(action="bring-account")
    assert event.by.username == "clerk"
    assert ACCOUNT not in str(event.changes)
    sweep(as_of=at.date(), at=at)
    assert Warning.objects.get(rule="SX-01").status == "cleared"
    assert ACCOUNT not in page(clerk)


@pytest.mark.parametrize(
    ("what", "given", "said"),
    [
        ("account", {"number": "12"}, "8 至 32 位数字"),
        ("account", {"number": ACCOUNT}, "请填写开户银行"),
        ("account", {"number": ACCOUNT, "bank_name": "b", "opened_on": "2027-01-01"}, "不能晚于今天"),
        ("account", {"number": ACCOUNT, "bank_name": "b", "opened_on": "2026-04-01"}, "请附开户证明"),
        (
            "account",
            {"number": ACCOUNT, "bank_name": "b", "opened_on": "2026-04-01", "agreement_on": "2026-04-01"},
            "要一起提供",
        ),
        ("deposit", {"form": "gold"}, "请选择保证金的形式"),
        ("deposit", {"form": "cash", "amount": "-1"}, "单位为元"),
        ("deposit", {"form": "guarantee", "amount": "1", "valid_from": "2026-04-01"}, "请填写到期日期"),
        (
            "deposit",
            {"form": "cash", "amount": "1", "valid_from": "2026-04-01", "valid_to": "2026-04-02"},
            "到期日期应晚于今天",
        ),
        ("clerk", {"name": "测试甲", "phone": "abc"}, "7 至 15 位数字"),
        ("board", {"posted_on": "2026-04-20"}, "请附告示牌的现场照片"),
        ("agreement", {}, "请选择协议对应的专户"),
    ],
)
def test_a_form_says_what_is_wrong_and_keeps_nothing(bare, clerk, what, given, said):
    answer = clerk.post(f"/site/mend/{what}", given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Paper.objects.exists()
    assert not AccountUse.objects.exists()
    assert not Deposit.objects.exists()


def test_a_file_that_is_none_of_the_kinds_is_not_taken(bare, clerk):
    script = SimpleUploadedFile("photo.png", b"<svg onload=alert(1)>")
    answer = clerk.post("/site/mend/board", {"posted_on": "2026-04-20", "files": script})
    assert answer.status_code == 422
    assert "photo.png" in answer.content.decode()
    assert not NoticeBoard.objects.exists()


def test_deposit_clerk_and_board_are_recorded_with_their_papers(bare, clerk):
    deposit = {
        "form": "guarantee", "amount": "300,000.50", "valid_from": "2026-04-01", "valid_to": "2027-04-01",
        "issuer": "测试银行", "number": "G1", "files": picture(),
    }  # fmt: skip
    clerk.post("/site/mend/deposit", deposit)
    assert Deposit.objects.get().amount_fen == 30_000_050
    clerk.post(
        "/site/mend/clerk", {"name": "测试甲", "phone": "139 0000 0000", "since_on": "2026-04-01", "files": picture()}
    )
    assert open_text(LabourClerk.objects.get().phone_sealed) == "13900000000"
    assert "13900000000" not in str(list(Event.objects.values_list("changes", flat=True)))
    clerk.post("/site/mend/board", {"posted_on": "2026-04-20", "files": picture()})
    assert NoticeBoard.objects.get().evidence == Paper.objects.get(kind="board").digest


def test_a_demand_is_seen_answered_once_and_told_to_the_officer(at, bare, clerk):
    officer = make_user()
    handling = Warning.objects.get(rule="SX-01").handlings.get()
    demand = handling_actions.ask_site(
        handling=handling, text="请于周五前上传专户", due_on=date(2026, 4, 24), by=officer, at=at
    )
    assert "请于周五前上传专户" in page(clerk)
    demand.refresh_from_db()
    assert demand.seen_at == at
    url = f"/site/demands/{demand.pk}/answer"
    assert clerk.post(url, {"text": ""}).status_code == 422
    clerk.post(url, {"text": "正在开户", "files": picture("回执.png")})
    demand = Demand.objects.get()
    assert (demand.answer, demand.answered_by.username, len(demand.evidence)) == ("正在开户", "clerk", 1)
    again = clerk.post(url, {"text": "再答一次"}, follow=True).content.decode()
    assert "已答复" in again
    assert Demand.objects.get().answer == "正在开户"


def test_an_objection_goes_to_the_officer_and_comes_back(at, bare, clerk):
    warning = Warning.objects.get(rule="SX-01")
    url = f"/site/matters/{warning.pk}/object"
    assert clerk.post(url, {"kind": "guess", "text": "x"}).status_code == 422
    assert "请附凭证" in clerk.post(url, {"kind": "offline_payment", "text": "已发现金"}).content.decode()
    clerk.post(url, {"kind": "fact", "text": "项目未开工", "files": picture()})
    objection = Objection.objects.get()
    assert (objection.kind, objection.text) == ("fact", "项目未开工")
    body = page(clerk, f"/site/matters/{warning.pk}")
    assert "等待答复" in body
    assert f'action="{url}"' not in body
    answer_objection(objection=objection, accepted=False, text="已核实在施工", spare_until=None, by=make_user(), at=at)
    assert "已核实在施工" in page(clerk, f"/site/matters/{warning.pk}")


def test_a_pause_is_asked_for_approved_by_a_chief_and_known_to_the_rules(at, bare, clerk, client):
    given = {"from_on": "2026-04-20", "until_on": "2026-05-20", "reason": "停工令1号", "files": picture()}
    assert clerk.post("/site/pauses", {**given, "until_on": "2026-04-01"}).status_code == 422
    clerk.post("/site/pauses", {**given, "files": picture()})
    request = PauseRequest.objects.get()
    assert request.decided_at is None
    assert not bare.pauses.exists()
    assert "等待审批" in page(clerk, "/site/pauses")
    clerk.post("/site/pauses", {**given, "files": picture()})
    assert PauseRequest.objects.count() == 1

    client.force_login(make_user())
    page(client, "/pause-requests", 403)
    client.force_login(make_user("far", "chief", "520000"))
    assert "停工令1号" not in page(client, "/pause-requests")
    assert client.post(f"/pause-requests/{request.pk}/decide", {"decision": "approve"}).status_code == 404
    client.force_login(make_user("chief", "chief", "140100"))
    assert "停工令1号" in page(client, "/pause-requests")
    assert client.get(f"/pause-requests/{request.pk}/files/{request.evidence[0]}").status_code == 200
    assert client.post(f"/pause-requests/{request.pk}/decide", {"decision": "perhaps"}).status_code == 404
    client.post(f"/pause-requests/{request.pk}/decide", {"decision": "refuse"})
    assert PauseRequest.objects.get().decided_at is None
    client.post(f"/pause-requests/{request.pk}/decide", {"decision": "approve", "answer": "同意"})
    assert bare.pauses.get().approved_by == "测试chief"
    second = client.post(f"/pause-requests/{request.pk}/decide", {"decision": "refuse", "answer": "x"}, follow=True)
    assert "已由测试chief审批" in second.content.decode()
    assert bare.pauses.count() == 1


def test_every_rules_fault_has_a_way_or_an_explanation(bare, clerk):
    checks = {rule.check for rule in all_rules()}
    without = {check for check in checks if words.mend_check(check) is None}
    # These lie with developer, bank or authority: the site can only explain.
    assert without <= {"account_idle", "account_diverted", "inspection_missing", "report_overdue"}


def test_spared_items_are_items():
    from anxin.insight.completeness import ITEMS

    for pack in all_packs().values():
        assert pack.light is None or set(pack.light.spares) <= set(ITEMS)
    assert set(words.ITEMS) == set(ITEMS)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_renders_full_and_empty(site, clerk, at, language):
    clerk.cookies["django_language"] = language
    sweep(as_of=at.date(), at=at)
    for what in ("account", "agreement", "deposit", "clerk", "board"):
        page(clerk, f"/site/mend/{what}")
    months = [f"/site/{kind}/{month}" for kind in ("payroll/months", "payouts") for month in ("2026-03", "2025-01")]
    for url in ("/site", "/site/pauses", "/site/payroll", "/site/board", "/site/board/sheet", *months):
        page(clerk, url)
    for warning in Warning.objects.filter(project=site.project):
        page(clerk, f"/site/matters/{warning.pk}")
    for url in ("/site/payouts/2026-3", "/site/payroll/months/never"):
        page(clerk, url, 404)


def test_what_sleeps_after_an_accepted_objection_is_nothing_to_do_until_it_wakes(at, bare, clerk):
    warning = Warning.objects.get(rule="SX-01")
    clerk.post(f"/site/matters/{warning.pk}/object", {"kind": "fact", "text": "项目未开工", "files": picture()})
    assert "异议审核中" in page(clerk, "/site")
    link = f'href="/site/matters/{warning.pk}"'
    until = date(2026, 5, 1)
    answer_objection(objection=Objection.objects.get(), accepted=True, text="属实", spare_until=until, by=make_user(),
                     at=at)  # fmt: skip
    assert link not in page(clerk, "/site")
    Warning.objects.filter(pk=warning.pk).update(snoozed_until=date(2026, 4, 1))
    assert link in page(clerk, "/site")
