"""Attendance and wage sheets: every shape sites bring them in, and rows that come before their roster."""

from datetime import date, datetime

import pyarrow as pa
import pytest

from anxin.intake import waiting
from anxin.intake.models import HeldRow
from anxin.ledger.inbox import read_payload
from anxin.ledger.models import Batch
from anxin.ledger.sealing import seal
from tests.intake.sheet_files import book, csv_file, xlsx
from tests.intake.test_sheets_people import bring
from tests.people import CONTRACTOR, identity, make_project, make_team, make_worker

pytestmark = pytest.mark.django_db
CARDS = [f"622202000000000000{n}" for n in range(10)]
NATIONAL = [
    "企业统一社会信用代码",
    "企业名称",
    "班组名称",
    "员工姓名",
    "发放工资的月份",
    "是否为补发",
    "补发月份",
    "出勤天数",
    "总工时",
    "工人工资卡号",
    "应发金额",
    "实发金额",
    "发放日期",
    "第三方工资单编号",
]


def facts(table):
    """What the ledger received, in order of arrival."""
    tables = [read_payload(batch.payload) for batch in Batch.objects.filter(table=table).order_by("id")]
    return pa.concat_tables(tables).to_pylist() if tables else []


def current(table, key):
    """The facts that stand: the last under each natural key."""
    return list({tuple(row[column] for column in key): row for row in facts(table)}.values())


def test_rows_of_passes(at):
    project = make_project(at)
    team = make_team(project, at)
    worker = make_worker(project, 1, at)
    heading = [
        "企业统一社会信用代码",
        "企业名称",
        "班组名称",
        "人员姓名",
        "证件号码",
        "刷卡时间",
        "刷卡进出方向",
        "通行方式",
    ]
    rows = [
        heading,
        [CONTRACTOR, "", "泥工A班", "测试1", identity(1), "2026-03-02 07:01:02", "进", "人脸识别"],
        [CONTRACTOR, "", "泥工A班", "测试1", identity(1), datetime(2026, 3, 2, 18, 30), "出场", "001"],
        [CONTRACTOR, "", "", "测试1", "", "2026/3/3 7:00", "01", ""],
        [CONTRACTOR, "", "", "测试1", identity(1), "2026-05-01 07:00:00", "进", ""],
        [CONTRACTOR, "", "", "测试1", identity(1), "昨天", "进", ""],
        [CONTRACTOR, "", "", "测试1", identity(1), "", "进", ""],
    ]
    reading, outcome = bring("attendance", xlsx(rows), at, project)
    assert [row.verdict for row in reading.rows] == ["ok"] * 3 + ["refused"] * 3
    assert outcome.facts == 3
    told = [(r["worker_id"], r["team_no"], r["passed_at"], r["direction"], r["way"]) for r in facts("swipes")]
    assert told == [
        (worker.worker_id, team.number, datetime(2026, 3, 2, 7, 1, 2), "in", "001"),
        (worker.worker_id, team.number, datetime(2026, 3, 2, 18, 30), "out", "001"),
        (worker.worker_id, None, datetime(2026, 3, 3, 7), "in", ""),
    ]


def grid(*marks, title="某项目2026年3月考勤表"):
    return [[title], ["序号", "姓名", "身份证", "工种", *range(1, 32), "合计"],
            *[[n, name, number, "", *row, ""] for n, (name, number, row) in enumerate(marks, 1)]]  # fmt: skip


def test_the_monthly_grid(at):
    project = make_project(at)
    make_worker(project, 1, at)
    make_worker(project, 2, at)
    rows = grid(
        ("测试1", identity(1), ["√", "", 8, 0.5, "休", "1"]),
        ("测试2", "", ["/", "✔"]),
        ("测试2", identity(2), ["谁知道"]),
        ("陌生", identity(3), ["√", "√"]),
        ("测试1", identity(1), []),
    )
    rows.append(["合计", "", "", "", 2, 3])
    reading, outcome = bring("attendance", xlsx(rows, merge=["A1:AJ1"]), at, project)
    assert [row.verdict for row in reading.rows] == ["ok", "ok", "refused", "waiting", "skipped", "skipped"]
    assert "[1日]" in reading.rows[2].reason
    assert [(r["passed_at"].day, r["direction"], r["month"]) for r in facts("swipes")] == [
        (1, "in", "2026-03"), (3, "in", "2026-03"), (4, "in", "2026-03"), (6, "in", "2026-03"), (2, "in", "2026-03"),
    ]  # fmt: skip
    assert outcome.facts == 5
    assert HeldRow.objects.filter(status="waiting").count() == 2


