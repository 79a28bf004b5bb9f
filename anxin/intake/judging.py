"""What admission asks of single values, and the words in which a row is not taken.

Days, sums and months are judged alike whichever door they come through; fields bear their national names.
"""

from datetime import date

from anxin.intake.models import Sender
from anxin.law.civil import first_day, month_of
from anxin.people.access import region_prefix
from anxin.registry.models import Project

EARLIEST = date(2000, 1, 1)
MAX_FEN = 10**13
IDENTITY_WORDS = {
    "length": ("长度不正确,应为18位!", "must have 18 characters"),
    "characters": ("含有非法字符!", "has characters that do not belong"),
    "birth": ("出生日期不正确!", "has an impossible birth date"),
    "check": ("校验码不正确!", "has a wrong check digit"),
}


class Refused(Exception):
    """Why a row is not taken: field, words, whether it waits, and for whom (a blind value)."""

    def __init__(self, field: str, reason: str, reason_en: str, *, waits: bool = False, key: bytes = b"") -> None:
        super().__init__(reason)
        self.field, self.reason, self.reason_en, self.waits, self.key = field, reason, reason_en, waits, key


def may_send(sender: Sender | None, project: Project) -> bool:
    """Whether a sender may speak for a project: its own, one in its region, or any when bound to neither."""
    if sender is None:
        return True
    if sender.project_id is not None:
        return sender.project_id == project.pk
    return not sender.region_code or project.region_code.startswith(region_prefix(sender.region_code))


def not_future(day: date, today: date, field: str) -> None:
    """Raises Refused for a day to come, and for one before any data can be (``EARLIEST``)."""
    if day > today:
        raise Refused(field, "不能大于当天!", "lies in the future")
    if day < EARLIEST:
        raise Refused(field, "日期过早,请核对!", "is too early to be right")


def amount_of(fen: int, field: str) -> int:
    """The sum itself (fen). Raises Refused for one below nought or beyond any wage."""
    if fen < 0:
        raise Refused(field, "不能为负数!", "is negative")
    if fen > MAX_FEN:
        raise Refused(field, "金额过大,请核对!", "is too large to be right")
    return fen


def wage_month(month: str, field: str, today: date) -> str:
    """A month as ``2026-03``. Raises Refused for what is no month, or one to come."""
    try:
        start = first_day(month)
    except ValueError:
        raise Refused(field, "格式不正确,应为yyyy-MM!", "is not a month (yyyy-MM)") from None
    not_future(start, today, field)
    return month_of(start)
