"""Reads one old workbook (.xls) from standard input and writes its sheets to standard output as JSON; a program of its
own, run by ``old_excel`` within bounds, because the reader lays every sheet out as a full rectangle the moment it opens
the file: two cells at opposite corners of a few sheets are gigabytes. Imports nothing of the platform."""

import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

DAMAGED, TOO_LARGE, PASSWORD, MANY_SHEETS, MANY_ROWS = 10, 11, 12, 13, 14


def main(memory: int, seconds: int, most_cells: int, most_text: int, most_rows: int, most_sheets: int) -> int:
    """Exit code: 0, or why nothing was written."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    import python_calamine

    content = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        metadata = book.sheets_metadata
        if len(metadata) > most_sheets:
            return MANY_SHEETS
        sheets: list[dict[str, Any]] = []
        cells = rows = text = 0
        for index, about in enumerate(metadata):
            if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_index(index)
            cells += sheet.height * sheet.width
            rows += sheet.height
            if cells > most_cells:
                return TOO_LARGE
            if rows > most_rows:
                return MANY_ROWS
            lines = [[told(cell) for cell in row] for row in sheet.to_python()]
            text += sum(len(cell) for row in lines for cell in row if isinstance(cell, str))
            if text > most_text:
                return TOO_LARGE
            spans = [(r, c, last_r, last_c) for (r, c), (last_r, last_c) in sheet.merged_cell_ranges or []]
            sheets.append({"name": about.name, "rows": lines, "start": sheet.start or (0, 0), "merged": spans})
        json.dump(sheets, sys.stdout)
        sys.stdout.flush()
    except python_calamine.PasswordError:
        return PASSWORD
    except MemoryError:
        return TOO_LARGE
    except BaseException:
        return DAMAGED
    return 0


def told(cell: Any) -> Any:
    """A cell as JSON can say it: what is neither text nor number as [kind, value]."""
    if isinstance(cell, datetime):
        return ["datetime", cell.isoformat()]
    if isinstance(cell, date):
        return ["date", cell.isoformat()]
    if isinstance(cell, time):
        return ["time", cell.isoformat()]
    if isinstance(cell, timedelta):
        return ["timedelta", cell.total_seconds()]
    return cell


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
