"""A case moves from state to state; its clocks start and stop with it, and each move is told to whom it concerns."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from anxin import plainly
from anxin.cases import reports
from anxin.cases.models import Case, CaseClock, CaseEvent, ClockStop
from anxin.cases.procedure import ClockKind, clocks, states
from anxin.cases.telling import message_step
from anxin.law.running import More, Reckoning, Stop, reckon
from anxin.people import trail
from anxin.people.models import User


class CannotMove(Exception):
    """The case cannot go there; why, in two languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def locked(case: Case) -> Case:
    """The case as it is now, locked until the transaction ends; of a merged case the one it was merged into."""
    now = plainly.one(Case, lock=True, pk=case.pk)
    return locked(now.merged_into) if now.merged_into is not None else now


def open_and_locked(case: Case) -> Case:
    """``locked``, for acts that only an open case allows. Raises CannotMove when it has ended."""
    now = locked(case)
    if now.ended_at is not None:
        raise CannotMove(
            "案件已办结。如需继续办理，请先恢复办理。", "The case is closed. Open it again before going on with it."
        )
    return now


@transaction.atomic
def move(
    *,
    case: Case,
    to: str,
    by: User | None,
    at: datetime,
    zh: str = "",
    en: str = "",
    public: bool = True,
    fields: Sequence[str] = (),
) -> Case:
    """Bring a case to another state. ``zh``/``en`` add to what the story says; ``fields`` are columns the caller set.

    Raises CannotMove when the procedure knows no such step from where the case stands.
    """
    now = locked(case)
    for field in fields:
        setattr(now, field, getattr(case, field))
    return step(now, to=to, by=by, at=at, zh=zh, en=en, public=public, fields=fields)


def step(
    now: Case,
    *,
    to: str,
    by: User | None,
    at: datetime,
    zh: str = "",
    en: str = "",
    public: bool = True,
    fields: Sequence[str] = (),
    lines: Sequence[CaseEvent] = (),
    links: Sequence[trail.Link] = (),
    changes: Mapping[str, object] | None = None,
    within: str = "",
) -> Case:
    """``move`` for a case that the caller has locked in his transaction (``locked``); it changes ``now`` itself.

    ``fields``: columns set on it that are saved along; ``lines``: what else the story says, after the step's own line;
    ``links``: what goes into the trail before the step's own link; ``changes`` go into that one; ``within``: the period
    of the clock an officer starts by it.
    """
    known = states()
    if to not in known[now.state].next:
        here, there = known[now.state].title, known[to].title
        raise CannotMove(
            f"当前为“{here['zh']}”，不能直接转为“{there['zh']}”。请先刷新页面。",
            f"The case stands at '{here['en']}' and cannot go to '{there['en']}'. Reload the page first.",
        )
    before, now.state = now.state, to
    if to == "ended":
        now.ended_at = at
    elif before == "ended":
        now.ended_at = None
    turn_clocks(now, at=at, within=within)
    plainly.change(now, "state", "ended_at", "due_at", "rung_at", *fields)
    told = known[to].plain if public else known[to].title
    own = line(now, kind=f"state-{to}", by=by, at=at, public=public,
               zh=told["zh"] + (f"：{zh}" if zh else ""), en=told["en"] + (f": {en}" if en else ""))  # fmt: skip
    plainly.add(own, *lines)
    if public:
        message_step(now, to=to, at=at)
    reports.keep(now, before=before, at=at)
    told_so = {"from": before, "number": now.number, **(changes or {})}
    trail.record_all([*links, trail.Link(by, at, f"case-{to}", "case", now.pk, told_so)])
    return now


def line(case: Case, *, kind: str, by: User | None, at: datetime, zh: str, en: str, public: bool) -> CaseEvent:
    """A line of a case's story, not yet written."""
    return CaseEvent(case=case, at=at, by=by, kind=kind[:24], zh=zh[:600], en=en[:600], public=public)


def tell(case: Case, *, kind: str, by: User | None, at: datetime, zh: str, en: str, public: bool) -> CaseEvent:
    """Add a line to a case's story, in the caller's transaction."""
    told = line(case, kind=kind, by=by, at=at, zh=zh, en=en, public=public)
    plainly.add(told)
    return told


def new_clocks(case: Case, *, at: datetime, running: Iterable[tuple[str, str]] = ()) -> list[CaseClock]:
    """The clocks that begin with the case's present state, not yet written; ``running`` are (step, basis) that run."""
    there = set(running)
    steps = {step for step, _ in there}
    return [
        _started(case, kind, kind.period(at), at)
        for kind in clocks(case.region_code)
        if (kind.step, kind.basis) not in there
        and kind.unless not in steps
        and kind.wanted(state=case.state, lane=case.lane, collective=case.collective)
    ]


