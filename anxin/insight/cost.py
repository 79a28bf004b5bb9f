"""What claims cost the workers, read from the cells that ``insight.cost_counting`` counted.

Figures of fewer than ``FEWEST`` people are not shown, and where a breakdown hides one row alone, its smallest shown row
too: else the sum would give the hidden one away.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q

from anxin.cases.models import ClaimDoor
from anxin.insight.models import CostFigures
from anxin.insight.places import children_of
from anxin.law.civil import month_of, shift_month

FEWEST = 5


@dataclass(frozen=True)
class Baseline:
    """What a wage claim cost a head before there was a platform: days, trips, fen (second seed document)."""

    days: float = 45
    trips: float = 6.2
    cost_fen: int = 320_000


BASELINE = Baseline()


@dataclass(frozen=True)
class Spread:
    """People, and the median and mean of what they told; both None where nobody did.

    ``hidden``: too few to show, or they would give another row's few away."""

    n: int = 0
    median: float | None = None
    mean: float | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Rate:
    """``met`` of ``n`` clocks; the share is reckoned from the counts, None where nothing or too little was due."""

    step: str
    basis: str
    met: int
    n: int

    @property
    def share(self) -> float | None:
        """In per cent."""
        return 100 * self.met / self.n if self.n >= FEWEST else None


@dataclass(frozen=True)
class Week:
    """Money that came in a week (its Monday): fen, and to how many people; both None for too few people,
    nought where nothing came."""

    monday: date
    fen: int | None
    people: int | None


@dataclass(frozen=True)
class Cost:
    """One row: what claims cost. ``days``: from claim to the whole sum; ``spent``: days given to it, as told; ``yuan``:
    money laid out; ``satisfied``: 1 to 5."""

    days: Spread = field(default_factory=Spread)
    trips: Spread = field(default_factory=Spread)
    yuan: Spread = field(default_factory=Spread)
    spent: Spread = field(default_factory=Spread)
    satisfied: Spread = field(default_factory=Spread)

    @property
    def cells(self) -> tuple[Spread, ...]:
        """All of them, as a table's row."""
        return self.days, self.trips, self.yuan, self.spent, self.satisfied

    @property
    def told(self) -> bool:
        """Whether there is anything in the row, shown or hidden."""
        return any(one.n for one in self.cells)


@dataclass(frozen=True)
class CostPage:
    """All that the page shows. ``as_of`` None: nothing was counted yet."""

    as_of: date | None
    whole: Cost
    by_place: list[tuple[str, Cost]]
    by_door: list[tuple[str, Cost]]
    by_month: list[tuple[str, Cost]]
    steps: list[Rate]
    weeks: list[Week]
    stars: list[tuple[int, int | None]]
    waiting: int
    waiting_long: int


_MEASURES = ("days", "trips", "yuan", "spent", "satisfied")


def months_back(as_of: date, n: int) -> list[str]:
    """The last ``n`` months, the oldest first."""
    return [shift_month(month_of(as_of), -back) for back in range(n - 1, -1, -1)]


def read_cost(*, region: str, door: str, months: Sequence[str]) -> CostPage:
    """Figures of a place by place below, door and month. ``door`` "" means every door."""
    children = children_of(region)
    rows = CostFigures.objects.filter(month__in=months)
    cells = list(rows.filter(Q(region_code=region) | Q(region_code__in=children, door=door)))
    own = [cell for cell in cells if cell.region_code == region]
    here = [cell for cell in own if cell.door == door]
    newest = max((cell.as_of for cell in own), default=None)
    waiting: dict[str, int] = next((cell.figures.get("waiting", {}) for cell in here if cell.month == months[-1]), {})
    merged = _merged(here)
    return CostPage(
        as_of=newest,
        whole=Cost(*(spread(merged[name]) for name in _MEASURES)),
        by_place=_rows((code, [c for c in cells if c.region_code == code]) for code in children),
        by_door=_rows((key, [c for c in own if c.door == key]) for key in ClaimDoor.values),
        by_month=_rows((month, [c for c in here if c.month == month]) for month in months),
        steps=_steps(here),
        weeks=_weeks(here),
        stars=_stars(merged["satisfied"]),
        waiting=waiting.get("people", 0),
        waiting_long=waiting.get("long", 0),
    )


def spread(counts: Mapping[float, int]) -> Spread:
    """Median and mean of a count per value. An even number's median lies between its two middle values."""
    n = sum(counts.values())
    if n < FEWEST:
        return Spread(n, hidden=n > 0)
    return Spread(n, _middle(counts, n), sum(value * k for value, k in counts.items()) / n)


def _middle(counts: Mapping[float, int], n: int) -> float:
    ends = []
    for nth in ((n - 1) // 2, n // 2):
        passed = 0
        for value in sorted(counts):
            passed += counts[value]
            if passed > nth:
                ends.append(value)
                break
    return sum(ends) / 2


def _merged(cells: Iterable[CostFigures]) -> dict[str, Counter[float]]:
    merged: dict[str, Counter[float]] = {name: Counter() for name in _MEASURES}
    for cell in cells:
        for name in _MEASURES:
            for value, n in cell.figures.get(name, {}).items():
                merged[name][float(value)] += n
    return merged


def _rows(rows: Iterable[tuple[str, list[CostFigures]]]) -> list[tuple[str, Cost]]:
    """Rows of a breakdown. What alone is too small to show takes the smallest shown one with it."""
    told = [(key, _merged(cells)) for key, cells in rows]
    spreads = {name: _hide_lone([spread(merged[name]) for _, merged in told]) for name in _MEASURES}
    return [(key, Cost(*(spreads[name][place] for name in _MEASURES))) for place, (key, _) in enumerate(told)]


def _hide_lone(row: list[Spread]) -> list[Spread]:
    shown = [place for place, one in enumerate(row) if one.n >= FEWEST]
    if sum(one.hidden for one in row) == 1 and shown:
        least = min(shown, key=lambda place: row[place].n)
        row[least] = Spread(row[least].n, hidden=True)
    return row


def _steps(cells: Iterable[CostFigures]) -> list[Rate]:
    met: Counter[str] = Counter()
    due: Counter[str] = Counter()
    for cell in cells:
        for key, (on_time, n) in cell.figures.get("steps", {}).items():
            met[key] += on_time
            due[key] += n
    return [Rate(key.split(".")[0], key.split(".")[1], met[key], due[key]) for key in due]


def _weeks(cells: Iterable[CostFigures]) -> list[Week]:
    fen: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for cell in cells:
        for monday, (sum_, heads) in cell.figures.get("weeks", {}).items():
            fen[monday] += sum_
            people[monday] += heads
    weeks = []
    day, last = (date.fromisoformat(one) for one in (min(people), max(people))) if people else (date.max, date.min)
    while day <= last:
        n = people[day.isoformat()]
        hidden = 0 < n < FEWEST
        weeks.append(Week(day, None if hidden else fen[day.isoformat()], None if hidden else n))
        day += timedelta(days=7)
    return weeks


def _stars(told: Mapping[float, int]) -> list[tuple[int, int | None]]:
    """How many gave 5, 4 … 1; none of it where too few answered."""
    n = sum(told.values())
    return [(star, told.get(float(star), 0) if n >= FEWEST else None) for star in (5, 4, 3, 2, 1)]
