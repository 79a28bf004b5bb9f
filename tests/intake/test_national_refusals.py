"""Bad input: the exact code and words, the other rows of the batch kept, the refused ones listed."""

import base64
import json
from datetime import date, datetime, timedelta

import pytest

from anxin.intake.held import row_of
from anxin.intake.models import HeldRow, Receipt
from anxin.intake.national import attendance
from anxin.intake.senders import add_sender
from anxin.intake.waiting import release
from anxin.law.civil import SHANGHAI
from anxin.ledger.inbox import read_payload
from anxin.ledger.models import Batch
from anxin.registry.models import Engagement, Enterprise, Participation, Project, Team, Worker
from tests.intake.national_client import S16, S32, NationalClient, encrypt
from tests.people import CONTRACTOR, identity, make_project, make_team, make_worker

pytestmark = pytest.mark.django_db
NAME = "测试建设有限公司"
WRONG_CHECK = identity(1)[:17] + ("0" if identity(1)[17] != "0" else "1")
JPG = base64.b64encode(b"\xff\xd8\xff" + b"x" * 300).decode()
WAITS = "项目中不存在该工人,已暂存,花名册补报后自动入账!"


def soon() -> str:
    return str(datetime.now(SHANGHAI).date() + timedelta(days=3))


@pytest.fixture(autouse=True)
def _nobody_met():
    attendance.forget()


@pytest.fixture
def project(at: datetime) -> Project:
    found = make_project(at)
    make_team(found, at)
    make_worker(found, 1, at)
    make_worker(found, 2, at)
    return found


@pytest.fixture
def client(project: Project, at: datetime) -> NationalClient:
    add_sender(protocol="national", appid="APP", secret=S32, at=at)
    return NationalClient()


def swipe(number: int = 1, **changed: object) -> dict:
    return {"idCardNumber": encrypt(identity(number)), "date": "2026-04-03 07:00:00", "direction": "01"} | changed


def line(number: int = 1, **changed: object) -> dict:
    return {
        "idCardNumber": encrypt(identity(number)), "totalPayAmount": "6500", "actualAmount": "6500", "isBackPay": "0",
        "balanceDate": "2026-04-10", "thirdPayRollCode": "01",
    } | changed  # fmt: skip


def man(number: int, **changed: object) -> dict:
    return {"workerName": f"测试{number}", "idCardNumber": encrypt(identity(number))} | changed


def facts(table: str) -> int:
    return sum(read_payload(batch.payload).num_rows for batch in Batch.objects.filter(table=table))


BAD_SWIPES = [
    ({"idCardNumber": encrypt(WRONG_CHECK)}, "[idCardNumber]校验码不正确!"),
    ({"idCardNumber": encrypt("12345")}, "[idCardNumber]长度不正确,应为18位!"),
    ({"idCardNumber": encrypt("990000199013320010")}, "[idCardNumber]出生日期不正确!"),
    ({"idCardNumber": encrypt(identity(1), S16)}, "[idCardNumber]解密失败!"),
    ({"idCardNumber": ""}, "[idCardNumber]不能为空!"),
    ({"idCardNumber": {"a": 1}}, "[idCardNumber]不能为空!"),
    ({"date": f"{date.today() + timedelta(days=3)} 07:00:00"}, "[date]不能大于当天!"),
    ({"date": "1999-12-31 07:00:00"}, "[date]日期过早,请核对!"),
    ({"date": "soon"}, "[date]格式不正确!"),
    ({"date": ""}, "[date]不能为空!"),
    ({"image": "x" * (50 * 1024 + 1)}, "[image]大小超过限制50KB!"),
    ({"image": base64.b64encode(b"GIF89a").decode()}, "([image]格式无效,目前仅支持:jpg,jpeg,png,jpeg"),
]


