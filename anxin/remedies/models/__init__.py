"""The room's tables, one file a subject."""

from anxin.remedies.models.backstops import (
    Backstop,
    Draw,
    DrawLine,
    DrawState,
    Fund,
    FundEntry,
    PayoutNote,
    Pledge,
    Recovery,
    RecoveryMove,
    TopUp,
)
from anxin.remedies.models.documents import (
    Document,
    DocumentSeries,
    DocumentState,
    DocumentVersion,
    Particulars,
    Serving,
    ServingWay,
)
from anxin.remedies.models.tracks import Instalment, LimitTold, Track, TrackClock, TrackStep

__all__ = [
    "Backstop",
    "Document",
    "DocumentSeries",
    "DocumentState",
    "DocumentVersion",
    "Draw",
    "DrawLine",
    "DrawState",
    "Fund",
    "FundEntry",
    "Instalment",
    "LimitTold",
    "Particulars",
    "PayoutNote",
    "Pledge",
    "Recovery",
    "RecoveryMove",
    "Serving",
    "ServingWay",
    "TopUp",
    "Track",
    "TrackClock",
    "TrackStep",
]
