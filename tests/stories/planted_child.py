"""The story in which numbers are planted everywhere they may be typed or sent, told in one process whose standard error
is the log. It prints the pages' addresses and whatever pages said."""

import json
import logging
import os
from datetime import datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
import django

django.setup()

import re
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anxin.cases.models import Claim
from anxin.intake.bulk.signing import signature as bulk_signature
from anxin.intake.cwr.signature import signature as cwr_signature
from anxin.intake.models import HeldRow, Upload
from anxin.intake.senders import add_sender
from anxin.intake.waiting import release
from anxin.law.civil import SHANGHAI
from anxin.ledger.sealing import seal
from anxin.people.models import User
from anxin.registry import actions
from anxin.registry.models import Engagement, Project
from anxin.watch.sweep import sweep
from tests.intake.national_client import S32, NationalClient, encrypt
from tests.stories.planted import ACCOUNT, ADDRESS, CARDS, IDS, MARK, PHONES, WRONG

NOW = datetime.now(SHANGHAI)
CORP, CORP_NAME = "91140000MOCK000001", "测试建设有限公司"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(32)
pages: list[str] = []


def national(project: Project) -> None:
    add_sender(protocol="national", appid="APP", secret=S32, at=NOW)
    client = NationalClient()
    code = project.code
    firm = {"projectCode": code, "corpCode": CORP, "corpName": CORP_NAME}
    team = client.done("Team.Add", {**firm, "teamName": "泥工B班"})

    def person(number: str, card: str, phone: str) -> dict[str, str]:
        return {
            "workerName": MARK, "isTeamLeader": "0", "idCardType": "01", "idCardNumber": encrypt(number),
            "workType": "040", "workRole": "20", "nation": "汉", "address": ADDRESS, "headImage": "<base64>",
            "politicsType": "13", "cellPhone": phone, "cultureLevelType": "02", "grantOrg": "测试公安局",
            "payRollBankCardNumber": encrypt(card),
        }  # fmt: skip

    def roster(*people: dict[str, str]) -> dict[str, object]:
        return {**firm, "teamSysNo": str(team["teamSysNo"]), "teamName": "泥工B班", "workerList": list(people)}

    client.call("ProjectWorker.Add", roster(person(IDS[0], CARDS[0], PHONES[0])))
    client.done("ProjectWorker.Add", roster(person(IDS[6], CARDS[6], PHONES[6])))
    client.call("ProjectWorker.Add", roster(person(WRONG, CARDS[1], PHONES[1]), person("", CARDS[1], PHONES[1])))
    client.call("ProjectWorker.Add", roster({**person(IDS[1], CARDS[1], PHONES[1]), "idCardNumber": IDS[1]}))
    wanted = {"projectCode": code, "idCardNumber": encrypt(IDS[0]), "pageIndex": 0, "pageSize": 9}
    client.call("ProjectWorker.Query", wanted)
    client.call("ProjectWorker.Query", {**wanted, "projectCode": IDS[1], "pageIndex": PHONES[1]})
    client.call(IDS[1], {"idCardNumber": IDS[1]})
    client.call("Team.Add", f"not json {IDS[1]} {PHONES[1]}")

    # The registry breaks in the middle of a call: its error repeats the number.
    def broken(**known: object) -> None:
        raise RuntimeError(f"no room for {known}")

    sound, actions.register_worker = actions.register_worker, broken
    client.call("ProjectWorker.Add", roster(person(IDS[2], CARDS[2], PHONES[2])))
    actions.register_worker = sound


def cwr(project: Project) -> None:
    add_sender(protocol="cwr", appid="KEY", secret="SECRET", at=NOW, project=project)

    def post(function: str, body: object) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = f"{datetime.now(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        parameters = {"api_key": "KEY", "api_version": "1.0", "timestamp": stamp, "client_serial": "PL0001"}
        parameters["signature"] = cwr_signature(secret="SECRET", parameters=parameters, body=raw)
        Client().post(
            f"/CWRService/{function}", raw, content_type="application/json",
            QUERY_STRING="&".join(f"{k}={v}" for k, v in parameters.items()),
        )  # fmt: skip

    company = {"Project_ID": project.code, "company_name": CORP_NAME, "SUID": CORP, "company_type": "1"}
    post("AddCompany", company)
    for number in (IDS[3], WRONG):
        post("RegisterEmployee", {
            "Project_ID": project.code, "id_code": number, "emp_name": MARK, "emp_phone": PHONES[3], "SUID": CORP,
            "emp_company": CORP_NAME, "emp_cardnum": CARDS[3], "emp_nativeplace": ADDRESS, "address": ADDRESS,
            "work_typename": "钢筋工", "emp_bankname": "某行",
        })  # fmt: skip
        passed = {"person_type": 1, "person_id": number, "person_name": MARK, "direction": "in", "way": 1}
        post("UploadPassedLog", [{**passed, "passed_time": f"{NOW:%Y-%m-%d} 00:00:01"}])
    post(IDS[3], {"id_code": IDS[3]})
    post("RegisterEmployee", f"broken {IDS[3]}".encode())