@pytest.mark.parametrize(("changed", "words"), BAD_SWIPES)
@pytest.mark.parametrize("met", [False, True])
def test_a_bad_swipe_among_good_ones(client: NationalClient, changed: dict, words: str, met: bool) -> None:
    if met:
        client.done("WorkerAttendance.Add", {"projectCode": "P1", "dataList": [swipe(1), swipe(2)]})
    before = facts("swipes")
    rows = [swipe(1), swipe(2, **changed), swipe(1, date="2026-04-03 17:00:00", image=JPG)]
    reply = client.call("WorkerAttendance.Add", {"projectCode": "P1", "dataList": rows})
    assert (reply["code"], reply["message"]) == (0, "")
    assert client.result() == (10, f"[dataList][1]{words}")
    assert facts("swipes") == before + 2
    held = HeldRow.objects.get()
    assert (held.kind, held.status, held.place + held.reason) == ("swipes", "refused", f"[dataList][1]{words}")
    assert held.receipt is not None
    assert (held.receipt.accepted, held.receipt.refused, held.receipt.waiting) == (2, 1, 0)


def test_nothing_but_bad_rows_is_refused_at_once_and_can_be_polled(client: NationalClient) -> None:
    rows = [swipe(1, idCardNumber=encrypt(WRONG_CHECK)), swipe(2, date=f"{soon()} 07:00:00")]
    reply = client.call("WorkerAttendance.Add", {"projectCode": "P1", "dataList": rows})
    words = "[dataList][0][idCardNumber]校验码不正确!;[dataList][1][date]不能大于当天!"
    assert (reply["code"], reply["message"]) == (-1, words)
    assert client.result() == (10, words)
    assert (facts("swipes"), HeldRow.objects.count()) == (0, 2)


def test_attendance_before_the_roster_waits_and_flows_on(client: NationalClient, at: datetime) -> None:
    reply = client.call("WorkerAttendance.Add", {"projectCode": "P1", "dataList": [swipe(1), swipe(7)]})
    assert reply["code"] == 0
    assert client.result() == (10, f"[dataList][1][idCardNumber]{WAITS}")
    assert HeldRow.objects.get().status == "waiting"
    client.done("ProjectWorker.Add", {"projectCode": "P1", "workerList": [man(7)]})
    assert release(at=at) == 1
    assert facts("swipes") == 2
    assert HeldRow.objects.get().status == "released"


def test_nobody_on_the_roster_yet_is_no_refusal(client: NationalClient) -> None:
    reply = client.call("WorkerAttendance.Add", {"projectCode": "P1", "dataList": [swipe(7)]})
    assert (reply["code"], client.result()) == (0, (10, f"[dataList][0][idCardNumber]{WAITS}"))


def test_attendance_of_a_project_that_is_not_registered_waits(client: NationalClient) -> None:
    reply = client.call("WorkerAttendance.Add", {"projectCode": "P9", "dataList": [swipe(1)]})
    assert reply["code"] == 0
    assert client.result() == (10, "[dataList][0][projectCode]项目不存在,已暂存,项目登记后自动入账!")


BAD_LINES = [
    ({"totalPayAmount": "-1"}, "[totalPayAmount]不能为负数!"),
    ({"totalPayAmount": -0.01}, "[totalPayAmount]不能为负数!"),
    ({"actualAmount": "-6500"}, "[actualAmount]不能为负数!"),
    ({"totalPayAmount": "NaN"}, "[totalPayAmount]格式不正确!"),
    ({"totalPayAmount": float("nan")}, "[totalPayAmount]格式不正确!"),
    ({"totalPayAmount": float("inf")}, "[totalPayAmount]格式不正确!"),
    ({"totalPayAmount": "六千"}, "[totalPayAmount]格式不正确!"),
    ({"totalPayAmount": "1e999999999"}, "[totalPayAmount]格式不正确!"),
    ({"totalPayAmount": 10**13}, "[totalPayAmount]金额过大,请核对!"),
    ({"totalPayAmount": ""}, "[totalPayAmount]不能为空!"),
    ({"idCardNumber": encrypt(WRONG_CHECK)}, "[idCardNumber]校验码不正确!"),
    ({"days": 40}, "[days]值超出范围或无效!"),
    ({"isBackPay": "perhaps"}, "[isBackPay]值超出范围或无效!"),
    ({"balanceDate": str(date.today() + timedelta(days=3))}, "[balanceDate]发放日期不能大于今天"),
    ({"balanceDate": "2026-02-30"}, "[balanceDate]格式不正确!"),
]


