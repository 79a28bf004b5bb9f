"""A case moves from state to state; its clocks start and stop with it, and each move is told to whom it concerns."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Min

from anxin.cases.models import Case, CaseClock, CaseEvent, ClockStop
from anxin.cases.procedure import ClockKind, clocks, states
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
    Case.objects.select_for_update().get(pk=case.pk)
    now = Case.objects.select_related("project", "owner", "unit").get(pk=case.pk)
    return locked(now.merged_into) if now.merged_into is not None else now


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
    known = states()
    if to not in known[now.state].next:
        here, there = known[now.state].title, known[to].title
        raise CannotMove(
            f"当前为“{here['zh']}”，不能直接转为“{there['zh']}”。请先刷新页面。",
            f"The case stands at '{here['en']}' and cannot go to '{there['en']}'. Reload the page first.",
        )
    before, now.state = now.state, to
    stop_clocks(now, at=at)
    if to == "ended":
        now.ended_at = at
    elif before == "ended":
        now.ended_at = None
    start_clocks(now, at=at)
    now.due_at = next_due(now)
    now.save()
    told = known[to].plain if public else known[to].title
    tell(now, kind=f"state-{to}", by=by, at=at, public=public,
         zh=told["zh"] + (f"：{zh}" if zh else ""), en=told["en"] + (f": {en}" if en else ""))  # fmt: skip
    trail.record(by=by, at=at, action=f"case-{to}", subject="case", subject_id=now.pk,
                 changes={"from": before, "number": now.number})  # fmt: skip
    return now


def tell(case: Case, *, kind: str, by: User | None, at: datetime, zh: str, en: str, public: bool) -> CaseEvent:
    """Add a line to a case's story, in the caller's transaction."""
    return CaseEvent.objects.create(case=case, at=at, by=by, kind=kind[:24], zh=zh[:600], en=en[:600], public=public)


def start_clocks(case: Case, *, at: datetime) -> list[CaseClock]:
    """Start what begins with the case's present state; a clock that runs already runs on."""
    running = set(CaseClock.objects.filter(case=case, done_at=None).values_list("step", "basis"))
    rows = [
        CaseClock(case=case, step=kind.step, basis=kind.basis, within=kind.within, started_at=at,
                  due_at=reckon(at, kind.within).due)
        for kind in clocks(case.region_code)
        if kind.starts == case.state and kind.lane in ("", case.lane) and (kind.step, kind.basis) not in running
    ]  # fmt: skip
    return CaseClock.objects.bulk_create(rows)


def stop_clocks(case: Case, *, at: datetime) -> int:
    """Stop what the case's present state brings to its end."""
    done = [kind.step for kind in clocks(case.region_code) if case.state in kind.stops]
    return CaseClock.objects.filter(case=case, done_at=None, step__in=done).update(done_at=at)


def next_due(case: Case) -> datetime | None:
    """The nearest deadline among the running clocks."""
    nearest: datetime | None = CaseClock.objects.filter(case=case, done_at=None).aggregate(due=Min("due_at"))["due"]
    return nearest


def kind_of(clock: CaseClock, region_code: str) -> ClockKind | None:
    """What the procedure says of a clock; None for one it no longer knows."""
    return next((k for k in clocks(region_code) if (k.step, k.basis) == (clock.step, clock.basis)), None)


def reckoning(clock: CaseClock) -> Reckoning:
    """How a clock comes to its deadline, with every approved pause and extension."""
    changes = [change for change in clock.changes.all() if change.approved]
    return reckon(clock.started_at, clock.within, stops=_stops(changes), more=_more(changes))


def _stops(changes: list[ClockStop]) -> list[Stop]:
    return [Stop(change.from_at, change.until_at, change.reason) for change in changes if change.kind == "pause"]


def _more(changes: list[ClockStop]) -> list[More]:
    return [More(change.more, change.reason) for change in changes if change.kind == "extension"]
