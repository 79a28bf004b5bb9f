"""The desk: what is in whose hands, by deadline, and acts on many at once."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.insight.handling import (
    DUE,
    OPEN_STATES,
    RAISED,
    VIEWS,
    DeskFilter,
    count_due,
    count_some,
    desk,
    desk_parts,
    in_hand,
    raised_to,
    read_desk_filter,
    units_of,
    with_matter,
)
from anxin.insight.paging import page_of_parts, wanted_page
from anxin.insight.places import places_below
from anxin.insight.rule_book import rule_titles, rules_offered
from anxin.insight.scope import visible_handlings
from anxin.law.civil import civil_date
from anxin.people.access import may
from anxin.people.models import User
from anxin.portal.officer import handling_words as words
from anxin.portal.officer.chosen import act_on_each, back_to_list, candidates, chosen_ids, kept_query
from anxin.portal.officer.desk_export import export_desk
from anxin.portal.officer.forms import day_of, key_of
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import in_english
from anxin.portal.ui.words import LEVELS
from anxin.registry.models.projects import Industry
from anxin.watch.handling import actions, objections
from anxin.watch.handling.actions import AlreadyDone
from anxin.watch.models import Handling

FILTER_NAMES = ("view", "due", "level", "rule", "state", "unit", "region", "industry", "q", "sort")


def _asked(request: HttpRequest) -> DeskFilter:
    user = signed_in(request)
    usual = "mine" if may(user, "handle") else RAISED if _raised(user) else "region"
    return read_desk_filter(request.GET.dict(), request.GET.getlist("level"), usual=usual)


def _raised(user: User) -> bool:
    return in_hand(user, RAISED, at=timezone.now()).exists()


def _views(user: User) -> list[str]:
    """Who handles nothing himself has no matters of his own; who may raise them can be the one they are raised to."""
    views = list(VIEWS) if may(user, "handle") else ["region"]
    if may(user, "escalate"):
        views.insert(len(views) - 1, RAISED)
    return views


@needs("desk")
@require_safe
def desk_page(request: HttpRequest) -> HttpResponse:
    """Matters in hand by filter. htmx asks for the list alone; without scripts the form reloads the page."""
    user = signed_in(request)
    at = timezone.now()
    asked = _asked(request)
    page = page_of_parts(
        desk_parts(user, asked, at=at),
        size=50,
        number=wanted_page(request.GET.get("page", "")),
        by_key=with_matter(Handling.objects.all()),
    )
    titles = rule_titles(english=in_english())
    rungs = _rungs(user, page.rows, at) if asked.view == RAISED else {}
    for row in page.rows:
        row.rungs = rungs.get(row.pk, [])
        row.rule_title = titles.get(row.warning.rule, row.warning.rule)
        row.state_word = words.STATES[row.state]
        row.due_words, row.due_tone = words.deadline(row, at)
        row.owner_name = words.person(row.owner)
    query = kept_query(request, FILTER_NAMES)
    context: dict[str, Any] = {
        "paging": page,
        "asked": asked,
        "query": query,
        "here": f"{reverse('desk')}?{query}&page={page.number}",
        "may": {name: may(user, name) for name in ("handle", "assign", "approve", "escalate")},
        "today": civil_date(at),
        "me": user,
    }
    context |= _tabs(user, asked, at)
    if request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request"):
        return render(request, "officer/desk/rows.html", context)
    context |= {
        "titles": rules_offered(user, "desk", english=in_english(), asked=asked.rule),
        "levels": reversed(LEVELS.items()),
        "states": [(state, words.STATES[state]) for state in OPEN_STATES],
        "industries": Industry.values,
        "places": places_below(user.region),
        "units": units_of(user).order_by("region_code", "kind")[:200] if asked.view == "region" else [],
    }
    return render(request, "officer/desk/list.html", context)


def _rungs(user: User, rows: list[Any], at: Any) -> dict[int, list[Any]]:
    """On which rungs each of these matters waits for the person's organisation, in words."""
    found: dict[int, list[Any]] = {}
    for rung in raised_to(user, at=at).filter(handling__in=[row.pk for row in rows]).order_by("at", "id"):
        found.setdefault(rung.handling_id, []).append(words.rung(rung.kind))
    return found


