"""The room's tables, one file a subject."""

from anxin.remedies.models.documents import (
    Document,
    DocumentSeries,
    DocumentState,
    DocumentVersion,
    Particulars,
    Serving,
    ServingWay,
)

__all__ = [
    "Document",
    "DocumentSeries",
    "DocumentState",
    "DocumentVersion",
    "Particulars",
    "Serving",
    "ServingWay",
]
