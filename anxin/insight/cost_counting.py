"""Counting what claims cost the workers, month by month, for every place and door.

A cell's figures are one JSON object. Every spread is a count per value, so that medians and means of many cells
together are exact:

- ``days``: {days: people}: civil days from the claim to the day on which the whole sum was there
- ``trips``, ``spent``, ``yuan``: {value: people}: trips made, days given to it, money laid out in whole yuan, as told
  by the same people; who was not asked or did not say is not in it
- ``satisfied``: {1 to 5: people}: of cases closed in the month
- ``steps``: {"step.basis": [on time, all]}: clocks that fell due in the month
- ``weeks``: {Monday: [fen, people]}: money that came in the days of that week that lie in the month
- ``waiting``: {people, long}: only in the month of ``as_of``; claimants of open cases without their whole sum, and
  those of them who wait longer than the baseline
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Min, Q
from django.db.models.functions import Coalesce, NullIf

from anxin.cases.models import CaseClock, Claim, Claimant, WageReceived
from anxin.insight.cost import BASELINE
from anxin.insight.models import CostFigures
from anxin.insight.places import levels_of
from anxin.law.civil import civil_date, first_day, last_day, month_of, shift_month, start_of

_ALWAYS = 2
Cells = dict[tuple[str, str], dict[str, Any]]


def refresh_cost(*, as_of: date, at: datetime, everything: bool = False) -> int:
    """Count again what may have changed: this month, the one before, every month never counted, and the older one
    counted longest ago, so that late answers reach every month in time; with ``everything`` all. Answers how many.

    Idempotent; a month is one short transaction. What was counted as of a later day counts as never counted.
    """
    first = Claim.objects.aggregate(at=Min("at"))["at"]
    newest = month_of(as_of)
    months = [newest]
    while first and months[-1] > month_of(civil_date(first)):
        months.append(shift_month(months[-1], -1))
    known = CostFigures.objects.filter(region_code="", as_of__lte=as_of).values_list("month", "counted_at")
    counted = dict(known)
    older = sorted(months[_ALWAYS:], key=lambda month: (month in counted, counted.get(month), month))
    due = [month for month in months if month not in counted or everything]
    for month in dict.fromkeys([*months[:_ALWAYS], *due, *older[:1]]):
        _keep(month, count_month(month, as_of=as_of, at=at), as_of, at)
    return len(set(months[:_ALWAYS]) | set(due) | set(older[:1]))


def _keep(month: str, cells: Cells, as_of: date, at: datetime) -> None:
    rows = [
        CostFigures(region_code=region, door=door, month=month, as_of=as_of, counted_at=at, figures=figures)
        for (region, door), figures in cells.items()
    ]
    # The month's own mark: that it was counted, though there be nothing in it.
    rows.append(CostFigures(region_code="", month=month, as_of=as_of, counted_at=at))
    with transaction.atomic():
        CostFigures.objects.filter(month=month).delete()
        CostFigures.objects.bulk_create(rows, batch_size=500)


def count_month(month: str, *, as_of: date, at: datetime | None = None) -> Cells:
    """The cells of one month as known at the end of ``as_of``: (place, door) → figures. While that day is not over
    (``at`` lies in it), a step due later in the day is not yet due."""
    first, after = first_day(month), first_day(shift_month(month, 1))
    cells: Cells = defaultdict(lambda: defaultdict(dict))
    _money(cells, first, min(last_day(month), as_of), as_of)
    _satisfaction(cells, start_of(first), min(start_of(after), start_of(as_of + timedelta(days=1))))
    known = at if at is not None and civil_date(at) == as_of else start_of(as_of + timedelta(days=1))
    _steps(cells, start_of(first), start_of(after), known)
    if month == month_of(as_of):
        _waiting(cells, as_of)
    return _summed(cells)


def _summed(cells: Cells) -> Cells:
    """County and door summed up to every place and every door."""
    summed: Cells = defaultdict(lambda: defaultdict(dict))
    for (region, door), cell in cells.items():
        keys = [(code, kind) for code in levels_of(region) for kind in {"", door}]
        for name, counts in cell.items():
            for key in keys:
                there = summed[key][name]
                for value, n in counts.items():
                    there[value] = _added(there[value], n) if value in there else n
    return {key: dict(cell) for key, cell in summed.items()}


def _added(one: Any, other: Any) -> Any:
    return [a + b for a, b in zip(one, other, strict=True)] if isinstance(one, list) else one + other


def _count(cell: dict[str, Any], name: str, value: str, n: int = 1) -> None:
    cell[name][value] = cell[name].get(value, 0) + n


def _standing() -> Q:
    return Q(claimant__withdrawn_at=None) & ~Q(claimant__consent="refused")


def _due(before: str = "") -> Coalesce:
    """What a claimant is to receive (``money.due_fen``); null while nobody has said how much, for then no sum that
    came is the whole (``money.has_all``)."""
    return Coalesce(before + "agreed_fen", before + "verified_fen", NullIf(before + "claimed_fen", 0))


def _money(cells: Cells, first: date, last: date, as_of: date) -> None:
    """Days, trips, outlay of whose whole sum came between two days, and the money of those days by week."""
    if first > last:
        return
    touched = WageReceived.objects.filter(received_on__range=(first, last), void_at=None).values("claimant")
    rows = (
        WageReceived.objects.filter(_standing(), claimant__in=touched, received_on__lte=as_of, void_at=None)
        .order_by("claimant", "received_on", "id")
        .values_list(
            "claimant", "claimant__case__region_code", "claimant__claim__door", "claimant__claim__at",
            _due("claimant__"),
            "claimant__trips", "claimant__days_spent", "claimant__cost_fen", "received_on", "proof", "amount_fen",
        )
    )  # fmt: skip
    for told, receipts in groupby(rows.iterator(chunk_size=5000), key=itemgetter(slice(0, 8))):
        _, region, door, claimed_at, due, trips, spent, cost_fen = told
        cell = cells[region, door]
        came = _came(receipts)
        for monday, fen in _by_week(came, first, last).items():
            week = cell["weeks"].setdefault(monday.isoformat(), [0, 0])
            week[0] += fen
            week[1] += 1
        whole = _whole_on(came, due)
        if whole is None or not first <= whole <= last:
            continue
        days = max((whole - civil_date(claimed_at)).days, 0)
        answers = (("days", days), ("trips", trips), ("spent", spent),
                   ("yuan", None if cost_fen is None else round(cost_fen / 100)))  # fmt: skip
        for name, value in answers:
            if value is not None:
                _count(cell, name, _spelled(value))


def _spelled(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)


def _came(receipts: Iterable[tuple[Any, ...]]) -> list[tuple[date, int]]:
    """Day and fen by which what a person holds grew. Bank and word speak of the same money: the larger sum counts."""
    sums: Counter[str] = Counter()
    held, grown = 0, []
    for *_, day, proof, fen in receipts:
        sums[proof] += fen
        if max(sums.values()) > held:
            grown.append((day, max(sums.values()) - held))
            held = max(sums.values())
    return grown


def _by_week(came: list[tuple[date, int]], first: date, last: date) -> Counter[date]:
    weeks: Counter[date] = Counter()
    for day, fen in came:
        if first <= day <= last:
            weeks[day - timedelta(days=day.weekday())] += fen
    return weeks


def _whole_on(came: list[tuple[date, int]], due: int | None) -> date | None:
    if due is None:
        return None
    held = 0
    for day, fen in came:
        held += fen
        if held >= due:
            return day
    return None


def _satisfaction(cells: Cells, since: datetime, until: datetime) -> None:
    told = (
        Claimant.objects.filter(case__ended_at__gte=since, case__ended_at__lt=until, satisfied__isnull=False)
        .order_by()
        .values_list("case__region_code", "claim__door", "satisfied")
        .annotate(n=Count("pk"))
    )
    for region, door, satisfied, n in told:
        _count(cells[region, door], "satisfied", str(satisfied), n)


def _steps(cells: Cells, since: datetime, until: datetime, known: datetime) -> None:
    """Clocks due between two moments: done by then or not. What is not yet due is neither."""
    told = (
        CaseClock.objects.filter(due_at__gte=since, due_at__lt=until, dropped=False)
        .filter(Q(due_at__lt=known) | Q(done_at__lt=known))
        .order_by()
        .values_list("case__region_code", "case__door", "step", "basis")
        .annotate(n=Count("pk"), met=Count("pk", filter=Q(done_at__lte=F("due_at"), done_at__lt=known)))
    )
    for region, door, step, basis, n, met in told:
        cells[region, door]["steps"][f"{step}.{basis}"] = [met, n]


def _waiting(cells: Cells, as_of: date) -> None:
    long_ago = start_of(as_of - timedelta(days=int(BASELINE.days)))
    told = (
        Claimant.objects.filter(
            case__ended_at=None, withdrawn_at=None, claim__at__lt=start_of(as_of + timedelta(days=1))
        )
        .exclude(consent="refused")
        .annotate(due=_due())
        .filter(Q(due=None) | Q(received_fen__lt=F("due")))
        .order_by()
        .values_list("case__region_code", "claim__door")
        .annotate(n=Count("pk"), long=Count("pk", filter=Q(claim__at__lt=long_ago)))
    )
    for region, door, n, long in told:
        cells[region, door]["waiting"] = {"people": n, "long": long}
