"""Admission: every fact row, from whichever door, is checked and resolved here, and appended to the ledger.

A row whose person is not on the project's roster, or whose project or account is unknown, waits; a row that breaks
a rule is refused; the rest of the batch goes on. Call inside the door's transaction.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from anxin.intake import held
from anxin.intake.judging import Refused
from anxin.intake.repeats import leave_mended
from anxin.intake.resolving import KINDS, look_up
from anxin.intake.rows import Admission, Arrival, FactRow, Fault
from anxin.law.civil import civil_date
from anxin.ledger import inbox
from anxin.ledger.schema import FACT_TABLES
from anxin.registry.actions import record_balance
from anxin.registry.models import Project


def admit(
    rows: Sequence[FactRow],
    *,
    arrival: Arrival,
    keep_faults: bool = True,
    names: Mapping[str, str] | None = None,
    dry: bool = False,
) -> Admission:
    """Check, resolve and append rows of one kind. Faulty rows are kept as held rows unless ``keep_faults`` is off.

    ``names`` gives a field's name in the sender's own terms, where that is not the national one.
    ``dry`` judges the rows and writes nothing: the answer is what admission would say now.
    """
    if not rows:
        return Admission(0, [])
    judged = judge(rows, arrival=arrival, names=names)
    if not dry:
        enter(judged.table, judged.facts(), arrival=arrival)
        if keep_faults:
            keep(judged, arrival=arrival)
            leave_mended(kind=judged.table, rows=(rows[index] for index in judged.taken), arrival=arrival)
    return Admission(len(judged.taken), judged.faults)


@dataclasses.dataclass(slots=True)
class Judged:
    """What admission says of rows, before anything is written: the facts of the good ones, which they are (their
    positions), and the faults of the others."""

    table: str
    columns: dict[str, list[Any]]
    taken: list[int]
    faults: list[Fault]
    projects: dict[str, Project]

    def facts(self) -> pa.Table:
        """The good rows in the ledger's columns."""
        return pa.table(self.columns, schema=FACT_TABLES[self.table].schema)


def judge(rows: Sequence[FactRow], *, arrival: Arrival, names: Mapping[str, str] | None = None) -> Judged:
    """Check and resolve rows of one kind (at least one); writes nothing."""
    known = look_up(rows)
    by_id = {p.pk: p for p in known.projects.values()}
    today = civil_date(arrival.at)
    table, resolve = KINDS[type(rows[0])]
    columns: dict[str, list[Any]] = {name: [] for name in FACT_TABLES[table].schema.names}
    taken: list[int] = []
    faults: list[Fault] = []
    for index, row in enumerate(rows):
        try:
            fact = resolve(row, known, by_id, arrival, today)
        except Refused as refused:
            raw = dataclasses.asdict(row)
            faults.append(
                Fault(
                    place=f"{row.place}[{(names or {}).get(refused.field, refused.field)}]",
                    reason=refused.reason,
                    reason_en=refused.reason_en,
                    row=raw,
                    waits=refused.waits,
                    blind=refused.key,
                    project_code=row.project_code,
                )
            )
            continue
        taken.append(index)
        for name, value in fact.items():
            columns[name].append(value)
    return Judged(table, columns, taken, faults, known.projects)


def enter(table: str, facts: pa.Table, *, arrival: Arrival) -> None:
    """Append judged facts to the ledger; the newest balance a batch tells of an account goes to the account."""
    if facts.num_rows:
        inbox.append(table=table, rows=facts, source=arrival.source, at=arrival.at)
    if table == "movements":
        _keep_balances(facts.select(["account_id", "booked_on", "balance_fen"]).to_pydict(), arrival)


def keep(judged: Judged, *, arrival: Arrival) -> None:
    """Keep the faulty rows where sender and officer can list them."""
    by_code: dict[str, list[Fault]] = defaultdict(list)
    for fault in judged.faults:
        by_code[fault.project_code].append(fault)
    for code, faults in by_code.items():
        held.hold(kind=judged.table, faults=faults, arrival=arrival, project=judged.projects.get(code))


def _keep_balances(columns: dict[str, list[Any]], arrival: Arrival) -> None:
    """Carry the newest balance a batch tells of each account over to the account."""
    newest: dict[int, tuple[date, int]] = {}
    told = zip(columns["account_id"], columns["booked_on"], columns["balance_fen"], strict=True)
    for account, booked_on, balance in told:
        if account is not None and balance is not None and booked_on >= newest.get(account, (booked_on, 0))[0]:
            newest[account] = (booked_on, balance)
    for account, (on, balance) in newest.items():
        record_balance(account_id=account, balance_fen=balance, on=on, at=arrival.at)
