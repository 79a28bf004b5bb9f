"""The three-day lane 三日快处 for plain facts: proposed from the evidence sheet, entered and left by an officer's word.

Entering starts the lane's clocks from the moment the case reached their state, so that nobody gains time by waiting;
leaving drops them, and the reason stays on the case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from anxin.cases import reports
from anxin.cases.flow import CannotMove, open_and_locked, recount, tell
from anxin.cases.models import Case, CaseClock, CaseEvent, Lane
from anxin.cases.procedure import clocks, plain_limits
from anxin.law.running import reckon
from anxin.people import trail
from anxin.people.models import User


@dataclass(frozen=True)
class Reason:
    """Why facts are plain, or why not, in two languages. ``holds``: it speaks for the lane."""

    holds: bool
    zh: str
    en: str


@dataclass(frozen=True)
class Proposal:
    """Whether the lane is proposed, with every reason for and against it."""

    plain: bool
    reasons: tuple[Reason, ...]


def propose(case: Case, sheet: Mapping[str, Any]) -> Proposal:
    """Read an evidence sheet: are the facts plain? It weighs records, never the person who claims."""
    most, above = plain_limits()
    people = sheet["people"]
    months = [month for person in people for month in person["months"]]
    lines = [line for month in months for line in month["lines"]]
    sure = {"attendance", "payroll"}
    told = [
        Reason(case.matter in ("building_wages", "other_wages"), "反映的是工资", "It is about wages"),
        Reason(0 < len(people) <= most, f"申请人不超过{most}名", f"No more than {most} people claim"),
        Reason(bool(people) and all(person["worker"] for person in people), "申请人都在实名花名册上",
               "Everybody is on the roster"),
        Reason(bool(months) and all(any(line["says"] == "supports" and line["what"] in sure for line in month["lines"])
                                    for month in months),
               "每个月都有考勤或工资表支持", "Attendance or payroll supports every month"),
        Reason(not any(line["says"] == "contradicts" for line in lines), "没有相互矛盾的记录",
               "No record contradicts another"),
        Reason(
            all(p["proposed_fen"] is not None and p["claimed_fen"] * 100 <= p["proposed_fen"] * (100 + above)
                for p in people),
            f"反映金额与记录相差不超过{above}%", f"What is claimed is within {above} % of the records",
        ),
        Reason(bool(sheet["liable"]), "清偿主体明确", "Who has to pay is known"),
    ]  # fmt: skip
    return Proposal(all(reason.holds for reason in told), tuple(told))


@transaction.atomic
def enter(*, case: Case, reason: str, by: User, at: datetime) -> Case:
    """Put a case into the three-day lane.

    Raises CannotMove when it is there or has ended, ValueError without a reason.
    """
    now = open_and_locked(case)
    if now.lane == Lane.PLAIN:
        raise CannotMove("案件已在三日快处。", "The case is in the three-day lane already.")
    now.lane, now.lane_reason = Lane.PLAIN, _words(reason)
    now.save(update_fields=["lane", "lane_reason"])
    start_lane(now, at)
    recount(now)
    reports.lane_changed(now, at=at)
    tell(now, kind="lane-plain", by=by, at=at, public=True, zh="事实清楚，按三日快处办理",
         en="The facts are plain: it goes the three-day way")  # fmt: skip
    trail.record(by=by, at=at, action="case-lane-plain", subject="case", subject_id=now.pk,
                 changes={"reason": now.lane_reason})  # fmt: skip
    return now


@transaction.atomic
def leave(*, case: Case, reason: str, by: User, at: datetime) -> Case:
    """Take a case out of the three-day lane, with a reason that stays on it.

    Raises CannotMove when it is not there or has ended, ValueError without a reason.
    """
    now = open_and_locked(case)
    if now.lane != Lane.PLAIN:
        raise CannotMove("案件不在三日快处。", "The case is not in the three-day lane.")
    now.lane, now.lane_reason = Lane.ORDINARY, _words(reason)
    now.save(update_fields=["lane", "lane_reason"])
    own = {(kind.step, kind.basis) for kind in clocks(now.region_code) if kind.lane == Lane.PLAIN}
    running = CaseClock.objects.filter(case=now, done_at=None)
    dropped = [clock.pk for clock in running if (clock.step, clock.basis) in own]
    CaseClock.objects.filter(pk__in=dropped).update(done_at=at, dropped=True)
    recount(now)
    reports.lane_changed(now, at=at)
    tell(now, kind="lane-ordinary", by=by, at=at, public=False, zh=f"退出三日快处：{now.lane_reason}",
         en=f"Left the three-day lane: {now.lane_reason}")  # fmt: skip
    tell(now, kind="lane-left", by=by, at=at, public=True, zh="情况还需核实，转入普通程序继续办理",
         en="More has to be verified; it goes on in the ordinary way")  # fmt: skip
    trail.record(by=by, at=at, action="case-lane-ordinary", subject="case", subject_id=now.pk,
                 changes={"reason": now.lane_reason})  # fmt: skip
    return now


def start_lane(case: Case, at: datetime) -> None:
    """Start the lane's own clocks whose beginning a case of it has passed and whose end it has not. The caller holds
    the case's lock and recounts its deadline."""
    passed = _states_passed(case)
    running = set(CaseClock.objects.filter(case=case, done_at=None).values_list("step", "basis"))
    rows = []
    for kind in clocks(case.region_code):
        begun = next((moment for state, moment in passed if state in kind.starts), None)
        if kind.lane != Lane.PLAIN or kind.by_hand or begun is None or (kind.step, kind.basis) in running:
            continue
        if any(state in kind.stops and moment >= begun for state, moment in passed):
            continue
        within = kind.period(begun)
        rows.append(CaseClock(case=case, step=kind.step, basis=kind.basis, within=within, started_at=begun,
                              due_at=reckon(begun, within).due))  # fmt: skip
    CaseClock.objects.bulk_create(rows)


def _states_passed(case: Case) -> list[tuple[str, datetime]]:
    """The states since the case was opened (or opened again), in order, each with its moment."""
    told = list(CaseEvent.objects.filter(case=case, kind__startswith="state-").order_by("id").values_list("kind", "at"))
    states = [(kind.removeprefix("state-"), moment) for kind, moment in told]
    ends = [place for place, (state, _) in enumerate(states) if state == "ended"]
    if not ends:
        return [("received", case.opened_at), *states]
    again = states[ends[-1] + 1 :]
    # Opened again, a plain case has its three days anew from then.
    return [("received", again[0][1]), *again] if again else []


def _words(text: str) -> str:
    said = " ".join(text.split())[:300]
    if not said:
        raise ValueError("A reason has words.")
    return said
