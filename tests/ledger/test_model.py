"""Whatever arrives in whatever order, however often sealed and compacted, the ledger equals a plain dictionary."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from unittest.mock import patch

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anxin.law.civil import SHANGHAI
from anxin.ledger import compaction, inbox, read
from anxin.ledger.compaction import compact
from anxin.ledger.schema import FACT_TABLES
from anxin.ledger.sealing import seal

AT = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)
MONTHS = ["2026-01", "2026-02", "2026-03"]

workers = st.integers(1, 3)
projects = st.integers(1, 2)
fen = st.integers(0, 900_000)

swipe = st.fixed_dictionaries(
    {
        "project_id": projects,
        "worker_id": workers,
        "passed_at": st.builds(
            datetime, st.just(2026), st.integers(1, 3), st.integers(1, 28), st.sampled_from([7, 18])
        ),
        "direction": st.sampled_from(["in", "out"]),
    }
).map(lambda r: {**r, "month": f"{r['passed_at']:%Y-%m}"})
line = st.fixed_dictionaries(
    {
        "project_id": projects,
        "worker_id": workers,
        "team_no": st.just(1),
        "month": st.sampled_from(MONTHS),
        "sheet": st.sampled_from(["a", "b"]),
        "due_fen": fen,
        "paid_fen": fen,
        "back_pay": st.just(False),
    }
)
payment = st.fixed_dictionaries(
    {
        "project_id": projects,
        "worker_id": workers,
        "month": st.sampled_from(MONTHS),
        "reference": st.sampled_from(["r1", "r2", "r3", "r4"]),
        "account_id": st.sampled_from([None, 7]),
        "amount_fen": fen,
        "status": st.sampled_from(["paid", "failed"]),
        "paid_on": st.just(date(2026, 4, 10)),
    }
)
step = st.one_of(
    st.tuples(st.just("swipes"), st.lists(swipe, min_size=1, max_size=6)),
    st.tuples(st.just("payroll"), st.lists(line, min_size=1, max_size=4)),
    st.tuples(st.just("payments"), st.lists(payment, min_size=1, max_size=4)),
    st.tuples(st.sampled_from(["seal", "seal", "join small files", "compact", "compact much later"]), st.just([])),
)


class Model:
    """What should stand: of each natural key the row that arrived last."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[tuple, dict]] = defaultdict(dict)

    def take(self, table: str, rows: list[dict]) -> None:
        for row in rows:
            self.rows[table][tuple(row.get(k) for k in FACT_TABLES[table].key)] = row

    def days(self) -> dict[tuple, int]:
        seen = defaultdict(set)
        for row in self.rows["swipes"].values():
            seen[(row["project_id"], row["worker_id"], row["month"])].add(row["passed_at"].date())
        return {key: len(days) for key, days in seen.items()}

    def pay(self) -> dict[tuple, tuple[int, int]]:
        due: dict[tuple, int] = defaultdict(int)
        sheet: dict[tuple, int] = defaultdict(int)
        bank: dict[tuple, int] = {}
        for row in self.rows["payroll"].values():
            key = (row["project_id"], row["worker_id"], row["month"])
            due[key] += row["due_fen"]
            sheet[key] += row["paid_fen"]
        for row in self.rows["payments"].values():
            key = (row["project_id"], row["worker_id"], row["month"])
            bank[key] = bank.get(key, 0) + (row["amount_fen"] if row["status"] == "paid" else 0)
        return {key: (due[key], bank.get(key, sheet[key])) for key in {*due, *bank}}


@pytest.mark.django_db(transaction=True)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(step, min_size=1, max_size=14))
def test_the_ledger_equals_the_model(steps, tmp_path_factory, settings, transactional_db):
    from anxin.ledger.models import Batch, Seal

    Batch.objects.all().delete()
    Seal.objects.all().delete()
    settings.LEDGER = tmp_path_factory.mktemp("ledger")
    model = Model()
    for action, rows in [*steps, ("seal", [])]:
        if action == "seal":
            seal(at=AT)
        elif action == "join small files":
            with patch.multiple(compaction, MANY_FILES=1, LARGE_ROWS=3):
                compact(at=AT)
        elif action == "compact":
            compact(at=AT, everything=True)
        elif action == "compact much later":
            compact(at=AT + timedelta(days=30), everything=True)
        else:
            table = pa.Table.from_pylist(rows, schema=FACT_TABLES[action].schema)
            inbox.append(table=action, rows=table, source="test", at=AT)
            model.take(action, rows)
    swipes = {(r["project_id"], r["worker_id"], r["passed_at"]): r["direction"] for r in read.swipes().to_pylist()}
    assert swipes == {key: row["direction"] for key, row in model.rows["swipes"].items()}
    assert read.swipes().num_rows == len(swipes)
    assert {
        (r["project_id"], r["worker_id"], r["month"]): r["days"] for r in read.work_months().to_pylist()
    } == model.days()
    pay = {
        (r["project_id"], r["worker_id"], r["month"]): (r["due_fen"], r["paid_fen"])
        for r in read.pay_months().to_pylist()
    }
    wanted = model.pay()
    assert {key: value for key, value in pay.items() if key in wanted} == wanted
    assert all(value == (0, 0) for key, value in pay.items() if key not in wanted)
