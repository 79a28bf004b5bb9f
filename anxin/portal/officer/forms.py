"""Reading what a form brings, with the sentence a person needs when something is wrong."""

from datetime import date, datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from anxin.law.civil import civil_date
from anxin.portal.officer.handling_words import PERIODS


class Wrong(Exception):
    """What is wrong with a form and what to do, in the page's language."""


def number_of(text: str) -> int | None:
    """A key of a form; what is none is None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


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
