"""The clock of a case that is being paid: it runs to the day that was promised, else for the procedure's own period,
and ends with the last money."""

from datetime import date, datetime, timedelta

from django.db import transaction

from anxin.cases.flow import locked, new_clocks, recount
from anxin.cases.models import Case, CaseClock
from anxin.cases.money import MONEY, all_received
from anxin.law.civil import civil_date, start_of


@transaction.atomic
def promise(*, case: Case, until: date, at: datetime) -> bool:
    """Let the money's clock of a case run until the end of a civil day, holiday or not, as the agreement says. Answers
    whether that changed anything; nothing does where no such clock runs."""
    now = locked(case)
    clock = CaseClock.objects.filter(case=now, step=MONEY, done_at=None).first()
    ends = start_of(until + timedelta(days=1)) - timedelta(seconds=1)
    if clock is None or clock.due_at == ends:
        return False
    CaseClock.objects.filter(pk=clock.pk).update(done_at=at, dropped=True)
    days = max(0, (until - civil_date(at)).days)
    CaseClock.objects.create(
        case=now, step=MONEY, basis=clock.basis, within=f"{days} days", started_at=at, due_at=ends
    )  # fmt: skip
    recount(now)
    return True


@transaction.atomic
def run_on(*, case: Case, at: datetime) -> bool:
    """Start the clocks of a case that is being paid and has none, where money is still to come (a bank took its word
    back, an order's day ended without one). Answers whether one started."""
    now = locked(case)
    if now.state != "paying" or now.ended_at is not None or all_received(now):
        return False
    running = list(CaseClock.objects.filter(case=now, done_at=None).values_list("step", "basis"))
    fresh = new_clocks(now, at=at, running=running)
    for clock in fresh:
        clock.save()
    if fresh:
        recount(now)
    return bool(fresh)
