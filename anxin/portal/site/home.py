"""The clerk's first page: matters by deadline, completeness, what may be done."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anxin.insight.completeness import completeness
from anxin.insight.rule_book import rules_by_id
from anxin.insight.scope import visible_warnings
from anxin.law.civil import civil_date
from anxin.people.models import User
from anxin.portal.officer.handling_words import till
from anxin.portal.site import words
from anxin.portal.site.reach import own_project
from anxin.portal.ui.access import needs, signed_in
from anxin.registry.models import Project
from anxin.watch.handling.site import see_demands
from anxin.watch.models import Demand, Handling, PauseRequest, Warning

MATTERS_SHOWN = 60
PAPERS_SHOWN = 8


@needs("site")
@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is wrong on the project at this second, as the officer sees it, and how to mend it."""
    user = signed_in(request)
    at = timezone.now()
    project = own_project(request)
    if project is None:
        return render(request, "site/none.html")
    see_demands(project=project, by=user, at=at)
    rows, total = matters(project, user, at)
    demands = [row for row in rows if row["demands"]]
    list_ = completeness(project, as_of=civil_date(at))
    context = {
        "project": project,
        "as_of": civil_date(at),
        "matters": rows,
        "total": total,
        "demands": sum(len(row["demands"]) for row in demands),
        "late": sum(row["tone"] == "bad" for row in rows),
        "next": rows[0] if rows else None,
        **words.tell_completeness(list_),
        "papers": [
            (paper, words.PAPERS.get(paper.kind, paper.kind))
            for paper in project.papers.select_related("by").order_by("-at", "-id")[:PAPERS_SHOWN]
        ],
        "pause": PauseRequest.objects.filter(project=project).order_by("-asked_at").first(),
        "clerk_view": True,
    }
    return render(request, "site/home.html", context)


def matters(project: Project, user: User, at: datetime) -> tuple[list[dict[str, Any]], int]:
    """The project's open warnings that stand for themselves, by deadline, and how many there are in all."""
    # A warning that sleeps after an accepted objection is off the officer's desk, and nothing to mend here either.
    awake = Q(snoozed_until=None) | Q(snoozed_until__lt=civil_date(at))
    found = visible_warnings(user, "site").filter(awake, project=project, status="open", hidden_by=None)
    warnings = list(found.select_related("worker").order_by("-rank", "opened_on", "id")[:MATTERS_SHOWN])
    handlings = {one.warning_id: one for one in Handling.objects.filter(warning__in=warnings, ended_at=None)}
    demands: dict[int, list[Demand]] = {}
    for demand in Demand.objects.filter(handling__in=handlings.values(), answered_at=None).order_by("due_on", "id"):
        demands.setdefault(demand.handling_id, []).append(demand)
    rules = rules_by_id()
    rows = [matter(warning, rules.get(warning.rule), handlings.get(warning.pk), demands, at) for warning in warnings]
    rows.sort(key=lambda row: (row["sort"], -row["warning"].rank, row["warning"].opened_on))
    return rows, found.count() if len(warnings) == MATTERS_SHOWN else len(warnings)


def matter(
    warning: Warning, rule: Any, handling: Handling | None, demands: dict[int, list[Demand]], at: datetime
) -> dict[str, Any]:
    """One warning as a thing to do: who asks for it, by when, and the button that mends it."""
    asked = demands.get(handling.pk, []) if handling else []
    days = [day for day in (warning.due_on, *(demand.due_on for demand in asked)) if day is not None]
    told, tone = till(handling.due_at, at) if handling and handling.due_at else ("", "")
    today = civil_date(at)
    for demand in asked:
        demand.late = demand.due_on < today  # type: ignore[attr-defined]
    if any(day < today for day in days):
        tone = "bad"
    return {
        "warning": warning,
        "rule": rule,
        "handling": handling,
        "demands": asked,
        "due": warning.due_on,
        "due_words": told,
        "tone": tone,
        "sort": min(days).isoformat() if days else "9999",
        "mend": words.mend_check(rule.check, month=warning.month) if rule else None,
    }