def bulk(project: Project) -> None:
    add_sender(protocol="bulk", appid="B", secret="SECRET", at=NOW)

    def post(endpoint: str, *rows: dict[str, object]) -> None:
        body = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
        path, stamp = f"/api/v1/{endpoint}", str(int(datetime.now(SHANGHAI).timestamp()))
        headers = {
            "X-Appid": "B", "X-Timestamp": stamp, "Idempotency-Key": f"k{zlib.crc32(body)}",
            "X-Signature": bulk_signature(secret="SECRET", timestamp=stamp, path=path, body=body),
        }  # fmt: skip
        Client().post(path, body, content_type="application/x-ndjson", headers=headers)

    base = {"project_code": project.code, "passed_at": f"{NOW:%Y-%m-%d} 00:00:02", "direction": "in"}
    post("attendance", {**base, "id_number": IDS[0]}, {**base, "id_number": WRONG}, {**base, "id_number": IDS[4]})
    line = {"project_code": project.code, "month": f"{NOW:%Y-%m}", "sheet": "S1", "due_fen": 1, "paid_fen": 1}
    post("payroll", {**line, "id_number": IDS[0], "card_number": CARDS[4]}, {**line, "id_number": WRONG})
    payment = {"reference": "R1", "amount_fen": 100, "status": "failed", "paid_on": f"{NOW:%Y-%m-%d}"}
    whose = {"account_number": ACCOUNT, "id_number": IDS[0], "card_number": CARDS[0], "month": f"{NOW:%Y-%m}"}
    reason = f"户名不符：{CARDS[0]} {IDS[0]} {PHONES[0]}"
    post("payments", {**payment, **whose, "project_code": project.code, "reason": reason})
    post("payments", {"reference": IDS[1], "amount_fen": IDS[1], "status": PHONES[1], "account_number": ACCOUNT})
    post(f"receipts/{IDS[1]}", {"id_number": IDS[1]})


def people(project: Project) -> None:
    for name, role in (("officer", "officer"), ("operator", "operator")):
        User.objects.create_user(name, password="a long enough word", role=role, region="140000")
    client = Client(raise_request_exception=False)
    client.post("/sign-in", {"username": IDS[5], "password": PHONES[5]})
    client.post("/sign-in", {"username": "officer", "password": CARDS[5]})
    client.post("/sign-in", {"username": "officer", "password": "a long enough word"})

    def see(path: str, **data: object) -> str:
        answer = client.post(path, data) if data else client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = body.decode("utf-8", "replace")
        pages.append(text)
        return text

    sheet = (
        "姓名,身份证号,手机号码,工资卡号,家庭住址,工种,进场时间\n"
        f"{MARK},{IDS[5]},{PHONES[5]},{CARDS[5]},{ADDRESS},木工,2026-03-01\n"
        f"{MARK},{WRONG},{PHONES[6]},{CARDS[6]},{ADDRESS},木工,2026-03-01\n"
        f"{MARK},{IDS[6]},{PHONES[6]},{CARDS[6]},{ADDRESS},木工,{IDS[6]}\n"
    )
    file = SimpleUploadedFile("花名册.csv", sheet.encode("utf-8-sig"))
    client.post("/uploads", {"kind": "roster", "project": project.code, "file": file})
    upload = Upload.objects.latest("id")
    see(f"/uploads/{upload.pk}")
    see(f"/uploads/{upload.pk}?form=csv")
    client.post(f"/uploads/{upload.pk}/decide", {"decision": "accept"})
    client.post("/uploads", {"kind": "roster", "file": SimpleUploadedFile("x.xlsx", IDS[6].encode())})
    release(at=NOW)
    seal(at=NOW)
    sweep(as_of=NOW.date(), at=NOW)
    month = f"{NOW:%Y-%m}"
    for path in (
        "/", "/warnings", "/projects", f"/projects/{project.code}", f"/projects/{project.code}/months/{month}", "/held",
        "/held?form=csv", "/uploads", "/people/looks", f"/projects/{project.code}/months/{month}?form=csv",
        # Somebody types a number where a name belongs.
        f"/projects?q={IDS[5]}", f"/projects/{IDS[5]}", f"/held?q={CARDS[5]}&kind={PHONES[5]}", f"/nowhere/{PHONES[5]}",
    ):  # fmt: skip
        text = see(path)
        if IDS[5] not in path and CARDS[5] not in path and PHONES[5] not in path:
            pages.extend(re.findall(r'(?:href|action|src|hx-[a-z]+)="([^"]*)"', text))
    engagement = Engagement.objects.filter(project=project).first()
    assert engagement is not None
    page = f"/projects/{project.code}/months/{month}/workers/{engagement.pk}"
    see(page)
    for field in ("identity", "card", "phone"):
        assert client.post(f"{page}/reveal", {"field": field}).status_code == 200
    held_rows = HeldRow.objects.filter(status="refused", region_code=project.region_code)
    assert held_rows.exists()
    for held in held_rows[:3]:
        see(f"/held/{held.pk}")
        assert client.post(f"/held/{held.pk}/open").status_code == 200
        client.post(f"/held/{held.pk}/discard", {"why": f"重复：{IDS[5]}，电话 {PHONES[5]}，卡 {CARDS[5]}"})
    # A page breaks, and its error repeats the number.
    import anxin.portal.officer.worker_months as broken_page

    sound, broken_page.mask_identity = broken_page.mask_identity, lambda number: int(number + "?")
    assert client.get(page).status_code == 500
    pages.append(client.get(page).content.decode())
    broken_page.mask_identity = sound


