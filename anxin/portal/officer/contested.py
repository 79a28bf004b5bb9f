"""Months on file as paid that their workers deny, and leavers who say that money is owed: where to look next.

It is a list of months, never of people: nobody is counted, scored or ranked for what he said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anxin.cases.answers import Contested, contested, owed_on_leaving
from anxin.cases.models import LeaverAsk
from anxin.insight.paging import page_of, page_of_list, wanted_page
from anxin.insight.places import places_below
from anxin.insight.scope import in_region, visible_projects
from anxin.intake.values import month as read_month
from anxin.law.civil import civil_date, month_of
from anxin.portal.officer.downloads import form_asked, note_export
from anxin.portal.ui import tags
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export, yuan
from anxin.registry import regions
from anxin.registry.models import Engagement, Project

VIEWS = {"denied": gettext_lazy("显示已发，本人说没到手"), "left": gettext_lazy("离场工人说还欠着")}
GROUNDS = {"bank": gettext_lazy("银行回单"), "sheet": gettext_lazy("工资表")}
# So many of the latest answers are compared with the file.
MOST = READ


@dataclass(frozen=True)
class Asked:
    """What the reader asked for. ``ground``: what says that it was paid."""

    view: str
    text: str
    region: str
    month: str
    ground: str

    @property
    def asks(self) -> bool:
        """Whether anything is left out beyond the view."""
        return any((self.text, self.region, self.month, self.ground))


def _read(asked: Mapping[str, str]) -> Asked:
    try:
        month = read_month(asked.get("month", "")) or ""
    except ValueError:
        month = ""
    region, view = asked.get("region", ""), asked.get("view", "")
    return Asked(
        view=view if view in VIEWS else "denied",
        text=" ".join(asked.get("q", "").split())[:64],
        region=region if regions.exists(region) else "",
        month=month,
        ground=asked.get("ground", "") if asked.get("ground") in GROUNDS else "",
    )


def _projects(request: HttpRequest, asked: Asked) -> QuerySet[Project]:
    found = visible_projects(signed_in(request), "case")
    if asked.region:
        found = found.filter(in_region(asked.region))
    if asked.text:
        found = found.filter(Q(name__icontains=asked.text) | Q(code__icontains=asked.text))
    return found


def _denied(projects: QuerySet[Project], asked: Asked) -> list[Contested]:
    found = contested(projects=projects, months=[asked.month] if asked.month else None, most=MOST)
    return [one for one in found if not asked.ground or one.by_bank == (asked.ground == "bank")]


def _left(projects: QuerySet[Project], asked: Asked) -> QuerySet[LeaverAsk]:
    rows = owed_on_leaving(projects=projects)
    if asked.month:
        year, month = asked.month.split("-")
        rows = rows.filter(engagement__left_on__year=int(year), engagement__left_on__month=int(month))
    return rows


@needs("case")
@never_cache
@require_safe
def contested_months(request: HttpRequest) -> HttpResponseBase:
    """The workers' own word against the file, newest first, in the officer's bounds; or the list as a file."""
    asked = _read(request.GET.dict())
    projects = _projects(request, asked)
    denied = _denied(projects, asked) if asked.view == "denied" else []
    left = _left(projects, asked)
    if form := form_asked(request):
        note_export(request, form=form, rows=denied if asked.view == "denied" else left)
        return _download(asked.view, denied, left, form, civil_date(timezone.now()))
    number = wanted_page(request.GET.get("page", ""))
    paging = page_of_list(denied, number=number) if asked.view == "denied" else page_of(left, number=number)
    context: dict[str, Any] = {
        "asked": asked,
        "views": [("denied", VIEWS["denied"], None), ("left", VIEWS["left"], left.count())],
        "grounds": GROUNDS.items(),
        "places": places_below(signed_in(request).region),
        "paging": paging,
        "rows": _engaged(paging.rows) if asked.view == "denied" else paging.rows,
    }
    return render(request, "officer/contested.html", context)


def _engaged(found: Sequence[Contested]) -> list[dict[str, Any]]:
    """Each month with the engagement it belongs to."""
    some = Engagement.objects.select_related("worker", "project").filter(
        worker__in={one.worker_id for one in found}, project__in={one.project_id for one in found}
    )
    engaged = {(row.worker_id, row.project_id): row for row in some}
    keys = ((one, (one.worker_id, one.project_id)) for one in found)
    return [{"contested": one, "engagement": engaged[key]} for one, key in keys if key in engaged]


def _download(
    view: str, denied: Sequence[Contested], left: QuerySet[LeaverAsk], form: str, today: date
) -> HttpResponseBase:
    site: list[object] = [_("工人"), _("项目编码"), _("项目名称"), _("地区")]
    if view == "left":
        headings = [*site, _("退场"), _("退场月份"), _("回答日期")]
    else:
        headings = [*site, _("工资月份"), _("已发（元）"), _("依据"), _("发放日期"), _("本人说明"), _("回答日期")]
    name = f"{VIEWS[view]}-{today.isoformat()}"
    rows = _left_lines(left) if view == "left" else _denied_lines(denied)
    return export(form=form, name=name, headings=headings, rows=rows)


def _site(row: Engagement) -> list[Cell]:
    return [row.worker.name, row.project.code, row.project.name, tags.region_path(row.project.region_code)]


def _denied_lines(denied: Sequence[Contested]) -> Iterator[list[Cell]]:
    for start in range(0, len(denied), 1000):
        for row in _engaged(denied[start : start + 1000]):
            one = row["contested"]
            yield [
                *_site(row["engagement"]), one.month, yuan(one.paid_fen),
                str(GROUNDS["bank" if one.by_bank else "sheet"]), one.paid_on, one.note, civil_date(one.answered_at),
            ]  # fmt: skip


def _left_lines(left: QuerySet[LeaverAsk]) -> Iterator[list[Cell]]:
    for row in left[:READ].iterator(chunk_size=1000):
        gone, said = row.engagement.left_on, row.answered_at
        yield [
            *_site(row.engagement), gone, month_of(gone) if gone else "", civil_date(said) if said else None,
        ]  # fmt: skip
