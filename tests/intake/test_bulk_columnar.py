"""The quick lane and the careful lane take the same rows, make the same facts and find the same faults."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from anxin.intake.bulk import columnar
from anxin.intake.bulk.decoding import Turned, read_rows
from anxin.intake.bulk.endpoints import ATTENDANCE, PAYROLL
from anxin.intake.bulk.receiving import judge
from anxin.intake.senders import add_sender
from anxin.registry import actions
from tests.people import identity, make_project, make_worker

pytestmark = pytest.mark.django_db
QUICKLY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
WRONG = identity(1)[:-1] + ("0" if identity(1)[-1] != "0" else "1")
ODD = st.sampled_from(
    [None, "", " ", "0", "-1", "3", "3.0", "1e400", "NaN", "是", "x" * 65, "x" * 1001, "a\0b", "01", "2026-03",
     "９", "：", "Infinity", "1_000", "1,000", "¥12", "9" * 30, "\u2028", "a:b"]
)  # fmt: skip
CODES = st.one_of(st.sampled_from(["P1", "P2", " P1 ", "P3", None, "p1"]), ODD)
NUMBERS = st.one_of(
    st.sampled_from([identity(1), identity(2), identity(3), f" {identity(1)} ", identity(1)[:-1] + "9", "AB123456"]),
    ODD,
)
TIMES = st.one_of(
    st.sampled_from(
        ["2026-04-20 08:00:00", "2026-04-20T08:00:00", "2026-04-20 08:00:00.123", "2026-04-20T08:00:00+08:00",
         "2026-04-20T00:00:00Z", "2026-04-20T08:00:00+0800", "2026-04-20 08:00", "20260420080000",
         "2026-02-30 08:00:00",
         "2026-04-20 24:00:00", "2026-04-20 08:00:60", "2026-04-21 00:00:00", "1999-12-31 23:59:59",
         "0000-01-01 00:00:00", "2026-04-20 08:00:00 ", "2026-04-20", "46132.5", "2026-4-2 8:0:0",
         "２０２６-04-20 08:00:00", "2026-04-20 08:00:00.1234567", "2026-04-20 08:00:00\n", "9999-12-31 23:59:59"]
    ),
    st.datetimes(datetime(1999, 12, 1), datetime(2027, 1, 1)).map(lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}"),
    ODD,
)  # fmt: skip
SWIPES = st.fixed_dictionaries(
    {},
    optional={
        "project_code": CODES,
        "id_type": st.one_of(st.sampled_from(["01", "1", "02", None]), ODD),
        "id_number": NUMBERS,
        "passed_at": TIMES,
        "direction": st.one_of(st.sampled_from(["in", "out", "01", "2", "出"]), ODD),
        "way": ODD,
        "device": ODD,
        "team_no": ODD,
    },
)
SOUND_SWIPES = st.fixed_dictionaries(
    {
        "project_code": st.sampled_from(["P1", "P2"]),
        "id_number": st.sampled_from([identity(1), identity(2)]),
        "passed_at": st.sampled_from(["2026-04-20 08:00:00", "2026-04-19 18:00:00"]),
        "direction": st.sampled_from(["in", "out"]),
    }
)
MONEY = st.one_of(st.integers(-1, 10**14), st.floats(), ODD)
PAYLINES = st.fixed_dictionaries(
    {},
    optional={
        "project_code": CODES,
        "id_number": NUMBERS,
        "month": st.one_of(st.sampled_from(["2026-03", "2026-05", "202603", "1999-12", "2026-13"]), ODD),
        "sheet": ODD,
        "days": MONEY,
        "hours": ODD,
        "due_fen": MONEY,
        "due": MONEY,
        "paid_fen": MONEY,
        "paid": MONEY,
        "back_pay": ODD,
        "paid_on": st.one_of(st.sampled_from(["2026-04-15", "2026-04-21", "2026.4.1", "2026-04-15 10:00:00"]), ODD),
        "card_number": st.one_of(st.just("6222020000000000001"), ODD),
        "bank_code": ODD,
        "team_no": ODD,
    },
)
SOUND_PAYLINES = st.fixed_dictionaries(
    {
        "project_code": st.just("P1"),
        "id_number": st.sampled_from([identity(1), identity(2)]),
        "month": st.just("2026-03"),
        "sheet": st.sampled_from(["S1", "S2"]),
        "due_fen": st.integers(0, 10**7),
    },
    optional={"paid": st.sampled_from(["100.00", "0"]), "back_pay": st.booleans(), "days": st.integers(0, 31)},
)


@pytest.fixture
def sender(at, request):
    first, second = make_project(at), make_project(at, code="P2")
    foreign = make_project(at, code="P3", region_code="520100")
    make_worker(foreign, 1, at)
    make_worker(first, 1, at, card_number="6222020000000000001")
    make_worker(first, 2, at)
    make_worker(second, 1, at)
    misspelt = actions.register_worker(id_number=WRONG, id_type="01", name="—", at=at)
    actions.engage(project=first, worker=misspelt, at=at)
    return add_sender(protocol="bulk", appid="B", secret="S", at=at, region_code="140000")


def readable(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def same(endpoint, body, kind, sender, at):
    if kind == "application/x-ndjson" and body and not any(map(readable, body.split(b"\n"))):
        # NaN is no JSON: where every line has one, the door turns the body away as a whole.
        with pytest.raises(Turned):
            read_rows(body, kind, endpoint.columns)
        return
    rows = read_rows(body, kind, endpoint.columns)
    columnar.forget()
    cold = judge(endpoint, rows, sender=sender, at=at)
    warm = judge(endpoint, rows, sender=sender, at=at)
    careful = judge(endpoint, rows, sender=sender, at=at, quick=False)
    assert cold.facts.to_pylist() == careful.facts.to_pylist()
    assert cold.facts.schema == careful.facts.schema
    assert warm.facts.equals(cold.facts)
    assert [repr(fault) for fault in cold.faults] == [repr(fault) for fault in careful.faults]
    assert [repr(fault) for fault in warm.faults] == [repr(fault) for fault in careful.faults]


def as_lines(rows):
    return "\n".join(json.dumps(row, allow_nan=True) for row in rows).encode()


def as_parquet(rows, endpoint):
    """Everything as text, as a table of one type a column must have it."""
    texts = [{k: None if v is None else str(v) for k, v in row.items()} for row in rows]
    table = pa.table({name: pa.array([row.get(name) for row in texts], pa.string()) for name in endpoint.columns})
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=3)
    return sink.getvalue()


@QUICKLY
@given(rows=st.lists(st.one_of(SWIPES, SOUND_SWIPES, SOUND_SWIPES), max_size=8))
@example(rows=[])
def test_swipes(sender, at, rows):
    same(ATTENDANCE, as_lines(rows), "application/x-ndjson", sender, at)
    same(ATTENDANCE, as_parquet(rows, ATTENDANCE), "application/vnd.apache.parquet", sender, at)


@QUICKLY
@given(rows=st.lists(st.one_of(PAYLINES, SOUND_PAYLINES, SOUND_PAYLINES), max_size=8))
@example(rows=[{"due_fen": float("nan")}])
def test_payroll(sender, at, rows):
    same(PAYROLL, as_lines(rows), "application/x-ndjson", sender, at)
    same(PAYROLL, as_parquet(rows, PAYROLL), "application/vnd.apache.parquet", sender, at)


APRIL = (datetime(2026, 4, 18), datetime(2026, 4, 22))


def _seconds(moment):
    return moment.replace(microsecond=0)


COLUMNS = {
    "passed_at": [
        (pa.timestamp("s"), st.datetimes(datetime(1890, 1, 1), datetime(2300, 1, 1)).map(_seconds)),
        (pa.timestamp("ms"), st.integers(-(2**62), 2**62)),
        (pa.timestamp("ns"), st.integers(-(2**63), 2**63 - 1)),
        (pa.timestamp("us", tz="UTC"), st.datetimes(*APRIL, timezones=st.just(UTC))),
        (pa.timestamp("us", tz="America/Lima"), st.integers(0, 2**53)),
        (pa.date32(), st.dates(date(2026, 4, 18), date(2026, 4, 22))),
        (pa.int64(), st.integers(20260420080000, 20260420080100)),
        (pa.float64(), st.floats(46000, 46140)),
        (pa.bool_(), st.booleans()),
    ],
    "team_no": [
        (pa.uint64(), st.integers(0, 2**64 - 1)),
        (pa.float32(), st.floats(width=32)),
        (pa.decimal128(20, 2), st.decimals(-5, 2**32, places=2).map(lambda d: d.quantize(Decimal("0.01")))),
        (pa.bool_(), st.booleans()),
    ],
    "id_number": [
        (pa.int64(), st.sampled_from([int(identity(1)[:17]), 990000198506010010])),
        (pa.float64(), st.just(9.9e17)),
        (pa.dictionary(pa.int8(), pa.string()), st.sampled_from([identity(1), identity(2), "x"])),
        (pa.large_string(), st.sampled_from([identity(1), "x"])),
        (pa.binary(), st.just(identity(1).encode())),
    ],
    "device": [(pa.null(), st.none()), (pa.string_view(), st.text(max_size=70)), (pa.float64(), st.floats())],
}  # fmt: skip


@QUICKLY
@given(data=st.data())
@pytest.mark.parametrize("name", COLUMNS)
def test_columns_of_every_type(sender, at, name, data):
    kind, values = data.draw(st.sampled_from(COLUMNS[name]))
    drawn = data.draw(st.lists(st.one_of(st.none(), values), min_size=1, max_size=6))
    sound = {"project_code": "P1", "id_number": identity(1), "passed_at": "2026-04-20 08:00:00"}
    arrays = {key: pa.array([value] * len(drawn)) for key, value in sound.items()} | {name: pa.array(drawn, kind)}
    table = pa.table(arrays)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    same(ATTENDANCE, sink.getvalue().to_pybytes(), "application/vnd.apache.arrow.stream", sender, at)


def test_sound_rows_all_take_the_quick_lane(sender, at):
    moments = [at.replace(tzinfo=None) - timedelta(minutes=n) for n in range(60)]
    rows = [{"project_code": "P1", "id_number": identity(1 + n % 2), "passed_at": m} for n, m in enumerate(moments)]
    texts = [{**row, "passed_at": f"{row['passed_at']:%Y-%m-%d %H:%M:%S}", "way": 1, "team_no": 7} for row in rows]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    for body, kind in ((sink.getvalue(), "application/vnd.apache.parquet"), (as_lines(texts), "application/x-ndjson")):
        quick = columnar.swipes(read_rows(body, kind, ATTENDANCE.columns), sender=sender, today=at.date())
        assert quick.facts.num_rows == 60


def test_what_is_remembered_is_bounded_and_forgotten(sender, at, monkeypatch):
    body = as_lines(
        [{"project_code": "P1", "id_number": identity(n), "passed_at": "2026-04-20 08:00:00"} for n in (1, 2)]
    )
    rows = read_rows(body, "application/x-ndjson", ATTENDANCE.columns)
    columnar.forget()
    judge(ATTENDANCE, rows, sender=sender, at=at)
    assert len(columnar._roster) == 2
    monkeypatch.setattr(columnar, "MAX_REMEMBERED", 1)
    columnar.forget()
    assert judge(ATTENDANCE, rows, sender=sender, at=at).facts.num_rows == 2
    assert not columnar._roster or len(columnar._roster) <= 2


def test_somebody_registered_later_is_found(sender, at):
    body = as_lines([{"project_code": "P2", "id_number": identity(2), "passed_at": "2026-04-20 08:00:00"}])
    rows = read_rows(body, "application/x-ndjson", ATTENDANCE.columns)
    assert judge(ATTENDANCE, rows, sender=sender, at=at).facts.num_rows == 0
    make_worker(make_project(at, code="P2"), 2, at)
    assert judge(ATTENDANCE, rows, sender=sender, at=at).facts.num_rows == 1
