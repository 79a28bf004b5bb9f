"""Projects: the list, one project, one month of it."""

from datetime import date
from itertools import dropwhile
from typing import Any

import pyarrow.compute as pc
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anxin.insight.completeness import completeness
from anxin.insight.paging import Page, page_of, wanted_page
from anxin.insight.places import places_below
from anxin.insight.project import INSTITUTIONS, five_institutions, parties
from anxin.insight.project_list import SORTS, filter_projects, list_page
from anxin.insight.project_months import (
    GROUPS,
    PAY_COLUMNS,
    WORK_COLUMNS,
    CalendarMonth,
    WorkerFigures,
    attendance_calendar,
    falls_under,
    judged_month,
    money_series,
    month_figures,
    month_range,
    wages_due_on,
    worker_figures,
)
from anxin.insight.rule_book import rule_titles
from anxin.insight.scope import visible_projects, visible_warnings
from anxin.intake.models import Upload
from anxin.law.civil import civil_date, first_day, month_of, shift_month
from anxin.ledger import read
from anxin.people.access import may
from anxin.people.models import User
from anxin.portal.officer import project_words as words
from anxin.portal.officer.downloads import form_asked, note_export
from anxin.portal.officer.pictures import attendance_grid, institution_marks, money_chart, worked_strip
from anxin.portal.site.words import tell_completeness
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, export, yuan
from anxin.portal.ui.pieces import piece
from anxin.portal.ui.tags import in_english, region_path, word
from anxin.registry import regions
from anxin.registry.models import Project
from anxin.registry.models.projects import Industry, ProjectStatus
from anxin.rules.packs import pack_of, rules_for
from anxin.vault.fields import mask_card, mask_identity, open_text
from anxin.watch.models import WarningEvent

MONTHS = 12
WORKERS_A_PAGE = 50
WARNINGS_SHOWN = 8
EVENTFUL = 200


def project_or_404(request: HttpRequest, code: str) -> Project:
    """A project the person may see; the others do not exist for him."""
    projects = visible_projects(signed_in(request)).select_related("contractor", "developer")
    return get_object_or_404(projects, code=code)


def month_or_404(month: str) -> str:
    """A month of an address in its only spelling."""
    try:
        if month_of(first_day(month)) == month:
            return month
    except ValueError:
        pass
    raise Http404


@needs("projects")
@require_safe
def projects(request: HttpRequest) -> HttpResponseBase:
    """The list: filtered, sorted, paged, or downloaded."""
    user = signed_in(request)
    as_of = civil_date(timezone.now())
    asked = request.GET
    filters = {
        "region": asked.get("region", "") if regions.exists(asked.get("region", "")) else "",
        "industry": asked.get("industry", "") if asked.get("industry") in Industry.values else "",
        "status": asked.get("status", "") if asked.get("status") in ProjectStatus.values else "",
        "text": " ".join(asked.get("q", "").split())[:64],
        "lacking": asked.get("lacking", "") if asked.get("lacking") in INSTITUTIONS else "",
    }
    told = asked.get("sort", "")
    sort = told.removeprefix("-") if told.removeprefix("-") in SORTS else "warnings"
    backwards = told.startswith("-")
    found = filter_projects(visible_projects(user), as_of=as_of, sort=sort, backwards=backwards, **filters)
    if asked.get("form") in {"csv", "xlsx"}:
        return _download(found.select_related("contractor"), as_of, asked["form"])
    # Sorted by key alone, then fetched: sorting whole rows of a province takes the longer part of a second.
    paging = page_of(found.values_list("pk", flat=True), number=wanted_page(asked.get("page", "")))
    fetched = Project.objects.select_related("contractor").in_bulk(paging.rows)
    shown = [fetched[pk] for pk in paging.rows]
    context = {
        "paging": paging,
        "rows": [
            {
                "project": row.project,
                "present": row.present,
                "marks": institution_marks(row.institutions),
                "worst": row.worst,
                "open_warnings": row.open_warnings,
            }
            for row in list_page(shown, as_of=as_of)
        ],
        "filters": filters,
        "told_sort": told if sort != "warnings" or backwards else "",
        "filtered": any(filters.values()),
        "sort": sort,
        "backwards": backwards,
        "industries": Industry.values,
        "statuses": ProjectStatus.values,
        "institutions": [(key, words.INSTITUTIONS[key]) for key in INSTITUTIONS],
        "places": places_below(user.region),
    }
    return render(request, "officer/projects/list.html", context)


def _download(found: Any, as_of: date, form: str) -> HttpResponseBase:
    headings = [
        *(_("项目编码"), _("项目名称"), _("地区"), _("行业"), _("状态"), _("总承包单位"), _("开工日期"), _("在场工人")),
        *(words.INSTITUTIONS[key] for key in INSTITUTIONS),
        *(_("红色预警"), _("橙色预警"), _("黄色预警"), _("蓝色预警")),
    ]

    def rows() -> Any:
        some: list[Project] = []
        for project in found[:READ].iterator(chunk_size=2000):
            some.append(project)
            if len(some) == 500:
                yield from _cells(some, as_of)
                some = []
        yield from _cells(some, as_of)

    return export(form=form, name=f"projects-{as_of}", headings=headings, rows=rows())


