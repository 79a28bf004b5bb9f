"""Rows that were refused or wait."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from anxin.insight.intake import mask_row
from anxin.intake.admit import admit
from anxin.intake.held import hold
from anxin.intake.models import HeldRow
from anxin.intake.rows import Arrival, Fault, PaymentRow, SwipeRow
from anxin.ledger import read
from anxin.ledger.sealing import seal
from anxin.people.looks import looks
from anxin.people.models import Deputy
from tests.people import identity, make_project
from tests.portal.site import ACCOUNT, make_site, make_user
from tests.portal.test_projects import lines

pytestmark = pytest.mark.django_db
STRANGER_CARD = "6222029999888877776"


@pytest.fixture
def site(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    made = make_site(at)
    payee = made.forgotten.worker.name
    admit(
        [SwipeRow("[dataList][0]", "P1", identity(50), datetime(2026, 4, 1, 7), "in"),
         SwipeRow("[dataList][1]", "P1", identity(51)[:-1] + "?", datetime(2026, 4, 1, 7), "in"),
         SwipeRow("[dataList][2]", "NOSUCH", identity(52), datetime(2026, 4, 1, 7), "in")],
        arrival=Arrival(source="test", at=at),
    )  # fmt: skip
    admit(
        [PaymentRow("3", "R77", 500_000, "paid", date(2026, 4, 11), "P1", ACCOUNT, card_number=STRANGER_CARD,
                    payee=payee, month="2026-03")],
        arrival=Arrival(source="test", at=at),
    )  # fmt: skip
    return made


@pytest.fixture
def officer(site, client):
    client.force_login(make_user())
    return client


def test_rows_of_every_protocol_are_told_in_chinese(officer, site, at):
    national = {"workerName": "甲", "idCardNumber": identity(60), "theirOwn": "x"}
    for kind, row in (("worker", national), ("RegisterEmployee", {"emp_name": "乙", "id_code": identity(61)})):
        fault = Fault("[0]", "校验码不正确!", "is wrong", row, project_code="P1")
        hold(kind=kind, faults=[fault], arrival=Arrival(source="t", at=at), project=site.project)
    body = officer.get("/held").content.decode()
    assert [name for name in ("姓名", "证件号码", "theirOwn") if name not in body] == []
    assert [name for name in ("workerName", "emp_name", "id_code", "RegisterEmployee") if name in body] == []


@pytest.mark.parametrize(
    ("place", "told"),
    [("!4", "第 4 行"), ("3月!12[实发工资]", "3月 第 12 行 实发工资"), ("[dataList][2]", "[dataList][2]"), ("3", "3")],
)
def test_where_a_row_stood_is_told_in_words(officer, site, at, place, told):
    fault = Fault(place, "校验码不正确!", "is wrong", {"id_number": identity(60)}, project_code="P1")
    hold(kind="swipes", faults=[fault], arrival=Arrival(source="t", at=at), project=site.project)
    row = HeldRow.objects.latest("pk")
    for page in ("/held", f"/held/{row.pk}"):
        assert f">{told}<" in officer.get(page).content.decode()


def payment() -> HeldRow:
    return HeldRow.objects.get(kind="payments")


def test_the_list_tells_the_reason_and_masks_the_row(officer):
    body = officer.get("/held").content.decode()
    assert "项目中不存在该工人" in body
    assert "拒收 1 行，待匹配 2 行" in body
    assert identity(50) not in body
    assert "990000********" + identity(50)[-4:] in body
    assert STRANGER_CARD not in body
    assert "**** 7776" in body
    assert "测试3" not in body


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 3), ("status=waiting", 2), ("status=refused", 1), ("status=released", 0), ("kind=payments", 1),
     ("q=P1", 3), ("q=花名册", 2), ("sender=9", 0), ("status=x&sender=y&page=z", 3)],
)  # fmt: skip
def test_filters(officer, query, count):
    rows = lines(officer.get(f"/held?{query}&form=csv"))
    assert len(rows) - 1 == count
    assert not any(identity(50) in cell for row in rows for cell in row)


def test_a_row_opens_on_click_with_the_look_written_down(officer, at):
    held = payment()
    assert STRANGER_CARD not in officer.get(f"/held/{held.pk}").content.decode()
    answer = officer.post(f"/held/{held.pk}/open")
    assert STRANGER_CARD in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    look = looks().get()
    assert (look.subject, look.subject_id, look.changes["field"], look.at) == ("held-row", str(held.pk), "row", at)


def test_a_payment_is_matched_by_hand_and_reaches_the_ledger(officer, site, at):
    held = payment()
    assert "姓名相同" in officer.get(f"/held/{held.pk}").content.decode()
    officer.post(f"/held/{held.pk}/match", {"engagement": site.forgotten.pk, "why": "电话核实", "month": "2026-03"})
    held.refresh_from_db()
    assert (held.status, held.settled_by.username, held.settled_why) == ("released", "officer", "电话核实")
    seal(at=at)
    rows = read.pay_months(project_id=site.project.pk, worker_id=site.forgotten.worker_id).to_pylist()
    assert [(r["month"], r["paid_fen"]) for r in rows] == [("2026-03", 500_000)]


def test_nobody_is_matched_outside_the_jurisdiction(officer, site, at):
    far = make_site(at, "FAR", region_code="140203")
    held = payment()
    assert officer.post(f"/held/{held.pk}/match", {"engagement": far.paid.pk, "why": "x"}).status_code == 404
    officer.post(f"/held/{held.pk}/match", {"project": "FAR", "why": "x"})
    held.refresh_from_db()
    assert held.status == "waiting"


def test_discarding_needs_a_reason_and_keeps_it(officer, at):
    held = payment()
    officer.post(f"/held/{held.pk}/discard", {"why": " "})
    held.refresh_from_db()
    assert held.status == "waiting"
    officer.post(f"/held/{held.pk}/discard", {"why": "银行重复报送"})
    held.refresh_from_db()
    assert (held.status, held.settled_by.username, held.settled_why, held.settled_at) == (
        "discarded", "officer", "银行重复报送", at,
    )  # fmt: skip
    assert "银行重复报送" in officer.get(f"/held/{held.pk}").content.decode()
    officer.post(f"/held/{held.pk}/discard", {"why": "再来"})
    held.refresh_from_db()
    assert held.settled_why == "银行重复报送"


@pytest.mark.parametrize(
    ("role", "region", "project", "count"),
    [
        ("officer", "140100", "", 3),
        ("officer", "140200", "", 0),
        ("officer", "", "", 0),
        ("operator", "140000", "", 4),
        ("operator", "140200", "", 1),
        ("operator", "", "", 0),
        ("clerk", "140000", "P1", 3),
        ("clerk", "140000", "P2", 0),
        ("clerk", "140000", "", 0),
    ],
)
def test_who_sees_which_rows(client, site, role, region, project, count):
    client.force_login(make_user("u", role, region, project))
    assert len(lines(client.get("/held?form=csv"))) - 1 == count
    held = payment()
    seen = count > 1
    assert client.get(f"/held/{held.pk}").status_code == (200 if seen else 404)
    if not seen:
        assert client.post(f"/held/{held.pk}/open").status_code in {403, 404}
        assert client.post(f"/held/{held.pk}/discard", {"why": "x"}).status_code in {403, 404}
        assert not looks().exists()


@pytest.mark.parametrize(
    ("role", "opens", "settles"), [("operator", 403, 302), ("clerk", 403, 403), ("leader", 403, 403)]
)
def test_looking_and_settling_are_permissions(client, site, role, opens, settles):
    client.force_login(make_user("u", role, "140000", "P1"))
    held = payment()
    assert client.post(f"/held/{held.pk}/open").status_code == opens
    assert client.post(f"/held/{held.pk}/discard", {"why": "x"}).status_code == settles
    assert client.post(f"/held/{held.pk}/match", {"project": "P1", "why": "x"}).status_code == settles


def test_an_officer_of_one_industry_sees_its_rows(client, site):
    client.force_login(make_user("water", region="140100", industry="water"))
    assert len(lines(client.get("/held?form=csv"))) == 1
    client.force_login(make_user("housing", region="140100", industry="housing"))
    assert len(lines(client.get("/held?form=csv"))) == 4


def test_who_stands_in_sees_the_rows_of_the_absent(client, site, at, today):
    absent, deputy = make_user("absent"), make_user("deputy", region="140200")
    client.force_login(deputy)
    assert len(lines(client.get("/held?form=csv"))) == 1
    Deputy.objects.create(absent=absent, deputy=deputy, from_on=today, until_on=today)
    assert len(lines(client.get("/held?form=csv"))) == 4


def test_the_list_asks_a_fixed_number_of_queries(officer, at, django_assert_max_num_queries):
    officer.get("/held")
    with django_assert_max_num_queries(10):
        officer.get("/held")
    make_project(at, "P8")
    admit(
        [SwipeRow("", "P8", identity(n), datetime(2026, 4, 1, 7)) for n in range(100, 160)],
        arrival=Arrival(source="test", at=at),
    )
    with django_assert_max_num_queries(10):
        officer.get("/held")


def test_masking_knows_fields_and_catches_the_rest():
    row = {
        "idCardNumber": identity(1),
        "payRollBankCardNumber": "6222020000000000001",
        "linkPhone": "13800000000",
        "workerName": "测试一",
        "remark": f"电话13800000000，证件{identity(1)}",
        "people": [{"id_number": identity(2), "days": 3}],
        "amount_fen": 123456789,
        "reference": "20260410000001",
        "team": 1000000001,
    }
    masked = mask_row(row)
    text = str(masked)
    for secret in (identity(1), identity(2), "6222020000000000001", "13800000000", "测试一", "1000000001"):
        assert secret not in text
    assert masked["amount_fen"] == 123456789
    assert masked["reference"] == "20260410000001"
    assert masked["people"][0]["days"] == 3


def test_every_kind_of_row_can_be_chosen(client, site, at):
    for kind in ("contract", "contracts", "temp_exit", "Unheard"):
        fault = Fault("row 1", f"因{kind}", f"for {kind}", {}, project_code="P1")
        hold(kind=kind, faults=[fault], arrival=Arrival("test", at), project=site.project)
    client.force_login(make_user())

    def told(kind: str) -> set[str]:
        page = client.get("/held", {"kind": kind}).content.decode()
        return {kind for kind in ("contract", "contracts", "temp_exit", "Unheard") if f"因{kind}<" in page}

    assert told("contracts") == {"contract", "contracts"}
    assert told("temp_exit") == {"temp_exit"}
    assert told("other") == {"Unheard"}
    assert told("") == {"contract", "contracts", "temp_exit", "Unheard"}
