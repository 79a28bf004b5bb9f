"""One at a time: a lock that ends with its holder, across processes (and machines, on PostgreSQL)."""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection


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