def _cells(some: list[Project], as_of: date) -> Any:
    for row in list_page(some, as_of=as_of):
        project = row.project
        yield [
            project.code,
            project.name,
            region_path(project.region_code),
            word(project.industry, "industry"),
            word(project.status, "project"),
            project.contractor.name if project.contractor else "",
            project.started_on,
            row.present,
            *(str(words.INSTITUTION_STATES[state]) for _key, state in row.institutions),
            *(row.warnings.get(level, 0) for level in ("red", "orange", "yellow", "blue")),
        ]


@needs("projects")
@require_safe
def project(request: HttpRequest, code: str) -> HttpResponse:
    """One project: institutions, months, calendar, money, warnings, rules, changes."""
    user = signed_in(request)
    as_of = civil_date(timezone.now())
    row = project_or_404(request, code)
    months = month_range(month_of(as_of), MONTHS)
    work = read.work_months(project_id=row.pk, month=months, columns=WORK_COLUMNS)
    pay = read.pay_months(project_id=row.pk, month=months, columns=PAY_COLUMNS)
    figures = month_figures(work, pay, months=months, as_of=as_of, pay_day=row.pay_day)
    judged = next((m for m in figures if m.month == judged_month(as_of, row.pay_day)), None)
    pauses = list(row.pauses.order_by("-from_on"))
    spans = [(p.from_on, p.until_on) for p in pauses]
    calendar = attendance_calendar(work, months=months, as_of=as_of, started_on=row.started_on, pauses=spans)
    attended = [d.day for m in calendar for d in m.days if d.heads]
    booked = read.movements(project_id=row.pk, month=[m for m in months if judged and m >= judged.month])
    inflow = sum(
        m["amount_fen"] or 0 for m in booked.to_pylist() if m["kind"] == "labour_fee" and m["direction"] == "credit"
    )
    institutions = five_institutions(
        row,
        as_of=as_of,
        months=figures,
        judged=judged,
        inflow_fen=inflow,
        last_attended=max(attended, default=None),
        first_paid_on=pc.min(pay.column("first_paid_on")).as_py(),
    )
    warnings = visible_warnings(user).filter(project=row, status="open")
    counts = warnings.aggregate(shown=Count("id", filter=Q(hidden_by=None)), hidden=Count("hidden_by"))
    who = parties(row, as_of=as_of)
    titles = rule_titles(english=in_english())
    rules = rules_for(
        region_code=row.region_code,
        industry=row.industry,
        category=row.category,
        investment=row.investment,
        as_of=as_of,
    )
    shown = [m for m in figures if not m.empty]
    context = {
        "project": row,
        "as_of": as_of,
        "institutions": [words.tell(i) for i in institutions],
        "clerk": who.clerk,
        "parties": [(part, words.PARTY_ROLES.get(part.role, ""), heads) for part, heads in who.others],
        "labour_fee": f"{row.labour_fee_ratio:.0%}" if row.labour_fee_ratio is not None else "",
        "warnings": list(
            warnings.filter(hidden_by=None).select_related("worker").order_by("-rank", "opened_on")[:WARNINGS_SHOWN]
        ),
        "more_warnings": counts["shown"] > WARNINGS_SHOWN,
        "open_total": counts["shown"],
        "hidden": counts["hidden"],
        "events": [(event, titles.get(event.warning.rule, event.warning.rule)) for event in _events(user, row)],
        "months": list(reversed(shown)),
        "calendar": attendance_grid(_begun(calendar), code=row.code) if attended else "",
        "has_money": pay.num_rows > 0 or institutions[1].since is not None,
        "pauses": pauses,
        "changes": list(row.status_changes.order_by("-changed_on", "-id")[:12]),
        "uploads": list(Upload.objects.filter(project=row).defer("report").order_by("-uploaded_at")[:8]),
        "rules": rules,
        "pack": pack_of(row),
        "may_upload": may(user, "uploads"),
    }
    return render(request, "officer/projects/project.html", context)


@needs("projects")
@require_safe
def gaps(request: HttpRequest, code: str) -> HttpResponse:
    """What is missing on a project, as its clerk sees it; the project's page asks for it when it stands."""
    as_of = civil_date(timezone.now())
    row = project_or_404(request, code)
    months = month_range(month_of(as_of), MONTHS)
    work = read.work_months(project_id=row.pk, month=months, columns=WORK_COLUMNS)
    pay = read.pay_months(project_id=row.pk, month=months, columns=PAY_COLUMNS)
    list_ = completeness(row, as_of=as_of, work=work, pay=pay)
    back = reverse("project", args=[row.code])
    return piece(request, "site/_completeness.html", tell_completeness(list_), title=row.name, back=back, cards=True)


