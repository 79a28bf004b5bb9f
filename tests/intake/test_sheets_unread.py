"""Columns of a file that nobody reads are told, with a question where a known title is near."""

import pytest

from anxin.intake.sheets import reports
from anxin.intake.sheets.imports import read
from anxin.intake.sheets.kinds import KINDS
from anxin.intake.sheets.templates import template
from tests.intake.sheet_files import book, csv_file, xlsx
from tests.intake.test_sheets_people import bring
from tests.people import identity, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(at):
    return make_project(at)


def notices(reading):
    return [(row.sheet, row.row, row.reason, row.reason_en) for row in reading.rows if row.verdict == "notice"]


def test_a_misspelled_heading_is_asked_about_and_the_row_goes_in(at):
    rows = [["projectCode", "name", "contractPirce", "开工日", "颜色"], ["P1", "一号楼", 40000000, "2026-05-01", "红"]]

    reading, _ = bring("projects", csv_file(rows), at)

    assert reading.counts == {"ok": 1, "waiting": 0, "refused": 0, "skipped": 0}
    assert notices(reading) == [
        (
            "",
            1,
            "以下列没有读取：contractPirce（是否为“contractPrice”？）、开工日（是否为“开工日期”？）、颜色",
            "columns not read: contractPirce (did you mean contractPrice?), 开工日 (did you mean 开工日期?), 颜色",
        )
    ]


def test_the_second_of_two_names_of_one_column_is_told(at):
    rows = [["姓名", "身份证", "应发工资", "本月应发工资"], ["测试", identity(1), 100, 200]]

    reading = read("payroll", xlsx(rows), "2026年3月.xlsx", at=at)

    assert [notice[2] for notice in notices(reading)] == ["以下列没有读取：本月应发工资（与“应发工资”同义，只读后者）"]


def test_numbering_signatures_and_columns_without_content_are_no_news(at, project):
    rows = [
        ["序号", "姓名", "身份证", "性别", "出勤天数", "实发工资", "农民工签字"],
        [1, "测试", identity(1), "", 20, 6000, "测试"],
    ]

    assert notices(read("payroll", xlsx(rows), "2026年3月.xlsx", at=at, project=project)) == []


def test_each_sheet_and_the_heading_below_a_title_have_their_own_notice(at, project):
    rows = [["花名册"], [], ["姓名", "身份证", "鞋码"], ["测试", identity(1), 42]]

    reading = read("roster", book({"泥工班": rows, "电工班": rows[2:]}), "花名册.xlsx", at=at, project=project)

    assert [notice[:2] for notice in notices(reading)] == [("泥工班", 3), ("电工班", 1)]
    assert "提示" in reports.csv_of(row.report() for row in reading.rows).decode("utf-8-sig")


def test_below_a_longer_line_of_titles_the_last_ones_are_read(at, project):
    rows = [
        ["姓名", "身份证", "进场信息", "", "手机号码", "鞋码"],
        ["", "", "工种", "进场时间"],
        ["测试", identity(1), "木工", "2026-03-02", "13900000001", "42"],
    ]

    reading = read("roster", csv_file(rows), "", at=at, project=project)

    assert notices(reading) == [("", 2, "以下列没有读取：鞋码", "columns not read: 鞋码")]
    assert next(row for row in reading.rows if row.verdict == "ok").raw["cellPhone"] == "13900000001"


def test_a_title_that_ends_beyond_what_is_shown_is_told_as_it_is_shown(at, project):
    rows = [["姓名", "身份证", "手机号码" + "-" * 30 + "x"], ["测试", identity(1), "y"]]

    assert len(notices(read("roster", csv_file(rows), "", at=at, project=project))) == 1


def test_a_number_that_stands_among_the_headings_is_masked(at, project):
    number = identity(7)

    (notice,) = notices(read("roster", xlsx([["姓名", "身份证", number], ["测试", identity(1), "x"]]), "", at=at))

    assert number not in notice[2] + notice[3]


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_has_no_column_that_is_not_read(kind, at, project):
    assert notices(read(kind, template(kind, project.code), "模板.xlsx", at=at, project=project)) == []
