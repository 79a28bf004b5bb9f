"""The three clearances 三个清零 and old cases, as queues: by the case's own deadline, by quarter, by the year's end.

限期: open cases past a deadline, or due within three days. 季度: cases that came in before this quarter began and are
still open. 年底: what came in before 1 November and is open has to be cleared by the year's end; before November the
queue holds what is left of earlier years. Old: open longer than so many days.
"""

from datetime import date, timedelta

from django.db.models import Q, QuerySet

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