@needs("projects")
@require_safe
def money(request: HttpRequest, code: str) -> HttpResponse:
    """The picture of account money against wages due; the project's page asks for it when it stands."""
    as_of = civil_date(timezone.now())
    row = project_or_404(request, code)
    months = month_range(month_of(as_of), MONTHS)
    pay = read.pay_months(project_id=row.pk, month=months, columns=PAY_COLUMNS)
    series = money_series(read.movements(project_id=row.pk), pay, months=months, as_of=as_of, pay_day=row.pay_day)
    return render(request, "officer/projects/_money.html", {"chart": money_chart(series)})


def _begun(calendar: list[CalendarMonth]) -> list[CalendarMonth]:
    """Without the months before the works began."""
    return list(dropwhile(lambda m: not m.peak and all(d.kind == "before" for d in m.days), calendar))


def _events(user: User, project: Project) -> list[WarningEvent]:
    """What last happened to warnings about the project itself; those about single workers would drown it."""
    mine = visible_warnings(user).filter(project=project, worker=None).order_by("-changed_at")
    # The keys first: joined, SQLite walks the events of the whole province.
    events = WarningEvent.objects.filter(warning__in=list(mine.values_list("pk", flat=True)[:EVENTFUL]))
    return list(events.select_related("warning").order_by("-at", "-id")[:15])


@needs("projects")
@require_safe
def month(request: HttpRequest, code: str, month: str) -> HttpResponseBase:
    """Workers of a month: who came, who was due, who was paid; each leads to his month."""
    as_of = civil_date(timezone.now())
    row = project_or_404(request, code)
    month = month_or_404(month)
    due_on = wages_due_on(month, row.pay_day)
    work = read.work_months(project_id=row.pk, month=month)
    pay = read.pay_months(project_id=row.pk, month=month)
    people = worker_figures(work, pay, month=month, overdue=as_of > due_on)
    counts = {group: sum(falls_under(p, group) for p in people) for group in GROUPS}
    wanted = request.GET.get("state", "")
    wanted = wanted if wanted in GROUPS else ""
    kept = [p for p in people if falls_under(p, wanted)] if wanted else people
    fields = "id", "worker_id", "worker__name", "worker__id_sealed", "team__name", "enterprise__name", "card_sealed"
    if form := form_asked(request):
        note_export(request, form=form, rows=kept)
        roster = {r["worker_id"]: r for r in row.engagements.values(*fields)}
        return _download_month(row, month, kept, roster, form)
    number = wanted_page(request.GET.get("page", ""))
    number = min(max(number, 1), max(-(-len(kept) // WORKERS_A_PAGE), 1))
    shown = kept[(number - 1) * WORKERS_A_PAGE : number * WORKERS_A_PAGE]
    known = row.engagements.filter(worker__in=[p.worker_id for p in shown]).values(*fields)
    roster = {r["worker_id"]: r for r in known}
    (figures,) = month_figures(work, pay, months=[month], as_of=as_of, pay_day=row.pay_day)
    context = {
        "project": row,
        "month": month,
        "as_of": as_of,
        "figures": figures,
        "due_on": due_on,
        "overdue": as_of > due_on,
        "rows": [_worker_row(p, roster.get(p.worker_id), month) for p in shown],
        "tabs": [("", _("全部"), len(people)), *((g, words.STANDINGS[g], n) for g, n in counts.items() if n)],
        "wanted": wanted,
        "paging": Page(rows=shown, number=number, size=WORKERS_A_PAGE, total=len(kept), more=False),
        "previous": shift_month(month, -1),
        "next": shift_month(month, 1) if shift_month(month, 1) <= month_of(as_of) else "",
    }
    return render(request, "officer/projects/month.html", context)


def _worker_row(figures: WorkerFigures, who: dict[str, Any] | None, month: str) -> dict[str, Any]:
    return {
        "figures": figures,
        "who": who,
        "identity": mask_identity(open_text(who["worker__id_sealed"])) if who else "",
        "strip": worked_strip(figures.mask, month),
        "state": words.STANDINGS[figures.state],
        "colour": words.STANDING_COLOURS[figures.state],
    }


def _download_month(
    project: Project, month: str, people: list[WorkerFigures], roster: dict[int, dict[str, Any]], form: str
) -> HttpResponseBase:
    headings = [
        *(
            _("姓名"),
            _("证件号码"),
            _("所属单位"),
            _("班组"),
            _("工资卡"),
            _("出勤天数"),
            _("应发（元）"),
            _("已发（元）"),
        ),
        *(_("银行成功（元）"), _("银行失败（元）"), _("首次发放"), _("状态")),
    ]

    def rows() -> Any:
        for p in people:
            who = roster.get(p.worker_id)
            known = (
                [
                    who["worker__name"],
                    mask_identity(open_text(who["worker__id_sealed"])),
                    who["enterprise__name"],
                    who["team__name"],
                    mask_card(open_text(who["card_sealed"])),
                ]
                if who
                else [""] * 5
            )
            money = (yuan(n) for n in (p.due_fen, p.paid_fen, p.bank_paid_fen, p.bank_failed_fen))
            yield [*known, p.days, *money, p.paid_on, str(words.STANDINGS[p.state])]

    return export(form=form, name=f"{project.code}-{month}", headings=headings, rows=rows())
