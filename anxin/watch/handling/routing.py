"""Routing: a new warning goes to the unit of its place and industry; a cleared one leaves the desk."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from anxin import plainly
from anxin.law.civil import civil_date
from anxin.law.running import reckon
from anxin.ledger.locks import in_turns
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import Organisation, OrganisationKind, User
from anxin.registry.regions import nearest_first
from anxin.rules.packs import all_rules
from anxin.watch.models import Handling, Warning

DEFAULT_WITHIN = "5 working days"
_BATCH = 2000
# How a handling ended whose warning was put to sleep: because of an objection, or without one.
_SLEPT = ("accepted", "snoozed")
_CLOSED_AT_ONCE = 200


def unit_for(region_code: str, units: dict[str, Organisation]) -> Organisation | None:
    """The labour-inspection unit nearest to a place: its county's, else its city's, else its province's."""
    for code in nearest_first(region_code):
        if code in units:
            return units[code]
    return None


def unit_of_place(region_code: str) -> Organisation | None:
    """``unit_for`` one place, reading from the county up."""
    for code in nearest_first(region_code):
        if units := plainly.read(Organisation, kind=OrganisationKind.HR, active=True, region_code=code):
            return min(units, key=lambda unit: unit.pk)
    return None


def inspection_units() -> dict[str, Organisation]:
    """Region code → the human-resources unit that inspects there."""
    return {
        unit.region_code: unit
        for unit in Organisation.objects.filter(kind=OrganisationKind.HR, active=True).order_by("-id")
    }


def hand_over(*, at: datetime, projects: Collection[int] | None = None) -> int:
    """Give every open warning that stands for itself and does not sleep a handling with a unit and a clock.

    One that has slept goes back to whoever had it, if he still works in that unit. ``projects`` narrows the look to
    those just swept. Answers how many.
    """
    units = inspection_units()
    within = {rule.id: rule.within or DEFAULT_WITHIN for rule in all_rules()}
    count = 0
    for batch in in_turns(_unhandled(civil_date(at), projects)):
        with transaction.atomic():
            rows = []
            before = _owners_before(batch)
            for warning in batch:
                period = within.get(warning.rule, DEFAULT_WITHIN)
                unit = unit_for(warning.region_code, units)
                owner = before.get(warning.pk)
                if owner is not None and (unit is None or owner.organisation_id != unit.pk):
                    owner = None
                rows.append(
                    Handling(
                        warning=warning,
                        unit=unit,
                        owner=owner,
                        taken_at=at if owner else None,
                        state="taken" if owner else "waiting",
                        region_code=warning.region_code,
                        industry=warning.industry,
                        rule=warning.rule,
                        rank=warning.rank,
                        within=period,
                        started_at=at,
                        due_at=reckon(at, period).due,
                    )
                )
            # Another worker may have been quicker: its rows stand, ours are passed over.
            Handling.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
            _tell_due(rows)
            _tell_owners([row for row in rows if row.owner is not None], at)
            trail.record(
                by=None, at=at, action="hand-over", subject="warnings", subject_id=f"{batch[0].pk}-{batch[-1].pk}",
                changes={"warnings": len(rows)},
            )  # fmt: skip
        count += len(rows)
    return count


def _owners_before(batch: Sequence[Warning]) -> dict[int, User]:
    """Who had those of these warnings that were put to sleep, as far as he is still in office; locked, so that none
    gets a matter while he leaves."""
    newest: dict[int, tuple[str, int | None]] = {}
    for start in range(0, len(batch), 500):
        part = [warning.pk for warning in batch[start : start + 500]]
        ended = Handling.objects.filter(warning__in=part).order_by("pk")
        newest.update({pk: (outcome, owner) for pk, outcome, owner in ended.values_list("warning", "outcome", "owner")})
    slept = {pk: owner for pk, (outcome, owner) in newest.items() if outcome in _SLEPT and owner is not None}
    if not slept:
        return {}
    there = User.objects.select_for_update(of=("self",), no_key=True).filter(is_active=True, left_at=None)
    people = {person.pk: person for person in there.filter(pk__in=set(slept.values())).order_by("pk")}
    return {pk: people[owner] for pk, owner in slept.items() if owner in people}


def _tell_owners(rows: Sequence[Handling], at: datetime) -> None:
    """Of what has woken, to whoever has it again."""
    keys = dict(
        Handling.objects.filter(warning__in=[row.warning_id for row in rows], ended_at=None).values_list(
            "warning_id", "pk"
        )
    )
    for row in rows:
        if row.owner is not None:
            notify(to=[row.owner], kind="woke", subject="handling", subject_id=keys[row.warning_id], at=at,
                   zh=f"静默期满，预警仍在：{row.warning.reason}",
                   en=f"Its sleep is over and it still stands: {row.warning.reason_en}")  # fmt: skip


def _tell_due(rows: list[Handling]) -> None:
    """The warning's day is its clock's, so that officers and clerks read the same wherever it stands."""
    late: dict[date, list[int]] = {}
    for row in rows:
        if row.due_at is not None and row.warning.due_on != civil_date(row.due_at):
            late.setdefault(civil_date(row.due_at), []).append(row.warning_id)
    for day, ids in late.items():
        for start in range(0, len(ids), 500):
            Warning.objects.filter(pk__in=ids[start : start + 500]).update(due_on=day)


def _unhandled(today: date, projects: Collection[int] | None) -> Iterator[list[Warning]]:
    in_hands = Handling.objects.filter(warning=OuterRef("pk"), ended_at=None)
    awake = Q(snoozed_until=None) | Q(snoozed_until__lt=today)
    rows = Warning.objects.filter(~Exists(in_hands), awake, status="open", hidden_by=None).order_by("pk")
    if projects is not None:
        rows = rows.filter(Q(project_id__in=projects) | Q(project=None))
    last = 0
    while True:
        batch = list(rows.filter(pk__gt=last)[:_BATCH])
        if not batch:
            return
        last = batch[-1].pk
        yield batch


def close_cleared(*, at: datetime, projects: Collection[int] | None = None) -> int:
    """End the handlings whose warning has cleared or is covered by another now. Answers how many."""
    cleared = Handling.objects.filter(ended_at=None).exclude(warning__status="open", warning__hidden_by=None)
    if projects is not None:
        cleared = cleared.filter(Q(warning__project_id__in=projects) | Q(warning__project=None))
    count = 0
    rows = list(cleared.values_list("pk", "warning__status"))
    for batch in in_turns(rows[start : start + _CLOSED_AT_ONCE] for start in range(0, len(rows), _CLOSED_AT_ONCE)):
        with transaction.atomic():
            count += sum(_close(pk, "cleared" if status == "cleared" else "covered", at) for pk, status in batch)
    return count


def _close(pk: int, outcome: str, at: datetime) -> int:
    ended = Handling.objects.filter(pk=pk, ended_at=None).update(state="ended", ended_at=at, outcome=outcome)
    if ended:
        trail.record(by=None, at=at, action="close", subject="handling", subject_id=pk, changes={"as": outcome})
    return ended
