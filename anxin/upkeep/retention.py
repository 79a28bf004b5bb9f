"""What may be erased: projects whose records the law no longer asks to be kept, and those that must stay, with reason.

A period runs from the latest of three days: completion, settlement, and the close of the last case. Settled means:
everybody has left and every worker-month is paid in full; the day is the last of all leavings, settlements and payouts.
A project with an open warning, an open report of unpaid wages, an open case, or a firm on the joint-punishment list is
never touched, however old.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max

from anxin.cases.models import Case
from anxin.credit.models import Listing
from anxin.law.civil import civil_date
from anxin.law.retention import Retention, periods
from anxin.ledger import tables
from anxin.ledger.engine import query
from anxin.registry.models import ArrearsReport, Engagement, Project
from anxin.upkeep import erasing, erasing_cases
from anxin.watch.models import Warning

_AT_ONCE = 400
KEPT = {
    "not_completed": ("未完工", "not completed"),
    "not_settled": ("工资未结清", "wages not settled"),
    "open_warning": ("有未消除预警", "an open warning"),
    "open_report": ("有未办结欠薪反映", "an open report of unpaid wages"),
    "open_case": ("有未办结案件", "an open case"),
    "listed": ("有单位在失信名单上或者拟列入", "a firm on the joint-punishment list, or proposed for it"),
    "period": ("保存期未满", "within its period"),
}


@dataclass(frozen=True)
class Due:
    """A project whose period is over under some rules: when it ended, by which rules, and what would be erased."""

    project: Project
    ended_on: date
    rules: tuple[Retention, ...]
    counts: dict[str, int]


@dataclass(frozen=True)
class Plan:
    """What an eraser run on ``as_of`` would do; ``kept`` counts the projects that stay, by reason in ``KEPT``.

    ``loose``: keys of the cases without a project that would be erased; ``loose_kept`` those that stay, by reason.
    """

    as_of: date
    due: list[Due]
    kept: Counter[str]
    loose: tuple[int, ...] = ()
    loose_kept: Counter[str] = field(default_factory=Counter)

    def counts(self, rule: Retention) -> Counter[str]:
        """Rows and files that would be erased under one rule."""
        total = Counter[str]()
        for due in self.due:
            if rule in due.rules:
                total.update({name: due.counts.get(name, 0) for name in rule.erases})
        return total


def plan(*, as_of: date, only: Project | None = None) -> Plan:
    """Look at every project (or one); erase nothing. Projects with nothing left to erase are not named."""
    rules = periods(as_of)
    kept = Counter[str]()
    finished: list[Project] = []
    warned = set(Warning.objects.filter(status="open").exclude(project=None).values_list("project_id", flat=True))
    reported = set(ArrearsReport.objects.filter(closed_on=None).values_list("project_id", flat=True))
    claimed = set(Case.objects.filter(ended_at=None).exclude(project=None).values_list("project_id", flat=True))
    listed = set(Listing.objects.filter(ended_at=None).values_list("case__project_id", flat=True))
    projects = Project.objects.filter(pk=only.pk) if only is not None else Project.objects.all()
    for project in projects.order_by("code").iterator(chunk_size=1000):
        if project.status != "completed" or completed_on(project) is None:
            kept["not_completed"] += 1
        elif project.pk in warned:
            kept["open_warning"] += 1
        elif project.pk in reported:
            kept["open_report"] += 1
        elif project.pk in claimed:
            kept["open_case"] += 1
        elif project.pk in listed:
            kept["listed"] += 1
        else:
            finished.append(project)
    settled = settled_days(finished)
    closed = _last_cases(finished)
    due = []
    for project in finished:
        settled_on = settled.get(project.pk)
        done = completed_on(project)
        if settled_on is None or done is None:
            kept["not_settled"] += 1
            continue
        ended_on = max(done, settled_on, closed.get(project.pk, done))
        over = tuple(rule for rule in rules if rule.over_on(ended_on) <= as_of)
        if not over:
            kept["period"] += 1
            continue
        counts = {name: erasing.count(name, project) for rule in over for name in rule.erases}
        if any(counts.values()):
            due.append(Due(project, ended_on, over, counts))
    if only is not None:
        return Plan(as_of, due, kept)
    loose, loose_kept = loose_cases(as_of=as_of)
    return Plan(as_of, due, kept, loose, loose_kept)


def case_rules(as_of: date) -> tuple[Retention, ...]:
    """The periods in force that say how long cases are kept."""
    return tuple(rule for rule in periods(as_of) if "cases" in rule.erases)


def loose_cases(*, as_of: date, only: int | None = None) -> tuple[tuple[int, ...], Counter[str]]:
    """Cases without a project (or one of them) whose own period is over and that still hold something to erase; and how
    many stay, by reason. A case that was merged ends with the one it was merged into."""
    rules, kept = case_rules(as_of), Counter[str]()
    if not rules:
        return (), kept
    rows = Case.objects.filter(project=None)
    if only is not None:
        rows = rows.filter(pk=only)
    over: list[int] = []
    told = rows.order_by("pk").values_list("pk", "ended_at", "merged_into", "merged_into__ended_at")
    for key, own, into, theirs in told.iterator(chunk_size=5000):
        ended = own if into is None else theirs
        if ended is None:
            kept["open_case"] += 1
        elif any(rule.over_on(civil_date(ended)) > as_of for rule in rules):
            kept["period"] += 1
        else:
            over.append(key)
    left: set[int] = set()
    for start in range(0, len(over), _AT_ONCE):
        left |= erasing_cases.left_in(Case.objects.filter(pk__in=over[start : start + _AT_ONCE]))
    return tuple(key for key in over if key in left), kept


def _last_cases(projects: Collection[Project]) -> dict[int, date]:
    """The day each project's last case was closed."""
    rows = Case.objects.filter(project__in=[p.pk for p in projects]).values("project_id").order_by()
    told = rows.annotate(last=Max("ended_at")).values_list("project_id", "last")
    return {project: civil_date(last) for project, last in told if project is not None and last is not None}


