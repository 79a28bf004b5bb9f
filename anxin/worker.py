"""The worker: loops that reconcile. Each is an idempotent function; many workers may run, one at a time does a loop.

Fast loop (a second): waiting rows flow on, the inbox is sealed, touched projects are swept, so that a fact changes
its warning within seconds. Slow loop: the full sweep every few minutes and after midnight, figures, compaction. Post
loop: messages out of the house.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import close_old_connections
from django.utils import timezone

from anxin.cases.answers import ask_leavers
from anxin.cases.ladder import escalate_cases
from anxin.cases.matching import match_payments
from anxin.cases.orders import lapse_orders
from anxin.credit.keeping import tend_listings
from anxin.insight.cost_counting import refresh_cost
from anxin.insight.overview import refresh
from anxin.intake.waiting import release
from anxin.law.civil import civil_date
from anxin.ledger.compaction import compact
from anxin.ledger.sealing import seal
from anxin.notices.channels import ways
from anxin.notices.outbox import deliver
from anxin.remedies.reminders import remind_limits, remind_ways
from anxin.remedies.serving import overdue_orders
from anxin.upkeep.clearing import clear
from anxin.upkeep.tidying import tidy_drafts
from anxin.watch.handling.inspections import plan_inspections
from anxin.watch.handling.ladder import escalate
from anxin.watch.handling.reminding import remind_desk
from anxin.watch.handling.routing import close_cleared, hand_over
from anxin.watch.models import Sweep
from anxin.watch.sweep import forget_sweeps, sweep, touched_projects

log = logging.getLogger("anxin.worker")

FULL_SWEEP_EVERY = timedelta(minutes=15)
REFRESH_EVERY = timedelta(seconds=30)
COMPACT_EVERY = timedelta(minutes=2)
RELEASE_EVERY = timedelta(seconds=5)
ESCALATE_EVERY = timedelta(seconds=20)
WAYS_EVERY = timedelta(minutes=2)
LIMITS_EVERY = timedelta(hours=1)
ASK_EVERY = timedelta(hours=1)
COST_EVERY = timedelta(minutes=5)
TIDY_EVERY = timedelta(minutes=10)
CLEAR_EVERY = timedelta(hours=1)
# Beyond this share a set-based pass over everything is cheaper than over the touched.
MANY_TOUCHED = 1500
_IDLE_S = 0.5
# A seal costs nearly the same whatever it holds: turning without a pause takes its time from the doors.
_FAST_S = 1.0
# How far the slow loop stands behind, as ``nice`` counts.
_BEHIND = 10


def run(*, stop: threading.Event, parent: int | None = None) -> None:
    """Run the loops until ``stop`` is set or the parent process is gone."""
    fast = threading.Thread(target=_loop, args=("fast", fast_turn, stop, _FAST_S), name="fast")
    slow = threading.Thread(target=_loop, args=("slow", slow_turn, stop), name="slow")
    post = threading.Thread(target=_loop, args=("post", post_turn, stop), name="post")
    for thread in (fast, slow, post):
        thread.start()
    while not stop.wait(1):
        if parent is not None and os.getppid() != parent:
            stop.set()
    for thread in (fast, slow, post):
        thread.join()


def _loop(
    name: str, turn: Callable[[datetime, dict[str, datetime]], bool], stop: threading.Event, least_s: float = 0
) -> None:
    """Turn until stopped; a turn that found work is followed by the next no sooner than ``least_s`` after it began."""
    if name == "slow":
        _step_back()
    last: dict[str, datetime] = {}
    while not stop.is_set():
        began = time.monotonic()
        try:
            busy = turn(timezone.now(), last)
        except BaseException:
            # One bad turn must not end the loop, not even a panic in compiled code, which is no Exception; what failed
            # is still due and is tried again.
            log.exception("The %s loop failed and will try again.", name)
            busy = False
            stop.wait(5)
        close_old_connections()
        stop.wait(max(0.0, began + least_s - time.monotonic()) if busy else _IDLE_S)


def _step_back() -> None:
    """Let this thread, and those that DuckDB starts for it, have what processor time the doors and the fast loop leave:
    a full sweep may take a little longer, a site's gates wait meanwhile. On Linux priority is a thread's own."""
    if sys.platform == "linux":
        own = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, own, max(_BEHIND, os.getpriority(os.PRIO_PROCESS, own)))


def due(last: dict[str, datetime], job: str, every: timedelta, at: datetime) -> bool:
    """Whether a job's period has passed since it last ran; notes the run. A clock set back makes it due."""
    before = last.get(job)
    if before is not None and timedelta(0) <= at - before < every:
        return False
    last[job] = at
    return True


