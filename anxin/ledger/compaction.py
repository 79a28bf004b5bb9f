"""Compaction: small files joined, superseded versions dropped, dead files and sealed payloads cleared away."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from anxin.ledger import tables
from anxin.ledger.engine import query
from anxin.ledger.locks import only_one
from anxin.ledger.models import Batch
from anxin.ledger.schema import FACT_TABLES

# A partition with more live files than this is rewritten.
MANY_FILES = 24
# A reader that listed a file may still open it this long after it was replaced.
READERS_GRACE_S = 600
PAYLOADS_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class CompactionReport:
    """Months rewritten, dead files removed, payloads of sealed batches emptied."""

    months: int
    files: int
    payloads: int


def compact(*, at: datetime, everything: bool = False) -> CompactionReport:
    """Rewrite partitions that hold many small files (all, with ``everything``): current rows only, sorted."""
    rewritten = removed = 0
    with only_one("ledger", wait=True):
        for name in FACT_TABLES:
            for month in tables.months(name):
                if everything or len(tables.files(name, [month])) > MANY_FILES:
                    _rewrite(name, month)
                    rewritten += 1
        for name in tables.SCHEMAS:
            removed += _remove_dead_files(name)
    old = Batch.objects.filter(seal__isnull=False, arrived_at__lt=at - PAYLOADS_KEPT).exclude(payload=b"")
    return CompactionReport(rewritten, removed, old.update(payload=b""))


def _rewrite(name: str, month: str) -> None:
    """Within a month, keep of each natural key the last version. Versions in other months stay as they are: readers
    compare over months, so ``rev`` must be kept."""
    table = FACT_TABLES[name]
    key = ", ".join(table.key)
    order = ", ".join(k for k in ("project_id", "worker_id", *table.key) if k in table.schema.names)
    rows = query(
        f"SELECT * FROM {tables.scan(name, [month])}"
        f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY rev DESC) = 1 ORDER BY {order}"
    )
    tables.write(name, rows, seal=None, months=[month])


def _remove_dead_files(name: str) -> int:
    table = tables.delta(name)
    if table is None:
        return 0
    live = {Path(uri.removeprefix("file://")) for uri in table.file_uris()}
    oldest = time.time() - READERS_GRACE_S
    removed = 0
    for file in tables.path(name).rglob("*.parquet"):
        if "_delta_log" not in file.parts and file not in live and file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
            removed += 1
    table.cleanup_metadata()
    return removed
