"""The plan of a province: which sites there are, who builds them, which of them goes wrong and how. Pure, seeded."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from anxin.registry.regions import table as regions
from anxin.simulate import conduct, names
from anxin.simulate.site import Site, Span, lay_out, pay_in_full, span

FAULTY_SHARE = 0.4
PAUSED_SHARE = 0.07
COMPLETED_SHARE = 0.05
PREPARING_SHARE = 0.03
SMALLEST_SITE = 8
PAY_DAYS = (5, 10, 12, 15, 18, 20, 25)
CONTRACTOR, DEVELOPER, SUBCONTRACTOR = 0, 100_000, 200_000  # first enterprise of each kind


@dataclass
class Province:
    """A planned province. ``sites`` are laid out one at a time by ``each``, so that a big one need not fit at once."""

    seed: int
    time: Span
    drafts: list["Draft"] = field(default_factory=list)
    workers: int = 0

    def each(self) -> Iterator[Site]:
        """Lay out every site, in order; twice gives the same sites."""
        for draft in self.drafts:
            yield self.lay_out(draft)

    def lay_out(self, draft: "Draft") -> Site:
        """One site, spoiled by its fault."""
        rng = np.random.default_rng([self.seed, draft.index])
        site = Site(
            index=draft.index,
            code=f"{draft.region}{date.fromordinal(draft.started):%y%m%d}{self.seed % 1000:03d}{draft.index:05d}",
            name=names.works(draft.category, rng),
            region=draft.region,
            category=draft.category,
            investment=("government", "state_owned", "other")[int(rng.choice(3, p=(0.3, 0.3, 0.4)))],
            contractor=draft.contractor,
            developer=DEVELOPER + draft.index // 2,
            subcontractor=SUBCONTRACTOR + draft.index // 3,
            first_worker=draft.first_worker,
            started=draft.started,
            pay_day=PAY_DAYS[int(rng.integers(len(PAY_DAYS)))],
            price_fen=int(draft.size * rng.uniform(25, 70)) * 1_000_000,
        )
        complete_on = 0
        if draft.kind == "completed":
            # At the end of a month, so that the last month is not a few days' wages.
            ended = date.fromordinal(self.time.until - int(rng.integers(20, 60)))
            complete_on = ended.replace(day=1).toordinal() - 1
        lay_out(
            site,
            size=draft.size,
            time=self.time,
            rng=rng,
            complete_on=complete_on,
            preparing=draft.kind == "preparing",
        )
        if draft.kind == "paused":
            conduct.winter_pause(site, self.time, rng)
            pay_in_full(site, self.time, rng)
        if draft.fault is not None:
            site.fault = draft.fault.name
            draft.fault.spoil(site, self.time, rng)
        return site


@dataclass
class Draft:
    """What is decided about a site before it is laid out. ``kind``: running, fresh, paused, completed, preparing."""

    index: int
    region: str
    category: str
    size: int
    first_worker: int
    started: int
    contractor: int
    kind: str
    fault: conduct.Fault | None


def plan(
    *,
    projects: int,
    workers: int,
    months: int,
    seed: int,
    until: date,
    provinces: tuple[tuple[str, float], ...] = (("14", 0.75), ("52", 0.25)),
    begun_before: float = 0.6,
) -> Province:
    """Plan a province of ``projects`` sites and about ``workers`` workers over ``months`` wage months to ``until``.

    ``provinces``: first two digits of a region code, and its share of the sites. ``begun_before``:
    the share of ordinary sites that were running when the simulated time begins.
    """
    if projects < 1 or workers < 1 or months < 1:
        raise ValueError("A province needs at least one project, one worker and one month.")
    rng = np.random.default_rng([seed])
    time = span(months=months, until=until)
    province = Province(seed=seed, time=time)
    where = _regions(projects, provinces, rng)
    sizes = _sizes(projects, workers, rng)
    faults = _faults(projects, months, where, rng)
    contractors = max(projects // 4, 1)
    first_worker = seed % 97 * 100_003  # another seed invents other people
    for index in range(projects):
        fault = faults[index]
        kind = _kind(fault, months, rng)
        # A site that stops paying brings its company down: the company has no other site.
        contractor = contractors + index if fault and fault.name == "stops_paying" else int(rng.integers(contractors))
        province.drafts.append(
            Draft(
                index=index,
                region=where[index],
                category=str(rng.choice(names.CATEGORIES, p=names.CATEGORY_SHARES)),
                size=sizes[index],
                first_worker=first_worker,
                started=_start(fault, kind, time, begun_before, rng),
                contractor=CONTRACTOR + contractor,
                kind=kind,
                fault=fault,
            )
        )
        first_worker += sizes[index]
        province.workers += sizes[index]
    return province


def _regions(projects: int, provinces: tuple[tuple[str, float], ...], rng: np.random.Generator) -> list[str]:
    where: list[str] = []
    for place, (prefix, share) in enumerate(provinces):
        count = projects - len(where) if place == len(provinces) - 1 else round(projects * share)
        counties = [c for c, row in regions().items() if c.startswith(prefix) and row["level"] == "3"]
        weights = rng.gamma(1.5, size=len(counties))
        where += [
            str(c) for c in rng.choice(counties, size=min(count, projects - len(where)), p=weights / weights.sum())
        ]
    rng.shuffle(where)
    return where


def _sizes(projects: int, workers: int, rng: np.random.Generator) -> list[int]:
    """Log-normal sizes that add up to ``workers`` as nearly as the smallest site allows."""
    raw = rng.lognormal(0.0, 0.8, projects)
    scaled = raw * (workers / raw.sum())
    least = min(SMALLEST_SITE, max(workers // projects, 1))
    return [max(least, math.floor(v + 0.5)) for v in scaled]


def _faults(projects: int, months: int, where: list[str], rng: np.random.Generator) -> list[conduct.Fault | None]:
    """Every fault once before any twice, then by weight, on sites of the province whose rules speak of it."""
    possible = [f for f in conduct.FAULTS if f.months <= months]
    count = max(round(projects * FAULTY_SHARE), min(len(possible), projects // 2))
    weights = np.array([f.weight for f in possible])
    chosen = [possible[i] for i in rng.permutation(len(possible))]
    extra = max(count - len(chosen), 0)
    chosen += [possible[i] for i in rng.choice(len(possible), size=extra, p=weights / weights.sum())]
    assigned: list[conduct.Fault | None] = [None] * projects
    free = [int(i) for i in rng.permutation(projects)]
    for fault in chosen[:count]:
        place = next((i for i in free if where[i].startswith(fault.home)), free[0])
        free.remove(place)
        assigned[place] = fault
    return assigned


def _kind(fault: conduct.Fault | None, months: int, rng: np.random.Generator) -> str:
    draw = rng.random()
    if fault is not None or months < 3:
        return "running"
    for kind, share in (("paused", PAUSED_SHARE), ("completed", COMPLETED_SHARE), ("preparing", PREPARING_SHARE)):
        if draw < share / (1 - FAULTY_SHARE):
            return kind
        draw -= share / (1 - FAULTY_SHARE)
    return "fresh" if draw < 0.06 else "running"


def _start(fault: conduct.Fault | None, kind: str, time: Span, begun_before: float, rng: np.random.Generator) -> int:
    era = fault.era if fault is not None else ""
    if era == "recent":
        return int(rng.integers(max(time.until - 100, time.begin), time.until - 16))
    if era == "window":
        return int(rng.integers(time.begin, max(time.until - 50, time.begin + 1)))
    if kind == "fresh":
        return time.until - int(rng.integers(0, 13))
    if kind == "preparing":
        return time.until - int(rng.integers(0, 40))
    if era == "old" or kind in {"paused", "completed"} or rng.random() < begun_before:
        return time.begin - int(rng.integers(40, 500))
    return int(rng.integers(time.begin, max(time.until - 30, time.begin + 1)))
