"""Which rows name a file of the vault, so that a project's files go and another's stay.

The vault keeps a file once, however often it was brought: it is erased when the last row that names it has let go.
A room whose rows name files puts a line into ``HOLDERS``.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Model, Q, QuerySet

from anxin.cases.models import ClueFile, Draft, Exhibit
from anxin.credit.models import ListingStep
from anxin.intake.models import Upload
from anxin.registry.models import Engagement, NoticeBoard, Paper, PaperKind, Project, Training, Worker
from anxin.remedies.models import Document, PayoutNote, Serving
from anxin.vault import evidence
from anxin.watch.models import Demand, Escalation, InspectionTask, Objection, PauseRequest

_DIGEST_LENGTH = 64
_AT_ONCE = 100


@dataclass(frozen=True)
class Holder:
    """Rows with a column of digests: one (``many`` False) or a JSON value that holds some.

    ``project`` leads from the row to its project; empty where the files are not erased with a project's. ``only``
    narrows the rows that name people; ``delete``: the row goes with its file.
    """

    model: type[Model]
    column: str
    project: str = ""
    many: bool = False
    only: Q = field(default_factory=Q)
    delete: bool = False

    def of(self, project: Project) -> QuerySet[Any]:
        """The project's rows that still name a file."""
        rows = self.model._default_manager.filter(self.only, **{self.project: project})
        return rows.exclude(**{self.column: [] if self.many else ""})

    def named(self, digests: Collection[str]) -> set[str]:
        """Those of these files that any row, of whatever project, names."""
        rows = self.model._default_manager.all()
        if not self.many:
            return set(rows.filter(**{f"{self.column}__in": digests}).values_list(self.column, flat=True))
        asked = reduce(or_, (Q(**{f"{self.column}__icontains": digest}) for digest in digests))
        found: set[str] = set()
        for value in rows.filter(asked).values_list(self.column, flat=True):
            found |= digests_in(value)
        return found


HOLDERS = (
    # Papers that name workers; those about the project itself stay.
    Holder(Paper, "digest", "project", only=Q(kind__in=(PaperKind.PAYROLL, PaperKind.CLERK)), delete=True),
    Holder(PauseRequest, "evidence", "project", many=True),
    Holder(Demand, "evidence", "handling__warning__project", many=True),
    Holder(Objection, "evidence", "handling__warning__project", many=True),
    Holder(Escalation, "evidence", "handling__warning__project", many=True),
    Holder(Upload, "content"),
    Holder(NoticeBoard, "evidence"),
    Holder(InspectionTask, "photos", many=True),
    Holder(Worker, "details", many=True),
    Holder(Engagement, "details", many=True),
    Holder(Training, "details", many=True),
    # Files of cases go with their cases, later.
    Holder(Exhibit, "digest"),
    # A claim somebody is still writing; it goes within days (``tidying``).
    Holder(Draft, "files", many=True),
    Holder(ClueFile, "content"),
    Holder(Document, "digest"),
    Holder(Document, "annex"),
    Holder(Serving, "proofs", many=True),
    Holder(PayoutNote, "proofs", many=True),
    Holder(ListingStep, "files", many=True),
)


def count(project: Project) -> int:
    """How many rows of a project name files that go with it."""
    return sum(holder.of(project).count() for holder in HOLDERS if holder.project)


def erase(project: Project) -> None:
    """Let a project's rows go of their files, and erase the files that nobody names any more."""
    digests: set[str] = set()
    for holder in HOLDERS:
        if not holder.project:
            continue
        rows = holder.of(project)
        for value in rows.values_list(holder.column, flat=True):
            digests |= digests_in(value)
        if holder.delete:
            rows.delete()
        else:
            # The rows are named outright: an update cannot follow a join.
            keys = list(rows.values_list("pk", flat=True))
            holder.model._default_manager.filter(pk__in=keys).update(**{holder.column: [] if holder.many else ""})
    let_go(digests)


def let_go(digests: Collection[str]) -> None:
    """Erase those of these files that no row names any more. Call it after the rows were changed."""
    wanted = sorted(digests)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        named: set[str] = set().union(*(holder.named(some) for holder in HOLDERS))
        for digest in set(some) - named:
            evidence.remove(digest)


def digests_in(value: Any) -> set[str]:
    """The digests in a column's value, however deep they lie."""
    if isinstance(value, str):
        return {value} if len(value) == _DIGEST_LENGTH else set()
    inner: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*map(digests_in, inner))
