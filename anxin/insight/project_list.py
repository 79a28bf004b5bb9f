"""Projects as a list: filtered, sorted, and a page of them with their institutions and warnings at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case, Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, When

from anxin.insight.project import GOOD, IDLE, MISSING, PARTIAL
from anxin.insight.scope import in_region
from anxin.registry.models import AccountUse, Deposit, Engagement, NoticeBoard, Project
from anxin.rules.packs import all_rules
from anxin.rules.rule import LEVELS
from anxin.watch.models import Warning

# Column → its field, and whether the first order is the falling one.
SORTS = {
    "warnings": ("worst", True),
    "name": ("name", False),
    "code": ("code", False),
    "started": ("started_on", True),
    "registered": ("registered_on", True),
}
_PAY_OBJECTS = {"project-month", "worker-month"}


def payment_rules() -> list[str]:
    """Rules that speak of wages of a month: an open warning of one of them means that the payment is not in order."""
    return [rule.id for rule in all_rules() if rule.object in _PAY_OBJECTS]


def _has(institution: str, as_of: date) -> Q:
    mine = {"project": OuterRef("pk")}
    if institution == "real_name":
        return Q(Exists(Engagement.objects.filter(**mine)))
    if institution == "account":
        return Q(Exists(AccountUse.objects.filter(**mine, closed_on=None)))
    if institution == "deposit":
        valid = Q(valid_to=None) | Q(valid_to__gte=as_of)
        return Q(Exists(Deposit.objects.filter(valid, **mine)))
    if institution == "board":
        return Q(Exists(NoticeBoard.objects.filter(**mine)))
    if institution == "payment":
        unpaid = Warning.objects.filter(status="open", rule__in=payment_rules()).exclude(project=None)
        return ~Q(pk__in=unpaid.values("project"))
    raise ValueError(f"There is no institution {institution}.")


def _by_rank() -> list[When]:
    """The highest level of an open warning, found in sets that are each made once.

    One look-up a project and level instead of a search for every project, which SQLite makes through the wrong index.
    """
    standing = Warning.objects.filter(status="open", hidden_by=None).exclude(project=None)
    ranks = range(len(LEVELS), 0, -1)
    return [When(pk__in=standing.filter(rank=rank).values("project"), then=rank) for rank in ranks]


def filter_projects(
    projects: QuerySet[Project],
    *,
    as_of: date,
    region: str = "",
    industry: str = "",
    status: str = "",
    text: str = "",
    lacking: str = "",
    sort: str = "warnings",
    backwards: bool = False,
) -> QuerySet[Project]:
    """Narrow and sort the projects a person may see.

    ``region`` is a code and takes in all that lies below it; ``text`` looks into name, code and contractor;
    ``lacking`` names one of the five institutions. Sorted by ``warnings``, the worst open warning comes first;
    ``backwards`` turns a sort around.
    """
    if region:
        projects = projects.filter(in_region(region))
    if industry:
        projects = projects.filter(industry=industry)
    if status:
        projects = projects.filter(status=status)
    if text:
        projects = projects.filter(
            Q(name__icontains=text) | Q(code__icontains=text) | Q(contractor__name__icontains=text)
        )
    if lacking:
        projects = projects.filter(~_has(lacking, as_of))
    if sort == "warnings":
        projects = projects.annotate(worst=Case(*_by_rank(), default=0, output_field=IntegerField()))
    field, falling = SORTS[sort]
    key = F(field)
    order = key.desc(nulls_last=True) if falling != backwards else key.asc(nulls_last=True)
    return projects.order_by(order, "code")


@dataclass(frozen=True, slots=True)
class ListedProject:
    """A line of the list. ``institutions``: (key, state) for each of the five; ``warnings``: open ones by level."""

    project: Project
    present: int
    institutions: list[tuple[str, str]]
    warnings: dict[str, int] = field(default_factory=dict)

    @property
    def open_warnings(self) -> int:
        """Open warnings of every level."""
        return sum(self.warnings.values())

    @property
    def worst(self) -> str:
        """The highest level of an open warning, or the empty string."""
        return next((level for level in reversed(LEVELS) if self.warnings.get(level)), "")


def list_page(projects: Sequence[Project], *, as_of: date) -> list[ListedProject]:
    """What the list shows of a page of projects: six queries, however long the page."""
    ids = [p.pk for p in projects]
    mine = {"project__in": ids}
    present = dict(
        Engagement.objects.filter(Q(left_on=None) | Q(left_on__gte=as_of), **mine)
        .values_list("project")
        .annotate(heads=Count("id"))
        .order_by()
    )
    roster = set(present) | set(
        Engagement.objects.filter(project__in=[i for i in ids if i not in present])
        .values_list("project", flat=True)
        .distinct()
    )
    accounts = dict(
        AccountUse.objects.filter(**mine, closed_on=None)
        .values_list("project")
        .annotate(agreed=Max("agreement_on"))
        .order_by()
    )
    deposits = set(
        Deposit.objects.filter(Q(valid_to=None) | Q(valid_to__gte=as_of), **mine).values_list("project", flat=True)
    )
    boards = set(NoticeBoard.objects.filter(**mine).values_list("project", flat=True))
    pay = set(payment_rules())
    levels: dict[int, dict[str, int]] = {}
    unpaid: set[int] = set()
    shown = Warning.objects.filter(**mine, status="open").annotate(shown=Q(hidden_by=None))
    for project, rule, level, visible, count in (
        shown.values_list("project", "rule", "level", "shown").annotate(count=Count("id")).order_by()
    ):
        if rule in pay:
            unpaid.add(project)
        if visible:
            by_level = levels.setdefault(project, {})
            by_level[level] = by_level.get(level, 0) + count
    listed = []
    for project in projects:
        key = project.pk
        account = MISSING if key not in accounts else GOOD if accounts[key] else PARTIAL
        listed.append(
            ListedProject(
                project,
                present.get(key, 0),
                [
                    ("real_name", GOOD if key in roster else MISSING),
                    ("account", account),
                    ("deposit", GOOD if key in deposits else MISSING),
                    ("payment", MISSING if key in unpaid else GOOD if key in roster else IDLE),
                    ("board", GOOD if key in boards else MISSING),
                ],
                levels.get(key, {}),
            )
        )
    return listed
