"""The trail on a page: who may see it, what it finds, what it exports, and that it says when the chain is broken."""

import pytest
from django.db import transaction
from django.utils import timezone

from anxin.people import trail
from anxin.people.models import Event
from tests.portal.site import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)


@pytest.fixture
def auditor(client):
    client.force_login(make_user("auditor", "auditor", "140000"))
    return client


@pytest.fixture
def chain(at):
    officer = make_user()
    officer.address = "10.0.0.7"
    with transaction.atomic():
        for n in range(60):
            trail.record(by=officer, at=at, action="take", subject="warning", subject_id=n, changes={"owner": "甲"})
        trail.record(by=None, at=at, action="look", subject="worker", subject_id=7, changes={"field": "card"})
    return list(Event.objects.order_by("number"))


@pytest.mark.parametrize(("role", "status"), [("officer", 403), ("leader", 403), ("clerk", 403), ("operator", 200)])
def test_only_operators_and_auditors_see_it(client, role, status):
    client.force_login(make_user("u", role, "140000", "P1"))
    assert client.get("/audit").status_code == status
    assert client.post("/audit/verify").status_code == status


def test_links_are_found_by_person_act_subject_and_day(auditor, chain, at):
    def shown(query: str) -> str:
        return auditor.get(f"/audit?{query}").content.decode()

    assert "1–50 / 61" in shown("")
    assert "测试officer" in shown("q=10.0.0.7")
    assert "没有符合条件的记录" in shown("q=nobody")
    assert "查看个人信息" in shown("action=look").split("<tbody>")[1]
    assert "签收" not in shown("action=look").split("<tbody>")[1]
    assert "甲" in shown("subject=warning&id=59").split("<tbody>")[1]
    assert shown("subject=warning&id=59").split("<tbody>")[1].count("<tr>") == 1
    assert "没有符合条件的记录" in shown("since=2026-04-21")
    assert "1–50 / 61" in shown("since=2026-04-20&until=2026-04-20")
    assert "1–50 / 61" in shown("since=yesterday&page=x")


def test_it_is_exported_as_filtered(auditor, chain):
    body = b"".join(auditor.get("/audit?form=csv&action=look").streaming_content).decode()
    assert len(body.splitlines()) == 2
    assert chain[-1].digest in body
    assert auditor.get("/audit?form=xlsx").status_code == 200


def test_the_chain_is_proved_and_the_break_is_named(auditor, chain):
    noted = f"{chain[-1].number}:{chain[-1].digest}"
    assert "完整" in auditor.post("/audit/verify").content.decode()
    assert "完整" in auditor.post("/audit/verify", {"noted": noted}).content.decode()
    assert "抄存的末环写成" in auditor.post("/audit/verify", {"noted": "abc"}).content.decode()
    Event.objects.filter(number=61).delete()
    assert "链尾被截短" in auditor.post("/audit/verify", {"noted": noted}).content.decode()
    Event.objects.filter(number=9).update(who="somebody else")
    body = auditor.post("/audit/verify").content.decode()
    assert "第 9 环断裂" in body
    assert "内容被改动" in body
    assert auditor.get("/audit/verify").status_code == 405


def test_the_page_asks_a_fixed_number_of_queries(auditor, chain, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        assert auditor.get("/audit").status_code == 200
