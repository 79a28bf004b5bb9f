"""The account behind an appid, as it stands at this moment."""

from collections.abc import Collection
from typing import Any

from django.db import connection

from anxin.intake.models import Sender
from anxin.intake.senders import find_sender

PROTOCOL = "national"
_COLUMNS = "id, active, project_id, region_code, secret_sealed, old_secret_sealed, old_secret_until, settings"
_MOST = 20_000
# appid → (its columns, the sender made of them). The columns are read anew for every call, so a disabled account or
# a new secret counts at once; only making the object, forty times as dear as reading the row, is saved.
_seen: dict[str, tuple[tuple[Any, ...], Sender | None]] = {}


def forget() -> None:
    """Drop the senders made so far."""
    _seen.clear()


def find_account(appid: str) -> Sender | None:
    """The sender under this appid, active or not. Its ``project`` may be old; its columns are not."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM {Sender._meta.db_table} WHERE protocol = %s AND appid = %s",  # noqa: S608
            [PROTOCOL, appid],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    columns = _plain(row)
    known = _seen.get(appid)
    if known is not None and known[0] == columns:
        return known[1]
    sender = find_sender(PROTOCOL, appid)
    if sender is not None:
        if len(_seen) >= _MOST:
            _seen.clear()
        _seen[appid] = (columns, sender)
    return sender


def remembered(appid: str) -> Sender | None:
    """The sender under this appid as it was when last read; ask ``unchanged`` before relying on it."""
    known = _seen.get(appid)
    return known[1] if known is not None else find_account(appid)


def unchanged(senders: Collection[Sender]) -> set[int]:
    """Keys of those remembered senders that stand in the table, at this moment, exactly as they are remembered."""
    told = {sender.pk: _seen.get(sender.appid, ((), None)) for sender in senders}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM {Sender._meta.db_table}"  # noqa: S608
            f" WHERE id IN ({', '.join(['%s'] * len(told))})",
            list(told),
        )
        now = {row[0]: _plain(row) for row in cursor.fetchall()}
    return {s.pk for s in senders if told[s.pk][1] is s and told[s.pk][0] == now.get(s.pk)}


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
