"""From the bytes of a batch to its rows. Everything is bounded: bytes, unpacked bytes, rows, length of a text.

Only columns that an endpoint knows are read. A batch that cannot be read at all is ``Turned`` away in words.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from anxin.intake.bulk.fields import MAX_TEXT

MAX_ROWS = 50_000
MAX_BYTES = 64 * 1024 * 1024
_CHUNK = 1024 * 1024
_THRIFT = 1_000_000
_DAY_US = 86_400_000_000

JSON_LINES = "application/x-ndjson"
PARQUET = "application/vnd.apache.parquet"
ARROW_STREAM = "application/vnd.apache.arrow.stream"
ARROW_FILE = "application/vnd.apache.arrow.file"
_KINDS = {
    JSON_LINES: JSON_LINES,
    "application/jsonl": JSON_LINES,
    "application/jsonlines": JSON_LINES,
    PARQUET: PARQUET,
    "application/x-parquet": PARQUET,
    ARROW_STREAM: ARROW_STREAM,
    ARROW_FILE: ARROW_FILE,
}
_UNREADABLE = (pa.ArrowException, OSError, ValueError, TypeError, KeyError, IndexError, OverflowError, MemoryError)


class Turned(Exception):
    """A call that is turned away: HTTP status, a code for programs, words for people."""

    def __init__(self, status: int, code: str, reason: str, reason_en: str) -> None:
        super().__init__(code)
        self.status, self.code, self.reason, self.reason_en = status, code, reason, reason_en


TOO_MANY = (413, "too_many_rows", f"一次最多{MAX_ROWS}行,请分批上传!", f"A batch holds at most {MAX_ROWS} rows.")
TOO_LARGE = (413, "too_large", "数据过大,请分批上传!", "The batch is too large; send it in parts.")


Column = tuple[pa.Array, np.ndarray | None]


class Rows(Protocol):
    """A batch: how many rows, a column for the quick lane, single records for the careful one."""

    count: int
    broken: list[int]  # positions of what is no record at all

    def column(self, name: str) -> Column | None:
        """A column in Arrow, and the positions whose value it does not show (None: it shows all). None: absent."""

    def records(self, positions: Sequence[int]) -> Iterator[dict[str, Any]]:
        """The records at these positions."""


def unpack(body: bytes, encoding: str) -> bytes:
    """Undo the Content-Encoding (gzip, zstd or none), never beyond the limit."""
    if len(body) > MAX_BYTES:
        raise Turned(*TOO_LARGE)
    if encoding in {"", "identity"}:
        return body
    if encoding not in {"gzip", "zstd"}:
        raise Turned(415, "encoding", "不支持的压缩方式,可用gzip或zstd!", "Content-Encoding may be gzip or zstd.")
    parts: list[bytes] = []
    size = 0
    try:
        with pa.CompressedInputStream(pa.BufferReader(body), encoding) as stream:
            while part := stream.read(_CHUNK):
                size += len(part)
                if size > MAX_BYTES:
                    raise Turned(*TOO_LARGE)
                parts.append(part)
    except _UNREADABLE:
        raise _unreadable("压缩数据已损坏或不完整!", "The compressed data are damaged or cut off.") from None
    return b"".join(parts)


def read_rows(body: bytes, content_type: str, columns: Sequence[str]) -> Rows:
    """The rows of a batch in one of the formats."""
    kind = _KINDS.get(content_type.partition(";")[0].strip().lower())
    if kind is None:
        raise Turned(415, "content_type", f"不支持的格式,可用:{', '.join(_KINDS)}", f"Send one of {', '.join(_KINDS)}.")
    if kind == JSON_LINES:
        return JsonRows(body)
    try:
        table = _parquet(body, columns) if kind == PARQUET else _arrow(body, columns)
        return TableRows(table)
    except _UNREADABLE:
        raise _unreadable("文件已损坏或不完整!", "The file is damaged or cut off.") from None


def _unreadable(reason: str, reason_en: str) -> Turned:
    return Turned(400, "unreadable", reason, reason_en)


def _known(names: Sequence[str], columns: Sequence[str]) -> list[str]:
    known = [name for name in names if name in columns]
    if len(set(known)) != len(known):
        raise Turned(400, "columns", "列名重复!", "A column occurs twice.")
    if not known:
        raise Turned(400, "columns", "没有可识别的列,请核对列名!", f"No column is one of {', '.join(columns)}.")
    return known


def _parquet(body: bytes, columns: Sequence[str]) -> pa.Table:
    limits = {"thrift_string_size_limit": _THRIFT, "thrift_container_size_limit": _THRIFT}
    source = pa.BufferReader(body)
    schema = pq.ParquetFile(source, **limits).schema_arrow
    known = _known(schema.names, columns)
    # Text stays dictionary-encoded: a short file may repeat one long value fifty thousand times.
    texts = [name for name in known if pa.types.is_string(schema.field(name).type)]
    file = pq.ParquetFile(source, read_dictionary=texts, **limits)
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    if file.metadata.num_rows > MAX_ROWS or sum(group.num_rows for group in groups) > MAX_ROWS:
        raise Turned(*TOO_MANY)
    if sum(group.total_byte_size for group in groups) > MAX_BYTES:
        raise Turned(*TOO_LARGE)
    return file.read(columns=known, use_threads=False)


def _arrow(body: bytes, columns: Sequence[str]) -> pa.Table:
    source = pa.BufferReader(body)
    batches: Iterator[pa.RecordBatch]
    if body.startswith(b"ARROW1"):
        file = pa.ipc.open_file(source)
        schema, batches = file.schema, (file.get_batch(i) for i in range(file.num_record_batches))
    else:
        stream = pa.ipc.open_stream(source)
        schema, batches = stream.schema, iter(stream)
    known = _known(schema.names, columns)
    taken: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        count += batch.num_rows
        if count > MAX_ROWS:
            raise Turned(*TOO_MANY)
        taken.append(batch.select(known))
    return pa.Table.from_batches(taken, schema=pa.schema([schema.field(name) for name in known]))


class TableRows:
    """Rows of a Parquet or Arrow table, its columns brought to a few plain types."""

    def __init__(self, table: pa.Table) -> None:
        if table.num_rows > MAX_ROWS:
            raise Turned(*TOO_MANY)
        self.count = table.num_rows
        self.broken: list[int] = []
        table.validate(full=True)  # neither offsets nor text in somebody else's buffers are to be trusted
        table = table.unify_dictionaries()
        self._columns = {name: _simple(table.column(name).combine_chunks(), name) for name in table.column_names}

    def column(self, name: str) -> Column | None:
        found = self._columns.get(name)
        return None if found is None else (found, None)

    def records(self, positions: Sequence[int]) -> Iterator[dict[str, Any]]:
        chosen = pa.array(positions, pa.int64())
        lists = {name: column.take(chosen).to_pylist() for name, column in self._columns.items()}
        for index in range(len(positions)):
            yield {name: values[index] for name, values in lists.items()}


def _simple(column: pa.Array | pa.ChunkedArray, name: str) -> pa.Array:
    """A column as text (plain or dictionary), integer, float, boolean, decimal, date or naive civil timestamp."""
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    kind = column.type
    types = pa.types
    if types.is_dictionary(kind):
        inner = _simple(column.dictionary, name)
        if not types.is_string(inner.type) or len(inner) > len(column):
            return inner.take(column.indices)
        return pa.DictionaryArray.from_arrays(column.indices, inner)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind) or types.is_binary(kind):
        # One character more than any reader takes: the row is refused, and no expansion of it can grow large.
        return pc.utf8_slice_codeunits(column.cast(pa.string()), 0, MAX_TEXT + 1)
    if types.is_timestamp(kind):
        return _civil(column)
    if types.is_date(kind):
        return _within(column.cast(pa.date32()))
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_boolean(kind):
        return column
    if types.is_null(kind):
        return column.cast(pa.string())
    raise Turned(400, "column_type", f"列{name}的类型无法使用!", f"Column {name} cannot be of type {kind}.")


def _within(column: pa.Array) -> pa.Array:
    """The same dates or times, null where they lie outside the years that can be meant."""
    first, last = datetime(1900, 1, 1), datetime(2200, 1, 1)
    if pa.types.is_date(column.type):
        low, high = pa.scalar(first.date(), column.type), pa.scalar(last.date(), column.type)
    else:
        low, high = pa.scalar(first, pa.timestamp(column.type.unit)), pa.scalar(last, pa.timestamp(column.type.unit))
    inside = pc.and_(pc.greater_equal(column, low), pc.less(column, high))
    return pc.if_else(inside, column, pa.scalar(None, column.type))


def _civil(column: pa.Array) -> pa.Array:
    zone = column.type.tz
    bounded = _within(column.cast(pa.timestamp(column.type.unit)) if zone else column)
    found = bounded.cast(pa.timestamp("us"), safe=False)
    if zone:
        # A moment with a zone is stored as UTC; Shanghai has been eight hours ahead of it since 1991.
        shifted = pc.add(found.cast(pa.int64()), 8 * 3600 * 1_000_000)
        found = shifted.cast(pa.timestamp("us"))
    return found


class JsonRows:
    """Rows of JSON lines; blank lines are skipped and do not count."""

    def __init__(self, body: bytes) -> None:
        if body.count(b"\n") > 2 * MAX_ROWS:
            raise Turned(*TOO_MANY)
        lines = [line for line in body.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
        if len(lines) > MAX_ROWS:
            raise Turned(*TOO_MANY)
        self.count = len(lines)
        self.broken: list[int] = []
        self._records: list[dict[str, Any]] = []
        for position, line in enumerate(lines):
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                record = None
            if type(record) is not dict:
                self.broken.append(position)
                record = {}
            self._records.append(record)
        if self.count and len(self.broken) == self.count:
            raise _unreadable("没有一行是有效的JSON对象!", "Not one line is a JSON object.")

    def column(self, name: str) -> Column | None:
        values = [record.get(name) for record in self._records]
        if all(value is None for value in values):
            return None
        try:
            array = pa.array(values)
        except (pa.ArrowException, OverflowError, TypeError, ValueError):
            array = None
        if array is not None and (pa.types.is_string(array.type) or pa.types.is_primitive(array.type)):
            return array, None
        texts = [value if type(value) is str else None for value in values]
        unsure = np.fromiter((type(value) is not str for value in values), dtype=bool, count=self.count)
        return pa.array(texts, pa.string()), unsure

    def records(self, positions: Sequence[int]) -> Iterator[dict[str, Any]]:
        return (self._records[position] for position in positions)
