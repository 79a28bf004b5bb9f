"""A warning's page in hand: who has it, by when and why; each act, its message and its trace."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anxin.ledger import read
from anxin.ledger.sealing import seal
from anxin.people import trail
from anxin.people.looks import looks_at
from anxin.people.models import Event
from anxin.vault.evidence import remove, store
from anxin.watch.handling import actions, objections
from anxin.watch.models import ClockChange, Demand, Escalation, Handling, HelperTask, Objection, Snooze, Warning
from tests.people import make_project
from tests.portal.hands import in_hand, make_people, make_units
from tests.portal.site import make_site

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4 minutes %%EOF"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR and so on"


@pytest.fixture
def units():
    return make_units()


@pytest.fixture
def people(at, monkeypatch, units):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return make_people(units)


@pytest.fixture
def matter(people, at) -> Handling:
    return in_hand(
        make_project(at, name="滨河小区"), at, reason="开工第16天仍未上传专户", reason_en="Day 16, no account"
    )


@pytest.fixture
def as_(client, people):
    def sign_in(name: str):
        client.force_login(people[name])
        return client

    return sign_in


def body(response) -> str:
    return response.content.decode()


def page(client, matter) -> str:
    return body(client.get(f"/warnings/{matter.warning_id}"))


def test_the_page_tells_whose_it_is_by_when_and_why(as_, matter):
    shown = page(as_("officer"), matter)
    assert "无人签收" in shown
    assert "小店区人社局" in shown
    assert "还有 1 天" in shown
    assert "2026-04-20 起1个工作日（次日起算）" in shown
    assert "到期 2026-04-21 23:59" in shown
    assert "移交承办" in shown


def test_take_ask_and_the_clerk_is_told(as_, matter, people, today):
    officer = as_("officer")
    officer.post(f"/handlings/{matter.pk}/take")
    ask = {"text": "请上传专户\n和三方协议", "due_on": today + timedelta(days=4)}
    told = body(officer.post(f"/handlings/{matter.pk}/ask", ask, follow=True))
    assert "已责令整改" in told
    assert "请上传专户\n和三方协议" in told
    assert "限 2026-04-24 前" in told
    assert people["clerk"].notices.get().kind == "demand"
    assert [event.action for event in Event.objects.filter(subject="handling").order_by("number")] == [
        "take",
        "ask-site",
    ]
    assert trail.verify().holds


def test_a_form_that_is_wrong_comes_back_as_it_was_filled(as_, matter, today):
    again = as_("officer").post(
        f"/handlings/{matter.pk}/ask", {"form": "ask", "text": "我写了很多", "due_on": today - timedelta(days=1)}
    )
    assert again.status_code == 422
    assert "整改限期须是今天或以后的日期" in body(again)
    assert "我写了很多" in body(again)
    assert not Demand.objects.exists()


def test_who_comes_second_is_told_calmly(as_, matter):
    as_("officer").post(f"/handlings/{matter.pk}/take")
    told = as_("second").post(f"/handlings/{matter.pk}/take", follow=True)
    assert told.status_code == 200
    assert "已由测试officer签收" in body(told)


def test_helpers_have_a_clock_of_their_own(as_, matter, units):
    officer = as_("officer")
    ask = {"organisation": units["housing"].pk, "task": "核实施工许可", "within": "24 hours"}
    assert "已请求协办" in body(officer.post(f"/handlings/{matter.pk}/help", ask, follow=True))
    assert HelperTask.objects.get().organisation == units["housing"]
    shown = page(officer, matter)
    assert "太原市住建局" in shown
    assert "核实施工许可" in shown
    wrong = officer.post(f"/handlings/{matter.pk}/help", {**ask, "within": "7 years"})
    assert wrong.status_code == 422


def test_a_pause_is_asked_for_by_one_and_approved_by_another(as_, matter, at):
    officer = as_("officer")
    officer.post(f"/handlings/{matter.pk}/pause", {"reason": "等待银行开户"})
    change = ClockChange.objects.get()
    assert officer.post(f"/clock-changes/{change.pk}/decide", {"approved": "1"}).status_code == 403
    told = body(as_("chief").post(f"/clock-changes/{change.pk}/decide", {"approved": "1"}, follow=True))
    assert "已批准" in told
    assert "暂停计时" in told
    again = as_("chief").post(f"/clock-changes/{change.pk}/decide", {"approved": "0"}, follow=True)
    assert "该申请已审批" in body(again)
    assert Handling.objects.get().due_at is None
    assert "已恢复计时" in body(as_("officer").post(f"/handlings/{matter.pk}/resume", follow=True))
    assert "暂停 2026-04-20 至 2026-04-20：等待银行开户" in page(as_("officer"), matter)


def test_a_chief_does_not_approve_what_he_asked_for(as_, matter):
    chief = as_("chief")
    chief.post(f"/handlings/{matter.pk}/extend", {"reason": "材料多", "more": "3 working days"})
    change = ClockChange.objects.get()
    assert "须由他人审批" in page(chief, matter)
    assert chief.post(f"/clock-changes/{change.pk}/decide", {"approved": "1"}).status_code == 422
    as_("city").post(f"/clock-changes/{change.pk}/decide", {"approved": "1"})
    assert "延长3个工作日：材料多" in page(chief, matter)


def test_raised_by_hand_and_the_minutes_with_a_file(as_, matter):
    city = as_("city")
    assert "约谈" in page(city, matter)
    city.post(f"/handlings/{matter.pk}/raise", {"kind": "talk", "reason": "多次催办无果"})
    again = city.post(f"/handlings/{matter.pk}/raise", {"kind": "talk", "reason": "再来一次"}, follow=True)
    assert "已执行过该督办措施" in body(again)
    talk = Escalation.objects.get()
    assert talk.to.name == "小店区人民政府"
    minutes = {"attended": "分管副区长", "minutes": "五日内开户", "form": "minutes-talk"}
    bad = {**minutes, "files": SimpleUploadedFile("a.pdf", b"<script>alert(1)</script>")}
    refused = city.post(f"/escalations/{talk.pk}/minutes", bad)
    assert refused.status_code == 422
    assert "五日内开户" in body(refused)
    assert "不是" in body(refused)
    city.post(f"/escalations/{talk.pk}/minutes", {**minutes, "files": SimpleUploadedFile("a.pdf", PDF)})
    talk.refresh_from_db()
    assert talk.minutes == "五日内开户"
    shown = page(city, matter)
    assert "登记约谈纪要" in shown
    (digest,) = talk.evidence
    file = city.get(f"/handlings/{matter.pk}/files/{digest}")
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"].startswith("attachment")
    assert b"".join(file) == PDF
    (look,) = looks_at("handling", matter.pk)
    assert (look.by.username, look.changes["page"]) == ("city", f"/handlings/{matter.pk}/files/{digest}")
    clerk = as_("clerk")
    assert clerk.get(f"/handlings/{matter.pk}/files/{digest}").status_code == 404
    assert looks_at("handling", matter.pk).count() == 1
    assert "五日内开户" not in page(clerk, matter)


def test_a_file_is_not_sent_when_its_look_cannot_be_written(as_, matter, people, at, monkeypatch):
    digest = store(PDF)
    objections.object_to(handling=matter, kind="fact", text="已开", evidence=[digest], by=people["clerk"], at=at)
    city = as_("city")
    with monkeypatch.context() as patched:
        patched.setattr("anxin.people.trail.head", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            city.get(f"/handlings/{matter.pk}/files/{digest}")
    remove(digest)
    assert city.get(f"/handlings/{matter.pk}/files/{digest}").status_code == 404
    assert not looks_at("handling", matter.pk).exists()


def test_an_objection_is_answered_by_a_chief(client, as_, matter, people, at, today):
    objection = objections.object_to(
        handling=matter, kind="fact", text="专户已开", evidence=[], by=people["clerk"], at=at
    )
    assert "专户已开" in page(as_("officer"), matter)
    # Taking it leaves it an objection; who may not answer it reads who does.
    as_("officer").post(f"/handlings/{matter.pk}/take")
    assert "由负责人答复" in page(as_("officer"), matter)
    matter.refresh_from_db()
    assert matter.state == "objected"
    url = f"/objections/{objection.pk}/answer"
    assert as_("officer").post(url, {"accepted": "0", "text": "不属实"}).status_code == 403
    chief = as_("chief")
    assert "请选择静默到哪一天" in body(chief.post(url, {"accepted": "1", "text": "属实"}))
    chief.post(url, {"accepted": "1", "text": "属实", "spare_until": today + timedelta(days=3)})
    shown = page(chief, matter)
    assert "异议成立" in shown
    assert "静默至 2026-04-23：属实" in shown
    # The tag says so too; done is what has cleared.
    assert '<span class="ax-tag">静默至 2026-04-23</span>' in shown
    assert "已办结" not in shown
    client.force_login(people["clerk"])
    assert '<span class="ax-tag">静默至 2026-04-23</span>' in body(client.get(f"/site/matters/{matter.warning_id}"))
    client.force_login(people["chief"])
    snooze = Snooze.objects.get()
    assert "已恢复预警" in body(chief.post(f"/snoozes/{snooze.pk}/wake", follow=True))
    assert "静默已结束" in body(chief.post(f"/snoozes/{snooze.pk}/wake", follow=True))
    assert Warning.objects.get(pk=matter.warning_id).snoozed_until is None


def test_wages_paid_off_the_platform_enter_the_ledger_with_proof(as_, people, at, today):
    site = make_site(at)
    subject = f"project-month:{site.project.pk}:2026-03"
    matter = in_hand(site.project, at, rule="GZ-05", subject=subject, month="2026-03", reason="三月有人未发工资")
    objection = objections.object_to(
        handling=matter, kind="offline_payment", text="现金已发", evidence=[], by=people["clerk"], at=at
    )
    chief = as_("chief")
    url = f"/objections/{objection.pk}/answer"
    pay = {"accepted": "1", "text": "凭证齐全", "paid_on": today, f"pay-{site.failed.pk}": "5,000.00", "form": "answer"}
    assert "没有附发放凭证" in body(chief.post(url, pay))
    assert Objection.objects.get().answered_at is None
    Objection.objects.update(evidence=["a" * 64])
    assert "金额写成" in body(chief.post(url, {**pay, f"pay-{site.failed.pk}": "五千"}))
    assert site.failed.worker.name in page(chief, matter)
    assert "异议成立" in body(chief.post(url, pay, follow=True))
    seal(at=at)
    paid = read.payments(project_id=site.project.pk, worker_id=site.failed.worker_id).to_pylist()
    assert {(row["route"], row["amount_fen"], row["status"]) for row in paid} >= {("offline", 500_000, "paid")}
    month = read.pay_months(project_id=site.project.pk, worker_id=site.failed.worker_id, month="2026-03").to_pylist()
    assert month[0]["paid_fen"] == 500_000
    event = Event.objects.get(action="offline-payment")
    assert (event.changes["people"], event.changes["amount_fen"]) == (1, 500_000)
    assert "已答复" in body(chief.post(url, pay, follow=True))
    assert Handling.objects.get(pk=matter.pk).ended_at is None


def test_the_clerk_sees_the_demand_and_none_of_the_offices_own_acts(as_, matter, people, at, today):
    actions.ask_site(handling=matter, text="请上传专户", due_on=today, by=people["officer"], at=at)
    as_("officer").post(f"/handlings/{matter.pk}/pause", {"reason": "内部原因"})
    shown = page(as_("clerk"), matter)
    assert "请上传专户" in shown
    assert "内部原因" not in shown
    assert "/handlings/" not in shown


def test_beyond_the_jurisdiction_there_is_nothing(as_, people, at):
    far = in_hand(make_project(at, "P9", region_code="520100"), at)
    for act in ("take", "ask", "help", "pause", "extend", "resume"):
        assert as_("officer").post(f"/handlings/{far.pk}/{act}").status_code == 404
    for act in ("assign", "urge", "raise", "snooze"):
        assert as_("chief").post(f"/handlings/{far.pk}/{act}").status_code == 404
    assert as_("officer").get(f"/handlings/{far.pk}/files/{'a' * 64}").status_code == 404


def test_in_english(as_, matter):
    client = as_("officer")
    client.cookies["django_language"] = "en"
    shown = page(client, matter)
    assert "1 working day from 2026-04-20" in shown
    assert "Xiaodian HR" in shown
