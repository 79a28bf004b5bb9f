"""The row-by-row report of a file, for the person who brought it: masks only, as xlsx or CSV."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill

from anxin.intake.models import Upload
from anxin.intake.sheets.disarming import disarmed

HEADINGS = ("工作表", "行号", "结果", "说明", "Result", "Reason", "内容（已脱敏）")
VERDICTS = {
    "ok": ("可接收", "ok"),
    "waiting": ("暂存待匹配", "waiting"),
    "refused": ("拒收", "refused"),
    "skipped": ("跳过", "skipped"),
    "notice": ("提示", "notice"),
}
_FILLS = {"refused": "F8D7DA", "waiting": "FFF3CD", "skipped": "E9ECEF"}


def lines(report: Iterable[dict[str, Any]]) -> Iterable[tuple[str, list[Any]]]:
    """(verdict, cells) for each row of a report."""
    for row in report:
        zh, en = VERDICTS.get(row["verdict"], (row["verdict"], row["verdict"]))
        shown = "；".join(f"{title}：{value}" for title, value in row["shown"].items())
        yield (
            row["verdict"],
            [
                disarmed(row["sheet"]), row["row"] or "", zh, disarmed(row["reason"]), en,
                disarmed(row["reason_en"]), disarmed(shown),
            ],
        )  # fmt: skip


def report_csv(upload: Upload) -> bytes:
    """The report of an upload as CSV."""
    return csv_of(upload.report)


def csv_of(report: Iterable[dict[str, Any]]) -> bytes:
    """A report as CSV in UTF-8 with a mark, so that Excel shows Chinese."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(HEADINGS)
    writer.writerows(cells for _, cells in lines(report))
    return sink.getvalue().encode("utf-8-sig")


def report_xlsx(upload: Upload) -> bytes:
    """The report as a workbook, refused rows in red."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("导入结果")
    for letter, width in zip("ABCDEFG", (16, 8, 12, 60, 10, 50, 80), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    sheet.append([_cell(sheet, title, font=bold) for title in HEADINGS])
    fills = {verdict: PatternFill("solid", fgColor=colour) for verdict, colour in _FILLS.items()}
    for verdict, cells in lines(upload.report):
        sheet.append([_cell(sheet, value, fill=fills.get(verdict)) for value in cells])
    return save(book)


def _cell(sheet: Any, value: Any, *, font: Font | None = None, fill: PatternFill | None = None) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    if font is not None:
        cell.font = font
    if fill is not None:
        cell.fill = fill
    return cell


def save(book: Workbook) -> bytes:
    """A workbook's bytes."""
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()
