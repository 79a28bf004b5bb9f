"""Current rows of the ledger for pages and answers: few projects, few workers, few months at a time.

Every function answers an Arrow table in the shape of ``ledger.schema``; only sealed rows are seen.
"""

from collections.abc import Collection
from datetime import date

import pyarrow as pa

from anxin.ledger import tables
from anxin.ledger.engine import query
from anxin.ledger.schema import FACT_TABLES


def _where(**wanted: object) -> str:
    terms = []
    for column, value in wanted.items():
        if value is None:
            continue
        if isinstance(value, int):
            terms.append(f"{column} = {value}")
        elif isinstance(value, str):
            terms.append(f"{column} = '" + value.replace("'", "''") + "'")
        else:
            listed = ", ".join(str(int(v)) for v in value)  # type: ignore[attr-defined]
            terms.append(f"{column} IN ({listed or 'NULL'})")
    return " AND ".join(terms) or "true"


def _current(name: str, month: str | Collection[str] | None, where: str) -> str:
    """``tables.current`` for few rows: a window costs 20 ms however little it looks at, this costs nothing."""
    table = FACT_TABLES[name]
    columns = ", ".join(table.schema.names)
    source = tables.scan(name, [month] if isinstance(month, str) else month)
    return f"(SELECT DISTINCT ON ({', '.join(table.key)}) {columns} FROM {source} WHERE {where} ORDER BY rev DESC)"


def _select(source: str, order: str, where: str = "true") -> pa.Table:
    return query(f"SELECT * FROM {source} WHERE {where} ORDER BY {order}")


def swipes(
    *,
    project_id: int | None = None,
    worker_id: int | Collection[int] | None = None,
    month: str | None = None,
    day: date | None = None,
) -> pa.Table:
    """Passes of the gate, in time order. ``month`` (or ``day``) keeps the read small."""
    if day is not None:
        month = f"{day:%Y-%m}"
    where = _where(project_id=project_id, worker_id=worker_id)
    if day is not None:
        where += f" AND passed_at >= TIMESTAMP '{day}' AND passed_at < TIMESTAMP '{day}' + INTERVAL 1 DAY"
    return _select(_current("swipes", month, where), "passed_at, worker_id")


def payroll(
    *,
    project_id: int | None = None,
    worker_id: int | Collection[int] | None = None,
    month: str | None = None,
    team_no: int | None = None,
) -> pa.Table:
    """Lines of wage sheets."""
    where = _where(project_id=project_id, worker_id=worker_id, team_no=team_no)
    return _select(_current("payroll", month, where), "month, sheet, worker_id")


def payments(
    *,
    project_id: int | Collection[int] | None = None,
    worker_id: int | Collection[int] | None = None,
    month: str | None = None,
) -> pa.Table:
    """Payouts as the bank reported them, by wage month."""
    # The key names no worker and no month: versions are compared first, then filtered.
    source = _current("payments", None, _where(project_id=project_id))
    return _select(source, "paid_on, reference", _where(worker_id=worker_id, month=month))


def movements(
    *, project_id: int | None = None, account_id: int | None = None, month: str | Collection[str] | None = None
) -> pa.Table:
    """Bookings on wage accounts and balances told by the bank; all of them, or those booked in some months.

    A booking whose date was corrected into another month is seen there too when only the old month is asked for.
    """
    where = _where(project_id=project_id, account_id=account_id)
    return _select(_current("movements", month, where), "booked_on, reference")


def work_months(
    *,
    project_id: int | Collection[int] | None = None,
    worker_id: int | None = None,
    month: str | Collection[str] | None = None,
    columns: Collection[str] = (),
) -> pa.Table:
    """Days worked: a bitmask and a count a worker-month; of one month, of some, or of all.

    With ``columns`` only these, in no order.
    """
    return _rollup("work_months", month, _where(project_id=project_id, worker_id=worker_id), columns)


def pay_months(
    *,
    project_id: int | Collection[int] | None = None,
    worker_id: int | None = None,
    month: str | Collection[str] | None = None,
    columns: Collection[str] = (),
) -> pa.Table:
    """Due and paid a worker-month; of one month, of some, or of all.

    With ``columns`` only these, in no order: the card's token takes as long to read as all the others.
    """
    return _rollup("pay_months", month, _where(project_id=project_id, worker_id=worker_id), columns)


def _rollup(name: str, month: str | Collection[str] | None, where: str, columns: Collection[str] = ()) -> pa.Table:
    months = [month] if isinstance(month, str) else month
    if columns:
        return query(f"SELECT {', '.join(columns)} FROM {tables.scan(name, months)} WHERE {where}")
    return _select(tables.scan(name, months), "month, project_id, worker_id", where)
