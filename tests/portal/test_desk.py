"""The desk: lists by deadline, bulk acts, export."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from anxin.notices.models import Notice
from anxin.people.models import Event
from anxin.watch.models import Escalation, Handling, Snooze
from tests.people import make_project, make_worker
from tests.portal.hands import in_hand, make_people, make_units

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return make_people(make_units())


@pytest.fixture
def matter(people, at) -> Handling:
    return in_hand(
        make_project(at, name="滨河小区"), at, reason="开工第16天仍未上传专户", reason_en="Day 16, no account"
    )


@pytest.fixture
def as_(client, people):
    def sign_in(name: str):
        client.force_login(people[name])
        return client

    return sign_in


def body(response) -> str:
    return response.content.decode()


def test_a_new_warning_waits_in_the_unit_and_one_press_takes_it(as_, matter):
    officer = as_("officer")
    assert "您手上没有待办的预警" in body(officer.get("/desk"))
    listed = body(officer.get("/desk?view=unit"))
    assert "开工第16天仍未上传专户" in listed
    assert "无人签收" in listed
    back = officer.post("/desk/take", {"one": matter.pk, "next": "/desk?view=unit"}, follow=True)
    assert back.redirect_chain == [("/desk?view=unit", 302)]
    assert "已签收 1 条" in body(back)
    assert "开工第16天仍未上传专户" in body(officer.get("/desk"))


def test_who_comes_second_reads_who_was_first(as_, matter, people):
    as_("officer").post("/desk/take", {"id": [matter.pk]})
    told = body(as_("second").post("/desk/take", {"id": [matter.pk]}, follow=True))
    assert "已由测试officer签收" in told
    assert Handling.objects.get().owner == people["officer"]


@pytest.mark.parametrize(
    ("due", "shown", "words"),
    [
        (timedelta(days=-2), {"overdue"}, "超期 2 天"),
        (timedelta(hours=-1), {"overdue"}, "已超期"),
        (timedelta(hours=5), {"today", "week"}, "今天 17:00 前"),
        (timedelta(days=3), {"week"}, "还有 3 天"),
        (timedelta(days=9), {"later"}, "还有 9 天"),
        (None, {"paused"}, "暂停计时"),
    ],
)
def test_by_deadline(as_, matter, at, due, shown, words):
    matter.due_at = None if due is None else at + due
    matter.save()
    officer = as_("officer")
    found = {key for key in ("overdue", "today", "week", "later", "paused")
             if "开工第16天" in body(officer.get(f"/desk?view=unit&due={key}"))}  # fmt: skip
    assert found == shown
    assert words in body(officer.get("/desk?view=unit"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("level=yellow", True), ("level=red", False), ("rule=SX-01", True), ("rule=SX-02", False),
        ("state=waiting", True), ("state=asked", False), ("region=140105", True), ("region=140106", False),
        ("industry=housing", True), ("industry=water", False), ("q=滨河", True), ("q=迎宾", False),
        ("unit=999999", False), ("due=nonsense&sort=nonsense&unit=x", True),
    ],
)  # fmt: skip
def test_filters(as_, matter, query, found):
    assert ("开工第16天" in body(as_("officer").get(f"/desk?view=region&{query}"))) is found


def test_a_desk_shows_nothing_beyond_the_jurisdiction(as_, matter, at):
    in_hand(make_project(at, "P2", region_code="140200", name="大同"), at, reason="别处的预警")
    assert "别处的预警" not in body(as_("officer").get("/desk?view=region"))
    assert "别处的预警" in body(as_("province").get("/desk?view=region"))
    other = Handling.objects.get(region_code="140200")
    as_("officer").post("/desk/take", {"id": [other.pk]})
    assert Handling.objects.get(pk=other.pk).owner is None


def test_a_chief_assigns_within_the_jurisdiction_only(as_, matter, people, at):
    chief = as_("city")
    other = in_hand(make_project(at, "P2", region_code="140106", name="迎泽"), at, reason="迎泽的预警")
    told = body(chief.post("/desk/assign", {"id": [matter.pk, other.pk], "to": people["second"].pk}, follow=True))
    assert "已将 1 条指派给测试second" in told
    assert "不在测试second的辖区内" in told
    assert Handling.objects.get(pk=matter.pk).owner == people["second"]
    assert Notice.objects.filter(to=people["second"], kind="assigned").count() == 1
    assert chief.post("/desk/assign", {"id": [matter.pk], "to": people["clerk"].pk}).status_code == 404


def test_a_leader_presses_and_an_officer_may_not(as_, matter, people):
    told = body(as_("mayor").post("/desk/urge", {"id": [matter.pk], "text": "请抓紧"}, follow=True))
    assert "已催办 1 条" in told
    assert Event.objects.get(action="urge").changes == {"text": "请抓紧"}
    assert Notice.objects.filter(to=people["chief"], kind="urge").exists()
    assert as_("officer").post("/desk/urge", {"id": [matter.pk]}).status_code == 403


def test_sleep_needs_a_reason_and_a_day_to_come(as_, matter, today):
    chief = as_("chief")
    assert "没有静默" in body(
        chief.post("/desk/snooze", {"id": [matter.pk], "until": today, "reason": ""}, follow=True)
    )
    past = {"id": [matter.pk], "until": today - timedelta(days=1), "reason": "已停工"}
    assert "没有静默" in body(chief.post("/desk/snooze", past, follow=True))
    assert not Snooze.objects.exists()
    told = body(chief.post("/desk/snooze", {**past, "until": today + timedelta(days=5)}, follow=True))
    assert "已静默 1 条" in told
    assert Handling.objects.get().outcome == "snoozed"


def test_nothing_chosen_says_so(as_, matter):
    assert "请先勾选" in body(as_("officer").post("/desk/take", {}, follow=True))


@pytest.mark.parametrize("next_", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_it_never_leads_elsewhere(as_, matter, next_):
    assert as_("officer").post("/desk/take", {"one": matter.pk, "next": next_}).url == "/desk"


def test_the_chosen_rows_as_a_file(as_, matter, at):
    in_hand(make_project(at, "P2", name="迎宾路"), at, reason="另一条")
    answer = as_("officer").post("/desk/export?view=unit", {"id": [matter.pk], "format": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row[5] for row in rows] == ["预警原因", "开工第16天仍未上传专户"]
    everything = as_("officer").get("/desk/export?view=unit")
    assert b"".join(everything.streaming_content).count(b"\n") == 3


def test_queries_do_not_grow_with_the_rows(as_, matter, at, django_assert_max_num_queries):
    officer = as_("chief")
    officer.get("/desk?view=unit")
    with django_assert_max_num_queries(20) as few:
        assert officer.get("/desk?view=unit").status_code == 200
    for number in range(15):
        in_hand(make_project(at, f"Q{number}"), at)
    with django_assert_max_num_queries(len(few)):
        assert officer.get("/desk?view=unit").status_code == 200


def test_what_was_raised_to_a_leaders_government_lies_on_his_desk_until_its_outcome_is_on_record(
    as_, matter, people, at
):
    as_("city").post(f"/handlings/{matter.pk}/raise", {"kind": "leader", "reason": "请包案"})
    rung = Escalation.objects.get()
    assert rung.to == people["mayor"].organisation
    mayor = as_("mayor")
    assert re.search(r'/desk"[^>]*>处置台 <span[^>]*>1</span>', body(mayor.get("/")))
    listed = body(mayor.get("/desk"))
    assert re.search(r'view=raised"[^>]*class="active"', listed)
    assert "开工第16天仍未上传专户" in listed
    assert '<span class="ax-tag">领导包案</span>' in listed
    assert "view=mine" not in listed
    # The county's inspection was not asked to do it: the raised matter is not theirs to answer.
    assert "没有提级到本单位的预警" in body(as_("chief").get("/desk?view=raised"))
    as_("city").post(f"/escalations/{rung.pk}/minutes", {"attended": "县长、项目经理", "minutes": "已开户"})
    assert "没有提级到本单位的预警" in body(as_("mayor").get("/desk?view=raised"))
    assert re.search(r'/desk"[^>]*>处置台</a>', body(as_("mayor").get("/")))


def test_two_matters_alike_in_words_name_the_worker_they_speak_of(as_, matter, at):
    warning = matter.warning
    warning.worker = make_worker(warning.project, 1, at).worker
    warning.save()
    assert f'<span class="nowrap">{warning.worker.name}</span>' in body(as_("officer").get("/desk?view=unit"))
