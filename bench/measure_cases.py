"""A case from the claim to the money, again and again: ``python -m bench.measure_cases WHAT …`` in a data folder.

``acts SECONDS RUN [short]``: lives of cases, one process; a short one is created, handed over, resolved and found;
``queries``: how many queries each act asks; ``pages TIMES``: lists, searches and pages over HTTP; ``rollup``: counting
what claims cost. Each prints one JSON line.
"""

import gc
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

ACTS = ("create", "hand over", "accept", "verify", "order", "receive", "conclude", "find by number")
# Money told by the worker himself soon after somebody took the case: nothing to verify, nothing to order.
SHORT = ("create", "hand over", "receive", "conclude", "find by number")


def lives(run: str, at: datetime) -> Iterator[list[tuple[str, Callable[[], object]]]]:
    """One case after another, each as its acts in order; every act is a transaction (or more) of its own."""
    from anxin import plainly
    from anxin.cases import concluding, orders, steps, taking
    from anxin.cases.filing import Person, Told, file_claim
    from anxin.cases.models import Case, Claimant
    from anxin.cases.money import receive, verify_sum
    from anxin.insight.case_list import case_by_number
    from anxin.people.models import User
    from anxin.registry.models import Project

    officers = list(User.objects.filter(username__startswith="bench", organisation__isnull=False).order_by("id"))
    by_region = {officer.region: officer for officer in officers}
    sites = [site for site in Project.objects.select_related("contractor") if site.region_code in by_region]
    n = 0
    while True:
        n += 1
        site = sites[n % len(sites)]
        officer = by_region[site.region_code]
        person = Person(name="测试甲", identity=f"990000{n:012d}", phone="13900000000", months=["2026-03"],
                        claimed_fen=500_000, trips=0, days_spent=0.5, cost_fen=0)  # fmt: skip
        told = Told(door="qr", key=f"{run}:{n}", people=[person], region_code=site.region_code, project=site,
                    text="三月的工资没有发", phone="13900000000")  # fmt: skip
        kept: dict[str, Any] = {}

        def create(told: Told = told, kept: dict[str, Any] = kept) -> None:
            kept["case"] = file_claim(told, at=at).claim.case
            kept["person"] = plainly.one(Claimant, case_id=kept["case"].pk)

        def case(kept: dict[str, Any] = kept) -> Case:
            found: Case = kept["case"]
            return found

        def find(officer: User = officer, case: Callable[[], Case] = case) -> None:
            assert case_by_number(officer, case().number) is not None

        def took(hours: float) -> datetime:
            return at + timedelta(hours=hours)

        yield [
            ("create", create),
            ("hand over", lambda by=officer, case=case: taking.take(case=case(), by=by, at=took(1))),  # type: ignore[misc]
            ("accept", lambda by=officer, case=case: steps.accept(case=case(), by=by, at=took(2))),  # type: ignore[misc]
            ("verify", lambda by=officer, kept=kept: verify_sum(  # type: ignore[misc]
                claimant=kept["person"], fen=500_000, by=by, at=took(3))),
            ("order", lambda by=officer, case=case: orders.order_payment(  # type: ignore[misc]
                case=case(), until=took(76).date(), by=by, at=took(4))),
            ("receive", lambda kept=kept: receive(  # type: ignore[misc]
                claimant=kept["person"], proof="bank", amount_fen=500_000, received_on=at.date(), at=took(30),
                reference="R")),
            ("conclude", lambda by=officer, case=case: concluding.conclude(  # type: ignore[misc]
                case=case(), conclusion="paid", note="", by=by, at=took(31))),
            ("find by number", find),
        ]  # fmt: skip


def acts(seconds: float, run: str, at: datetime, wanted: tuple[str, ...] = ACTS) -> dict[str, Any]:
    """Lives of these acts for so long: how many a second, processor time of one (here and in PostgreSQL's process that
    serves it), and the median of each act in ms."""
    spent: dict[str, list[float]] = defaultdict(list)
    stream = lives(run, at)
    for _, act in next(stream):  # the first reads files and regions
        act()
    gc.collect()
    gc.freeze()  # as the server does once it has loaded
    began, worked, served, n = time.perf_counter(), time.process_time(), _served(), 0
    for life in stream:
        if time.perf_counter() - began >= seconds:
            break
        for name, act in life:
            if name not in wanted:
                continue
            start = time.perf_counter()
            act()
            spent[name].append(time.perf_counter() - start)
        n += 1
    whole = time.perf_counter() - began
    each = {name: round(1000 * sorted(spent[name])[len(spent[name]) // 2], 2) for name in wanted}
    return {"lives": n, "per_s": round(n / whole, 1), "cpu_ms": round(1000 * (time.process_time() - worked) / n, 2),
            "server_ms": round(1000 * (_served() - served) / n, 2), "each_ms": each}  # fmt: skip


def _served() -> float:
    """Seconds of processor time that PostgreSQL's process of this connection has taken; nought on SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    told = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def queries(at: datetime) -> dict[str, int]:
    """Queries of each act of a life, without the first's reading of files."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    stream = lives(f"q{at.timestamp()}", at)
    for _, act in next(stream):
        act()
    found = {}
    for name, act in next(stream):
        with CaptureQueriesContext(connection) as asked:
            act()
        found[name] = len([one for one in asked.captured_queries if "SAVEPOINT" not in one["sql"]])
    return found


def pages(times: int) -> dict[str, object]:
    """Lists, searches and pages of a provincial officer."""
    from anxin.cases.models import Case
    from bench.measure_pages import measure

    newest = Case.objects.order_by("-id").first()
    assert newest is not None
    return measure(times, {
        "cases of the province": "/cases?view=region",
        "cases, page 5": "/cases?view=region&page=5",
        "cases of a city": "/cases?view=region&region=140100",
        "cases of a door and state": "/cases?view=region&door=qr&state=accepted",
        "closed cases": "/cases?view=region&state=ended",
        "search by a site's name": f"/cases?view=region&q={quote('模拟工程17号')}",
        "search by number": f"/cases?q={newest.number}",
        "a case": f"/cases/{newest.number}",
        "what claims cost": "/cases/cost?region=140000",
        "what they cost, 24 months": "/cases/cost?region=140000&months=24&door=qr",
    })  # fmt: skip


def rollup(at: datetime) -> dict[str, Any]:
    """Seconds to count every month of the cost page, and the two that a worker counts every few minutes."""
    from anxin.insight.cost_counting import refresh_cost
    from anxin.law.civil import civil_date

    began = time.perf_counter()
    months = refresh_cost(as_of=civil_date(at), at=at, everything=True)
    every = time.perf_counter() - began
    began = time.perf_counter()
    refresh_cost(as_of=civil_date(at), at=at)
    return {"months": months, "all_s": round(every, 2), "two_s": round(time.perf_counter() - began, 2)}


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
    django.setup()
    from django.utils import timezone

    what, *words = sys.argv[1:]
    now = timezone.now()
    if what == "acts":
        told: dict[str, Any] = acts(float(words[0]), words[1], now, SHORT if words[2:] else ACTS)
    elif what == "queries":
        told = dict(queries(now))
    elif what == "pages":
        told = dict(pages(int(words[0])))
    else:
        told = rollup(now)
    print(json.dumps(told))
    gc.unfreeze()  # what is frozen at the end DuckDB takes for leaked
