"""Every write method with the payload real clients send (protocol §1.13)."""

import json
from datetime import date, datetime

import pytest

from anxin.intake.models import Receipt
from anxin.intake.national import attendance
from anxin.intake.senders import add_sender
from anxin.ledger.inbox import read_payload
from anxin.ledger.models import Batch
from anxin.registry.models import AccountUse, Engagement, Enterprise, EntryExit, Participation, Project, Team, Training
from anxin.vault.fields import open_text
from tests.intake.national_client import S32, NationalClient, encrypt
from tests.people import make_project

pytestmark = pytest.mark.django_db
CODE = "3300002026010001"
CORP = "91330000MOCK000001"
NAME = "测试建设有限公司"
WHO = "9W1kVNiD6SZicJiGic4vOuOAZ9q8ovKa/08YBGO9zE4="  # 990101199001010019
CARD = "kpdiTHTSuJGP7d0JO8QFDsbAEyRlG30Dc3r5ZZHa1dM="
WORKER = {
    "workerName": "测试甲", "isTeamLeader": "0", "idCardType": "01", "idCardNumber": WHO, "workType": "040",
    "workRole": "20", "nation": "汉", "address": "测试地址", "headImage": "<base64>", "politicsType": "13",
    "cellPhone": "13800000000", "cultureLevelType": "02", "grantOrg": "测试公安局",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _nobody_met():
    attendance.forget()


@pytest.fixture
def client(at: datetime) -> NationalClient:
    make_project(at, CODE, region_code="330106")
    add_sender(protocol="national", appid="APP", secret=S32, at=at)
    return NationalClient()


def team_of(client: NationalClient) -> int:
    return client.done("Team.Add", {"projectCode": CODE, "corpCode": CORP, "corpName": NAME, "teamName": "泥工A班"})[
        "teamSysNo"
    ]


def roster(team: object) -> dict:
    return {
        "projectCode": CODE, "corpCode": CORP, "corpName": NAME, "teamSysNo": str(team), "teamName": "泥工A班",
        "workerList": [WORKER],
    }  # fmt: skip


def engaged(client: NationalClient) -> int:
    team = team_of(client)
    client.done("ProjectWorker.Add", roster(team))
    return team


def facts(table: str) -> list[dict]:
    return [
        row for b in Batch.objects.filter(table=table).order_by("id") for row in read_payload(b.payload).to_pylist()
    ]


def test_a_company(client: NationalClient) -> None:
    client.done("Corp.Upload", {"corpCode": CORP, "corpName": NAME, "areaCode": "330100", "linkTel": "057100000000"})
    company = Enterprise.objects.get(code=CORP)
    assert (company.name, company.region_code) == (NAME, "330100")
    assert "linkTel" not in company.details
    assert json.loads(open_text(company.sealed_details)) == {"linkTel": "057100000000"}


def test_a_project_gets_a_code_and_keeps_it(client: NationalClient) -> None:
    data = {
        "contractorCorpCode": CORP, "contractorCorpName": NAME, "name": "一号工程", "category": "1",
        "builderLicenses": [{"prjName": "一号工程", "builderLicenseNum": encrypt("330106202601010101")}],
        "areaCode": "330106", "prjStatus": "003", "invest": "1200.5", "startDate": "2026-01-05", "lat": "30.2",
        "lng": 120.1, "linkMan": "张三", "linkPhone": "13800000000", "thirdPartyProjectCode": "T1", "vendor": "某厂",
    }  # fmt: skip
    code = client.done("Project.Add", data)["projectCode"]
    assert len(code) == 16
    assert code.startswith("330106")
    project = Project.objects.get(code=code)
    assert (project.category, project.industry, project.status) == ("01", "housing", "active")
    assert (project.invest_fen, project.started_on) == (1_200_500_000, date(2026, 1, 5))
    assert project.contractor is not None
    assert project.contractor.code == CORP
    assert project.details["vendor"] == "某厂"
    assert open_text(project.contact_phone_sealed) == "13800000000"
    assert client.done("Project.Add", {**data, "name": "一号工程(改)"})["projectCode"] == code
    assert client.done("Project.Upload", {**data, "thirdPartyProjectCode": "T2"})["projectCode"] != code
    client.done("Project.Update", {"projectCode": code, "name": "一号工程", "prjStatus": "005"})
    client.done("Project.PartUpdate", {"projectCode": code, "linkman": "李四", "prjStatus": "005"})
    project.refresh_from_db()
    assert (project.name, project.status, project.contact_name) == ("一号工程", "suspended", "李四")


def test_a_participating_company_brings_the_wage_account(client: NationalClient) -> None:
    data = {
        "projectCode": CODE, "corpCode": CORP, "corpName": NAME, "corpType": "009", "entryTime": "2026-01-01 00:00:00",
        "bankInfos": [{"bankCode": "104", "bankName": "中国银行杭州分行", "bankNumber": CARD, "bankLinkNumber": "1"}],
        "pmName": "王五", "pmIdcardNumber": WHO,
    }  # fmt: skip
    client.done("ProjectSubContractor.Add", data)
    part = Participation.objects.get(project__code=CODE, enterprise__code=CORP)
    assert (part.role, part.entered_on, part.manager_name) == ("009", date(2026, 1, 1), "王五")
    assert json.loads(open_text(part.sealed_details)) == {"pmIDCardNumber": "990101199001010019"}
    use = AccountUse.objects.get(project__code=CODE)
    assert open_text(use.account.number_sealed) == "6222020000000000000"
    assert (use.account.bank_code, use.account.holder) == ("104", NAME)
    reply = client.call("ProjectSubContractor.Add", data)
    assert reply["code"] == 0
    assert client.result() == (10, "参建单位已存在")
    client.done("ProjectSubContractor.Update", {**data, "exitTime": "2026-03-01"})
    part.refresh_from_db()
    assert part.left_on == date(2026, 3, 1)


def test_a_team_has_ten_digits_and_says_so_twice(client: NationalClient) -> None:
    number = team_of(client)
    assert 1_000_000_000 <= number < 2**31
    reply = client.call("Team.Add", {"projectCode": CODE, "corpCode": CORP, "corpName": NAME, "teamName": "泥工A班"})
    assert reply["code"] == 0
    status, text = client.result()
    assert status == 10
    assert text == f"班组已存在,已存在班组编号为:{number}"
    start = text.index("已存在班组编号为:") + len("已存在班组编号为:")
    assert int(text[start : start + 10]) == number
    client.done("Team.Update", {"teamSysNo": str(number), "teamName": "泥工B班", "entryTime": "2026-01-02"})
    team = Team.objects.get(number=number)
    assert (team.name, team.entered_on) == ("泥工B班", date(2026, 1, 2))


def test_a_worker_on_the_roster(client: NationalClient) -> None:
    team = engaged(client)
    place = Engagement.objects.select_related("worker", "team", "enterprise").get()
    assert place.team is not None
    assert (place.team.number, place.trade, place.role, place.is_leader) == (team, "040", "20", False)
    assert open_text(place.worker.id_sealed) == "990101199001010019"
    assert open_text(place.worker.phone_sealed) == "13800000000"
    assert place.worker.details["nation"] == "汉"
    assert "address" not in place.worker.details
    assert client.call("ProjectWorker.Add", roster(team))["code"] == 0
    status, text = client.result()
    assert status == 10
    assert "项目中已存在身份证为" in text
    assert "990101199001010019" not in text


def test_a_worker_is_corrected_by_a_flat_object_and_by_a_list(client: NationalClient) -> None:
    team = engaged(client)
    flat = {"projectCode": CODE, "corpCode": CORP, "corpName": NAME, "teamSysNo": team, **WORKER}
    client.done("ProjectWorker.Update", {**flat, "isTeamLeader": 1, "payRollBankCardNumber": CARD})
    place = Engagement.objects.get()
    assert place.is_leader is True
    assert open_text(place.card_sealed) == "6222020000000000000"
    client.done("ProjectWorker.Update", {**roster(team), "workerList": [{**WORKER, "workType": "020"}]})
    place.refresh_from_db()
    assert (place.trade, place.is_leader) == ("020", False)


def test_entry_and_exit(client: NationalClient) -> None:
    team = engaged(client)
    move = {"idCardType": "01", "idCardNumber": WHO, "date": "2026-01-02", "type": "1"}
    data = {"projectCode": CODE, "corpCode": CORP, "corpName": NAME, "teamSysNo": str(team), "workerList": [move]}
    client.done("WorkerEntryExit.Add", data)
    client.done("WorkerEntryExit.Add", data)
    client.done("WorkerEntryExit.Add", {**data, "workerList": [{**move, "date": "2026-02-01", "type": 0}]})
    place = Engagement.objects.get()
    assert (place.entered_on, place.left_on) == (date(2026, 1, 2), date(2026, 2, 1))
    assert EntryExit.objects.count() == 2
    reply = client.call("WorkerEntryExit.Add", {**data, "workerList": [{**move, "date": "2026-01-20"}]})
    assert reply["code"] == -1
    assert reply["message"] == "[workerList][0][date]不能小于历史进退场时间!"
    client.done("TempExit.Add", {**data, "workerList": [{"idCardNumber": WHO, "date": "2026-02-03"}]})
    place.refresh_from_db()
    assert place.details["tempExits"] == ["2026-02-03"]


def test_a_contract(client: NationalClient) -> None:
    engaged(client)
    contract = {
        "corpCode": CORP, "corpName": NAME, "idCardType": "01", "idCardNumber": WHO, "contractPeriodType": "01",
        "startDate": "2026-01-01", "endDate": "2026-12-31", "unit": 81, "unitPrice": "35.5",
    }  # fmt: skip
    client.done("WorkerContract.Add", {"projectCode": CODE, "contractList": [contract]})
    place = Engagement.objects.get()
    assert (place.contract_kind, place.contract_from, place.contract_until) == (
        "1", date(2026, 1, 1), date(2026, 12, 31),
    )  # fmt: skip
    assert (place.contract_unit, place.unit_price_fen) == ("81", 3550)


def test_attendance(client: NationalClient) -> None:
    team = engaged(client)
    swipe = {
        "idCardType": "01", "idCardNumber": WHO, "date": "2026-01-03 07:02:04", "direction": "01", "channel": "东门",
        "attendType": "001",
    }  # fmt: skip
    data = {"projectCode": CODE, "teamSysNo": team, "dataList": [swipe]}
    assert client.done("WorkerAttendance.Add", data) == "处理成功"
    met = [swipe, {**swipe, "date": "2026-01-03 17:30:00.250", "direction": "02", "attendType": 1}]
    client.done("WorkerAttendance.Add", {**data, "dataList": met})
    place = Engagement.objects.get()
    first, again, second = facts("swipes")
    assert first == again == {
        "project_id": place.project_id, "worker_id": place.worker_id, "team_no": team,
        "passed_at": datetime(2026, 1, 3, 7, 2, 4), "direction": "in", "way": "001", "device": "东门",
        "month": "2026-01",
    }  # fmt: skip
    assert second["passed_at"] == datetime(2026, 1, 3, 17, 30, 0, 250_000)
    assert (second["direction"], second["way"]) == ("out", "001")


def test_a_wage_sheet(client: NationalClient) -> None:
    team = engaged(client)
    line = {
        "idCardType": "01", "idCardNumber": WHO, "days": "21", "workHours": "168", "payRollBankCardNumber": CARD,
        "payRollBankCode": "102", "payRollBankName": "中国工商银行", "PayBankCardNumber": CARD, "PayBankCode": "104",
        "PayBankName": "中国银行", "totalPayAmount": "6500", "actualAmount": "6500.50", "isBackPay": "0",
        "balanceDate": "2026-02-11", "thirdPayRollCode": "01",
    }  # fmt: skip
    data = {
        "projectCode": CODE, "corpCode": CORP, "corpName": NAME, "teamSysNo": str(team), "payMonth": "2026-01",
        "detailList": [line],
    }  # fmt: skip
    first = client.done("Payroll.Add", data)
    assert len(first) == 1
    assert client.done("Payroll.Add", data) == first
    back = {**line, "isBackPay": 1, "backPayMonth": "2025-12"}
    client.done("Payroll.Add", {**data, "detailList": [back]})
    one, same, made_good = facts("payroll")
    assert one == same
    assert (one["month"], one["sheet"], one["team_no"]) == ("2026-01", "2026-01:01", team)
    assert (one["due_fen"], one["paid_fen"], one["days"]) == (650_000, 650_050, 21.0)
    assert one["paid_on"] == date(2026, 2, 11)
    assert (made_good["month"], made_good["sheet"], made_good["back_pay"]) == ("2025-12", "2026-01:01", True)


def test_a_training(client: NationalClient) -> None:
    engaged(client)
    data = {
        "projectCode": CODE, "trainingDate": "2026-01-01", "trainingDuration": "5", "trainingName": "日常培训",
        "trainingTypeCode": "003001",
    }  # fmt: skip
    client.done("ProjectTraining.Add", data)
    client.done("ProjectTraining.Add", {**data, "workers": [{"idCardNumber": WHO, "isPass": "1", "trainingScore": 90}]})
    training = Training.objects.get()
    assert (training.hours, training.kind) == (5.0, "003001")
    assert training.participants == [{"worker": Engagement.objects.get().worker_id, "passed": True, "score": 90.0}]


def test_receipts_look_as_clients_know_them(client: NationalClient) -> None:
    engaged(client)
    for receipt in Receipt.objects.all():
        name, hour, sender, _ = receipt.serial.rsplit("-", 3)
        assert name in {"team-add", "projectworker-add"}
        assert len(hour) == 10
        assert sender == str(receipt.sender_id)
