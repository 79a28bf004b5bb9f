"""Opening a file somebody brought: xlsx, xls or CSV, into plain rows of cells. Trusts nothing about it.

An xlsx is unpacked here, within bounds, and only what was counted is handed to the reader: a zip that lies about its
sizes, a bomb, or two cells at opposite corners of a sheet never reach it. An xls cannot be counted before it is read,
so a process of its own reads it (``old_excel``).
"""

import csv
import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any

import python_calamine

from anxin.intake.sheets import old_excel
from anxin.intake.sheets import old_excel_reader as reader

MAX_BYTES = 64 * 1024 * 1024
MAX_UNPACKED = 256 * 1024 * 1024
MAX_ENTRIES = 5000
MAX_CELLS = 12_000_000
MAX_AREA = 20_000_000
MAX_TEXT = 512 * 1024 * 1024
MAX_ROWS = 200_000
MAX_SHEETS = 200
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_CELL = re.compile(rb"""<(?:\w+:)?(?:row|c)\s[^>]*?\br=["']([A-Za-z]{0,4})(\d{1,9})["']""")
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_ANY_CELL = re.compile(rb"<(?:\w+:)?c\b")
_REFERENCE = re.compile(rb"""\bt=["']s["'][^>]*>\s*<(?:\w+:)?v>\s*(\d{1,9})""")
_DELIMITERS = ",\t;|"


class SheetError(ValueError):
    """A file that cannot be read at all: what is wrong and what to do, in Chinese and English."""

    def __init__(self, reason: str, reason_en: str) -> None:
        super().__init__(reason_en)
        self.reason, self.reason_en = reason, reason_en


@dataclass(slots=True)
class Sheet:
    """One worksheet. ``first_row`` and ``first_column`` (from 0) say where ``rows`` begins; ``merged`` holds
    absolute (row, column, last row, last column), from 0."""

    name: str
    rows: list[list[Any]]
    first_row: int = 0
    first_column: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def open_workbook(content: bytes) -> list[Sheet]:
    """The sheets of a file, by its content and never by its name. Raises SheetError with words for the person."""
    if not content.strip():
        raise SheetError("文件是空的，请选择有内容的表格。", "The file is empty; choose one with content.")
    if len(content) > MAX_BYTES:
        raise SheetError(
            f"文件超过{MAX_BYTES // 2**20}MB，请分成几个文件上传。",
            f"The file is larger than {MAX_BYTES // 2**20} MB; split it.",
        )
    if content.startswith(_ZIP):
        return _read_book(_clean_zip(content))
    if content.startswith(_OLE):
        return _read_old(content)
    return [Sheet(name="", rows=_read_csv(content))]


def _damaged() -> SheetError:
    return SheetError(
        "文件已损坏或不完整，请重新从Excel另存为.xlsx后上传。",
        "The file is damaged or incomplete; save it again as .xlsx and retry.",
    )


def _too_large() -> SheetError:
    return SheetError(
        "文件解压后过大，疑似压缩炸弹，未予读取；请只保留数据另存为新的.xlsx。",
        "The file unpacks to far too much and was not read; save only the data as a new .xlsx.",
    )


