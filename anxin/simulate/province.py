"""The synthetic province: planned, sent in, and the truth about it written down."""

import time as clock
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from anxin.simulate import doors, truth
from anxin.simulate.plan import plan
from anxin.simulate.site import Site


@dataclass(frozen=True)
class Report:
    """What was simulated. ``held``: rows the doors did not take, which should be none; ``truth``: the CSV file."""

    projects: int
    workers: int
    rows: int
    held: int
    faults: dict[str, int]
    truth: Path
    seconds: float


def simulate(
    *,
    projects: int,
    workers: int,
    months: int,
    seed: int,
    until: date,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
    path: str = "bulk",
    a_day: int = 2,
) -> Report:
    """Make a province and send it in; the same seed makes the same province.

    ``months`` wage months end with the month of ``until``, which is the last simulated day and not after ``at``.
    ``path``: ``doors`` (registry actions and admission, row by row) or ``bulk`` (the same facts, set by set).
    ``a_day``: passes of the gate a worker and day, 1 or 2. ``progress`` is called with (sites done, sites).
    Sealing and sweeping are left to the caller. Raises ValueError for sizes that make no province.
    """
    from anxin.simulate import bulk

    began = clock.perf_counter()
    if path not in {"doors", "bulk"}:
        raise ValueError("A province goes in by the path doors or bulk.")
    province = plan(projects=projects, workers=workers, months=months, seed=seed, until=until)
    faults: dict[str, int] = {}
    with truth.Writer(province.time) as writer:

        def each(site: Site, loaded: doors.Loaded) -> None:
            if site.fault:
                faults[site.fault] = faults.get(site.fault, 0) + 1
            writer.write(site, loaded)

        load = doors.load if path == "doors" else bulk.load
        loaded = load(province, at=at, a_day=a_day, progress=progress, each=each)
    return Report(
        projects=projects,
        workers=sum(len(people) for people in loaded.workers.values()),
        rows=loaded.rows,
        held=loaded.held,
        faults=dict(sorted(faults.items())),
        truth=writer.path,
        seconds=clock.perf_counter() - began,
    )
