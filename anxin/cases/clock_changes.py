"""Changing a case's clock: pauses and extensions, asked for by one person, approved by another, told to the claimants.

Only what the procedure lets be lengthened is: the statutory clocks; a place's own promise and the date of an order
stand.
"""

from datetime import datetime

from django.db import transaction

from anxin.cases.flow import CannotMove, kind_of, open_and_locked, reckoning, recount, tell
from anxin.cases.hands import above
from anxin.cases.models import Case, CaseClock, ClockStop
from anxin.law.clocks import read_within
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User


@transaction.atomic
def ask_for_pause(*, clock: CaseClock, reason: str, by: User, at: datetime) -> ClockStop:
    """Ask that a statutory clock stand. Raises CannotMove when it may not or does, ValueError without a reason."""
    return _ask(clock, "pause", "", reason, by, at)


@transaction.atomic
def ask_for_extension(*, clock: CaseClock, reason: str, by: User, at: datetime) -> ClockStop:
    """Ask for the longer period the law allows (30 working days for an investigation), once.

    Raises CannotMove when the procedure allows none, ValueError without a reason.
    """
    kind = kind_of(clock, clock.case.region_code)
    if kind is None or not kind.extension:
        raise CannotMove("该时限依法不能延长。", "The law does not lengthen this clock.")
    return _ask(clock, "extension", kind.extension, reason, by, at)


@transaction.atomic
def decide(*, change: ClockStop, approved: bool, by: User, at: datetime) -> ClockStop:
    """Approve or refuse. Raises ValueError when it is one's own request, CannotMove when it was decided before or the
    clock has stopped meanwhile."""
    case = open_and_locked(change.clock.case)
    change = ClockStop.objects.select_related("asked_by", "clock").get(pk=change.pk)
    if change.decided_at is not None:
        raise CannotMove("该申请已审批。", "This request has been decided already.")
    if change.asked_by_id == by.pk:
        raise ValueError("A request is decided by somebody else than the one who made it.")
    if change.clock.done_at is not None and approved:
        raise CannotMove("该时限已经结束。", "This clock has stopped meanwhile.")
    change.approved, change.decided_by, change.decided_at = approved, by, at
    change.save()
    if approved:
        _apply(case, change.clock)
        kind = kind_of(change.clock, case.region_code)
        title = kind.title if kind else {"zh": change.clock.step, "en": change.clock.step}
        told = {"pause": ("暂停", "stands for now"), "extension": ("延长", "was lengthened")}[change.kind]
        tell(case, kind=f"clock-{change.kind}", by=by, at=at, public=True,
             zh=f"“{title['zh']}”的办理时限依法{told[0]}：{change.reason}",
             en=f"The time for '{title['en']}' {told[1]}: {change.reason}")  # fmt: skip
    trail.record(by=by, at=at, action="case-clock-decided", subject="case", subject_id=case.pk,
                 changes={"kind": change.kind, "step": change.clock.step, "approved": approved})  # fmt: skip
    notify(to=[change.asked_by], kind="decided", subject="case", subject_id=case.pk, at=at,
           zh=f"案件 {case.number}：时限申请{'已批准' if approved else '未批准'}",
           en=f"Case {case.number}: your request was {'approved' if approved else 'refused'}")  # fmt: skip
    return change


@transaction.atomic
def resume(*, clock: CaseClock, by: User | None, at: datetime) -> CaseClock:
    """Let a paused clock run on. Raises CannotMove when it runs."""
    case = open_and_locked(clock.case)
    standing = ClockStop.objects.filter(clock=clock, kind="pause", approved=True, until_at=None)
    if not standing.update(until_at=at):
        raise CannotMove("计时未暂停。", "The clock is running already.")
    now = _apply(case, CaseClock.objects.get(pk=clock.pk))
    tell(case, kind="clock-resumed", by=by, at=at, public=True, zh="办理时限恢复计算", en="The clock runs again")
    trail.record(by=by, at=at, action="case-clock-resumed", subject="case", subject_id=case.pk,
                 changes={"step": now.step, "due_at": now.due_at})  # fmt: skip
    return now


def _ask(clock: CaseClock, kind: str, more: str, reason: str, by: User, at: datetime) -> ClockStop:
    case = open_and_locked(clock.case)
    now = CaseClock.objects.get(pk=clock.pk)
    said = " ".join(reason.split())[:300]
    if not said:
        raise ValueError("A reason has words.")
    if more:
        read_within(more)
    if now.basis != "statute":
        raise CannotMove("承诺时限不能暂停或延长。", "A place's own promise is neither paused nor lengthened.")
    if now.done_at is not None:
        raise CannotMove("该时限已经结束。", "This clock has stopped.")
    same = ClockStop.objects.filter(clock=now, kind=kind)
    if same.filter(decided_at=None).exists():
        raise CannotMove("已有待审批的申请。", "A request is waiting for a decision already.")
    if kind == "pause" and now.due_at is None:
        raise CannotMove("计时已暂停。", "The clock stands already.")
    if kind == "extension" and same.filter(approved=True).exists():
        raise CannotMove("该时限已延长过一次。", "It has been lengthened once already.")
    change = ClockStop.objects.create(
        clock=now, kind=kind, reason=said, more=more, from_at=max(at, now.started_at), asked_by=by, asked_at=at
    )
    trail.record(by=by, at=at, action=f"case-ask-{kind}", subject="case", subject_id=case.pk,
                 changes={"step": now.step, "reason": said, "more": more})  # fmt: skip
    title = "暂停计时" if kind == "pause" else "延长时限"
    notify(to=[person for person in above(case) if person.pk != by.pk], kind="approve", subject="case",
           subject_id=case.pk, at=at, zh=f"案件 {case.number} 待审批：{title}——{said}",
           en=f"Case {case.number}, to approve: {kind} — {said}")  # fmt: skip
    return change


def _apply(case: Case, clock: CaseClock) -> CaseClock:
    clock.due_at = reckoning(clock).due
    clock.save(update_fields=["due_at"])
    recount(case)
    return clock
