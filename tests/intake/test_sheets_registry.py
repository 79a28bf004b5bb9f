"""Projects, accounts, deposits and the lists officials keep; uploads, reports, templates."""

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from anxin.intake.models import HeldRow, Upload
from anxin.intake.sheets import reports, templates, uploads
from anxin.intake.sheets.imports import kinds, read, titles
from anxin.intake.sheets.kinds import KINDS
from anxin.intake.sheets.workbook import SheetError, open_workbook
from anxin.people.models import User
from anxin.registry import actions
from anxin.registry.models import (
    ArrearsReport,
    Deposit,
    Engagement,
    JointInspection,
    LabourClerk,
    NoticeBoard,
    Pause,
    Project,
    WageAccount,
)
from anxin.vault import evidence
from anxin.vault.fields import open_text
from tests.intake.sheet_files import csv_file, xlsx
from tests.intake.test_sheets_people import bring
from tests.people import identity, make_project, make_worker

pytestmark = pytest.mark.django_db
NATIONAL = ["projectCode", "name", "contractorCorpCode", "contractorCorpName", "category", "areaCode", "prjStatus",
            "startDate", "completeDate", "invest", "buildCorpCode", "buildCorpName", "linkMan", "linkPhone", "lat",
            "lng", "address", "payDay", "labourFeeRatio", "investment", "contractPrice"]  # fmt: skip
CHINESE = ["项目编码", "项目名称", "总承包单位统一社会信用代码", "总承包单位", "项目分类", "行政区划代码",
           "项目状态", "开工日期", "竣工日期", "总投资(万元)", "建设单位统一社会信用代码", "建设单位",
           "联系人", "联系电话", "纬度", "经度", "项目地址",
           "发薪日", "人工费比例", "投资性质", "合同价(万元)"]  # fmt: skip
CODES = ["P100", "一号楼", "91140000MOCK000009", "测试建设", "01", "140105", "003", "2026-03-01", "2027-06-30",
         "8000.5", "91140000MOCK000008", "某业主", "联系人", "13800000001", "37.8", "112.5", "某路1号", "15", "0.2",
         "state-owned", "6000"]  # fmt: skip
NATIONAL_TITLES = ["项目编码", "项目名称", "总承包单位统一社会信用代码", "总承包单位名称", "项目分类", "项目所在地",
                   "项目状态", "开工日期", "竣工日期", "总投资(万元)", "建设单位统一社会信用代码", "建设单位名称",
                   "联系人姓名", "联系人办公电话", "WGS84纬度", "WGS84经度", "项目地点",
                   "发薪日", "人工费比例", "投资性质", "合同价(万元)"]  # fmt: skip
WORDS = ["P100", "一号楼", "91140000MOCK000009", "测试建设", "房屋建筑工程", 140105, "在建",
         date(2026, 3, 1), "2027年6月30日", 8000.5, "91140000MOCK000008", "某业主", "联系人", 13800000001,
         37.8, 112.5, "某路1号", 15, "20%", "国有企业投资", 6000]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [csv_file([NATIONAL, CODES]), xlsx([CHINESE, WORDS]), xlsx([["项目台账"], CHINESE, WORDS]),
     csv_file([CHINESE, WORDS], "gbk"), xlsx([NATIONAL_TITLES, WORDS])],
    ids=["national names", "Chinese titles", "below a title", "gbk", "titles of the national document"],
)  # fmt: skip
def test_projects_by_national_names_or_chinese_titles(at, content):
    _, outcome = bring("projects", content, at)
    assert outcome.taken == 1
    project = Project.objects.get()
    assert (project.code, project.name, project.contractor.code, project.developer.name) == (
        "P100", "一号楼", "91140000MOCK000009", "某业主",
    )  # fmt: skip
    assert (project.category, project.industry, project.region_code, project.status) == (
        "01", "housing", "140105", "active",
    )  # fmt: skip
    assert (project.started_on, project.completed_on) == (date(2026, 3, 1), date(2027, 6, 30))
    assert (project.invest_fen, project.contract_price_fen) == (8_000_500_000, 6_000_000_000)
    assert (project.pay_day, project.labour_fee_ratio, project.investment) == (15, 0.2, "state_owned")
    assert (project.lat, project.lng, project.contact_name) == (37.8, 112.5, "联系人")
    assert open_text(project.contact_phone_sealed) == "13800000001"
    assert project.registered_on == at.date()


