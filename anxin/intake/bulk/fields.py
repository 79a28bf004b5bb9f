"""Reading one value of a bulk row. Every reader answers the value or raises ``Problem`` in words.

The quick lane runs the same readers once for each distinct value of a column.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from anxin.intake import values

MAX_TEXT = 1000
Read = Callable[[object], Any]


class Problem(Exception):
    """What is wrong with a value, in Chinese and in English; never the value itself."""

    def __init__(self, reason: str, reason_en: str) -> None:
        super().__init__(reason_en)
        self.reason, self.reason_en = reason, reason_en


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name, how a value is read, whether it must be there, and what stands for a missing one."""

    name: str
    read: Read
    required: bool = False
    default: Any = None

    def value(self, raw: object) -> Any:
        """The value, or the default for a missing one."""
        found = None if raw is None else self.read(raw)
        if found is None or found == "":
            if self.required:
                raise Problem("不能为空!", "is missing")
            return self.default
        return found


def _plain(raw: object, limit: int) -> str:
    if type(raw) is str and raw.isalnum() and len(raw) <= limit:
        return raw  # nothing to trim, nothing to refuse
    if isinstance(raw, dict | list | tuple | bytes):
        raise Problem("类型不正确!", "is not a plain value")
    found = values.text(raw)
    if "\0" in found:
        raise Problem("含有非法字符!", "has characters that do not belong")
    if len(found) > limit:
        raise Problem(f"长度超过限制{limit}!", f"is longer than {limit} characters")
    return found


def text(limit: int) -> Read:
    """Text of at most ``limit`` characters, trimmed."""

    def read(raw: object) -> str:
        return _plain(raw, limit)

    return read


def digits(limit: int) -> Read:
    """A number that is a name (identity, card, account): a float has lost digits and is refused."""

    def read(raw: object) -> str:
        if type(raw) is float:
            raise Problem("应为文本,数值会丢失位数!", "must be text; a floating-point number loses digits")
        return _plain(raw, limit)

    return read


def _by(parse: Callable[[object], Any], reason: str, reason_en: str) -> Read:
    def read(raw: object) -> Any:
        try:
            return parse(raw if isinstance(raw, date) else _plain(raw, 64))
        except (ValueError, OverflowError):
            raise Problem(reason, reason_en) from None

    return read


moment = _by(values.moment, "时间格式不正确!", "is not a time")
day = _by(values.day, "日期格式不正确!", "is not a date")
month = _by(values.month, "格式不正确,应为yyyy-MM!", "is not a month (yyyy-MM)")
yuan = _by(values.fen, "金额格式不正确!", "is not an amount")
flag = _by(values.flag, "应为1或0!", "is neither yes nor no")
direction = _by(values.direction, "", "")


def _count(raw: object) -> int | None:
    found = values.whole(raw)
    if found is not None and abs(found) > 2**62:
        raise ValueError("too large")
    return found


fen = _by(_count, "应为整数(分)!", "is not a whole number of fen")


def _team(raw: object) -> int | None:
    found = values.whole(raw)
    if found is not None and not 0 <= found < 2**31:
        raise ValueError("out of range")
    return found


team = _by(_team, "值超出范围或无效!", "is not a team number")


def _quantity(raw: object) -> float | None:
    found = values.number(raw)
    if found is not None and not 0 <= found <= 744:
        raise ValueError("out of range")
    return found


quantity = _by(_quantity, "值超出范围或无效!", "is not a number from 0 to 744")


def way(raw: object) -> str:
    """National attendType ``001`` to ``011``, however padded; anything else is empty."""
    found = _plain(raw, 64)
    known = found.isascii() and found.isdigit() and len(found) < 4 and 1 <= int(found) <= 11
    return f"{int(found):03d}" if known else ""


def id_type(raw: object) -> str:
    """Two-digit document type."""
    return _plain(raw, 4).zfill(2)


def one_of(known: dict[str, str], said: str) -> Read:
    """One of a few words, with its other spellings."""

    def read(raw: object) -> str:
        found = _plain(raw, 64)
        if not found:
            return ""
        if found.lower() not in known:
            raise Problem(f"值无效,应为{said}!", f"is none of {said}")
        return known[found.lower()]

    return read
