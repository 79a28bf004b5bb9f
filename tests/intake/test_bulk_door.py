"""The bulk door from a sender's side."""

import gzip
import io
import json
import zlib
from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from anxin.intake.bulk import columnar, decoding
from anxin.intake.bulk import signing as signing_module
from anxin.intake.bulk.signing import signature
from anxin.intake.cwr import door as cwr_door
from anxin.intake.held import row_of
from anxin.intake.models import HeldRow, Receipt
from anxin.intake.senders import add_sender, disable
from anxin.intake.waiting import release
from anxin.ledger.inbox import read_payload
from anxin.ledger.models import Batch
from anxin.registry.actions import card_token, record_account
from tests.people import identity, make_project, make_worker

pytestmark = pytest.mark.django_db
NDJSON = "application/x-ndjson"
PARQUET = "application/vnd.apache.parquet"
STREAM = "application/vnd.apache.arrow.stream"
FILE = "application/vnd.apache.arrow.file"
ACCOUNT = "6222020000000000000"


@pytest.fixture(autouse=True)
def _noon(monkeypatch, at):
    monkeypatch.setattr(signing_module.timezone, "now", lambda: at)
    columnar.forget()


@pytest.fixture
def project(at):
    return make_project(at)


@pytest.fixture
def sender(at):
    return add_sender(protocol="bulk", appid="B", secret="SECRET", at=at)


def headers(path, body, *, appid="B", secret="SECRET", stamp=None, **changes):
    stamp = stamp or str(int(datetime(2026, 4, 20, 4, tzinfo=UTC).timestamp()))
    signed = signature(secret=secret, timestamp=stamp, path=path, body=body)
    made = {"X-Appid": appid, "X-Timestamp": stamp, "X-Signature": signed, "Idempotency-Key": f"k{zlib.crc32(body)}"}
    return {name: value for name, value in (made | changes).items() if value is not None}


def post(client, endpoint, body, kind=NDJSON, **changes):
    path = f"/api/v1/{endpoint}"
    return client.post(path, body, content_type=kind, headers=headers(path, body, **changes))


def get(client, path, query="", **changes):
    made = headers(path, b"", **changes)
    return client.get(f"{path}{query}", headers=made)


def lines(*rows):
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def parquet(rows, **options):
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink, **options)
    return sink.getvalue()


def arrow(rows, new=pa.ipc.new_stream):
    table = pa.Table.from_pylist(rows)
    sink = pa.BufferOutputStream()
    with new(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def facts(table):
    return [
        row
        for batch in Batch.objects.filter(table=table).order_by("pk")
        for row in read_payload(batch.payload).to_pylist()
    ]


def swipe(n=1, **more):
    return {"project_code": "P1", "id_number": identity(n), "passed_at": "2026-04-20 08:00:00", "direction": "in",
            "way": "1", "device": "D1", **more}  # fmt: skip


def wrong_check(n=1):
    return identity(n)[:-1] + ("0" if identity(n)[-1] != "0" else "1")


# --- the three formats ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda rows: lines(*rows), NDJSON),
        (parquet, PARQUET),
        (arrow, STREAM),
        (lambda rows: arrow(rows, pa.ipc.new_file), FILE),
    ],
)
def test_attendance_in_every_format(client, sender, project, at, make, kind):
    workers = {n: make_worker(project, n, at).worker_id for n in (1, 2)}
    body = make([swipe(1), swipe(2, direction="02", way="011"), swipe(3)])
    answer = post(client, "attendance", body, kind)
    assert answer.status_code == 200
    data = answer.json()
    assert (data["accepted"], data["refused"]) == (2, [])
    assert [(w["row"], w["field"]) for w in data["waiting"]] == [(3, "id_number")]
    taken = [(f["worker_id"], f["direction"], f["way"], f["passed_at"]) for f in facts("swipes")]
    eight = datetime(2026, 4, 20, 8)
    assert taken == [(workers[1], "in", "001", eight), (workers[2], "out", "011", eight)]
    receipt = Receipt.objects.get(serial=data["receipt"])
    assert (receipt.accepted, receipt.refused, receipt.waiting) == (2, 0, 1)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 4, 20, 8),
        datetime(2026, 4, 20, 0, tzinfo=UTC),
        datetime(2026, 4, 20, 8, tzinfo=timezone(timedelta(hours=8))),
        "2026-04-20T08:00:00+08:00",
        "2026-04-20T00:00:00Z",
        "20260420080000",
        "2026/04/20 08:00",
    ],
)
def test_times_are_civil_time_however_they_are_written(client, sender, project, at, moment):
    make_worker(project, 1, at)
    body = parquet([swipe(passed_at=moment)])
    assert post(client, "attendance", body, PARQUET).json()["accepted"] == 1
    assert facts("swipes")[0]["passed_at"] == datetime(2026, 4, 20, 8)


