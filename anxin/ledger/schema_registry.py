"""Shapes of the registry facts the rules read; the rollups' shapes stand in ``ledger.schema``."""

import pyarrow as pa

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
