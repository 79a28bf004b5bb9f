"""CWRService from a sender's side: a platform builds its roster, terminals report passes."""

import base64
import json
from datetime import datetime, timedelta
from urllib.parse import quote, quote_plus

import pyarrow as pa
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anxin.intake.cwr import door
from anxin.intake.cwr.signature import signature
from anxin.intake.held import row_of
from anxin.intake.models import HeldRow, Receipt
from anxin.intake.senders import add_sender, disable, rotate
from anxin.intake.waiting import release
from anxin.ledger.inbox import read_payload
from anxin.ledger.models import Batch
from anxin.registry.models import Engagement, Participation, Team, Training, Worker
from anxin.vault.fields import open_text
from tests.people import identity, make_project, make_worker

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(200))
STAMP = "2026-04-20 12:00:00"


@pytest.fixture(autouse=True)
def _noon(monkeypatch, at):
    monkeypatch.setattr(door.timezone, "now", lambda: at)


@pytest.fixture
def project(at):
    return make_project(at)


@pytest.fixture
def sender(at, project):
    return add_sender(protocol="cwr", appid="KEY", secret="SECRET", at=at, project=project)


def post(client, function, body="", *, base="", serial="PL0001", secret="SECRET", blank=quote, **changes):
    raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    parameters = {"api_key": "KEY", "api_version": "1.0", "timestamp": STAMP}
    if serial:
        parameters["client_serial"] = serial
    parameters |= {k: v for k, v in changes.items() if v is not None}
    parameters.setdefault("signature", signature(secret=secret, parameters=parameters, body=raw))
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
    query = "&".join(f"{k}={blank(v, safe=':')}" for k, v in parameters.items())
    path = f"{base}/CWRService/{function}"
    answer = client.post(path, raw, content_type="application/json", QUERY_STRING=query)
    assert answer.status_code == 200
    return answer.json()


def swipes():
    return pa.concat_tables([read_payload(b.payload) for b in Batch.objects.filter(table="swipes")]).to_pylist()


def passed(person, time="2026-04-20 08:12:30", **more):
    return {"person_type": 1, "person_id": person, "person_name": "测试", "passed_time": time, "direction": "in",
            "way": 1, "site_photo": base64.b64encode(JPEG).decode(), **more}  # fmt: skip


# --- the envelope ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", ["", "/api", "/a/b.c/d-e"])
@pytest.mark.parametrize("blank", [quote, quote_plus, lambda v, safe: v])
def test_a_terminal_keeps_alive_under_any_base_and_any_blank(client, sender, base, blank):
    answer = post(client, "KeepAlive", base=base, blank=blank)
    assert answer == {
        "result": "true", "status": 200, "code": "00", "message": "", "detail_message": "",
        "result_data": {"server_timestamp": STAMP},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signature": None}, "24"),
        ({"signature": "0" * 32}, "25"),
        ({"secret": "WRONG"}, "25"),
        ({"api_key": "NOBODY"}, "29"),
        ({"api_key": None}, "29"),
        ({"timestamp": None}, "30"),
        ({"timestamp": "yesterday"}, "31"),
        ({"timestamp": "2026-04-20 11:49:59"}, "31"),
        ({"timestamp": "2026-04-20 12:10:01"}, "31"),
        ({"api_version": None}, "32"),
    ],
)
def test_an_envelope_that_does_not_hold(client, sender, changes, code):
    answer = post(client, "KeepAlive", **changes)
    assert (answer["result"], answer["code"]) == ("false", code)
    assert answer["message"]
    assert answer["detail_message"]


def test_ten_minutes_are_tolerated_and_a_sender_may_have_more(client, sender):
    late = f"{datetime(2026, 4, 20, 12) - timedelta(minutes=10):%Y-%m-%d %H:%M:%S}"
    assert post(client, "KeepAlive", timestamp=late)["code"] == "00"
    sender.settings = {"clock_window_s": 60}
    sender.save()
    assert post(client, "KeepAlive", timestamp=late)["code"] == "31"


def test_a_sender_without_client_serial(client, sender):
    assert post(client, "KeepAlive", serial="")["code"] == "00"


def test_an_old_secret_opens_for_a_week_and_a_closed_sender_not_at_all(client, sender, at):
    rotate(sender=sender, secret="NEXT", at=at)
    assert post(client, "KeepAlive")["code"] == "00"
    assert post(client, "KeepAlive", secret="NEXT")["code"] == "00"
    disable(sender=sender, at=at)
    assert post(client, "KeepAlive", secret="NEXT")["code"] == "29"


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"42", b"[" * 2000, b'{"a":' * 50 + b"1" + b"}" * 50])
def test_a_body_that_is_not_json(client, sender, body):
    assert post(client, "UploadPassedLog", body)["code"] == "47"