def test_only_the_code_makes_a_project_and_blanks_erase_nothing(at):
    bring("projects", csv_file([NATIONAL, CODES]), at)
    _, outcome = bring(
        "projects", csv_file([["projectCode", "prjStatus"], ["P100", "停工"], ["P200", ""], ["", "在建"]]), at
    )
    assert (outcome.taken, outcome.refused) == (2, 1)
    known = Project.objects.get(code="P100")
    assert (known.status, known.name, known.pay_day) == ("suspended", "一号楼", 15)
    assert known.status_changes.count() == 2
    assert Project.objects.get(code="P200").status == "active"


@pytest.mark.parametrize(
    ("key", "value"),
    [("payDay", "32"), ("payDay", "1.5"), ("category", "魔法"), ("areaCode", "太原"), ("prjStatus", "九"),
     ("invest", "-1"), ("startDate", "某天"), ("labourFeeRatio", "200%"), ("lat", "123"), ("investment", "随便"),
     ("projectCode", "P 1")],
)  # fmt: skip
def test_nonsense_in_a_project_is_refused_by_column(at, key, value):
    row = [value if name == key else cell for name, cell in zip(NATIONAL, CODES, strict=True)]
    reading, outcome = bring("projects", csv_file([NATIONAL, row]), at)
    assert (reading.rows[0].verdict, outcome.taken) == ("refused", 0)
    assert reading.rows[0].reason.startswith(f"[{key}]")


@pytest.mark.parametrize("written", ["15", "15日", "每月15日", "15号"])
def test_a_pay_day_as_people_write_it(at, written):
    bring("projects", csv_file([["项目编码", "发薪日"], ["P1", written]]), at)
    assert Project.objects.get().pay_day == 15


def test_a_price_headed_in_yuan_is_yuan(at):
    bring("projects", csv_file([["项目编码", "合同价(元)", "总投资"], ["P1", "60000000", "8000"]]), at)
    project = Project.objects.get()
    assert (project.contract_price_fen, project.invest_fen) == (6_000_000_000, 8_000_000_000)


def test_accounts(at):
    project = make_project(at)
    heading = ["projectCode", "accountName", "accountNo", "bankName", "openedOn", "agreementOn"]
    rows = [
        heading,
        ["P1", "测试专户", "1401050000000000001", "中国农业银行某支行", "2026-03-05", "2026/3/6"],
        ["P1", "", "", "", "2026-03-05", ""],
        ["P9", "", "1401050000000000002", "", "", ""],
        ["P1", "", "1.40105E+18", "", "", ""],
        ["P1", "", "1401050000000000003", "", "2026-05-01", ""],
    ]
    reading, _ = bring("accounts", csv_file(rows), at)
    assert [row.verdict for row in reading.rows] == ["ok", "refused", "refused", "refused", "refused"]
    use = project.account_uses.get()
    assert (use.uploaded_on, use.agreement_on, use.enterprise) == (at.date(), date(2026, 3, 6), project.contractor)
    assert (use.account.holder, use.account.bank_code, use.account.opened_on) == ("测试专户", "103", date(2026, 3, 5))
    told = [["专户账号", "核验状态", "核验说明", "余额"], ["1401050000000000001", "未通过", "户名不符", "12,345.67"]]
    bring("accounts", xlsx(told), at, project)
    account = WageAccount.objects.get()
    assert (account.verified, account.verify_reason, account.balance_fen, account.balance_on) == (
        "no", "户名不符", 1_234_567, at.date(),
    )  # fmt: skip