@pytest.mark.parametrize(
    ("title", "sheet", "options"),
    [("2026年3月考勤", "Sheet1", {}), ("考勤表", "3月考勤2026-03", {}), ("考勤表", "Sheet1", {"month": "2026-03"}),
     ("考勤表", "Sheet1", {"name": "考勤202603.xlsx"})],
)  # fmt: skip
def test_the_month_of_a_grid_may_stand_in_four_places(at, title, sheet, options):
    project = make_project(at)
    make_worker(project, 1, at)
    bring("attendance", book({sheet: grid(("测试1", identity(1), ["√"]), title=title)}), at, project, **options)
    assert [r["passed_at"] for r in facts("swipes")] == [datetime(2026, 3, 1)]


def test_a_grid_without_a_month_is_refused_and_a_day_to_come_is_told(at):
    project = make_project(at)
    make_worker(project, 1, at)
    reading, _ = bring("attendance", xlsx(grid(("测试1", identity(1), ["√"]), title="考勤表")), at, project)
    assert "月份" in reading.rows[0].reason
    april = grid(("测试1", identity(1), ["√"] * 30), title="2026年4月")
    reading, _ = bring("attendance", xlsx(april), at, project)
    assert (reading.rows[0].verdict, len(facts("swipes"))) == ("ok", 20)
    assert "30项中10项" in reading.rows[0].reason
    assert HeldRow.objects.filter(kind="swipes", status="refused").count() == 11


def test_the_national_wage_template_has_no_identity_numbers(at):
    project = make_project(at)
    team = make_team(project, at)
    one = make_worker(project, 1, at, card_number=CARDS[1], team=team)
    two = make_worker(project, 2, at, card_number=CARDS[2])
    rows = [
        NATIONAL,
        [
            CONTRACTOR,
            "",
            "泥工A班",
            "测试1",
            "2026-03",
            "否",
            "",
            26,
            208,
            CARDS[1],
            7800,
            "7,800.00",
            "2026-04-15",
            "01",
        ],
        [CONTRACTOR, "", "", "测试2", "2026年3月", "", "", "", "", "", "6500.5", 0, "", ""],
        [CONTRACTOR, "", "", "测试1", "2026-03", "是", "2026-02", "", "", CARDS[1], 1000, 1000, "2026-04-15", ""],
        [CONTRACTOR, "", "", "陌生", "2026-03", "", "", "", "", "", 1, 1, "", ""],
        [CONTRACTOR, "", "", "陌生", "2026-03", "", "", "", "", CARDS[2], 1, 1, "", ""],
        [CONTRACTOR, "", "", "测试2", "2026-03", "", "", "", "", "6.22E+18", 1, 1, "", ""],
        [CONTRACTOR, "", "", "测试2", "2026-03", "", "", "", "", "", -1, 1, "", ""],
        [CONTRACTOR, "", "", "测试2", "2026-03", "", "", "", "", "", "很多", 1, "", ""],
        [CONTRACTOR, "", "", "测试2", "2026-03", "", "", 99, "", "", 1, 1, "", ""],
    ]
    reading, _ = bring("payroll", xlsx(rows), at, project)
    assert [row.verdict for row in reading.rows] == ["ok"] * 3 + ["refused"] * 6
    lines = [
        (r["worker_id"], r["team_no"], r["month"], r["sheet"], r["due_fen"], r["paid_fen"], r["back_pay"])
        for r in facts("payroll")
    ]
    assert lines == [
        (one.worker_id, team.number, "2026-03", "01/2026-03", 780000, 780000, False),
        (two.worker_id, None, "2026-03", "2026-03", 650050, 0, False),
        (one.worker_id, None, "2026-02", "2026-03/补发", 100000, 100000, True),
    ]


