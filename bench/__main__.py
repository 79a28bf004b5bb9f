"""``python -m bench``: measure and print. Small sizes unless told otherwise; ``--full`` for a province.

Every measurement runs in a process of its own, in one data folder that is removed afterwards.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from anxin.law.civil import SHANGHAI
from bench import measure_intake, measure_sweep, postgres

PARTS = ("sweep", "postgres", "intake", "pages", "desk", "cases")
CASES = {True: (0, 100_000, 1_000_000), False: (0, 2_000, 10_000)}


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("--full", action="store_true", help="20,000 projects, 1.2 million workers, 12 months")
    words.add_argument("--projects", type=int)
    words.add_argument("--workers", type=int)
    words.add_argument("--months", type=int, default=12)
    words.add_argument("--seconds", type=float, help="how long the doors are under load")
    words.add_argument("--connections", type=int, default=16)
    words.add_argument("--cases", help="sizes for the part cases, such as 0,100000,1000000")
    words.add_argument("--only", choices=PARTS, action="append", help="measure only this (may be repeated)")
    words.add_argument("--keep", type=Path, help="keep the data in this folder, and use it when it is there")
    told = words.parse_args()
    projects = told.projects or (20_000 if told.full else 1_000)
    workers = told.workers or projects * 60
    seconds = told.seconds or (30 if told.full else 8)
    wanted = told.only or PARTS
    folder = Path(tempfile.mkdtemp(prefix="anxin-bench-")) if told.keep is None else told.keep
    today = datetime.now(SHANGHAI).date()
    sizes = tuple(int(size) for size in told.cases.split(",")) if told.cases else CASES[told.full]
    try:
        if "cases" in wanted:
            _cases(
                folder / "cases", sizes, seconds=told.seconds or (10 if told.full else 5), keep=told.keep is not None
            )
        if "desk" in wanted:
            _desk(folder / "desk", projects, projects * 10)
        if set(wanted) <= {"cases", "desk"}:
            return
        print(f"{projects} projects, {workers} workers, {told.months} months, {os.cpu_count()} cores, as of {today}")
        whole = _province(folder / "whole", projects, workers, told.months, today)
        if "sweep" in wanted:
            _sweep(whole, today)
        if "postgres" in wanted:
            tenth = _province(folder / "tenth", max(projects // 10, 1), max(workers // 10, 1), told.months, today)
            _postgres(tenth, today)
        if "intake" in wanted or "pages" in wanted:
            _run(whole, "bench.measure_sweep", "sweep", str(today))
        if "intake" in wanted:
            _intake(whole, seconds, told.connections, 20 if told.full else 6)
        if "pages" in wanted:
            _pages(whole)
    finally:
        if told.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, module: str, *words: str, **more: str) -> dict[str, Any]:
    """Run a measurement in a process of its own and read its line."""
    return _read(_begin(folder, module, *words, **more))


def _begin(folder: Path, module: str, *words: str, **more: str) -> subprocess.Popen[str]:
    """Begin a measurement; ``more`` joins its environment."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *words],
        env={**os.environ, "ANXIN_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "anxin.settings", **more},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _read(child: subprocess.Popen[str]) -> dict[str, Any]:
    said, _ = child.communicate()
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, child.args)
    return dict(json.loads(said.strip().splitlines()[-1]))


def _province(folder: Path, projects: int, workers: int, months: int, today: date) -> Path:
    if not (folder / "ready").exists():
        folder.mkdir(parents=True, exist_ok=True)
        size = _run(folder, "bench.province", str(projects), str(workers), str(months), "1", str(today))
        (folder / "ready").write_text(json.dumps(size))
    size = json.loads((folder / "ready").read_text())
    print(
        f"\nprovince: {size['projects']:,} projects, {size['workers']:,} workers, {size['work_months']:,} work-months,"
        f" {size['pay_months']:,} pay-months, {size['movements']:,} movements (made in {size['seconds']} s)"
    )
    return folder


def _sweep(folder: Path, today: date) -> None:
    scan = _run(folder, "bench.measure_sweep", "scan", str(today))
    judged = _run(folder, "bench.measure_sweep", "evaluate", str(today))
    swept = _run(folder, "bench.measure_sweep", "sweep", str(today))
    each = _run(folder, "bench.measure_sweep", "each", str(today))
    print("\n(a) sweep")
    print(f"  plain DuckDB scan of the columns     {scan['seconds']:8.2f} s")
    print(
        f"  load and evaluate {judged['rules']:3d} rules          {judged['seconds']:8.2f} s"
        f"  = {judged['seconds'] / scan['seconds']:.1f} scans; {judged['findings']:,} findings;"
        f" peak {judged['peak_mib']} MiB"
    )
    print(f"  first sweep, every warning opened    {swept['first_s']:8.2f} s  {swept['opened']:,} opened")
    print(
        f"  sweep with nothing changed           {swept['seconds']:8.2f} s  = {swept['seconds'] / scan['seconds']:.1f}"
        f" scans; {swept['unchanged']:,} unchanged; peak of both {swept['peak_mib']} MiB"
    )
    each.pop("peak_mib")
    print("  slowest rules: " + ", ".join(f"{name} {took[0]} s" for name, took in list(each.items())[:5]))


def _postgres(folder: Path, today: date) -> None:
    ours = _run(folder, "bench.measure_sweep", "heaviest", str(today), *measure_sweep.HEAVIEST)
    with tempfile.TemporaryDirectory() as held:
        _run(folder, "bench.measure_sweep", "export", str(today), held)
        with postgres.cluster() as address:
            theirs: dict[str, Any] = measure_sweep.in_postgres(address, Path(held), today)
    print("\n(a) the four heaviest comparisons at a tenth of the size")
    print(f"  anxin, facts loaded and evaluated    {ours['seconds']:8.2f} s  {ours['findings']}")
    for name, took in (("on our rollups, indexed", theirs), ("on attendance by day", theirs["by_day"])):
        print(f"  PostgreSQL, {name:24s} {took['seconds']:8.2f} s  {took['each']}")
        print(f"  ratio                                {took['seconds'] / ours['seconds']:8.1f} x")


