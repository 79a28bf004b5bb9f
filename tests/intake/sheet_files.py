"""Workbooks and CSV files made for tests."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook


def xlsx(rows: Sequence[Sequence[Any]], name: str = "Sheet1", merge: Sequence[str] = ()) -> bytes:
    """A workbook of one sheet."""
    return book({name: rows}, merge)


def book(sheets: dict[str, Sequence[Sequence[Any]]], merge: Sequence[str] = ()) -> bytes:
    """A workbook of several sheets; ``merge`` applies to the first."""
    made = Workbook()
    made.remove(made.active)
    for index, (name, rows) in enumerate(sheets.items()):
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if index == 0:
            for span in merge:
                sheet.merge_cells(span)
    sink = io.BytesIO()
    made.save(sink)
    return sink.getvalue()


def csv_file(rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    sink = io.StringIO()
    csv.writer(sink, delimiter=delimiter).writerows(rows)
    return sink.getvalue().encode(encoding)