def test_namesakes_are_told_apart_by_card_or_team_and_else_refused(at):
    project = make_project(at)
    teams = {name: make_team(project, at, name) for name in ("甲班", "乙班")}
    for n, name in ((1, "甲班"), (2, "乙班"), (3, "乙班")):
        row = make_worker(project, n, at, team=teams[name], card_number=CARDS[n])
        row.worker.name = "同名"
        row.worker.save()
    rows = [["班组", "姓名", "银行卡号", "应发工资", "实发工资", "月份"],
            ["甲班", "同名", "", 1, 1, "2026-03"], ["", "同名", CARDS[2], 2, 2, "2026-03"],
            ["乙班", "同名", "", 3, 3, "2026-03"]]  # fmt: skip
    reading, _ = bring("payroll", xlsx(rows), at, project)
    assert [row.verdict for row in reading.rows] == ["ok", "ok", "refused"]
    assert "同名" in reading.rows[2].reason
    assert [r["due_fen"] for r in facts("payroll")] == [100, 200]


SITE_TABLES = [
    (
        "序号 姓名 身份证 工种 累计工作量 本月工作量 单价/天 加班工资 本月应发工资 实发工资 农民工签字",
        "1 测试1 ID 木工 30 26 300 0 7800 7000 -",
        (780000, 700000),
    ),
    (
        "序号 姓名 银行卡号 工资卡类别 身份证 电话 本月应发工资 建行开户行 备注",
        "1 测试1 6222020000000000001 建行 ID 13800000001 7800 某支行 -",
        (780000, 0),
    ),
    (
        "序号 姓名 身份证 出勤天数 单价/天 应领工资 扣个税 实发工资 个人确认签字",
        "1 测试1 ID 26 300 7800 0 7800 -",
        (780000, 780000),
    ),
    (
        "序号 姓名 性别 出生日期 工种 身份证号 工作天数 日薪(元) 应发工资(元)",
        "1 测试1 男 1985-06-01 木工 ID 26 300 7800",
        (780000, 0),
    ),
    ("姓名 身份证号码 实发(万元)", "测试1 ID 0.78", (780000, 780000)),
]


@pytest.mark.parametrize(("heading", "row", "amounts"), SITE_TABLES)
def test_tables_of_site_practice(at, heading, row, amounts):
    project = make_project(at)
    make_worker(project, 1, at)
    cells = [identity(1) if cell == "ID" else cell for cell in row.split()]
    rows = [["2026年3月工资表"], ["项目：某项目"], heading.split(), cells, ["合计", *[""] * (len(cells) - 2), 99]]
    reading, _ = bring("payroll", xlsx(rows), at, project)
    assert [r.verdict for r in reading.rows if r.verdict != "notice"] == ["ok", "skipped"]
    [line] = facts("payroll")
    assert (line["due_fen"], line["paid_fen"], line["month"]) == (*amounts, "2026-03")


def test_money_in_a_merged_cell_is_counted_once(at):
    project = make_project(at)
    make_worker(project, 1, at)
    make_worker(project, 2, at)
    rows = [["月份", "姓名", "身份证", "应发", "实发"], ["2026-03", "测试1", identity(1), 9000, 9000],
            ["", "测试2", identity(2), "", ""]]  # fmt: skip
    reading, _ = bring("payroll", xlsx(rows, merge=["A2:A3", "D2:D3", "E2:E3"]), at, project)
    assert [r.verdict for r in reading.rows] == ["ok", "refused"]
    assert sum(r["due_fen"] for r in facts("payroll")) == 900000


