"""The door on the wire: who is let in, what is answered, and that nothing is executed twice."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anxin.intake.models import HeldRow, Receipt, Sender
from anxin.intake.national import attendance, door
from anxin.intake.national.views import open_api
from anxin.intake.senders import add_sender, disable, rotate
from anxin.law.civil import SHANGHAI
from anxin.ledger.models import Batch
from anxin.registry.models import Team
from tests.intake.national_client import S16, S32, NationalClient, encrypt, signature
from tests.people import CONTRACTOR, identity, make_project, make_team, make_worker

pytestmark = pytest.mark.django_db
TEAM = {"projectCode": "P1", "corpCode": CONTRACTOR, "corpName": "测试建设有限公司", "teamName": "木工甲&乙班"}
CODES = {0, -1, -2, -3, -4, -5, 9999}


@pytest.fixture(autouse=True)
def _nobody_met():
    attendance.forget()


@pytest.fixture
def sender(at: datetime) -> Sender:
    make_project(at)
    return add_sender(protocol="national", appid="APP", secret=S32, at=at)


@pytest.fixture
def client(sender: Sender) -> NationalClient:
    return NationalClient()


def options(sender: Sender, **settings_: object) -> None:
    sender.settings = settings_
    sender.save()


def stamp(moment: datetime, form: str = "%Y%m%d%H%M%S") -> str:
    return moment.astimezone(SHANGHAI).strftime(form)


def now() -> datetime:
    return datetime.now(SHANGHAI)


# --- what existing clients send


@pytest.mark.parametrize("path", ["/open.api", "/open.api?", "/open.api/v1", "/open.api/"])
def test_addresses(client: NationalClient, path: str) -> None:
    assert client.send(client.envelope("CheckSign.Query", {}, version="1.1"), path=path)["code"] == 0


def test_an_operator_gives_the_door_further_addresses(settings) -> None:
    from anxin.intake.national import views

    settings.OPEN_API_ALIASES = ["/foreign/upload/check", " openapi/", ""]
    assert views.aliases() == ["foreign/upload/check", "openapi"]
    assert [str(url.pattern) for url in views.urls()][-4:] == [
        "foreign/upload/check", "foreign/upload/check/", "openapi", "openapi/",
    ]  # fmt: skip


def test_a_java_client_with_an_invalid_content_encoding(client: NationalClient) -> None:
    assert client.send(client.envelope("CheckSign.Query", {}), HTTP_CONTENT_ENCODING="UTF-8")["code"] == 0


def test_a_json_body_with_data_as_text_and_as_an_object(client: NationalClient) -> None:
    params = client.envelope("Team.Add", TEAM)
    assert client.post(json.dumps(params), "application/json")["code"] == 0
    assert client.result()[0] == 20
    data = json.dumps(TEAM | {"teamName": "二班"}, ensure_ascii=False)
    params = client.envelope("Team.Add", data)
    body = json.dumps({k: v for k, v in params.items() if k != "data"})[:-1] + f', "data" : {data} }}'
    assert client.post(body, "application/json")["code"] == 0
    assert client.result()[0] == 20
    assert set(Team.objects.values_list("name", flat=True)) == {"木工甲&乙班", "二班"}


def test_a_python_client_with_ascii_escapes(client: NationalClient) -> None:
    assert client.call("Team.Add", json.dumps(TEAM))["code"] == 0
    assert Team.objects.get().name == "木工甲&乙班"


@pytest.mark.parametrize("escaped", ["+", "data"])
def test_bodies_that_are_hardly_encoded(client: NationalClient, escaped: str) -> None:
    from urllib.parse import quote_plus

    params = client.envelope("Team.Add", TEAM)
    parts = []
    for name, value in params.items():
        if escaped == "data":
            parts.append(f"{name}={quote_plus(value) if name == 'data' else value}")
        else:
            parts.append(f"{name}={value.replace('+', '%2B')}")
    assert client.post("&".join(parts).encode())["code"] == 0
    assert Team.objects.get().name == "木工甲&乙班"


def test_appid_in_another_case_and_a_secret_that_should_not_travel(client: NationalClient) -> None:
    params = client.envelope("CheckSign.Query", {})
    del params["sign"]
    params["appId"] = params.pop("appid")
    params["sign"] = signature(params)
    assert client.send({**params, "appsecret": S32})["code"] == 0


def test_extra_parameters_take_part_in_the_signature(client: NationalClient) -> None:
    assert client.call("CheckSign.Query", {}, iscompany="1")["code"] == 0
    assert client.send(client.envelope("CheckSign.Query", {}) | {"iscompany": "1"})["code"] == -2


def test_a_company_signature_is_held_against_the_company_key(client: NationalClient, sender: Sender) -> None:
    options(sender, corp_key="CORPKEY0000000000000000000000001")
    moment = stamp(now())
    good = encrypt("CORPKEY0000000000000000000000001" + moment)
    assert client.call("CheckSign.Query", {}, timestamp=moment, corpsign=good)["code"] == 0
    assert client.call("CheckSign.Query", {}, timestamp=moment, corpsign=encrypt("other" + moment))["code"] == -2
    assert client.call("CheckSign.Query", {})["code"] == -2


@pytest.mark.parametrize(
    "timestamp",
    [
        lambda: stamp(now()),
        lambda: stamp(now() - timedelta(hours=8)),  # Fujian sends UTC
        lambda: stamp(now(), "%Y%m%d%H%S%M"),  # Jinhua swaps
        lambda: stamp(now(), "%Y%m%d%H"),  # Henan sends hours
        lambda: str(int(now().timestamp() * 1000)),  # Zhejiang sends milliseconds
    ],
)
def test_clocks(client: NationalClient, timestamp) -> None:
    assert client.call("CheckSign.Query", {}, timestamp=timestamp())["code"] == 0


def test_a_swapped_clock_is_swapped_in_attendance_too(client: NationalClient, sender: Sender, at: datetime) -> None:
    from anxin.ledger.inbox import read_payload

    options(sender, swapped_clock=True)
    make_worker(make_project(at), 1, at)
    swipe = {"idCardNumber": encrypt(identity(1)), "date": "2026-01-03 07:04:02", "direction": "01"}
    for _ in range(2):
        client.call("WorkerAttendance.Add", {"projectCode": "P1", "dataList": [swipe]})
    for batch in Batch.objects.all():
        assert read_payload(batch.payload)["passed_at"].to_pylist() == [datetime(2026, 1, 3, 7, 2, 4)]


def test_an_account_bound_to_a_project_leaves_the_code_out(client: NationalClient, sender: Sender, at) -> None:
    sender.project = make_project(at)
    sender.save()
    make_worker(sender.project, 1, at)
    swipe = {"idCardNumber": encrypt(identity(1)), "date": "2026-01-03 07:04:02", "direction": "01"}
    assert client.call("WorkerAttendance.Add", {"teamSysNo": 1500000001, "dataList": [swipe]})["code"] == 0
    assert client.result()[0] == 20
    assert client.call("ProjectWorker.Query", {})["data"]["totalCount"] == 1


def test_henan_sends_an_array_of_upper_case_names_under_half_a_secret(client: NationalClient, at: datetime) -> None:
    project = make_project(at)
    client.call(
        "Team.Add", [{"PROJECTCODE": "P1", "SOCIALCREDITCODE": CONTRACTOR, "MONITORNAME": "赵班长"}], iscompany="1"
    )
    number = json.loads(client.result()[1])["teamSysNo"]
    person = {
        "PROJECTCODE": "P1", "SOCIALCREDITCODE": CONTRACTOR, "TEAMSYSNO": number, "NAME": "测试甲",
        "IDNUMBER": encrypt(identity(1), S32[:16]), "WORKCLASSES": "210401", "STARTTIME": "2026-01-02",
        "SIGNDATE": "2026-01-01", "PHONE": "13800000000", "WAGE": "6500",
    }  # fmt: skip
    client.call("ProjectWorker.Add", [person])
    client.call("AsyncHandleResult", [{"REQUESTCODE": client.serial}])
    assert client.result()[0] == 20
    place = project.engagements.select_related("worker").get()
    assert (place.worker.name, place.trade) == ("测试甲", "210401")
    assert (str(place.entered_on), str(place.contract_from)) == ("2026-01-02", "2026-01-01")
    swipe = {
        "PROJECTCODE": "P1", "TEAMSYSNO": number, "IDNUMBER": encrypt(identity(1), S32[:16]),
        "STARTTIME": "2026-01-03 07:00:00", "SIGNDATE": "2026-01-03",
    }  # fmt: skip
    assert client.call("WorkerAttendance.Add", [swipe])["code"] == 0
    assert client.result()[0] == 20


def test_fujian_reads_data_as_text_and_asks_team_update_for_the_number(client: NationalClient, sender: Sender) -> None:
    options(sender, data_as_string=True)
    params = client.envelope("Team.Upload", TEAM, version="v1.0")
    reply = client.post(json.dumps(params), "application/json", path="/open.api/v1")
    serial = json.loads(reply["data"])["requestSerialCode"]
    reply = client.call("Team.Update", {"requestSerialCode": serial})
    assert json.loads(reply["data"])["result"]["teamSysno"] == Team.objects.get().number
    project = {"name": "二号", "contractorCorpCode": CONTRACTOR, "areaCode": "140105"}
    serial = json.loads(client.call("Project.Upload", project)["data"])["requestSerialCode"]
    answer = json.loads(client.call("Project.Query", {"requestSerialCode": serial})["data"])
    assert answer["rows"][0]["projectCode"] == answer["projectCode"]


# --- who is let in


def test_no_signature_and_a_wrong_one(client: NationalClient) -> None:
    params = client.envelope("Team.Add", TEAM)
    for wrong in (
        {k: v for k, v in params.items() if k != "sign"},
        params | {"sign": "0" * 64},
        params | {"sign": "签"},
    ):
        assert client.send(wrong) == {"code": -2, "message": "签名校验错误", "data": None}
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("appid", ["", "nobody", "x" * 65, "\x00", "APP\x00x"])
def test_an_unknown_sender(client: NationalClient, appid: str) -> None:
    client.appid = appid
    assert client.call("Team.Add", TEAM) == {"code": -1, "message": "请求参数无效:appid无效!", "data": None}


def test_a_disabled_sender_at_once(client: NationalClient, sender: Sender) -> None:
    assert client.call("CheckSign.Query", {})["code"] == 0
    disable(sender=sender, at=now())
    assert client.call("CheckSign.Query", {}) == {"code": -3, "message": "无API访问权限", "data": None}


def test_the_old_secret_works_for_a_week(client: NationalClient, sender: Sender) -> None:
    rotate(sender=sender, secret=S16, at=now())
    assert client.call("CheckSign.Query", {})["code"] == 0
    assert NationalClient(secret=S16).call("CheckSign.Query", {})["code"] == 0
    sender.old_secret_until = now() - timedelta(seconds=1)
    sender.save()
    assert client.call("CheckSign.Query", {})["code"] == -2


@pytest.mark.parametrize(("allowed", "code"), [(["127.0.0.1"], 0), (["127.0.0.0/8"], 0), (["10.0.0.1", "rubbish"], -4)])
def test_addresses_that_may_call(client: NationalClient, sender: Sender, allowed: list[str], code: int) -> None:
    options(sender, allow_ips=allowed)
    reply = client.call("CheckSign.Query", {})
    assert (reply["code"], reply["message"]) == (code, "IP校验错误" if code else "")


def test_an_address_behind_our_own_proxy(client: NationalClient, sender: Sender, settings) -> None:
    options(sender, allow_ips=["10.0.0.7"])
    seen = {"HTTP_X_FORWARDED_FOR": "10.9.9.9, 10.0.0.7"}
    assert client.send(client.envelope("CheckSign.Query", {}), **seen)["code"] == -4
    settings.PROXIES = ["127.0.0.1"]
    assert client.send(client.envelope("CheckSign.Query", {}), **seen)["code"] == 0


def test_too_often(client: NationalClient, sender: Sender) -> None:
    options(sender, min_interval_ms=60_000)
    assert client.call("Team.Add", TEAM)["code"] == 0
    assert client.call("Team.Add", TEAM) == {"code": -5, "message": "访问超过限制", "data": None}
    assert client.call("Team.Query", {"projectCode": "P1"})["code"] == 0
    assert client.call("Team.Query", {"projectCode": "P1"})["code"] == -5
    for _ in range(3):
        assert client.result()[0] == 20


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"timestamp": "20200101000000"}, "请求参数无效:timestamp超出允许的时间范围!"),
        ({"timestamp": "20991231235959"}, "请求参数无效:timestamp超出允许的时间范围!"),
        ({"timestamp": "yesterday"}, "请求参数无效:timestamp无效!"),
        ({"timestamp": ""}, "请求参数无效:timestamp无效!"),
        ({"nonce": ""}, "请求参数无效:nonce无效!"),
    ],
)
def test_parameters_of_the_envelope(client: NationalClient, extra: dict[str, str], message: str) -> None:
    assert client.call("Team.Add", TEAM, **extra) == {"code": -1, "message": message, "data": None}


@pytest.mark.parametrize("method", ["", "Team", "Team.Destroy", "泥"])
def test_a_method_that_does_not_exist(client: NationalClient, method: str) -> None:
    assert client.call(method, TEAM) == {"code": -1, "message": "请求参数无效:method无效!", "data": None}


def test_a_tight_clock(client: NationalClient, sender: Sender) -> None:
    options(sender, clock_window_s=600)
    assert client.call("CheckSign.Query", {})["code"] == 0
    assert client.call("CheckSign.Query", {}, timestamp=stamp(now() - timedelta(minutes=11)))["code"] == -1
    assert client.call("CheckSign.Query", {}, timestamp=stamp(now(), "%Y%m%d%H"))["code"] == 0


# --- bodies that are no calls


def test_get_is_answered_in_the_protocol(client: NationalClient) -> None:
    response = client.http.get("/open.api")
    assert (response.status_code, response.json()["code"]) == (200, -1)


def test_rubbish_of_ten_megabytes_and_more_than_is_read(client: NationalClient) -> None:
    rubbish = bytes(range(256)) * 40_960
    assert client.post(rubbish) == {"code": -1, "message": "请求参数无效:appid无效!", "data": None}
    assert client.post(b"a" * (door.MAX_BODY + 1))["message"] == "请求参数错误:请求内容超过限制16MB!"
    params = client.envelope("Team.Add", {**TEAM, "remark": "x" * 10_000_000})
    assert client.send(params)["code"] == 0


def test_a_truncated_body(client: NationalClient) -> None:
    params = client.envelope("Team.Add", TEAM)
    body = json.dumps(params)
    message = "请求参数错误:请求内容不完整或不是有效的JSON!"
    assert client.post(body[:-5], "application/json") == {"code": -1, "message": message, "data": None}
    environ = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "400", "wsgi.input": BytesIO(b"appid=APP&data=x")}
    reply = json.loads(open_api(WSGIRequest(environ)).content)
    assert reply == {"code": -1, "message": "请求参数错误:请求内容不完整!", "data": None}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ('{"projectCode":"P1"', "[data]不是有效的JSON!"),
        ("1", "[data]格式不正确!"),
        ("[]", "[data]格式不正确!"),
        ("[1]", "[data]格式不正确!"),
        (json.dumps([TEAM] * 51), "[data]数量超过限制50!"),
    ],
)
def test_data_that_cannot_be_read_is_kept_for_the_officer(client: NationalClient, data: str, message: str) -> None:
    reply = client.call("Team.Add", data)
    assert (reply["code"], reply["message"]) == (-1, message)
    assert client.result() == (10, message)
    assert HeldRow.objects.get().reason == message.removeprefix("[data]")


def test_the_unforeseen_is_an_internal_error_and_tells_no_number(client, monkeypatch, caplog) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError(identity(1))

    monkeypatch.setattr(door, "_execute", fail)
    with caplog.at_level(logging.DEBUG):
        assert client.call("Team.Add", TEAM) == {"code": 9999, "message": "Internal Error", "data": None}
    assert "RuntimeError" in caplog.text
    assert identity(1) not in caplog.text


# --- once only


def test_the_same_call_again_is_not_executed_twice(client: NationalClient, at: datetime) -> None:
    make_worker(make_project(at), 1, at)
    swipe = {"idCardNumber": encrypt(identity(1)), "date": "2026-01-03 07:04:02", "direction": "01"}
    data = {"projectCode": "P1", "dataList": [swipe]}
    params = client.envelope("WorkerAttendance.Add", data)
    first = client.send(params)
    again = client.send(params)
    assert again["code"] == -1
    assert again["message"] == "请求参数错误:nonce重复,该请求已受理!"
    assert again["data"] == first["data"]
    assert Batch.objects.count() == Receipt.objects.count() == 1
    assert client.call("WorkerAttendance.Add", data)["code"] == 0
    assert Batch.objects.count() == 2
    assert client.send(client.envelope("CheckSign.Query", {}, nonce="n"))["code"] == 0
    assert client.send(client.envelope("CheckSign.Query", {}, nonce="n"))["code"] == 0


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_executed_once(client: NationalClient, at: datetime) -> None:
    params = client.envelope("Team.Add", TEAM)

    def send(_: int) -> tuple[int, str]:
        try:
            reply = NationalClient().send(params)
            return reply["code"], reply["data"]["requestSerialCode"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(send, range(4)))
    assert sorted(code for code, _ in replies) == [-1, -1, -1, 0]
    assert len({serial for _, serial in replies}) == 1
    assert Team.objects.count() == Receipt.objects.count() == 1


def test_a_receipt_is_its_senders_own(client: NationalClient, at: datetime) -> None:
    client.call("Team.Add", TEAM)
    add_sender(protocol="national", appid="OTHER", secret=S16, at=at)
    other = NationalClient("OTHER", S16)
    reply = other.call("AsyncHandleResult.Query", {"requestSerialCode": client.serial})
    assert (reply["code"], reply["message"]) == (-1, "[requestSerialCode]不存在!")
    assert other.call("AsyncHandleResult.Query", {})["message"] == "[requestSerialCode]不能为空!"


# --- anything at all


@pytest.mark.django_db(transaction=False)
@settings(suppress_health_check=list(HealthCheck), max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["application/x-www-form-urlencoded", "application/json", "text/x"]))
def test_any_bytes_get_an_answer_of_the_protocol(client: NationalClient, body: bytes, content_type: str) -> None:
    assert client.post(body, content_type)["code"] in CODES - {0, 9999}


scalars = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20) | st.just(encrypt(identity(1)))
NAMES = """projectCode corpCode corpName teamName teamSysNo idCardNumber idCardType date type direction payMonth
areaCode
totalPayAmount actualAmount days balanceDate startDate endDate unitPrice lat invest headImage isTeamLeader pageIndex
pageSize website bankNumber trainingDate workRole prjStatus image inDate thirdPayRollCode name"""
LISTS = "dataList workerList detailList contractList bankInfos workers attachments builderLicenses"
rows = st.dictionaries(st.sampled_from(NAMES.split()), scalars, max_size=8)
lists = st.dictionaries(st.sampled_from(LISTS.split()), st.lists(rows, max_size=3) | scalars)
objects = st.builds(lambda plain, listed: plain | listed | {"projectCode": "P1"}, rows, lists)
method_names = st.sampled_from(sorted({m.name for m in door.methods.METHODS.values()}))


@settings(suppress_health_check=list(HealthCheck), max_examples=300, deadline=None)
@given(st.sampled_from(sorted({m.name for m in door.methods.METHODS.values()})), objects)
def test_any_object_gets_an_answer_of_the_protocol(
    client: NationalClient, at: datetime, method: str, data: dict
) -> None:
    project = make_project(at)
    make_team(project, at)
    make_worker(project, 1, at)
    reply = client.call(method, json.dumps(data))
    assert reply["code"] in CODES - {9999}, (method, data)
    assert identity(1) not in json.dumps(reply)


def test_no_identity_number_is_logged(client: NationalClient, at: datetime, caplog) -> None:
    with caplog.at_level(logging.DEBUG):
        swipe = {"idCardNumber": encrypt(identity(1)), "date": "2026-01-03 07:04:02", "direction": "01"}
        wrong = {**swipe, "idCardNumber": encrypt("990101199001010018")}
        client.call("WorkerAttendance.Add", {"projectCode": "P1", "dataList": [swipe, wrong]})
        client.call("ProjectWorker.Add", {"projectCode": "P1", "workerList": [swipe, wrong]})
        client.call("Payroll.Add", {"projectCode": "P1", "payMonth": "2026-01", "detailList": [swipe, wrong]})
    shown = [r.getMessage() for r in caplog.records if not r.name.startswith("django.db")]
    assert not any(number in line for line in shown for number in (identity(1), "990101199001010018"))
