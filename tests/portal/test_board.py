"""The board of the shift on duty."""

from datetime import timedelta

import pytest
from django.utils import timezone

from anxin.people.models import Duty
from anxin.watch.handling import actions
from anxin.watch.models import Handling
from tests.insight.test_overview import warn
from tests.people import make_project
from tests.portal.hands import in_hand, make_people, make_units

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return make_people(make_units())


def test_who_is_on_duty_and_what_they_must_know(client, people, at):
    Duty.objects.create(
        organisation=people["officer"].organisation, person=people["officer"], starts_at=at - timedelta(hours=4),
        ends_at=at + timedelta(hours=20),
    )  # fmt: skip
    old = in_hand(make_project(at, "P1", name="旧工地"), at - timedelta(days=1), reason="昨天的预警")
    late = in_hand(make_project(at, "P2", name="迟工地"), at - timedelta(days=9), reason="早已超期")
    fresh = in_hand(make_project(at, "P3", name="新工地"), at - timedelta(hours=1), reason="刚发出的预警")
    Handling.objects.filter(pk=old.pk).update(due_at=at + timedelta(days=2))
    Handling.objects.filter(pk=fresh.pk).update(due_at=at + timedelta(hours=3))
    Handling.objects.filter(pk=late.pk).update(due_at=at - timedelta(days=3))
    actions.raise_matter(handling=late, kind="talk", to=None, reason="拖延", by=people["city"], at=at)
    warn(make_project(at, "P4", name="静默工地"), at, rule="CN-08", reason="三天没有考勤")
    client.force_login(people["officer"])
    board = client.get("/board").context["board"]
    assert [turn.person.username for turn in board.on_duty] == ["officer"]
    assert board.since == at - timedelta(hours=4)
    assert (board.new, board.overdue, board.today, board.raised, board.silent) == (1, 1, 1, 1, 1)
    assert [row.pk for row in board.new_rows] == [fresh.pk]
    assert old.pk not in [row.pk for row in board.overdue_rows + board.today_rows]
    shown = client.get("/board", headers={"HX-Request": "true"}).content.decode()
    assert shown.startswith('<div id="board"')
    for words in ("测试officer", "早已超期", "刚发出的预警", "约谈", "静默工地", "08:00 接班以来新增"):
        assert words in shown


def test_a_quiet_day_is_told_in_words(client, people):
    client.force_login(people["officer"])
    shown = client.get("/board").content.decode()
    for words in (
        "现在没有安排值班",
        "没有超期的预警",
        "今天没有提级",
        "没有考勤缺失或中断的预警",
        "00:00 接班以来新增",
    ):
        assert words in shown
