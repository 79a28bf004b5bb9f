"""The list of cases: by deadline, in queues, and acts on many at once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.cases import taking
from anxin.cases.models import Case
from anxin.cases.numbers import read_number, shown
from anxin.insight.case_list import (
    DUE,
    MARKS,
    OPEN_STATES,
    VIEWS,
    CaseFilter,
    case_by_number,
    case_parts,
    cases_of,
    count_due,
    read_case_filter,
    with_matter,
)
from anxin.insight.handling import count_some
from anxin.insight.paging import page_of_parts, wanted_page
from anxin.insight.places import places_below
from anxin.insight.scope import visible_cases
from anxin.people.access import may
from anxin.people.models import User
from anxin.portal.officer.cases import words
from anxin.portal.officer.cases.export import export_cases
from anxin.portal.officer.cases.queues import QUEUES, queue_titles
from anxin.portal.officer.chosen import act_on_each, back_to_list, candidates, chosen_ids, kept_query
from anxin.portal.officer.forms import key_of
from anxin.portal.officer.handling_words import person
from anxin.portal.ui.access import needs, signed_in
from anxin.registry.models.projects import Industry
from anxin.watch.handling.actions import AlreadyDone

FILTER_NAMES = (
    *("view", "due", "queue", "state", "door", "matter", "region", "industry", "project", "mark", "q", "sort"),
)


def _asked(request: HttpRequest) -> CaseFilter:
    user = signed_in(request)
    usual = "mine" if may(user, "case") else "region"
    return read_case_filter(request.GET.dict(), request.GET.getlist("mark"), usual=usual, queues=QUEUES)


@needs("cases")
@require_safe
def cases_page(request: HttpRequest) -> HttpResponse:
    """Cases by filter. A whole case number in the search field leads straight to its case. htmx asks for the list
    alone; without scripts the form reloads the page."""
    user, at = signed_in(request), timezone.now()
    asked = _asked(request)
    partial = bool(request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request"))
    found = case_by_number(user, asked.text)
    if found is not None:
        url = reverse("case", args=[found.number])
        return HttpResponse(headers={"HX-Redirect": url}) if partial else redirect(url)
    page = page_of_parts(
        case_parts(user, asked, at=at),
        size=50,
        number=wanted_page(request.GET.get("page", "")),
        by_key=with_matter(Case.objects.all()),
    )
    for row in page.rows:
        row.shown = shown(row.number)
        row.state_word = words.state(row.state)
        row.door_word = words.DOORS.get(row.door, row.door)
        row.due_words, row.due_tone = words.deadline(row, at)
        row.owner_name = person(row.owner)
        row.about = about(row)
    query = kept_query(request, FILTER_NAMES)
    context: dict[str, Any] = {
        "paging": page,
        "asked": asked,
        "query": query,
        "here": f"{reverse('cases')}?{query}&page={page.number}",
        "may": {name.replace("-", "_"): may(user, name) for name in ("case", "assign", "take-in", "personal")},
        "misread": _looks_like_a_number(asked.text),
        "me": user,
    }
    context |= _tabs(user, asked, at)
    if partial:
        return render(request, "officer/cases/rows.html", context)
    context |= {
        "states": [(key, words.state(key)) for key in (*OPEN_STATES, "ended")],
        "doors": words.DOORS.items(),
        "matters": words.MATTERS.items(),
        "marks": [(key, words.MARKS[key]) for key in MARKS],
        "industries": Industry.values,
        "places": places_below(user.region),
    }
    return render(request, "officer/cases/list.html", context)


def about(case: Case) -> str:
    """Against whom a case is, as a list names it: the project, else the company, else what was told."""
    if case.project is not None:
        return case.project.name
    return case.enterprise.name if case.enterprise is not None else case.employer


def _looks_like_a_number(text: str) -> bool:
    """A number of the right length whose check digit is wrong: somebody misread or mistyped a digit."""
    digits = "".join(sign for sign in text if sign not in " -")
    return digits.isdecimal() and len(digits) == 14 and not read_number(text)


def _tabs(user: User, asked: CaseFilter, at: datetime) -> dict[str, Any]:
    due = count_due(user, asked.view, at=at)
    return {
        "views": [
            (view, words.VIEWS[view], count_some(cases_of(user, view, at=at).filter(ended_at=None))) for view in VIEWS
        ],
        "dues": [(key, words.DUE[key], due.get(key)) for key in DUE],
        "queues": queue_titles(),
        "people": candidates(user, "case") if may(user, "assign") else [],
    }


@needs("cases")
@require_http_methods(["GET", "POST"])
def cases_export(request: HttpRequest) -> HttpResponseBase:
    """The filtered cases, or the chosen ones of them, as CSV or Excel; nothing in it names a claimant."""
    at = timezone.now()
    parts: list[QuerySet[Case]] = case_parts(signed_in(request), _asked(request), at=at)
    if chosen := chosen_ids(request):
        parts = [part.filter(pk__in=chosen) for part in parts]
    form = request.POST.get("format") or request.GET.get("format", "csv")
    return export_cases(parts, form=form, at=at)


def _each(
    request: HttpRequest, permission: str, act: Callable[[Case], object], done: Callable[[int], str]
) -> HttpResponse:
    """Do an act on each chosen case."""
    act_on_each(
        request,
        visible_cases(signed_in(request), permission).filter(pk__in=chosen_ids(request)),
        act,
        called=lambda one: (shown(one.number), shown(one.number)),
        done=done,
        nothing=_("没有选中案件：请先勾选要处理的案件。"),
    )
    return back_to_list(request, "cases")


@needs("case")
@require_POST
def cases_take(request: HttpRequest) -> HttpResponse:
    """Become the named person of the chosen cases."""
    user, at = signed_in(request), timezone.now()
    return _each(
        request,
        "case",
        lambda one: taking.take(case=one, by=user, at=at),
        lambda n: ngettext("已接办 %(n)s 件，您是首问负责人。", "已接办 %(n)s 件，您是首问负责人。", n) % {"n": n},
    )


@needs("assign")
@require_POST
def cases_assign(request: HttpRequest) -> HttpResponse:
    """Give the chosen cases to an officer in whose jurisdiction they lie."""
    user, at = signed_in(request), timezone.now()
    key = key_of(request.POST.get("to", ""))
    if not key:
        messages.error(request, _("没有指派：请选择承办人。"))
        return back_to_list(request, "cases")
    to = get_object_or_404(User, pk=key, pk__in=[one.pk for one in candidates(user, "case")])
    reason = " ".join(request.POST.get("reason", "").split())[:200]

    def act(one: Case) -> None:
        if not visible_cases(to, "case").filter(pk=one.pk).exists():
            raise AlreadyDone(f"不在{person(to)}的辖区内。", f"outside the jurisdiction of {person(to)}.")
        taking.assign(case=one, to=to, by=user, at=at, reason=reason)

    def done(n: int) -> str:
        told = ngettext("已将 %(n)s 件交给%(name)s。", "已将 %(n)s 件交给%(name)s。", n)
        return told % {"n": n, "name": person(to)}

    return _each(request, "assign", act, done)
