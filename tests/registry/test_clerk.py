"""A site's labour clerk: who he is, since when, and the phone he has now."""

from datetime import date

import pytest

from anxin.registry.actions import appoint_clerk
from anxin.vault.fields import open_text
from tests.people import make_project

pytestmark = pytest.mark.django_db


def test_a_clerk_with_another_phone_is_reached_at_the_new_one(at):
    project = make_project(at)
    for phone in ("13900000001", "13900000002", ""):
        row = appoint_clerk(project=project, name="测试甲", since_on=date(2026, 3, 1), at=at, phone=phone)
    assert open_text(project.clerks.get().phone_sealed) == open_text(row.phone_sealed) == "13900000002"


def test_the_next_clerk_begins_on_the_day_the_one_before_ends(at):
    project = make_project(at)
    appoint_clerk(project=project, name="测试甲", since_on=date(2026, 3, 1), at=at)
    appoint_clerk(project=project, name="测试乙", since_on=date(2026, 4, 1), at=at)
    told = list(project.clerks.order_by("since_on").values_list("name", "since_on", "until_on"))
    assert told == [("测试甲", date(2026, 3, 1), date(2026, 4, 1)), ("测试乙", date(2026, 4, 1), None)]
