"""Month figures, calendar and money of a project, from rollups."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.insight.project_months import (
    attendance_calendar,
    falls_under,
    judged_month,
    money_series,
    month_figures,
    month_range,
    standing,
    wages_due_on,
    worker_figures,
)
from anxin.ledger.schema import MOVEMENTS, PAY_MONTHS, WORK_MONTHS

MONTHS = ["2026-02", "2026-03"]


def work(*rows: tuple[int, str, int]) -> pa.Table:
    """(worker, month, mask)."""
    return pa.Table.from_pylist(
        [
            {"project_id": 1, "worker_id": w, "month": m, "mask": mask, "days": bin(mask).count("1")}
            for w, m, mask in rows
        ],
        schema=WORK_MONTHS,
    )


def pay(*rows: tuple[int, str, int, int, int]) -> pa.Table:
    """(worker, month, due, paid, failed); paid on the 15th of the next month, through the bank."""
    return pa.Table.from_pylist(
        [
            {
                "project_id": 1,
                "worker_id": w,
                "month": m,
                "lines": 1 if due else 0,
                "due_fen": due,
                "paid_fen": paid,
                "bank_paid_fen": paid,
                "bank_failed_fen": failed,
                "first_paid_on": wages_due_on(m, 15) if paid else None,
            }
            for w, m, due, paid, failed in rows
        ],
        schema=PAY_MONTHS,
    )


def figures(work_rows, pay_rows, as_of=date(2026, 4, 20)):
    return month_figures(work_rows, pay_rows, months=MONTHS, as_of=as_of, pay_day=15)


def test_one_workers_excess_does_not_hide_anothers_want():
    march = figures(
        work((1, "2026-03", 0b111), (2, "2026-03", 0b1)),
        pay((1, "2026-03", 500_00, 900_00, 0), (2, "2026-03", 500_00, 100_00, 0)),
    )[1]
    assert (march.due_fen, march.paid_fen, march.missing_fen) == (1_000_00, 1_000_00, 400_00)
    assert (march.attended, march.worker_days, march.paid, march.unpaid) == (2, 4, 2, 0)


def test_who_attended_and_has_no_payroll_line_is_unpaid():
    march = figures(work((1, "2026-03", 1), (2, "2026-03", 1)), pay((1, "2026-03", 100, 100, 0)))[1]
    assert (march.attended, march.lines, march.paid, march.unpaid) == (2, 1, 1, 1)


def test_who_was_paid_and_never_came_is_unattended():
    march = figures(work((1, "2026-03", 1), (2, "2026-03", 0)), pay((2, "2026-03", 100, 100, 0)))[1]
    assert (march.unattended, march.unpaid, march.attended) == (1, 1, 1)


def test_a_refusal_that_was_made_good_is_no_failure():
    march = figures(work(), pay((1, "2026-03", 100, 100, 100), (2, "2026-03", 100, 0, 100), (3, "2026-03", 0, 0, 70)))[
        1
    ]
    assert march.failed == 2


def test_attendance_of_one_month_is_not_paid_by_another():
    february, march = figures(work((1, "2026-02", 1)), pay((1, "2026-03", 100, 100, 0)))
    assert (february.unpaid, march.unattended) == (1, 1)
    assert not february.empty


def test_months_outside_the_range_are_left_out():
    assert all(m.empty for m in figures(work((1, "2025-12", 1)), pay((1, "2025-12", 100, 100, 0))))


def test_a_month_is_overdue_the_day_after_its_last_day():
    assert not figures(work(), pay(), as_of=date(2026, 4, 15))[1].overdue
    assert figures(work(), pay(), as_of=date(2026, 4, 16))[1].overdue


@pytest.mark.parametrize(
    ("month", "pay_day", "due_on"),
    [
        ("2026-03", 15, date(2026, 4, 15)),
        ("2026-01", 31, date(2026, 2, 28)),
        ("2026-03", None, date(2026, 4, 30)),
        ("2025-12", 10, date(2026, 1, 10)),
    ],
)
def test_last_day_for_paying(month, pay_day, due_on):
    assert wages_due_on(month, pay_day) == due_on


@pytest.mark.parametrize(
    ("as_of", "month"),
    [(date(2026, 4, 15), "2026-02"), (date(2026, 4, 16), "2026-03"), (date(2026, 1, 16), "2025-12")],
)
def test_judged_month_is_the_last_one_overdue(as_of, month):
    assert judged_month(as_of, 15) == month


@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.sampled_from(MONTHS), st.integers(0, 2**31 - 1)),
        unique_by=lambda row: row[:2],
    ),
    st.lists(
        st.tuples(
            st.integers(1, 9), st.sampled_from(MONTHS), st.integers(0, 99), st.integers(0, 99), st.integers(0, 9)
        ),
        unique_by=lambda row: row[:2],
    ),
)
def test_the_workers_of_a_month_add_up_to_its_figures(work_rows, pay_rows):
    w, p = work(*work_rows), pay(*pay_rows)
    for month in figures(w, p):
        people = worker_figures(w, p, month=month.month, overdue=True)
        assert month.attended == sum(x.days > 0 for x in people)
        assert month.worker_days == sum(x.days for x in people)
        assert month.due_fen == sum(x.due_fen for x in people)
        assert month.missing_fen == sum(max(x.due_fen - x.paid_fen, 0) for x in people)
        for group in ("unpaid", "failed", "unattended"):
            assert getattr(month, group) == sum(falls_under(x, group) for x in people)


@pytest.mark.parametrize(
    ("days", "due", "paid", "failed", "overdue", "state"),
    [
        (20, 100, 0, 0, True, "unpaid"),
        (20, 100, 0, 0, False, "waiting"),
        (20, 0, 0, 0, True, "unpaid"),
        (20, 100, 60, 0, True, "short"),
        (20, 100, 100, 50, True, "paid"),
        (20, 100, 0, 100, False, "failed"),
        (0, 100, 100, 0, True, "unattended"),
        (0, 0, 0, 0, True, "none"),
    ],
)
def test_how_a_worker_stands(days, due, paid, failed, overdue, state):
    assert standing(days, due, paid, failed, overdue=overdue) == state


def test_the_calendar_counts_heads_and_shades_by_the_busiest_day():
    first, second = attendance_calendar(
        work((1, "2026-02", 0b11), (2, "2026-02", 0b10), (1, "2026-03", 1 << 30)),
        months=MONTHS,
        as_of=date(2026, 3, 30),
        started_on=date(2026, 2, 1),
        pauses=[(date(2026, 2, 10), date(2026, 2, 20))],
    )
    assert [d.heads for d in first.days[:3]] == [1, 2, 0]
    assert [d.shade for d in first.days[:3]] == [2, 4, 0]
    assert (len(first.days), len(second.days), first.peak) == (28, 31, 2)
    assert first.days[9].kind == "pause"
    assert second.days[30].kind == "future"


def test_days_before_the_start_are_blank_unless_somebody_came():
    (february,) = attendance_calendar(
        work((1, "2026-02", 0b10)), months=["2026-02"], as_of=date(2026, 3, 1), started_on=date(2026, 2, 4)
    )
    assert [d.kind for d in february.days[:4]] == ["before", "day", "before", "day"]


def movement(day: date, direction: str, fen: int, balance: int | None = None, account: int = 1, kind: str = "other"):
    return {
        "project_id": 1,
        "account_id": account,
        "reference": f"{day}{direction}{fen}",
        "booked_on": day,
        "direction": direction,
        "kind": kind,
        "amount_fen": fen,
        "balance_fen": balance,
        "month": f"{day:%Y-%m}",
    }


def series(rows, pay_rows, as_of=date(2026, 4, 20)):
    table = pa.Table.from_pylist(rows, schema=MOVEMENTS)
    found = money_series(table, pay_rows, months=MONTHS, as_of=as_of, pay_day=15)
    return {p.day: (p.balance_fen, p.owed_fen) for p in found}


def test_money_follows_the_banks_balance_and_carries_it_on():
    found = series(
        [
            movement(date(2026, 1, 20), "credit", 700),
            movement(date(2026, 2, 5), "credit", 300, balance=1_500),
            movement(date(2026, 2, 9), "debit", 400),
            movement(date(2026, 2, 9), "credit", 50, account=2),
        ],
        pay(),
    )
    assert found[date(2026, 2, 1)] == (700, 0)
    assert found[date(2026, 2, 5)] == (1_500, 0)
    assert found[date(2026, 2, 9)] == (1_150, 0)
    assert found[date(2026, 4, 20)] == (1_150, 0)


def test_wages_are_owed_from_the_months_end_until_they_are_paid():
    found = series([], pay((1, "2026-02", 800, 800, 0), (2, "2026-02", 500, 0, 0)))
    assert found[date(2026, 2, 28)] == (None, 1_300)
    assert found[date(2026, 3, 15)] == (None, 500)
    assert found[date(2026, 4, 20)] == (None, 500)


def test_an_excess_does_not_pay_for_others():
    found = series([], pay((1, "2026-02", 100, 900, 0), (2, "2026-02", 500, 0, 0)))
    assert found[date(2026, 3, 15)] == (None, 500)


def test_month_range_crosses_the_year():
    assert month_range("2026-02", 3) == ["2025-12", "2026-01", "2026-02"]