def fast_turn(at: datetime, last: dict[str, datetime]) -> bool:
    """Release, seal, sweep what was touched. Answers whether there was work."""
    released = release(at=at) if due(last, "release", RELEASE_EVERY, at) else 0
    sealed = seal(at=at)
    touched = touched_projects(limit=MANY_TOUCHED)
    if touched:
        few = touched if len(touched) < MANY_TOUCHED else None
        # Before the sweep takes the marks away: a turn that dies here is done again.
        match_payments(at=at, projects=few)
        sweep(as_of=civil_date(at), at=at, projects=few)
        close_cleared(at=at, projects=few)
        hand_over(at=at, projects=few)
    return bool(released or sealed.seals or touched)


def slow_turn(at: datetime, last: dict[str, datetime]) -> bool:
    """Full sweep when it is due, ladders, figures for the overview, compaction.

    One that fails does not keep the others from being done: a rule that breaks every sweep must not stop escalation.
    """
    failed: list[Exception] = []
    for job in (_sweep_all, _climb, _remind, _count, _tidy):
        try:
            job(at, last)
        except Exception as error:
            failed.append(error)
    if failed:
        raise ExceptionGroup("slow turn", failed)
    return False


def _sweep_all(at: datetime, last: dict[str, datetime]) -> None:
    today = civil_date(at)
    if _full_sweep_due(today, at):
        sweep(as_of=today, at=at)
        close_cleared(at=at)
        hand_over(at=at)
        plan_inspections(at=at)
        match_payments(at=at)
        last.pop("refresh", None)


def _climb(at: datetime, last: dict[str, datetime]) -> None:
    if due(last, "escalate", ESCALATE_EVERY, at):
        escalate(at=at)
        lapse_orders(at=at)
        overdue_orders(at=at)
        escalate_cases(at=at)


def _remind(at: datetime, last: dict[str, datetime]) -> None:
    if due(last, "ways", WAYS_EVERY, at):
        remind_desk(at=at)
        remind_ways(at=at)
        tend_listings(at=at)
    if due(last, "limits", LIMITS_EVERY, at):
        remind_limits(at=at)


def _count(at: datetime, last: dict[str, datetime]) -> None:
    today = civil_date(at)
    if due(last, "refresh", REFRESH_EVERY, at):
        refresh(as_of=today, at=at)
    if due(last, "cost", COST_EVERY, at):
        refresh_cost(as_of=today, at=at)


def _tidy(at: datetime, last: dict[str, datetime]) -> None:
    if due(last, "tidy", TIDY_EVERY, at):
        tidy_drafts(at=at)
        forget_sweeps(at=at)
    if due(last, "clear", CLEAR_EVERY, at):
        clear(at=at)
    if due(last, "compact", COMPACT_EVERY, at):
        compact(at=at)


def post_turn(at: datetime, last: dict[str, datetime]) -> bool:
    """Send what waits in the outbox. A loop of its own: who waits for a code cannot wait for a sweep."""
    if due(last, "leavers", ASK_EVERY, at):
        ask_leavers(at=at)
    return bool(deliver(at=at, ways=ways()))


def _full_sweep_due(today: date, at: datetime) -> bool:
    newest = Sweep.objects.filter(full=True).order_by("-id").first()
    if newest is None or newest.as_of != today:
        return True
    return not timedelta(0) <= at - newest.begun_at < FULL_SWEEP_EVERY
