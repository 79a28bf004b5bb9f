"""Orders to pay by a date 责令限期支付: the date is a clock, and a date that passes unpaid moves the case on."""

from datetime import datetime

from django.db import transaction

from anxin.cases.flow import line, open_and_locked, recount, start_step, step
from anxin.cases.hands import answerable
from anxin.cases.models import Case, CaseClock
from anxin.cases.money import all_received
from anxin.law.civil import SHANGHAI
from anxin.law.running import reckon
from anxin.notices.send import notify
from anxin.people.models import User

STEP = "pay"


@transaction.atomic
def order_payment(*, case: Case, within: str, by: User, at: datetime) -> Case:
    """Order the liable to pay within a period (``3 days``) and start its clock; ordered again, it begins anew.

    Raises CannotMove where the procedure knows no such step, ValueError on a period that is none.
    """
    now, due = open_and_locked(case), reckon(at, within).due
    day = due.astimezone(SHANGHAI) if due is not None else at
    told = line(now, kind="pay-by", by=by, at=at, public=True, zh=f"责令单位在 {day:%Y-%m-%d} 前付清",
                en=f"The employer has been ordered to pay in full by {day:%Y-%m-%d}")  # fmt: skip
    if now.state != "ordered":
        return step(now, to="ordered", by=by, at=at, within=within, lines=[told])
    start_step(case=now, step=STEP, within=within, at=at)
    told.save()
    now.refresh_from_db()
    return now


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
