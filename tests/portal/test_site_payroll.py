"""The wage sheet before and after it is handed in: what the lint finds, and the bank's file."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from lxml import etree
from openpyxl import Workbook, load_workbook
from pyiso20022.pain.pain_001_001_09 import Document
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig

from anxin.intake.admit import admit
from anxin.intake.bank.payout import HEADINGS, pain001, payout_of
from anxin.intake.models import Upload
from anxin.intake.payroll_lint import limits_of, lint_month
from anxin.intake.rows import Arrival, PaymentRow, PayrollRow, SwipeRow
from anxin.law.civil import civil_date, month_of, shift_month
from anxin.ledger import read
from anxin.ledger.sealing import seal
from anxin.people.looks import of_person
from anxin.people.models import Event
from anxin.registry import actions
from anxin.registry.models import Paper, Worker
from anxin.vault import evidence
from tests.people import identity, make_project, make_team, make_worker
from tests.portal.site import ACCOUNT, CARD, make_site, make_user

pytestmark = pytest.mark.django_db
HEADINGS_OF_SHEET = ["姓名", "证件号码", "应发金额", "实发金额", "银行卡号"]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 32


def sheet(*rows: list, name: str = "三月工资.xlsx") -> SimpleUploadedFile:
    book = Workbook()
    book.active.append(["2026年3月工资表"])
    book.active.append(HEADINGS_OF_SHEET)
    for row in rows:
        book.active.append(row)
    sink = io.BytesIO()
    book.save(sink)
    return SimpleUploadedFile(name, sink.getvalue())


@pytest.fixture
def site(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return make_site(at)


def make_days(at, **fields):
    """Four workers with cards, the first three at the gate in March, and no wage sheet yet."""
    project = make_project(at, **fields)
    team = make_team(project, at)
    for n in range(1, 5):
        make_worker(project, n, at, team=team, card_number=f"{CARD}{n:03d}")
    swipes = [SwipeRow("", "P1", identity(n), datetime(2026, 3, day, 7), "in") for n in (1, 2, 3) for day in (2, 3, 4)]
    admit(swipes, arrival=Arrival(source="test", at=at))
    seal(at=at)
    return project


@pytest.fixture
def days(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return make_days(at)


@pytest.fixture
def clerk(client):
    client.force_login(make_user("clerk", "clerk", "", "P1"))
    return client


def bring(client, *rows) -> Upload:
    answer = client.post("/site/payroll", {"file": sheet(*rows)})
    assert answer.status_code == 302, answer.content.decode()
    return Upload.objects.get()


def found(client, upload: Upload) -> dict[str, list[str]]:
    """The lint as it is downloaded: kind's title → names."""
    content = b"".join(client.get(f"/site/payroll/{upload.pk}?form=csv").streaming_content).decode("utf-8-sig")
    kinds: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO(content)):
        kinds.setdefault(row["问题"], []).append(row["姓名"])
    return kinds


def line(n: int, due: float = 5000, paid: float | None = 5000, card: str = "") -> list:
    return [f"测试{n}", identity(n), due, paid, card]


def test_the_lint_finds_each_fault_and_nothing_else(days, clerk, at):
    make_worker(days, 5, at)
    upload = bring(
        clerk,
        line(1, 5000, 4000),  # due ≠ paid
        line(4),  # never attended
        line(5),  # never attended, has no card
        line(2, 5000, 5000, f"{CARD}001"),  # somebody else's card
        line(2, 100, None),  # twice
    )
    kinds = found(clerk, upload)
    assert kinds["有考勤、不在表上"] == ["测试3"]
    assert kinds["应发与实发不一致"] == ["测试1"]
    assert len(kinds["在表上、没有考勤"]) == 2
    assert len(kinds["没有银行卡"]) == 1
    assert len(kinds["重复列示"]) == 2
    assert len(kinds["多人共用一张卡"]) == 2
    assert set(kinds) == {
        "有考勤、不在表上", "应发与实发不一致", "在表上、没有考勤", "没有银行卡", "重复列示", "多人共用一张卡",
    }  # fmt: skip
    body = clerk.get(f"/site/payroll/{upload.pk}").content.decode()
    assert "本地规则未设下限" in body
    for number in (identity(1), identity(4), f"{CARD}001"):
        assert number not in body
    # His own people: two of one family name must not look the same to the one who has to put the sheet right.
    assert "测试4" in body
    assert Event.objects.get(action="export").changes["rows"] == sum(map(len, kinds.values()))


def test_a_clean_sheet_says_so(days, clerk):
    upload = bring(clerk, line(1), line(2), line(3))
    assert found(clerk, upload) == {}
    assert "没有发现问题" in clerk.get(f"/site/payroll/{upload.pk}").content.decode()


