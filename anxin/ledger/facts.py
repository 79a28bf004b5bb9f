"""Everything the rules read, as Ibis tables of one engine.

Registry facts are small and are handed over as Arrow; rollups are read where they lie. The columns below are the
contract between the ledger and the checks; scenario tables build the same tables from YAML.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from anxin.ledger.schema import ENGAGEMENTS, PAY_MONTHS, WORK_MONTHS

_TEXT, _INT, _DAY = pa.string(), pa.int64(), pa.date32()

PROJECTS = pa.schema(
    [
        ("project_id", _INT),
        ("code", _TEXT),
        ("region_code", _TEXT),
        ("industry", _TEXT),  # registry.Industry
        ("category", _TEXT),  # national 01–12, 99
        ("investment", _TEXT),  # government | state_owned | other
        ("status", _TEXT),  # preparing | approved | active | completed | suspended
        ("status_since", _DAY),
        ("started_on", _DAY),
        ("completed_on", _DAY),
        ("contractor_id", _INT),
        ("pay_day", _INT),
        ("labour_fee_ratio", pa.float64()),
        ("contract_price_fen", _INT),
        ("registered_on", _DAY),
        ("first_entry_on", _DAY),  # first entry of a worker on the roster, null when nobody came yet
        ("clerk_since", _DAY),  # of the present labour clerk
        ("board_on", _DAY),  # last proof of the notice board
    ]
)
ACCOUNTS = pa.schema(
    [
        ("project_id", _INT),
        ("account_id", _INT),
        ("opened_on", _DAY),
        ("uploaded_on", _DAY),
        ("agreement_on", _DAY),
        ("closed_on", _DAY),
        ("verified", _TEXT),  # yes | no | unknown
        ("balance_fen", _INT),
        ("balance_on", _DAY),
    ]
)
DEPOSITS = pa.schema(
    [
        ("project_id", _INT),
        ("form", _TEXT),  # cash | guarantee | insurance | exempt
        ("amount_fen", _INT),
        ("valid_from", _DAY),
        ("valid_to", _DAY),
        ("recorded_on", _DAY),
    ]
)
PAUSES = pa.schema([("project_id", _INT), ("from_on", _DAY), ("until_on", _DAY)])
INSPECTIONS = pa.schema([("project_id", _INT), ("done_on", _DAY)])
REPORTS = pa.schema(
    [
        ("report_id", _INT),
        ("project_id", _INT),
        ("worker_id", _INT),
        ("reported_on", _DAY),
        ("plain", pa.bool_()),
        ("handled_since", _DAY),
        ("closed_on", _DAY),
    ]
)
FUND_MONTHS = pa.schema(
    [
        ("project_id", _INT),
        ("month", _TEXT),
        ("inflow_fen", _INT),  # labour fee received
        ("outflow_fen", _INT),  # payouts of wages
        ("other_out_fen", _INT),  # anything else that left the account
        ("last_in_on", _DAY),
    ]
)

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
    ``memo`` keeps what several checks derive from the same facts during one evaluation.
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


def facts_from_arrow(con: Any, as_of: date, tables: dict[str, pa.Table]) -> Facts:
    """Facts from Arrow tables; a missing name is an empty table. Scenario tables and tests use this."""
    import ibis

    loaded = {
        name: ibis.memtable(tables[name].cast(schema) if name in tables else schema.empty_table())
        for name, schema in FACT_SCHEMAS.items()
    }
    return Facts(con=con, as_of=as_of, **loaded)
