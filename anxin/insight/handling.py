"""Matters in hand as lists: mine, my unit's, my region's, by deadline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from anxin.cases.models import CaseTask
from anxin.insight.scope import few_or_query, in_region, visible_handlings, visible_projects
from anxin.law.civil import civil_date, start_of
from anxin.people.access import may
from anxin.people.models import Organisation, OrganisationKind, User
from anxin.people.seats import stood_in_for
from anxin.registry import regions
from anxin.registry.models.projects import Industry
from anxin.rules.rule import LEVELS
from anxin.watch.models import Escalation, Handling, HelperTask
from anxin.watch.models.handling import HandlingState

VIEWS = ("mine", "unit", "region")
# What the desk shows besides: matters that climbed to one's own organisation and wait there for what came of it.
RAISED = "raised"
DUE = ("overdue", "today", "week", "later", "paused")
OPEN_STATES = tuple(state for state in HandlingState.values if state != HandlingState.ENDED)
# Figures beside a tab tell no more than this; a total stands above the list.
COUNT_SOME = 1_000


@dataclass(frozen=True)
class DeskFilter:
    """What the reader asked for. Empty means any. ``due`` is one of ``DUE``; ``unit`` an organisation's key.

    The list is in order of deadline, ``backwards`` the farthest first; what stands still comes last either way.
    """

    view: str = "mine"
    due: str = ""
    levels: tuple[str, ...] = ()
    rule: str = ""
    state: str = ""
    unit: int = 0
    region: str = ""
    industry: str = ""
    text: str = ""
    backwards: bool = False

    @property
    def sort(self) -> str:
        """The one column it is sorted by."""
        return "due"

    @property
    def asks(self) -> int:
        """How many restrictions beyond the view are in force."""
        told = (self.due, self.levels, self.rule, self.state, self.unit, self.region, self.industry, self.text)
        return sum(1 for value in told if value)


def read_desk_filter(asked: Mapping[str, str], levels: list[str], *, usual: str) -> DeskFilter:
    """A filter from an address; what makes no sense there is left out, never an error."""
    unit = asked.get("unit", "")
    region = asked.get("region", "")

    def one_of(name: str, known: tuple[str, ...] | list[str]) -> str:
        return asked.get(name, "") if asked.get(name) in known else ""

    return DeskFilter(
        view=one_of("view", (*VIEWS, RAISED)) or usual,
        due=one_of("due", DUE),
        levels=tuple(level for level in LEVELS if level in levels),
        rule=asked.get("rule", "")[:32],
        state=one_of("state", OPEN_STATES),
        unit=int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 10 else 0,
        region=region if regions.exists(region) else "",
        industry=one_of("industry", Industry.values),
        text=" ".join(asked.get("q", "").split())[:64],
        backwards=asked.get("sort") == "-due",
    )


def in_hand(user: User, view: str, *, at: datetime) -> QuerySet[Handling]:
    """Open matters of a view: one's own, one's unit's, raised to one's unit, or all in one's jurisdiction. Never beyond
    what one may see."""
    rows = visible_handlings(user).filter(ended_at=None)
    if view == "region":
        return rows
    people = stood_in_for(user, civil_date(at))
    if view == RAISED:
        return rows.filter(pk__in=raised_to(user, at=at).values("handling"))
    if view == "mine":
        return rows.filter(owner__in=people)
    return rows.filter(unit__in=[person.organisation_id for person in people if person.organisation_id])


def raised_to(user: User, *, at: datetime) -> QuerySet[Escalation]:
    """The rungs on which something is wanted of a person's organisation (or that of somebody he stands in for): a
    supervision, a talk, the list, a leader's own case, as long as nothing is on record of what came of it."""
    people = stood_in_for(user, civil_date(at))
    units = [person.organisation_id for person in people if person.organisation_id]
    return Escalation.objects.filter(to__in=units, done_at=None, handling__ended_at=None).exclude(kind="reminder")


def due_within(due: str, at: datetime) -> Q:
    """Matters whose deadline has passed, comes by the end of today, of the week (Sunday), later, or stands still."""
    today = civil_date(at)
    tomorrow = start_of(today + timedelta(days=1))
    monday = start_of(today + timedelta(days=7 - today.weekday()))
    return {
        "overdue": Q(due_at__lt=at),
        "today": Q(due_at__gte=at, due_at__lt=tomorrow),
        "week": Q(due_at__gte=at, due_at__lt=monday),
        "later": Q(due_at__gte=monday),
        "paused": Q(due_at=None),
    }[due]


