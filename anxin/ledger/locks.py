"""One at a time: locks that end with their holder, across processes (and machines, on PostgreSQL); and turns."""

import fcntl
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.conf import settings
from django.db import connection

T = TypeVar("T")
_TURN_S = 0.4
# Who waits for SQLite's one write lock looks again within a tenth of a second.
_BREATH_S = 0.12


def in_turns(work: Iterable[T]) -> Iterator[T]:
    """Hand out pieces of work that each write in a transaction of their own, and let others write in between.

    SQLite gives its lock to nobody in particular: one who takes it again at once can keep all others waiting.
    """
    began = time.monotonic()
    for piece in work:
        yield piece
        if connection.vendor == "sqlite" and time.monotonic() - began > _TURN_S:
            time.sleep(_BREATH_S)
            began = time.monotonic()


@contextmanager
def only_one(name: str, *, wait: bool = False) -> Iterator[bool]:
    """Hold the lock ``name``; answers False when another holds it and ``wait`` is off."""
    if connection.vendor == "postgresql":
        key = zlib.crc32(f"anxin.{name}".encode())
        with connection.cursor() as cursor:
            if wait:
                cursor.execute("SELECT pg_advisory_lock(%s)", [key])
                got = True
            else:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
                got = bool(cursor.fetchone()[0])
        try:
            yield got
        finally:
            if got:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
        return
    folder = settings.LEDGER / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
