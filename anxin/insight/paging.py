"""Pages of a long list without counting all of it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

COUNT_UP_TO = 10_000


@dataclass(frozen=True)
class Page:
    """One page: its rows, its number (from 1), and how many rows there are, counted up to ``COUNT_UP_TO``."""

    rows: list[Any]
    number: int
    size: int
    total: int
    more: bool  # there are more rows than ``total`` says

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * self.size + len(self.rows)

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1

    @property
    def has_next(self) -> bool:
        return self.last < self.total


def page_of(rows: QuerySet[Any], *, number: int, size: int = 50, by_key: QuerySet[Any] | None = None) -> Page:
    """The ``number``-th page, within the first ``COUNT_UP_TO`` rows; a number outside gives the nearest page.

    Two queries: a count that stops at the limit, and the rows. With ``by_key`` the page's keys are asked of ``rows``
    and its rows of ``by_key``, which is quicker where an index holds all that is asked and the rows are wide.
    """
    counted = rows.order_by()[: COUNT_UP_TO + 1].count()
    total = min(counted, COUNT_UP_TO)
    pages = max((total + size - 1) // size, 1)
    number = min(max(number, 1), pages)
    start = (number - 1) * size
    wanted = slice(start, min(start + size, COUNT_UP_TO))
    if by_key is not None:
        keys = list(rows.values_list("pk", flat=True)[wanted])
        found = {row.pk: row for row in by_key.filter(pk__in=keys)}
        shown = [found[key] for key in keys if key in found]
    else:
        shown = list(rows[wanted])
    return Page(
        rows=shown,
        number=number,
        size=size,
        total=total,
        more=counted > COUNT_UP_TO,
    )


def wanted_page(text: str) -> int:
    """The page number of an address; rubbish is page 1."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
