"""What the page of a warning shows of its hand-over: whose it is, by when and why, what may be done, what was done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anxin.cases.numbers import shown
from anxin.insight.handling_story import Step, story_of
from anxin.insight.scope import visible_cases, visible_handlings
from anxin.law.civil import civil_date
from anxin.law.clocks import due_on
from anxin.people.access import may
from anxin.people.models import Organisation, OrganisationKind, User
from anxin.portal.officer import handling_words as words
from anxin.portal.officer.chosen import candidates
from anxin.portal.officer.offline_pay import owed
from anxin.portal.ui.tags import in_english
from anxin.registry.regions import nearest_first
from anxin.rules.rule import RUNGS, Rule
from anxin.watch.handling.clock import reckoning_of
from anxin.watch.handling.ladder import region_units, target_of
from anxin.watch.models import ClockChange, Handling, Snooze, Warning

ACTS = ("handle", "assign", "approve", "escalate")
BY_HAND = ("talk", "listed", "leader")


def handling_context(
    warning: Warning, rule: Rule | None, *, user: User, at: datetime, given: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Everything the section needs. ``given``: a form that was not taken, shown again as it was filled in."""
    inside = may(user, "minutes")
    handlings = list(warning.handlings.select_related("unit", "owner").order_by("-started_at", "-id"))
    current = handlings[0] if handlings else None
    context: dict[str, Any] = {
        "hand": current,
        "story": [_told(step) for step in story_of(warning, handlings, inside=inside)],
        "inside": inside,
        "given": given or {},
        "asleep": Snooze.objects.filter(
            rule=warning.rule, subject=warning.subject, ended_at=None, until_on__gte=civil_date(at)
        ).first()
        if warning.snoozed_until and warning.snoozed_until >= civil_date(at)
        else None,
        "may_wake": may(user, "approve"),
        "may_case": may(user, "take-in") and _speaks_of_workers(warning),
        "cases": [(one, shown(one.number)) for one in visible_cases(user).filter(warning=warning).order_by("id")[:5]],
    }
    if current is None:
        return context
    return context | _current(current, warning, rule, user, at)


def _speaks_of_workers(warning: Warning) -> bool:
    """Whether it is about people or their wages; a deposit that ran out opens nobody's case."""
    about = warning.worker_id is not None or warning.month or warning.numbers.get("affected")
    return warning.project is not None and bool(about)


def _current(handling: Handling, warning: Warning, rule: Rule | None, user: User, at: datetime) -> dict[str, Any]:
    open_ = handling.ended_at is None
    allowed = {name: may(user, name) and visible_handlings(user, name).filter(pk=handling.pk).exists() for name in ACTS}
    reckoning = reckoning_of(handling)
    due, tone = words.deadline(handling, at)
    told: dict[str, Any] = {
        "open": open_,
        "may": {name: held and open_ for name, held in allowed.items()},
        "may_record": allowed["handle"],
        "mine": handling.owner_id == user.pk,
        "state_word": words.state_of(handling, warning=warning, today=civil_date(at)),
        "owner_name": words.person(handling.owner),
        "due_words": due,
        "due_tone": tone,
        "reckoning": reckoning.en if in_english() else reckoning.zh,
        "provisional": reckoning.provisional,
        "period": words.period(handling.within),
        "paused": open_ and handling.due_at is None,
        "demands": handling.demands.select_related("by", "answered_by").order_by("-at", "-id"),
        "helpers": [_helper(row, at) for row in handling.helpers.select_related("organisation").order_by("-id")],
        "objections": [
            {"row": row, "kind": words.OBJECTIONS.get(row.kind, row.kind), "due": words.till(row.due_at, at)}
            for row in handling.objections.select_related("by", "answered_by").order_by("-at", "-id")
        ],
        "requests": [
            {"row": row, "period": words.period(row.more), "own": row.asked_by_id == user.pk}
            for row in ClockChange.objects.filter(handling=handling, decided_at=None).select_related("asked_by")
        ],
        "rungs": [
            {"row": row, "word": words.rung(row.kind)}
            for row in handling.escalations.select_related("to", "by", "done_by").order_by("-at", "-id")
        ],
        "has_demand": handling.demands.filter(answered_at=None).exists(),
    }
    if not open_:
        return told
    today = civil_date(at)
    if told["may"]["handle"]:
        last = civil_date(handling.due_at) if handling.due_at else today
        told |= {
            "suggestion": (rule.clears["en" if in_english() else "zh"] if rule else ""),
            "ask_by": max(last, due_on(today, "1 working day")),
            "today": today,
            "periods": [(text, words.period(text)) for text in words.PERIODS],
            "organisations": _near(handling),
        }
    if told["may"]["assign"]:
        told["people"] = [one for one in candidates(user, "handle") if one.pk != handling.owner_id]
    if told["may"]["approve"] and any(
        one["row"].kind == "offline_payment" and not one["row"].answered_at for one in told["objections"]
    ):
        told["owed"] = owed(warning, user)
    if told["may"]["escalate"]:
        climbed = {row["row"].kind for row in told["rungs"]}
        units = region_units()
        told["raises"] = [
            {"kind": kind, "word": words.rung(kind), "to": target_of(kind, handling.region_code, units)}
            for kind in BY_HAND
            if kind in RUNGS and kind not in climbed
        ]
    return told


def _helper(row: Any, at: datetime) -> dict[str, Any]:
    due, tone = ("", "") if row.done_at else words.till(row.due_at, at)
    return {"row": row, "due": due, "tone": tone, "period": words.period(row.within)}


def _near(handling: Handling) -> list[Organisation]:
    """Organisations of the place and of those above it that may be asked to help."""
    places = nearest_first(handling.region_code)
    found = Organisation.objects.filter(active=True, region_code__in=places).exclude(
        kind__in=[OrganisationKind.ENTERPRISE]
    )
    if handling.unit_id:
        found = found.exclude(pk=handling.unit_id)
    return list(found.order_by("-region_code", "kind", "name")[:100])


def _told(step: Step) -> dict[str, Any]:
    return {
        "step": step,
        "word": "" if step.event else words.act(step.action, step.changes),
        "details": [] if step.event else words.details(step.action, step.changes),
        "files": step.changes.get("evidence") or [],
    }
