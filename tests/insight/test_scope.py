"""What a person may see: the jurisdiction and nothing beside it."""

import pytest

from anxin.insight.scope import visible_projects, visible_warnings
from anxin.people.models import Role, User
from anxin.watch.models import Warning
from tests.people import make_project

pytestmark = pytest.mark.django_db

CODES = {"A": "140105", "B": "140200", "C": "520100", "D": "149900"}


@pytest.fixture
def projects(at):
    for code, region in CODES.items():
        project = make_project(at, code, region_code=region)
        Warning.objects.create(
            rule="SX-01", pack="shanxi", rule_version="1", subject=f"project:{project.pk}", project=project,
            region_code=region, level="red", rank=4, status="open", measure=1, since=at.date(), opened_on=at.date(),
            changed_at=at,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("role", "region", "project", "seen"),
    [
        (Role.OFFICER, "140000", "", "ABD"),
        (Role.OFFICER, "140100", "", "A"),
        (Role.OFFICER, "140105", "", "A"),
        (Role.OFFICER, "140106", "", ""),
        (Role.OFFICER, "520000", "", "C"),
        (Role.OFFICER, "", "", ""),
        (Role.LEADER, "140200", "", "B"),
        (Role.CLERK, "140000", "C", "C"),
        (Role.CLERK, "140000", "", ""),
        (Role.CLERK, "140000", "none of ours", ""),
    ],
)
def test_a_person_sees_what_lies_in_the_jurisdiction(projects, role, region, project, seen):
    user = User.objects.create_user("someone", role=role, region=region, project=project)
    assert "".join(sorted(p.code for p in visible_projects(user))) == seen
    assert "".join(sorted(w.project.code for w in visible_warnings(user) if w.project)) == seen
