"""Invented people and places for tests: identity numbers of the impossible region 990000 with right check digits."""

from datetime import date, datetime

from anxin.registry import actions
from anxin.registry.models import Engagement, Project, Team
from anxin.vault.identity import check_digit

CONTRACTOR = "91140000MOCK000001"


def identity(number: int, born: date = date(1985, 6, 1)) -> str:
    """The n-th invented identity number."""
    first = f"990000{born:%Y%m%d}{number:03d}"
    return first + check_digit(first)


def make_project(at: datetime, code: str = "P1", **fields) -> Project:
    """A housing project of Taiyuan under construction since 1 March 2026."""
    contractor = actions.upsert_enterprise(code=CONTRACTOR, name="测试建设有限公司", at=at)
    known = {
        "name": "测试项目",
        "region_code": "140105",
        "category": "01",
        "status": "active",
        "started_on": date(2026, 3, 1),
        "contractor": contractor,
        "pay_day": 15,
        **fields,
    }
    project, _ = actions.upsert_project(code=code, at=at, on=at.date(), source="test", **known)
    return project


def make_team(project: Project, at: datetime, name: str = "泥工A班") -> Team:
    assert project.contractor is not None
    team, _ = actions.add_team(project=project, enterprise=project.contractor, name=name, at=at)
    return team


def make_worker(project: Project, number: int, at: datetime, **fields) -> Engagement:
    """The n-th invented worker, engaged on the project since it began."""
    worker = actions.register_worker(id_number=identity(number), id_type="01", name=f"测试{number}", at=at)
    known = {"entered_on": project.started_on, "enterprise": project.contractor, **fields}
    engagement, _ = actions.engage(project=project, worker=worker, at=at, **known)
    return engagement
