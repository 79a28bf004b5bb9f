"""Committing together: calls that arrive at once share one transaction and one write to the disk.

A durable commit costs a disk's flush, some milliseconds, whatever it holds. The first call to come commits for all
that came meanwhile; each has a savepoint of its own, so one that fails takes nothing of the others with it. Calls of
one plain kind go further and share their statements too (``join``). Nobody is answered before the commit.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, TypeVar

from django.conf import settings
from django.db import connection, transaction

T = TypeVar("T")
E = TypeVar("E")
Take = Callable[[Sequence[Any]], Sequence[Any]]
MOST_A_COMMIT = 64

_waiting: list["_Job"] = []
_list_lock = threading.Lock()
_led = False  # whether a thread is committing, or has been told to


class _Job:
    """One call's work and what became of it. ``told`` is released when it is done, or has to lead."""

    __slots__ = ("done", "entry", "error", "result", "take", "told")

    def __init__(self, take: Take, entry: Any) -> None:
        self.take, self.entry = take, entry
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None
        self.told = threading.Lock()
        self.told.acquire()


def _run_each(works: Sequence[Callable[[], Any]]) -> Sequence[Any]:
    (work,) = works
    return (work(),)


def commit_together(work: Callable[[], T]) -> T:
    """Run ``work`` in a transaction, shared with other calls of this process; answer when it is committed.

    What ``work`` raises is raised here, with its own changes undone. ``work`` must not depend on the thread it runs in.
    """
    result: T = _committed(_run_each, work)
    return result


def join(take: Callable[[Sequence[E]], Sequence[T]], entry: E) -> T:
    """Have ``take`` write an entry together with the entries of other calls; answer its result when it is committed.

    ``take`` is given all that wait, oldest first, and answers a result for each. When it raises it is asked again for
    each entry alone, so that a bad one hurts nobody else; what it raises then is raised here.
    """
    result: T = _committed(take, entry)
    return result


def _committed(take: Take, entry: Any) -> Any:
    global _led
    if connection.in_atomic_block:
        with transaction.atomic():
            return take((entry,))[0]
    job = _Job(take, entry)
    with _list_lock:
        _waiting.append(job)
        leads, _led = not _led, True
    if not leads:
        job.told.acquire()
    if not job.done:
        _lead(job)
    if job.error is not None:
        raise job.error
    return job.result


def _lead(own: _Job) -> None:
    """Commit what waits, the leader's own call among it; then wake those who are done and the next to lead."""
    global _led
    jobs: list[_Job] = [own]
    try:
        with _writers_turn():
            _write(jobs)
    except BaseException as error:
        for job in jobs:
            job.error = job.error or error
    finally:
        for job in jobs:
            job.done = True
        with _list_lock:
            if own in _waiting:  # the turn itself failed, before anything was taken
                _waiting.remove(own)
            following = _waiting[0] if _waiting else None
            _led = following is not None
        for job in jobs:
            if job is not own:
                job.told.release()
        if following is not None:
            following.told.release()


def _write(jobs: list[_Job]) -> None:
    """Write what waits, in one transaction; ``jobs`` becomes the calls it holds."""
    alone = False
    try:
        with transaction.atomic():
            # Taken only now: who came while another process wrote comes along.
            with _list_lock:
                jobs[:] = _waiting[:MOST_A_COMMIT]
                del _waiting[:MOST_A_COMMIT]
            groups = list(_by_kind(jobs))
            alone = len(groups) == 1
            for take, group in groups:
                if alone:  # the transaction is its savepoint
                    _take(take, group)
                else:
                    _run(take, group)
            alone = False
    except Exception as error:
        if not alone:
            raise  # the commit failed
        if len(jobs) == 1:
            jobs[0].error = error
            return
        with transaction.atomic():
            for job in jobs:
                _run(job.take, [job])


def _by_kind(jobs: list[_Job]) -> Iterator[tuple[Take, list[_Job]]]:
    """Each call by itself, or with the others of its kind where it may be joined."""
    joined: dict[Take, list[_Job]] = {}
    for job in jobs:
        if job.take is _run_each:
            yield job.take, [job]
        else:
            joined.setdefault(job.take, []).append(job)
    yield from joined.items()


def _run(take: Take, group: list[_Job]) -> None:
    try:
        with transaction.atomic():
            _take(take, group)
    except Exception as error:
        if len(group) == 1:
            group[0].error = error
            return
        for job in group:
            _run(take, [job])


def _take(take: Take, group: list[_Job]) -> None:
    for job, result in zip(group, take([job.entry for job in group]), strict=True):
        job.result = result


@contextmanager
def _writers_turn() -> Iterator[None]:
    """SQLite lets one process write; waiting on a file lock wakes at once, where its busy handler sleeps and polls."""
    if connection.vendor != "sqlite":
        yield
        return
    handle = _lock_file(str(settings.LEDGER), os.getpid())
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


@lru_cache(maxsize=4)
def _lock_file(ledger: str, process: int) -> IO[str]:
    # One a process: a handle that a fork shares with its parent holds the lock for both.
    folder = Path(ledger) / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / "writer.lock").open("w")
