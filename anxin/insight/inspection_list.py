"""Joint inspections as a list: what is due, what wants a re-check, what is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, DateField, F, Q, QuerySet, When

from anxin.insight.scope import in_region, visible_inspections
from anxin.people.models import User
from anxin.registry import regions
from anxin.registry.models.projects import Industry
from anxin.watch.models import InspectionTask

STATES = ("open", "recheck", "done", "all")
OPEN = Q(done_on=None)
RECHECK = Q(done_on__isnull=False, recheck_on__isnull=False, rechecked_at=None)


@dataclass(frozen=True)
class InspectionFilter:
    """What the reader asked for. ``open``: to be made or to be re-checked."""

    state: str = "open"
    region: str = ""
    industry: str = ""
    text: str = ""
    late: bool = False

    @property
    def asks(self) -> int:
        """How many restrictions beyond the usual view are in force."""
        return sum(1 for value in (self.region, self.industry, self.text, self.late) if value) + (self.state != "open")


def read_inspection_filter(asked: Mapping[str, str]) -> InspectionFilter:
    """A filter from an address; what makes no sense there is left out, never an error."""
    region = asked.get("region", "")
    return InspectionFilter(
        state=asked.get("state", "") if asked.get("state") in STATES else "open",
        region=region if regions.exists(region) else "",
        industry=asked.get("industry", "") if asked.get("industry") in Industry.values else "",
        text=" ".join(asked.get("q", "").split())[:64],
        late=asked.get("late") == "1",
    )


def listed_inspections(user: User, asked: InspectionFilter, *, as_of: date) -> QuerySet[InspectionTask]:
    """The tasks asked for, each with ``next_on``, the day its next step is due, nearest first."""
    rows = visible_inspections(user)
    if asked.state == "open":
        rows = rows.filter(OPEN | RECHECK)
    elif asked.state == "recheck":
        rows = rows.filter(RECHECK)
    elif asked.state == "done":
        rows = rows.exclude(OPEN).exclude(RECHECK)
    if asked.region:
        rows = rows.filter(in_region(asked.region, "project__region_code"))
    if asked.industry:
        rows = rows.filter(project__industry=asked.industry)
    if asked.text:
        rows = rows.filter(Q(project__name__icontains=asked.text) | Q(project__code__icontains=asked.text))
    if asked.late:
        rows = rows.filter(Q(done_on=None, due_on__lt=as_of) | (RECHECK & Q(recheck_on__lt=as_of)))
    step = Case(When(OPEN, then=F("due_on")), When(RECHECK, then=F("recheck_on")), default=F("done_on"),
                output_field=DateField())  # fmt: skip
    order = "-next_on" if asked.state == "done" else "next_on"
    return rows.annotate(next_on=step).select_related("project", "unit", "done_by").order_by(order, "id")