def test_a_second_line_adds_a_repeated_one_does_not_and_a_corrected_file_replaces(at):
    project = make_project(at)
    make_worker(project, 1, at)
    key = ("project_id", "worker_id", "team_no", "month", "sheet")
    heading = ["姓名", "身份证", "应发", "实发", "月份"]
    line = ["测试1", identity(1), 5000, 5000, "2026-03"]
    reading, _ = bring("payroll", xlsx([heading, line, line, ["测试1", identity(1), 800, 800, "2026-03"]]), at, project)
    assert [r.verdict for r in reading.rows] == ["ok", "skipped", "ok"]
    assert sum(r["due_fen"] for r in current("payroll", key)) == 580000
    bring("payroll", xlsx([heading, ["测试1", identity(1), 5100, 5000, "2026-03"]]), at, project)
    assert sum(r["due_fen"] for r in current("payroll", key)) == 590000


@pytest.mark.parametrize("numbered", [True, False])
def test_a_list_for_the_bank_brought_after_the_sheet_takes_no_payment_away(at, numbered):
    project = make_project(at)
    make_team(project, at)
    make_worker(project, 1, at, card_number=CARDS[1])
    key = ("project_id", "worker_id", "team_no", "month", "sheet")
    sheet = [["班组", "姓名", "身份证", "应发", "实发", "发放日期", "月份", "工资单编号"],
             ["泥工A班", "测试1", identity(1), 5000, 4500, "2026-04-10", "2026-03", "W7"]]  # fmt: skip
    bring("payroll", xlsx(sheet), at, project)
    seal(at=at)
    who = ["身份证", identity(1)] if numbered else ["备注", ""]
    listed = [["序号", "姓名", "银行卡号", who[0], "本月应发工资", "月份"],
              [1, "测试1", CARDS[1], who[1], 5000, "2026-03"]]  # fmt: skip
    reading, _ = bring("payroll", xlsx(listed), at, project)
    assert [r.verdict for r in reading.rows] == ["ok"]
    [line] = current("payroll", key)
    assert (line["due_fen"], line["paid_fen"], line["paid_on"]) == (500000, 450000, date(2026, 4, 10))


def test_wages_before_the_roster_wait_and_flow_on(at):
    project = make_project(at)
    rows = [["姓名", "身份证", "银行卡号", "应发", "实发", "月份"], ["测试1", identity(1), "", 5000, 5000, "2026-03"],
            ["测试2", "", CARDS[2], 6000, 6000, "2026-03"], ["测试3", "", "", 7000, 7000, "2026-03"]]  # fmt: skip
    reading, outcome = bring("payroll", csv_file(rows, "gbk"), at, project, name="3月.csv")
    assert [r.verdict for r in reading.rows] == ["waiting", "waiting", "refused"]
    assert (outcome.taken, outcome.waiting, outcome.refused, outcome.facts) == (0, 2, 1, 0)
    assert waiting.release(at=at) == 0
    roster = [["姓名", "身份证", "银行卡号"], ["测试1", identity(1), ""], ["测试2", identity(2), CARDS[2]]]
    bring("roster", xlsx(roster), at, project)
    assert waiting.release(at=at) == 2
    assert sorted(r["due_fen"] for r in facts("payroll")) == [500000, 600000]
    assert HeldRow.objects.filter(status="waiting").count() == 0


def test_a_file_for_a_project_not_registered_waits_for_it(at):
    rows = [["项目编码", "账号", "日期", "余额"], ["P7", "1401050000000000001", "2026-04-01", "100"]]
    reading, _ = bring("balances", csv_file(rows), at)
    assert reading.rows[0].verdict == "waiting"


def test_dates_of_pay(at):
    project = make_project(at)
    make_worker(project, 1, at)
    rows = [["姓名", "身份证", "实发", "月份", "发放日期"], ["测试1", identity(1), 1, "2026-03", 46127],
            ["测试1", identity(1), 2, "2026-05", ""], ["测试1", identity(1), 3, "三月", ""]]  # fmt: skip
    reading, _ = bring("payroll", xlsx(rows), at, project)
    assert [r.verdict for r in reading.rows] == ["ok", "refused", "refused"]
    assert facts("payroll")[0]["paid_on"] == date(2026, 4, 15)
