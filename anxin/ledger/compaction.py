"""Compaction: small files joined, superseded versions dropped, dead files and sealed batches cleared away."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import orjson

from anxin.ledger import tables
from anxin.ledger.engine import query
from anxin.ledger.locks import only_one
from anxin.ledger.losses import refuse_when_all_is_gone
from anxin.ledger.models import Batch, Seal
from anxin.ledger.schema import FACT_TABLES

# More live files than this, since the last large one, are joined.
MANY_FILES = 24
# A file of so many rows is large enough to be left alone: a month of swipes grows to fifty millions.
LARGE_ROWS = 2_000_000
# A reader that listed a file may still open it this long after it was replaced (or, if never listed, written).
READERS_GRACE_S = 600
BATCHES_KEPT = timedelta(days=7)
_A_STEP, _STEPS = 500, 100


@dataclass(frozen=True)
class CompactionReport:
    """Months rewritten, dead files removed, sealed batches dropped from the inbox."""

    months: int
    files: int
    batches: int


def compact(*, at: datetime, everything: bool = False) -> CompactionReport:
    """Join small files where there are many (``everything``: all files of every month): current rows only, sorted.

    Raises ``LedgerLost`` like sealing: the inbox holds the last copy of what the tables lost.
    """
    rewritten = removed = 0
    with only_one("ledger", wait=True):
        refuse_when_all_is_gone()
        for name in FACT_TABLES:
            for month in tables.months(name):
                small, since = _after_the_last_large(tables.sizes(name, month))
                if everything or small > MANY_FILES:
                    _rewrite(name, month, since=0 if everything else since)
                    rewritten += 1
        for name in tables.SCHEMAS:
            removed += _remove_dead_files(name)
    return CompactionReport(rewritten, removed, _drop_sealed(at))


def _drop_sealed(at: datetime) -> int:
    """Drop batches sealed long ago, and their seals but the newest: the tables hold their rows. In small steps and from
    the front, so that a worker who does it every few minutes neither reads the whole inbox nor keeps others waiting."""
    open_seals = Seal.objects.filter(done_at=None).values_list("number", flat=True)
    finished = Seal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    until, limit = min([finished, *open_seals]), at - BATCHES_KEPT
    dropped = 0
    for _ in range(_STEPS):
        front = Batch.objects.filter(seal__lt=until).order_by("seal", "id").values_list("id", "arrived_at")[:_A_STEP]
        old = [pk for pk, arrived_at in front if arrived_at < limit]
        dropped += Batch.objects.filter(id__in=old).delete()[0]
        if len(old) < _A_STEP:
            break
    Seal.objects.filter(number__lt=until, done_at__lt=limit).delete()
    return dropped


def _after_the_last_large(files: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """How many files came after the last large one, and the first ``rev`` they may hold."""
    large = [place for place, (rows, _) in enumerate(files) if rows >= LARGE_ROWS]
    return (len(files) - large[-1] - 1, files[large[-1]][1] + 1) if large else (len(files), 0)


def _rewrite(name: str, month: str, *, since: int) -> None:
    """Of a month's versions from ``since`` on, keep the last of each natural key. Older ones and those in other months
    stay as they are: readers compare over all of them, so ``rev`` must be kept."""
    table = FACT_TABLES[name]
    read_at = tables.version(name)
    key = ", ".join(table.key)
    order = ", ".join(k for k in ("project_id", "worker_id", *table.key) if k in table.schema.names)
    rows = query(
        f"SELECT * FROM {tables.scan(name, [month])} WHERE rev >= {since}"
        f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY rev DESC) = 1 ORDER BY {order}"
    )
    tables.write(name, rows, seal=None, months=[month], since=since, read_at=read_at)


def _remove_dead_files(name: str) -> int:
    table = tables.delta(name)
    if table is None:
        return 0
    oldest = time.time() - READERS_GRACE_S
    kept = {Path(file) for file in tables.files(name)} | _replaced_since(tables.path(name), oldest)
    removed = 0
    for file in tables.path(name).glob("**/*.parquet"):
        if "_delta_log" not in file.parts and file not in kept and file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
            removed += 1
    table.cleanup_metadata()
    return removed


def _replaced_since(table: Path, moment: float) -> set[Path]:
    """Files that commits since this moment (seconds of the epoch) replaced: a reader may be about to open them."""
    replaced = set()
    for commit in (table / "_delta_log").glob("*.json"):
        if commit.stat().st_mtime >= moment:
            for line in commit.read_bytes().splitlines():
                if line.startswith(b'{"remove"'):
                    replaced.add(table / unquote(orjson.loads(line)["remove"]["path"]))
    return replaced