def _intake(folder: Path, seconds: float, connections: int, batches: int) -> None:
    ceiling = measure_intake.disk(folder)
    told = _run(folder, "bench.measure_intake", str(seconds), str(connections), str(batches))
    with postgres.cluster() as address:
        copied: dict[str, Any] = measure_intake.copy_in_postgres(address, batches)
    calls, delay, bulk, kept = (told[name] for name in ("attendance", "fact_to_warning", "bulk", "kept"))
    print("\n(b) durable intake, load generator on the same cores")
    print(
        f"  national attendance, ten swipes each {calls['per_s']:8.0f} calls/s over {calls['seconds']} s;"
        f" p50 {calls['p50_ms']} ms, p95 {calls['p95_ms']} ms, p99 {calls['p99_ms']} ms;"
        f" {calls['good']:,} of {calls['calls']:,} accepted {calls['other'] or ''}"
    )
    share = calls["per_s"] / ceiling
    print(f"  this disk, durable 4 KB writes       {ceiling:8.0f} a second; calls are {share:.2f} of that")
    print(f"  bulk door, Parquet of 50,000 rows    {bulk['rows_per_s']:8,} rows/s  ({bulk['rows']:,} rows)")
    print(
        f"  PostgreSQL COPY of as many rows      {copied['rows_per_s']:8,} rows/s"
        f"  = {bulk['rows_per_s'] / copied['rows_per_s']:.2f} of COPY"
    )
    print(f"  acknowledged and in the ledger       {kept}")
    print("\n(c) from a fact's arrival to its changed warning, while (b) runs")
    print(f"  {delay['probes']} probes: p50 {delay['p50_s']} s, p95 {delay['p95_s']} s, worst {delay['worst_s']} s")


def _pages(folder: Path) -> None:
    print("\n(d) pages, ms over HTTP")
    _table(_run(folder, "bench.measure_pages", "40"))


def _desk(folder: Path, projects: int, warnings: int) -> None:
    if not (folder / "ready").exists():
        folder.mkdir(parents=True, exist_ok=True)
        size = _run(folder, "bench.measure_desk", "fill", str(projects), str(warnings))
        (folder / "ready").write_text(json.dumps(size))
    size = json.loads((folder / "ready").read_text())
    print(f"\n(d) desk and board, {size['warnings']:,} warnings in hand about {size['projects']:,} projects,"
          f" {size['unit']:,} of them the unit's, {size['mine']:,} the officer's; ms over HTTP")  # fmt: skip
    _table(_run(folder, "bench.measure_desk", "pages", "40"))


def _table(pages: dict[str, Any]) -> None:
    for name, told in pages.items():
        print(
            f"  {name:28s} {told['status']}  p95 {told['p95_ms']:7.1f}  median {told['p50_ms']:7.1f}"
            f"  first {told['first_ms']:7.1f}  {told['wire_kb']:6.1f} KB on the wire"
        )


def _cases(folder: Path, sizes: tuple[int, ...], *, seconds: float, keep: bool) -> None:
    print("\n(e) cases, two processes at once")
    print("  short: created, handed over, resolved, found; whole: also accepted, verified, ordered to pay")
    folder.mkdir(parents=True, exist_ok=True)
    _cases_in("SQLite", folder, sizes, seconds)
    with postgres.cluster(folder / "postgres" if keep else None) as address:
        host = quote(address.split()[0].removeprefix("host="), safe="")
        _cases_in("PostgreSQL", folder, sizes, seconds, DATABASE_URL=f"postgres://anxin@{host}/postgres")


def _cases_in(name: str, folder: Path, sizes: tuple[int, ...], seconds: float, **more: str) -> None:
    first: dict[str, float] = {}
    for size in sizes:
        made = _run(folder, "bench.cases_fill", str(size), **more)
        run = f"{time.time():.0f}"
        print(f"  {name}, {made['cases']:,} cases (made in {made['seconds']} s)")
        for kind, words in (("short", ("short",)), ("whole", ())):
            both = [
                _begin(folder, "bench.measure_cases", "acts", str(seconds), f"{run}{kind}{k}", *words, **more)
                for k in "ab"
            ]
            told = [_read(child) for child in both]
            rate = sum(one["per_s"] for one in told)
            first.setdefault(kind, rate)
            print(f"    {kind} lives: {rate:.0f} a second = {rate / first[kind]:.2f} of the first;"
                  f" {told[0]['cpu_ms']} ms of processor time each, {told[0]['server_ms']} in the server")  # fmt: skip
            print("      ms each: " + ", ".join(f"{act} {took}" for act, took in told[0]["each_ms"].items()))
        if size == sizes[0]:
            asked = _run(folder, "bench.measure_cases", "queries", **more)
            print(
                "    queries: "
                + ", ".join(f"{act} {n}" for act, n in asked.items())
                + f"; {sum(asked.values())} a life"
            )
        counted = _run(folder, "bench.measure_cases", "rollup", **more)
        print(f"    what claims cost, counted: {counted['months']} months {counted['all_s']} s,"
              f" the newest {counted['two_s']} s")  # fmt: skip
        pages = _run(folder, "bench.measure_cases", "pages", "20", **more)
        for page, took in pages.items():
            print(f"    {page:28s} {took['status']}  p95 {took['p95_ms']:7.1f}  median {took['p50_ms']:7.1f}")


if __name__ == "__main__":
    main()