def test_lines_of_another_sheet_of_the_month_count(site, clerk):
    """Teams hand in their sheets one by one: who stands on an earlier one is not missing, but would count twice."""
    upload = bring(clerk, line(1), line(3))
    assert found(clerk, upload) == {"重复列示": ["测试1"]}
    clerk.post(f"/site/payroll/{upload.pk}/submit", {"decision": "submit", "word": "补足差额"})
    seal(at=timezone.now())
    assert read.payroll(project_id=site.project.pk, month="2026-03").num_rows == 5
    corrected = sheet(line(3, 6000, 6000))
    answer = clerk.post("/site/payroll", {"file": corrected})
    upload = Upload.objects.get(pk=int(answer["Location"].rsplit("/", 1)[1]))
    assert found(clerk, upload) == {}, "the same sheet again replaces what it said before"


def test_floor_and_limit_come_from_the_rules_of_the_place(at, monkeypatch, clerk):
    monkeypatch.setattr(timezone, "now", lambda: at)
    project = make_days(at, region_code="520103")
    floor, limit = limits_of(project, at.date())
    assert floor is not None
    assert limit is not None
    assert (floor.fen, floor.rule.id, limit.fen, limit.rule.id) == (189_000, "GZ-02", 5_000_000, "GZ-04")
    upload = bring(clerk, line(1, 1889.99, 1889.99), line(2, 1890, 1890), line(3, 50000.01, 50000.01))
    kinds = found(clerk, upload)
    assert kinds == {"低于地区下限": ["测试1"], "超过异常金额上限": ["测试3"]}
    body = clerk.get(f"/site/payroll/{upload.pk}").content.decode()
    assert "GZ-02" in body
    assert "GZ-04" in body


def test_a_faulty_sheet_needs_a_word_and_the_word_stays(days, clerk):
    upload = bring(clerk, line(1), line(2))
    url = f"/site/payroll/{upload.pk}/submit"
    assert "写明原因再报送" in clerk.post(url, {"decision": "submit"}, follow=True).content.decode()
    assert Upload.objects.get().status == "read"
    signed = SimpleUploadedFile("签字.png", PNG)
    clerk.post(url, {"decision": "submit", "word": "测试3请假结算", "files": signed})
    upload.refresh_from_db()
    assert (upload.status, upload.word) == ("accepted", "测试3请假结算")
    event = Event.objects.get(action="hand-in-payroll")
    assert event.changes == {"months": ["2026-03"], "found": {"attended_unlisted": 1}, "word": "测试3请假结算"}
    paper = Paper.objects.get()
    assert (paper.kind, paper.about) == ("payroll", "2026-03")
    assert evidence.read(paper.digest) == PNG
    assert "不能再次处理" in clerk.post(url, {"decision": "submit", "word": "x"}, follow=True).content.decode()


def test_a_file_that_cannot_be_read_is_refused_in_words(days, clerk):
    answer = clerk.post("/site/payroll", {"file": SimpleUploadedFile("a.xlsx", b"nonsense")})
    assert answer.status_code == 422
    assert not Upload.objects.exists()
    assert clerk.post("/site/payroll", {}).status_code == 422


def test_another_projects_sheet_does_not_exist(days, clerk, client):
    upload = bring(clerk, line(1))
    client.force_login(make_user("other", "clerk", "", "P2"))
    actions.upsert_project(code="P2", at=timezone.now(), on=date(2026, 4, 1), source="test", name="B",
                           region_code="140105")  # fmt: skip
    assert client.get(f"/site/payroll/{upload.pk}").status_code == 404
    assert client.post(f"/site/payroll/{upload.pk}/submit", {"decision": "submit"}).status_code == 404
    assert Upload.objects.get().status == "read"


def test_what_the_ledger_holds_is_looked_over_too(site, at):
    lint = lint_month(site.project, month="2026-03", as_of=at.date())
    assert lint.counts == {"attended_unlisted": 1, "never_attended": 1}
    assert (lint.workers, lint.due_fen) == (3, 1_500_000)


def test_the_payout_leaves_out_who_is_paid_and_says_whom_it_cannot_pay(site, at):
    payout = payout_of(site.project, month="2026-03")
    assert [(one.worker_id, one.amount_fen) for one in payout.lines] == [(site.failed.worker_id, 500_000)]
    assert payout.paid_already == 2
    assert payout.lines[0].end_to_end.endswith("-2"), "a second attempt has an id of its own"
    assert payout.left_out == ()
    assert CARD not in repr(payout.lines)

    actions.engage(project=site.project, worker=site.forgotten.worker, at=at, card_number=f"{CARD}002")
    (left,) = payout_of(site.project, month="2026-03").left_out
    assert (left.worker_id, left.why) == (site.failed.worker_id, "card_shared")