def _tabs(user: User, asked: DeskFilter, at: Any) -> dict[str, Any]:
    due = count_due(user, asked.view, at=at)
    return {
        "views": [(view, words.VIEWS[view], count_some(in_hand(user, view, at=at))) for view in _views(user)],
        "dues": [(key, words.DUE[key], due.get(key)) for key in DUE],
        "people": candidates(user, "handle") if may(user, "assign") else [],
    }


@needs("desk")
@require_http_methods(["GET", "POST"])
def desk_export(request: HttpRequest) -> HttpResponseBase:
    """The filtered matters, or the chosen ones of them, as CSV or Excel."""
    at = timezone.now()
    rows = desk(signed_in(request), _asked(request), at=at)
    chosen = chosen_ids(request)
    if chosen:
        rows = rows.filter(pk__in=chosen)
    form = request.POST.get("format") or request.GET.get("format", "csv")
    return export_desk(rows, form=form, at=at)


def _each(
    request: HttpRequest, permission: str, act: Callable[[Handling], object], done: Callable[[int], str]
) -> HttpResponse:
    """Do an act on each chosen matter."""
    rows = visible_handlings(signed_in(request), permission).filter(pk__in=chosen_ids(request))
    act_on_each(
        request,
        rows.select_related("warning"),
        act,
        called=lambda one: (one.warning.reason, one.warning.reason_en),
        done=done,
        nothing=_("没有选中预警：请先勾选要处理的预警。"),
    )
    return back_to_list(request, "desk")


@needs("handle")
@require_POST
def desk_take(request: HttpRequest) -> HttpResponse:
    """Take the chosen matters."""
    user, at = signed_in(request), timezone.now()
    return _each(
        request,
        "handle",
        lambda one: actions.take(handling=one, by=user, at=at),
        lambda n: ngettext("已签收 %(n)s 条。", "已签收 %(n)s 条。", n) % {"n": n},
    )


@needs("assign")
@require_POST
def desk_assign(request: HttpRequest) -> HttpResponse:
    """Give the chosen matters to a person in whose jurisdiction they lie."""
    user, at = signed_in(request), timezone.now()
    key = key_of(request.POST.get("to", ""))
    if not key:
        messages.error(request, _("没有指派：请选择承办人。"))
        return back_to_list(request, "desk")
    to = get_object_or_404(User, pk=key, pk__in=[person.pk for person in candidates(user, "handle")])
    reason = " ".join(request.POST.get("reason", "").split())[:200]

    def act(one: Handling) -> None:
        if not visible_handlings(to, "handle").filter(pk=one.pk).exists():
            raise AlreadyDone(f"不在{words.person(to)}的辖区内。", f"outside the jurisdiction of {words.person(to)}.")
        actions.assign(handling=one, to=to, by=user, at=at, reason=reason)

    def done(n: int) -> str:
        told = ngettext("已将 %(n)s 条指派给%(name)s。", "已将 %(n)s 条指派给%(name)s。", n)
        return told % {"n": n, "name": words.person(to)}

    return _each(request, "assign", act, done)


@needs("escalate")
@require_POST
def desk_urge(request: HttpRequest) -> HttpResponse:
    """Press for the chosen matters."""
    user, at = signed_in(request), timezone.now()
    text = " ".join(request.POST.get("text", "").split())[:300]
    return _each(
        request,
        "escalate",
        lambda one: actions.urge(handling=one, text=text, by=user, at=at),
        lambda n: ngettext("已催办 %(n)s 条，承办人已收到通知。", "已催办 %(n)s 条，承办人已收到通知。", n) % {"n": n},
    )


@needs("approve")
@require_POST
def desk_snooze(request: HttpRequest) -> HttpResponse:
    """Put the chosen warnings to sleep until a day, with a reason."""
    user, at = signed_in(request), timezone.now()
    reason = " ".join(request.POST.get("reason", "").split())[:300]
    until = day_of(request.POST.get("until", ""))
    if not reason or until is None or until < civil_date(at):
        messages.error(request, _("没有静默：请填写理由，并选择今天或以后的日期。"))
        return back_to_list(request, "desk")

    def act(one: Handling) -> None:
        actions.locked(one)
        objections.snooze(warning=one.warning, until_on=until, reason=reason, by=user, at=at)

    def done(n: int) -> str:
        told = ngettext("已静默 %(n)s 条，至 %(day)s。", "已静默 %(n)s 条，至 %(day)s。", n)
        return told % {"n": n, "day": until}

    return _each(request, "approve", act, done)
