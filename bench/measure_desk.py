"""The desk and the board of a province: ``python -m bench.measure_desk fill PROJECTS WARNINGS`` in an empty data folder
writes warnings in hand straight into the tables and hands them over; ``pages TIMES`` asks for the lists over HTTP.

Each prints one JSON line. Nobody found these warnings: only their number, spread and deadlines matter here. One county
has a tenth of them, one officer there a tenth of those.
"""

import json
import os
import random
import sys
import time
from datetime import datetime, timedelta
from typing import Any

AT_ONCE = 5_000
PAGES = {
    "desk, mine": "/desk?view=mine",
    "desk, my unit": "/desk?view=unit",
    "desk, region": "/desk?view=region",
    "desk, region, overdue": "/desk?view=region&due=overdue",
    "desk, region, red": "/desk?view=region&level=red",
    "desk, region, one rule": "/desk?view=region&rule=SX-01",
    "desk, a project's name": "/desk?view=region&q=%E5%B7%A5%E7%A8%8B1234%E5%8F%B7",
    "desk, page 40": "/desk?view=region&page=40",
    "board": "/board",
    "warnings": "/warnings",
}


def fill(projects: int, warnings: int, *, at: datetime) -> dict[str, Any]:
    """Projects all over a province, warnings about them, their handlings; some taken, asked about and overdue."""
    from django.db import connection, transaction

    from anxin.law.civil import civil_date
    from anxin.people.models import Organisation, User
    from anxin.registry.models import Project
    from anxin.registry.offices import seed_offices
    from anxin.registry.regions import load_regions
    from anxin.rules.packs import all_rules
    from anxin.rules.rule import LEVELS
    from anxin.watch.handling.routing import hand_over
    from anxin.watch.models import Handling, Warning

    began = time.perf_counter()
    rng = random.Random(1)
    today = civil_date(at)
    load_regions()
    seed_offices(region="140000")
    units = Organisation.objects.filter(kind="hr", region_code__startswith="14").exclude(region_code__endswith="00")
    counties = list(units.order_by("region_code"))
    busy = counties[0]
    officer = User.objects.create(username="bench", role="officer", region="140000", organisation=busy)
    places = [busy.region_code if rng.random() < 0.1 else rng.choice(counties).region_code for _ in range(projects)]
    Project.objects.bulk_create(
        (Project(code=f"BENCH{n:06d}", name=f"模拟工程{n}号", region_code=place, category="01", industry="housing",
                 status="active", status_since=today, registered_on=today, recorded_at=at)
         for n, place in enumerate(places)), batch_size=AT_ONCE,
    )  # fmt: skip
    sites = list(Project.objects.order_by("id").values_list("id", "region_code"))
    rules = [rule.id for rule in all_rules() if rule.object == "project-month"] or ["GZ-05"]
    rules.append("SX-01")
    for start in range(0, warnings, AT_ONCE):
        rows = []
        for n in range(start, min(start + AT_ONCE, warnings)):
            project, region = sites[n % len(sites)]
            rank = rng.choices((1, 2, 3, 4), (20, 45, 25, 10))[0]
            opened = today - timedelta(days=rng.randrange(60))
            rows.append(
                Warning(rule=rules[n % len(rules)], pack="bench", rule_version="1", subject=f"bench:{n}",
                        project_id=project, region_code=region, industry="housing", level=LEVELS[rank - 1], rank=rank,
                        status="open", measure=n % 30, reason=f"第{n}条模拟预警，已逾期{n % 30}天",
                        reason_en=f"Simulated warning {n}, {n % 30} days late", since=opened, opened_on=opened,
                        changed_at=at)
            )  # fmt: skip
        Warning.objects.bulk_create(rows)
    hand_over(at=at)
    moment = connection.ops.adapt_datetimefield_value
    changed: list[tuple[object, ...]] = []
    for key, unit in Handling.objects.values_list("id", "unit_id"):
        begun = moment(at - timedelta(hours=rng.randrange(24 * 30)))
        due = moment(at + timedelta(hours=rng.randrange(-48, 24 * 14))) if rng.random() < 0.97 else None
        mine = unit == busy.pk and rng.random() < 0.1
        owner, state = (officer.pk, rng.choice(("taken", "asked"))) if mine else (None, "waiting")
        changed.append((begun, due, owner, state, key))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE watch_handling SET started_at = %s, due_at = %s, owner_id = %s, state = %s WHERE id = %s", changed
        )
    mine = Handling.objects.filter(owner=officer).count()
    return {"warnings": warnings, "projects": projects, "unit": Handling.objects.filter(unit=busy).count(),
            "mine": mine, "seconds": round(time.perf_counter() - began, 1)}  # fmt: skip


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from bench.measure_pages import measure

    if sys.argv[1] == "fill":
        call_command("migrate", verbosity=0)
        print(json.dumps(fill(int(sys.argv[2]), int(sys.argv[3]), at=timezone.now())))
    else:
        print(json.dumps(measure(int(sys.argv[2]), PAGES)))
