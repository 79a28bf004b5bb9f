"""What another organisation was asked to help with."""

import pytest
from django.utils import timezone

from anxin.people.models import Organisation
from anxin.watch.handling import actions
from anxin.watch.models import HelperTask
from tests.people import make_project
from tests.portal.hands import in_hand, make_people, make_units
from tests.portal.site import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(at, monkeypatch) -> HelperTask:
    monkeypatch.setattr(timezone, "now", lambda: at)
    units = make_units()
    people = make_people(units)
    matter = in_hand(make_project(at, name="滨河小区"), at, reason="仍未上传专户")
    return actions.add_helper(
        handling=matter, organisation=units["housing"], task="核实施工许可", within="24 hours", by=people["officer"],
        at=at,
    )  # fmt: skip


@pytest.fixture
def housing(client, task):
    client.force_login(task.organisation.people.get())
    return client


def body(response) -> str:
    return response.content.decode()


def test_the_task_its_deadline_and_whose_matter_it_is(housing, task):
    shown = body(housing.get("/helping"))
    assert "核实施工许可" in shown
    assert "还有 1 天" in shown
    assert "仍未上传专户" in shown
    assert '<span class="ax-nav-count num">1</span>' in shown


def test_one_answer(housing, task):
    assert "请写明办理情况" in body(housing.post(f"/helping/{task.pk}/answer", {"answer": "  "}))
    told = housing.post(f"/helping/{task.pk}/answer", {"answer": "许可有效"}, follow=True)
    assert "已反馈" in body(told)
    assert "该协办任务已办结" in body(housing.post(f"/helping/{task.pk}/answer", {"answer": "再答"}, follow=True))
    task.refresh_from_db()
    assert task.answer == "许可有效"
    # Nothing waits in the bar any more; in his own menu his notices are counted.
    assert "ax-nav-count" not in body(housing.get("/helping")).partition("ax-user")[0]


def test_another_organisation_does_not_see_it(client, task):
    other = Organisation.objects.create(name="太原市交通局", kind="transport", region_code="140100")
    client.force_login(make_user("transport", "agency", "140100", organisation=other))
    assert "核实施工许可" not in body(client.get("/helping"))
    assert client.post(f"/helping/{task.pk}/answer", {"answer": "x"}).status_code == 404


def test_without_an_organisation_it_says_what_to_do(client, task):
    client.force_login(make_user("nobody", "agency", "140100"))
    assert "您还没有所属单位" in body(client.get("/helping"))
