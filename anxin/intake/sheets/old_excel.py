"""Old binary workbooks (.xls), read by a process of its own that may take so much memory and time and no more."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from anxin.intake.sheets import old_excel_reader

MEMORY = 1536 * 1024 * 1024
SECONDS = 120
# Small enough to be a bound, with room for a sheet of 65,536 rows, the most an old workbook can have.
MOST_CELLS = 4_000_000
MOST_TEXT = 64 * 1024 * 1024
_READER = Path(old_excel_reader.__file__)


class NotRead(Exception):
    """Why the file was not read: one of the reader's exit codes."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


def read(content: bytes, *, most_rows: int, most_sheets: int) -> list[dict[str, Any]]:
    """The sheets of an old workbook: ``name``, ``rows``, ``start`` (row, column) and ``merged``. Raises NotRead."""
    bounds = (MEMORY, SECONDS, MOST_CELLS, MOST_TEXT, most_rows, most_sheets)
    try:
        done = subprocess.run(  # noqa: S603  (a fixed command; the workbook is its input, never a word of it)
            [sys.executable, "-I", str(_READER), *map(str, bounds)],
            input=content,
            capture_output=True,
            timeout=2 * SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotRead(old_excel_reader.TOO_LARGE) from error
    if done.returncode < 0:
        # Ended by the system: it asked for more memory or time than it may have.
        raise NotRead(old_excel_reader.TOO_LARGE)
    if done.returncode:
        raise NotRead(done.returncode)
    sheets: list[dict[str, Any]] = json.loads(done.stdout)
    for sheet in sheets:
        sheet["rows"] = [[_meant(cell) for cell in row] for row in sheet["rows"]]
    return sheets


def _meant(cell: Any) -> Any:
    return _KINDS[cell[0]](cell[1]) if isinstance(cell, list) else cell


_KINDS: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}
