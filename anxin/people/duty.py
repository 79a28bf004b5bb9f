"""Duty: who can be reached in a unit at any hour; on statutory holidays round the clock."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet

from anxin.law.calendar import DayKind, kind_of
from anxin.law.civil import SHANGHAI, civil_date, first_day, last_day
from anxin.people import trail
from anxin.people.administration import Refused
from anxin.people.models import Duty, Organisation, User

LONGEST = timedelta(days=7)


@dataclass(frozen=True)
class RosterDay:
    """A day of the roster: what kind of day it is, whether duty runs round the clock, and who has it."""

    day: date
    kind: DayKind
    holiday: bool
    turns: tuple[Duty, ...]


def is_holiday(day: date) -> bool:
    """Whether a day is a statutory holiday (with the days off around it), not just a weekend."""
    kind = kind_of(day)
    return not kind.works and kind.zh != "周末"


def roster(unit: Organisation, month: str) -> list[RosterDay]:
    """Each day of a month (``2026-10``) with its turns, in order."""
    first, last = first_day(month), last_day(month)
    turns = list(turns_between(unit, _midnight(first), _midnight(last + timedelta(days=1))))
    answer = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        begins, ends = _midnight(day), _midnight(day + timedelta(days=1))
        on_it = tuple(turn for turn in turns if turn.starts_at < ends and turn.ends_at > begins)
        answer.append(RosterDay(day, kind_of(day), is_holiday(day), on_it))
    return answer


def turns_between(unit: Organisation, begins: datetime, ends: datetime) -> QuerySet[Duty]:
    """A unit's turns that touch a span."""
    turns = Duty.objects.filter(organisation=unit, starts_at__lt=ends, ends_at__gt=begins)
    return turns.select_related("person").order_by("starts_at", "person__display_name")


def on_duty(units: Iterable[Organisation] | QuerySet[Organisation], *, at: datetime) -> list[Duty]:
    """Who is on duty in some units at a moment."""
    turns = Duty.objects.filter(
        organisation__in=units, starts_at__lte=at, ends_at__gt=at, person__is_active=True, person__left_at=None
    )
    return list(turns.select_related("person", "organisation").order_by("organisation__region_code", "starts_at"))


@transaction.atomic
def add_turn(
    *, unit: Organisation, person: User, starts_at: datetime, ends_at: datetime, by: User, at: datetime, note: str = ""
) -> Duty:
    """Put a person on duty. Raises Refused when the times make no sense or he is on duty then already."""
    if not starts_at < ends_at or ends_at - starts_at > LONGEST:
        raise Refused(
            "结束时间须晚于开始时间，且一班不超过7天。",
            "A turn ends after it starts, within seven days.",
            field="ends_at",
        )
    now = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if not now.is_active or now.left_at is not None or now.organisation_id != unit.pk:
        raise Refused(
            "只能安排本单位在职人员值班。", "Only people who work in this unit have its duty.", field="person"
        )
    if Duty.objects.filter(person=now, starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise Refused("该人员在这段时间已有值班。", "This person is on duty then already.", field="person")
    turn = Duty.objects.create(
        organisation=unit, person=now, starts_at=starts_at, ends_at=ends_at, note=note[:200]
    )  # fmt: skip
    trail.record(by=by, at=at, action="duty-add", subject="organisation", subject_id=unit.pk,
                 changes={"person": now.username, "from": starts_at, "until": ends_at})  # fmt: skip
    return turn


@transaction.atomic
def drop_turn(*, turn: Duty, by: User, at: datetime) -> None:
    """Take a turn off the roster. Raises Refused for one that has ended: what was, stays on record."""
    now = Duty.objects.select_for_update(of=("self",), no_key=True).select_related("person").filter(pk=turn.pk).first()
    if now is None:
        raise Refused("该班次已被取消。", "This turn was taken off already.")
    if now.ends_at <= at:
        raise Refused("已结束的值班不能取消。", "A turn that has ended cannot be taken off.")
    now.delete()
    trail.record(by=by, at=at, action="duty-drop", subject="organisation", subject_id=now.organisation_id,
                 changes={"person": now.person.username, "from": now.starts_at, "until": now.ends_at})  # fmt: skip


@transaction.atomic
def plan_holidays(*, unit: Organisation, month: str, people: Sequence[User], by: User, at: datetime) -> list[Duty]:
    """Put 24-hour duty on every statutory holiday of a month that is still to come and has nobody yet.

    The people take turns; whoever had the fewest holiday days so far comes first, and nobody two days running where
    another can. Safe to repeat. Raises Refused without people of the unit.
    """
    crew = list(
        User.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=[p.pk for p in people], organisation=unit, is_active=True, left_at=None)
        .order_by("pk")
    )
    if not crew:
        raise Refused("请选择本单位在职人员。", "Choose people who work in this unit.", field="people")
    had = Counter(
        person
        for person, starts in Duty.objects.filter(person__in=crew).values_list("person_id", "starts_at")
        if is_holiday(civil_date(starts))
    )
    made: list[Duty] = []
    previous: int | None = None
    for row in roster(unit, month):
        if not row.holiday or row.day < civil_date(at):
            continue
        if row.turns:
            previous = row.turns[-1].person_id
            continue
        begins, ends = _midnight(row.day), _midnight(row.day + timedelta(days=1))
        taken = set(
            Duty.objects.filter(person__in=crew, starts_at__lt=ends, ends_at__gt=begins).values_list(
                "person", flat=True
            )
        )
        free = [p for p in crew if p.pk not in taken]
        if not free:
            continue
        one = min(free, key=lambda p: (p.pk == previous, had[p.pk], p.pk))
        had[one.pk] += 1
        previous = one.pk
        made.append(Duty(organisation=unit, person=one, starts_at=begins, ends_at=ends, note=row.kind.zh))
    Duty.objects.bulk_create(made)
    if made:
        turns = [[turn.person.username, civil_date(turn.starts_at)] for turn in made]
        trail.record(by=by, at=at, action="duty-plan", subject="organisation", subject_id=unit.pk,
                     changes={"month": month, "turns": turns})  # fmt: skip
    return made


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI)