def test_payroll_in_fen_and_in_yuan(client, sender, project, at):
    worker = make_worker(project, 1, at, card_number="6222020000000000001").worker_id
    line = {"project_code": "P1", "id_number": identity(1), "month": "2026-03", "sheet": "S1", "days": 22,
            "paid_on": "2026-04-15", "card_number": "6222020000000000001"}  # fmt: skip
    by_card = {k: v for k, v in line.items() if k != "id_number"}
    body = lines(
        {**line, "due_fen": 650000, "paid_fen": 600000},
        {**line, "sheet": "S2", "due": "6500.00", "paid": 6000.5},
        {**by_card, "sheet": "S3", "due": "1"},
        {**line, "sheet": "S4"},
        {**line, "sheet": "S5", "due": "-1"},
        {**line, "sheet": "S6", "due": "NaN"},
        {**line, "sheet": "S7", "due": "1", "month": "2026-05"},
        {**line, "sheet": "S8", "due": "1", "paid_on": "2026-04-21"},
    )
    data = post(client, "payroll", body).json()
    assert data["accepted"] == 3
    assert [(r["row"], r["field"]) for r in data["refused"]] == [
        (4, "due_fen"), (5, "due_fen"), (6, "due"), (7, "month"), (8, "paid_on"),
    ]  # fmt: skip
    assert [(f["worker_id"], f["sheet"], f["due_fen"], f["paid_fen"]) for f in facts("payroll")] == [
        (worker, "S1", 650000, 600000), (worker, "S2", 650000, 600050), (worker, "S3", 100, 0),
    ]  # fmt: skip
    assert facts("payroll")[0]["card_token"] == card_token("6222020000000000001")


def test_payments_and_movements_by_account(client, sender, project, at):
    worker = make_worker(project, 1, at, card_number="6222020000000000001").worker_id
    record_account(project=project, number=ACCOUNT, on=at.date(), at=at)
    paid = {"reference": "R1", "account_number": ACCOUNT, "card_number": "6222020000000000001", "payee": "测试1",
            "amount": "6000.00", "status": "成功", "paid_on": "2026-04-15"}  # fmt: skip
    data = post(
        client,
        "payments",
        lines(paid, {**paid, "reference": "R2", "status": "maybe"}, {**paid, "reference": "R3", "account_number": "9"}),
    ).json()
    assert (data["accepted"], [r["field"] for r in data["refused"]]) == (1, ["status"])
    assert [w["field"] for w in data["waiting"]] == ["account_number"]
    (payment,) = facts("payments")
    assert (payment["worker_id"], payment["month"], payment["amount_fen"]) == (worker, "2026-03", 600000)
    moved = {"reference": "M1", "account_number": ACCOUNT, "booked_on": date(2026, 4, 10).isoformat(),
             "direction": "credit", "kind": "labour_fee", "amount_fen": 100, "balance": "12.34"}  # fmt: skip
    data = post(client, "account-movements", lines(moved, {**moved, "reference": "M2", "amount_fen": -1})).json()
    assert (data["accepted"], [r["field"] for r in data["refused"]]) == (1, ["amount_fen"])
    assert facts("movements")[0]["balance_fen"] == 1234


# --- the envelope ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"X-Appid": None}, "missing_header"),
        ({"X-Timestamp": None}, "missing_header"),
        ({"X-Signature": None}, "missing_header"),
        ({"X-Signature": "0" * 64}, "signature"),
        ({"secret": "WRONG"}, "signature"),
        ({"appid": "NOBODY"}, "unknown_sender"),
        ({"X-Protocol": "other"}, "unknown_sender"),
        ({"stamp": "yesterday"}, "clock"),
        ({"stamp": "1"}, "clock"),
        ({"stamp": "2026-04-20 12:10:01"}, "clock"),
        ({"stamp": "99999999999999999"}, "clock"),
    ],
)
def test_an_envelope_that_does_not_hold(client, sender, project, changes, code):
    answer = post(client, "attendance", lines(swipe()), **changes)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.json()["reason"]
    assert answer.json()["reason_en"]
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("stamp", ["1776657600", "1776657600123", "2026-04-20 12:09:59", "20260420115001"])
def test_a_clock_in_several_spellings(client, sender, project, stamp):
    assert post(client, "attendance", lines(swipe()), stamp=stamp).status_code == 200


