"""Opening files nobody should trust."""

import io
import random
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anxin.intake.sheets import workbook
from anxin.intake.sheets.workbook import SheetError, open_workbook
from tests.intake.sheet_files import csv_file, xlsx

ROWS = [["姓名", "证件号码"], ["测试", "99"]]


def repack(content: bytes, replace: dict[str, bytes]) -> bytes:
    """The workbook with some entries replaced."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, replace.pop(entry.filename, None) or old.read(entry.filename))
        for name, body in replace.items():
            new.writestr(name, body)
    return sink.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        xlsx(ROWS),
        csv_file(ROWS),
        csv_file(ROWS, "utf-8"),
        csv_file(ROWS, "gbk"),
        csv_file(ROWS, "utf-16"),
        csv_file(ROWS, "gb18030", "\t"),
        csv_file(ROWS, "utf-8", ";"),
    ],
    ids=["xlsx", "utf-8 with mark", "utf-8", "gbk", "utf-16", "tabs", "semicolons"],
)
def test_files_in_use_open(content):
    [sheet] = open_workbook(content)
    assert [[str(cell) for cell in row] for row in sheet.rows] == ROWS


def test_rows_keep_their_numbers_below_an_empty_top():
    [sheet] = open_workbook(xlsx([[], [], ["", "姓名"], ["", "测试"]]))
    assert (sheet.first_row, sheet.first_column) == (2, 1)


def bomb() -> bytes:
    return repack(xlsx(ROWS), {"xl/worksheets/sheet9.xml": b"0" * (workbook.MAX_UNPACKED + 1)})


def lying_bomb() -> bytes:
    """The central directory and local header claim 10 bytes where a hundred million unpack."""
    body = b"0" * 100_000_000
    packed = repack(xlsx(ROWS), {"xl/media/x.bin": body})
    return packed.replace(struct.pack("<I", len(body)), struct.pack("<I", 10))


def far_corners() -> bytes:
    cells = '<c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c>'
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<sheetData><row r="1">{cells}</row></sheetData></worksheet>'
    )
    return repack(xlsx(ROWS), {"xl/worksheets/sheet1.xml": sheet.encode()})


def repeated_text() -> bytes:
    """One long text, referred to from very many cells."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    shared = f"<sst {space}><si><t>{'x' * 30_000}</t></si></sst>".encode()
    rows = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, 20_001))
    sheet = f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>".encode()
    return repack(xlsx(ROWS), {"xl/sharedStrings.xml": shared, "xl/worksheets/sheet1.xml": sheet})


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (bomb, "过大"),
        (lying_bomb, "损坏"),
        (far_corners, "过大"),
        (repeated_text, "过大"),
        (lambda: xlsx(ROWS)[:-200], "损坏"),
        (lambda: xlsx(ROWS)[:600], "损坏"),
        (lambda: random.Random(1).randbytes(10_000_000), "无法识别"),
        (lambda: b"PK\x03\x04" + random.Random(2).randbytes(100_000), "损坏"),
        (lambda: b"\xd0\xcf\x11\xe0" + random.Random(3).randbytes(100_000), "损坏"),
        (lambda: b"", "空"),
        (lambda: b"  \n", "空"),
        (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (lambda: repack(xlsx(ROWS), {f"junk/{n}": b"" for n in range(workbook.MAX_ENTRIES)}), "过大"),
        (lambda: csv_file([["a", "b"]] * (workbook.MAX_ROWS + 1)), "行"),
    ],
    ids=[
        "bomb", "lying bomb", "far corners", "repeated text", "truncated", "cut short", "rubbish", "zip rubbish",
        "xls rubbish", "empty", "blank", "web page", "many entries", "many rows",
    ],
)  # fmt: skip
def test_files_that_cannot_be_read_are_refused_in_words(make, word):
    with pytest.raises(SheetError) as refused:
        open_workbook(make())
    assert word in refused.value.reason
    assert refused.value.reason_en.isascii()


def test_a_zip_that_is_no_workbook_is_named_so():
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("word/document.xml", "x")
    with pytest.raises(SheetError, match="not an Excel workbook"):
        open_workbook(sink.getvalue())


TABLES = st.lists(
    st.lists(st.text("姓名甲乙,;\t\"'\n=0123 ab", max_size=8), min_size=2, max_size=5), min_size=1, max_size=8
)


@settings(max_examples=150, deadline=None)
@given(TABLES, st.sampled_from(["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"]))
def test_a_table_written_as_csv_is_the_table_read(rows, encoding):
    # A line of commas leaves no doubt about the delimiter, whatever stands in the cells.
    rows = [["表头"] * 20, *rows]
    [sheet] = open_workbook(csv_file(rows, encoding))
    assert sheet.rows == rows


def answer(content: bytes) -> str:
    """The words a file is refused with, or its first sheet's kind of rows."""
    try:
        sheets = open_workbook(content)
    except SheetError as refused:
        return f"{refused.reason} {refused.reason_en}"
    return "rows" if all(isinstance(row, list) for sheet in sheets for row in sheet.rows) else ""


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe"]))
def test_any_bytes_open_or_are_refused_in_words(content, start):
    assert len(answer(start + content)) > 3


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4000), st.integers(0, 255))
def test_a_workbook_with_one_byte_changed_opens_or_is_refused(place, byte):
    content = bytearray(xlsx(ROWS))
    content[place % len(content)] = byte
    assert len(answer(bytes(content))) > 3