@pytest.mark.parametrize(("changed", "words"), BAD_LINES)
def test_a_bad_wage_line_among_good_ones(client: NationalClient, changed: dict, words: str) -> None:
    data = {"projectCode": "P1", "payMonth": "2026-03", "detailList": [line(1), line(2, **changed)]}
    assert client.call("Payroll.Add", data)["code"] == 0
    assert client.result() == (10, f"[detailList][1]{words}")
    assert facts("payroll") == 1
    held = HeldRow.objects.get()
    assert (held.kind, held.status) == ("payroll", "refused")


def test_wages_of_somebody_who_is_not_on_the_roster(client: NationalClient) -> None:
    data = {"projectCode": "P1", "payMonth": "2026-03", "detailList": [line(1), line(7)]}
    assert client.call("Payroll.Add", data)["code"] == 0
    status, words = client.result()
    assert status == 10
    assert words.startswith("[detailList][1][idCardNumber]项目中不存在身份证为9900**********")
    assert "的工人信息,不允许上传该工人的工资发放信息!" in words
    assert "已暂存" in words
    assert identity(7) not in words
    assert HeldRow.objects.get().status == "waiting"


@pytest.mark.parametrize(
    ("method", "data", "code", "words"),
    [
        ("WorkerAttendance.Add", {"dataList": [swipe()] * 21}, -1, "[dataList]数量超过限制20!"),
        ("WorkerAttendance.Add", {"dataList": []}, -1, "[dataList]不能为空!"),
        ("WorkerAttendance.Add", {"dataList": [swipe()], "teamSysNo": 2**31}, -1, "[teamSysNo]值超出范围或无效!"),
        ("WorkerAttendance.Add", {"dataList": [swipe()], "projectCode": ""}, -1, "[projectCode]不能为空!"),
        ("Payroll.Add", {"payMonth": "2026-03", "detailList": [line()] * 21}, -1, "[detailList]数量超过限制20!"),
        ("Payroll.Add", {"payMonth": "2099-01", "detailList": [line()]}, -1, "[payMonth]不能大于今天!"),
        ("Payroll.Add", {"payMonth": "", "detailList": [line()]}, -1, "[payMonth]不能为空!"),
        ("Payroll.Add", {"payMonth": "x", "detailList": [line()]}, -1, "[payMonth]格式不正确!"),
        ("ProjectWorker.Add", {"workerList": []}, -1, "[workerList]不能为空!"),
        ("ProjectWorker.Update", {"workerList": []}, -1, "[workerList]不能为空!"),
        ("WorkerEntryExit.Add", {"workerList": []}, -1, "[workerList]不能为空!"),
        ("WorkerContract.Add", {"contractList": []}, -1, "[contractList]不能为空!"),
        ("Payroll.Add", {"payMonth": "2026-03", "detailList": []}, -1, "[detailList]不能为空!"),
        ("ProjectWorker.Add", {"workerList": [man(3)] * 6}, -1, "[workerList]数量超过限制5!"),
        ("WorkerEntryExit.Add", {"workerList": [man(3)] * 51}, -1, "[workerList]数量超过限制50!"),
        ("WorkerContract.Add", {"contractList": [man(3)] * 6}, -1, "[contractList]数量超过限制5!"),
        ("Corp.Upload", {"corpName": NAME}, -1, "[corpCode]不能为空!"),
        ("Corp.Upload", {"corpCode": "X", "areaCode": "991234"}, -1, "[areaCode]参数值不正确,请参见行政区划字典表!"),
        ("Corp.Upload", {"corpCode": "X", "webSite": "not a site"}, -1, "[webSite]格式不正确!"),
        ("Project.Add", {"projectCode": "P7", "areaCode": "140105"}, -1, "[name]不能为空!"),
        ("Project.Add", {"projectCode": "P7", "name": "七"}, -1, "[areaCode]不能为空!"),
        ("Project.Update", {"invest": "-5"}, -1, "[invest]不能为负数!"),
        ("Project.Update", {"invest": -0.01}, -1, "[invest]不能为负数!"),
        ("Project.Update", {"projectCode": "P9", "name": "九"}, -1, "[projectCode]项目不存在,请先上报项目!"),
        ("Team.Add", {"corpCode": CONTRACTOR}, -1, "[teamName]不能为空!"),
        ("Team.Add", {"teamName": "二", "exitTime": soon()}, -1, "[exitTime]最晚为当前时间!"),
        ("Team.Update", {"teamSysNo": 1999999999, "teamName": "二"}, -1, "[teamSysNo]值超出范围或无效!"),
        ("ProjectSubContractor.Add", {"corpName": "乙"}, -1, "[corpCode]不能为空!"),
        (
            "ProjectSubContractor.Add",
            {"corpCode": "X", "corpName": "乙", "exitTime": soon()},
            -1,
            "[exitTime]最晚为当前时间!",
        ),
        ("ProjectTraining.Add", {"trainingDate": soon()}, -1, "[trainingDate]不能大于当天!"),
    ],
)  # fmt: skip
def test_calls_refused_as_a_whole(client: NationalClient, method: str, data: dict, code: int, words: str) -> None:
    reply = client.call(method, {"projectCode": "P1", **data})
    assert (reply["code"], reply["message"]) == (code, words)
    assert client.result() == (10, words)
    # Equal rows of one call are all kept; the last of them stands in the queue.
    held = HeldRow.objects.filter(status__in=("refused", "repeated"))
    listed = next((v for v in data.values() if isinstance(v, list) and v), [None])
    assert held.count() == len(listed)
    assert held[0].place + held[0].reason == words
    assert Receipt.objects.get().refused == len(listed)
    assert facts("swipes") == facts("payroll") == 0


