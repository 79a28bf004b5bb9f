"""Query methods: what was sent comes back, to the sender it belongs to, personal numbers under its own secret."""

import json
from datetime import datetime
from urllib.parse import urlencode

import pytest

from anxin.intake.cwr.signature import signature as cwr_signature
from anxin.intake.national import attendance
from anxin.intake.senders import add_sender
from anxin.law.civil import SHANGHAI
from anxin.ledger.models import Batch, Seal
from anxin.ledger.sealing import seal
from anxin.registry.models import Project
from tests.intake.national_client import S16, S32, NationalClient, decrypt, encrypt
from tests.people import CONTRACTOR, identity, make_project

pytestmark = pytest.mark.django_db
NAME = "测试建设有限公司"
COMPANY = {"projectCode": "P1", "corpCode": CONTRACTOR, "corpName": NAME}


@pytest.fixture
def project(at: datetime) -> Project:
    attendance.forget()
    return make_project(at)


@pytest.fixture
def client(project: Project, at: datetime) -> NationalClient:
    add_sender(protocol="national", appid="APP", secret=S32, at=at)
    add_sender(protocol="national", appid="OTHER", secret=S16, at=at)
    return NationalClient()


def rows(client: NationalClient, method: str, **data: object) -> list[dict]:
    reply = client.call(method, {"pageIndex": 0, "pageSize": 50, **data})
    assert reply["code"] == 0, reply
    assert set(reply["data"]) == {"pageIndex", "pageSize", "totalCount", "pageCount", "rows"}
    return reply["data"]["rows"]


def team_with_workers(client: NationalClient, *numbers: int) -> int:
    team = client.done("Team.Add", {**COMPANY, "teamName": "泥工A班"})["teamSysNo"]
    people = [
        {
            "workerName": f"测试{n}", "isTeamLeader": int(n == 1), "idCardNumber": encrypt(identity(n)),
            "workType": "040", "workRole": "20", "nation": "汉", "address": "某地", "cellPhone": "13800000000",
            "payRollBankCardNumber": encrypt(f"62220200000000000{n:02d}"), "payRollTopBankCode": "102",
            "hasBuyInsurance": "1", "cardNumber": f"C{n}",
        }
        for n in numbers
    ]  # fmt: skip
    client.done("ProjectWorker.Add", {**COMPANY, "teamSysNo": team, "teamName": "泥工A班", "workerList": people})
    return team


def test_companies(client: NationalClient) -> None:
    client.done(
        "Corp.Upload",
        {"corpCode": CONTRACTOR, "corpName": NAME, "areaCode": "140105", "legalManIDCardNumber": encrypt(identity(9))},
    )
    client.done(
        "Corp.Upload", {"corpCode": "FAR", "corpName": "远方公司", "legalManIDCardNumber": encrypt(identity(8))}
    )
    (own,) = rows(client, "Corp.Query")
    assert (own["corpCode"], own["areaCode"]) == (CONTRACTOR, "140105")
    assert decrypt(own["legalManIDCardNumber"]) == identity(9)
    (far,) = rows(client, "Corp.Query", corpCode="FAR")
    assert (far["corpName"], far["legalManIDCardNumber"]) == ("远方公司", None)


def test_projects(client: NationalClient) -> None:
    data = {
        "projectCode": "P2", "name": "二号", "contractorCorpCode": CONTRACTOR, "contractorCorpName": NAME,
        "category": "02", "areaCode": "140105", "prjStatus": "005", "invest": 1200.5, "lat": 37.8, "linkMan": "张三",
        "builderLicenses": [{"prjName": "二号", "builderLicenseNum": encrypt("L-1")}], "prjSize": "02",
        "buildPlanNum": encrypt("B-1"), "thirdPartyProjectCode": "T2", "buildCorpCode": "DEV", "buildCorpName": "甲方",
    }  # fmt: skip
    client.done("Project.Add", data)
    assert [row["projectCode"] for row in rows(client, "Project.Query")] == ["P1", "P2"]
    (row,) = rows(client, "Project.Query", projectCode="P2")
    for name in (
        "name",
        "contractorCorpCode",
        "category",
        "areaCode",
        "prjStatus",
        "invest",
        "lat",
        "linkMan",
        "prjSize",
    ):
        assert row[name] == data[name], name
    assert row["linkman"] == "张三"
    assert decrypt(row["builderLicenses"][0]["builderLicenseNum"]) == "L-1"
    assert decrypt(row["buildPlanNum"]) == "B-1"
    assert len(rows(client, "Project.Query", contractorCorpName="测试建设")) == 2


