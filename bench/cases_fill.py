"""Cases by the hundred thousand, written straight into the tables: ``python -m bench.cases_fill UP_TO``.

A shortcut, said openly: nobody filed them. Each has the rows a closed case of one person leaves behind: a claim, a
claimant, two clocks, three lines of its story, a receipt, a link of the trail (whose digest is not the chain's); three
in a hundred are still open. Personal fields hold one sealed value and random blind indexes. Prints one JSON line.
"""

import json
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

AT_ONCE = 20_000
YEARS = 3
OPEN = 0.03
OFFICERS = 40
SITES = 400


def fill(up_to: int, *, until: datetime) -> dict[str, Any]:
    """Bring the number of cases up to a number; what is there stays. Goes on where an earlier run was cut off."""
    from anxin.cases.models import Case

    began = time.perf_counter()
    world = _world(until)
    have = Case.objects.count()
    while have < up_to:
        n = min(AT_ONCE, up_to - have)
        _batch(n, have, world, until)
        have += n
    if time.perf_counter() - began > 5:
        _analyse()
    return {"cases": have, "seconds": round(time.perf_counter() - began, 1)}


def _world(at: datetime) -> dict[str, list[Any]]:
    """Officers, units, sites and companies, made once."""
    from anxin.people.models import Organisation, User
    from anxin.registry.models import Enterprise, Project
    from anxin.registry.offices import seed_offices
    from anxin.registry.regions import load_regions

    if not Project.objects.exists():
        load_regions()
        seed_offices(region="140000")
        counties = list(Organisation.objects.filter(kind="hr").exclude(region_code__endswith="00"))
        for n in range(OFFICERS):
            unit = counties[n % len(counties)]
            User.objects.create(username=f"bench{n}", role="officer", region=unit.region_code, organisation=unit)
        Enterprise.objects.bulk_create(
            Enterprise(code=f"9199000{n:011d}", name=f"模拟建设{n}有限公司", region_code="140100", recorded_at=at)
            for n in range(SITES)
        )
        firms = list(Enterprise.objects.all())
        Project.objects.bulk_create(
            Project(
                code=f"BENCH{n:06d}", name=f"模拟工程{n}号", region_code=counties[n % len(counties)].region_code,
                category="01", industry="housing", status="active", status_since=at.date(), contractor=firms[n],
                registered_on=at.date(), recorded_at=at,
            )
            for n in range(SITES)
        )  # fmt: skip
    units = dict(Organisation.objects.filter(kind="hr").values_list("region_code", "id"))
    return {
        "officers": list(User.objects.filter(username__startswith="bench").values_list("id", "region")),
        "sites": list(Project.objects.order_by("id").values_list("id", "region_code", "contractor_id")),
        "units": [units],
    }


