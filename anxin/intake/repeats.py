"""What a queue of held rows shows once: a row that is sent again and again, and one that was mended since.

Senders repeat what was refused until it is taken. Every row stays on record under its receipt; the queue holds the
latest of equal rows alone, and none about a fact that was taken since.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from anxin.intake.models import HeldRow
from anxin.intake.rows import Arrival
from anxin.vault.fields import blind

OPEN = ("refused", "waiting")
# Which fact a row speaks of: the ledger's natural key, in what the sender tells of it. A row that lacks one of these
# speaks of nothing known.
_ABOUT = {
    "swipes": ("project_code", "id_number", "passed_at"),
    "payroll": ("project_code", "id_number", "month", "sheet", "team_no"),
    "payments": ("account_number", "reference"),
    "movements": ("account_number", "reference"),
}
_MAY_LACK = "team_no"
_AT_ONCE = 800


def fingerprint(kind: str, row: Mapping[str, Any], *, arrival: Arrival) -> bytes:
    """Equal for equal content of one sender, wherever in his message it stood."""
    told = {key: value for key, value in row.items() if key != "place"}
    text = orjson.dumps(told, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()
    return blind("held-row", f"{_whose(arrival)}\0{kind}\0{text}")


def subject(kind: str, row: Mapping[str, Any], *, arrival: Arrival) -> bytes:
    """Equal for rows of one sender about the same fact; empty where that cannot be told."""
    names = _ABOUT.get(kind, ())
    parts = [row.get(name) for name in names]
    if not parts or any(not part for name, part in zip(names, parts, strict=True) if name != _MAY_LACK):
        return b""
    told = [part.isoformat() if isinstance(part, datetime) else str(part) for part in parts]
    return blind("held-about", "\0".join((_whose(arrival), kind, *told)))


def only_the_last(rows: Sequence[HeldRow], *, at: datetime) -> None:
    """Before new rows are written: of equal ones, here and in the queue, only the last stays open and counts them."""
    earlier: defaultdict[bytes, list[HeldRow]] = defaultdict(list)
    for some in _parts(sorted({bytes(row.row_blind) for row in rows})):
        found = HeldRow.objects.select_for_update(of=("self",), no_key=True).filter(row_blind__in=some, status__in=OPEN)
        for one in found.only("pk", "row_blind", "times", "received_at", "first_at").order_by("pk"):
            earlier[bytes(one.row_blind)].append(one)
    again = [one.pk for same in earlier.values() for one in same]
    for pks in _parts(again):
        HeldRow.objects.filter(pk__in=pks).update(status="repeated", settled_at=at)
    for row in rows:
        before = earlier[bytes(row.row_blind)]
        if before:
            row.times = 1 + sum(one.times for one in before)
            row.first_at = min(one.first_at or one.received_at for one in before)
        for one in before:
            if one.pk is None:
                one.status, one.settled_at = "repeated", at
        earlier[bytes(row.row_blind)] = [row]


def leave_mended(*, kind: str, rows: Iterable[Any], arrival: Arrival) -> int:
    """Rows about facts that have just been taken leave the queue; they stay on record. Answers how many. ``rows`` are
    the taken ones, of ``intake.rows``; call in the transaction that takes them, for what arrives anew."""
    if kind not in _ABOUT or not HeldRow.objects.filter(sender=arrival.sender, status__in=OPEN).exists():
        return 0
    names = _ABOUT[kind]
    about = {subject(kind, {name: getattr(row, name) for name in names}, arrival=arrival) for row in rows}
    left = 0
    for some in _parts(sorted(about - {b""})):
        left += HeldRow.objects.filter(subject_blind__in=some, status__in=OPEN).update(
            status="mended", settled_at=arrival.at
        )
    return left


def _whose(arrival: Arrival) -> str:
    """Who sent it: a sender, or whoever uploads for a project."""
    if arrival.sender is not None:
        return f"sender:{arrival.sender.pk}"
    if arrival.upload is not None:
        return f"upload:{arrival.upload.by_id}:{arrival.upload.project_id}"
    return arrival.source


def _parts(some: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(some), _AT_ONCE):
        yield some[start : start + _AT_ONCE]