def test_ten_megabytes_of_rubbish(client, sender):
    rubbish = b"\x00\xff" * 5_000_000
    assert post(client, "UploadPassedLog", rubbish, secret="WRONG")["code"] == "25"
    assert post(client, "UploadPassedLog", rubbish)["code"] == "47"
    assert post(client, "UploadPassedLog", rubbish * 2)["code"] == "47"


@pytest.mark.parametrize("function", ["UploadPayroll", "UploadContract", "NoSuchThing"])
def test_functions_that_are_not_open(client, sender, function):
    assert post(client, function, {})["code"] == "501"


def test_only_post_is_answered(client, sender):
    assert client.get("/CWRService/KeepAlive").status_code == 405


# --- the roster -----------------------------------------------------------------------------------------------------


def test_a_platform_builds_its_roster(client, sender, project, at):
    company = {"Project_ID": "P1", "Company_Name": "劳务甲", "SUID": "91140000mock000077", "Legal_Person": "某",
               "type": "6", "entry_time": "2026-03-02 08:00:00",
               "Bank_Open": "某行", "Bank_Num": "6222020000000000000"}  # fmt: skip
    assert post(client, "AddCompany", company)["code"] == "00"
    part = Participation.objects.get(project=project, enterprise__code="91140000MOCK000077")
    assert (part.role, f"{part.entered_on}") == ("006", "2026-03-02")
    assert not project.account_uses.exists()

    team = {"Project_ID": "P1", "team_name": "钢筋班", "team_type_name": "钢筋工", "emp_company": "劳务甲",
            "SUID": "91140000MOCK000077", "team_personnel_type": "00"}  # fmt: skip
    made = post(client, "AddTeam", team)["result_data"]
    assert post(client, "AddTeam", team)["result_data"] == made
    assert Team.objects.get().number == int(made["team_id"])

    employee = {"Project_ID": "P1", "id_code": identity(1), "emp_name": "测试一", "emp_phone": "13800000000",
                "facephoto": base64.b64encode(JPEG).decode(), "SUID": "91140000MOCK000077", "emp_company": "劳务甲",
                "team_id": made["team_id"], "work_typename": "钢筋工", "emp_cardnum": "6222020000000000001",
                "emp_bankname": "某行", "cwr_iskeypsn": 0, "contract_status": 1}  # fmt: skip
    emp_id = post(client, "RegisterEmployee", employee)["result_data"]["emp_id"]
    assert post(client, "RegisterEmployee", employee)["result_data"]["emp_id"] == emp_id
    engagement = Engagement.objects.get(pk=emp_id)
    assert engagement.entered_on == at.date()
    assert engagement.team == Team.objects.get()
    assert (engagement.trade, engagement.role) == ("020", "20")
    assert open_text(engagement.card_sealed) == "6222020000000000001"
    assert engagement.worker.gender == ("0" if int(identity(1)[16]) % 2 else "1")

    leavers = [{"id_code": identity(1), "exit_time": "2026-04-19 18:00:00"}, {"id_code": identity(9)}]
    left = post(client, "userLeaveProject", {"Project_ID": "P1", "userLeaveProject_list": leavers})["result_data"]
    assert left["accepted_count"] == 1
    assert "人员不存在" in left["refused"][0]["message"]
    engagement.refresh_from_db()
    assert f"{engagement.left_on}" == "2026-04-19"

    assert post(client, "RegisterEmployee", employee)["code"] == "00"
    engagement.refresh_from_db()
    assert engagement.left_on is None

    gone = {"Project_ID": "P1", "SUID": "91140000MOCK000077", "Company_Name": "劳务甲", "exit_time": "2026-04-20"}
    assert post(client, "ProjectRemoveCompany", gone)["code"] == "00"
    part.refresh_from_db()
    assert part.left_on == at.date()


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"id_code": identity(1)[:-1] + ("0" if identity(1)[-1] != "0" else "1")}, "43", "[id_code]校验码不正确!"),
        ({"id_code": "123"}, "43", "[id_code]长度不正确"),
        ({"id_code": ""}, "40", "[id_code]不能为空!"),
        ({"emp_name": "长" * 65}, "41", "[emp_name]长度超过限制64!"),
        ({"emp_name": {"a": 1}}, "41", "[emp_name]类型不正确!"),
        ({"Project_ID": "OTHER"}, "43", "[Project_ID]不属于该账号!"),
        ({"team_id": "999"}, "43", "[team_id]班组不存在"),
    ],
)
def test_a_refused_employee_is_said_and_kept(client, sender, change, code, said):
    body = {"Project_ID": "P1", "id_code": identity(1), "emp_name": "测试一", **change}
    answer = post(client, "RegisterEmployee", body)
    assert answer["code"] == code
    assert answer["message"].startswith(said)
    assert not Worker.objects.exists()
    kept = HeldRow.objects.get()
    assert (kept.status, kept.kind, kept.sender) == ("refused", "RegisterEmployee", sender)
    assert row_of(kept)["body"]["emp_name"] == body["emp_name"]
    assert Receipt.objects.get().status == door.FAILED