def claims(project: Project) -> None:
    """A worker claims without signing in, for himself and a mate; writes, brings a file, guesses; an officer opens."""
    worker = Client(raise_request_exception=False)

    def see(client: Client, path: str, *, own: bool = False, **data: object) -> str:
        """A page and its addresses; of one that repeats somebody's ``own`` words to him or his officer the latter."""
        answer = client.post(path, data, follow=True) if data else client.get(path, follow=True)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = body.decode("utf-8", "replace")
        if not own:
            pages.append(text)
        pages.extend([url for url, _ in answer.redirect_chain])
        pages.extend(re.findall(r'(?:href|action|src|hx-[a-z]+)="([^"]*)"', text))
        return text

    def sent(client: Client, path: str, **data: object) -> None:
        """A form whose own fields show again what was typed: only that nothing breaks is looked at."""
        assert client.post(path, data).status_code < 500, path

    see(worker, f"/claim?site={project.code}")
    sent(worker, "/claim/1", site=project.code, matter="building_wages", group="yes", name=MARK, identity=IDS[0],
         go="next")  # fmt: skip
    sent(worker, "/claim/2", other=f"{NOW:%Y-%m}", total="5000", go="next", **{
        "n-0": MARK, "s-0": "6000", "p-0": PHONES[4], "i-0": IDS[4]})  # fmt: skip
    sent(worker, "/claim/3", go="next", text=f"我是{MARK}，{IDS[0]}，住{ADDRESS}，卡{CARDS[0]}，电话{PHONES[0]}",
         photo=SimpleUploadedFile(f"{IDS[0]}.png", PNG))  # fmt: skip
    sent(worker, "/claim/4", anonymous="yes", phone=PHONES[0], safe_from="8", safe_until="21", retaliation="1")
    slips = worker.get("/claim/done").content.decode()
    number, code, *slip = [text.replace(" ", "") for text in re.findall(r'class="c-big num">([\d ]+)<', slips)]
    worker.post("/claim/noted")
    see(worker, f"/track/{number}")
    for what, fields in (
        ("message", {"text": f"我的身份证是{IDS[0]}，电话{PHONES[0]}，住{ADDRESS}"}),
        ("received", {"sum": "12", "on": f"{NOW:%Y-%m-%d}"}), ("retaliation", {"text": f"包工头住{ADDRESS}"}),
        ("evidence", {"photo": SimpleUploadedFile(f"{PHONES[0]}.png", PNG + b"x")}),
    ):  # fmt: skip
        sent(worker, f"/track/{number}/{what}", **fields)
    mate = Client(raise_request_exception=False)
    sent(mate, "/claim/join", number=IDS[2], code=PHONES[2])
    sent(mate, "/track", code=IDS[2], number=PHONES[2])
    sent(mate, "/claim/join", number=number, code=slip[1])
    sent(mate, f"/track/{number}/consent", decision="agree", sum="6100", months=f"{NOW:%Y-%m}")
    see(mate, f"/track/{number}")
    see(mate, "/me/sign-in", phone=PHONES[2])
    back = Client(raise_request_exception=False)
    sent(back, "/track", code=code)
    see(back, f"/track/{number}", own=True)

    officer = Client(raise_request_exception=False)
    officer.post("/sign-in", {"username": "officer", "password": "a long enough word"})
    case = Claim.objects.get(number=number).case
    for path in ("/cases?view=region", "/cases/cost", "/cases/export?view=region"):
        see(officer, path)
    see(officer, f"/cases/{case.number}", own=True)
    for act, fields in (("take", {}), ("accept", {}), ("message", {"claim": case.claims.get().pk, "text": MARK})):
        sent(officer, f"/cases/{case.number}/{act}", form=act, **fields)
    sent(officer, "/cases/look-up", identity=IDS[0], phone=PHONES[0])
    see(officer, f"/cases/{case.number}", own=True)
    # A claim's page breaks, and its error repeats the number.
    import anxin.portal.worker.track as broken_page

    sound, broken_page.progress_of = broken_page.progress_of, lambda *_, **__: int(IDS[0] + PHONES[0])
    assert worker.get(f"/track/{number}").status_code == 500
    broken_page.progress_of = sound


def tell() -> None:
    project = Project.objects.get(code="3300002026010001")
    national(project)
    cwr(project)
    bulk(project)
    people(project)
    claims(project)
    logging.getLogger("anxin.story").error("told of %s", MARK)
    print(json.dumps(pages, ensure_ascii=False))


if __name__ == "__main__":
    tell()
