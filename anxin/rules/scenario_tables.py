"""The facts of scenarios as Arrow tables. Every scenario is one project; its number is the project's id."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from anxin.ledger.facts import FACT_SCHEMAS
from anxin.registry.models.workers import MANAGER

Row = dict[str, Any]


class ScenarioError(Exception):
    """A scenario that cannot be read: which, what is wrong and what to do."""


def tables_of(scenarios: Sequence[tuple[int, str, Mapping[str, Any]]]) -> dict[str, pa.Table]:
    """Facts of numbered, named scenarios. Raises ScenarioError on a row that cannot be read."""
    rows: dict[str, list[Row]] = {name: [] for name in FACT_SCHEMAS}
    for number, name, given in scenarios:
        try:
            _add(rows, number, given)
        except ScenarioError as wrong:
            raise ScenarioError(f"Scenario {name}: {wrong}") from None
        except (TypeError, ValueError, AttributeError, IndexError, KeyError) as wrong:
            raise ScenarioError(f"Scenario {name}: a row is not written as the examples show ({wrong}).") from None
    return {name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in FACT_SCHEMAS.items()}


def worker_names(given: Mapping[str, Any]) -> list[str]:
    """Names of a scenario's workers in order."""
    return [row["name"] for row in _workers(given)]


def _workers(given: Mapping[str, Any]) -> list[Row]:
    listed = given.get("workers", [])
    if isinstance(listed, int):
        listed = [{"count": listed}]
    if isinstance(listed, dict):
        listed = [listed]
    found: list[Row] = []
    for row in listed:
        for _ in range(row.get("count", 1)):
            found.append({"name": row.get("name", f"工人{len(found) + 1}"), **row})
    return found


def _fen(yuan: Any) -> int | None:
    return None if yuan is None else round(yuan * 100)


def _add(rows: dict[str, list[Row]], number: int, given: Mapping[str, Any]) -> None:
    day = given["day"]
    _add_project(rows, number, given, day)
    workers = _workers(given)
    ids = {worker["name"]: number * 1000 + n for n, worker in enumerate(workers, 1)}

    def who(name: Any) -> list[int]:
        if name == "all":
            return list(ids.values())
        if isinstance(name, int):
            return list(ids.values())[:name]
        if name not in ids:
            raise ScenarioError(f"nobody is called {name}. Name a worker of 'workers', a number of them, or all.")
        return [ids[name]]

    project = given.get("project") or {}
    entered = project.get("started", date(day.year - 1, 1, 1))
    for worker in workers:
        rows["engagements"].append(
            {
                "project_id": number,
                "worker_id": ids[worker["name"]],
                "enterprise_id": number,
                "role": str(worker.get("role", "20")),
                "entered_on": worker.get("entered", entered),
                "left_on": worker.get("left"),
                "contract_on": worker.get("contract"),
                "contract_until": worker.get("until"),
                "settled_on": worker.get("settled"),
                "confirmed_on": worker.get("confirmed"),
            }
        )
    for name, month, days in given.get("attendance", []):
        mask = _mask(days, month, day)
        for worker_id in who(name):
            rows["work_months"].append(
                {
                    "project_id": number,
                    "worker_id": worker_id,
                    "month": month,
                    "mask": mask,
                    "days": mask.bit_count(),
                }
            )
    for name, month, due, paid, *more in given.get("pay", []):
        for worker_id in who(name):
            rows["pay_months"].append(_pay(number, worker_id, month, due, paid, more[0] if more else {}))
    for report in given.get("reports", []):
        rows["reports"].append(
            {
                "report_id": number * 1000 + len(rows["reports"]),
                "project_id": number,
                "worker_id": who(report["who"])[0] if "who" in report else None,
                "reported_on": report["reported"],
                "plain": report.get("plain", False),
                "handled_since": report.get("handled"),
                "closed_on": report.get("closed"),
            }
        )


