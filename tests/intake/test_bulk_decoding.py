"""Whatever bytes come, a batch is read or turned away in words."""

import io
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anxin.intake.bulk.decoding import ARROW_FILE, ARROW_STREAM, JSON_LINES, PARQUET, Turned, read_rows, unpack
from anxin.intake.bulk.endpoints import ENDPOINTS, Misread

KINDS = (JSON_LINES, PARQUET, ARROW_STREAM, ARROW_FILE)
TABLE = pa.table(
    {
        "project_code": ["P1", None, "P3"],
        "id_number": pa.array(["1", "2", "1"]).dictionary_encode(),
        "passed_at": pa.array([0, None, 2], pa.timestamp("ms", tz="UTC")),
        "due": pa.array([1.5, None, 2.25]),
    }
)


def written(kind):
    if kind == PARQUET:
        sink = io.BytesIO()
        pq.write_table(TABLE, sink)
        return sink.getvalue()
    if kind == JSON_LINES:
        return b'{"project_code": "P1", "id_number": "1"}\n{"due": 1.5}\n'
    buffer = pa.BufferOutputStream()
    with (pa.ipc.new_stream if kind == ARROW_STREAM else pa.ipc.new_file)(buffer, TABLE.schema) as writer:
        writer.write_table(TABLE)
    return buffer.getvalue().to_pybytes()


def walk(body, kind):
    """Read a body as the door does, to the last record of each endpoint."""
    for endpoint in ENDPOINTS.values():
        try:
            rows = read_rows(body, kind, endpoint.columns)
        except Turned:
            continue
        for name in endpoint.columns:
            rows.column(name)
        for record in rows.records(range(rows.count)):
            with suppress(Misread):
                endpoint.row(record, place="[1]", own_project="P1")


@given(body=st.binary(max_size=400), kind=st.sampled_from(KINDS))
@example(body=b"ARROW1\0\0", kind=ARROW_FILE)
@example(body=b"PAR1PAR1", kind=PARQUET)
@example(body=b"\xff\xff\xff\xff\xff\xff\xff\x7f", kind=ARROW_STREAM)
@example(body=b'{"due": 1e999}\n{"team_no": 123456789012345678901234567890}', kind=JSON_LINES)
@example(body=b'{"month": true}\n{"paid_on": 1e20}\n{"passed_at": -1}', kind=JSON_LINES)
def test_any_bytes(body, kind):
    walk(body, kind)


@given(kind=st.sampled_from(KINDS), data=st.data())
def test_a_sound_batch_with_damage(kind, data):
    body = bytearray(written(kind))
    for place in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=4)):
        body[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))
    walk(bytes(body), kind)
    walk(bytes(body[:cut]), kind)


@given(body=st.binary(max_size=200), encoding=st.sampled_from(["", "identity", "gzip", "zstd", "br"]))
def test_any_packing(body, encoding):
    with suppress(Turned):
        assert isinstance(unpack(body, encoding), bytes)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_batch(kind):
    rows = read_rows(written(kind), kind + "; charset=utf-8", ["project_code", "id_number", "due"])
    assert [record["project_code"] for record in rows.records([0])] == ["P1"]
