"""Delta tables on disk: writing with an application transaction id, listing the live files.

Facts are append-only versions (``rev`` orders them); rollups are overwritten a month at a time. Every commit that
a seal makes carries the transaction ``anxin.seal`` with the seal's number, so doing it again is seen and skipped.
"""

import json
import os
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError
from django.conf import settings

from anxin.ledger.schema import ENGAGEMENTS, FACT_TABLES, PAY_MONTHS, WORK_MONTHS

APP = "anxin.seal"
REV = pa.field("rev", pa.int64())
SCHEMAS: dict[str, pa.Schema] = {
    **{name: table.schema.append(REV) for name, table in FACT_TABLES.items()},
    "work_months": WORK_MONTHS,
    "pay_months": PAY_MONTHS,
    "engagements": ENGAGEMENTS,
}
# Pages read one project's rows, whole columns of a row group at a time: small groups where tables are small and read
# often (a project's year in 12 ms instead of 33, a full scan as fast), large ones where a month holds millions.
_ROWS_A_GROUP = {"swipes": 131_072}
_FEW_ROWS_A_GROUP = 32_768
_CONFIGURATION: dict[str, str | None] = {
    "delta.logRetentionDuration": "interval 1 hours",
    "delta.checkpointInterval": "20",
}
_open: dict[Path, DeltaTable] = {}
_lock = threading.Lock()


def path(name: str) -> Path:
    """Folder of a table, links followed: so Delta spells its files, and what it does not name is removed."""
    return (Path(settings.LEDGER) / name).resolve()


def delta(name: str) -> DeltaTable | None:
    """The table at its newest version, None when nothing was ever committed to it."""
    folder = path(name)
    with _lock:
        table = _open.pop(folder, None)
        if not has_commits(name):
            return None
        if table is not None:
            try:
                # Without this commit the log is not the one it was opened from, but one put back from a backup; or
                # nobody looked for hours, and it was cleared away.
                _commit(name, table.version()).stat()
                table.update_incremental()
            except (DeltaError, OSError):
                table = None
        if table is None:
            table = DeltaTable(folder)
        _open[folder] = table
        return table


def _commit(name: str, version: int) -> Path:
    return path(name) / "_delta_log" / f"{version:020}.json"


def has_commits(name: str) -> bool:
    """Whether anything was ever committed to a table."""
    try:
        with os.scandir(path(name) / "_delta_log") as log:
            # A process killed before a table's first commit leaves a log folder with nothing in it, or only a draft.
            return any(file.name.endswith((".json", ".parquet")) for file in log)
    except FileNotFoundError:
        return False


def version(name: str) -> int | None:
    """Number of the table's newest commit, None when nothing was ever committed to it."""
    table = delta(name)
    return table.version() if table is not None else None


def sealed_up_to(name: str) -> int:
    """Number of the last seal this table holds; 0 for none."""
    table = delta(name)
    if table is None:
        return 0
    return table.transaction_version(APP) or 0


def write(
    name: str,
    rows: pa.Table,
    *,
    seal: int | None,
    months: Collection[str] | None = None,
    append: bool = False,
    since: int = 0,
    read_at: int | None = None,
) -> None:
    """Commit rows: appended, or in place of the given months (of the whole table when ``months`` is None); with
    ``since`` in place of those months' rows from that ``rev`` on. Files that hold none of these stay as they are.

    Does nothing when the table has this seal already. ``read_at`` is the version the rows were read at. Whoever writes
    the same meanwhile makes this raise ``CommitFailedError``: a lock is lost with its connection to PostgreSQL.
    """
    schema = SCHEMAS[name]
    properties = CommitProperties(app_transactions=[Transaction(APP, seal)]) if seal is not None else None
    table = DeltaTable(path(name), version=read_at) if has_commits(name) else None
    if table is not None and seal is not None and (table.transaction_version(APP) or 0) >= seal:
        return
    target = path(name) if table is None else table
    rows = rows.select(schema.names).cast(schema)
    options: dict[str, Any] = {
        "partition_by": ["month"] if "month" in schema.names else None,
        "configuration": _CONFIGURATION,
        "writer_properties": WriterProperties(
            compression="ZSTD",
            compression_level=1,
            max_row_group_size=_ROWS_A_GROUP.get(name, _FEW_ROWS_A_GROUP),
        ),
        "commit_properties": properties,
    }
    if append:
        write_deltalake(target, rows, mode="append", **options)
    elif months is not None and table is not None:
        listed = ", ".join(f"'{m}'" for m in sorted(months))
        newer = f" AND rev >= {since}" if since else ""
        write_deltalake(target, rows, mode="overwrite", predicate=f"month IN ({listed}){newer}", **options)
    else:
        write_deltalake(target, rows, mode="overwrite", **options)
    _flush(name)


def _flush(name: str) -> None:
    """Have the disk keep the newest commit and its files: the database, which flushes too, will say they are there."""
    commit = _commit(name, version(name) or 0)
    added = [json.loads(line)["add"] for line in commit.read_bytes().splitlines() if line.startswith(b'{"add"')]
    for file in (*(path(name) / unquote(add["path"]) for add in added), commit):
        with file.open("rb") as handle:
            os.fsync(handle.fileno())


def files(name: str, months: Collection[str] | None = None) -> list[str]:
    """Paths of the live Parquet files, of some months or of all. The month stands in the path, not in the file."""
    table = delta(name)
    if table is None:
        return []
    if months is None:
        found = table.file_uris()
    elif not months:
        return []
    else:
        found = table.file_uris(file_pruning_predicate=[("month", "in", sorted(months))])
    # As addresses they spell a blank and every Chinese sign of the data folder's name in per cent.
    return [unquote(uri.removeprefix("file://")) for uri in found]


def sizes(name: str, month: str) -> list[tuple[int, int]]:
    """Rows and highest ``rev`` of each live file of a fact table's month, oldest first."""
    table = delta(name)
    if table is None:
        return []
    live = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    found = [(file["num_records"], file["max.rev"]) for file in live if file["partition.month"] == month]
    return sorted(found, key=lambda file: file[1])


def months(name: str) -> list[str]:
    """Months that a table has rows of, in order."""
    table = delta(name)
    return sorted({p["month"] for p in table.partitions()}) if table is not None else []


def scan(name: str, months: Collection[str] | None = None) -> str:
    """A DuckDB FROM item over the live files (``month`` read from the path), or over no rows."""
    found = files(name, months)
    if not found:
        columns = ", ".join(f"NULL::{_duck_type(f.type)} AS {f.name}" for f in SCHEMAS[name])
        return f"(SELECT {columns} WHERE false)"
    listed = ", ".join("'" + f.replace("'", "''") + "'" for f in found)
    hive = "true" if "month" in SCHEMAS[name].names else "false"
    return f"read_parquet([{listed}], hive_partitioning={hive}, hive_types_autocast=false, union_by_name=false)"


def current(name: str, months: Collection[str] | None = None, where: str = "true") -> str:
    """A DuckDB query over a fact table's current rows: of each natural key the highest ``rev``."""
    key = ", ".join(FACT_TABLES[name].key)
    columns = ", ".join(FACT_TABLES[name].schema.names)
    return (
        f"(SELECT {columns} FROM {scan(name, months)} WHERE {where}"
        f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY rev DESC) = 1)"
    )


def _duck_type(arrow: pa.DataType) -> str:
    return {
        pa.int64(): "BIGINT",
        pa.float64(): "DOUBLE",
        pa.bool_(): "BOOLEAN",
        pa.date32(): "DATE",
        pa.timestamp("us"): "TIMESTAMP",
    }.get(arrow, "VARCHAR")