def _add_project(rows: dict[str, list[Row]], number: int, given: Mapping[str, Any], day: date) -> None:
    project = given.get("project") or {}
    started = project.get("started", date(day.year - 1, 1, 1))
    entries = [worker.get("entered", started) for worker in _workers(given) if str(worker.get("role", "20")) != MANAGER]
    entries = [day for day in entries if day is not None]
    rows["projects"].append(
        {
            "project_id": number,
            "code": f"S{number}",
            "region_code": str(project.get("region", "330100")),
            "industry": project.get("industry", "housing"),
            "category": str(project.get("category", "01")),
            "investment": project.get("investment", "other"),
            "status": project.get("status", "active"),
            "status_since": started,
            "started_on": started,
            "contractor_id": number,
            "pay_day": project.get("pay_day"),
            "contract_price_fen": _fen(project.get("price")),
            "registered_on": project.get("registered", started or day),
            "first_entry_on": min(entries) if entries else None,
            "clerk_since": project.get("clerk"),
            "board_on": project.get("board"),
        }
    )
    if given.get("account"):
        account = given["account"]
        rows["accounts"].append(
            {
                "project_id": number,
                "account_id": number,
                "opened_on": account.get("opened", account.get("uploaded")),
                "uploaded_on": account.get("uploaded"),
                "agreement_on": account.get("agreement"),
                "closed_on": account.get("closed"),
                "verified": _yes_no(account.get("verified", "unknown")),
                "balance_fen": _fen(account.get("balance")),
                "balance_on": account.get("balance_on"),
            }
        )
    deposits = given.get("deposit") or []
    for deposit in [deposits] if isinstance(deposits, Mapping) else deposits:
        rows["deposits"].append(
            {
                "project_id": number,
                "form": deposit.get("form", "guarantee"),
                "amount_fen": _fen(deposit.get("amount")),
                "valid_from": deposit.get("from"),
                "valid_to": deposit.get("to"),
                "recorded_on": deposit.get("from", day),
            }
        )
    for start, end in given.get("pauses", []):
        rows["pauses"].append({"project_id": number, "from_on": start, "until_on": end})
    for done in given.get("inspections", []):
        rows["inspections"].append({"project_id": number, "done_on": done})
    for month, *money in given.get("funds", []):
        inflow, out, other = (_fen(money[n]) if n < len(money) else 0 for n in range(3))
        rows["fund_months"].append(
            {"project_id": number, "month": month, "inflow_fen": inflow, "outflow_fen": out, "other_out_fen": other}
        )


def _yes_no(written: Any) -> str:
    """YAML reads a bare yes or no as true or false."""
    return {True: "yes", False: "no"}.get(written, written)


def _mask(days: Any, month: str, day: date) -> int:
    """``20`` the first twenty days, ``5-9`` those days, ``[1, 3]`` these."""
    if isinstance(days, list):
        numbers = days
    elif isinstance(days, int):
        numbers = list(range(1, days + 1))
    else:
        first, _, last = str(days).partition("-")
        numbers = list(range(int(first), int(last or first) + 1))
    year, number = int(month[:4]), int(month[5:7])
    length = calendar.monthrange(year, number)[1]
    if not numbers or min(numbers) < 1 or max(numbers) > length or date(year, number, max(numbers)) > day:
        raise ScenarioError(f"attendance in {month} on days that do not exist or lie after the scenario's day.")
    return sum(1 << (one - 1) for one in set(numbers))


def _pay(number: int, worker_id: int, month: str, due: Any, paid: Any, more: Mapping[str, Any]) -> Row:
    by = more.get("by", "sheet")
    bank = {"bank": paid, "both": paid}.get(by, 0)
    sheet = {"sheet": paid, "both": paid, "failed": paid}.get(by, 0)
    return {
        "project_id": number,
        "worker_id": worker_id,
        "month": month,
        "lines": 0 if by == "bank" else 1,
        "due_fen": _fen(due),
        "sheet_paid_fen": _fen(sheet),
        "bank_paid_fen": _fen(bank),
        "bank_failed_fen": _fen(paid) if by == "failed" else 0,
        "paid_fen": 0 if by == "failed" else _fen(paid),
        "first_paid_on": more.get("when"),
        "card_token": more.get("card", f"card-{worker_id}"),
    }
