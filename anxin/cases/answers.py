"""A worker's own word on his wages: month by month, and once more when he has left a site.

A bank's "paid" proves that money went to a card. It does not prove who holds the card, so the worker is asked; a "no"
against a "paid" is a contested month, which officers see. What a worker says is never held against him.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from anxin.cases.models import Answer, LeaverAsk
from anxin.law.civil import civil_date, first_day, month_of
from anxin.ledger import read
from anxin.notices.channels import has_sms
from anxin.notices.send import tell_phone
from anxin.people import trail
from anxin.people.phone_codes import normal_phone
from anxin.people.phones import phone_for
from anxin.registry import actions
from anxin.registry.models import Engagement, Project, Worker
from anxin.vault.fields import open_text, seal_text

Month = tuple[int, str]  # project, wage month

FIRST_AFTER = timedelta(days=3)
# Pauses between one asking and the next; the last one repeats.
PAUSES = tuple(timedelta(days=days) for days in (7, 14, 30, 60))
# Who left longer ago than this before he was first asked is asked on his page only; nobody is asked beyond two years,
# the time within which labour inspection looks back (Order 423, Art. 20).
NEW_WITHIN = timedelta(days=60)
NO_LONGER = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Contested:
    """A wage month on file as paid which the worker says he did not get. Money in fen."""

    worker_id: int
    project_id: int
    month: str
    paid_fen: int
    by_bank: bool
    paid_on: date | None
    answered_at: datetime
    note: str = field(default="", repr=False)


@transaction.atomic
def answer(*, worker: Worker, project_id: int, month: str, paid: bool, at: datetime, note: str = "") -> Answer:
    """Write down whether a month's wages arrived; the latest word counts. The same word again changes nothing.

    Raises ValueError when ``month`` is none.
    """
    month = month_of(first_day(month))
    Worker.objects.select_for_update(no_key=True).get(pk=worker.pk)
    note = note.strip()[:500]
    last = _answers().filter(worker=worker, project_id=project_id, month=month).last()
    if last is not None and last.paid == paid and open_text(last.note_sealed) == note:
        return last
    row = Answer.objects.create(
        worker=worker, project_id=project_id, month=month, paid=paid, note_sealed=seal_text(note), at=at
    )
    trail.record(by=None, who="worker", at=at, action="pay-answer", subject="worker", subject_id=worker.pk,
                 changes={"project": project_id, "month": month, "paid": paid})  # fmt: skip
    return row


def answers_of(worker_id: int) -> dict[Month, Answer]:
    """A worker's latest word on each month of each project."""
    return {(row.project_id, row.month): row for row in _answers().filter(worker_id=worker_id)}


