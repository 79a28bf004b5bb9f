"""The wage sheet of one month to fill in: everybody whom the gate saw, with his days; the money is the clerk's."""

from collections import Counter
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from anxin.intake.sheets.disarming import disarmed
from anxin.intake.sheets.reports import save
from anxin.intake.sheets.wages import COLUMNS
from anxin.ledger import read
from anxin.registry.models import Engagement, Project

# No identity number and no card: the roster knows them, and a file that lies on a desk need not.
_SHOWN = {
    "corpName": 28, "teamName": 16, "workerName": 12, "idCardNumber": 24, "payMonth": 10, "days": 10,
    "totalPayAmount": 14, "actualAmount": 14, "balanceDate": 14, "remark": 36,
}  # fmt: skip
_NAMESAKE = "本班组有同名工人，请填证件号码"


def wage_sheet(project: Project, *, month: str) -> bytes | None:
    """The sheet of ``month`` (``2026-03``) as xlsx, by company, team and name; None where the gate saw nobody.

    Due and paid stay empty: nothing in the file tells what was agreed for the month. Who cannot be told by company,
    team and name alone is marked, and needs his identity number.
    """
    days = {
        row["worker_id"]: row["days"]
        for row in read.work_months(project_id=project.pk, month=month).to_pylist()
        if row["days"]
    }
    rows = Engagement.objects.filter(project=project, worker__in=days).order_by(
        "enterprise__name", "team__number", "worker__name", "worker_id"
    )
    people = list(rows.values_list("enterprise__name", "team__name", "worker__name", "worker_id"))
    if not people:
        return None
    same = Counter(person[:3] for person in people)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = f"{month}工资表"
    _head(sheet)
    for company, team, name, worker in people:
        told = {
            "corpName": disarmed(company or ""), "teamName": disarmed(team or ""), "workerName": disarmed(name),
            "payMonth": month, "days": days[worker],
            "remark": _NAMESAKE if same[company, team, name] > 1 else None,
        }  # fmt: skip
        sheet.append([told.get(key) for key in _SHOWN])
    sheet.freeze_panes = "D2"
    return save(book)


def _head(sheet: Any) -> None:
    columns = {column.key: column for column in COLUMNS}
    required = PatternFill("solid", fgColor="FFE699")
    for index, (key, width) in enumerate(_SHOWN.items(), 1):
        column = columns[key]
        cell = sheet.cell(row=1, column=index, value=column.titles[0])
        cell.font = Font(bold=True)
        if column.required:
            cell.fill = required
        if column.note:
            cell.comment = Comment(column.note, "安薪")
        sheet.column_dimensions[get_column_letter(index)].width = width
        if key == "idCardNumber":
            sheet.column_dimensions[get_column_letter(index)].number_format = "@"
