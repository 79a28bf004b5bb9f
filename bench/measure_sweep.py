"""The sweep, the plain scan below it, and the same heavy rules in PostgreSQL.

``python -m bench.measure_sweep evaluate|sweep|rules|scan|export DAY [RULE …]`` runs one of them in this process and
prints one JSON line, so that each peak of memory belongs to what was measured.
"""

import json
import os
import resource
import sys
import time
from datetime import date
from pathlib import Path

import psycopg

# The four heaviest comparisons, by the name of the check. See ``IN_SQL`` for the same in PostgreSQL.
HEAVIEST = ("wages_unpaid", "unpaid_share", "pay_above_limit", "paid_unattended")

TABLES = {
    "projects": "project_id bigint, pay_day int, status text",
    "work_months": "project_id bigint, worker_id bigint, month text, mask bigint, days bigint",
    "pay_months": "project_id bigint, worker_id bigint, month text, lines bigint, due_fen bigint,"
    " sheet_paid_fen bigint, bank_paid_fen bigint, bank_failed_fen bigint, paid_fen bigint, first_paid_on date,"
    " card_token text",
}
# First day after the agreed pay-day (in the month that follows) and five days of grace, as the packs have it.
_LATE_FROM = (
    "make_date(left(m.month, 4)::int, right(m.month, 2)::int, 1) + interval '1 month'"
    " + (coalesce(p.pay_day, 31) - 1 + 5 + 1) * interval '1 day'"
)
IN_SQL = {
    "attended, unpaid": f"""
        SELECT m.project_id, m.worker_id, m.month, m.days
        FROM work_months m JOIN projects p ON p.project_id = m.project_id
        LEFT JOIN pay_months y
            ON y.project_id = m.project_id AND y.worker_id = m.worker_id AND y.month = m.month
        WHERE p.status = 'active' AND coalesce(y.paid_fen, 0) = 0 AND {_LATE_FROM} <= %(day)s""",
    "share of workers unpaid": f"""
        SELECT m.project_id, m.month, count(*) AS attended,
               count(*) FILTER (WHERE coalesce(y.paid_fen, 0) = 0) AS unpaid
        FROM work_months m JOIN projects p ON p.project_id = m.project_id
        LEFT JOIN pay_months y
            ON y.project_id = m.project_id AND y.worker_id = m.worker_id AND y.month = m.month
        WHERE p.status = 'active' AND {_LATE_FROM} <= %(day)s
        GROUP BY m.project_id, m.month
        HAVING count(*) FILTER (WHERE coalesce(y.paid_fen, 0) = 0) > 0""",
    "paid over the limit": """
        SELECT m.project_id, m.worker_id, m.month, m.paid_fen,
               sum(m.paid_fen) OVER (PARTITION BY m.project_id, m.worker_id, left(m.month, 4) ORDER BY m.month)
        FROM pay_months m
        WHERE m.paid_fen > 5000000 OR (m.project_id, m.worker_id, left(m.month, 4)) IN (
            SELECT project_id, worker_id, left(month, 4) FROM pay_months
            GROUP BY 1, 2, 3 HAVING sum(paid_fen) > 30000000)""",
    "paid, never at the gate": """
        SELECT m.project_id, m.worker_id, m.month, m.paid_fen
        FROM pay_months m JOIN projects p ON p.project_id = m.project_id
        WHERE p.status = 'active' AND m.paid_fen > 0 AND NOT EXISTS (
            SELECT FROM work_months w
            WHERE w.project_id = m.project_id AND w.worker_id = m.worker_id AND w.month = m.month)""",
}
# Attendance as a system without rollups keeps it: a row for each day of each worker; months are counted when asked.
BY_DAY = """
    CREATE TABLE attendance AS
        SELECT project_id, worker_id, make_date(left(month, 4)::int, right(month, 2)::int, bit + 1) AS day
        FROM work_months, generate_series(0, 30) AS bit WHERE (mask >> bit) & 1 = 1;
    ALTER TABLE attendance ADD PRIMARY KEY (project_id, worker_id, day);
    DROP TABLE work_months;
    CREATE VIEW work_months AS
        SELECT project_id, worker_id, to_char(day, 'YYYY-MM') AS month, count(*) AS days
        FROM attendance GROUP BY 1, 2, 3;
"""


def evaluate(day: date) -> dict[str, object]:
    """Load the facts and evaluate every rule; nothing is written."""
    from anxin.ledger.facts import load_facts
    from anxin.rules.evaluate import evaluate as run

    began = time.perf_counter()
    facts = load_facts(as_of=day)
    loaded = time.perf_counter() - began
    results = run(facts)
    return {
        "seconds": round(time.perf_counter() - began, 2),
        "load_s": round(loaded, 2),
        "rules": len(results),
        "findings": sum(table.num_rows for _, table in results),
    }


def each_rule(day: date) -> dict[str, object]:
    """Seconds of each rule, heaviest first."""
    from anxin.ledger.facts import load_facts
    from anxin.rules.evaluate import evaluate as run
    from anxin.rules.packs import all_rules

    facts = load_facts(as_of=day)
    spent = {}
    for rule in all_rules(day):
        began = time.perf_counter()
        found = run(facts, rules=[rule])
        spent[f"{rule.id} {rule.check}"] = (round(time.perf_counter() - began, 2), found[0][1].num_rows)
    return dict(sorted(spent.items(), key=lambda kv: -kv[1][0]))