def test_pictures_are_uploaded_first_and_named_later(client, sender, project, at):
    file = SimpleUploadedFile("face.jpg", JPEG, "image/jpeg")
    answer = client.post("/CWRService/UploadImage", {"api_key": "KEY", "file": file}).json()
    image = answer["result_data"]["image_id"]
    body = {"Project_ID": "P1", "id_code": identity(1), "emp_name": "测试一", "facephoto": image, "id_photo": image}
    emp_id = post(client, "RegisterEmployee", body)["result_data"]["emp_id"]
    asked = {"employee_list": [{"emp_id": emp_id}], "facephoto_mode": "byte"}
    info = post(client, "QueryEmployeeInfo", asked)["result_data"]["employee_list"][0]
    assert base64.b64decode(info["facephoto"]) == JPEG
    portrait = post(client, "QueryEmployeeIdInfo", asked)["result_data"]["employee_list"][0]
    assert base64.b64decode(portrait["id_photo"]) == JPEG


@pytest.mark.parametrize(
    ("key", "content", "query", "code"),
    [
        ("KEY", b"MZ not a picture", "", "41"),
        ("KEY", b"\xff\xd8\xff" + bytes(2 * 1024 * 1024), "", "41"),
        ("NOBODY", JPEG, "", "29"),
        ("KEY", None, "", "40"),
        ("KEY", JPEG, f"api_key=KEY&api_version=1.0&timestamp={quote(STAMP)}&signature=00", "25"),
    ],
)
def test_an_upload_that_is_no_picture(client, sender, key, content, query, code):
    form = {"api_key": key}
    if content is not None:
        form["file"] = SimpleUploadedFile("face.jpg", content, "image/jpeg")
    assert client.post("/CWRService/UploadImage", form, QUERY_STRING=query).json()["code"] == code


def test_safety_lessons_gather_their_participants(client, sender, project, at):
    for n in (1, 2):
        make_worker(project, n, at)
    lesson = {"edu_coursename": "三级教育", "edu_organization": "项目部", "edu_teacher": "某", "edu_time": "2026-04-18",
              "edu_classhour": "2.5"}  # fmt: skip
    listed = [{**lesson, "person_id": identity(n)} for n in (1, 2, 1)] + [{**lesson, "person_id": identity(3)}]
    data = post(client, "UploadSafetyEducation", {"safetyeducation_list": listed})["result_data"]
    assert data["accepted_count"] == 3
    training = Training.objects.get()
    assert (len(training.participants), training.hours) == (2, 2.5)
    assert HeldRow.objects.get().kind == "trainings"


@pytest.mark.parametrize(
    ("function", "orders", "value"),
    [
        ("DictListWorkTypeName", "020", "钢筋工"),
        ("DictListEmpCategory", "00", "建筑工人"),
        ("DictListJobTypeName", "01", "管理岗位"),
        ("DictListJobName", "8", "劳资专管员"),
        ("GetCompanyType", "009", "总承包单位"),
        ("GetTeamType", "020", "钢筋工"),
        ("GetWorkerPersonnelType", "01", "管理"),
    ],
)
def test_dictionaries(client, sender, function, orders, value):
    assert {"orders": orders, "value": value} in post(client, function, {})["result_data"]["dict_list"]


# --- terminals ------------------------------------------------------------------------------------------------------


def test_a_terminal_signs_in_and_fetches_who_may_pass(client, sender, project, at):
    version = {"version_list": [{"current_version": "0.01", "version_type": "main"}]}
    assert post(client, "Signin", version)["result_data"]["emp_syncflag"] == "N"
    first, second = make_worker(project, 1, at), make_worker(project, 2, at)
    signed = post(client, "Signin")["result_data"]
    assert signed["emp_syncflag"] == "Y"
    assert signed["project_info"]["company_name"] == "测试建设有限公司"
    one = post(client, "QueryEmpListHash", {})["result_data"]
    assert one["emp_count"] == 2
    listed = post(client, "QueryEmployeeList", {"emp_company": "", "emp_name": "", "id_code": ""})["result_data"]
    assert [e["emp_id"] for e in listed["employee_list"]] == [str(first.pk), str(second.pk)]
    narrow = post(client, "QueryEmployeeList", {"id_code": identity(2)})["result_data"]["employee_list"]
    assert [e["emp_id"] for e in narrow] == [str(second.pk)]
    post(client, "userLeaveProject", {"userLeaveProject_list": [{"id_code": identity(2), "exit_time": "2026-04-10"}]})
    other = post(client, "QueryEmpListHash", {})["result_data"]
    assert other["emp_count"] == 1
    assert other["sha1"] != one["sha1"]


