"""Rosters, contracts, entries and exits, leavers."""

from datetime import date

import pytest

from anxin.intake.models import HeldRow
from anxin.intake.rows import Arrival
from anxin.intake.sheets.imports import apply, read
from anxin.intake.sheets.workbook import SheetError
from anxin.registry.models import Engagement, Participation, Team, Worker
from anxin.vault.fields import open_text
from tests.intake.sheet_files import book, csv_file, xlsx
from tests.people import CONTRACTOR, identity, make_project, make_worker

pytestmark = pytest.mark.django_db
CARD = "6222020000000000001"
SITE = ["序号", "姓名", "身份证", "性别", "工种", "电话", "家庭住址", "合同签订时间", "进场时间", "离场时间"]


def bring(kind, content, at, project=None, name="file.xlsx", **options):
    """Read and take a file."""
    reading = read(kind, content, name, project=project, at=at, **options)
    return reading, apply(reading, arrival=Arrival(source="test", at=at))


def verdicts(reading):
    return [(row.row, row.verdict) for row in reading.rows]


def test_who_is_new_needs_a_name_and_who_is_on_file_keeps_his(at):
    project = make_project(at)
    make_worker(project, 1, at)
    rows = [SITE, [1, "", identity(1), "男", "木工"], [2, "", identity(2), "男", "木工"], [3, "测试三", identity(3)]]
    reading, outcome = bring("roster", xlsx(rows), at, project)
    assert [(row.row, row.verdict) for row in reading.rows] == [(2, "ok"), (3, "refused"), (4, "ok")]
    assert reading.rows[1].reason == "[姓名]不能为空"
    assert outcome.taken == 2
    assert sorted(Worker.objects.values_list("name", flat=True)) == ["测试1", "测试三"]


def test_the_site_practice_roster(at):
    project = make_project(at)
    rows = [
        ["某项目民工花名册"],
        ["施工单位：测试建设有限公司", "", "", "2026年3月"],
        [],
        SITE,
        [1, "测试一", identity(1), "男", "钢筋工", 13800000001.0, "某省某村", "2026.3.1", date(2026, 3, 2), ""],
        [2, "测试二", identity(2), "女", "小工", "13800000002", "", "2026年3月1日", "2026/3/3", "2026-04-01"],
        [3, "测试三", identity(3)[:-1] + "0" if identity(3)[-1] != "0" else identity(3)[:-1] + "1"],
        [4, "测试四", 9.90000198506e17],
        [5, "测试五", ""],
        [6],
        ["合计", "5人"],
        ["制表人：某某", "", "审核："],
    ]
    reading, outcome = bring("roster", xlsx(rows, merge=["A1:J1"]), at, project)
    assert verdicts(reading) == [
        (5, "ok"), (6, "ok"), (7, "refused"), (8, "refused"), (9, "refused"), (11, "skipped"), (12, "skipped"),
    ]  # fmt: skip
    assert "校验码" in reading.rows[2].reason
    assert "文本" in reading.rows[3].reason
    assert "不能为空" in reading.rows[4].reason
    assert (outcome.taken, outcome.refused) == (2, 3)
    first, second = Engagement.objects.order_by("worker_id")
    assert (first.trade, first.entered_on, first.contract_from) == ("020", date(2026, 3, 2), date(2026, 3, 1))
    assert (second.trade, second.left_on, second.worker.gender) == ("390", date(2026, 4, 1), "1")
    assert open_text(first.worker.phone_sealed) == "13800000001"
    assert "某村" not in str(first.worker.details)
    assert HeldRow.objects.filter(kind="roster", status="refused", project_code=project.code).count() == 3


def test_nothing_personal_stands_in_a_report(at):
    project = make_project(at)
    rows = [
        SITE,
        [1, "测试甲乙", identity(1), "男", "x", "13812345678", "某省某村9号"],
        [2, "王五六", identity(2)[:-2] + "00"],
    ]
    _, outcome = bring("roster", xlsx(rows), at, project)
    told = str(outcome.rows)
    for secret in (identity(1), identity(2)[:-2], "13812345678", "某村", "甲乙", "五六"):
        assert secret not in told
    assert "990000********" + identity(1)[-4:] in told


def test_the_national_template_with_companies_and_teams(at):
    project = make_project(at)
    heading = ["企业统一社会信用代码", "企业名称", "班组名称", "工人姓名", "是否班组长", "证件号码", "当前工种",
               "工人类型", "发放工资银行卡号", "发放工资卡银行", "手机号码", "开始工作日期"]  # fmt: skip
    other = "91140000MOCK000002"
    rows = [
        heading,
        [
            CONTRACTOR,
            "测试建设有限公司",
            "泥工A班",
            "甲",
            "是",
            identity(1),
            "砌筑工",
            "建筑工人",
            CARD,
            "中国农业银行",
            "",
            "2026-03-01",
        ],
        [other, "某劳务公司", "木工B班", "乙", "否", identity(2), "050", "20", "6222020000000000002", "103", "", ""],
        ["", "", "木工B班", "丙", "", identity(3), "", "", "", "", "", ""],
    ]
    bring("roster", xlsx(rows), at, project)
    leader = Engagement.objects.get(worker__name="甲")
    assert (leader.is_leader, leader.team.name, leader.bank_code, leader.trade) == (True, "泥工A班", "103", "010")
    assert open_text(leader.card_sealed) == CARD
    assert Engagement.objects.get(worker__name="乙").enterprise.code == other
    assert Participation.objects.filter(project=project, enterprise__code=other).exists()
    assert Engagement.objects.get(worker__name="丙").enterprise.code == CONTRACTOR
    assert Team.objects.filter(project=project).count() == 3


