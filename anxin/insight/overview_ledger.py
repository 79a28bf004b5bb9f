"""What the overview counts in the ledger's rollups: heads at the gate, money by wage month, for every place.

Rollup files never change once written, so a month whose files, projects and day are the same is not counted twice
by one process: a refresh every half minute reads only the months that something arrived for.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from anxin.insight.places import levels_of
from anxin.law.civil import month_of, shift_month
from anxin.ledger import tables
from anxin.ledger.engine import query

MONTHS = 6
_FIGURES = ("attended", "unpaid", "due_fen", "paid_fen", "missing_fen")
_KEPT = 32
_kept: dict[tuple[Any, ...], list[dict[str, Any]]] = {}


@dataclass(frozen=True)
class Sites:
    """Which project lies where and belongs to which industry: project → code, project → industry."""

    regions: Mapping[int, str]
    industries: Mapping[int, str]

    def table(self) -> pa.Table:
        """One row a project: project_id, region, industry."""
        keys = list(self.regions)
        return pa.table(
            {
                "project_id": pa.array(keys, pa.int64()),
                "region": pa.array([self.regions[pk] for pk in keys], pa.string()),
                "industry": pa.array([self.industries[pk] for pk in keys], pa.string()),
            }
        )

    def mark(self) -> int:
        """A number that changes with any place or industry."""
        return hash((tuple(self.regions.items()), tuple(self.industries.items())))


def _once(key: tuple[Any, ...], count: Callable[[], pa.Table]) -> list[dict[str, Any]]:
    """The rows of a count, from memory when it was made before."""
    if key not in _kept:
        rows = count().to_pylist()
        while len(_kept) >= _KEPT:
            del _kept[next(iter(_kept))]
        _kept[key] = rows
    return _kept[key]


def workers_by_place(sites: Sites, *, as_of: date) -> dict[str, dict[str, Any]]:
    """Code → {today, month, industry: {code: month}}: different people seen on ``as_of`` and in its month so far.

    Nearly everyone is on one project: those are counted by project and added up. The few on several are counted one
    by one, so that a person on two projects of a county is one person there, in the city and in the province.
    """
    month = month_of(as_of)
    key = ("workers", as_of, sites.mark(), *tables.files("work_months", [month]))
    rows = _once(key, lambda: _heads(sites, month, as_of))
    answer: dict[str, dict[str, Any]] = defaultdict(lambda: {"today": 0, "month": 0, "industry": Counter()})
    people: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in rows:
        for code in levels_of(row["region"]):
            place, worker = answer[code], row["worker_id"]
            if worker is None:
                place["today"] += row["today"]
                place["month"] += row["month"]
                place["industry"][row["industry"]] += row["month"]
                continue
            for kind, counts in (("month", True), ("today", bool(row["today"]))):
                if counts and worker not in people[code, kind]:
                    people[code, kind].add(worker)
                    place[kind] += 1
            if worker not in people[code, row["industry"]]:
                people[code, row["industry"]].add(worker)
                place["industry"][row["industry"]] += 1
    return answer


def _heads(sites: Sites, month: str, as_of: date) -> pa.Table:
    """Rows of (region, industry, worker_id, month, today): sums of those on one project under no worker, and a row
    for each project of the others."""
    so_far = (1 << as_of.day) - 1
    return query(
        f"""
        WITH came AS (
            SELECT worker_id, region, industry, (mask >> {as_of.day - 1}) & 1 AS today
            FROM {tables.scan("work_months", [month])} JOIN sites USING (project_id)
            WHERE mask & {so_far} <> 0
        ), several AS (SELECT worker_id FROM came GROUP BY worker_id HAVING count(*) > 1)
        SELECT region, industry, NULL::BIGINT AS worker_id, count(*) AS month, sum(today)::BIGINT AS today
        FROM came ANTI JOIN several USING (worker_id) GROUP BY region, industry
        UNION ALL
        SELECT region, industry, worker_id, 1, max(today) FROM came SEMI JOIN several USING (worker_id)
        GROUP BY region, industry, worker_id
        """,  # noqa: S608 - paths and numbers of our own
        sites=sites.table(),
    )


def months_by_place(sites: Sites, *, as_of: date) -> dict[str, list[dict[str, Any]]]:
    """Code → the last ``MONTHS`` wage months up to ``as_of``'s, newest first: {month, attended, unpaid, due_fen,
    paid_fen, missing_fen}. Heads are worker-months; ``unpaid`` attended and got nothing; money in fen.

    Missing money is summed over workers, so that one worker's excess never hides another's want.
    """
    newest = month_of(as_of)
    months = [shift_month(newest, -back) for back in range(MONTHS)]
    mark = sites.mark()
    answer: dict[str, dict[str, dict[str, Any]]] = {}
    for month in months:
        day = as_of.day if month == newest else 31
        files = (*tables.files("work_months", [month]), "", *tables.files("pay_months", [month]))
        rows = _once(("month", month, day, mark, *files), lambda m=month, d=day: _month(sites, m, d))  # type: ignore[misc]
        for row in rows:
            for code in levels_of(row["region"]):
                by_month = answer.setdefault(code, {m: {"month": m, **dict.fromkeys(_FIGURES, 0)} for m in months})
                for name in _FIGURES:
                    by_month[month][name] += row[name]
    return {code: [by_month[m] for m in months] for code, by_month in answer.items()}


def _month(sites: Sites, month: str, day: int) -> pa.Table:
    """The figures of one wage month by region, attendance up to its ``day``."""
    return query(
        f"""
        WITH attended AS (
            SELECT project_id, worker_id FROM {tables.scan("work_months", [month])} WHERE mask & {(1 << day) - 1} <> 0
        ), told AS (
            SELECT project_id, worker_id, due_fen, paid_fen FROM {tables.scan("pay_months", [month])}
        ), heads AS (
            SELECT project_id, count(*) AS attended, count(*) FILTER (WHERE coalesce(paid_fen, 0) <= 0) AS unpaid
            FROM attended LEFT JOIN told USING (project_id, worker_id) GROUP BY project_id
        ), money AS (
            SELECT project_id, sum(due_fen)::BIGINT AS due_fen, sum(paid_fen)::BIGINT AS paid_fen,
                   sum(greatest(due_fen - paid_fen, 0))::BIGINT AS missing_fen
            FROM told GROUP BY project_id
        )
        SELECT region, {", ".join(f"coalesce(sum({name}), 0)::BIGINT AS {name}" for name in _FIGURES)}
        FROM sites LEFT JOIN heads USING (project_id) LEFT JOIN money USING (project_id) GROUP BY region
        """,  # noqa: S608 - paths and months of our own
        sites=sites.table(),
    )
