"""Cases as lists: mine, my unit's, my region's, by deadline, by queue; and the cases of one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import Q, QuerySet

from anxin import plainly
from anxin.cases import clearances
from anxin.cases.models import Case, Claim, Claimant, ClaimDoor, EmployerName, Matter
from anxin.cases.numbers import read_number
from anxin.cases.procedure import states
from anxin.insight.handling import DUE, VIEWS, count_some, due_within
from anxin.insight.scope import few_or_query, in_region, visible_cases, visible_projects
from anxin.law.civil import civil_date
from anxin.people.models import User
from anxin.people.seats import stood_in_for
from anxin.registry import regions
from anxin.registry.actions import identity_blind
from anxin.registry.models import Enterprise, Project
from anxin.registry.models.projects import Industry
from anxin.vault.fields import blind

MARKS = ("group", "retaliation", "nobody")
OPEN_STATES = tuple(state for state in states() if state != "ended")
_NAMED_OUTRIGHT = 2_000


@dataclass(frozen=True)
class CaseFilter:
    """What the reader asked for; empty means any. ``due`` one of ``DUE``; ``queue`` a lane or one of the clearances;
    ``marks`` of ``MARKS``; ``project`` a code; ``state`` "ended" shows closed cases, else only open ones are shown.

    The list is in order of deadline, ``backwards`` the farthest first; closed cases the last closed first.
    """

    view: str = "mine"
    due: str = ""
    queue: str = ""
    state: str = ""
    door: str = ""
    matter: str = ""
    region: str = ""
    industry: str = ""
    project: str = ""
    marks: tuple[str, ...] = ()
    text: str = ""
    backwards: bool = False

    @property
    def sort(self) -> str:
        """The one column it is sorted by."""
        return "due"

    @property
    def ended(self) -> bool:
        """Whether closed cases are asked for."""
        return self.state == "ended"

    @property
    def asks(self) -> int:
        """How many restrictions beyond the view are in force."""
        told = (self.due, self.queue, self.state, self.door, self.matter, self.region, self.industry, self.project)
        return sum(1 for value in (*told, self.marks, self.text) if value)


def read_case_filter(asked: Mapping[str, str], marks: list[str], *, usual: str, queues: tuple[str, ...]) -> CaseFilter:
    """A filter from an address; what makes no sense there is left out, never an error."""

    def one_of(name: str, known: tuple[str, ...] | list[str]) -> str:
        return asked.get(name, "") if asked.get(name) in known else ""

    region = asked.get("region", "")
    return CaseFilter(
        view=one_of("view", VIEWS) or usual,
        due=one_of("due", DUE),
        queue=one_of("queue", queues),
        state=one_of("state", tuple(states())),
        door=one_of("door", ClaimDoor.values),
        matter=one_of("matter", Matter.values),
        region=region if regions.exists(region) else "",
        industry=one_of("industry", Industry.values),
        project=asked.get("project", "")[:64],
        marks=tuple(mark for mark in MARKS if mark in marks),
        text=" ".join(asked.get("q", "").split())[:64],
        backwards=asked.get("sort") == "-due",
    )


def cases_of(user: User, view: str, *, at: datetime) -> QuerySet[Case]:
    """Cases of a view: one's own, one's unit's, or all in one's jurisdiction. Never beyond what one may see."""
    rows = visible_cases(user)
    if view == "region":
        return rows
    people = stood_in_for(user, civil_date(at))
    if view == "mine":
        return rows.filter(owner__in=people)
    return rows.filter(unit__in=[person.organisation_id for person in people if person.organisation_id])


def case_parts(user: User, asked: CaseFilter, *, at: datetime) -> list[QuerySet[Case]]:
    """The cases asked for as lists that follow one another, each in an order an index gives: those whose clocks run,
    those that stand still. Rows hold keys; read them with ``with_matter``."""
    rows = _asked(user, asked, at)
    if asked.ended:
        order = ("ended_at", "due_at", "id") if asked.backwards else ("-ended_at", "-due_at", "-id")
        return [rows.order_by(*order)]
    ways = ("-due_at", "-id") if asked.backwards else ("due_at", "id")
    running, standing = rows.filter(due_at__isnull=False).order_by(*ways), rows.filter(due_at=None).order_by(ways[1])
    return [standing] if asked.due == "paused" else [running] if asked.due else [running, standing]


def _asked(user: User, asked: CaseFilter, at: datetime) -> QuerySet[Case]:
    rows = cases_of(user, asked.view, at=at)
    # A merged case has ended too, and shows in the one it went into.
    rows = rows.filter(ended_at__isnull=False, merged_into=None) if asked.ended else rows.filter(ended_at=None)
    if asked.state and not asked.ended:
        rows = rows.filter(state=asked.state)
    if asked.due and not asked.ended:
        rows = rows.filter(due_within(asked.due, at))
    for name in ("door", "matter", "industry"):
        if value := getattr(asked, name):
            rows = rows.filter(**{name: value})
    if asked.queue:
        rows = queue_of(rows, asked.queue, at=at)
    if asked.region:
        rows = rows.filter(in_region(asked.region))
    if asked.project:
        named = visible_projects(user).filter(code=asked.project)
        rows = rows.filter(project__in=list(named.values_list("pk", flat=True)))
    if "group" in asked.marks:
        rows = rows.filter(collective=True)
    if "retaliation" in asked.marks:
        rows = rows.filter(retaliation=True)
    if "nobody" in asked.marks:
        rows = rows.filter(owner=None)
    return rows.filter(_named(asked.text)) if asked.text else rows


def queue_of(rows: QuerySet[Case], queue: str, *, at: datetime) -> QuerySet[Case]:
    """Those of the rows that lie in a queue: a lane, or one of the clearances."""
    return clearances.queue(rows, queue, as_of=civil_date(at)) if queue in clearances.QUEUES else rows


def _named(text: str) -> Q:
    """Cases whose project, company or employer is called so in part."""
    projects = Project.objects.filter(Q(name__icontains=text) | Q(code=text)).values_list("pk", flat=True)
    firms = Enterprise.objects.filter(Q(name__icontains=text) | Q(code=text)).values_list("pk", flat=True)
    names = EmployerName.objects.filter(name__icontains=text).values_list("name", flat=True)
    few = partial(few_or_query, most=_NAMED_OUTRIGHT)
    return Q(project__in=few(projects)) | Q(enterprise__in=few(firms)) | Q(employer__in=few(names))


def case_by_number(user: User, text: str) -> Case | None:
    """The case a typed number leads to, if it may be seen; None when it is no number or leads nowhere.

    Spaces and hyphens do not matter; a slip of the hand is caught by the check digit.
    """
    digits = read_number(text)
    if not digits:
        return None
    of_claim = [plainly.one(Case, pk=claim.case_id) for claim in plainly.read(Claim, number=digits)]
    case = next(iter(of_claim or plainly.read(Case, number=digits)), None)
    while case is not None and case.merged_into is not None:
        case = case.merged_into
    return visible_cases(user).filter(pk=case.pk).first() if case is not None else None


def cases_of_person(user: User, *, identity: str = "", phone: str = "") -> QuerySet[Case]:
    """The cases, open and closed, that somebody with exactly this identity number or phone claims in.

    The caller writes the look down first, whether anything is found or not.
    """
    found = Q(pk__in=[])
    if identity:
        found |= Q(pk__in=Claimant.objects.filter(identity_blind=identity_blind(identity)).values("case"))
        found |= Q(pk__in=Claimant.objects.filter(worker__id_blind=identity_blind(identity)).values("case"))
    if phone:
        found |= Q(pk__in=Claimant.objects.filter(phone_blind=blind("phone", phone)).values("case"))
        found |= Q(pk__in=Claim.objects.filter(phone_blind=blind("phone", phone)).values("case"))
    return visible_cases(user).filter(found, merged_into=None).order_by("-opened_at", "-id")


def with_matter(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Each with what a list names: project, company, owner and unit."""
    return rows.select_related("project", "enterprise", "owner", "unit")


def count_due(user: User, view: str, *, at: datetime) -> dict[str, int]:
    """How many open cases of a view are overdue, due today, due this week, without a running clock."""
    rows = cases_of(user, view, at=at).filter(ended_at=None)
    return {due: count_some(rows.filter(due_within(due, at))) for due in ("overdue", "today", "week", "paused")}
