"""Changing a handling's clock: pauses and extensions, asked for by one, approved by another, explained in words."""

from datetime import datetime

from django.db import transaction

from anxin.law.civil import civil_date
from anxin.law.clocks import read_within
from anxin.law.running import More, Reckoning, Stop, reckon
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User
from anxin.watch.handling.actions import AlreadyDone, answering, locked
from anxin.watch.models import ClockChange, Handling, Warning


def reckoning_of(handling: Handling) -> Reckoning:
    """The deadline with its reckoning, from the start, the pack's period and the approved changes."""
    changes = list(handling.clock_changes.filter(approved=True).order_by("from_at", "id"))
    return reckon(
        handling.started_at,
        handling.within,
        stops=[Stop(c.from_at, c.until_at, c.reason) for c in changes if c.kind == "pause"],
        more=[More(c.more, c.reason) for c in changes if c.kind == "extension"],
    )


@transaction.atomic
def ask_for_pause(*, handling: Handling, reason: str, by: User, at: datetime) -> ClockChange:
    """Ask that the clock stand (waiting for the bank, for the worker …)."""
    return _ask(handling, "pause", reason, "", by, at)


@transaction.atomic
def ask_for_extension(*, handling: Handling, more: str, reason: str, by: User, at: datetime) -> ClockChange:
    """Ask for more time, e.g. ``3 working days``. Raises ValueError on a period that is none."""
    read_within(more)
    return _ask(handling, "extension", reason, more, by, at)


def _ask(handling: Handling, kind: str, reason: str, more: str, by: User, at: datetime) -> ClockChange:
    now = locked(handling)
    if ClockChange.objects.filter(handling=now, kind=kind, decided_at=None).exists():
        raise AlreadyDone("已有待审批的申请。", "A request is waiting for a decision already.")
    if kind == "pause" and now.due_at is None:
        raise AlreadyDone("计时已暂停。", "The clock stands already.")
    change = ClockChange.objects.create(
        handling=now, kind=kind, reason=reason, more=more, from_at=at, asked_by=by, asked_at=at
    )
    trail.record(by=by, at=at, action=f"ask-{kind}", subject="handling", subject_id=now.pk,
                 changes={"reason": reason, "more": more})  # fmt: skip
    notify(to=answering(now.unit, "approve", apart_from=by), kind="approve", subject="handling", subject_id=now.pk,
           at=at, zh=f"待审批：{'暂停计时' if kind == 'pause' else '延期'}——{reason}",
           en=f"To approve: {kind} — {reason}")  # fmt: skip
    return change


@transaction.atomic
def decide(*, change: ClockChange, approved: bool, by: User, at: datetime) -> ClockChange:
    """Approve or refuse a pause or an extension. Nobody decides on his own request (ValueError)."""
    now = locked(change.handling)
    change = ClockChange.objects.select_related("asked_by").get(pk=change.pk)
    if change.decided_at is not None:
        raise AlreadyDone("该申请已审批。", "This request has been decided already.")
    if change.asked_by == by:
        raise ValueError("A request is decided by somebody else than the one who made it.")
    change.approved, change.decided_by, change.decided_at = approved, by, at
    change.save()
    _apply(now)
    trail.record(by=by, at=at, action="decide-clock", subject="handling", subject_id=now.pk,
                 changes={"kind": change.kind, "approved": approved, "due_at": now.due_at})  # fmt: skip
    notify(to=[change.asked_by], kind="decided", subject="handling", subject_id=now.pk, at=at,
           zh="申请已批准" if approved else "申请未批准", en="Your request was approved" if approved else
           "Your request was refused")  # fmt: skip
    return change


@transaction.atomic
def resume(*, handling: Handling, by: User | None, at: datetime) -> Handling:
    """Let the clock run on."""
    now = locked(handling)
    standing = ClockChange.objects.filter(handling=now, kind="pause", approved=True, until_at=None)
    if not standing.exists():
        raise AlreadyDone("计时未暂停。", "The clock is running already.")
    standing.update(until_at=at)
    _apply(now)
    trail.record(by=by, at=at, action="resume-clock", subject="handling", subject_id=now.pk,
                 changes={"due_at": now.due_at})  # fmt: skip
    return now


def _apply(handling: Handling) -> None:
    handling.due_at, handling.rung_at = reckoning_of(handling).due, None
    handling.save(update_fields=["due_at", "rung_at"])
    due_on = civil_date(handling.due_at) if handling.due_at else None
    Warning.objects.filter(pk=handling.warning_id).update(due_on=due_on)