def test_a_sheet_that_names_the_day_it_paid_is_believed_until_the_bank_speaks(days, at):
    def told(paid_on):
        rows = [PayrollRow("", "P1", identity(1), "2026-03", "S1", due_fen=500_000, paid_fen=500_000, paid_on=paid_on)]
        admit(rows, arrival=Arrival(source="test", at=at))
        seal(at=at)

    actions.record_account(project=days, number=ACCOUNT, on=date(2026, 4, 1), at=at)
    told(None)
    assert payout_of(days, month="2026-03").total_fen == 500_000
    told(date(2026, 4, 10))
    payout = payout_of(days, month="2026-03")
    assert (payout.total_fen, payout.paid_already) == (0, 1)
    came_back = PaymentRow(
        "", "R1", 500_000, "failed", date(2026, 4, 10), "P1", ACCOUNT, identity(1), month="2026-03", reason="x"
    )
    admit([came_back], arrival=Arrival(source="test", at=at))
    seal(at=at)
    assert payout_of(days, month="2026-03").total_fen == 500_000


def test_pain001_holds_what_was_promised_and_reads_back(site, at):
    payout = payout_of(site.project, month="2026-03")
    content = pain001(payout, at=at, execute_on=at.date())
    strict = XmlParser(config=ParserConfig(fail_on_unknown_properties=True, fail_on_unknown_attributes=True))
    body = strict.from_bytes(content, Document).cstmr_cdt_trf_initn
    assert (body.grp_hdr.nb_of_txs, body.grp_hdr.ctrl_sum) == ("1", Decimal("5000.00"))
    (payment,) = body.pmt_inf
    assert (payment.nb_of_txs, payment.ctrl_sum) == ("1", Decimal("5000.00"))
    assert payment.pmt_tp_inf.ctgy_purp.cd == "SALA"
    assert payment.dbtr_acct.id.othr.id == ACCOUNT
    (transfer,) = payment.cdt_trf_tx_inf
    assert transfer.pmt_id.end_to_end_id == payout.lines[0].end_to_end
    assert transfer.cdtr_acct.id.othr.id == f"{CARD}002"
    assert transfer.cdtr.nm == "测试2"
    assert (transfer.amt.instd_amt.value, transfer.amt.instd_amt.ccy) == (Decimal("5000.00"), "CNY")
    assert "2026-03" in transfer.rmt_inf.ustrd[0]
    root = etree.fromstring(content)
    assert root.tag == "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}Document"
    assert [child.tag.rpartition("}")[2] for child in root[0]] == ["GrpHdr", "PmtInf"]


