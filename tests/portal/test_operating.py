"""Senders, rules and looks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from anxin.intake.models import Receipt
from anxin.intake.senders import add_sender
from anxin.people.looks import record_look
from anxin.rules.packs import all_rules
from tests.people import make_project, make_worker
from tests.portal.site import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)


@pytest.fixture
def operator(client):
    client.force_login(make_user("operator", "operator", "140000"))
    return client


def test_senders_show_who_fell_silent(operator, at):
    quiet = add_sender(protocol="bulk", appid="quiet-bank", secret="s", at=at, region_code="140100")
    busy = add_sender(protocol="national", appid="busy-gate", secret="s", at=at, project=make_project(at))
    for sender, ago, serial in ((quiet, timedelta(days=4), "a"), (busy, timedelta(minutes=5), "b")):
        Receipt.objects.create(
            serial=serial, replay_key=serial, sender=sender, method="m", received_at=at - ago, status=20, accepted=7
        )
    body = operator.get("/senders").content.decode()
    assert body.index("quiet-bank") < body.index("busy-gate")
    assert "静默 4 天" in body
    silent = operator.get("/senders?silent=1").content.decode()
    assert "quiet-bank" in silent
    assert "busy-gate" not in silent
    assert "quiet-bank" not in operator.get("/senders?protocol=national").content.decode()
    assert "busy-gate" in operator.get("/senders?q=测试项目").content.decode()


def test_the_senders_of_the_list_as_a_file(operator, at):
    add_sender(protocol="bulk", appid="quiet-bank", secret="hush-hush", at=at, region_code="140100")
    add_sender(protocol="national", appid="busy-gate", secret="hush-hush", at=at, project=make_project(at))
    file = b"".join(operator.get("/senders?protocol=bulk&form=csv").streaming_content).decode("utf-8-sig")
    heading, *lines = file.splitlines()
    assert heading.startswith("账号,协议")
    assert [line.split(",")[:4] for line in lines] == [["quiet-bank", "/api/v1", "", "山西省 太原市"]]
    assert "hush" not in file


def test_senders_ask_a_fixed_number_of_queries(operator, at, django_assert_max_num_queries):
    add_sender(protocol="bulk", appid="one", secret="s", at=at)
    with django_assert_max_num_queries(9):
        assert operator.get("/senders").status_code == 200
    for n in range(30):
        add_sender(protocol="bulk", appid=f"more{n}", secret="s", at=at)
    with django_assert_max_num_queries(9):
        assert operator.get("/senders").status_code == 200


@pytest.mark.parametrize("role", ["officer", "leader", "clerk"])
def test_only_operators_see_senders(client, role):
    client.force_login(make_user("u", role, "140000"))
    assert client.get("/senders").status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_rule_is_told(operator, language):
    operator.cookies["django_language"] = language
    body = operator.get("/rules").content.decode()
    for rule in all_rules():
        assert f'id="{rule.id}"' in body


def test_rules_are_found_by_a_word(operator):
    body = operator.get("/rules?q=sx-01").content.decode()
    assert 'id="SX-01"' in body
    assert 'id="CN-01"' not in body
    assert "没有符合条件的规则" in operator.get("/rules?q=不存在的词").content.decode()


def look(user, at, subject_id=1, field="identity", subject="worker"):
    record_look(by=user, at=at, subject=subject, subject_id=subject_id, field=field, page="/projects/P1")


def test_an_officer_sees_his_own_looks_and_an_operator_everybodys(client, at):
    worker = make_worker(make_project(at), 1, at).worker
    mine, other = make_user("mine"), make_user("other")
    look(mine, at, worker.pk)
    look(other, at, 77, field="row", subject="held-row")
    client.force_login(mine)
    body = client.get("/people/looks").content.decode()
    assert "测试1" in body
    assert "测试other" not in body
    assert "测试other" not in client.get("/people/looks?q=other").content.decode()
    client.force_login(make_user("operator", "operator", "140000"))
    body = client.get("/people/looks").content.decode()
    assert "测试other" in body
    assert "测试mine" in body
    assert "测试mine" not in client.get("/people/looks?field=row").content.decode()
    assert "测试other" not in client.get("/people/looks?q=mine").content.decode()


@pytest.mark.parametrize("role", ["leader", "clerk", ""])
def test_looks_are_not_for_everybody(client, role):
    client.force_login(make_user("u", role, "140000", "P1"))
    assert client.get("/people/looks").status_code == 403


def test_looks_are_paged(client, at, django_assert_max_num_queries):
    user = make_user()
    for n in range(60):
        look(user, at + timedelta(minutes=n), n)
    client.force_login(user)
    with django_assert_max_num_queries(8):
        body = client.get("/people/looks").content.decode()
    assert "1–50 / 60" in body
    assert "51–60 / 60" in client.get("/people/looks?page=2").content.decode()


@pytest.mark.parametrize(("role", "first_page"), [("clerk", "/site"), ("bank", "/uploads")])
def test_who_has_no_overview_begins_at_his_first_page(client, role, first_page):
    client.force_login(make_user("u", role, "140000"))
    assert client.get("/")["Location"] == first_page


def test_who_may_nothing_is_refused_at_the_door(client):
    client.force_login(make_user("u", "nobody", "140000"))
    assert client.get("/").status_code == 403
