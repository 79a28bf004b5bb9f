"""What the overview counts in the ledger's rollups: heads at the gate, money by wage month, for every place.

A worker on two projects of a county is one person in the county, so heads are counted anew on each level.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from anxin.insight.places import levels_of
from anxin.law.civil import month_of, shift_month
from anxin.ledger import tables
from anxin.ledger.engine import query

MONTHS = 6
# Name of each level's column in the queries: province, city, county.
_LEVELS = ("province", "city", "county")


def _places(regions: Mapping[int, str], industries: Mapping[int, str] | None = None) -> pa.Table:
    codes = list(regions.values())
    return pa.table(
        {
            "project_id": pa.array(regions.keys(), pa.int64()),
            "province": pa.array([code[:2] + "0000" for code in codes], pa.string()),
            "city": pa.array([code[:4] + "00" for code in codes], pa.string()),
            "county": pa.array(codes, pa.string()),
            "industry": pa.array([industries[pk] if industries else "" for pk in regions], pa.string()),
        }
    )


def workers_by_place(
    regions: Mapping[int, str], industries: Mapping[int, str], *, as_of: date
) -> dict[str, dict[str, Any]]:
    """Code → {today, month, industry: {code: month}}: different workers seen on ``as_of`` and in its month so far.

    ``regions`` and ``industries``: project → code.
    """
    month = month_of(as_of)
    seen = tables.scan("work_months", [month])
    so_far = (1 << as_of.day) - 1
    answer: dict[str, dict[str, Any]] = defaultdict(lambda: {"today": 0, "month": 0, "industry": {}})
    if not regions:
        return answer
    sets = ", ".join(f"({level}), ({level}, industry)" for level in _LEVELS)
    rows = query(
        f"""
        SELECT coalesce(province, city, county) AS code, industry, grouping(industry) AS whole,
               count(DISTINCT worker_id) AS month,
               count(DISTINCT worker_id) FILTER (WHERE (mask >> {as_of.day - 1}) & 1 = 1) AS today
        FROM {seen} JOIN places USING (project_id)
        WHERE mask & {so_far} <> 0 AND month = '{month}'
        GROUP BY GROUPING SETS ({sets})
        """,  # noqa: S608 - paths and numbers of our own
        places=_places(regions, industries),
    )
    for row in rows.to_pylist():
        if row["whole"]:
            # A county's own code may be a city's: a project registered for the city as a whole. The city's count is
            # the larger of the two and holds it.
            place = answer[row["code"]]
            place["today"], place["month"] = max(place["today"], row["today"]), max(place["month"], row["month"])
        else:
            industry = answer[row["code"]]["industry"]
            industry[row["industry"]] = max(industry.get(row["industry"], 0), row["month"])
    return answer


def months_by_place(regions: Mapping[int, str], *, as_of: date) -> dict[str, list[dict[str, Any]]]:
    """Code → the last ``MONTHS`` wage months up to ``as_of``'s, newest first: {month, attended, unpaid, due_fen,
    paid_fen, missing_fen}. Heads are worker-months; ``unpaid`` attended and got nothing; money in fen.

    Missing money is summed over workers, so that one worker's excess never hides another's want.
    """
    newest = month_of(as_of)
    months = [shift_month(newest, -back) for back in range(MONTHS)]
    work, pay = tables.scan("work_months", months), tables.scan("pay_months", months)
    if not regions:
        return {}
    rows = query(
        f"""
        WITH attended AS (
            SELECT project_id, worker_id, month, mask FROM {work}
            WHERE month <> '{newest}' OR mask & {(1 << as_of.day) - 1} <> 0
        ), joined AS (
            SELECT project_id, month, attended.mask IS NOT NULL AS came,
                   coalesce(due_fen, 0) AS due_fen, coalesce(paid_fen, 0) AS paid_fen
            FROM attended FULL JOIN {pay} AS pay USING (project_id, worker_id, month)
        )
        SELECT county, month,
               count(*) FILTER (WHERE came) AS attended,
               count(*) FILTER (WHERE came AND paid_fen <= 0) AS unpaid,
               sum(due_fen)::BIGINT AS due_fen, sum(paid_fen)::BIGINT AS paid_fen,
               sum(greatest(due_fen - paid_fen, 0))::BIGINT AS missing_fen
        FROM joined JOIN places USING (project_id) GROUP BY county, month
        """,  # noqa: S608 - paths and months of our own
        places=_places(regions),
    )
    names = ("attended", "unpaid", "due_fen", "paid_fen", "missing_fen")
    answer: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows.to_pylist():
        for code in levels_of(row["county"]):
            by_month = answer.setdefault(code, {m: {"month": m, **dict.fromkeys(names, 0)} for m in months})
            for name in names:
                by_month[row["month"]][name] += row[name]
    return {code: [by_month[m] for m in months] for code, by_month in answer.items()}
