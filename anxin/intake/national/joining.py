"""Plain swipes of several calls, written together: a few statements for all of them, whatever their number.

A gate's ordinary batch asks nothing of the database, so its call is verified against the sender as this process
remembers it, and that memory is held against the table in the transaction that takes the batch: a disabled account
or a new secret counts at once, as everywhere.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anxin import plainly
from anxin.intake.models import Receipt
from anxin.intake.national import accounts, attendance, replies
from anxin.intake.national.attendance import Swipe
from anxin.intake.national.calls import Call
from anxin.intake.national.envelope import named
from anxin.law.civil import SHANGHAI
from anxin.ledger.together import join

TAKEN, REPLAYED, CHANGED = "taken", "replayed", "changed"
_COLUMNS = (
    "serial", "sender", "replay_key", "method", "received_at", "status", "result", "accepted", "refused", "waiting",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Entry:
    call: Call
    serial: str
    replay_key: str
    facts: list[Swipe]


def new_serial(call: Call, prefix: str) -> str:
    """The number of a receipt: what it is for, the hour in civil time, the sender, and chance."""
    return f"{prefix}-{call.at.astimezone(SHANGHAI):%Y%m%d%H}-{call.sender.pk}-{secrets.token_hex(8)}"


def replay_key_of(call: Call, params: dict[str, str]) -> str:
    """What a repeated call has in common with the first: account, nonce and signature (protocol §1.5)."""
    once = "\n".join((call.sender.appid, named(params, "nonce"), named(params, "sign").strip().lower()))
    return "national:" + hashlib.sha256(once.encode("utf-8", "replace")).hexdigest()


def take_plain(call: Call, params: dict[str, str], item: Mapping[str, Any], *, prefix: str) -> tuple[str, str] | None:
    """Take a batch of plain swipes of a call verified against a remembered sender; answers what became of it, with its
    receipt's number. None when it is not plain: then nothing was done."""
    facts = attendance.plain_swipes(call, item)
    if facts is None:
        return None
    entry = _Entry(call, new_serial(call, prefix), replay_key_of(call, params), facts)
    return join(_take, entry), entry.serial


def _take(entries: Sequence[_Entry]) -> list[str]:
    """Receipts of the calls that are new and whose sender is as remembered, and their swipes as one batch."""
    same = accounts.unchanged({entry.call.sender for entry in entries})
    sound = [entry for entry in entries if entry.call.sender.pk in same]
    receipts = [_receipt(entry) for entry in sound]
    fresh = plainly.add_unknown(Receipt, _COLUMNS, receipts, known_by="replay_key") if sound else []
    taken = [entry for entry, new in zip(sound, fresh, strict=True) if new]
    if taken:
        sources = {entry.call.source for entry in taken}
        attendance.append(
            [swipe for entry in taken for swipe in entry.facts],
            source=sources.pop() if len(sources) == 1 else "national",
            at=taken[-1].call.at,
        )
    became = dict(zip(map(id, sound), fresh, strict=True))
    return [CHANGED if (new := became.get(id(entry))) is None else TAKEN if new else REPLAYED for entry in entries]


def _receipt(entry: _Entry) -> tuple[Any, ...]:
    call, taken = entry.call, len(entry.facts)
    said = replies.DONE, replies.DONE_TEXT
    return entry.serial, call.sender.pk, entry.replay_key, call.method, call.at, *said, taken, 0, 0
