"""Claims of the simulated province: some of those whose wages the truth calls unpaid come forward, as the days go by.

What is filed and done follows from the truth table, the ledger and the seed alone, through the same functions the pages
call. Run again on a later day it goes on where it stood: a claim is known by its key, an act by the case's state.
"""

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from anxin.cases import concluding, orders, steps, taking
from anxin.cases.afterwards import money_came
from anxin.cases.closing_words import say_satisfied
from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.models import Case, Claimant, Consent
from anxin.cases.money import due_fen, verify_sum
from anxin.law.civil import SHANGHAI, civil_date
from anxin.ledger import read
from anxin.people.access import PERMISSIONS, may_see_region
from anxin.people.models import User
from anxin.registry.models import Project, Worker
from anxin.simulate.truth import truth_file
from anxin.vault.fields import open_text

MOST = 60
GROUP = 9
_DOORS = ("qr", "qr", "qr", "web", "web", "phone_12333", "walk_in")
# Trips, days and yuan by door, each drawn from its list: who scans stays at home.
_TRIPS = {"qr": (0, 0, 0, 0, 1), "web": (0, 0, 0, 1), "phone_12333": (0, 1, 1), "walk_in": (1, 1, 2)}
_SPENT = {"qr": (0.0, 0.5), "web": (0.5, 0.5, 1.0), "phone_12333": (0.5, 1.0), "walk_in": (1.0, 2.0)}
_YUAN = {"qr": (0, 0, 0, 20), "web": (0, 0, 30), "phone_12333": (0, 10, 60), "walk_in": (40, 80, 150)}
# How far a claim comes, and after how many days its money does.
_ENDINGS = ("paid", "paid", "paid", "paid", "paid", "ordered", "taken", "filed")
_IN, _TAKEN, _ACCEPTED = frozenset({"received"}), frozenset({"dispatched"}), frozenset({"accepted"})
_ORDERED = frozenset({"ordered", "paying", "overdue"})


@dataclass(frozen=True)
class Coming:
    """A claim that will be filed: where, for which month, by whom, when, through which door, how it goes on."""

    key: str
    project: Project
    month: str
    workers: tuple[Worker, ...]
    owed_fen: tuple[int, ...]
    at: datetime
    door: str
    ending: str
    days: int


Act = Callable[[Case, datetime], object]


def simulate_claims(*, until: datetime, seed: int = 7, most: int = MOST) -> int:
    """File the claims that were due by a moment and do what was done about them by then. Answers how many are there."""
    plan: list[tuple[datetime, str, Coming | None, frozenset[str], Act | None]] = []
    for one in _coming(seed, most):
        plan.append((one.at, one.key, one, frozenset(), None))
        plan += [(at, one.key, None, states, act) for at, states, act in _acts(one)]
    cases: dict[str, int] = {}
    for at, key, coming, states, act in sorted(plan, key=lambda one: one[:2]):
        if at > until:
            break
        orders.lapse_orders(at=at)
        if coming is not None:
            cases[key] = file_claim(_told(coming), at=at).claim.case_id
        elif act is not None:
            case = Case.objects.get(pk=cases[key])
            if case.state in states:
                act(case, at)
    orders.lapse_orders(at=until)
    return len(cases)


def _coming(seed: int, most: int) -> Iterator[Coming]:
    if not truth_file().exists():
        return
    with truth_file().open(encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["late_on"] and row["project_id"] and row["month"]]
    rows.sort(key=lambda row: (row["late_on"], int(row["project_id"])))
    seen: set[tuple[str, str]] = set()
    n = 0
    for row in rows:
        if (row["project_id"], row["month"]) in seen:
            continue
        seen.add((row["project_id"], row["month"]))
        project = Project.objects.filter(pk=int(row["project_id"])).first()
        if project is None:
            continue
        rng = random.Random(f"{seed}:{project.code}:{row['month']}")
        unpaid = _unpaid(project, row["month"], date.fromisoformat(row["late_on"]))
        for part, crew in enumerate(_crews(unpaid, rng)):
            if n >= most:
                return
            n += 1
            yield _one(project, row, part, crew, rng)


def _unpaid(project: Project, month: str, late_on: date) -> list[tuple[Worker, int]]:
    """Who had come in the month and had nothing when its wages were late, with what he waits for in fen."""
    paid = read.pay_months(project_id=project.pk, month=month).to_pylist()
    had = {row["worker_id"] for row in paid if row["first_paid_on"] and row["first_paid_on"] < late_on}
    due = {row["worker_id"]: row["due_fen"] for row in paid}
    days = {row["worker_id"]: row["days"] for row in read.work_months(project_id=project.pk, month=month).to_pylist()}
    people = Worker.objects.in_bulk([pk for pk in days if pk not in had])
    return [(people[pk], due.get(pk) or days[pk] * 28_000) for pk in sorted(people) if days[pk] >= 3]