def test_a_terminal_asks_for_ten_people_at_most(client, sender):
    asked = {"employee_list": [{"emp_id": str(n)} for n in range(11)]}
    assert post(client, "QueryEmployeeInfo", asked)["code"] == "41"


# --- passes ---------------------------------------------------------------------------------------------------------


def test_a_platform_sends_passes_as_a_list(client, sender, project, at):
    worker = make_worker(project, 1, at).worker_id
    body = {"Project_ID": "P1", "Device_ID": "D9", "passedlog_list": [passed(identity(1), data_id="77")]}
    data = post(client, "UploadPassedLog", body)["result_data"]
    assert data["accepted_count"] == 1
    assert data["records"] == [{"index": 0, "data_id": "77", "status": "accepted"}]
    assert swipes() == [
        {
            "project_id": project.pk, "worker_id": worker, "team_no": None,
            "passed_at": datetime(2026, 4, 20, 8, 12, 30), "direction": "in", "way": "001", "device": "D9",
            "month": "2026-04",
        }
    ]  # fmt: skip


def test_a_guangxi_terminal_sends_a_bare_array_by_emp_id(client, sender, project, at):
    engagement = make_worker(project, 1, at)
    listed = [passed(str(engagement.pk)), passed(str(engagement.pk), "2026-04-20 11:30:00", direction="out")]
    assert post(client, "UploadPassedLog", listed)["result_data"]["accepted_count"] == 2
    assert {(s["worker_id"], s["device"], s["direction"]) for s in swipes()} == {
        (engagement.worker_id, "PL0001", "in"),
        (engagement.worker_id, "PL0001", "out"),
    }


@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: {"passedlog_list": [one]}])
def test_the_receivers_document_has_names_of_its_own(client, sender, project, at, wrap):
    engagement = make_worker(project, 1, at)
    one = {"emp_id": str(engagement.pk), "emp_name": "测试", "id_code": identity(1), "emp_company": "某",
           "team_name": "", "work_typename": "",
           "pass_time": "2026-04-20T07:00:00", "pass_direction": "out", "verify_type": "5",
           "score": 0.98}  # fmt: skip
    assert post(client, "UploadPassedLog", wrap(one))["result_data"]["accepted_count"] == 1
    (swipe,) = swipes()
    assert (swipe["worker_id"], swipe["direction"], swipe["way"]) == (engagement.worker_id, "out", "005")


def test_a_terminals_queue_sent_again_stays_the_same_facts(client, sender, project, at):
    make_worker(project, 1, at)
    for _ in range(2):
        assert post(client, "UploadPassedLog", [passed(identity(1))])["code"] == "00"
    first, second = swipes()
    key = ("project_id", "worker_id", "passed_at")
    assert [first[k] for k in key] == [second[k] for k in key]


def test_one_bad_record_does_not_lose_the_others(client, sender, project, at):
    engagement = make_worker(project, 1, at)
    bad = identity(1)[:-1] + ("0" if identity(1)[-1] != "0" else "1")
    listed = [
        passed(identity(1)), passed(bad), passed(identity(1), "2026-04-21 08:00:00"), passed(identity(5)),
        passed(identity(1), "not a time"), passed("99999999"), passed(""), passed("anybody", person_type=0),
        passed(str(engagement.pk), "2026-04-20 09:00:00"), "rubbish",
    ]  # fmt: skip
    answer = post(client, "UploadPassedLog", {"Project_ID": "P1", "passedlog_list": listed})
    assert (answer["result"], answer["code"]) == ("true", "00")
    data = answer["result_data"]
    assert data["accepted_count"] == 2
    assert [r["status"] for r in data["records"]] == [
        "accepted", "refused", "refused", "waiting", "refused", "refused", "refused", "visitor", "accepted",
        "refused",
    ]  # fmt: skip
    said = [r.get("message", "") for r in data["records"]]
    assert said[1] == "[passedlog_list][1][person_id]校验码不正确!"
    assert said[2] == "[passedlog_list][2][passed_time]不能大于当天!"
    assert said[4] == "[passedlog_list][4][passed_time]时间格式不正确!"
    assert said[9] == "[passedlog_list][9]类型不正确!"
    assert sorted(HeldRow.objects.values_list("status", flat=True)) == ["refused"] * 6 + ["waiting"]
    assert not any("site_photo" in row_of(h) and len(row_of(h)["site_photo"]) > 10 for h in HeldRow.objects.all())
    receipt = Receipt.objects.get(serial=data["receipt"])
    assert (receipt.accepted, receipt.refused, receipt.waiting) == (2, 6, 1)


