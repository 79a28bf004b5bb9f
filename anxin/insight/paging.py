"""Pages of a long list without counting all of it."""

from collections.abc import Sequence
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
        """The place of the first row shown, from 1; 0 on an empty page."""
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the last row shown."""
        return (self.number - 1) * self.size + len(self.rows)

    @property
    def previous(self) -> int:
        """The number of the page before."""
        return self.number - 1

    @property
    def next(self) -> int:
        """The number of the page after."""
        return self.number + 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page after."""
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


def page_of_parts(parts: Sequence[QuerySet[Any]], *, number: int, size: int, by_key: QuerySet[Any]) -> Page:
    """As ``page_of``, for a list whose parts come one after another, each in an order an index gives."""
    counts: list[int] = []
    for part in parts:
        left = COUNT_UP_TO + 1 - sum(counts)
        counts.append(part.order_by()[:left].count() if left else 0)
    counted = sum(counts)
    total = min(counted, COUNT_UP_TO)
    number = min(max(number, 1), max((total + size - 1) // size, 1))
    start, end = (number - 1) * size, min(number * size, COUNT_UP_TO)
    keys: list[int] = []
    for part, count in zip(parts, counts, strict=True):
        if start < count and end > 0:
            keys += part.values_list("pk", flat=True)[max(start, 0) : min(end, count)]
        start, end = start - count, end - count
    found = {row.pk: row for row in by_key.filter(pk__in=keys)}
    shown = [found[key] for key in keys if key in found]
    return Page(rows=shown, number=number, size=size, total=total, more=counted > COUNT_UP_TO)


def page_of_list(rows: Sequence[Any], *, number: int, size: int = 50) -> Page:
    """As ``page_of``, for rows that are in memory already; one counted further than pages go says so."""
    total = min(len(rows), COUNT_UP_TO)
    number = min(max(number, 1), max((total + size - 1) // size, 1))
    start = (number - 1) * size
    shown = list(rows[start : min(start + size, total)])
    return Page(rows=shown, number=number, size=size, total=total, more=len(rows) > COUNT_UP_TO)


def wanted_page(text: str) -> int:
    """The page number of an address; rubbish is page 1."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
