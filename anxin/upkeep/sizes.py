"""How large what grows has become, and whether upkeep keeps up with it: what the doctor reports."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from anxin.notices.models import Delivery
from anxin.upkeep.clearing import over

# The loop clears every hour; what has been over for so long is nobody's work.
BEHIND = timedelta(days=2)
LONG_WAIT = timedelta(days=1)


@dataclass(frozen=True)
class Sizes:
    """Bytes of the database, the ledger and the vault, and how many files the vault has."""

    database: int
    ledger: int
    evidence: int
    files: int


def sizes() -> Sizes:
    """Measure what is on the disk (and of PostgreSQL, what it says of itself)."""
    _, ledger = _measured(Path(settings.LEDGER))
    files, evidence = _measured(Path(settings.DATA) / "evidence")
    return Sizes(_database(), ledger, evidence, files)


def not_cleared(*, at: datetime) -> dict[str, int]:
    """Rows that should have been cleared long ago, by kind."""
    return {period.id: number for period, number in over(at=at - BEHIND) if number}


def waiting_long(*, at: datetime) -> int:
    """Messages whose turn came a day ago and that still wait: their channel is not set up, or the loop stands still."""
    return Delivery.objects.filter(state="waiting", not_before__lt=at - LONG_WAIT).count()


def _database() -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    name = str(connection.settings_dict["NAME"])
    return sum(_size(Path(f"{name}{ending}")) for ending in ("", "-wal"))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _measured(folder: Path) -> tuple[int, int]:
    """How many files lie below a folder, and their bytes."""
    found = [_size(file) for file in _below(folder)]
    return len(found), sum(found)


def _below(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place) / name for name in names if name != "lock")
