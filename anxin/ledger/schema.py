"""Columns of the ledger's tables. Shapes are Arrow schemas; money is fen; months are ``YYYY-MM``.

A fact row carries no identity number: doors resolve a person to ``worker_id`` before anything is written here.
``rev`` orders versions of the same natural key: the highest stands, the others are superseded.
"""

from dataclasses import dataclass

import pyarrow as pa

_TEXT = pa.string()
_INT = pa.int64()
_DAY = pa.date32()

SWIPES = pa.schema(
    [
        ("project_id", _INT),
        ("worker_id", _INT),
        ("team_no", _INT),
        ("passed_at", pa.timestamp("us")),  # civil time in Asia/Shanghai
        ("direction", _TEXT),  # in | out | unknown
        ("way", _TEXT),  # national attendType 001–011, or empty
        ("device", _TEXT),
        ("month", _TEXT),
    ]
)
PAYROLL = pa.schema(
    [
        ("project_id", _INT),
        ("worker_id", _INT),
        ("team_no", _INT),
        ("month", _TEXT),  # wage month; for arrears payments the month made good
        ("sheet", _TEXT),  # the sender's sheet number and sheet month
        ("days", pa.float64()),
        ("hours", pa.float64()),
        ("due_fen", _INT),
        ("paid_fen", _INT),  # what the sheet says was paid
        ("back_pay", pa.bool_()),
        ("paid_on", _DAY),
        ("card_token", _TEXT),
        ("bank_code", _TEXT),
    ]
)
PAYMENTS = pa.schema(
    [
        ("project_id", _INT),
        ("worker_id", _INT),
        ("month", _TEXT),
        ("reference", _TEXT),  # the bank's own reference, unique with the account
        ("account_id", _INT),  # null when paid off the platform
        ("amount_fen", _INT),
        ("status", _TEXT),  # paid | failed
        ("reason", _TEXT),
        ("paid_on", _DAY),
        ("card_token", _TEXT),
        ("route", _TEXT),  # account | offline
    ]
)
MOVEMENTS = pa.schema(
    [
        ("project_id", _INT),
        ("account_id", _INT),
        ("reference", _TEXT),
        ("booked_on", _DAY),
        ("direction", _TEXT),  # credit | debit
        ("kind", _TEXT),  # labour_fee | payout | return | other | balance
        ("amount_fen", _INT),
        ("balance_fen", _INT),
        ("counterparty", _TEXT),
        ("month", _TEXT),
    ]
)
WORK_MONTHS = pa.schema(
    [
        ("project_id", _INT),
        ("worker_id", _INT),
        ("month", _TEXT),
        ("mask", _INT),  # bit d-1 is set when the worker passed the gate on day d
        ("days", _INT),
    ]
)
PAY_MONTHS = pa.schema(
    [
        ("project_id", _INT),
        ("worker_id", _INT),
        ("month", _TEXT),
        ("lines", _INT),  # payroll lines
        ("due_fen", _INT),
        ("sheet_paid_fen", _INT),
        ("bank_paid_fen", _INT),
        ("bank_failed_fen", _INT),
        ("paid_fen", _INT),  # the bank's word if it spoke, else the sheet's
        ("first_paid_on", _DAY),
        ("card_token", _TEXT),  # card of the last payment or line
    ]
)
ENGAGEMENTS = pa.schema(
    [
        ("project_id", _INT),
        ("worker_id", _INT),
        ("enterprise_id", _INT),
        ("team_no", _INT),
        ("role", _TEXT),
        ("entered_on", _DAY),
        ("left_on", _DAY),
        ("contract_on", _DAY),
        ("contract_until", _DAY),
        ("settled_on", _DAY),
        ("confirmed_on", _DAY),
        ("card_token", _TEXT),
    ]
)


@dataclass(frozen=True)
class FactTable:
    """A Delta table of facts: its columns and the natural key under which a later row replaces an earlier one."""

    name: str
    schema: pa.Schema
    key: tuple[str, ...]


FACT_TABLES = {
    t.name: t
    for t in (
        FactTable("swipes", SWIPES, ("project_id", "worker_id", "passed_at")),
        FactTable("payroll", PAYROLL, ("project_id", "worker_id", "team_no", "month", "sheet")),
        FactTable("payments", PAYMENTS, ("project_id", "account_id", "reference")),
        FactTable("movements", MOVEMENTS, ("project_id", "account_id", "reference")),
    )
}
