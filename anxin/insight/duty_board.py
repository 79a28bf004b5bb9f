"""What the shift on duty must know: who is on duty, what is new, late, due today, raised today, and silent sites."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from anxin.insight.handling import count_some, due_within, units_of, with_matter
from anxin.insight.scope import visible_escalations, visible_handlings, visible_warnings
from anxin.insight.warning_list import with_places
from anxin.law.civil import civil_date, start_of
from anxin.people.duty import on_duty
from anxin.people.models import Duty, Organisation, User
from anxin.rules.packs import all_rules
from anxin.watch.models import Escalation, Handling, Warning

SHOWN = 6
_SILENT = ("attendance_stopped", "attendance_absent")


@dataclass(frozen=True)
class DutyBoard:
    """One look at the board. Counts stop one beyond ``COUNT_SOME``; lists hold the first ``SHOWN``.

    ``since`` is when the shift began: the earliest running turn of the person's own unit, or else midnight.
    """

    since: datetime
    on_duty: list[Duty]
    on_duty_more: int
    new: int
    overdue: int
    today: int
    raised: int
    silent: int
    new_rows: list[Handling]
    overdue_rows: list[Handling]
    today_rows: list[Handling]
    raised_rows: list[Escalation]
    silent_rows: list[Warning]


def duty_board(user: User, *, at: datetime) -> DutyBoard:
    """The board of a person's jurisdiction at a moment."""
    midnight = start_of(civil_date(at))
    turns = on_duty(_units(user), at=at)
    turns.sort(key=lambda turn: turn.organisation_id != user.organisation_id)
    own = [turn.starts_at for turn in turns if turn.organisation_id == user.organisation_id]
    since = min(own) if own else midnight
    rows = visible_handlings(user, "duty").filter(ended_at=None)
    new = rows.filter(started_at__gte=since)
    overdue = rows.filter(due_within("overdue", at))
    today = rows.filter(due_within("today", at))
    raised = visible_escalations(user, "duty").filter(at__gte=midnight).exclude(kind="reminder")
    silent = _silent(user)
    new_rows = list(with_matter(new.order_by("-started_at", "-id"))[:SHOWN])
    overdue_rows = list(with_matter(overdue.order_by("due_at", "id"))[:SHOWN])
    today_rows = list(with_matter(today.order_by("due_at", "id"))[:SHOWN])
    raised_rows = list(
        raised.select_related("to", "handling__warning__project", "handling__warning__enterprise").order_by(
            "-at", "-id"
        )[:SHOWN]
    )
    silent_rows = list(with_places(silent).order_by("-rank", "-opened_on", "-id")[:SHOWN])
    return DutyBoard(
        since=since,
        on_duty=turns[:SHOWN],
        on_duty_more=max(len(turns) - SHOWN, 0),
        new=_count(new, new_rows),
        overdue=_count(overdue, overdue_rows),
        today=_count(today, today_rows),
        raised=_count(raised, raised_rows),
        silent=_count(silent, silent_rows),
        new_rows=new_rows,
        overdue_rows=overdue_rows,
        today_rows=today_rows,
        raised_rows=raised_rows,
        silent_rows=silent_rows,
    )


def _count(rows: QuerySet[Any], first: list[Any]) -> int:
    """How many there are. Where the first few are all, a province is not read again to count them."""
    return len(first) if len(first) < SHOWN else count_some(rows)


def _units(user: User) -> QuerySet[Organisation]:
    """The inspection units of the person's jurisdiction, his own included."""
    own = Organisation.objects.filter(pk=user.organisation_id) if user.organisation_id else Organisation.objects.none()
    return units_of(user) | own


def _silent(user: User) -> QuerySet[Warning]:
    """Sites under construction that send no attendance, as the rules see it."""
    rules = [rule.id for rule in all_rules() if rule.check in _SILENT]
    return visible_warnings(user, "duty").filter(status="open", hidden_by=None, rule__in=rules)