def test_a_download_is_a_look_at_every_worker_in_it(site, clerk):
    page = clerk.get("/site/payouts/2026-03").content.decode()
    assert f"{CARD}002" not in page
    assert "5,000.00" in page
    answer = clerk.post("/site/payouts/2026-03/download", {"form": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert tuple(rows[0]) == HEADINGS
    assert rows[1][:6] == ["1", f"{CARD}002", "测试2", "", "5000.00", "CNY"]
    (look,) = of_person(site.failed.worker_id)
    assert (look.who, look.field) == ("测试clerk", "card")
    event = Event.objects.get(action="payout-file")
    assert event.changes == {"month": "2026-03", "form": "csv", "payments": 1, "total_fen": 500_000}
    assert "请勿重复交给银行" in clerk.get("/site/payouts/2026-03").content.decode()
    assert clerk.post("/site/payouts/2026-03/download", {"form": "exe"}).status_code == 404


def test_without_account_or_lines_there_is_no_file(site, clerk):
    assert clerk.post("/site/payouts/2025-03/download", {"form": "csv"}).status_code == 302
    site.project.account_uses.all().delete()
    assert "还没有登记工资专用账户" in clerk.get("/site/payouts/2026-03").content.decode()
    assert clerk.post("/site/payouts/2026-03/download", {"form": "csv"}).status_code == 302
    assert not Event.objects.filter(action="payout-file").exists()


def test_two_accounts_make_two_payments(site, at):
    """A company with an account of its own pays its own people from it."""
    other = actions.upsert_enterprise(code="91140000MOCK000009", name="测试劳务有限公司", at=at)
    actions.record_account(
        project=site.project, number="990011112222999999", on=date(2026, 4, 1), at=at, enterprise=other
    )
    actions.engage(project=site.project, worker=site.failed.worker, at=at, enterprise=other)
    make_worker(site.project, 6, at, card_number=f"{CARD}006")
    rows = [PayrollRow("", "P1", identity(6), "2026-03", "S2", due_fen=100_00, paid_fen=0)]
    admit(rows, arrival=Arrival(source="test", at=at))
    seal(at=at)
    body = (
        XmlParser()
        .from_bytes(pain001(payout_of(site.project, month="2026-03"), at=at, execute_on=at.date()), Document)
        .cstmr_cdt_trf_initn
    )
    assert sorted((one.dbtr_acct.id.othr.id, one.ctrl_sum) for one in body.pmt_inf) == [
        (ACCOUNT, Decimal("100.00")),
        ("990011112222999999", Decimal("5000.00")),
    ]
    assert body.grp_hdr.ctrl_sum == Decimal("5100.00")
    assert len({one.pmt_inf_id for one in body.pmt_inf}) == 2


def test_the_problem_list_opens_as_a_workbook(days, clerk):
    upload = bring(clerk, line(1))
    content = b"".join(clerk.get(f"/site/payroll/{upload.pk}?form=xlsx").streaming_content)
    rows = list(load_workbook(io.BytesIO(content)).active.values)
    assert rows[0][0] == "问题"
    assert [row[0] for row in rows[1:]] == ["有考勤、不在表上"] * 2


def test_a_sheet_of_which_nothing_can_be_read_is_not_offered_to_be_handed_in(site, clerk):
    row = bring(clerk, ["无号", "不是号码", 1, 1, ""])
    page = clerk.get(f"/site/payroll/{row.pk}").content.decode()
    assert "没有一行可以报送" in page
    assert 'value="submit"' not in page
    assert clerk.post(f"/site/payroll/{row.pk}/submit", {"decision": "submit"}).status_code == 422
    row.refresh_from_db()
    assert row.status == "read"


def test_a_month_that_is_paid_asks_for_nothing_more(days, clerk, at):
    rows = [PayrollRow("", "P1", identity(n), "2026-03", "S1", due_fen=500_000, paid_fen=500_000,
                       paid_on=date(2026, 4, 10)) for n in (1, 2, 3)]  # fmt: skip
    admit(rows, arrival=Arrival(source="test", at=at))
    seal(at=at)
    actions.record_account(project=days, number=ACCOUNT, on=date(2026, 4, 1), at=at)
    page = clerk.get("/site/payouts/2026-03").content.decode()
    assert "本月工资表上的人都已发放" in page
    assert "核对并报送工资表" not in page


def test_the_month_asked_for_is_the_oldest_that_has_days_and_no_sheet(days, clerk):
    """March is over in April's first days, and its wages are not yet due: it is March's sheet that is brought."""
    page = clerk.get("/site/payroll").content.decode()
    assert 'name="month" value="2026-03"' in page


def test_the_month_asked_for_when_every_sheet_is_there_is_the_last(site, clerk, at):
    page = clerk.get("/site/payroll").content.decode()
    assert f'name="month" value="{shift_month(month_of(civil_date(at)), -1)}"' in page


def test_a_sheet_to_fill_holds_the_attended_with_their_days_and_reads_back(days, clerk):
    answer = clerk.get("/site/payroll/months/2026-03/sheet")
    book = load_workbook(io.BytesIO(answer.content))
    heads, *rows = book.active.iter_rows(values_only=True)
    at = {title: place for place, title in enumerate(heads)}
    assert [row[at["出勤天数"]] for row in rows] == [3, 3, 3]
    assert not any(row[at["证件号码"]] for row in rows)
    for line in range(2, len(rows) + 2):
        for title in ("应发金额", "实发金额"):
            book.active.cell(row=line, column=at[title] + 1, value=6000)
    sink = io.BytesIO()
    book.save(sink)
    clerk.post("/site/payroll", {"file": SimpleUploadedFile("填好.xlsx", sink.getvalue()), "month": "2026-03"})
    upload = Upload.objects.get()
    assert {row["verdict"] for row in upload.report} == {"ok"}, upload.report
    assert "有考勤、不在表上" not in found(clerk, upload)


def test_a_sheet_to_fill_marks_namesakes_of_one_team(days, clerk):
    Worker.objects.update(name="测试同")
    rows = load_workbook(io.BytesIO(clerk.get("/site/payroll/months/2026-03/sheet").content)).active
    assert all(row[-1] for row in rows.iter_rows(min_row=2, values_only=True))


def test_a_month_without_a_day_has_no_sheet_to_fill(days, clerk):
    assert clerk.get("/site/payroll/months/2025-12/sheet").status_code == 302


def test_who_goes_back_and_hands_in_again_is_told_that_it_is_done(days, clerk):
    upload = bring(clerk, ["测试1", identity(1), 6000, 6000, f"{CARD}001"])
    clerk.post(f"/site/payroll/{upload.pk}/submit", {"decision": "submit", "word": "其余另报"})
    again = clerk.post(f"/site/payroll/{upload.pk}/submit", {"decision": "submit", "word": ""}, follow=True)
    assert again.status_code == 200
    assert "不能再次处理" in again.content.decode()