def test_a_sheet_a_team(at):
    project = make_project(at)
    content = book({
        "泥工A班花名册": [["姓名", "身份证号"], ["甲", identity(1)]],
        "钢筋班": [["花名册"], ["姓名", "身份证号"], ["乙", identity(2)]],
        "填写说明": [["请按模板填写"]],
    })  # fmt: skip
    reading, _ = bring("roster", content, at, project)
    assert [e.team.name for e in Engagement.objects.order_by("worker_id")] == ["泥工A班", "钢筋班"]
    assert [(r.sheet, r.verdict) for r in reading.rows if r.verdict == "skipped"] == [("填写说明", "skipped")]


def test_merged_team_cells_count_for_every_row(at):
    project = make_project(at)
    rows = [
        ["班组", "姓名", "身份证号"],
        ["泥工班", "甲", identity(1)],
        ["", "乙", identity(2)],
        ["木工班", "丙", identity(3)],
    ]
    bring("roster", xlsx(rows, merge=["A2:A3"]), at, project)
    assert [e.team.name for e in Engagement.objects.order_by("worker_id")] == ["泥工班", "泥工班", "木工班"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_csv_in_any_usual_encoding(at, encoding):
    project = make_project(at)
    content = csv_file([["项目编码", "姓名", "身份证号"], ["P1", "测试一", identity(1)]], encoding)
    bring("roster", content, at)
    assert Engagement.objects.get(project=project).worker.name == "测试一"


def test_the_same_file_twice_changes_nothing(at):
    project = make_project(at)
    content = xlsx([["姓名", "证件号码", "银行卡号", "班组"], ["甲", identity(1), CARD, "泥工班"]])
    bring("roster", content, at, project)
    before = (list(Worker.objects.values()), list(Engagement.objects.values()), Team.objects.count())
    bring("roster", content, at, project)
    assert (list(Worker.objects.values()), list(Engagement.objects.values()), Team.objects.count()) == before


def test_one_number_under_two_names_is_refused(at):
    project = make_project(at)
    rows = [["姓名", "证件号码"], ["甲", identity(1)], ["乙", identity(1)], ["甲", identity(1).lower()]]
    reading, _ = bring("roster", xlsx(rows), at, project)
    assert [row.verdict for row in reading.rows] == ["ok", "refused", "ok"]
    assert Worker.objects.get().name == "甲"


def test_rows_of_another_project_and_of_none_are_refused(at):
    project = make_project(at)
    make_project(at, "P2")
    rows = [["项目编码", "姓名", "证件号码"], ["P2", "甲", identity(1)], ["", "乙", identity(2)]]
    reading, _ = bring("roster", xlsx(rows), at, project)
    assert [row.verdict for row in reading.rows] == ["refused", "ok"]
    rows = [
        ["项目编码", "姓名", "证件号码"],
        ["P9", "甲", identity(3)],
        ["", "乙", identity(4)],
        ["P2", "丙", identity(5)],
    ]
    reading, _ = bring("roster", xlsx(rows), at)
    assert [row.verdict for row in reading.rows] == ["refused", "refused", "ok"]
    reading = read("roster", xlsx(rows), "x", at=at, region="520000")
    assert [row.verdict for row in reading.rows] == ["refused"] * 3


def test_the_wrong_kind_of_file_is_told_so(at):
    with pytest.raises(SheetError) as refused:
        read("roster", xlsx([["产品", "数量"], ["水泥", 5]]), "x", at=at)
    assert "表头" in refused.value.reason


def test_entries_and_exits(at):
    project = make_project(at)
    make_worker(project, 1, at, entered_on=None)
    heading = [
        "企业统一社会信用代码",
        "工人所属企业名称",
        "工人所属班组名称",
        "工人姓名",
        "证件号码",
        "进退场日期",
        "类型",
    ]
    rows = [
        heading,
        ["", "", "", "测试1", identity(1), "2026-04-01", "退场"],
        ["", "", "", "测试1", identity(1), "2026-03-02", "1"],
        ["", "", "", "陌生", identity(2), "2026-03-02", "进场"],
        ["", "", "", "测试1", identity(1), "2026-03-02", "路过"],
        ["", "", "", "测试1", identity(1), "2026-05-02", "进场"],
    ]
    reading, _ = bring("entry-exit", xlsx(rows), at, project)
    assert [row.verdict for row in reading.rows] == ["ok", "ok", "refused", "refused", "refused"]
    engagement = Engagement.objects.get()
    assert (engagement.entered_on, engagement.left_on) == (date(2026, 3, 2), date(2026, 4, 1))


def test_contracts_and_leavers(at):
    project = make_project(at)
    make_worker(project, 1, at)
    contract = [["工人姓名", "证件号码", "合同期限类型", "生效日期", "失效日期", "计量单位", "计量单价"],
                ["测试1", identity(1), "固定期限合同", "2026-03-01", "2026-12-31", "平方米", "35.5"]]  # fmt: skip
    bring("contracts", xlsx(contract), at, project)
    leaver = [["姓名", "证件号码", "退场日期", "结算日期", "本人确认日期"],
              ["测试1", "", "2026-04-10", "2026-04-12", ""], ["测试1", identity(1), "", "", "2026.4.13"],
              ["测试1", identity(1), "", "", ""]]  # fmt: skip
    reading, _ = bring("leavers", xlsx(leaver), at, project)
    assert [row.verdict for row in reading.rows] == ["ok", "ok", "refused"]
    row = Engagement.objects.get()
    assert (row.contract_kind, row.contract_until, row.contract_unit, row.unit_price_fen) == (
        "0", date(2026, 12, 31), "81", 3550,
    )  # fmt: skip
    assert (row.left_on, row.settled_on, row.confirmed_on) == (date(2026, 4, 10), date(2026, 4, 12), date(2026, 4, 13))
