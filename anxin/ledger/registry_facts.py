"""Registry facts for the rules, read from the relational database straight into Arrow.

A fact is seen from its own date on (an account from its opening), whenever it was handed in: a sweep of a past day asks
what was true. A fact without a date is seen always. Deposits carry their term: one that begins later renews one that
ends.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
from django.db import connection

from anxin.ledger import tables
from anxin.ledger.engine import query
from anxin.ledger.schema_registry import ACCOUNTS, DEPOSITS, INSPECTIONS, PAUSES, PROJECTS, REPORTS

_QUERIES = {
    "projects": """
        SELECT p.id, p.code, p.region_code, p.industry, p.category, p.investment, p.status, p.status_since,
               p.started_on, p.completed_on, p.contractor_id, p.pay_day, p.labour_fee_ratio, p.contract_price_fen,
               p.registered_on, NULL,
               (SELECT max(c.since_on) FROM registry_labourclerk c
                 WHERE c.project_id = p.id AND c.since_on <= {day} AND (c.until_on IS NULL OR c.until_on > {day})),
               (SELECT max(b.posted_on) FROM registry_noticeboard b
                 WHERE b.project_id = p.id AND b.posted_on <= {day})
          FROM registry_project p WHERE {mine_p} ORDER BY p.id
    """,
    "accounts": """
        SELECT u.project_id, a.id, a.opened_on, u.uploaded_on, u.agreement_on, u.closed_on, a.verified,
               a.balance_fen, a.balance_on
          FROM registry_accountuse u JOIN registry_wageaccount a ON a.id = u.account_id
         WHERE (a.opened_on IS NULL OR a.opened_on <= {day}) AND {mine_u}
    """,
    "deposits": """
        SELECT d.project_id, d.form, d.amount_fen, d.valid_from, d.valid_to, d.recorded_on
          FROM registry_deposit d WHERE {mine_d}
    """,
    "pauses": "SELECT s.project_id, s.from_on, s.until_on FROM registry_pause s WHERE s.from_on <= {day} AND {mine_s}",
    "inspections": """
        SELECT i.project_id, i.done_on FROM registry_jointinspection i WHERE i.done_on <= {day} AND {mine_i}
    """,
    "reports": """
        SELECT r.id, r.project_id, r.worker_id, r.reported_on, r.plain, r.handled_since,
               CASE WHEN r.closed_on <= {day} THEN r.closed_on END
          FROM registry_arrearsreport r WHERE r.reported_on <= {day} AND {mine_r}
    """,
}
_SCHEMAS: dict[str, pa.Schema] = {
    "projects": PROJECTS,
    "accounts": ACCOUNTS,
    "deposits": DEPOSITS,
    "pauses": PAUSES,
    "inspections": INSPECTIONS,
    "reports": REPORTS,
}


def registry_facts(*, as_of: date, projects: Sequence[int] | None = None) -> dict[str, pa.Table]:
    """Projects, accounts, deposits, pauses, inspections and reports as known on a day, of all or some projects."""
    answer = {}
    for name, wanted in _QUERIES.items():
        mine = {
            f"mine_{letter}": _mine(f"{letter}.id" if letter == "p" else f"{letter}.project_id", projects)
            for letter in "pudsir"
        }
        answer[name] = _fetch(wanted.format(day=f"'{as_of}'", **mine), _SCHEMAS[name])
    answer["accounts"] = _with_balances(answer["accounts"], as_of, projects)
    answer["projects"] = _status_as_of(answer["projects"], as_of)
    return answer


def _mine(column: str, projects: Sequence[int] | None) -> str:
    if projects is None:
        return "1 = 1"
    return f"{column} IN ({', '.join(map(str, projects)) or 'NULL'})"


def _fetch(sql: str, schema: pa.Schema) -> pa.Table:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    columns: Sequence[Any] = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    arrays = []
    for field, values in zip(schema, columns, strict=True):
        if field.type == pa.bool_():
            values = tuple(None if v is None else bool(v) for v in values)
        # SQLite answers dates as text, PostgreSQL as dates.
        array = pa.array(values) if values and any(isinstance(v, str) for v in values[:50]) else None
        if field.type == pa.date32() and (array is not None or any(isinstance(v, str) for v in values)):
            arrays.append(pa.array(values, pa.string()).cast(pa.date32()))
        else:
            arrays.append(pa.array(values, field.type))
    return pa.table(arrays, schema=schema)


def _with_balances(accounts: pa.Table, as_of: date, projects: Sequence[int] | None) -> pa.Table:
    """The last balance the bank told, which is newer than the one on the account's own card."""
    known = "true" if projects is None else "account_id IN (SELECT account_id FROM accounts)"
    sql = f"""
        WITH told AS (
            SELECT account_id, arg_max(balance_fen, booked_on) AS fen, max(booked_on) AS told_on
            FROM {tables.current("movements", where=known)}
            WHERE balance_fen IS NOT NULL AND booked_on <= DATE '{as_of}' GROUP BY account_id
        )
        SELECT accounts.* REPLACE (coalesce(told.fen, balance_fen) AS balance_fen,
                                   coalesce(told.told_on, balance_on) AS balance_on)
        FROM accounts LEFT JOIN told USING (account_id)
    """
    return query(sql, accounts=accounts).cast(ACCOUNTS)


def _status_as_of(projects: pa.Table, as_of: date) -> pa.Table:
    """Status on a past day, from the recorded changes: the last one up to the day, else what stood before the first
    one after it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.project_id, c.old, c.changed_on FROM registry_statuschange c"
            f" WHERE c.changed_on > '{as_of}' AND c.old <> '' ORDER BY c.changed_on DESC, c.id DESC"
        )
        later = cursor.fetchall()
    if not later:
        return projects
    before = {project: old for project, old, _ in later}
    ids = projects.column("project_id").to_pylist()
    status = projects.column("status").to_pylist()
    moved = [before.get(p, s) for p, s in zip(ids, status, strict=True)]
    return projects.set_column(projects.schema.get_field_index("status"), "status", pa.array(moved, pa.string()))
