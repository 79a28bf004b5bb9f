"""Facts of many sites into the inbox, in large batches."""

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from anxin.ledger import inbox
from anxin.ledger.schema import FACT_TABLES
from anxin.simulate import facts
from anxin.simulate.doors import BANK, Loaded
from anxin.simulate.plan import Province
from anxin.simulate.site import Site, Span

ROWS_A_BATCH = 200_000


class _Outbox:
    """Collects rows of one ledger table and appends them to the inbox in large batches."""

    def __init__(self, table: str, at: datetime) -> None:
        self.table, self.at = table, at
        self.parts: list[pa.Table] = []
        self.waiting = self.sent = 0

    def add(self, columns: dict[str, Any]) -> None:
        part = pa.table(columns, schema=FACT_TABLES[self.table].schema)
        self.parts.append(part)
        self.waiting += part.num_rows
        if self.waiting >= ROWS_A_BATCH:
            self.flush()

    def flush(self) -> None:
        if self.waiting:
            rows = pa.concat_tables(self.parts).combine_chunks()
            inbox.append(table=self.table, rows=rows, source="simulate", at=self.at)
            self.sent += self.waiting
            self.parts, self.waiting = [], 0


def send_facts(
    sites: list[Site],
    province: Province,
    projects: dict[int, int],
    accounts: dict[int, int],
    teams: dict[int, list[tuple[int, int]]],
    tokens: dict[int, np.ndarray],
    loaded: Loaded,
    at: datetime,
    a_day: int,
) -> None:
    time = province.time
    boxes = {name: _Outbox(name, at) for name in FACT_TABLES}
    for site in sites:
        project, account = projects[site.index], accounts.get(site.index)
        people = np.array(loaded.workers[site.index], dtype=np.int64)
        numbers_of = np.array([teams[site.index][int(t)][1] for t in site.team], dtype=np.int64)
        for k in range(time.count):
            passed = facts.swipes(site, time, k, province.seed, a_day)
            count = len(passed.worker)
            if count:
                boxes["swipes"].add(
                    {
                        "project_id": np.full(count, project),
                        "worker_id": people[passed.worker],
                        "team_no": numbers_of[passed.worker],
                        "passed_at": passed.passed_at.astype("datetime64[us]"),
                        "direction": passed.direction,
                        "way": ["001"] * count,
                        "device": [f"G{site.index}"] * count,
                        "month": [time.months[k]] * count,
                    }
                )
            _pay(boxes, site, time, k, project, account, people, numbers_of, tokens[site.index])
        booked = facts.movements(site, time)
        if booked:
            boxes["movements"].add(
                {
                    "project_id": [project] * len(booked),
                    "account_id": [account] * len(booked),
                    "reference": [m.reference for m in booked],
                    "booked_on": [m.booked_on for m in booked],
                    "direction": [m.direction for m in booked],
                    "kind": [m.kind for m in booked],
                    "amount_fen": [m.amount_fen for m in booked],
                    "balance_fen": [m.balance_fen for m in booked],
                    "counterparty": [m.counterparty for m in booked],
                    "month": [f"{m.booked_on:%Y-%m}" for m in booked],
                }
            )
    for box in boxes.values():
        box.flush()
        loaded.rows += box.sent


def _pay(
    boxes: dict[str, _Outbox],
    site: Site,
    time: Span,
    k: int,
    project: int,
    account: int | None,
    people: np.ndarray,
    numbers_of: np.ndarray,
    tokens: np.ndarray,
) -> None:
    lines = facts.sheet_lines(site, time, k)
    if lines:
        places = np.array([line.worker for line in lines])
        boxes["payroll"].add(
            {
                "project_id": np.full(len(lines), project),
                "worker_id": people[places],
                "team_no": numbers_of[places],
                "month": [line.month for line in lines],
                "sheet": [line.sheet for line in lines],
                "days": [float(line.days) for line in lines],
                "hours": [None] * len(lines),
                "due_fen": [line.due_fen for line in lines],
                "paid_fen": [line.paid_fen for line in lines],
                "back_pay": [line.back_pay for line in lines],
                "paid_on": [line.paid_on for line in lines],
                "card_token": tokens[places],
                "bank_code": [BANK] * len(lines),
            }
        )
    made = facts.payouts(site, time, k)
    if made:
        places = np.array([p.worker for p in made])
        boxes["payments"].add(
            {
                "project_id": np.full(len(made), project),
                "worker_id": people[places],
                "month": [p.month for p in made],
                "reference": [p.reference for p in made],
                "account_id": [account if p.route == "account" else None for p in made],
                "amount_fen": [p.amount_fen for p in made],
                "status": [p.status for p in made],
                "reason": [p.reason for p in made],
                "paid_on": [p.paid_on for p in made],
                "card_token": tokens[places],
                "route": [p.route for p in made],
            }
        )
