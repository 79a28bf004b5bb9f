"""Whose project the pages speak of, and reading what their forms bring."""

import re
from datetime import date, datetime

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from anxin.insight.scope import visible_projects
from anxin.law.civil import civil_date
from anxin.portal.officer.files import take_files
from anxin.portal.officer.forms import Wrong, day_of
from anxin.portal.ui.access import signed_in
from anxin.registry.mending import Brought
from anxin.registry.models import Project

PICTURES = ("jpeg", "png", "pdf")


def own_project(request: HttpRequest) -> Project | None:
    """The project the clerk answers for; None while his account has none."""
    mine = visible_projects(signed_in(request), "site").select_related("contractor", "developer")
    return mine.first()


def project_or_404(request: HttpRequest) -> Project:
    """The same; without one there is nothing to show."""
    project = own_project(request)
    if project is None:
        raise Http404
    return project


def read_files(
    request: HttpRequest, name: str = "files", *, wanting: str = "", kinds: tuple[str, ...] = PICTURES
) -> list[Brought]:
    """The files of a field, kept by the vault. Raises ``Wrong``; also when none came and ``wanting`` is said."""
    names = [str(file.name or "") for file in request.FILES.getlist(name)]
    if not names and wanting:
        raise Wrong(wanting)
    digests = take_files(request, name, kinds=kinds)
    return [Brought(digest, told) for digest, told in zip(digests, names, strict=True)]


def read_past_day(request: HttpRequest, name: str, at: datetime, wanting: str, *, needed: bool = True) -> date | None:
    """A day not later than today. Raises ``Wrong``."""
    text = request.POST.get(name, "").strip()
    if not text and not needed:
        return None
    day = day_of(text)
    if day is None or day > civil_date(at) or day.year < 2000:
        raise Wrong(wanting)
    return day


def read_phone(request: HttpRequest, name: str) -> str:
    """A phone number. Raises ``Wrong`` without the number."""
    phone = re.sub(r"[\s-]", "", request.POST.get(name, ""))
    if not re.fullmatch(r"\+?[0-9]{7,15}", phone):
        raise Wrong(_("电话应为 7 至 15 位数字，固定电话请带区号。"))
    return phone