def completed_on(project: Project) -> date | None:
    """The day the works were completed: as told, else the day the status said so, whichever is later."""
    days = [day for day in (project.completed_on, project.status_since) if day is not None]
    return max(days) if days else None


def settled_days(projects: Collection[Project]) -> dict[int, date]:
    """The day each project's wages were settled; a project where somebody stays or is owed money is left out."""
    if not projects:
        return {}
    ids = [p.pk for p in projects]
    answer: dict[int, date] = {}
    staying = set(Engagement.objects.filter(project__in=ids, left_on=None).values_list("project_id", flat=True))
    last = {
        row["project_id"]: max(day for day in (row["left"], row["settled"], row["confirmed"]) if day is not None)
        for row in Engagement.objects.filter(project__in=ids, left_on__isnull=False)
        .values("project_id")
        .annotate(left=Max("left_on"), settled=Max("settled_on"), confirmed=Max("confirmed_on"))
        .order_by()
    }
    paid = _paid(ids)
    for project in projects:
        owed, paid_on = paid.get(project.pk, (False, None))
        if project.pk in staying or owed:
            continue
        days = [day for day in (last.get(project.pk), paid_on, completed_on(project)) if day is not None]
        if days:
            answer[project.pk] = max(days)
    return answer


def _paid(ids: list[int]) -> dict[int, tuple[bool, date | None]]:
    """By project: whether a worker-month is owed anything, and the day of the last payout or sheet."""
    wanted = f"project_id IN ({', '.join(map(str, ids))})"
    # Ids are integers of ours; the ledger's own queries take no parameters.
    rows = query(
        f"""
        SELECT project_id, bool_or(owed) AS owed, max(day) AS day FROM (
            SELECT project_id, paid_fen < due_fen AS owed, first_paid_on AS day
            FROM {tables.scan("pay_months")} WHERE {wanted}
            UNION ALL
            SELECT project_id, false, paid_on FROM {tables.current("payments", where=wanted)}
            UNION ALL
            SELECT project_id, false, paid_on FROM {tables.current("payroll", where=wanted)}
        ) GROUP BY project_id
        """  # noqa: S608
    ).to_pylist()
    return {row["project_id"]: (bool(row["owed"]), row["day"]) for row in rows}
