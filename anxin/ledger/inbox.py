"""The durable inbox."""

from datetime import datetime

import pyarrow as pa

from anxin import plainly
from anxin.ledger.models import Batch
from anxin.ledger.schema import FACT_TABLES

_COMPRESS_FROM_ROWS = 500


def append(*, table: str, rows: pa.Table, source: str, at: datetime) -> Batch:
    """Put a batch of facts into the inbox; call it inside the transaction whose commit acknowledges the sender.

    ``table``: swipes, payroll, payments or movements; ``rows`` has exactly that table's columns.
    Raises ValueError when the columns differ.
    """
    schema = FACT_TABLES[table].schema
    if rows.schema != schema:
        raise ValueError(f"A batch for {table} has other columns than the ledger: {rows.schema.names}")
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd" if rows.num_rows >= _COMPRESS_FROM_ROWS else None)
    with pa.ipc.new_stream(sink, schema, options=options) as writer:
        writer.write_table(rows)
    batch = Batch(table=table, source=source, arrived_at=at, rows=rows.num_rows, payload=sink.getvalue().to_pybytes())
    plainly.add(batch)
    return batch


def read_payload(payload: bytes | memoryview) -> pa.Table:
    """The rows of a batch."""
    return pa.ipc.open_stream(pa.py_buffer(bytes(payload))).read_all()
