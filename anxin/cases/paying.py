"""The clock of a case that is being paid: it runs to the day that was promised, else for the procedure's own period,
and ends with the last money."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from anxin.cases.flow import locked, new_clocks, recount, stop_step
from anxin.cases.models import Case, CaseClock, Claimant
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


def stop_paid(*, at: datetime) -> int:
    """Stop the clocks of cases in which nobody lacks money any more although none came: the last who did withdrew, his
    sum was set lower, or he was split off. Answers how many."""
    people = Claimant.objects.filter(case=OuterRef("case"), withdrawn_at=None).exclude(consent="refused")
    due = Coalesce("agreed_fen", "verified_fen", "claimed_fen")
    lacking = people.filter(Q(received_fen__lt=due) | Q(claimed_fen=0, verified_fen=None, agreed_fen=None))
    paid = CaseClock.objects.filter(Exists(people), ~Exists(lacking), step=MONEY, done_at=None)
    return sum(_stop(pk, at) for pk in list(paid.values_list("case_id", flat=True)))


@transaction.atomic
def _stop(pk: int, at: datetime) -> int:
    case = locked(Case(pk=pk))
    return stop_step(case, step=MONEY, at=at) if all_received(case) else 0
