"""Old binary workbooks: read like any other, and never at the cost of the machine."""

from datetime import date

import pytest

from anxin.intake.sheets import old_excel
from anxin.intake.sheets.imports import read
from anxin.intake.sheets.workbook import SheetError, open_workbook
from tests.intake.test_sheets_people import bring
from tests.intake.xls_file import compound, cornered, xls
from tests.people import identity, make_project


def test_cells_dates_sheets_and_merged_cells_come_through():
    first, second = open_workbook(
        xls(
            {
                "木工班": [["花名册"], ["姓名", "进场日期", "工资"], ["测试", date(2026, 5, 1), 6500.5]],
                "说明": [["无"]],
            },
            merge=[(0, 0, 0, 2)],
        )
    )

    assert (first.name, second.name) == ("木工班", "说明")
    assert first.rows == [["花名册", "", ""], ["姓名", "进场日期", "工资"], ["测试", date(2026, 5, 1), 6500.5]]
    assert first.merged == [(0, 0, 0, 2)]


@pytest.mark.django_db
def test_a_roster_of_site_practice_saved_as_xls_is_taken(at):
    project = make_project(at)
    rows = [
        ["花名册"],
        [],
        ["序号", "姓名", "身份证", "工种", "电话", "进场时间"],
        [1, "测试甲", identity(1), "木工", "13900000001", date(2026, 3, 2)],
        [2, "测试乙", identity(2), "木工", "13900000002", "2026.3.2"],
        ["合计", "2人"],
    ]

    reading, outcome = bring("roster", xls({"木工班": rows}), at, project)

    assert reading.counts == {"ok": 2, "waiting": 0, "refused": 0, "skipped": 1}
    assert outcome.taken == 2
    assert project.engagements.count() == 2


@pytest.mark.django_db
def test_a_long_number_saved_as_a_number_is_refused_as_in_any_workbook(at):
    reading = read("roster", xls({"S": [["姓名", "身份证"], ["测试", 1.40105199001012e17]]}), "x.xls",
                   at=at, project=make_project(at))  # fmt: skip

    assert reading.counts["refused"] == 1


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (cornered(row=65535, column=255), "过大"),
        (xls({f"表{n}": [["姓名"]] for n in range(201)}), "工作表过多"),
        (compound(b"no records at all"), "已损坏"),
        (compound(b"", name="Other"), "已损坏"),
        (xls({"S": [["姓名", "身份证"]]})[:700], "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "已损坏"),
    ],
    ids=["corners", "sheets", "no records", "no workbook", "cut off", "four letters"],
)
def test_what_cannot_be_read_is_refused_in_words(content, word):
    with pytest.raises(SheetError) as refused:
        open_workbook(content)

    assert word in refused.value.reason


def test_a_reader_that_wants_more_memory_than_it_may_have_is_ended_and_told(monkeypatch):
    monkeypatch.setattr(old_excel, "MEMORY", 400 * 1024 * 1024)

    with pytest.raises(SheetError) as refused:
        open_workbook(cornered(sheets=6))

    assert "过大" in refused.value.reason
