"""Reading what a form brings, with the sentence a person needs when something is wrong."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest
from django.utils.translation import gettext as _

from anxin.law.civil import civil_date
from anxin.portal.officer.handling_words import PERIODS

MOST_FEN = 10**13


class Wrong(Exception):
    """What is wrong with a form and what to do, in the page's language."""


def key_of(text: str) -> int:
    """The key of a row that a form names; what is none is 0, under which there is no row."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def fen_of(text: str) -> int | None:
    """Yuan as people write them (6,440.50) in fen; None for what is no sum: less than nothing, beyond ``MOST_FEN``, or
    with parts of a fen."""
    try:
        yuan = Decimal(text.strip().replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    if not yuan.is_finite() or not 0 <= yuan <= MOST_FEN // 100:
        return None
    return int(yuan * 100) if yuan * 100 % 1 == 0 else None


def day_of(text: str) -> date | None:
    """A day of a form; what is none is None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_text(request: HttpRequest, name: str, limit: int, wanting: str = "") -> str:
    """A field's text, its lines kept. Raises ``Wrong`` when it is too long, or empty where ``wanting`` is said."""
    text = "\n".join(" ".join(line.split()) for line in request.POST.get(name, "").splitlines()).strip()
    if wanting and not text:
        raise Wrong(wanting)
    if len(text) > limit:
        raise Wrong(_("文字过长：最多 %(n)s 字，请精简或作为附件上传。") % {"n": limit})
    return text


def read_day(request: HttpRequest, name: str, at: datetime, wanting: str) -> date:
    """A day from today on. Raises ``Wrong`` with ``wanting``."""
    day = day_of(request.POST.get(name, ""))
    if day is None or day < civil_date(at):
        raise Wrong(wanting)
    return day


def read_period(request: HttpRequest, name: str) -> str:
    """One of the periods that are offered. Raises ``Wrong``."""
    text = request.POST.get(name, "")
    if text not in PERIODS:
        raise Wrong(_("请选择期限。"))
    return text


def read_yuan(request: HttpRequest, name: str, wanting: str) -> int:
    """An amount above nought in yuan, as fen. Raises ``Wrong`` with ``wanting``."""
    fen = fen_of(request.POST.get(name, ""))
    if not fen:
        raise Wrong(wanting)
    return fen


def read_account(request: HttpRequest, name: str) -> str:
    """An account number: 8 to 32 digits, spaces and hyphens taken out. Raises ``Wrong`` without the number."""
    number = re.sub(r"[\s-]", "", request.POST.get(name, ""))
    if not re.fullmatch(r"[0-9]{8,32}", number):
        raise Wrong(_("账号应为 8 至 32 位数字，请对照开户证明核对。"))
    return number
