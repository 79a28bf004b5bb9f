"""An old binary workbook (.xls, BIFF8 in a compound file), written byte by byte: nothing here reads or writes them."""

import struct
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SECTOR = 512


def xls(sheets: dict[str, Sequence[Sequence[Any]]], merge: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """A workbook of small sheets. ``merge`` (first row, first column, last row, last column, from 0) applies to the
    first."""
    words: dict[str, int] = {}
    bodies = [_sheet(rows, words, merge if index == 0 else ()) for index, rows in enumerate(sheets.values())]
    return compound(_globals(list(sheets), words, bodies))


def cornered(name: str = "Sheet1", sheets: int = 1, row: int = 65535, column: int = 255) -> bytes:
    """A workbook whose sheets have two cells each, at opposite corners."""
    ends = _number(0, 0, 0, 1) + _number(row, column, 0, 1)
    body = _record(0x0809, _BOF.pack(0x0600, 0x0010, 0, 1996, 0, 6)) + ends + _record(0x000A)
    return compound(_globals([f"{name}{n}" for n in range(sheets)], {}, [body] * sheets))


def compound(stream: bytes, name: str = "Workbook") -> bytes:
    """A compound file with one stream."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // _SECTOR)
    fat = [_FAT, _END, *range(3, count + 2), _END]
    assert len(fat) <= 128, "one sector of the allocation table is written"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(6) + struct.pack("<9I", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    folders = _entry("Root Entry", 5, child=1, start=_END) + _entry(name, 2, start=2, size=len(stream))
    return b"".join(
        [
            header,
            struct.pack("<128I", *fat, *[_FREE] * (128 - len(fat))),
            folders.ljust(_SECTOR, b"\0"),
            stream.ljust(count * _SECTOR, b"\0"),
        ]
    )


def _entry(name: str, kind: int, *, child: int = _FREE, start: int, size: int = 0) -> bytes:
    said = (name + "\0").encode("utf-16-le")
    return (
        said.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(said), kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


_BOF = struct.Struct("<HHHHII")


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _globals(names: list[str], words: dict[str, int], bodies: list[bytes]) -> bytes:
    begin = _record(0x0809, _BOF.pack(0x0600, 0x0005, 0, 1996, 0, 6)) + _record(0x0042, struct.pack("<H", 1200))
    begin += b"".join(_record(0x00E0, struct.pack("<HH", 0, form) + bytes(16)) for form in (0, 14))
    strings = b"".join(struct.pack("<HB", len(word), 1) + word.encode("utf-16-le") for word in words)
    table = _record(0x00FC, struct.pack("<II", len(words), len(words)) + strings)
    titles = [name.encode("utf-16-le") for name in names]
    place = len(begin) + sum(4 + 8 + len(title) for title in titles) + len(table) + 4
    listed = b""
    for name, title, body in zip(names, titles, bodies, strict=True):
        listed += _record(0x0085, struct.pack("<IBBBB", place, 0, 0, len(name), 1) + title)
        place += len(body)
    return begin + listed + table + _record(0x000A) + b"".join(bodies)


def _sheet(rows: Sequence[Sequence[Any]], words: dict[str, int], merge: Sequence[tuple[int, int, int, int]]) -> bytes:
    body = _record(0x0809, _BOF.pack(0x0600, 0x0010, 0, 1996, 0, 6))
    width = max((len(row) for row in rows), default=0)
    body += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, str) and value:
                body += _record(0x00FD, struct.pack("<HHHI", r, c, 0, words.setdefault(value, len(words))))
            elif isinstance(value, date):
                day = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
                body += _number(r, c, 1, (day - datetime(1899, 12, 30)).total_seconds() / 86400)
            elif isinstance(value, int | float):
                body += _number(r, c, 0, value)
    if merge:
        spans = b"".join(struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in merge)
        body += _record(0x00E5, struct.pack("<H", len(merge)) + spans)
    return body + _record(0x000A)


def _number(row: int, column: int, form: int, value: float) -> bytes:
    return _record(0x0203, struct.pack("<HHHd", row, column, form, value))
