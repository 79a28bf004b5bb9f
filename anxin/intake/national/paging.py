"""Pages of query answers (protocol §1.12)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import QuerySet

from anxin.intake.national.fields import Fields
from anxin.intake.national.replies import OUT_OF_RANGE, refuse

T = TypeVar("T")
USUAL, MOST = 50, 100


def page(item: Fields, rows: QuerySet[Any] | Sequence[Any], make: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """The page a query asks for; ``pageIndex`` counts from 0."""
    index = item.whole("pageIndex", high=10**6) or 0
    size = item.whole("pageSize")
    size = USUAL if size is None else size
    if not 1 <= size <= MOST:
        raise refuse("pageSize", OUT_OF_RANGE, f"must lie between 1 and {MOST}")
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    return {
        "pageIndex": index,
        "pageSize": size,
        "totalCount": total,
        "pageCount": -(-total // size),
        "rows": [make(row) for row in rows[index * size : (index + 1) * size]],
    }