def test_a_closed_sender(client, sender, project, at):
    disable(sender=sender, at=at)
    assert post(client, "attendance", lines(swipe())).status_code == 401


@pytest.mark.parametrize(("key", "status"), [(None, 400), ("x" * 201, 400), ("x" * 200, 200)])
def test_an_idempotency_key_is_needed(client, sender, project, key, status):
    assert post(client, "attendance", lines(swipe()), **{"Idempotency-Key": key}).status_code == status


def test_the_same_batch_twice_is_answered_alike_and_taken_once(client, sender, project, at):
    make_worker(project, 1, at)
    body = lines(swipe(1), swipe(2))
    first = post(client, "attendance", body, **{"Idempotency-Key": "once"})
    second = post(client, "attendance", body, **{"Idempotency-Key": "once"})
    assert first.json() == second.json()
    assert (Batch.objects.count(), HeldRow.objects.count(), Receipt.objects.count()) == (1, 1, 1)
    other = post(client, "attendance", lines(swipe(1)), **{"Idempotency-Key": "once"})
    assert (other.status_code, other.json()["code"]) == (409, "key_used")
    elsewhere = post(client, "payroll", body, **{"Idempotency-Key": "once"})
    assert elsewhere.status_code == 409


# --- bad bodies -----------------------------------------------------------------------------------------------------


def bomb(encoding):
    plain = b" " * (decoding.MAX_BYTES + 1)
    return gzip.compress(plain) if encoding == "gzip" else pa.compress(plain, codec="zstd", asbytes=True)


def repeated(count, length):
    """A small Parquet file whose one long value is repeated."""
    column = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array(["x" * length]))
    sink = io.BytesIO()
    pq.write_table(pa.table({"device": column, "project_code": ["P1"] * count}), sink)
    return sink.getvalue()


def lying():
    """An Arrow stream whose text offsets point outside its buffer."""
    sound = arrow([{"id_number": "abcabc"}])
    offsets = b"\x00\x00\x00\x00\x06\x00\x00\x00"
    before, _, after = sound.rpartition(offsets)
    return before + b"\x00\x00\x00\x00\xff\xff\xff\x0f" + after


RUBBISH = bytes(range(256)) * 40_000