def heaviest(day: date, names: list[str]) -> dict[str, object]:
    """Load the facts and evaluate the national rules of the named checks."""
    from anxin.ledger.facts import load_facts
    from anxin.rules.evaluate import evaluate as run
    from anxin.rules.packs import all_rules

    chosen = {}
    for rule in all_rules(day):
        if rule.check in names:
            chosen.setdefault(rule.check, rule)
    run(load_facts(as_of=day), rules=list(chosen.values()))  # engine and imports are warm, as in a worker
    began = time.perf_counter()
    results = run(load_facts(as_of=day), rules=list(chosen.values()))
    return {
        "seconds": round(time.perf_counter() - began, 3),
        "rules": [rule.id for rule, _ in results],
        "findings": {rule.id: table.num_rows for rule, table in results},
    }


def sweep(day: date) -> dict[str, object]:
    """The whole sweep: the first one opens every warning, the second finds nothing changed."""
    from django.utils import timezone

    from anxin.watch.sweep import sweep as run

    at = timezone.now()
    first = run(as_of=day, at=at)
    second = run(as_of=day, at=at)
    return {
        "first_s": round(first.seconds, 2),
        "opened": first.opened,
        "seconds": round(second.seconds, 2),
        "unchanged": second.unchanged,
        "changed": second.opened + second.cleared + second.raised + second.lowered + second.reopened,
    }


def scan(day: date) -> dict[str, object]:
    """A plain DuckDB scan of the columns that the rules read, best of three."""
    from anxin.ledger import tables
    from anxin.ledger.engine import query

    columns = {
        "work_months": ("project_id", "worker_id", "month", "days"),
        "pay_months": ("project_id", "worker_id", "month", "lines", "due_fen", "bank_failed_fen", "paid_fen",
                       "first_paid_on", "card_token"),
        "engagements": ("project_id", "worker_id", "entered_on", "left_on", "contract_on", "settled_on",
                        "confirmed_on", "card_token"),
    }  # fmt: skip
    statements = [
        f"SELECT {', '.join(f'max({column})' for column in wanted)} FROM {tables.scan(name)}"
        for name, wanted in columns.items()
    ]
    spent = []
    for _ in range(3):
        began = time.perf_counter()
        for statement in statements:
            query(statement)
        spent.append(time.perf_counter() - began)
    return {"seconds": round(min(spent), 3)}


def export(day: date, folder: str) -> dict[str, object]:
    """Write what PostgreSQL needs as CSV."""
    import pyarrow as pa
    from pyarrow import csv

    from anxin.ledger import tables
    from anxin.ledger.engine import query
    from anxin.registry.models import Project

    projects = list(Project.objects.values_list("id", "pay_day", "status"))
    columns = [list(c) for c in zip(*projects, strict=True)]
    held = {
        "projects": pa.table({"project_id": columns[0], "pay_day": columns[1], "status": columns[2]}),
        "work_months": query(f"SELECT project_id, worker_id, month, mask, days FROM {tables.scan('work_months')}"),
        "pay_months": query(
            "SELECT project_id, worker_id, month, lines, due_fen, sheet_paid_fen, bank_paid_fen, bank_failed_fen,"
            f" paid_fen, first_paid_on, card_token FROM {tables.scan('pay_months')}"
        ),
    }
    for name, rows in held.items():
        csv.write_csv(rows, Path(folder) / f"{name}.csv", csv.WriteOptions(include_header=False))
    return {name: rows.num_rows for name, rows in held.items()}


def in_postgres(address: str, folder: Path, day: date) -> dict[str, object]:
    """Load the CSV files, index and analyse them, and run the same rules as plain SQL; the second run of each.

    First over the rollups that our rules read too, then over attendance by the day.
    """
    with psycopg.connect(address, autocommit=True) as connection:
        for name, columns in TABLES.items():
            connection.execute(f"CREATE TABLE {name} ({columns})")
            with connection.cursor().copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy:
                copy.write((folder / f"{name}.csv").read_bytes())
        connection.execute("ALTER TABLE projects ADD PRIMARY KEY (project_id)")
        for name in ("work_months", "pay_months"):
            connection.execute(f"ALTER TABLE {name} ADD PRIMARY KEY (project_id, worker_id, month)")
        connection.execute("VACUUM ANALYZE")
        rollups = _asked(connection, day)
        connection.execute(BY_DAY)
        connection.execute("VACUUM ANALYZE")
        return {**rollups, "by_day": _asked(connection, day)}


def _asked(connection: psycopg.Connection, day: date) -> dict[str, object]:
    spent: dict[str, float] = {}
    found: dict[str, int] = {}
    for name, statement in IN_SQL.items():
        for _ in range(2):
            began = time.perf_counter()
            found[name] = len(connection.execute(statement, {"day": day}).fetchall())
            spent[name] = round(time.perf_counter() - began, 2)
    return {"seconds": round(sum(spent.values()), 2), "each": spent, "findings": found}


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
    django.setup()
    what, today = sys.argv[1], date.fromisoformat(sys.argv[2])
    if what == "evaluate":
        answer = evaluate(today)
    elif what == "each":
        answer = each_rule(today)
    elif what == "heaviest":
        answer = heaviest(today, sys.argv[3:])
    elif what == "sweep":
        answer = sweep(today)
    elif what == "export":
        answer = export(today, sys.argv[3])
    else:
        answer = scan(today)
    answer["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(answer))
