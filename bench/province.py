"""A province for measuring: the simulator's plan, with the ledger's monthly rollups written straight away.

The registry (projects, people, rosters, accounts, deposits …) and the account movements go in as in real life. A year
of swipes for a million people would be some 300 million rows that only wait to be rolled up, so ``work_months`` and
``pay_months`` are written directly, through the ledger's own ``tables.write`` and in the order sealing writes them.
Run as ``python -m bench.province PROJECTS WORKERS MONTHS SEED`` with ANXIN_DATA set; prints one JSON line.
"""

import json
import os
import sys
import time
from datetime import date, datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa


def build(*, projects: int, workers: int, months: int, seed: int, until: date, at: datetime) -> dict[str, object]:
    """Make the province in this data folder and answer its size."""
    from django.core.management import call_command

    from anxin.ledger import inbox, tables
    from anxin.ledger.schema import FACT_TABLES
    from anxin.ledger.sealing import seal
    from anxin.registry.regions import load_regions
    from anxin.simulate import bulk, facts
    from anxin.simulate.plan import plan

    call_command("migrate", verbosity=0)
    load_regions()
    began = time.perf_counter()
    province = plan(projects=projects, workers=workers, months=months, seed=seed, until=until, begun_before=1.0)
    time_ = province.time
    work: list[list[pa.Table]] = [[] for _ in range(months)]
    pay: list[list[pa.Table]] = [[] for _ in range(months)]
    booked: dict[str, list[object]] = {name: [] for name in FACT_TABLES["movements"].schema.names}

    def each(site, loaded) -> None:
        project = loaded.projects[site.index]
        people = np.array(loaded.workers[site.index], dtype=np.int64)
        for k in range(months):
            work[k].append(_work_rows(site, k, project, people))
            pay[k].append(_pay_rows(site, k, project, people))
        account = accounts.get(project)
        for m in facts.movements(site, time_):
            row = {**m.__dict__, "project_id": project, "account_id": account, "month": f"{m.booked_on:%Y-%m}"}
            for name, values in booked.items():
                values.append(row[name])

    accounts = _Accounts()
    loaded = bulk.load(province, at=at, a_day=1, each=each, with_facts=False, progress=_progress)
    registry = time.perf_counter() - began
    movements = pa.table(booked, schema=FACT_TABLES["movements"].schema)
    edges = [*range(0, movements.num_rows, 200_000), movements.num_rows]
    for first, last in pairwise(edges):
        inbox.append(table="movements", rows=movements.slice(first, last - first), source="bench", at=at)
    seal(at=at)
    rows = {"work_months": 0, "pay_months": 0}
    for k, month in enumerate(time_.months):
        for name, parts in (("work_months", work[k]), ("pay_months", pay[k])):
            table = pa.concat_tables(parts).sort_by([("project_id", "ascending"), ("worker_id", "ascending")])
            table = table.add_column(2, "month", pa.array([month] * table.num_rows, pa.string()))
            tables.write(name, table, seal=None, months=[month])
            rows[name] += table.num_rows
            parts.clear()
    return {
        "projects": projects,
        "workers": sum(len(p) for p in loaded.workers.values()),
        "movements": movements.num_rows,
        **rows,
        "registry_s": round(registry, 1),
        "seconds": round(time.perf_counter() - began, 1),
    }


class _Accounts(dict):
    """Account of a project, read when first asked for."""

    def __missing__(self, project: int) -> int | None:
        from anxin.registry.models import AccountUse

        self.update(AccountUse.objects.filter(project_id__gte=project).values_list("project_id", "account_id"))
        return self.setdefault(project, None)

    def get(self, project, default=None):
        return self[project]


def _work_rows(site, k: int, project: int, people: np.ndarray) -> pa.Table:
    here = np.flatnonzero(site.mask[:, k]) if site.workers else np.zeros(0, np.int64)
    mask = site.mask[here, k].astype(np.int64)
    return pa.table(
        {
            "project_id": np.full(len(here), project, dtype=np.int64),
            "worker_id": people[here],
            "mask": mask,
            "days": np.bitwise_count(mask).astype(np.int64),
        }
    )


def _pay_rows(site, k: int, project: int, people: np.ndarray) -> pa.Table:
    from anxin.simulate.site import BANK, FAILED, OFFLINE

    how, on = site.how[:, k], site.paid_on[:, k]
    bank = np.where(np.isin(how, (BANK, OFFLINE)), site.paid_fen[:, k], 0)
    failed = np.where(how == FAILED, site.due_fen[:, k], 0)
    first = np.where(np.isin(how, (BANK, OFFLINE)), on, 10**7)
    lines = (site.sheet[:, k] | (how > 0)).astype(np.int64)
    due = np.where(lines > 0, site.due_fen[:, k], 0)
    for extra in site.extras:
        if extra.month == k:
            bank[extra.worker] += extra.amount_fen
            first[extra.worker] = min(first[extra.worker], extra.on)
    here = np.flatnonzero((lines > 0) | (bank > 0) | (failed > 0))
    epoch = date(1970, 1, 1).toordinal()
    days = pa.array((first[here] - epoch).astype("int32"), pa.int32(), mask=first[here] == 10**7).cast(pa.date32())
    return pa.table(
        {
            "project_id": np.full(len(here), project, dtype=np.int64),
            "worker_id": people[here],
            "lines": lines[here],
            "due_fen": due[here],
            "sheet_paid_fen": np.where(failed[here] > 0, 0, bank[here]),
            "bank_paid_fen": bank[here],
            "bank_failed_fen": failed[here],
            "paid_fen": bank[here],
            "first_paid_on": days,
            # Equal cards look equal and different ones different, which is all a rule asks of a token.
            "card_token": pa.array([f"{c:032x}" for c in site.card[here].tolist()], pa.string()),
        }
    )


def _progress(done: int, of: int) -> None:
    print(f"\r  {done}/{of} projects", end="" if done < of else "\n", file=sys.stderr, flush=True)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
    django.setup()
    from anxin.law.civil import SHANGHAI

    sizes = [int(a) for a in sys.argv[1:5]]
    today = date.fromisoformat(sys.argv[5])
    print(
        json.dumps(
            build(
                projects=sizes[0],
                workers=sizes[1],
                months=sizes[2],
                seed=sizes[3],
                until=today,
                at=datetime(today.year, today.month, today.day, 20, tzinfo=SHANGHAI),
            )
        )
    )