def desk(user: User, asked: DeskFilter, *, at: datetime) -> QuerySet[Handling]:
    """The matters this person may see and asked for, in order; see ``desk_parts`` for pages."""
    return _asked(user, asked, at).order_by(*_order(asked))


def desk_parts(user: User, asked: DeskFilter, *, at: datetime) -> list[QuerySet[Handling]]:
    """The same as two lists, what runs and what stands still: no database sorts nothing to the end from an index."""
    rows = _asked(user, asked, at)
    ways = ("-due_at", "-id") if asked.backwards else ("due_at", "id")
    running, standing = rows.filter(due_at__isnull=False).order_by(*ways), rows.filter(due_at=None).order_by(ways[1])
    return [standing] if asked.due == "paused" else [running] if asked.due else [running, standing]


def _asked(user: User, asked: DeskFilter, at: datetime) -> QuerySet[Handling]:
    rows = in_hand(user, asked.view, at=at)
    if asked.due:
        rows = rows.filter(due_within(asked.due, at))
    if asked.levels:
        rows = rows.filter(rank__in=[LEVELS.index(level) + 1 for level in asked.levels])
    if asked.rule:
        rows = rows.filter(rule=asked.rule)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.unit:
        rows = rows.filter(unit=asked.unit)
    if asked.region:
        rows = rows.filter(in_region(asked.region))
    if asked.industry:
        rows = rows.filter(industry=asked.industry)
    if asked.text:
        named = visible_projects(user).filter(Q(name__icontains=asked.text) | Q(code__icontains=asked.text))
        rows = rows.filter(warning__project__in=few_or_query(named.values_list("pk", flat=True)))
    return rows


def with_matter(rows: QuerySet[Handling]) -> QuerySet[Handling]:
    """Each with what a list names: the warning, its project or company, the worker it speaks of, owner and unit."""
    return rows.select_related("warning__project", "warning__enterprise", "warning__worker", "owner", "unit")


def _order(asked: DeskFilter) -> tuple[OrderBy, str]:
    due = F("due_at")
    return (due.desc(nulls_last=True), "-id") if asked.backwards else (due.asc(nulls_last=True), "id")


def count_some(rows: QuerySet[Any]) -> int:
    """How many, counted no further than one beyond ``COUNT_SOME``."""
    return rows.order_by()[: COUNT_SOME + 1].count()


def count_due(user: User, view: str, *, at: datetime) -> dict[str, int]:
    """How many matters of a view are overdue, due today, due this week, paused."""
    rows = in_hand(user, view, at=at)
    return {due: count_some(rows.filter(due_within(due, at))) for due in ("overdue", "today", "week", "paused")}


def own_counts(user: User, *, at: datetime, limit: int = 99) -> tuple[int, int]:
    """How many matters lie on a person's own desk, and how many of them are overdue; up to one beyond the limit.

    Who handles none himself, a leader, has on his desk what was raised to his organisation.
    """
    view = "mine" if may(user, "handle") else RAISED
    due = list(in_hand(user, view, at=at).values_list("due_at", flat=True)[: limit + 1])
    return len(due), sum(1 for one in due if one is not None and one < at)


def helper_tasks(user: User, *, at: datetime) -> QuerySet[HelperTask]:
    """What a person's organisation (or that of somebody he stands in for) was asked to help with, open ones first."""
    rows = HelperTask.objects.filter(organisation__in=units_helping(user, at=at))
    return rows.order_by(F("done_at").desc(nulls_first=True), "due_at", "id")


def units_helping(user: User, *, at: datetime) -> list[int]:
    """The organisations a person answers for as a helper: his own and those of the people he stands in for."""
    return [person.organisation_id for person in stood_in_for(user, civil_date(at)) if person.organisation_id]


def helping_counts(user: User, *, at: datetime, limit: int = 99) -> tuple[int, int]:
    """How many parts in joint handling wait for a person's organisation, and how many of them are overdue."""
    rows = helper_tasks(user, at=at).filter(done_at=None, handling__ended_at=None).order_by()
    cases = CaseTask.objects.filter(organisation__in=units_helping(user, at=at), done_at=None, case__ended_at=None)
    due = [*rows.values_list("due_at", flat=True)[: limit + 1], *cases.values_list("due_at", flat=True)[: limit + 1]]
    return len(due), sum(1 for one in due if one < at)


def units_of(user: User) -> QuerySet[Organisation]:
    """The inspection units of a person's jurisdiction, for choosing one."""
    units = Organisation.objects.filter(kind=OrganisationKind.HR, active=True)
    return units.filter(in_region(user.region)) if user.region else units.none()
