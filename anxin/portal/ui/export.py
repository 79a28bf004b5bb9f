"""A list as a file: CSV that Excel opens in Chinese, or an Excel workbook."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from anxin.intake.sheets.disarming import disarmed
from anxin.law.civil import SHANGHAI

FORMS = ("csv", "xlsx")
LIMIT = 50_000
# What a caller reads: one row more than goes into the file shows that it was cut.
READ = LIMIT + 1
Cell = str | int | float | date | datetime | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def yuan(fen: int | None) -> float | None:
    """Fen as a number of yuan that a sheet can add up."""
    return None if fen is None else fen / 100


def _plain(value: Cell) -> Cell:
    """A cell's value, its text disarmed."""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if value.tzinfo else value
    return disarmed(value) if isinstance(value, str) else value


def _cut(rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    """The rows that go into the file; one that was cut says so in its last line."""
    for n, row in enumerate(rows):
        if n == LIMIT:
            yield [_("只导出了前 %(n)s 行，其余未导出：请缩小筛选范围，分次导出。") % {"n": f"{LIMIT:,}"}]
            return
        yield row


def _spoken(rows: Iterable[Sequence[Cell]], language: str) -> Iterator[Sequence[Cell]]:
    """The rows in the page's language: a CSV is made while it is sent, when the request's own is over."""
    source = iter(rows)
    while True:
        with override(language):
            row = next(source, None)
        if row is None:
            return
        yield row


def _lines(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    for row in chain([headings], rows):
        writer.writerow(["" if value is None else _plain(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def export(
    *, form: str, name: str, headings: Sequence[object], rows: Iterable[Sequence[Cell]]
) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """The answer that downloads ``rows`` as ``name``.csv or ``name``.xlsx. ``form`` other than xlsx gives CSV.

    Hand over up to ``READ`` rows: ``LIMIT`` go into the file, which says in its last line that there were more.
    """
    titles, rows = [str(h) for h in headings], _spoken(_cut(rows), get_language() or settings.LANGUAGE_CODE)
    if form != "xlsx":
        answer = StreamingHttpResponse(_lines(titles, rows), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.csv"
        answer["Cache-Control"] = "no-store"
        return answer
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for column, title in enumerate(titles, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = min(max(len(title) * 2 + 4, 12), 40)
    bold = []
    for title in titles:
        cell = WriteOnlyCell(sheet, value=title)
        cell.font = Font(bold=True)
        bold.append(cell)
    sheet.append(bold)
    for row in rows:
        sheet.append([_plain(value) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{name}.xlsx",
        content_type=XLSX,
        headers={"Cache-Control": "no-store"},
    )