@pytest.mark.parametrize(
    ("method", "lists", "row", "words"),
    [
        ("ProjectWorker.Add", "workerList", man(4, idCardNumber=encrypt(WRONG_CHECK)), "[idCardNumber]校验码不正确!"),
        ("ProjectWorker.Add", "workerList", man(4, headImage="x" * 51_201), "[headImage]大小超过限制50KB!"),
        (
            "ProjectWorker.Add",
            "workerList",
            man(4, positiveIDCardImage=base64.b64encode(b"BM123456").decode()),
            "([positiveIDCardImage]格式无效,目前仅支持:jpg,jpeg,png,jpeg",
        ),
        ("ProjectWorker.Add", "workerList", man(4, teamSysNo=1999999999), "[teamSysNo]值超出范围或无效!"),
        ("WorkerEntryExit.Add", "workerList", man(1, type=1, date=soon()), "[date]不能大于当天!"),
        (
            "WorkerEntryExit.Add",
            "workerList",
            man(1, type=2, date="2026-04-01"),
            "[type]参数值不正确,请参见进退场类型字典表!",
        ),
        ("WorkerEntryExit.Add", "workerList", man(1, date="2026-04-01"), "[type]不能为空!"),
        ("WorkerContract.Add", "contractList", man(1), "[startDate]不能为空!"),
        (
            "WorkerContract.Add",
            "contractList",
            man(1, startDate="2026-04-02", endDate="2026-04-01"),
            "[endDate]不能小于合同开始日期!",
        ),
    ],
)  # fmt: skip
def test_a_bad_registry_row_among_good_ones(client, method: str, lists: str, row: dict, words: str) -> None:
    good = man(3 if method == "ProjectWorker.Add" else 2, type=1, date="2026-04-02", startDate="2026-03-01")
    reply = client.call(method, {"projectCode": "P1", lists: [row, good]})
    assert reply["code"] == 0
    assert client.result() == (10, f"[{lists}][0]{words}")
    assert (Receipt.objects.get().accepted, HeldRow.objects.get().status) == (1, "refused")
    reply = client.call(method, {"projectCode": "P1", lists: [row]})
    assert (reply["code"], reply["message"]) == (-1, f"[{lists}][0]{words}")