def contested(
    *, projects: Collection[int] | QuerySet[Project], months: Collection[str] | None = None, most: int = 500
) -> list[Contested]:
    """Months of these projects that are on file as paid while the worker's latest word is no; newest word first.

    At most so many of the latest denials are looked at.
    """
    newer = Answer.objects.filter(
        worker=OuterRef("worker"), project_id=OuterRef("project_id"), month=OuterRef("month"), pk__gt=OuterRef("pk")
    )
    keys = projects.values_list("pk", flat=True) if isinstance(projects, QuerySet) else projects
    rows = Answer.objects.filter(~Exists(newer), project_id__in=keys, paid=False)
    if months is not None:
        rows = rows.filter(month__in=list(months))
    denied = {(row.worker_id, row.project_id, row.month): row for row in rows.order_by("-pk")[:most]}
    if not denied:
        return []
    pay = read.pay_months(project_id={key[1] for key in denied}, month={key[2] for key in denied})
    found = []
    for line in pay.to_pylist():
        row = denied.get((line["worker_id"], line["project_id"], line["month"]))
        if row is not None and line["paid_fen"]:
            found.append(
                Contested(
                    row.worker_id, row.project_id, row.month, line["paid_fen"], bool(line["bank_paid_fen"]),
                    line["first_paid_on"], row.at, open_text(row.note_sealed),
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: one.answered_at, reverse=True)


def leavers_to_answer(worker_id: int, *, at: datetime) -> list[Engagement]:
    """The sites a worker has left where he has not said yet whether all was paid."""
    today = civil_date(at)
    rows = Engagement.objects.select_related("project", "leaver_ask").filter(
        worker_id=worker_id, left_on__lte=today, left_on__gt=today - NO_LONGER, confirmed_on=None
    )
    return [row for row in rows.order_by("-left_on") if not (hasattr(row, "leaver_ask") and row.leaver_ask.answer)]


@transaction.atomic
def answer_on_leaving(*, engagement: Engagement, owed: bool, at: datetime) -> LeaverAsk:
    """A leaver says that all is paid, or that money is owed. "Paid" is his own confirmation in the registry."""
    row, _ = LeaverAsk.objects.select_for_update(no_key=True).get_or_create(engagement=engagement)
    said = "owed" if owed else "paid"
    if row.answer == said:
        return row
    row.answer, row.answered_at, row.next_at = said, at, None
    row.save(update_fields=["answer", "answered_at", "next_at"])
    if not owed:
        actions.settle(engagement=engagement, at=at, confirmed_on=civil_date(at))
    changes = {"project": engagement.project_id, "answer": said}
    trail.record(by=None, who="worker", at=at, action="leaver-answer", subject="worker",
                 subject_id=engagement.worker_id, changes=changes)  # fmt: skip
    return row


def owed_on_leaving(*, projects: Collection[int] | QuerySet[Project]) -> QuerySet[LeaverAsk]:
    """Leavers of these projects who say that money is owed, newest first."""
    rows = LeaverAsk.objects.select_related("engagement__project", "engagement__worker").filter(
        answer="owed", engagement__left_on__isnull=False
    )
    # Few answers, many projects: each answer looks up its project, not the projects everybody who ever worked there.
    if isinstance(projects, QuerySet):
        rows = rows.filter(Exists(projects.filter(pk=OuterRef("engagement__project_id"))))
    else:
        rows = rows.filter(engagement__project_id__in=projects)
    return rows.order_by("-answered_at")


def ask_leavers(*, at: datetime, limit: int = 500) -> int:
    """Ask those who left and have not answered, at growing intervals; run it as often as you like, by as many workers.

    The question stands on the worker's page from the day he left. Where his phone is known and a gateway is set up, a
    short message says that it is there; it holds no name and no secret, and leads to the sign-in. Answers how many were
    asked.
    """
    today = civil_date(at)
    fresh = Engagement.objects.filter(
        left_on__lte=today - FIRST_AFTER, left_on__gt=today - NEW_WITHIN, confirmed_on=None, leaver_ask=None
    ).values_list("pk", flat=True)
    LeaverAsk.objects.bulk_create(
        [LeaverAsk(engagement_id=pk, next_at=at) for pk in fresh[:limit]], ignore_conflicts=True
    )
    due = LeaverAsk.objects.filter(next_at__lte=at, answer="").order_by("next_at", "pk")
    return sum(_ask(pk, at) for pk in list(due.values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _ask(pk: int, at: datetime) -> int:
    row = LeaverAsk.objects.select_related("engagement__worker", "engagement__project").get(pk=pk)
    engagement, today = row.engagement, civil_date(at)
    left = engagement.left_on
    over = left is None or left > today or engagement.confirmed_on is not None or left <= today - NO_LONGER
    pause = PAUSES[min(row.times, len(PAUSES) - 1)]
    taken = LeaverAsk.objects.filter(pk=pk, times=row.times, answer="", next_at__lte=at).update(
        times=row.times if over else row.times + 1,
        asked_at=row.asked_at if over else at,
        next_at=None if over else at + pause,
    )
    if over or not taken:
        return 0
    phone = phone_for(engagement.worker_id, at=at) or normal_phone(open_text(engagement.worker.phone_sealed))
    if phone and has_sms():
        text = (
            f"【安薪】您已离开“{engagement.project.name[:20]}”，工资都结清了吗？请打开 {settings.ADDRESS}/me "
            "用手机号登录后回答。没结清可以直接反映。"
        )
        key = f"leaver:{engagement.pk}:{row.times}"
        tell_phone(phone=phone, text=text, key=key, at=at, ends_at=at + PAUSES[0])
    return 1


def _answers() -> QuerySet[Answer]:
    """Oldest first, so that a dictionary keeps the latest word."""
    return Answer.objects.order_by("pk")
