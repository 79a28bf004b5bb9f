"""Cases near or past a deadline rise, rung by rung, as the place's pack says: the same rungs as warnings climb.

A reminder comes once for each clock; the rungs above come once until the case is opened again. Each case is done in a
transaction of its own that locks it and looks again, so two workers, a crash in between or a clock set back neither
lose nor double a rung.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from anxin.cases.flow import CannotMove, open_and_locked, tell
from anxin.cases.hands import answerable
from anxin.cases.models import Case, CaseClock, CaseRung
from anxin.cases.procedure import clocks
from anxin.ledger.locks import in_turns
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import Organisation, User
from anxin.rules.packs import escalation_of
from anxin.rules.rule import RUNGS, Rung
from anxin.watch.handling.actions import chiefs_of
from anxin.watch.handling.ladder import LOOK_AHEAD, NEVER, moment_of, region_units, target_of

Units = Mapping[tuple[str, str], Organisation]


def escalate_cases(*, at: datetime, limit: int = 2000) -> int:
    """Climb every rung that has come due by ``at``, each once. Answers how many.

    A case is looked at when its clocks have changed and when its next rung comes, not oftener.
    """
    soon = Case.objects.filter(ended_at=None, due_at__lt=at + LOOK_AHEAD)
    due = list(
        soon.filter(Q(rung_at=None) | Q(rung_at__lte=at)).order_by("due_at").values_list("pk", flat=True)[:limit]
    )
    units = region_units() if due else {}
    return sum(_climb_due(pk, at, units) for pk in in_turns(due))


@transaction.atomic
def raise_case(*, case: Case, kind: str, to: Organisation | None, reason: str, by: User, at: datetime) -> CaseRung:
    """Raise a case by hand. Raises CannotMove when that rung was climbed, ValueError for one that is none."""
    if kind not in RUNGS or kind == "reminder":
        raise ValueError(f"There is no rung '{kind}' to raise a case to.")
    now = open_and_locked(case)
    key = _key(now, kind)
    if CaseRung.objects.filter(key=key).exists():
        raise CannotMove("已执行过该督办措施。", "This step has been taken already.")
    return _climb(now, kind=kind, key=key, step="", to=to, reason=reason[:400], by=by, at=at)


@transaction.atomic
def record_minutes(*, rung: CaseRung, attended: str, minutes: str, by: User, at: datetime) -> CaseRung:
    """Put the minutes of a talk (or what a supervision came to) on record. Raises CannotMove the second time."""
    row = CaseRung.objects.select_for_update(no_key=True).get(pk=rung.pk)
    if row.done_at is not None:
        raise CannotMove("纪要已登记。", "The minutes are on record already.")
    row.attended, row.minutes, row.done_by, row.done_at = attended[:400], minutes, by, at
    row.save()
    trail.record(by=by, at=at, action="case-minutes", subject="case", subject_id=row.case_id,
                 changes={"kind": row.kind, "attended": row.attended})  # fmt: skip
    return row


@transaction.atomic
def _climb_due(pk: int, at: datetime, units: Units) -> int:
    case = Case.objects.select_for_update(no_key=True).get(pk=pk)
    if case.ended_at is not None or case.due_at is None:
        return 0
    running = list(CaseClock.objects.filter(case=case, done_at=None, due_at__isnull=False).order_by("due_at", "id"))
    climbed = set(CaseRung.objects.filter(case=case).values_list("key", flat=True))
    count, coming = 0, []
    for clock, rung, key, moment in _rungs(case, running):
        if key in climbed:
            continue
        if moment > at:
            coming.append(moment)
        elif rung.kind != "reminder" or (clock.due_at or at) > at:  # too late to remind: the next rungs speak
            to = target_of(rung.kind, case.region_code, dict(units))
            _climb(case, kind=rung.kind, key=key, step=clock.step, to=to, reason=RUNGS[rung.kind][0], by=None, at=at)
            climbed.add(key)
            count += 1
    case.rung_at = min(coming, default=at + NEVER)
    case.save(update_fields=["rung_at"])
    return count


def _rungs(case: Case, running: Iterable[CaseClock]) -> list[tuple[CaseClock, Rung, str, datetime]]:
    """The rungs of a case with their keys and moments: a reminder for each clock, the others for the nearest."""
    found: list[tuple[CaseClock, Rung, str, datetime]] = []
    for place, clock in enumerate(running):
        due = clock.due_at
        if due is None:
            continue
        for rung in escalation_of(case.region_code):
            if rung.kind == "reminder":
                # A clock of two hours is not near its end when it starts: never before half of it has gone.
                half = clock.started_at + (due - clock.started_at) / 2
                found.append((clock, rung, f"clock-{clock.pk}-{due:%Y%m%d%H%M}", max(moment_of(rung, due), half)))
            elif place == 0:
                found.append((clock, rung, _key(case, rung.kind), moment_of(rung, due)))
    return found


def _key(case: Case, kind: str) -> str:
    return f"case-{case.pk}-{case.reopened}-{kind}"


def _climb(
    case: Case, *, kind: str, key: str, step: str, to: Organisation | None, reason: str, by: User | None, at: datetime
) -> CaseRung:
    rung = CaseRung.objects.create(case=case, key=key, kind=kind, step=step, to=to, by=by, at=at, reason=reason)
    trail.record(by=by, at=at, action=f"case-escalate-{kind}", subject="case", subject_id=case.pk,
                 changes={"to": to.name if to else None, "reason": reason, "step": step})  # fmt: skip
    zh, en = RUNGS[kind]
    if kind == "reminder":
        known = next((known for known in clocks(case.region_code) if known.step == step), None)
        zh, en = (f"{zh}：{known.title['zh']}", f"{en}: {known.title['en']}") if known else (zh, en)
    else:
        tell(case, kind=f"rung-{kind}", by=by, at=at, public=True, zh=f"{zh}{'：' + to.name if to else ''}",
             en=f"{en}{': ' + (to.name_en or to.name) if to else ''}")  # fmt: skip
    told = [*answerable(case, at=at), *chiefs_of(case.unit), *(chiefs_of(to) if to else [])]
    notify(to=told, kind=f"case-{kind}"[:32], subject="case", subject_id=case.pk, at=at, urgent=True,
           zh=f"案件 {case.number} {zh}", en=f"Case {case.number}: {en}")  # fmt: skip
    return rung
