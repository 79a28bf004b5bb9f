"""Single cells and headings."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.intake.sheets import cells
from anxin.intake.sheets.cells import CellError
from anxin.intake.sheets.codes import code_of
from anxin.intake.sheets.headings import column, find_headings, month_in
from anxin.intake.sheets.passes import marked
from anxin.intake.sheets.workbook import Sheet

DAY = date(2026, 1, 3)
DATES = st.dates(date(1990, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "written",
    ["2026-01-03", "2026/1/3", "2026.1.3", "20260103", "2026年1月3日", "2026年1月3号", 46025, 46025.0, "46025",
     datetime(2026, 1, 3, 8), DAY, "2026-01-03 08:00:00", "２０２６．１．３"],
)  # fmt: skip
def test_a_day_in_every_spelling(written):
    assert cells.day(written) == DAY


@given(DATES, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]))
def test_a_day_written_is_the_day_read(day, form):
    assert cells.day(day.strftime(form)) == day


@given(DATES)
def test_an_excel_serial_is_the_day(day):
    assert cells.day(float((day - date(1899, 12, 30)).days)) == day


def test_a_month_stands_for_its_first_day():
    assert cells.day("2026年1月") == date(2026, 1, 1)


def reason_of(reader, value):
    """The words of a refusal; None when the cell was read."""
    try:
        reader(value)
    except CellError as refused:
        return refused.reason + refused.reason_en
    return None


@given(st.text(max_size=30) | st.floats() | st.integers() | st.booleans() | st.none() | st.datetimes())
def test_no_cell_breaks_a_reader(value):
    for reader in (cells.day, cells.month, cells.moment, cells.money, cells.number, cells.flag, cells.long_number,
                   cells.account_number, cells.text, marked):  # fmt: skip
        reason = reason_of(reader, value)
        told = str(value).strip()
        assert reason is None or reason
        assert len(told) < 5 or told not in (reason or "")


@pytest.mark.parametrize("value", [6.22202e18, 9.90000198506e17, "6.22202E+18", "9.9E17", 622202000000000000.0, 1.5])
def test_digits_lost_to_scientific_notation_are_refused(value):
    with pytest.raises(CellError) as refused:
        cells.long_number(value)
    assert "文本" in refused.value.reason
    assert "text" in refused.value.reason_en


@pytest.mark.parametrize(
    ("written", "read"),
    [("'622202 0000", "6222020000"), ('="6222020000"', "6222020000"), ("\t6222020000 ", "6222020000"),
     (13800000000.0, "13800000000"), ("６２２２", "6222")],
)  # fmt: skip
def test_tricks_that_keep_digits_are_undone(written, read):
    assert cells.long_number(written) == read


@given(st.integers(0, 10**12))
def test_money_in_yuan_and_in_wan(amount):
    assert cells.money(f"{amount / 100:.2f}") == amount
    assert cells.money(f"¥{amount // 100:,}.{amount % 100:02d}元") == amount
    assert cells.money(f"{amount // 100:,}".replace(",", "，")) == amount // 100 * 100
    assert cells.money(amount, 1_000_000) == cells.money(f"{amount}万元") == amount * 1_000_000


@pytest.mark.parametrize(
    "value", ["abc", "1.2.3", "NaN", "Infinity", "1e99", True, DAY, "6,5", "6，5", "1,0000", ",100", "1_000"]
)
def test_what_is_no_money_is_refused(value):
    with pytest.raises(CellError):
        cells.money(value)


@pytest.mark.parametrize(
    ("cell", "there"),
    [("√", True), ("✔", True), (1.0, True), (0.5, True), (8, True), ("8h", True), ("半", True), ("√/√", True),
     ("√/×", True), ("", False), (0.0, False), 
     ("×", False), ("/", False), ("休", False), ("事假", False), ("雨", False),
     ("谁知道", None), (31.0, None), ("??", None)],
)  # fmt: skip
def test_attendance_marks(cell, there):
    assert marked(cell) is there


@pytest.mark.parametrize(
    ("words", "month"),
    [("某项目2026年3月农民工工资表", "2026-03"), ("2026年03月份考勤", "2026-03"), ("工资2026-3", "2026-03"),
     ("202603工资", "2026-03"),
     ("编制日期：2026-04-05", None), ("2026年4月5日", None), ("20260405", None), ("", None), (None, None),
     (datetime(2026, 3, 1), "2026-03"), (datetime(2026, 3, 9), None)],
)  # fmt: skip
def test_months_in_titles(words, month):
    assert month_in(words) == month


@pytest.mark.parametrize(
    ("table", "word", "code"),
    [("work_type", "钢筋工", "020"), ("work_type", "20", "020"), ("work_type", 20.0, "020"),
     ("work_type", "杂工", "390"),
     ("bank", "中国农业银行股份有限公司太原支行", "103"),
     ("bank", "建行", "105"), ("prj_status", "在建", "003"), ("prj_status", "3", "003"),
     ("prj_status", "03", "003"), ("category", "房屋建筑", "01"), ("category", 7.0, "07"), ("document", "护照", "08"),
     ("work_type", "炼金术士", None), ("bank", "", None)],
)  # fmt: skip
def test_codes_and_names(table, word, code):
    assert code_of(table, word) == code


COLUMNS = (
    column("workerName", "姓名 工人姓名"),
    column("idCardNumber", "证件号码 身份证 身份证号"),
    column("paid", "实发工资 实发"),
)


@pytest.mark.parametrize("title", ["姓 名", "姓名*", "姓名：", "姓\n名", "姓名（必填）", "workerName", "WORKERNAME"])
def test_titles_are_known_however_they_are_written(title):
    sheet = Sheet("", [["某项目工资表", "", ""], [title, "身份证", "实发(元)"], ["测试", "99", 1]])
    found = find_headings(sheet, COLUMNS)
    assert (found.row, found.columns) == (1, {"workerName": 0, "idCardNumber": 1, "paid": 2})
    assert found.units["paid"] == "元"


@given(st.integers(0, 30), st.integers(0, 5), st.permutations(["姓名", "身份证号", "实发工资"]))
def test_headings_are_found_wherever_they_stand(above, left, order):
    rows = [["", *["说明文字"] * (row % 3)] for row in range(above)]
    rows += [[""] * left + list(order), [""] * left + ["1", "2", "3"]]
    found = find_headings(Sheet("", rows), COLUMNS)
    assert found.row == above
    assert {key: rows[above][at] for key, at in found.columns.items()} == {
        "workerName": "姓名", "idCardNumber": "身份证号", "paid": "实发工资",
    }  # fmt: skip


def test_headings_over_two_rows():
    sheet = Sheet(
        "",
        [["姓名", "证件号码", "工资", ""], ["", "", "应发", "实发"], ["测试", "99", 2, 1]],
        merged=[(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3)],
    )
    found = find_headings(sheet, COLUMNS)
    assert (found.row, found.last_row, found.columns["paid"]) == (0, 1, 3)


def test_day_columns():
    sheet = Sheet("", [["姓名", *range(1, 32), "合计"], ["测试"]])
    found = find_headings(sheet, COLUMNS, with_days=True)
    assert found is not None
    assert found.days == {day: day for day in range(1, 32)}


def test_no_headings_no_columns():
    assert find_headings(Sheet("", [["随便", "什么"], ["1", "2"]]), COLUMNS) is None
