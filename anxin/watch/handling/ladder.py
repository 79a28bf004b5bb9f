"""The ladder: what is near its deadline is remembered, what is late rises, rung by rung, as the place's pack says."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from anxin.law.clocks import moment_due, read_within
from anxin.law.running import reckon
from anxin.people.models import Organisation, OrganisationKind
from anxin.rules.packs import escalation_of
from anxin.rules.rule import RUNGS, Rung
from anxin.watch.handling.actions import climb
from anxin.watch.models import Escalation, Handling

LOOK_AHEAD = timedelta(days=15)
NEVER = timedelta(days=365_000)


def escalate(*, at: datetime, limit: int = 2000) -> int:
    """Climb every rung that has come due by ``at``, each once. Answers how many.

    A handling is looked at when its clock has changed and when its next rung comes, not oftener: those that stand at
    the top for months would keep the others from being looked at. Each is done in a transaction of its own that locks
    it and looks at its rungs again, so two workers, a crash in between or a clock set back neither lose nor double one.
    """
    soon = Handling.objects.filter(ended_at=None, due_at__lt=at + LOOK_AHEAD)
    due = list(
        soon.filter(Q(rung_at=None) | Q(rung_at__lte=at)).order_by("due_at").values_list("pk", flat=True)[:limit]
    )
    units = region_units() if due else {}
    return sum(_climb_due(pk, at, units) for pk in due)


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
    count, coming = 0, []
    for rung in escalation_of(handling.region_code):
        if rung.kind in done:
            continue
        moment = moment_of(rung, handling.due_at)
        if moment > at:
            coming.append(moment)
            continue
        if rung.kind == "reminder" and handling.due_at <= at:
            continue  # too late to remind; the next rungs speak
        to = target_of(rung.kind, handling.region_code, units)
        climb(handling, kind=rung.kind, to=to, reason=RUNGS[rung.kind][0], by=None, at=at)
        count += 1
    # Written by itself: what climbing saved of the handling stays.
    Handling.objects.filter(pk=pk).update(rung_at=min(coming, default=at + NEVER))
    return count