def test_a_bare_array_with_rubbish_in_it_keeps_the_rest(client, sender, project, at):
    make_worker(project, 1, at)
    answer = post(client, "UploadPassedLog", [7, passed(identity(1))])
    assert answer["result_data"]["accepted_count"] == 1
    assert answer["result_data"]["records"][0]["message"] == "[0]类型不正确!"
    assert post(client, "UploadPassedLog", ["rubbish"])["code"] == "41"


def test_rubbish_among_leavers_keeps_the_rest(client, sender, project, at):
    engagement = make_worker(project, 1, at)
    leavers = [None, {"id_code": identity(1), "exit_time": "2026-04-19"}]
    left = post(client, "userLeaveProject", {"Project_ID": "P1", "userLeaveProject_list": leavers})["result_data"]
    assert left["accepted_count"] == 1
    assert left["refused"][0]["message"] == "[userLeaveProject_list][0]类型不正确!"
    engagement.refresh_from_db()
    assert f"{engagement.left_on}" == "2026-04-19"


def test_who_left_today_may_pass_no_more_but_his_passes_of_today_count(client, sender, project, at):
    engagement = make_worker(project, 1, at)
    leavers = [{"id_code": identity(1), "exit_time": "2026-04-20 11:30:00"}]
    post(client, "userLeaveProject", {"userLeaveProject_list": leavers})
    assert post(client, "QueryEmpListHash", {})["result_data"]["emp_count"] == 0
    assert post(client, "Signin")["result_data"]["emp_syncflag"] == "N"
    late = post(client, "UploadPassedLog", [passed(str(engagement.pk), "2026-04-20 11:29:00")])
    assert late["result_data"]["accepted_count"] == 1


def test_a_batch_in_which_nothing_is_good_fails_in_words(client, sender, project):
    answer = post(client, "UploadPassedLog", [passed("12345678901234567")])
    assert (answer["result"], answer["code"]) == ("false", "43")
    assert answer["message"] == "[0][person_id]长度不正确,应为18位!"
    assert HeldRow.objects.get().status == "refused"


def test_passes_before_the_roster_wait_and_flow_on(client, sender, project, at):
    assert post(client, "UploadPassedLog", [passed(identity(1))])["result_data"]["records"][0]["status"] == "waiting"
    assert not Batch.objects.exists()
    post(client, "RegisterEmployee", {"id_code": identity(1), "emp_name": "测试一"})
    assert release(at=at) == 1
    assert len(swipes()) == 1


def test_a_foreign_project_is_refused(client, sender, at):
    foreign = make_project(at, code="P2")
    make_worker(foreign, 1, at)
    for person in (identity(1), str(Engagement.objects.get().pk)):
        answer = post(client, "UploadPassedLog", {"Project_ID": "P2", "passedlog_list": [passed(person)]})
        assert answer["code"] == "43"
        assert "不属于该账号" in answer["message"]
    assert not Batch.objects.exists()


def test_a_sender_of_many_projects_must_name_one(client, at):
    add_sender(protocol="cwr", appid="KEY", secret="SECRET", at=at)
    assert post(client, "UploadPassedLog", [passed(identity(1))])["code"] == "40"


def test_nothing_personal_is_logged(client, sender, project, at, caplog):
    caplog.set_level(0)
    make_worker(project, 1, at)
    post(client, "UploadPassedLog", [passed(identity(1)), passed("1" + identity(1)[1:]), passed(identity(7))])
    post(client, "RegisterEmployee", {"id_code": identity(1)[:-2], "emp_name": "测试一", "emp_phone": "13800000000"})
    assert identity(1)[6:] not in caplog.text
    assert "13800000000" not in caplog.text


def test_times_are_civil_time_whatever_the_offset(client, sender, project, at):
    make_worker(project, 1, at)
    post(client, "UploadPassedLog", [passed(identity(1), "2026-04-19T22:00:00+00:00")])
    assert swipes()[0]["passed_at"] == datetime(2026, 4, 20, 6)
