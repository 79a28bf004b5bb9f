"""Which rows name a file of the vault, so that a project's files go and another's stay.

The vault keeps a file once, however often it was brought: it is erased when the last row that names it has let go.
Letting go is a row of the act's own transaction (``let_go``); erasing comes after it (``clear``), outside of any, and
passes over files that somebody brought of late: the row that will name them may not be written yet.

A room whose rows name files puts a line into ``HOLDERS``.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection
from django.db.models import Model, Q, QuerySet

from anxin.cases.models import ClueFile, Draft, Exhibit
from anxin.credit.models import ListingStep
from anxin.intake.models import Upload
from anxin.registry.models import Engagement, NoticeBoard, Paper, PaperKind, Project, Training, Worker
from anxin.remedies.models import Document, PayoutNote, Serving
from anxin.upkeep.models import LetGo
from anxin.vault import evidence
from anxin.watch.models import Demand, Escalation, InspectionTask, Objection, PauseRequest

_DIGEST_LENGTH = 64
# How long after a file was brought the row that names it may be written: a gate's picture is named by a later call.
GRACE_S = 86_400
_AGAIN = timedelta(hours=1)
_MOST = 2000


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
        """Those of these files that any row, of whatever project, names: one statement."""
        if self.many:
            return _in_json(self.model, self.column, digests)
        rows = self.model._default_manager.filter(**{f"{self.column}__in": digests})
        return set(rows.order_by().values_list(self.column, flat=True).distinct())


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


def erase(project: Project, *, at: datetime) -> None:
    """Let a project's rows go of their files, in the caller's transaction."""
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
    let_go(digests, at=at)


def let_go(digests: Collection[str], *, at: datetime) -> None:
    """Note, in the transaction that changes the rows, that they name these files no more. ``clear`` does the rest."""
    LetGo.objects.bulk_create([LetGo(digest=digest, look_at=at) for digest in sorted(digests)], batch_size=500)


def clear(*, at: datetime, most: int = _MOST) -> int:
    """Erase files that were let go of and that no row names; answers how many. Call it outside of a transaction.

    Safe to repeat, and to run beside whoever brings the same file: what was brought within ``GRACE_S`` is looked at
    again later.
    """
    due = dict(LetGo.objects.filter(look_at__lte=at).order_by("look_at", "pk").values_list("pk", "digest")[:most])
    idle = {digest: evidence.idle_s(digest) for digest in set(due.values())}
    old = {digest for digest, seconds in idle.items() if seconds is not None and seconds >= GRACE_S}
    # From here on a file that is brought has a new stamp, and every row for an older stamp is written.
    free = old - named(old)
    # The tables are read one after another: what a row of one handed to a row of another meanwhile was seen in neither.
    free -= named(free)
    gone = {digest for digest in free if evidence.remove(digest, idle_for_s=GRACE_S)}
    again = {digest for digest, seconds in idle.items() if seconds is not None} - gone - (old - free)
    done = [key for key, digest in due.items() if digest not in again]
    LetGo.objects.filter(pk__in=done).delete()
    LetGo.objects.filter(pk__in=due.keys() - set(done)).update(look_at=at + _AGAIN)
    return len(gone)


def named(digests: Collection[str]) -> set[str]:
    """Those of these files that some row names: one statement for each line of ``HOLDERS``."""
    wanted = sorted(digests)
    return set().union(*(holder.named(wanted) for holder in HOLDERS)) if wanted else set()


def _in_json(model: type[Model], column: str, digests: Collection[str]) -> set[str]:
    quote = connection.ops.quote_name
    names = {field.name: str(field.column) for field in model._meta.concrete_fields}
    table, value = quote(model._meta.db_table), quote(names[column])
    # Names of our own tables only; the digests are a parameter. Most rows name no file and are told by their length.
    if connection.vendor == "postgresql":
        sql = f"""SELECT DISTINCT found[1] FROM {table},
            LATERAL regexp_matches({value}::text, '"([0-9a-f]{{64}})"', 'g') AS found
            WHERE length({value}::text) > 65 AND found[1] = ANY(%s)"""  # noqa: S608
        parameter: Any = list(digests)
    else:
        sql = f"""SELECT DISTINCT leaf.value FROM {table}, json_tree({table}.{value}) AS leaf
            WHERE length({table}.{value}) > 65 AND leaf.type = 'text'
            AND leaf.value IN (SELECT value FROM json_each(%s))"""  # noqa: S608
        parameter = orjson.dumps(list(digests)).decode()
    with connection.cursor() as cursor:
        cursor.execute(sql, [parameter])
        return {row[0] for row in cursor.fetchall()}


def digests_in(value: Any) -> set[str]:
    """The digests in a column's value, however deep they lie."""
    if isinstance(value, str):
        return {value} if len(value) == _DIGEST_LENGTH else set()
    inner: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*map(digests_in, inner))