def test_participations_with_their_accounts(client: NationalClient) -> None:
    bank = {
        "bankCode": "104",
        "bankName": "中国银行",
        "bankNumber": encrypt("8888001"),
        "bankLinkNumber": "104100099996",
    }
    data = {**COMPANY, "corpType": "009", "entryTime": "2026-01-01 00:00:00", "pmName": "王五", "bankInfos": [bank]}
    client.done("ProjectSubContractor.Add", {**data, "pmIDCardNumber": encrypt(identity(3))})
    (row,) = rows(client, "ProjectSubContractor.Query", projectCode="P1", corpCode=CONTRACTOR)
    assert {name: row[name] for name in ("corpType", "entryTime", "pmName")} == {
        "corpType": "009", "entryTime": "2026-01-01 00:00:00", "pmName": "王五",
    }  # fmt: skip
    assert decrypt(row["pmIDCardNumber"]) == identity(3)
    (told,) = row["bankInfos"]
    assert decrypt(told["bankNumber"]) == "8888001"
    assert told["bankLinkNumber"] == "104100099996"
    assert rows(client, "ProjectSubContractor.Query", projectCode="P1", corpCode="NONE") == []


def test_teams(client: NationalClient) -> None:
    number = team_with_workers(client, 1)
    (row,) = rows(client, "Team.Query", projectCode="P1", teamSysNo=number)
    assert (row["teamSysNo"], row["teamName"], row["corpCode"]) == (number, "泥工A班", CONTRACTOR)
    assert rows(client, "TeamQuery", projectCode="P1", teamName="别的") == []


def test_workers_under_the_askers_own_secret(client: NationalClient) -> None:
    number = team_with_workers(client, 1, 2)
    first, second = rows(client, "ProjectWorker.Query", projectCode="P1")
    assert (first["isTeamLeader"], second["isTeamLeader"], first["hasBuyInsurance"], first["hasContract"]) == (
        1,
        0,
        1,
        0,
    )
    assert (first["teamSysNo"], first["workRole"], first["nation"], first["cardNumber"]) == (number, 20, "汉", "C1")
    assert decrypt(first["idCardNumber"]) == identity(1)
    assert decrypt(first["payRollBankCardNumber"]) == "6222020000000000001"
    assert (first["payRollTopBankCode"], first["payRollTopBankName"]) == ("102", "中国工商银行")
    assert {"entryAttachmentUrl", "exitAttachmentUrl", "issueCardPicUrl"} <= first.keys()
    (one,) = rows(client, "ProjectWorker.Query", projectCode="P1", idCardNumber=encrypt(identity(2)))
    assert one["workerName"] == "测试2"
    (other,) = rows(
        NationalClient("OTHER", S16), "ProjectWorker.Query", projectCode="P1", idCardNumber=encrypt(identity(2), S16)
    )
    assert decrypt(other["idCardNumber"], S16) == identity(2)
    (person,) = rows(client, "Worker.Query", idCardNumber=encrypt(identity(2)))
    assert person["workerName"] == "测试2"
    assert rows(client, "Worker.Query", idCardNumber=encrypt(identity(5))) == []