@pytest.mark.parametrize(
    ("body", "kind", "changes", "status", "code"),
    [
        (RUBBISH, NDJSON, {}, 400, "unreadable"),
        (RUBBISH, PARQUET, {}, 400, "unreadable"),
        (RUBBISH, STREAM, {}, 400, "unreadable"),
        (RUBBISH, FILE, {}, 400, "unreadable"),
        (RUBBISH, NDJSON, {"Content-Encoding": "gzip"}, 400, "unreadable"),
        (RUBBISH, NDJSON, {"Content-Encoding": "zstd"}, 400, "unreadable"),
        (b"PAR1" + RUBBISH[:100] + b"PAR1", PARQUET, {}, 400, "unreadable"),
        (parquet([swipe()])[:-20], PARQUET, {}, 400, "unreadable"),
        (arrow([swipe()])[:-100], STREAM, {}, 400, "unreadable"),
        (arrow([swipe()], pa.ipc.new_file)[:-100], FILE, {}, 400, "unreadable"),
        (lying(), STREAM, {}, 400, "unreadable"),
        (b"[1]\n2\nnull", NDJSON, {}, 400, "unreadable"),
        (gzip.compress(lines(swipe()))[:-9], NDJSON, {"Content-Encoding": "gzip"}, 400, "unreadable"),
        (bomb("gzip"), NDJSON, {"Content-Encoding": "gzip"}, 413, "too_large"),
        (bomb("zstd"), NDJSON, {"Content-Encoding": "zstd"}, 413, "too_large"),
        (b" " * (decoding.MAX_BYTES + 1), NDJSON, {}, 413, "too_large"),
        (b"{}\n" * 50_001, NDJSON, {}, 413, "too_many_rows"),
        (b"\n" * 200_000, NDJSON, {}, 413, "too_many_rows"),
        (parquet([{"device": "D"}] * 50_001), PARQUET, {}, 413, "too_many_rows"),
        (arrow([{"device": "D"}] * 50_001), STREAM, {}, 413, "too_many_rows"),
        (parquet([{"colour": "red"}]), PARQUET, {}, 400, "columns"),
        (parquet([{"device": ["D"]}]), PARQUET, {}, 400, "column_type"),
        (lines(swipe()), "text/csv", {}, 415, "content_type"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read(client, sender, project, body, kind, changes, status, code):
    answer = post(client, "attendance", body, kind, **changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["reason"]
    assert answer.json()["reason_en"]
    assert not Batch.objects.exists()
    assert not Receipt.objects.exists()


def test_a_small_file_that_repeats_a_long_value_stays_small(client, sender, project):
    answer = post(client, "attendance", repeated(2_000, 5_000_000), PARQUET)
    assert answer.status_code == 200
    assert len(answer.json()["refused"]) == 2_000
    assert pa.total_allocated_bytes() < 100_000_000


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_packed_bodies(client, sender, project, at, encoding):
    make_worker(project, 1, at)
    plain = lines(swipe())
    body = gzip.compress(plain) if encoding == "gzip" else pa.compress(plain, codec="zstd", asbytes=True)
    assert post(client, "attendance", body, **{"Content-Encoding": encoding}).json()["accepted"] == 1


def test_an_empty_batch_is_an_answer_too(client, sender):
    data = post(client, "attendance", b"\n").json()
    assert (data["accepted"], data["refused"], data["waiting"]) == (0, [], [])
    assert not Batch.objects.exists()


# --- bad rows -------------------------------------------------------------------------------------------------------


def test_one_bad_row_does_not_lose_the_others(client, sender, project, at):
    make_worker(project, 1, at)
    foreign = swipe(project_code="NOWHERE")
    body = b"\n".join(
        [
            lines(swipe()),
            b"{broken",
            lines(swipe(id_number=wrong_check()), swipe(passed_at="2026-04-21 00:00:01"), swipe(passed_at="soon")),
            lines(swipe(id_number=None), swipe(id_number=9.9e17), swipe(device="x" * 65), swipe(team_no=-1)),
            lines(swipe(7), foreign, swipe(passed_at="1999-12-31 08:00:00"), swipe(device=["D"])),
            lines(swipe(passed_at="2026-04-20 09:00:00", direction="sideways", way="99", team_no="3")),
        ]
    )
    data = post(client, "attendance", body).json()
    assert data["accepted"] == 2
    assert [(r["row"], r["field"]) for r in data["refused"]] == [
        (2, None), (3, "id_number"), (4, "passed_at"), (5, "passed_at"), (6, "id_number"), (7, "id_number"),
        (8, "device"), (9, "team_no"), (12, "passed_at"), (13, "device"),
    ]  # fmt: skip
    assert [(w["row"], w["field"]) for w in data["waiting"]] == [(10, "id_number"), (11, "project_code")]
    assert data["refused"][1]["reason"] == "校验码不正确!"
    assert [(f["direction"], f["way"], f["team_no"]) for f in facts("swipes")] == [
        ("in", "001", None), ("unknown", "", 3),
    ]  # fmt: skip


def test_a_project_that_is_not_the_senders(client, at, project):
    make_worker(project, 1, at)
    make_worker(make_project(at, code="P2", region_code="520100"), 1, at)
    add_sender(protocol="bulk", appid="B", secret="SECRET", at=at, region_code="140000")
    data = post(client, "attendance", lines(swipe(), swipe(project_code="P2"))).json()
    assert data["accepted"] == 1
    assert data["refused"] == [
        {"row": 2, "field": "project_code", "reason": "不属于该账号!", "reason_en": "is not this sender's project"}
    ]


def test_a_sender_of_one_project_need_not_name_it(client, at, project):
    make_worker(project, 1, at)
    add_sender(protocol="bulk", appid="B", secret="SECRET", at=at, project=project)
    assert post(client, "attendance", lines(swipe(project_code=None))).json()["accepted"] == 1


def test_rows_in_the_wrong_order_wait_and_flow_on(client, sender, at):
    assert len(post(client, "attendance", lines(swipe())).json()["waiting"]) == 1
    make_worker(make_project(at), 1, at)
    assert release(at=at) == 1
    assert len(facts("swipes")) == 1


def test_the_later_of_two_rows_with_one_key_comes_last(client, sender, project, at):
    """One passes quickly, the other (an unusual spelling of its time) carefully; the order is the sender's."""
    make_worker(project, 1, at)
    unusual = swipe(direction="out", passed_at="20260420080000")
    for rows in ([swipe(), unusual], [unusual, swipe()]):
        post(client, "attendance", lines(*rows))
    assert [f["direction"] for f in facts("swipes")] == ["in", "out", "out", "in"]


# --- looking afterwards ---------------------------------------------------------------------------------------------


def test_a_sender_lists_what_was_refused_page_by_page(client, sender, project, at):
    serial = post(client, "attendance", lines(*[swipe(n) for n in range(1, 6)], swipe(id_number="1"))).json()["receipt"]
    receipt = get(client, f"/api/v1/receipts/{serial}").json()
    assert (receipt["method"], receipt["refused"], receipt["waiting"]) == ("attendance", 1, 5)
    first = get(client, "/api/v1/held", "?status=waiting&limit=3").json()
    rest = get(client, "/api/v1/held", f"?status=waiting&limit=3&before={first['before']}").json()
    assert sorted(item["row"] for item in first["items"] + rest["items"]) == [1, 2, 3, 4, 5]
    assert rest["before"] is None
    (refused,) = get(client, "/api/v1/held", f"?status=refused&receipt={serial}").json()["items"]
    assert (refused["kind"], refused["field"], refused["project_code"]) == ("swipes", "id_number", "P1")
    assert identity(1) not in json.dumps(first)


def test_what_others_sent_is_not_shown(client, sender, project, at):
    serial = post(client, "attendance", lines(swipe())).json()["receipt"]
    add_sender(protocol="bulk", appid="C", secret="SECRET", at=at)
    assert get(client, f"/api/v1/receipts/{serial}", appid="C").status_code == 404
    assert get(client, "/api/v1/held", appid="C").json()["items"] == []


def test_senders_of_other_doors_list_their_rows_here_but_do_not_send(client, project, at):
    sender = add_sender(protocol="cwr", appid="KEY", secret="SECRET", at=at, project=project)
    call = cwr_door.Call("UploadPassedLog", sender, at, "SN", [{"person_id": "1" * 18, "passed_time": "2026-04-20"}])
    cwr_door._bring(call, cwr_door.passes.upload_passed_log)
    changes = {"appid": "KEY", "X-Protocol": "cwr"}
    (item,) = get(client, "/api/v1/held", **changes).json()["items"]
    assert item["place"] == "[0][person_id]"
    answer = post(client, "attendance", lines(swipe()), **changes)
    assert (answer.status_code, answer.json()["code"]) == (403, "protocol")


@pytest.mark.parametrize("query", ["?status=odd", "?limit=0", "?before=x", "?receipt=%00", "?limit=100000"])
def test_questions_that_do_not_fit(client, sender, query):
    answer = get(client, "/api/v1/held", query)
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter")


def test_held_rows_are_sealed_and_nothing_personal_is_logged(client, sender, project, at, caplog):
    caplog.set_level(0)
    post(client, "attendance", lines(swipe(), swipe(id_number=wrong_check()), swipe(id_number=[identity(1)])))
    kept = list(HeldRow.objects.order_by("pk"))
    assert len(kept) == 3
    assert all(identity(1).encode() not in bytes(held.row_sealed) for held in kept)
    assert any(row_of(held)["id_number"] == identity(1) for held in kept)
    assert identity(1)[6:] not in caplog.text


def test_a_line_that_was_mended_takes_the_refused_one_out_of_the_queue(client, project, sender, at):
    make_worker(project, 1, at)
    line = {"project_code": "P1", "id_number": identity(1), "month": "2026-03", "sheet": "S1", "due_fen": 500_000}
    other = {**line, "sheet": "S2", "paid_fen": 500_000}
    for _ in range(2):
        post(client, "payroll", lines({**line, "paid_fen": -1}, other), **{"Idempotency-Key": f"bad{_}"})
    (open_,) = HeldRow.objects.filter(status="refused")
    assert (open_.times, HeldRow.objects.count()) == (2, 2)
    post(client, "payroll", lines({**line, "paid_fen": 500_000}), **{"Idempotency-Key": "good"})
    told = get(client, "/api/v1/held").json()["items"]
    assert [(row["status"], row["times"]) for row in told] == [("mended", 2), ("repeated", 1)]
