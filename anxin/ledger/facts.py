"""Everything the rules read, as Ibis tables of one engine.

Registry facts are small and are handed over as Arrow; rollups are read where they lie. The columns below are the
contract between the ledger and the checks; scenario tables build the same tables from YAML.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from anxin.law.civil import month_of
from anxin.ledger import tables
from anxin.ledger.engine import connect, hold, is_spark, query, spark_view
from anxin.ledger.registry_facts import registry_facts
from anxin.ledger.schema import ENGAGEMENTS, PAY_MONTHS, WORK_MONTHS
from anxin.ledger.schema_registry import ACCOUNTS, DEPOSITS, FUND_MONTHS, INSPECTIONS, PAUSES, PROJECTS, REPORTS
from anxin.ledger.sealing import PAY_MONTHS_SQL, last_sealed_day
from anxin.registry.models.workers import MANAGER

FACT_SCHEMAS: dict[str, pa.Schema] = {
    "projects": PROJECTS,
    "accounts": ACCOUNTS,
    "deposits": DEPOSITS,
    "pauses": PAUSES,
    "inspections": INSPECTIONS,
    "reports": REPORTS,
    "engagements": ENGAGEMENTS,
    "work_months": WORK_MONTHS,
    "pay_months": PAY_MONTHS,
    "fund_months": FUND_MONTHS,
}


@dataclass(frozen=True)
class Facts:
    """The facts as known on ``as_of``: one Ibis table a name in ``FACT_SCHEMAS``, all on the connection ``con``.

    Nothing in them is later than ``as_of``: work_months of its month have only bits up to its day.
    ``memo`` keeps what several checks derive from the same facts during one evaluation. ``named``: the tables stand in
    DuckDB under fixed names (``facts_projects`` …), so that a query made for one Facts fits another.
    """

    con: Any
    as_of: date
    projects: Any
    accounts: Any
    deposits: Any
    pauses: Any
    inspections: Any
    reports: Any
    engagements: Any
    work_months: Any
    pay_months: Any
    fund_months: Any
    memo: dict[str, Any] = field(default_factory=dict)
    named: bool = False


def facts_from_arrow(con: Any, as_of: date, tables: dict[str, pa.Table]) -> Facts:
    """Facts from Arrow tables; a missing name is an empty table. Scenario tables and tests use this."""
    loaded = {
        name: hold(con, tables[name].cast(schema) if name in tables else schema.empty_table(), f"facts_{name}")
        for name, schema in FACT_SCHEMAS.items()
    }
    return Facts(con=con, as_of=as_of, named=not is_spark(con), **loaded)


def load_facts(*, as_of: date, projects: Collection[int] | None = None, engine: str | None = None) -> Facts:
    """The facts of the whole province (or of some projects) as they stood on ``as_of``.

    A day in the past is replayed: nothing dated later is seen, and pay is computed again from the lines and payments
    known by then. Facts that arrived late but are dated earlier are seen, as the law asks what was true.
    """
    con = connect(engine)
    replay = _has_later_facts(as_of)
    month = month_of(as_of)
    chosen = sorted(projects) if projects is not None else None
    months = {name: [m for m in tables.months(name) if m <= month] for name in ("work_months", "pay_months")}

    wanted = hold(con, pa.table({"project_id": pa.array(chosen or [], pa.int64())}), "chosen")

    def rollup(name: str) -> Any:
        table = _table(con, name, months.get(name))
        return table.semi_join(wanted, "project_id") if chosen is not None else table

    work = rollup("work_months")
    pay = rollup("pay_months")
    engagements = rollup("engagements")
    if replay:
        seen = (1 << as_of.day) - 1
        partial = work.mask & seen
        work = work.mutate(mask=ibis.ifelse(work.month == month, partial, work.mask))
        work = work.filter(work.mask != 0).mutate(days=lambda t: _bit_count(t.mask).cast("int64"))
        pay = hold(con, _pay_as_of(as_of, months["pay_months"], chosen), "replayed_pay_months")
        engagements = _engagements_as_of(engagements, as_of)
    registry = {
        name: hold(con, rows, f"known_{name}") for name, rows in registry_facts(as_of=as_of, projects=chosen).items()
    }
    # Managers prepare a site; the workers' entry is what the law counts from.
    came = engagements.filter(engagements.role.isnull() | (engagements.role != MANAGER))
    first = came.group_by("project_id").agg(first_entry_on=came.entered_on.min())
    plain = registry.pop("projects").drop("first_entry_on")
    loaded = {
        "projects": plain.left_join(first, "project_id").select(*PROJECTS.names),
        "engagements": engagements,
        "work_months": work.select(*WORK_MONTHS.names),
        "pay_months": pay,
        "fund_months": hold(con, _fund_months(as_of, chosen), "known_fund_months"),
        **registry,
    }
    if is_spark(con):
        return Facts(con=con, as_of=as_of, **loaded)
    # Forty rules ask of some projects: their rows are read once, not once a rule.
    stand = con.create_table if chosen is not None else con.create_view
    named = {name: stand(f"facts_{name}", table, overwrite=True) for name, table in loaded.items()}
    return Facts(con=con, as_of=as_of, named=True, **named)


@ibis.udf.scalar.builtin(name="bit_count")
def _bit_count(mask: int) -> int:  # type: ignore[empty-body]
    """Number of bits set; DuckDB and Spark know it under this name."""


def _has_later_facts(as_of: date) -> bool:
    """Whether the ledger may hold facts dated after ``as_of``: something arrived on a later day."""
    newest = last_sealed_day()
    return newest is not None and newest > as_of


def _table(con: Any, name: str, months: list[str] | None) -> Any:
    """A rollup as an Ibis table of this connection."""
    found = tables.files(name, months)
    if not found:
        return hold(con, tables.SCHEMAS[name].empty_table(), f"ledger_{name}")
    if is_spark(con):
        frame = con._session.read.option("basePath", str(tables.path(name))).parquet(*found)
        return spark_view(con, frame).select(*tables.SCHEMAS[name].names)
    hive = "month" in tables.SCHEMAS[name].names
    table = con.read_parquet(found, table_name=f"ledger_{name}", hive_partitioning=hive, hive_types_autocast=False)
    return table.select(*tables.SCHEMAS[name].names)


def _project_filter(chosen: list[int] | None) -> str:
    return "true" if chosen is None else f"project_id IN ({', '.join(map(str, chosen)) or 'NULL'})"


def _pay_as_of(as_of: date, months: list[str], chosen: list[int] | None) -> pa.Table:
    where = _project_filter(chosen)
    known = f"(paid_on IS NULL OR paid_on <= DATE '{as_of}')"
    payments = tables.current("payments", where=where)
    sql = PAY_MONTHS_SQL.format(
        # No sheet is made before its month is over, unless it says that it was paid by then.
        payroll=tables.current("payroll", months, f"{where} AND ({known} OR month < '{month_of(as_of)}')"),
        payments=f"(SELECT * FROM {payments} WHERE paid_on <= DATE '{as_of}' AND month <= '{month_of(as_of)}')",
        sheet_known=known,
    )
    return query(sql).select(PAY_MONTHS.names).cast(PAY_MONTHS)


def _engagements_as_of(engagements: Any, as_of: date) -> Any:
    def until(column: Any) -> Any:
        return ibis.ifelse(column <= as_of, column, ibis.null("date"))

    known = engagements.filter(engagements.entered_on.isnull() | (engagements.entered_on <= as_of))
    return known.mutate(
        left_on=until(known.left_on), settled_on=until(known.settled_on), confirmed_on=until(known.confirmed_on)
    )


def _fund_months(as_of: date, chosen: list[int] | None) -> pa.Table:
    """Money that came into and left the wage accounts, by project and month of booking."""
    source = tables.current("movements", where=_project_filter(chosen))
    sql = f"""
        SELECT project_id, month,
               sum(CASE WHEN direction = 'credit' AND kind = 'labour_fee' THEN amount_fen ELSE 0 END)::BIGINT
                   AS inflow_fen,
               sum(CASE WHEN direction = 'debit' AND kind = 'payout' THEN amount_fen ELSE 0 END)::BIGINT
                   AS outflow_fen,
               sum(CASE WHEN direction = 'debit' AND kind = 'other' THEN amount_fen ELSE 0 END)::BIGINT
                   AS other_out_fen,
               max(CASE WHEN direction = 'credit' AND kind = 'labour_fee' THEN booked_on END) AS last_in_on
        FROM {source} WHERE booked_on <= DATE '{as_of}' AND kind <> 'balance' GROUP BY ALL
    """
    return query(sql).select(FUND_MONTHS.names).cast(FUND_MONTHS)
