"""A case with its people, and who deals with it, for the tests of remedies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from anxin.cases import flow
from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.models import Case, Claimant
from anxin.cases.money import verify_sum
from anxin.people.models import Organisation, User
from anxin.registry.models import Project
from tests.people import identity, make_project, make_worker
from tests.portal.site import make_user


@dataclass
class Office:
    """An officer and his chief at Xiaodian, with the officer's unit."""

    unit: Organisation
    officer: User
    chief: User


def make_office(region: str = "140105") -> Office:
    unit, _ = Organisation.objects.get_or_create(name=f"{region}人社局", kind="hr", region_code=region)
    names = (f"officer-{region}", f"chief-{region}")
    known = {user.username: user for user in User.objects.filter(username__in=names)}
    made = [
        known.get(name) or make_user(name, role, region, organisation=unit)
        for name, role in zip(names, ("officer", "chief"), strict=True)
    ]
    return Office(unit, *made)


def make_case(
    at: datetime,
    sums: Sequence[int] = (1_000_000,),
    *,
    project: Project | None = None,
    office: Office | None = None,
    path: Sequence[str] = ("accepted",),
    months: Sequence[str] = ("2026-01", "2026-02", "2026-03"),
    representatives: int = 0,
    key: str = "1",
    cards: bool = True,
) -> Case:
    """A case of so many people of a housing project, each owed his sum (fen), verified, brought along ``path``."""
    project = project or Project.objects.filter(code="P1").first() or make_project(at)
    office = office or make_office(project.region_code)
    people = []
    for number, fen in enumerate(sums, 1):
        card = {"card_number": f"6222020000000{number:03d}"} if cards else {}
        engagement = make_worker(project, number, at, bank_name="测试银行", **card)
        people.append(
            Person(
                name=f"测试{number}", identity=identity(number), worker=engagement.worker, months=months,
                claimed_fen=fen, representative=number <= representatives,
            )
        )  # fmt: skip
    told = Told(door="walk_in", key=key, people=people, region_code=project.region_code, project=project,
                by=office.officer)  # fmt: skip
    case = file_claim(told, at=at).claim.case
    for state in path:
        case = flow.move(case=case, to=state, by=office.officer, at=at)
    if "accepted" in path:
        for claimant in people_of(case):
            verify_sum(claimant=claimant, fen=claimant.claimed_fen, by=office.officer, at=at)
    case.refresh_from_db()
    return case


def people_of(case: Case) -> list[Claimant]:
    return list(Claimant.objects.filter(case=case).order_by("pk"))
