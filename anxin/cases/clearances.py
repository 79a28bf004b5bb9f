"""The three clearances 三个清零 and old cases, as queues: by the case's own deadline, by quarter, by the year's end.

限期: open cases past a deadline, or due within three days. 季度: cases that came in before this quarter began and are
still open. 年底: what came in before 1 November and is open has to be cleared by the year's end; before November the
queue holds what is left of earlier years. Old: open longer than so many days.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from anxin.cases.models import Case, Lane
from anxin.law.civil import start_of

NEAR = timedelta(days=3)
YEAR_END_FROM = (11, 1)
OLD_DAYS = (30, 60, 90)
QUEUES = ("plain", "deadline", "quarter", "year", *(f"old-{days}" for days in OLD_DAYS))


def queue(rows: QuerySet[Case], name: str, *, as_of: date) -> QuerySet[Case]:
    """Those of ``rows`` that stand in a queue on a civil day. Raises KeyError for a queue that is none."""
    if name not in QUEUES:
        raise KeyError(name)
    return rows.filter(_where(name, as_of), ended_at=None)


def _where(name: str, as_of: date) -> Q:
    if name == "plain":
        return Q(lane=Lane.PLAIN)
    if name == "deadline":
        return Q(due_at__lt=start_of(as_of + NEAR + timedelta(days=1)))
    return Q(opened_at__lt=start_of(_before(name, as_of)))


def _before(name: str, as_of: date) -> date:
    """The day before which a case of the queue came in."""
    if name == "quarter":
        return quarter_start(as_of)
    if name == "year":
        begins = date(as_of.year, *YEAR_END_FROM)
        return begins if as_of >= begins else date(as_of.year, 1, 1)
    return as_of - timedelta(days=int(name.removeprefix("old-")) - 1)


def quarter_start(day: date) -> date:
    """The first day of a day's quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def cleared_by(name: str, as_of: date) -> date | None:
    """The day by which a queue has to be empty; None where each case has its own."""
    if name == "quarter":
        start = quarter_start(as_of)
        return quarter_start(start + timedelta(days=100)) - timedelta(days=1)
    return date(as_of.year, 12, 31) if name == "year" else None


def counts_by_region(rows: QuerySet[Case], *, as_of: date, width: int = 6) -> dict[str, Counter[str]]:
    """Region code (cut to ``width`` digits: 2 province, 4 city, 6 county) → how many stand in each queue."""
    found: dict[str, Counter[str]] = {}
    sums = {name.replace("-", "_"): Count("pk", filter=_where(name, as_of)) for name in QUEUES}
    counted: Iterable[dict[str, Any]] = rows.filter(ended_at=None).values("region_code").annotate(**sums)  # type: ignore[assignment]
    for row in counted:
        place = found.setdefault(row["region_code"][:width].ljust(6, "0"), Counter())
        place.update({name: row[name.replace("-", "_")] for name in QUEUES})
    return found