def _crews(unpaid: list[tuple[Worker, int]], rng: random.Random) -> Iterator[list[tuple[Worker, int]]]:
    """A group where enough stand together, then single people; never more than a part of those who wait."""
    waiting = list(unpaid)
    rng.shuffle(waiting)
    if len(waiting) >= GROUP:
        yield [waiting.pop() for _ in range(rng.randint(5, GROUP))]
    for _ in range(min(len(waiting), rng.randint(1, 4))):
        yield [waiting.pop()]


def _one(
    project: Project, row: dict[str, Any], part: int, crew: list[tuple[Worker, int]], rng: random.Random
) -> Coming:
    day = date.fromisoformat(row["late_on"]) + timedelta(days=rng.randint(1, 9))
    return Coming(
        key=f"simulated:{project.code}:{row['month']}:{part}", project=project, month=row["month"],
        workers=tuple(worker for worker, _ in crew), owed_fen=tuple(fen for _, fen in crew),
        at=datetime.combine(day, time(rng.randint(8, 20), rng.randint(0, 59)), tzinfo=SHANGHAI),
        door="qr" if len(crew) > 1 else rng.choice(_DOORS), ending=rng.choice(_ENDINGS), days=rng.randint(1, 9),
    )  # fmt: skip


def _told(coming: Coming) -> Told:
    rng = random.Random(coming.key)
    door = coming.door
    people = [
        Person(
            name=worker.name, identity=open_text(bytes(worker.id_sealed)), phone=_phone(worker), worker=worker,
            months=[coming.month], claimed_fen=fen, representative=place == 0 and len(coming.workers) > 1,
            consent=Consent.OWN if place == 0 else Consent.GIVEN, trips=rng.choice(_TRIPS[door]),
            days_spent=rng.choice(_SPENT[door]), cost_fen=100 * rng.choice(_YUAN[door]),
        )
        for place, (worker, fen) in enumerate(zip(coming.workers, coming.owed_fen, strict=True))
    ]  # fmt: skip
    return Told(
        door=door, key=coming.key, people=people, region_code=coming.project.region_code, project=coming.project,
        phone=people[0].phone, filer=coming.workers[0], text=f"{coming.month} 的工资一直没有发。",
    )  # fmt: skip


def _phone(worker: Worker) -> str:
    return open_text(bytes(worker.phone_sealed)) if worker.phone_sealed else ""


def _officer(region: str) -> User | None:
    """The nearest officer in charge who may handle cases."""
    roles = [role for role, held in PERMISSIONS.items() if "case" in held]
    people = User.objects.filter(is_active=True, role__in=roles, industry="").order_by("role", "pk")
    near = [person for person in people if may_see_region(person, region)]
    return min(
        near, key=lambda person: (person.role != "officer", person.region.endswith("0000"), person.pk), default=None
    )


def _acts(coming: Coming) -> Iterator[tuple[datetime, frozenset[str], Act]]:
    """What is done about a claim: when, from which state, and how."""
    by = _officer(coming.project.region_code)
    if by is None or coming.ending == "filed":
        return
    begun, money = coming.at, coming.at + timedelta(days=coming.days)
    yield begun + timedelta(minutes=50), _IN, lambda case, at: taking.take(case=case, by=by, at=at)
    if coming.ending == "taken":
        return
    yield begun + timedelta(hours=4), _TAKEN, lambda case, at: steps.accept(case=case, by=by, at=at)
    yield begun + timedelta(hours=20), _ACCEPTED, lambda case, at: _order(case, by, at)
    if coming.ending == "paid":
        yield money, _ORDERED, _receive
        yield money + timedelta(hours=2), _ORDERED, lambda case, at: _conclude(case, by, at)


def _order(case: Case, by: User, at: datetime) -> None:
    for claimant in Claimant.objects.filter(case=case):
        verify_sum(claimant=claimant, fen=claimant.claimed_fen, by=by, at=at)
    orders.order_payment(case=case, until=civil_date(at) + timedelta(days=7), by=by, at=at)


def _receive(case: Case, at: datetime) -> None:
    for claimant in Claimant.objects.filter(case=case, received_fen=0):
        money_came(claimant=claimant, fen=due_fen(claimant), on=at.astimezone(SHANGHAI).date(), at=at)


def _conclude(case: Case, by: User, at: datetime) -> None:
    concluding.conclude(case=case, conclusion="paid", note="", by=by, at=at)
    rng = random.Random(case.claims.order_by("id")[0].key)
    for claimant in Claimant.objects.filter(case=case).order_by("id"):
        say_satisfied(claimant=claimant, stars=rng.choice((3, 4, 5, 5, 5)), at=at)
