"""The ladder: what is near its deadline is remembered, what is late rises, rung by rung, as the place's pack says."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from anxin.law.clocks import moment_due, read_within
from anxin.law.running import reckon
from anxin.ledger.locks import in_turns
from anxin.people.models import Organisation, OrganisationKind
from anxin.rules.packs import escalation_of
from anxin.rules.rule import RUNGS, Rung
from anxin.watch.handling.actions import climb
from anxin.watch.models import Escalation, Handling

LOOK_AHEAD = timedelta(days=15)
NEVER = timedelta(days=365_000)
_AT_ONCE = 500


def escalate(*, at: datetime, limit: int = 2000) -> int:
    """Climb every rung that has come due by ``at``, each once. Answers how many.

    A handling is looked at when its clock has changed and when its next rung comes, not oftener: those that stand at
    the top for months would keep the others from being looked at. Each is done in a transaction of its own that locks
    it and looks at its rungs again, so two workers, a crash in between or a clock set back neither lose nor double one.
    """
    soon = Handling.objects.filter(ended_at=None, due_at__lt=at + LOOK_AHEAD).order_by("due_at")
    looked = soon.filter(Q(rung_at=None) | Q(rung_at__lte=at)).values_list("pk", "region_code", "due_at")
    due = _put_off([(pk, region, due) for pk, region, due in looked[:limit] if due is not None], at)
    units = region_units() if due else {}
    return sum(_climb_due(pk, at, units) for pk in in_turns(due))


def _put_off(rows: list[tuple[int, str, datetime]], at: datetime) -> list[int]:
    """Note together when those are to be looked at again that have nothing to climb yet; answers the others' keys.

    One by one thousands would keep everybody else from writing for half a minute.
    """
    climbing: list[int] = []
    later: dict[tuple[datetime, datetime], list[int]] = {}
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        done: dict[int, set[str]] = {}
        for pk, kind in Escalation.objects.filter(handling__in=[row[0] for row in part]).values_list(
            "handling_id", "kind"
        ):
            done.setdefault(pk, set()).add(kind)
        for pk, region, due_at in part:
            ripe, coming = _rungs(region, due_at, done.get(pk, set()), at)
            if ripe:
                climbing.append(pk)
            else:
                later.setdefault((due_at, coming), []).append(pk)
    with transaction.atomic():
        for (due_at, coming), pks in later.items():
            for start in range(0, len(pks), _AT_ONCE):
                # A clock that was changed meanwhile is reckoned anew.
                same = Handling.objects.filter(pk__in=pks[start : start + _AT_ONCE], due_at=due_at)
                same.update(rung_at=coming)
    return climbing


def _rungs(region: str, due_at: datetime, done: Collection[str], at: datetime) -> tuple[list[Rung], datetime]:
    """The rungs that have come and are not climbed, and when the next comes."""
    ripe, coming = [], at + NEVER
    for rung in escalation_of(region):
        if rung.kind in done:
            continue
        moment = moment_of(rung, due_at)
        if moment > at:
            coming = min(coming, moment)
        elif rung.kind != "reminder" or due_at > at:  # too late to remind: the next rungs speak
            ripe.append(rung)
    return ripe, coming


def moment_of(rung: Rung, due: datetime) -> datetime:
    """When a rung comes: its period before the deadline, or after it."""
    if rung.late:
        return moment_due(due, rung.late) if read_within(rung.late).count else due
    period = read_within(rung.near)
    # Counted back: the latest start from which the period reaches the deadline.
    start = due
    while (reckon(start, rung.near).due or start) > due:
        start -= timedelta(hours=period.count) if period.unit == "hour" else timedelta(days=1)
    return start


def region_units() -> dict[tuple[str, str], Organisation]:
    """(kind, region code) → unit, for the levels a matter may rise to."""
    kinds = [OrganisationKind.HR, OrganisationKind.GOVERNMENT]
    return {
        (unit.kind, unit.region_code): unit
        for unit in Organisation.objects.filter(kind__in=kinds, active=True).order_by("-id")
    }


def target_of(kind: str, region_code: str, units: dict[tuple[str, str], Organisation]) -> Organisation | None:
    """Whom a rung reaches: nobody new for a reminder, the city's or province's inspection, or the government."""
    city, province = region_code[:4] + "00", region_code[:2] + "0000"
    if kind in {"supervision_city", "supervision_province"}:
        first = city if kind == "supervision_city" else province
        return units.get(("hr", first)) or units.get(("hr", province))
    if kind in {"talk", "leader"}:
        for place in (region_code, city, province):
            if ("government", place) in units:
                return units[("government", place)]
        return units.get(("hr", province))
    return units.get(("hr", province)) if kind == "listed" else None


@transaction.atomic
def _climb_due(pk: int, at: datetime, units: dict[tuple[str, str], Organisation]) -> int:
    Handling.objects.select_for_update(no_key=True).get(pk=pk)
    handling = Handling.objects.select_related("warning", "owner", "unit").get(pk=pk)
    if handling.ended_at is not None or handling.due_at is None:
        return 0
    done = set(Escalation.objects.filter(handling=handling).values_list("kind", flat=True))
    ripe, coming = _rungs(handling.region_code, handling.due_at, done, at)
    for rung in ripe:
        to = target_of(rung.kind, handling.region_code, units)
        climb(handling, kind=rung.kind, to=to, reason=RUNGS[rung.kind][0], by=None, at=at)
    # Written by itself: what climbing saved of the handling stays.
    Handling.objects.filter(pk=pk).update(rung_at=coming)
    return len(ripe)