def test_deposits(at):
    make_project(at)
    rows = [["projectCode", "form", "amount", "validFrom", "validTo"], 
            ["P1", "guarantee", "500000", "2026-03-10", "2027-12-31"],
            ["P1", "现金", "1000.5", "", ""], ["P1", "保证保险", "", "2026.3.1", "2027.3.1"], ["P1", "", "1", "", ""],
            ["P1", "cash", "-5", "", ""], ["P1", "cash", "5", "2027-01-01", "2026-01-01"]]  # fmt: skip
    reading, _ = bring("deposits", csv_file(rows), at)
    assert [row.verdict for row in reading.rows] == ["ok"] * 3 + ["refused"] * 3
    assert list(Deposit.objects.order_by("id").values_list("form", "amount_fen", "valid_to")) == [
        ("guarantee", 50_000_000, date(2027, 12, 31)), ("cash", 100_050, None), ("insurance", None, date(2027, 3, 1)),
    ]  # fmt: skip
    bring("deposits", csv_file(rows), at)
    assert Deposit.objects.count() == 3


def test_lists_that_feed_the_rules(at):
    project = make_project(at)
    make_worker(project, 1, at)
    for kind, rows in {
        "boards": [["项目编码", "公示日期"], ["P1", "2026-03-08"], ["P1", "2026-12-08"]],
        "clerks": [["项目编码", "劳资专管员", "联系电话", "任职日期"], 
                   ["P1", "测试员", "13800000002", "2026-03-02"], ["P1", "", "1", ""]],
        "pauses": [["项目编码", "停工起始日期", "停工截止日期", "停工原因", "批准单位"],
                   ["P1", "2026-01-15", "2026-02-28", "冬季", "某局"], ["P1", "2026-03-15", "2026-02-28", "冬季", ""]],
        "inspections": [["项目编码", "检查日期", "检查结果"], ["P1", "2026-03-20", "合格"], ["P1", "", "x"]],
        "reports": [["项目编码", "线索编号", "受理日期", "姓名", "证件号码", "事实清楚"],
                    ["P1", "JC1", "2026-04-01", "测试1", identity(1), "是"],
                    ["P1", "JC2", "2026-04-01", "", identity(2), "否"]],
    }.items():  # fmt: skip
        reading, outcome = bring(kind, xlsx(rows), at)
        assert (outcome.taken, outcome.refused) == (1, 1), (kind, [r.reason for r in reading.rows])
    assert NoticeBoard.objects.get().posted_on == date(2026, 3, 8)
    assert LabourClerk.objects.get().name == "测试员"
    assert (Pause.objects.get().until_on, Pause.objects.get().approved_by) == (date(2026, 2, 28), "某局")
    assert JointInspection.objects.get().findings == "合格"
    assert (ArrearsReport.objects.get().plain, ArrearsReport.objects.get().worker.name) == (True, "测试1")


def person(**fields):
    return User.objects.create(username=f"u{User.objects.count()}", **fields)


def test_nothing_is_taken_from_an_upload_until_it_is_accepted(at):
    project = make_project(at)
    clerk = person(role="clerk", project="P1")
    content = xlsx([["姓名", "证件号码"], ["甲", identity(1)], ["乙", "1"]])
    upload = uploads.receive(content=content, name="花名册.xlsx", kind="roster", project=project, by=clerk, at=at)
    assert (upload.good, upload.bad, upload.status) == (1, 1, "read")
    assert Engagement.objects.count() == HeldRow.objects.count() == 0
    assert evidence.read(upload.content) == content
    outcome = uploads.accept(upload, by=clerk, at=at + timedelta(hours=1))
    assert (outcome.taken, outcome.refused, Engagement.objects.count()) == (1, 1, 1)
    upload.refresh_from_db()
    assert (upload.status, upload.decided_by, upload.decided_at) == ("accepted", clerk, at + timedelta(hours=1))
    assert HeldRow.objects.get().upload == upload
    for again in (uploads.accept, uploads.discard):
        with pytest.raises(uploads.UploadDecided) as refused:
            again(upload, by=clerk, at=at)
        assert "接受" in refused.value.reason