def _clean_zip(content: bytes) -> bytes:
    """The same workbook, stored uncompressed, after every entry was unpacked within bounds and counted."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError) as error:
        raise _damaged() from error
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _too_large()
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names:
        raise SheetError(
            "不是Excel工作簿(.xlsx)，请用Excel或WPS另存为.xlsx或.csv后上传。",
            "This is not an Excel workbook (.xlsx); save it as .xlsx or .csv.",
        )
    if len(names) != len(entries):
        raise _damaged()
    left = MAX_UNPACKED
    shared, sheets = b"", []
    clean = io.BytesIO()
    with zipfile.ZipFile(clean, "w", zipfile.ZIP_STORED) as copy:
        for entry in entries:
            plain = _unpack(content, entry, left)
            left -= len(plain)
            if _SHEET_PART.search(entry.filename):
                _check_area(plain)
                sheets.append(plain)
            elif entry.filename.lower().endswith("sharedstrings.xml"):
                shared = plain
            copy.writestr(zipfile.ZipInfo(entry.filename), plain)
    _check_text(shared, sheets)
    return clean.getvalue()


def _unpack(content: bytes, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """One entry's real content: declared sizes are not believed."""
    header = content[entry.header_offset : entry.header_offset + 30]
    if entry.flag_bits & 1:
        raise _encrypted()
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise _damaged()
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    start = entry.header_offset + 30 + name_length + extra_length
    packed = content[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        plain = packed
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            plain = inflater.decompress(packed, limit + 1)
        except zlib.error as error:
            raise _damaged() from error
        if len(plain) <= limit and not inflater.eof:
            raise _damaged()
    else:
        raise _damaged()
    if len(plain) > limit:
        raise _too_large()
    if len(plain) != entry.file_size or zlib.crc32(plain) != entry.CRC:
        raise _damaged()
    return plain


def _check_area(sheet: bytes) -> None:
    """Readers lay a sheet out as a full rectangle: refuse one whose corners are impossibly far apart."""
    last_row = widest = named_rows = named_cells = 0
    for letters, digits in _CELL.findall(sheet):
        last_row = max(last_row, int(digits))
        if letters:
            named_cells += 1
            widest = max(widest, _column_number(letters))
        else:
            named_rows += 1
    # Rows and cells may go without a name; then they follow the one before.
    last_row += max(len(_ROW.findall(sheet)) - named_rows, 0)
    if len(_ANY_CELL.findall(sheet)) > named_cells:
        widest += max(len(_ANY_CELL.findall(row)) for row in _ROW.split(sheet))
    if last_row * max(widest, 1) > MAX_AREA:
        raise _too_large()


def _check_text(shared: bytes, sheets: list[bytes]) -> None:
    """Readers copy a shared text into every cell that refers to it: refuse a long one repeated a million times."""
    lengths = [len(item) for item in re.split(rb"<(?:\w+:)?si\b", shared)[1:]]
    references = sum(len(_REFERENCE.findall(sheet)) for sheet in sheets) if lengths else 0
    if max(lengths, default=0) * references <= MAX_TEXT:
        return
    total = 0
    for sheet in sheets:
        for number in _REFERENCE.findall(sheet):
            total += lengths[int(number)] if int(number) < len(lengths) else 0
    if total > MAX_TEXT:
        raise _too_large()


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _encrypted() -> SheetError:
    return SheetError("文件有密码，请取消密码后上传。", "The file is encrypted; remove the password.")


def _too_many_sheets() -> SheetError:
    return SheetError("工作表过多，请分成几个文件上传。", "The workbook has too many sheets; split it.")


def _too_many_rows() -> SheetError:
    return SheetError(f"数据超过{MAX_ROWS}行，请分成几个文件上传。", f"More than {MAX_ROWS} rows; split the file.")


def _read_old(content: bytes) -> list[Sheet]:
    try:
        sheets = old_excel.read(content, most_rows=MAX_ROWS, most_sheets=MAX_SHEETS)
    except old_excel.NotRead as error:
        why = {
            reader.TOO_LARGE: _too_large,
            reader.PASSWORD: _encrypted,
            reader.MANY_SHEETS: _too_many_sheets,
            reader.MANY_ROWS: _too_many_rows,
        }
        raise why.get(error.code, _damaged)() from error
    return [
        Sheet(
            name=one["name"],
            rows=one["rows"],
            first_row=one["start"][0],
            first_column=one["start"][1],
            merged=[(top, left, bottom, right) for top, left, bottom, right in one["merged"]],
        )
        for one in sheets
    ]


def _read_book(content: bytes) -> list[Sheet]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        metadata = book.sheets_metadata
    except python_calamine.PasswordError as error:
        raise _encrypted() from error
    except BaseException as error:
        raise _reader_failed(error) from error
    if len(metadata) > MAX_SHEETS:
        raise _too_many_sheets()
    sheets: list[Sheet] = []
    cells = rows = 0
    for index, about in enumerate(metadata):
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            sheet = book.get_sheet_by_index(index)
            cells += sheet.height * sheet.width
            rows += sheet.height
            if cells > MAX_CELLS:
                raise _too_large()
            if rows > MAX_ROWS:
                raise _too_many_rows()
            start = sheet.start or (0, 0)
            sheets.append(
                Sheet(
                    name=about.name,
                    rows=sheet.to_python(),
                    first_row=start[0],
                    first_column=start[1],
                    merged=[(r, c, last_r, last_c) for (r, c), (last_r, last_c) in sheet.merged_cell_ranges or []],
                )
            )
        except SheetError:
            raise
        except BaseException as error:
            raise _reader_failed(error) from error
    return sheets


def _reader_failed(error: BaseException) -> SheetError:
    # A panic inside the reader is a BaseException of its own; stopping the program must still stop it.
    if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
        raise error
    return _damaged()


def decode_text(content: bytes) -> str:
    """Text of a file in UTF-8 (with or without a mark), UTF-16 with a mark, or GB 18030. Raises SheetError."""
    encodings = ["utf-8-sig", "gb18030"]
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise SheetError(
        "无法识别的文件，请上传.xlsx、.xls，或UTF-8、GBK编码的.csv。",
        "The file is neither .xlsx, .xls nor a CSV in UTF-8 or GBK.",
    )


def _read_csv(content: bytes) -> list[list[Any]]:
    text = decode_text(content)
    start = text[:2000].lstrip().lower()
    if start.startswith(("<html", "<!doctype html", "<table", "<?xml")):
        raise SheetError(
            "该文件是网页或XML，不是真正的Excel文件，请用Excel打开后另存为.xlsx。",
            "This is a web page or XML, not a real workbook; open it in Excel and save it as .xlsx.",
        )
    head = text.splitlines()[:30]
    delimiter = max(_DELIMITERS, key=lambda mark: sum(line.count(mark) for line in head))
    rows: list[list[Any]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(list(row))
            if len(rows) > MAX_ROWS:
                raise _too_many_rows()
    except csv.Error as error:
        raise SheetError(
            "不是有效的CSV文件，请用Excel另存为.xlsx后上传。", "This is not a valid CSV file; save it as .xlsx."
        ) from error
    return rows
