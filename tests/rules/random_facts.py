"""Seeded facts in which every rule has something to find: all kinds of conduct mixed, dates around the day."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from anxin.ledger.facts import FACT_SCHEMAS
from anxin.rules.derive import months_back

Rows = dict[str, list[dict[str, Any]]]


def random_tables(seed: int, as_of: date, projects: int = 60, first_id: int = 1) -> dict[str, pa.Table]:
    """Arrow tables of all fact kinds for ``projects`` projects in three provinces."""
    rng = np.random.default_rng(seed)
    rows: Rows = {name: [] for name in FACT_SCHEMAS}
    for project_id in range(first_id, first_id + projects):
        _project(rows, rng, as_of, project_id)
    return {name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in FACT_SCHEMAS.items()}


def _maybe(rng: np.random.Generator, share: float, value: Any) -> Any:
    return value if rng.random() < share else None


def _before(rng: np.random.Generator, as_of: date, days: int) -> date:
    return as_of - timedelta(days=int(rng.integers(0, days)))


def _project(rows: Rows, rng: np.random.Generator, as_of: date, project_id: int) -> None:
    started = _before(rng, as_of, 400)
    rows["projects"].append(
        {
            "project_id": project_id,
            "code": f"R{project_id}",
            "region_code": str(rng.choice(["140100", "520100", "330100", "520300"])),
            "industry": str(rng.choice(["housing", "transport", "water"])),
            "category": "01",
            "investment": str(rng.choice(["government", "other"])),
            "status": str(rng.choice(["active", "active", "active", "suspended", "completed", "preparing"])),
            "started_on": _maybe(rng, 0.9, started),
            "registered_on": started,
            "contractor_id": int(rng.choice([project_id, rng.integers(1, 8)])),
            "pay_day": _maybe(rng, 0.8, int(rng.integers(1, 32))),
            "first_entry_on": _maybe(rng, 0.9, _before(rng, as_of, 120)),
            "clerk_since": _maybe(rng, 0.5, _before(rng, as_of, 100)),
            "board_on": _maybe(rng, 0.5, _before(rng, as_of, 100)),
        }
    )
    for number in range(int(rng.integers(0, 3))):
        rows["accounts"].append(
            {
                "project_id": project_id,
                "account_id": project_id * 10 + number,
                "uploaded_on": _before(rng, as_of, 100),
                "agreement_on": _maybe(rng, 0.5, _before(rng, as_of, 60)),
                "closed_on": _maybe(rng, 0.2, _before(rng, as_of, 30)),
                "verified": str(rng.choice(["yes", "no", "unknown"])),
                "balance_fen": _maybe(rng, 0.7, int(rng.integers(-1000, 5_000_000))),
                "balance_on": _maybe(rng, 0.7, _before(rng, as_of, 80)),
            }
        )
    for _ in range(int(rng.integers(0, 3))):
        rows["deposits"].append(
            {
                "project_id": project_id,
                "form": str(rng.choice(["cash", "guarantee", "insurance", "exempt"])),
                "valid_from": _maybe(rng, 0.8, _before(rng, as_of, 400)),
                "valid_to": _maybe(rng, 0.7, as_of + timedelta(days=int(rng.integers(-60, 60)))),
                "recorded_on": _before(rng, as_of, 400),
            }
        )
    for _ in range(int(rng.integers(0, 3))):
        begun = _before(rng, as_of, 200)
        length = timedelta(days=int(rng.integers(0, 90)))
        if not any(p["project_id"] == project_id and p["from_on"] == begun for p in rows["pauses"]):
            rows["pauses"].append({"project_id": project_id, "from_on": begun, "until_on": begun + length})
    if rng.random() < 0.3:
        rows["inspections"].append({"project_id": project_id, "done_on": _before(rng, as_of, 60)})
    for month in months_back(as_of, 14):
        if rng.random() < 0.7:
            rows["fund_months"].append(
                {
                    "project_id": project_id,
                    "month": month,
                    "inflow_fen": int(rng.choice([0, 5_000_000])),
                    "outflow_fen": int(rng.choice([0, 4_000_000])),
                    "other_out_fen": int(rng.choice([0, 0, 0, 300_000, 2_000_000])),
                }
            )
    pays = float(rng.choice([0.0, 0.5, 0.97]))
    for number in range(int(rng.integers(0, 9))):
        _worker(rows, rng, as_of, project_id, project_id * 100 + number, pays)


def _worker(rows: Rows, rng: np.random.Generator, as_of: date, project_id: int, worker_id: int, pays: float) -> None:
    left = _maybe(rng, 0.3, _before(rng, as_of, 200))
    rows["engagements"].append(
        {
            "project_id": project_id,
            "worker_id": worker_id,
            "role": str(rng.choice(["20", "20", "20", "20", "10"])),
            "entered_on": _maybe(rng, 0.9, _before(rng, as_of, 400)),
            "left_on": left,
            "contract_on": _maybe(rng, 0.7, _before(rng, as_of, 400)),
            "contract_until": _maybe(rng, 0.5, as_of + timedelta(days=int(rng.integers(-30, 300)))),
            "settled_on": left and _maybe(rng, 0.4, left),
            "confirmed_on": left and _maybe(rng, 0.3, left),
        }
    )
    if left and rng.random() < 0.5:
        rows["reports"].append(
            {
                "report_id": worker_id,
                "project_id": project_id,
                "worker_id": _maybe(rng, 0.8, worker_id),
                "reported_on": _before(rng, as_of, 20),
                "plain": bool(rng.random() < 0.5),
                "handled_since": _maybe(rng, 0.5, _before(rng, as_of, 5)),
                "closed_on": _maybe(rng, 0.3, as_of + timedelta(days=int(rng.integers(-5, 5)))),
            }
        )
    for month in months_back(as_of, 14):
        this = month == f"{as_of.year}-{as_of.month:02d}"
        if rng.random() < 0.7:
            mask = int(rng.integers(1, 1 << (as_of.day if this else 28)))
            rows["work_months"].append(
                {
                    "project_id": project_id,
                    "worker_id": worker_id,
                    "month": month,
                    "mask": mask,
                    "days": mask.bit_count(),
                }
            )
        if rng.random() < pays:
            due = int(rng.choice([150_000, 600_000, 650_000, 5_500_000]))
            paid = int(rng.choice([0, due, due, due // 2]))
            bank = int(rng.choice([0, paid]))
            rows["pay_months"].append(
                {
                    "project_id": project_id,
                    "worker_id": worker_id,
                    "month": month,
                    "lines": int(rng.integers(0, 2)),
                    "due_fen": _maybe(rng, 0.95, due),
                    "sheet_paid_fen": paid,
                    "bank_paid_fen": bank,
                    "bank_failed_fen": due if paid == 0 and rng.random() < 0.5 else 0,
                    "paid_fen": _maybe(rng, 0.95, paid),
                    "card_token": str(rng.choice(["", "shared", f"card{worker_id}", f"card{worker_id}"])),
                }
            )
