"""Warnings as a list: what a filter asks, the rows that answer it, in an order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import OrderBy

from anxin.insight.scope import few_or_query, in_region, visible_projects, visible_warnings
from anxin.people.models import User
from anxin.registry import regions
from anxin.registry.models.projects import Industry
from anxin.rules.rule import LEVELS
from anxin.watch.models import Warning

STATUSES = ("open", "cleared", "all")
# Column → its database fields; the first order of each is the one an officer wants first.
SORTS: dict[str, tuple[str, ...]] = {
    "level": ("-rank", "-opened_on", "-id"),
    "since": ("since", "id"),
    "opened": ("-opened_on", "-id"),
    "due": ("due_on", "id"),
}


@dataclass(frozen=True)
class WarningFilter:
    """What the reader asked for. Empty means any; ``hidden`` also shows what a parent covers.

    ``since`` and ``until`` bound the day the warning was opened; ``text`` looks into a project's name and code.
    """

    status: str = "open"
    levels: tuple[str, ...] = ()
    rule: str = ""
    region: str = ""
    industry: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None
    hidden: bool = False
    sort: str = "level"
    backwards: bool = False

    @property
    def asks(self) -> int:
        """How many restrictions beyond the usual view are in force."""
        told = (self.levels, self.rule, self.region, self.industry, self.text, self.since, self.until, self.hidden)
        return sum(1 for value in told if value) + (self.status != "open")


def read_filter(asked: Mapping[str, str], levels: list[str]) -> WarningFilter:
    """A filter from an address; what makes no sense there is left out, never an error."""
    sort = asked.get("sort", "")
    industry = asked.get("industry", "")
    region = asked.get("region", "")
    status = asked.get("status", "")
    return WarningFilter(
        status=status if status in STATUSES else "open",
        levels=tuple(level for level in LEVELS if level in levels),
        rule=asked.get("rule", "")[:32],
        region=region if regions.exists(region) else "",
        industry=industry if industry in Industry.values else "",
        text=" ".join(asked.get("q", "").split())[:64],
        since=_date(asked.get("since", "")),
        until=_date(asked.get("until", "")),
        hidden=asked.get("hidden") == "1",
        sort=sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "level",
        backwards=sort.startswith("-"),
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def filtered_warnings(user: User, asked: WarningFilter) -> QuerySet[Warning]:
    """The warnings this person may see and asked for, in order, each with its project at hand."""
    rows = visible_warnings(user)
    if asked.status != "all":
        rows = rows.filter(status=asked.status)
    if not asked.hidden:
        rows = rows.filter(hidden_by=None)
    if asked.levels:
        rows = rows.filter(rank__in=[LEVELS.index(level) + 1 for level in asked.levels])
    if asked.rule:
        rows = rows.filter(rule=asked.rule)
    if asked.region:
        rows = rows.filter(in_region(asked.region))
    if asked.industry:
        rows = rows.filter(industry=asked.industry)
    if asked.since:
        rows = rows.filter(opened_on__gte=asked.since)
    if asked.until:
        rows = rows.filter(opened_on__lte=asked.until)
    if asked.text:
        named = visible_projects(user).filter(Q(name__icontains=asked.text) | Q(code__icontains=asked.text))
        rows = rows.filter(project__in=few_or_query(named.values_list("pk", flat=True)))
    return with_places(rows).order_by(*_order(asked))


def with_places(rows: QuerySet[Warning]) -> QuerySet[Warning]:
    """Each warning with the project or company that a list names."""
    return rows.select_related("project", "enterprise")


def _order(asked: WarningFilter) -> list[OrderBy]:
    order = []
    for name in SORTS[asked.sort]:
        falling = name.startswith("-") != asked.backwards
        field = F(name.lstrip("-"))
        # Only a due date may be missing; asking for its place elsewhere would keep databases from using the index.
        last = True if name == "due_on" else None
        order.append(field.desc(nulls_last=last) if falling else field.asc(nulls_last=last))
    return order


def count_hidden(rows: list[Warning]) -> dict[int, int]:
    """How many open warnings each of these covers."""
    ids = [row.pk for row in rows]
    covered = Warning.objects.filter(hidden_by__in=ids, status="open").values_list("hidden_by").annotate(n=Count("id"))
    return dict(covered.order_by())
