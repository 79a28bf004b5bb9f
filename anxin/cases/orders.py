"""Orders to pay by a date 责令限期支付. The order is a paper, drawn up, signed off and served (``remedies``); its date
is a clock of the case, and a date that passes unpaid moves the case on."""

from datetime import date, datetime, timedelta

from django.db import transaction

from anxin.cases.flow import line, open_and_locked, recount, start_step, step
from anxin.cases.hands import answerable
from anxin.cases.models import Case, CaseClock
from anxin.cases.money import all_received
from anxin.cases.telling import message_case
from anxin.law.civil import civil_date, start_of
from anxin.law.running import reckon
from anxin.notices.send import notify
from anxin.people.models import User

STEP = "pay"


@transaction.atomic
def order_payment(
    *, case: Case, until: date, by: User, at: datetime, served_on: date | None = None, paper: tuple[str, str] = ("", "")
) -> Case:
    """What the served order to pay does to its case: it is ordered to pay until the end of a civil day, holiday or not,
    as the paper says. Ordered again, the clock begins anew.

    ``served_on``: when the clock began, today where it is not told; ``paper``: its title in Chinese and English. Raises
    CannotMove where the procedure knows no such step, ValueError on a day before the clock began.
    """
    began = at if served_on is None or served_on == civil_date(at) else start_of(served_on)
    days = (until - civil_date(began)).days
    if days < 0:
        raise ValueError("The day of an order lies ahead of its serving.")
    now = open_and_locked(case)
    told = line(now, kind="pay-by", by=by, at=at, public=True,
                zh=f"责令单位在{until.year}年{until.month}月{until.day}日前付清",
                en=f"The employer has been ordered to pay in full by {until}")  # fmt: skip
    if now.state == "ordered":
        start_step(case=now, step=STEP, within=f"{days} days", at=began)
        told.save()
    else:
        step(now, to="ordered", by=by, at=at, zh=paper[0], en=paper[1], within=f"{days} days", lines=[told])
    _due_as_written(now, until, began, days, at)
    message_case(now, zh=f"单位须在{until.month}月{until.day}日前付清", en=f"the employer must pay in full by {until}",
                 at=at, quiet=(f"{until.month}月{until.day}日前会有结果，请凭编号查看",
                               f"there will be a result by {until}; look it up by your number"))  # fmt: skip
    return now


def _due_as_written(case: Case, until: date, began: datetime, days: int, at: datetime) -> None:
    """A day that falls on a holiday would be moved by reckoning; the paper's own day holds."""
    ends = start_of(until + timedelta(days=1)) - timedelta(seconds=1)
    if began != at or reckon(began, f"{days} days").due != ends:
        running = CaseClock.objects.filter(case=case, step=STEP, done_at=None)
        running.update(started_at=began, due_at=ends)
        recount(case)


def lapse_orders(*, at: datetime, limit: int = 1000) -> int:
    """Move every case whose order ran out unpaid to ``overdue`` and tell its officer. Answers how many.

    Each case in a transaction of its own that looks again: two workers, a crash and a clock set back do no harm.
    """
    late = CaseClock.objects.filter(done_at=None, step=STEP, due_at__lt=at, case__ended_at=None)
    return sum(_lapse(pk, at) for pk in list(late.order_by("due_at").values_list("case_id", flat=True)[:limit]))


@transaction.atomic
def _lapse(pk: int, at: datetime) -> bool:
    case = Case.objects.select_for_update(no_key=True).get(pk=pk)
    clock = CaseClock.objects.filter(case=case, done_at=None, step=STEP, due_at__lt=at).first()
    if clock is None or case.ended_at is not None:
        return False
    if all_received(case):
        # Paid by the date: the clock is done, the case waits to be closed.
        CaseClock.objects.filter(pk=clock.pk).update(done_at=at)
        recount(case)
        return False
    if case.state not in ("ordered", "paying"):
        CaseClock.objects.filter(pk=clock.pk).update(done_at=at)
        recount(case)
        return False
    step(case, to="overdue", by=None, at=at)
    notify(to=answerable(case, at=at), kind="case-overdue", subject="case", subject_id=case.pk, at=at, urgent=True,
           zh=f"案件 {case.number} 责令支付期限已过，尚未付清",
           en=f"Case {case.number}: the date of the order has passed unpaid")  # fmt: skip
    return True
