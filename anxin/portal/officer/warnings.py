"""The list of warnings, one warning, saved filters."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anxin.insight.evidence import evidence_rows, object_of
from anxin.insight.inspection_list import visible_inspections
from anxin.insight.paging import page_of, wanted_page
from anxin.insight.places import places_below
from anxin.insight.rule_book import rule_titles, rules_by_id, rules_offered
from anxin.insight.scope import visible_warnings
from anxin.insight.warning_list import WarningFilter, count_hidden, filtered_warnings, read_filter, with_places
from anxin.law.civil import civil_date
from anxin.people.access import may
from anxin.people.models import User
from anxin.portal.models import SavedFilter
from anxin.portal.officer.chosen import kept_query
from anxin.portal.officer.forms import key_of
from anxin.portal.officer.handling_section import handling_context
from anxin.portal.officer.warning_export import export_warnings
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import in_english
from anxin.portal.ui.words import LEVELS
from anxin.registry.models.projects import Industry
from anxin.rules.check import UNITS
from anxin.rules.rule import Rule
from anxin.rules.words import explain
from anxin.watch.models import Warning

FILTER_NAMES = ("status", "level", "rule", "region", "industry", "q", "since", "until", "hidden", "sort")
CHILDREN_SHOWN = 50


def _asked(request: HttpRequest) -> WarningFilter:
    return read_filter(request.GET.dict(), request.GET.getlist("level"))


@needs("warnings")
@require_GET
def warning_list(request: HttpRequest) -> HttpResponse:
    """Warnings by filter. htmx asks for the list alone; without scripts the form reloads the page."""
    user = signed_in(request)
    today = civil_date(timezone.now())
    asked = _asked(request)
    number = wanted_page(request.GET.get("page", ""))
    page = page_of(filtered_warnings(user, asked), number=number, by_key=with_places(Warning.objects.all()))
    hidden = count_hidden(page.rows)
    titles = rule_titles(english=in_english())
    for row in page.rows:
        row.covers = hidden.get(row.pk, 0)
        row.rule_title = titles.get(row.rule, row.rule)
    context = {"paging": page, "asked": asked, "today": today, "query": kept_query(request, FILTER_NAMES)}
    if request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request"):
        return render(request, "officer/warning_rows.html", context)
    context |= {
        "titles": rules_offered(user, "warnings", english=in_english(), asked=asked.rule),
        "levels": reversed(LEVELS.items()),
        "industries": Industry.values,
        "places": places_below(user.region),
        "saved": SavedFilter.objects.filter(by=user, page="warnings").order_by("name"),
    }
    return render(request, "officer/warnings.html", context)


@needs("warnings")
@require_GET
def warning_export(request: HttpRequest) -> HttpResponseBase:
    """The filtered warnings, or the chosen ones of them, as CSV or Excel."""
    rows = filtered_warnings(signed_in(request), _asked(request))
    chosen = [key for told in request.GET.getlist("id") if (key := key_of(told))]
    if chosen:
        rows = rows.filter(pk__in=chosen)
    return export_warnings(rows, form=request.GET.get("format", "csv"), on=civil_date(timezone.now()))


@needs("warnings")
@require_GET
def warning_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One warning: its reason, its rule, the rows behind it, whose it is, what it covers, what became of it."""
    return show_warning(request, pk)


def show_warning(
    request: HttpRequest, pk: int, *, given: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """The page of a warning. ``given``: a form about it that was not taken, shown again as it was filled in."""
    user = signed_in(request)
    at = timezone.now()
    today = civil_date(at)
    warning = (
        visible_warnings(user)
        .select_related("project", "project__contractor", "enterprise", "worker", "hidden_by")
        .filter(pk=pk)
        .first()
    )
    if warning is None:
        raise Http404
    rule = rules_by_id().get(warning.rule)
    covered = Warning.objects.filter(hidden_by=warning, status="open").order_by("-rank", "rule", "subject")
    titles = rule_titles(english=in_english())
    children: list[Any] = list(covered[:CHILDREN_SHOWN])
    for child in children:
        child.rule_title = titles.get(child.rule, child.rule)
    context = {
        "warning": warning,
        "object": object_of(warning),
        "rule": rule,
        "explained": explain(rule, "en" if in_english() else "zh") if rule else "",
        "children": children,
        "children_total": len(children) if len(children) < CHILDREN_SHOWN else covered.count(),
        "evidence": evidence_rows(warning, user=user),
        "today": today,
        "unit": UNITS[rule.unit][in_english()] if rule else "",
        "project_url": reverse("project", args=[warning.project.code])
        if warning.project and may(user, "projects")
        else "",
        "inspection_url": _inspection_url(warning, rule, user),
    }
    context |= handling_context(warning, rule, user=user, at=at, given=given)
    return render(request, "officer/warning.html", context, status=status)


def _inspection_url(warning: Warning, rule: Rule | None, user: User) -> str:
    """Where the joint check that a warning misses is recorded; empty for who may not, or for another rule."""
    if rule is None or rule.check != "inspection_missing" or not may(user, "inspect"):
        return ""
    task = visible_inspections(user).filter(project=warning.project_id).first()
    return reverse("inspection", args=[task.pk]) if task else ""


@needs("warnings")
@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filter of the list under a name; the same name again replaces it."""
    name = " ".join(request.POST.get("name", "").split())[:64]
    query = request.POST.get("query", "")[:500]
    if not name:
        messages.error(request, _("筛选条件没有保存：请先填写名称。"))
    else:
        SavedFilter.objects.update_or_create(
            by=signed_in(request),
            page="warnings",
            name=name,
            defaults={"query": query, "created_at": timezone.now()},
        )
        messages.success(request, _("已保存筛选条件“%(name)s”。") % {"name": name})
    return redirect(f"{reverse('warnings')}?{query}" if query else reverse("warnings"))


@needs("warnings")
@require_POST
def forget_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a saved filter of one's own."""
    get_object_or_404(SavedFilter, by=signed_in(request), page="warnings", pk=pk).delete()
    messages.success(request, _("已删除筛选条件。"))
    return redirect("warnings")
