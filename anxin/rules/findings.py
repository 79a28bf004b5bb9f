"""What a check answers."""

import pyarrow as pa

# One row a subject. ``measure`` is the number the ladder compares; ``since`` the day the fault began.
# The other figures go into the warning as they are: ``threshold`` the limit that was passed, ``affected`` how many
# (workers, rows), ``base`` out of how many, ``amount_fen`` the money at stake. Null where it means nothing.
FINDINGS = pa.schema(
    [
        ("project_id", pa.int64()),  # null for an enterprise's finding
        ("enterprise_id", pa.int64()),
        ("worker_id", pa.int64()),  # worker-month and leaver only
        ("month", pa.string()),  # project-month and worker-month only
        ("since", pa.date32()),
        ("measure", pa.float64()),
        ("threshold", pa.float64()),
        ("affected", pa.int64()),
        ("base", pa.int64()),
        ("amount_fen", pa.int64()),
    ]
)