def test_a_refused_row_is_kept_readable_and_without_its_picture(client: NationalClient) -> None:
    row = man(4, headImage="x" * 51_201, cellPhone="13800000000")
    client.call("ProjectWorker.Add", {"projectCode": "P1", "workerList": [row]})
    kept = row_of(HeldRow.objects.get())
    assert kept == {"workerName": "测试4", "idCardNumber": identity(4), "cellPhone": "13800000000"}
    assert identity(4).encode() not in bytes(HeldRow.objects.get().row_sealed)


def test_a_foreign_project(client: NationalClient, at: datetime) -> None:
    own = make_project(at, "P2", region_code="140105")
    add_sender(protocol="national", appid="BOUND", secret=S32, at=at, project=own)
    add_sender(protocol="national", appid="GUIZHOU", secret=S32, at=at, region_code="520000")
    words = "无API访问权限:[projectCode]不属于该账号!"
    for appid in ("BOUND", "GUIZHOU"):
        other = NationalClient(appid)
        for method, rows in (
            ("WorkerAttendance.Add", {"dataList": [swipe(1), swipe(2)]}),
            ("Payroll.Add", {"payMonth": "2026-03", "detailList": [line(1), line(2)]}),
            ("ProjectWorker.Add", {"workerList": [man(4), man(5)]}),
        ):
            reply = other.call(method, {"projectCode": "P1", **rows})
            assert (reply["code"], reply["message"]) == (-3, words)
            assert other.result() == (10, words)
        assert other.call("Team.Add", {"projectCode": "P1", "teamName": "二"})["code"] == -3
        assert other.call("ProjectWorker.Query", {"projectCode": "P1"}) == {"code": -3, "message": words, "data": None}
        assert HeldRow.objects.filter(sender__appid=appid, status="refused").count() == 7
    assert facts("swipes") == facts("payroll") == 0
    team = Team.objects.get(project__code="P1")
    assert NationalClient("BOUND").call("Team.Update", {"teamSysNo": team.number, "teamName": "我的"})["code"] == -1
    outside = {"name": "新", "areaCode": "140105", "thirdPartyProjectCode": "x"}
    assert NationalClient("GUIZHOU").call("Project.Add", outside)["code"] == -3
    assert NationalClient("BOUND").call("Project.Add", {**outside, "projectCode": "P1"})["code"] == -3


def test_refused_rows_are_seen_by_the_officers_of_their_region(client: NationalClient, at: datetime) -> None:
    add_sender(protocol="national", appid="SHANXI", secret=S32, at=at, region_code="140000")
    sender = NationalClient("SHANXI")
    sender.call("WorkerAttendance.Add", {"projectCode": "P1", "dataList": []})
    sender.call("WorkerAttendance.Add", {"projectCode": "P9", "dataList": [swipe(1)]})
    sender.call("ProjectWorker.Add", {"projectCode": "P9", "workerList": [man(1)]})
    sender.call("Team.Add", "[")
    assert list(HeldRow.objects.order_by("id").values_list("region_code", flat=True)) == [
        "140105", "140000", "140000", "140000",
    ]  # fmt: skip


def test_what_was_met_is_forgotten_when_the_account_is_bound_elsewhere(client: NationalClient, at: datetime) -> None:
    data = {"projectCode": "P1", "dataList": [swipe(1)]}
    client.done("WorkerAttendance.Add", data)
    client.done("WorkerAttendance.Add", data)
    from anxin.intake.models import Sender

    Sender.objects.update(project=make_project(at, "P2"))
    assert client.call("WorkerAttendance.Add", data)["code"] == -3