def _batch(n: int, first: int, world: dict[str, list[Any]], until: datetime) -> None:
    from django.db import transaction

    from anxin.cases.models import Case, CaseClock, CaseEvent, Claim, Claimant, ClaimDoor, WageReceived
    from anxin.cases.numbers import new_number
    from anxin.people.models import Event
    from anxin.vault.fields import seal_text

    rng = random.Random(first)
    sealed = seal_text("测试")
    rows: dict[Any, list[dict[str, Any]]] = {
        model: [] for model in (Case, Claim, Claimant, CaseClock, CaseEvent, WageReceived, Event)
    }
    case_id, claim_id, person_id = (_last(model) for model in (Case, Claim, Claimant))
    link = Event.objects.order_by("-number").values_list("number", flat=True).first() or 0
    doors = ClaimDoor.values
    for k in range(n):
        case_id, claim_id, person_id, link = case_id + 1, claim_id + 1, person_id + 1, link + 1
        open_ = rng.random() < OPEN
        days = rng.uniform(0, 25) if open_ else rng.uniform(10, YEARS * 365)
        opened = until - timedelta(days=days)
        took = timedelta(days=min(rng.expovariate(1 / 6), days))
        ended = None if open_ else opened + took
        project, region, firm = world["sites"][rng.randrange(len(world["sites"]))]
        officer, _ = world["officers"][rng.randrange(len(world["officers"]))]
        # A random number a case already has would end the run: its place in the file makes it its own.
        number = f"{new_number(opened)[:6]}{(first + k) % 10**7:07d}"
        number += _check(number)
        fen, door = rng.randrange(100_000, 3_000_000, 100), rng.choice(doors)
        paid = 0 if open_ else fen
        due = opened + timedelta(days=rng.uniform(1, 30))
        rows[Case].append({
            "id": case_id, "number": number, "state": "accepted" if open_ else "ended", "door": door,
            "region_code": region, "industry": "housing", "project_id": project, "enterprise_id": firm,
            "unit_id": world["units"][0].get(region), "owner_id": officer, "people": 1, "claimed_fen": fen,
            "verified_fen": fen, "received_fen": paid, "opened_at": opened, "taken_at": opened,
            "due_at": due if open_ else None, "ended_at": ended, "conclusion": "" if open_ else "paid",
        })  # fmt: skip
        rows[Claim].append({
            "id": claim_id, "case_id": case_id, "number": number, "key": f"{first + k:064x}", "door": door,
            "at": opened, "text_sealed": sealed, "phone_sealed": sealed, "phone_blind": rng.randbytes(16),
            "return_code_blind": rng.randbytes(16),
        })  # fmt: skip
        rows[Claimant].append({
            "id": person_id, "claim_id": claim_id, "case_id": case_id, "name_sealed": sealed, "identity_sealed": sealed,
            "identity_blind": rng.randbytes(16), "phone_sealed": sealed, "phone_blind": rng.randbytes(16),
            "consent": "own", "months": f'["{opened:%Y-%m}"]', "claimed_fen": fen, "verified_fen": fen,
            "received_fen": paid, "trips": rng.choice((0, 0, 0, 1, 2)), "days_spent": rng.choice((0.0, 0.5, 1.0)),
            "cost_fen": rng.choice((0, 0, 2000, 5000)), "satisfied": None if open_ else rng.randint(2, 5),
        })  # fmt: skip
        for step, basis, within in (("verify", "local", "24 hours"), ("investigate", "statute", "60 working days")):
            rows[CaseClock].append({
                "case_id": case_id, "step": step, "basis": basis, "within": within, "started_at": opened,
                "due_at": due if open_ else opened + timedelta(days=1 if step == "verify" else 85), "done_at": ended,
            })  # fmt: skip
        for kind in ("received", "taken", "state-ended"):
            rows[CaseEvent].append({
                "case_id": case_id, "at": opened, "by_id": officer, "kind": kind, "zh": "已经收到您的反映",
                "en": "We have received your claim", "public": True,
            })  # fmt: skip
        if ended is not None:
            rows[WageReceived].append({
                "claimant_id": person_id, "proof": "word", "amount_fen": fen, "received_on": ended.date(),
                "reference": "", "recorded_at": ended,
            })  # fmt: skip
        rows[Event].append({
            "number": link, "at": opened, "by_id": officer, "who": "bench", "action": "claim-filed", "subject": "case",
            "subject_id": str(case_id), "changes": "{}", "previous": f"{link - 1:064x}", "digest": f"{link:064x}",
        })  # fmt: skip
    with transaction.atomic():
        for model, told in rows.items():
            _write(model, told)


def _check(number: str) -> str:
    from stdnum import luhn

    return str(luhn.calc_check_digit(number))


def _last(model: Any) -> int:
    from django.db.models import Max

    return model.objects.aggregate(last=Max("id"))["last"] or 0


def _write(model: Any, told: list[dict[str, Any]]) -> None:
    """Rows by COPY or executemany, with the model's defaults for what they do not tell."""
    from django.db import connection

    fields = [field for field in model._meta.concrete_fields if not field.primary_key or field.column in told[0]]
    usual = {field.column: _plain(field.get_db_prep_save(field.get_default(), connection)) for field in fields
             if not field.primary_key}  # fmt: skip
    columns = [field.column for field in fields]
    table = model._meta.db_table
    lines = _lines(told, columns, usual)
    listed = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy:
                for line in lines:
                    copy.write_row(line)
            key = model._meta.pk
            if key.column in columns and key.get_internal_type().endswith("AutoField"):
                cursor.execute(
                    f"""SELECT setval(pg_get_serial_sequence('"{table}"', '{key.column}'), max("{key.column}"))
                    FROM "{table}" """
                )
        else:
            marks = ", ".join("?" for _ in columns)
            cursor.connection.executemany(
                f'INSERT INTO "{table}" ({listed}) VALUES ({marks})',
                lines,
            )


def _lines(told: Iterable[dict[str, Any]], columns: list[str], usual: dict[str, Any]) -> Iterator[list[Any]]:
    places = {name: place for place, name in enumerate(columns)}
    plain = [usual.get(name) for name in columns]
    for row in told:
        line = plain.copy()
        for name, value in row.items():
            line[places[name]] = value if type(value) in _AS_THEY_ARE else _plain(value)
        yield line


_AS_THEY_ARE = {str, int, float, bytes, type(None)}


def _plain(value: Any) -> Any:
    """A value that both databases read."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    if isinstance(value, memoryview):
        return bytes(value)
    if value is None or isinstance(value, str | int | float | bytes):
        return int(value) if isinstance(value, bool) else value
    # Dates, and what a driver wraps bytes and JSON in.
    inner = getattr(value, "obj", value)
    if isinstance(inner, bytes):
        return inner
    return str(inner) if hasattr(inner, "isoformat") else json.dumps(inner)


def _analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    print(json.dumps(fill(int(sys.argv[1]), until=timezone.now())))
