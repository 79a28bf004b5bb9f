"""What waits for an answer on a warning, and the day on which it should be there: told once before, once after."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from anxin.law.civil import civil_date, start_of
from anxin.notices.send import notify
from anxin.people.models import User
from anxin.watch.handling.actions import answering, clerks_of
from anxin.watch.models import Demand, Handling, HelperTask, InspectionTask, Objection, Reminded

AHEAD = timedelta(days=1)
_AT_ONCE = 500


def remind_desk(*, at: datetime) -> int:
    """Tell of objections, helpers' tasks, demands on sites and re-checks that are due or late. Safe to repeat, and for
    two workers at once. Answers how many were told."""
    return _objections(at) + _helpers(at) + _demands(at) + _rechecks(at)


def _objections(at: datetime) -> int:
    open_ = Objection.objects.filter(answered_at=None, handling__ended_at=None).select_related(
        "handling__owner", "handling__unit"
    )
    count = 0
    for key, row in _untold("objection-near", open_.filter(due_at__gt=at, due_at__lt=_soon(at))):
        count += _tell(
            key, _hands(row.handling), row.handling, "objection", at,
            f"请于{civil_date(row.due_at)}前答复项目的异议：{row.text}",
            f"Answer the site's objection by {civil_date(row.due_at)}: {row.text}",
        )  # fmt: skip
    for key, row in _untold("objection-late", open_.filter(due_at__lte=at)):
        count += _tell(
            key, [*_hands(row.handling), *answering(row.handling.unit, "assign")], row.handling, "objection", at,
            f"项目的异议逾期未答复（应于{civil_date(row.due_at)}）：{row.text}",
            f"The site's objection has had no answer, due on {civil_date(row.due_at)}: {row.text}",
        )  # fmt: skip
    return count


def _helpers(at: datetime) -> int:
    open_ = HelperTask.objects.filter(done_at=None, handling__ended_at=None).select_related(
        "owner", "organisation", "handling__owner", "handling__unit"
    )
    count = 0
    # Who was asked a moment ago for something within hours knows it.
    known = open_.filter(asked_at__lte=at - AHEAD)
    for key, row in _untold("helper-near", known.filter(due_at__gt=at, due_at__lt=_soon(at))):
        count += _tell(
            key, _helping(row), row.handling, "helper", at,
            f"协助事项将于{civil_date(row.due_at)}到期：{row.task}",
            f"A task of yours is due on {civil_date(row.due_at)}: {row.task}",
        )  # fmt: skip
    for key, row in _untold("helper-late", open_.filter(due_at__lte=at)):
        name = row.organisation.name_en or row.organisation.name
        count += _tell(
            key, [*_helping(row), *_hands(row.handling)], row.handling, "helper", at,
            f"{row.organisation.name}的协助事项已逾期（应于{civil_date(row.due_at)}）：{row.task}",
            f"The task of {name} is late, due on {civil_date(row.due_at)}: {row.task}",
        )  # fmt: skip
    return count


def _demands(at: datetime) -> int:
    today, count = civil_date(at), 0
    open_ = Demand.objects.filter(answered_at=None, handling__ended_at=None).select_related(
        "handling__owner", "handling__unit", "handling__warning"
    )
    known = open_.filter(at__lte=at - AHEAD)
    for key, row in _untold("demand-near", known.filter(due_on__gte=today, due_on__lte=today + AHEAD)):
        count += _tell(
            key, clerks_of(row.handling), row.handling, "demand", at,
            f"整改要求将于{row.due_on}到期，尚未答复：{row.text}",
            f"To be mended by {row.due_on}, and not answered yet: {row.text}",
        )  # fmt: skip
    for key, row in _untold("demand-late", open_.filter(due_on__lt=today)):
        count += _tell(
            key, [*clerks_of(row.handling), *_hands(row.handling)], row.handling, "demand", at,
            f"整改要求逾期未答复（应于{row.due_on}）：{row.text}",
            f"The site has not answered what was asked by {row.due_on}: {row.text}",
        )  # fmt: skip
    return count


def _rechecks(at: datetime) -> int:
    today, count = civil_date(at), 0
    due = InspectionTask.objects.filter(done_on__isnull=False, rechecked_at=None, recheck_on__lte=today)
    due = due.select_related("owner", "unit", "project")
    # A re-check may set a next day: each day is told of once.
    for key, task in _untold("recheck", due, of=lambda task: f"{task.pk}:{task.recheck_on}"):
        with transaction.atomic():
            if _first(key, at):
                notify(to=[task.owner] if task.owner else answering(task.unit, "inspect"), kind="recheck",
                       subject="inspection", subject_id=task.pk, at=at,
                       zh=f"联合检查问题应于{task.recheck_on}复查：{task.project.name}",
                       en=f"What the joint check found is to be looked at again by {task.recheck_on}:"
                          f" {task.project.name}")  # fmt: skip
                count += 1
    return count


def _soon(at: datetime) -> datetime:
    """What comes before this is due today or tomorrow."""
    return start_of(civil_date(at) + AHEAD + timedelta(days=1))


def _untold(
    kind: str, rows: QuerySet[Any], of: Callable[[Any], str] = lambda row: str(row.pk)
) -> Iterator[tuple[str, Any]]:
    """Rows of which this reminder was not given, each with its key."""
    found = {f"{kind}:{of(row)}": row for row in rows.order_by("pk")}
    keys = list(found)
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        told = set(Reminded.objects.filter(key__in=part).values_list("key", flat=True))
        yield from ((key, found[key]) for key in part if key not in told)


def _tell(key: str, to: list[User], handling: Handling, kind: str, at: datetime, zh: str, en: str) -> int:
    with transaction.atomic():
        if not _first(key, at):
            return 0
        notify(to=to, kind=kind, subject="handling", subject_id=handling.pk, at=at, zh=zh, en=en)
    return 1


def _first(key: str, at: datetime) -> bool:
    return Reminded.objects.get_or_create(key=key, defaults={"at": at})[1]


def _hands(handling: Handling) -> list[User]:
    return [handling.owner] if handling.owner else answering(handling.unit, "assign")


def _helping(task: HelperTask) -> list[User]:
    return [task.owner] if task.owner else answering(task.organisation, "help")
