"""What a check answers."""

from typing import Any

import ibis
import pyarrow as pa

# One row a subject. ``measure`` is the number the ladder compares; ``since`` the day the fault began.
# The other figures go into the warning as they are: ``threshold`` the limit that was passed, ``affected`` how many
# (workers, rows), ``base`` out of how many, ``amount_fen`` the money at stake. Null where it means nothing.
# ``parts`` names which of several things are at fault (``deposit,attendance``); the rule gives each name its words.
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
        ("parts", pa.string()),
    ]
)

_TYPES = ibis.Schema.from_pyarrow(FINDINGS)


def findings(table: Any, **columns: Any) -> Any:
    """The rows of ``table`` as findings: columns by name, the ones not named are null."""
    unknown = set(columns) - set(_TYPES)
    if unknown:
        raise TypeError(f"A finding has no {', '.join(sorted(unknown))}")
    return table.select(
        **{name: (columns[name] if name in columns else ibis.null()).cast(kind) for name, kind in _TYPES.items()}
    )