@pytest.mark.parametrize("by_another_door", [False, True])
def test_entry_and_contract_before_the_roster_wait_for_it(client, project, at, by_another_door: bool) -> None:
    move = man(7, type=1, date="2026-04-02")
    reply = client.call("WorkerEntryExit.Add", {"projectCode": "P1", "workerList": [move]})
    assert (reply["code"], client.result()) == (0, (10, f"[workerList][0][idCardNumber]{WAITS}"))
    contract = man(7, startDate="2026-04-01", endDate="2026-12-31", contractPeriodType="0", unitPrice=30)
    client.call("WorkerContract.Add", {"projectCode": "P1", "contractList": [contract]})
    if by_another_door:
        make_worker(project, 7, at, entered_on=None)
        assert release(at=at) == 2
        assert release(at=at) == 0
    else:
        client.done("ProjectWorker.Add", {"projectCode": "P1", "workerList": [man(7)]})
    place = Engagement.objects.get(worker__name="测试7")
    assert (place.entered_on, place.contract_from) == (date(2026, 4, 2), date(2026, 4, 1))
    assert (place.contract_until, place.unit_price_fen) == (date(2026, 12, 31), 3000)
    assert set(HeldRow.objects.values_list("status", flat=True)) == {"released"}


def test_a_bad_account_number_leaves_the_company_in_the_project(client: NationalClient) -> None:
    data = {
        "projectCode": "P1",
        "corpCode": "X1",
        "corpName": "乙公司",
        "corpType": "006",
        "bankInfos": [{"bankCode": "1"}],
    }
    assert client.call("ProjectSubContractor.Add", data)["code"] == 0
    assert client.result() == (10, "[bankInfos][0][bankNumber]不能为空!")
    assert Participation.objects.filter(enterprise__code="X1").exists()
    assert HeldRow.objects.get().kind == "participation"


def test_several_objects_in_one_call(client: NationalClient) -> None:
    teams = [{"projectCode": "P1", "teamName": "一"}, {"projectCode": "P1"}, {"projectCode": "P1", "teamName": "三"}]
    assert client.call("Team.Add", teams)["code"] == 0
    assert client.result() == (10, "[1][teamName]不能为空!")
    assert client.call("Team.Add", [teams[1], teams[1]])["message"] == "[0][teamName]不能为空!;[1][teamName]不能为空!"
    client.call("Team.Add", [{**teams[0], "teamName": name} for name in "五六"])
    assert [set(result) for result in json.loads(client.result()[1])] == [{"teamSysNo"}, {"teamSysNo"}]


@pytest.mark.parametrize(
    "value",
    [JPG, f"data:image/jpg;base64,{JPG}", f"jpg,{JPG}", "http://pictures.invalid/1.jpg", "https://p.invalid/1.jpg", ""],
)
def test_portraits_in_every_dress(client: NationalClient, value: str) -> None:
    client.done("ProjectWorker.Add", {"projectCode": "P1", "workerList": [man(4, headImage=value)]})
    kept = Worker.objects.get(name="测试4").details.get("headImage", "")
    if value.startswith("http") or not value:
        assert kept == value
    else:
        from anxin.vault import evidence

        assert evidence.read(kept) == base64.b64decode(JPG)


def test_what_nobody_asked_for_is_kept_and_numbers_of_people_are_sealed(client: NationalClient) -> None:
    data = {
        "corpCode": "X2", "corpName": "丙", "licenseNum": "3301", "vendorField": "v", "contactTel": "13800000000",
        "remark": f"联系人{identity(1)}", "nested": {"a": [1]}, "photo": JPG,
        "legalManIdcardNumber": encrypt(identity(2)),
    }  # fmt: skip
    client.done("Corp.Upload", data)
    company = Enterprise.objects.get(code="X2")
    assert company.details == {"corpName": "丙", "licenseNum": "3301", "vendorField": "v"}
    from anxin.intake.national.keeping import unsealed

    assert unsealed(company.sealed_details) == {
        "contactTel": "13800000000", "remark": f"联系人{identity(1)}", "nested": {"a": [1]},
        "legalManIDCardNumber": identity(2),
    }  # fmt: skip