def test_a_worker_whom_a_terminal_registered(client: NationalClient, project: Project, at: datetime) -> None:
    add_sender(protocol="cwr", appid="KEY", secret="SECRET", at=at, project=project)
    told = {"emp_nation": "壮", "id_agency": "某局", "id_validdate": "2036-01-01"}
    raw = json.dumps({"id_code": identity(9), "emp_name": "粤工", **told}).encode()
    stamp = datetime.now(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    query = {"api_key": "KEY", "api_version": "1.0", "timestamp": stamp}
    query["signature"] = cwr_signature(secret="SECRET", parameters=query, body=raw)
    answer = client.http.post(
        f"/CWRService/RegisterEmployee?{urlencode(query)}", raw, content_type="application/json"
    ).json()
    assert answer["code"] == "00", answer
    (row,) = rows(client, "ProjectWorker.Query", projectCode="P1", idCardNumber=encrypt(identity(9)))
    assert (row["nation"], row["grantOrg"], row["expiryDate"]) == ("壮", "某局", "2036-01-01")


def test_pages(client: NationalClient) -> None:
    team_with_workers(client, 1, 2, 3, 4, 5)
    data = client.call("ProjectWorker.Query", {"projectCode": "P1", "pageIndex": 1, "pageSize": 2})["data"]
    assert (data["pageIndex"], data["pageSize"], data["totalCount"], data["pageCount"]) == (1, 2, 5, 3)
    assert [row["workerName"] for row in data["rows"]] == ["测试3", "测试4"]
    assert client.call("ProjectWorker.Query", {"projectCode": "P1", "pageSize": 100})["data"]["pageCount"] == 1
    for size in (0, -1, 101, "x"):
        reply = client.call("ProjectWorker.Query", {"projectCode": "P1", "pageSize": size})
        assert (reply["code"], reply["message"]) == (-1, "[pageSize]值超出范围或无效!")


@pytest.mark.parametrize("out", ["0", "2"])
def test_entries_and_contracts_in_the_senders_dictionary(client: NationalClient, out: str) -> None:
    from anxin.intake.models import Sender

    Sender.objects.filter(appid="APP").update(settings={"entry_exit_out": out})
    team_with_workers(client, 1, 2)
    moves = [
        {"idCardNumber": encrypt(identity(1)), "date": "2026-03-02", "type": "1"},
        {"idCardNumber": encrypt(identity(1)), "date": "2026-04-02", "type": out},
        {"idCardNumber": encrypt(identity(2)), "date": "2026-03-05", "type": 1},
    ]
    client.done("WorkerEntryExit.Add", {**COMPANY, "workerList": moves})
    told = rows(client, "WorkerEntryExit.Query", projectCode="P1")
    assert [(row["date"], row["type"]) for row in told] == [
        ("2026-03-02", 1), ("2026-03-05", 1), ("2026-04-02", int(out)),
    ]  # fmt: skip
    own = rows(client, "WorkerEntryExit.Query", projectCode="P1", idCardNumber=encrypt(identity(2)), idCardtype="01")
    assert [row["date"] for row in own] == ["2026-03-05"]
    contract = {
        "idCardNumber": encrypt(identity(1)),
        "startDate": "2026-03-01",
        "endDate": "2026-12-31",
        "unitPrice": "35.5",
    }
    client.done("WorkerContract.Add", {"projectCode": "P1", "contractList": [{**contract, "contractPeriodType": "01"}]})
    (row,) = rows(client, "WorkerContract.Query", projectCode="P1", IdCardNumber=encrypt(identity(1)))
    assert (row["startDate"], row["endDate"], row["contractPeriodType"], row["unitPrice"]) == (
        "2026-03-01", "2026-12-31", 1, 35.5,
    )  # fmt: skip
    assert rows(client, "ProjectWorker.Query", projectCode="P1")[0]["hasContract"] == 1


def test_rows_are_seen_while_a_seal_moves_them(client: NationalClient, at: datetime) -> None:
    team = team_with_workers(client, 1)
    one = {"idCardNumber": encrypt(identity(1)), "date": "2026-04-03 07:00:00", "direction": "01"}
    client.done("WorkerAttendance.Add", {"projectCode": "P1", "teamSysNo": team, "dataList": [one]})
    Seal.objects.create(number=1, begun_at=at)
    Batch.objects.update(seal=1)
    assert len(rows(client, "WorkerAttendance.Query", projectCode="P1", date="2026-04-03")) == 1
    seal(at=at)
    assert Seal.objects.get(number=1).done_at is not None
    assert len(rows(client, "WorkerAttendance.Query", projectCode="P1", date="2026-04-03")) == 1


@pytest.mark.parametrize("sealed", [False, True])
def test_attendance_and_wages_sealed_or_not(client: NationalClient, at: datetime, sealed: bool) -> None:
    team = team_with_workers(client, 1, 2)
    passes = [
        {"idCardNumber": encrypt(identity(n)), "date": f"2026-04-03 0{n}:00:00", "direction": "01", "attendType": 1}
        for n in (1, 2)
    ]
    client.done("WorkerAttendance.Add", {"projectCode": "P1", "teamSysNo": team, "dataList": passes})
    lines = [
        {
            "idCardNumber": encrypt(identity(n)), "days": 20, "totalPayAmount": "6500.01", "actualAmount": 6500,
            "payRollBankCardNumber": encrypt(f"62220200000000000{n:02d}"), "thirdPayRollCode": "A", "isBackPay": 0,
            "balanceDate": "2026-04-10",
        }
        for n in (1, 2)
    ]  # fmt: skip
    data = {**COMPANY, "teamSysNo": team, "payMonth": "2026-03", "detailList": lines}
    code = client.done("Payroll.Add", data)[0]["payrollCode"]
    if sealed:
        seal(at=at)
    # A repeat, and a correction that waits in the inbox above sealed rows.
    client.done("WorkerAttendance.Add", {"projectCode": "P1", "teamSysNo": team, "dataList": passes[:1]})
    client.done("Payroll.Add", {**data, "detailList": [{**lines[0], "actualAmount": 6000}]})
    told = rows(client, "WorkerAttendance.Query", projectCode="P1", date="2026-04-03")
    assert [(row["date"], row["direction"], row["attendType"]) for row in told] == [
        ("2026-04-03 01:00:00.000", "01", "001"), ("2026-04-03 02:00:00.000", "01", "001"),
    ]  # fmt: skip
    assert decrypt(told[1]["idCardNumber"]) == identity(2)
    one = rows(client, "Attendance.Query", projectCode="P1", date="2026-04-03", idCardNumber=encrypt(identity(2)))
    assert len(one) == 1
    assert rows(client, "WorkerAttendance.Query", projectCode="P1", date="2026-04-04") == []
    (sheet,) = rows(client, "Payroll.Query", projectCode="P1", payMonth="2026-03-01", payrollCode=code)
    assert (sheet["payrollCode"], sheet["teamSysNo"], sheet["corpCode"]) == (code, team, CONTRACTOR)
    amounts = {
        decrypt(row["idCardNumber"]): (row["totalPayAmount"], row["actualAmount"]) for row in sheet["detailList"]
    }
    assert amounts == {identity(1): (6500.01, 6000.0), identity(2): (6500.01, 6500.0)}
    assert decrypt(sheet["detailList"][0]["payRollBankCardNumber"]) == "6222020000000000001"
    assert repr(sheet["detailList"][0]["days"]) == "20"
    assert rows(client, "Payroll.Query", projectCode="P1", payMonth="2026-03", payrollCode="other") == []


def test_trainings(client: NationalClient) -> None:
    team_with_workers(client, 1)
    data = {
        "projectCode": "P1", "trainingDate": "2026-04-01", "trainingDuration": 2.5, "trainingName": "安全教育",
        "trainingTypeCode": "003001", "trainer": "老师",
        "workers": [{"idCardNumber": encrypt(identity(1)), "isPass": 1, "trainingScore": "88.5"}],
    }  # fmt: skip
    client.done("ProjectTraining.Add", data)
    (row,) = rows(client, "ProjectTraining.Query", projectCode="P1", trainingDate="2026-04-01", typeCode="003001")
    assert (row["trainingDuration"], row["trainer"]) == (2.5, "老师")
    assert row["workers"][0]["isPass"] == 1
    assert decrypt(row["workers"][0]["idCardNumber"]) == identity(1)


@pytest.mark.parametrize(
    "name",
    [
        "CorpCredential", "WorkerCredential", "CorpBadRecord", "CorpGoodRecord", "CorpBlackList", "WorkerBadRecord",
        "WorkerGoodRecord", "WorkerBlackList",
    ],
)  # fmt: skip
def test_records_that_are_not_kept_are_an_empty_page(client: NationalClient, name: str) -> None:
    assert client.call(f"{name}.Query", {})["data"] == {
        "pageIndex": 0, "pageSize": 50, "totalCount": 0, "pageCount": 0, "rows": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "data", "words"),
    [
        ("WorkerAttendance.Query", {"projectCode": "P1"}, "[date]不能为空!"),
        ("Payroll.Query", {"projectCode": "P1"}, "[payMonth]不能为空!"),
        ("ProjectWorker.Query", {}, "[projectCode]不能为空!"),
        ("Team.Query", {"projectCode": "P9"}, "[projectCode]项目不存在,请先上报项目!"),
        ("Worker.Query", {}, "[idCardNumber]不能为空!"),
    ],
)
def test_queries_that_lack_something(client: NationalClient, method: str, data: dict, words: str) -> None:
    assert client.call(method, data) == {"code": -1, "message": words, "data": None}
