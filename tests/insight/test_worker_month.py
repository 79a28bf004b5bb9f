"""A worker's month."""

from datetime import date, datetime

import pyarrow as pa

from anxin.insight.worker_month import worker_month
from anxin.ledger.schema import PAYMENTS, PAYROLL, SWIPES


def swipe(moment: datetime, direction: str) -> dict:
    return {"passed_at": moment, "direction": direction, "way": "001", "device": "1"}


def put(swipes=(), payroll=(), payments=(), **fields):
    known = {"month": "2026-03", "as_of": date(2026, 4, 20), "pay_day": 15, **fields}
    return worker_month(
        pa.Table.from_pylist(list(swipes), schema=SWIPES),
        pa.Table.from_pylist(list(payroll), schema=PAYROLL),
        pa.Table.from_pylist(list(payments), schema=PAYMENTS),
        **known,
    )


def answer(fen: int, status: str) -> dict:
    return {"amount_fen": fen, "status": status, "paid_on": date(2026, 4, 10), "reference": status}


def test_a_day_runs_from_the_first_in_to_the_last_out():
    found = put(
        [
            swipe(datetime(2026, 3, 2, 18, 30), "out"),
            swipe(datetime(2026, 3, 2, 7), "in"),
            swipe(datetime(2026, 3, 2, 12), "out"),
            swipe(datetime(2026, 3, 3, 7), "in"),
        ]
    )
    assert [(d.kind, d.hours) for d in found.days[:4]] == [
        ("absent", None),
        ("worked", 11.5),
        ("worked", None),
        ("absent", None),
    ]
    assert [p.passed_at.hour for p in found.days[1].passings] == [7, 12, 18]
    assert (found.worked, len(found.days)) == (2, 31)


def test_days_off_say_why():
    found = put(
        month="2026-04",
        entered_on=date(2026, 4, 3),
        left_on=date(2026, 4, 10),
        pauses=[(date(2026, 4, 5), date(2026, 4, 6))],
        as_of=date(2026, 4, 20),
    )
    kinds = {d.day.day: d.kind for d in found.days}
    assert [kinds[n] for n in (2, 3, 5, 6, 10, 11, 21)] == [
        "before", "absent", "pause", "pause", "absent", "after", "future",
    ]  # fmt: skip


def test_the_banks_word_goes_before_the_sheets():
    line = {"due_fen": 500, "paid_fen": 500, "sheet": "1", "team_no": 1}
    found = put(payroll=[line], payments=[answer(500, "failed")])
    assert (found.paid_fen, found.bank_failed_fen, found.verdict) == (0, 500, "failed")
    found = put(payroll=[line], payments=[answer(500, "failed"), answer(500, "paid")])
    assert (found.paid_fen, found.verdict) == (500, "unattended")
    assert put(payroll=[line]).paid_fen == 500


def test_wages_are_unpaid_only_after_the_last_day_for_paying():
    came = [swipe(datetime(2026, 3, 2, 7), "in")]
    assert put(came, as_of=date(2026, 4, 15)).verdict == "waiting"
    assert put(came, as_of=date(2026, 4, 16)).verdict == "unpaid"
