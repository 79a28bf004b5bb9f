"""A workbook to fill in for each kind: headings, one invented example, and notes."""

from collections.abc import Sequence
from functools import lru_cache

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from anxin.intake.sheets.headings import Column
from anxin.intake.sheets.kinds import KINDS
from anxin.intake.sheets.reports import save

_TEXT_FORMAT = "@"
_LONG_NUMBERS = {"idCardNumber", "payRollBankCardNumber", "accountNo", "account", "reference", "cellPhone"}


@lru_cache(maxsize=32)
def template(kind: str, project_code: str = "") -> bytes:
    """The template of a kind as xlsx; columns of long numbers are formatted as text. Raises KeyError.

    The example row names ``project_code`` where one is given, so that rows filled in below it are that project's.
    """
    about = KINDS[kind]
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = about.title
    required = PatternFill("solid", fgColor="FFE699")
    for index, column in enumerate(about.columns, 1):
        head = sheet.cell(row=1, column=index, value=column.titles[0])
        head.font = Font(bold=True)
        if column.required:
            head.fill = required
        if column.note:
            head.comment = Comment(column.note, "安薪")
        shown = project_code if project_code and column.key == "projectCode" else column.example
        example = sheet.cell(row=2, column=index, value=shown)
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = max(12, len(column.titles[0]) * 2 + 2, len(str(shown or "")) + 2)
        if column.key in _LONG_NUMBERS:
            sheet.column_dimensions[letter].number_format = _TEXT_FORMAT
            example.number_format = _TEXT_FORMAT
    sheet.freeze_panes = "A2"
    notes = book.create_sheet("填写说明")
    for line in _notes(about.title, about.columns, about.with_days):
        notes.append([line])
    notes.column_dimensions["A"].width = 100
    return save(book)


def _notes(title: str, columns: Sequence[Column], with_days: bool) -> list[str]:
    lines = [
        f"{title}导入模板。第2行是虚构的示例，请删除后填写。",
        "表头可以换序、可以增删列，也认得常用别名；黄色为必填。",
        "证件号码、银行卡号、账号所在列必须是“文本”格式，否则Excel会改成科学计数法并丢失末几位。",
        "日期写成2026-03-01、2026.3.1或2026年3月1日均可；金额默认单位为元，表头注明“(万元)”的按万元。",
        "合计行、签字行会自动跳过；可按班组分多个工作表。",
    ]
    if with_days:
        lines.append(
            "月考勤表：把“刷卡时间”等列换成1至31各一列，出勤打√或填工日、工时；标题写明年月，如“2026年3月考勤表”。"
        )
    lines += [f"{column.titles[0]}：{column.note}" for column in columns if column.note]
    return lines
