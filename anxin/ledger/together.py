"""Committing together: calls that arrive at once share one transaction and one write to the disk.

A durable commit costs a disk's flush, some milliseconds, whatever it holds. The first call to come commits for all
that came meanwhile; each has a savepoint of its own, so one that fails takes nothing of the others with it. Nobody is
answered before the commit.
"""

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction

T = TypeVar("T")
MOST_A_COMMIT = 64

_waiting: list["_Job"] = []
_list_lock = threading.Lock()
_turn = threading.Lock()


class _Job:
    """One call's work and what became of it."""

    __slots__ = ("done", "error", "result", "work")

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None


def commit_together(work: Callable[[], T]) -> T:
    """Run ``work`` in a transaction, shared with other calls of this process; answer when it is committed.

    What ``work`` raises is raised here, with its own changes undone. ``work`` must not depend on the thread it runs in.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return work()
    job = _Job(work)
    with _list_lock:
        _waiting.append(job)
    with _turn:
        while not job.done:
            _lead()
    if job.error is not None:
        raise job.error
    return job.result


def _lead() -> None:
    """Commit what waits, oldest first."""
    with _list_lock:
        jobs = _waiting[:MOST_A_COMMIT]
        del _waiting[:MOST_A_COMMIT]
    try:
        with _writers_turn(), transaction.atomic():
            for job in jobs:
                _run(job)
    except BaseException as error:
        for job in jobs:
            job.error = job.error or error
    finally:
        for job in jobs:
            job.done = True


def _run(job: _Job) -> None:
    try:
        with transaction.atomic():
            job.result = job.work()
    except Exception as error:
        job.error = error


@contextmanager
def _writers_turn() -> Iterator[None]:
    """SQLite lets one process write; waiting on a file lock wakes at once, where its busy handler sleeps and polls."""
    if connection.vendor != "sqlite":
        yield
        return
    folder = settings.LEDGER / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "writer.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