def turn_clocks(case: Case, *, at: datetime, within: str = "") -> None:
    """Stop what the present state ends, start what begins with it, and set ``due_at`` and ``rung_at`` on the case (the
    caller saves them). A clock that runs already runs on. ``within``: the period of the clock started by hand."""
    if case.state == "ended":
        plainly.change_all(CaseClock, {"done_at": at}, case_id=case.pk, done_at=None)
        set_due(case, ())
        return
    running = plainly.read(CaseClock, case_id=case.pk, done_at=None)
    over = {(kind.step, kind.basis) for kind in clocks(case.region_code) if case.state in kind.stops}
    done = [clock for clock in running if (clock.step, clock.basis) in over]
    if done:
        plainly.change_all(CaseClock, {"done_at": at}, pk=[clock.pk for clock in done])
    on = [clock for clock in running if clock not in done]
    fresh = new_clocks(case, at=at, running=[(clock.step, clock.basis) for clock in on])
    by_hand = [kind for kind in clocks(case.region_code) if within and kind.by_hand and case.state in kind.starts]
    fresh += [_started(case, kind, within, at) for kind in by_hand]
    plainly.add(*fresh)
    set_due(case, [*on, *fresh])


def _started(case: Case, kind: ClockKind, within: str, at: datetime) -> CaseClock:
    due = reckon(at, within).due
    return CaseClock(case=case, step=kind.step, basis=kind.basis, within=within, started_at=at, due_at=due)


def set_due(case: Case, running: Iterable[CaseClock]) -> None:
    """Set the nearest deadline of the running clocks on the case; the ladder looks at it anew."""
    case.due_at = min((clock.due_at for clock in running if clock.due_at is not None), default=None)
    case.rung_at = None


def recount(case: Case) -> None:
    """Read the running clocks and write the case's nearest deadline, after one of them changed."""
    set_due(case, plainly.read(CaseClock, case_id=case.pk, done_at=None))
    plainly.change(case, "due_at", "rung_at")


@transaction.atomic
def finish_step(*, case: Case, step: str, at: datetime) -> int:
    """Stop a step's clocks by an act that is no change of state (a verification, a serving). Answers how many."""
    return stop_step(locked(case), step=step, at=at)


def stop_step(now: Case, *, step: str, at: datetime) -> int:
    """``finish_step`` for a case that the caller has locked in his transaction; it changes ``now`` itself."""
    count = plainly.change_all(CaseClock, {"done_at": at}, case_id=now.pk, done_at=None, step=step)
    if count:
        recount(now)
    return count


@transaction.atomic
def start_step(*, case: Case, step: str, within: str, at: datetime) -> CaseClock:
    """Start a clock by hand with its period (the date of an order); one that runs begins anew.

    Raises CannotMove when the case is not in a state the clock starts in, ValueError on a period that is none.
    """
    now = open_and_locked(case)
    kind = next(kind for kind in clocks(now.region_code) if kind.step == step and kind.by_hand)
    if now.state not in kind.starts:
        raise CannotMove(f"当前状态不能开始“{kind.title['zh']}”计时。",
                         f"The clock '{kind.title['en']}' does not start where the case stands.")  # fmt: skip
    CaseClock.objects.filter(case=now, done_at=None, step=step).update(done_at=at, dropped=True)
    clock = _started(now, kind, within, at)
    plainly.add(clock)
    recount(now)
    return clock


def kind_of(clock: CaseClock, region_code: str) -> ClockKind | None:
    """What the procedure says of a clock; None for one it no longer knows."""
    like = [kind for kind in clocks(region_code) if (kind.step, kind.basis) == (clock.step, clock.basis)]
    return next((kind for kind in like if clock.within in (kind.within, kind.winter)), like[0] if like else None)


def reckoning(clock: CaseClock) -> Reckoning:
    """How a clock comes to its deadline, with every approved pause and extension."""
    changes = [change for change in clock.changes.all() if change.approved]
    return reckon(clock.started_at, clock.within, stops=_stops(changes), more=_more(changes))


def _stops(changes: list[ClockStop]) -> list[Stop]:
    return [Stop(change.from_at, change.until_at, change.reason) for change in changes if change.kind == "pause"]


def _more(changes: list[ClockStop]) -> list[More]:
    return [More(change.more, change.reason) for change in changes if change.kind == "extension"]
