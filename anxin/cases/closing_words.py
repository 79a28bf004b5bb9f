"""The claimant's last word: how satisfied he is, and what getting his wages cost him."""

from datetime import datetime

from django.db import transaction

from anxin.cases.flow import locked, tell
from anxin.cases.models import Claimant
from anxin.people import trail

STARS = (1, 2, 3, 4, 5)
MOST_DAYS = 3650
MOST_TRIPS = 1000
MOST_COST_FEN = 100_000_00


@transaction.atomic
def say_cost(
    *, claimant: Claimant, days_spent: float | None, trips: int | None, cost_fen: int | None, at: datetime
) -> Claimant:
    """Keep what the claim has cost the person so far, as he says: days lost, trips made, fen paid out of his pocket.

    None leaves a figure as it was. Raises ValueError on a negative figure or one that cannot be.
    """
    for figure, most in ((days_spent, MOST_DAYS), (trips, MOST_TRIPS), (cost_fen, MOST_COST_FEN)):
        if figure is not None and not 0 <= figure <= most:
            raise ValueError("A figure of the cost is out of bounds.")
    case = locked(claimant.case)
    now = Claimant.objects.get(pk=claimant.pk)
    now.days_spent = now.days_spent if days_spent is None else days_spent
    now.trips = now.trips if trips is None else trips
    now.cost_fen = now.cost_fen if cost_fen is None else cost_fen
    now.save(update_fields=["days_spent", "trips", "cost_fen"])
    trail.record(by=None, at=at, action="case-cost-told", subject="case", subject_id=case.pk, who="worker",
                 changes={"claimant": now.pk, "days": now.days_spent, "trips": now.trips,
                          "fen": now.cost_fen})  # fmt: skip
    return now


@transaction.atomic
def say_satisfied(*, claimant: Claimant, stars: int, at: datetime) -> Claimant:
    """Keep how satisfied the person is, 1 to 5; he may change his mind. Raises ValueError on another number."""
    if stars not in STARS:
        raise ValueError("Satisfaction is 1 to 5.")
    case = locked(claimant.case)
    now = Claimant.objects.get(pk=claimant.pk)
    if now.satisfied == stars:
        return now
    now.satisfied = stars
    now.save(update_fields=["satisfied"])
    tell(case, kind="satisfied", by=None, at=at, public=False, zh=f"满意度 {stars} 分（满分 5 分）",
         en=f"Satisfaction {stars} of 5")  # fmt: skip
    trail.record(by=None, at=at, action="case-satisfied", subject="case", subject_id=case.pk, who="worker",
                 changes={"claimant": now.pk, "stars": stars})  # fmt: skip
    return now