def test_a_discarded_upload_leaves_its_report_only(at):
    project = make_project(at)
    content = xlsx([["姓名", "证件号码"], ["甲", identity(1)]])
    upload = uploads.receive(content=content, name="x", kind="roster", project=project, at=at)
    uploads.discard(upload, by=person(), at=at)
    assert Upload.objects.get().status == "discarded"
    assert (Engagement.objects.count(), len(Upload.objects.get().report)) == (0, 1)


def test_an_officers_upload_reaches_no_further_than_his_region(at):
    make_project(at)
    make_project(at, "P2", region_code="520103")
    rows = [["项目编码", "公示日期"], ["P1", "2026-03-08"], ["P2", "2026-03-08"]]
    upload = uploads.receive(content=xlsx(rows), name="x", kind="boards", by=person(region="140000"), at=at)
    assert [row["verdict"] for row in upload.report] == ["ok", "refused"]
    projects = [["projectCode", "areaCode"], ["P3", "520103"], ["P2", ""], ["P4", "140106"]]
    upload = uploads.receive(content=csv_file(projects), name="x", kind="projects", by=person(region="140000"), at=at)
    assert [row["verdict"] for row in upload.report] == ["refused", "refused", "ok"]


def test_a_person_without_region_must_choose_a_project(at):
    make_project(at)
    with pytest.raises(SheetError, match="project"):
        uploads.receive(content=csv_file([NATIONAL, CODES]), name="x", kind="projects", by=person(), at=at)


def test_a_file_that_cannot_be_read_is_not_kept(at):
    with pytest.raises(SheetError):
        uploads.receive(content=b"\x00" * 1000, name="x", kind="roster", at=at)
    assert Upload.objects.count() == 0


def test_the_report_can_be_downloaded_and_runs_no_formula(at):
    project = make_project(at)
    content = xlsx([["=1+1", "证件号码", "姓名"], ["", identity(1), "甲"], ["", "1", "乙"]], name="=cmd")
    upload = uploads.receive(content=content, name="x", kind="roster", project=project, at=at)
    text = reports.report_csv(upload).decode("utf-8-sig")
    assert text.splitlines()[0].startswith("工作表,行号,结果")
    assert "拒收" in text
    assert "长度不正确" in text
    assert "'=cmd" in text
    assert identity(1) not in text
    rows = list(load_workbook(io.BytesIO(reports.report_xlsx(upload))).active.values)
    assert [row[1] for row in rows[1:]] == [2, 3]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_template_is_understood_by_its_own_reader(at, kind):
    project = make_project(at, "P2026001")
    account = {"number": "1401050000000000001", "on": at.date(), "at": at}
    actions.record_account(project=project, **account)
    worker = actions.register_worker(id_number=identity(1), id_type="01", name="测试一", at=at)
    actions.engage(project=project, worker=worker, at=at, card_number="6222020000000000001")
    content = templates.template(kind)
    reading = read(kind, content, f"{kind}.xlsx", at=at)
    good = [row for row in reading.rows if row.verdict != "skipped"]
    assert [(row.verdict, row.reason) for row in good] == [("ok", "")]
    assert {column.titles[0] for column in KINDS[kind].columns} == set(open_workbook(content)[0].rows[0])


def test_kinds_that_operators_name():
    assert titles().keys() == set(kinds())
    assert {"roster", "attendance", "payroll", "deposits", "accounts", "projects", "statement"} <= set(kinds())


def test_progress_is_told(at):
    project = make_project(at)
    told = []
    rows = [["姓名", "证件号码"], *[["甲", identity(n)] for n in range(1200 % 1000)]]
    read("roster", csv_file(rows), "x", project=project, at=at, progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (len(rows), len(rows))
