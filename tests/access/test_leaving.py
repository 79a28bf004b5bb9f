"""Somebody leaves with a full desk: every matter goes on, once, and says so in its own trail."""

from datetime import timedelta

import pytest
from django.db.models import ProtectedError

from anxin.notices.models import Notice
from anxin.people import trail
from anxin.people.administration import Refused
from anxin.people.models import Arrival, Deputy, Duty, Event, User
from anxin.watch.handling import leaving
from anxin.watch.handling.actions import AlreadyDone, ask_site, assign, take
from anxin.watch.models import Handling, HelperTask, InspectionTask, Warning
from tests.access.world import make_person, make_unit
from tests.people import make_project

pytestmark = pytest.mark.django_db

FORTY = 40


@pytest.fixture
def chief() -> User:
    return make_person("chief", "chief", "140100")


@pytest.fixture
def leaver() -> User:
    return make_person("leaver", "officer", "140105")


@pytest.fixture
def successor() -> User:
    return make_person("successor", "officer", "140105")


@pytest.fixture
def desk(leaver, at) -> list[Handling]:
    """Forty warnings in the leaver's hands, one ended before, a helper's part, two inspections (one done)."""
    project = make_project(at, "P1", region_code="140105")
    warnings = [
        Warning.objects.create(
            rule=f"R-{n}", pack="shanxi", rule_version="1", subject=f"project:{project.pk}", project=project,
            region_code="140105", level="red", rank=4, status="open", measure=1, since=at.date(),
            opened_on=at.date(), changed_at=at, reason=f"第{n}件", reason_en=f"No. {n}",
        )
        for n in range(FORTY + 1)
    ]  # fmt: skip
    handlings = [
        Handling.objects.create(
            warning=warning, unit=leaver.organisation, owner=leaver, state="asked" if n % 4 == 0 else "taken",
            region_code="140105", within="3 days", started_at=at, taken_at=at, due_at=at + timedelta(days=3),
        )
        for n, warning in enumerate(warnings)
    ]  # fmt: skip
    Handling.objects.filter(pk=handlings[-1].pk).update(state="ended", ended_at=at)
    HelperTask.objects.create(
        handling=handlings[0], organisation=leaver.organisation, owner=leaver, task="协查", within="3 days",
        asked_by=leaver, asked_at=at, due_at=at,
    )  # fmt: skip
    for code, done in (("P1", None), ("P2", at.date())):
        of = project if code == "P1" else make_project(at, code, region_code="140105")
        InspectionTask.objects.create(
            project=of, unit=leaver.organisation, owner=leaver, entered_on=at.date(), due_on=at.date(), done_on=done
        )
    return handlings[:FORTY]


def test_forty_warnings_go_to_the_successor_in_one_act(leaver, successor, chief, desk, at):
    before = Event.objects.count()
    moved = leaving.leave(person=leaver, to=successor, by=chief, at=at, reason="调离")
    assert moved == {"handlings": 40, "helper_tasks": 1, "inspections": 1}
    assert Handling.objects.filter(owner=successor, ended_at=None).count() == FORTY
    assert Handling.objects.filter(owner=leaver).count() == 1  # the one that had ended stays on record
    assert not any(count for count in leaving.desk_of(leaver).counts().values())
    assert {h.state for h in Handling.objects.filter(owner=successor)} == {"taken", "asked"}
    assert all(h.due_at == at + timedelta(days=3) for h in Handling.objects.filter(owner=successor))
    told = Event.objects.filter(number__gt=before, action="assign", subject="handling")
    assert sorted(told.values_list("subject_id", flat=True)) == sorted(str(h.pk) for h in desk)
    assert told.first().changes == {"from": "leaver", "to": "successor", "reason": "调离"}
    assert Event.objects.filter(action="user-leave").count() == 1
    assert trail.verify().holds
    (notice,) = Notice.objects.filter(to=successor)
    assert "42 件" in notice.zh
    leaver.refresh_from_db()
    assert leaver.left_at == at
    assert not leaver.is_active


def test_without_a_successor_they_go_back_to_the_units_tray(leaver, chief, desk, at):
    leaving.leave(person=leaver, to=None, by=chief, at=at)
    back = Handling.objects.filter(pk__in=[h.pk for h in desk])
    assert back.filter(owner=None, unit=leaver.organisation).count() == FORTY
    assert set(back.values_list("state", flat=True)) == {"waiting", "asked"}
    colleague = make_person("colleague", "officer", "140105")
    assert take(handling=desk[0], by=colleague, at=at).owner == colleague


def test_what_comes_back_to_a_unit_with_nobody_left_is_told_to_the_one_above(client, leaver, chief, desk, at):
    """The county had one officer: the city's chief hears of it, and the notice leads him to the matters."""
    leaving.leave(person=leaver, to=None, by=chief, at=at)
    (notice,) = Notice.objects.filter(kind="given-back")
    assert notice.to == chief
    assert "42 件" in notice.zh
    client.force_login(chief)
    assert client.post("/inbox/read", {"notice": notice.pk}).url == "/desk?view=region"


def test_a_colleague_is_told_before_the_unit_above(client, leaver, successor, chief, desk, at):
    leaving.leave(person=leaver, to=None, by=chief, at=at)
    (notice,) = Notice.objects.filter(kind="given-back")
    assert notice.to == successor
    client.force_login(successor)
    assert client.post("/inbox/read", {"notice": notice.pk}).url == "/desk?view=unit"


def test_everything_or_nothing(leaver, successor, chief, desk, at, monkeypatch):
    real = leaving.notify

    def broken(**told):
        real(**told)
        raise OSError("the disk is full")

    monkeypatch.setattr(leaving, "notify", broken)
    before = Event.objects.count()
    with pytest.raises(OSError, match="full"):
        leaving.leave(person=leaver, to=successor, by=chief, at=at)
    assert Handling.objects.filter(owner=leaver, ended_at=None).count() == FORTY
    assert Event.objects.count() == before
    assert not Notice.objects.exists()
    leaver.refresh_from_db()
    assert leaver.left_at is None
    monkeypatch.setattr(leaving, "notify", real)
    assert leaving.leave(person=leaver, to=successor, by=chief, at=at)["handlings"] == FORTY


def test_a_second_administrator_finds_him_gone_and_moves_nothing_again(leaver, successor, chief, desk, at):
    leaving.leave(person=leaver, to=successor, by=chief, at=at)
    events = Event.objects.count()
    with pytest.raises(Refused, match="已离任"):
        leaving.leave(person=leaver, to=None, by=chief, at=at)
    assert Event.objects.count() == events
    assert Handling.objects.filter(owner=successor, ended_at=None).count() == FORTY


def test_an_account_with_a_past_cannot_be_deleted(leaver, desk):
    with pytest.raises(ProtectedError):
        leaver.delete()
    assert Handling.objects.filter(owner=leaver).count() == FORTY + 1


def test_nobody_gets_a_matter_after_he_has_left(leaver, successor, chief, desk, at):
    leaving.leave(person=leaver, to=None, by=chief, at=at)
    for act in (
        lambda: take(handling=desk[0], by=leaver, at=at),
        lambda: assign(handling=desk[0], to=leaver, by=chief, at=at),
        lambda: ask_site(handling=desk[0], text="x", due_on=at.date(), by=leaver, at=at),
    ):
        with pytest.raises(AlreadyDone):
            act()
    assert not Handling.objects.filter(owner=leaver, ended_at=None).exists()


def test_sessions_deputies_and_turns_end_with_him(leaver, successor, chief, at, today):
    unit = leaver.organisation
    Arrival.objects.create(person=leaver, session_key="k", at=at, seen_at=at, way="password")
    Deputy.objects.create(absent=successor, deputy=leaver, from_on=today - timedelta(days=2), until_on=today)
    Deputy.objects.create(absent=leaver, deputy=successor, from_on=today, until_on=today)
    for begins in (at - timedelta(days=2), at + timedelta(days=2)):
        Duty.objects.create(organisation=unit, person=leaver, starts_at=begins, ends_at=begins + timedelta(hours=8))
    leaving.leave(person=leaver, to=None, by=chief, at=at)
    assert not Arrival.objects.exists()
    assert not Deputy.objects.filter(until_on__gte=today).exists()
    assert [turn.starts_at for turn in Duty.objects.all()] == [at - timedelta(days=2)]


@pytest.mark.parametrize(
    ("role", "region", "industry", "fit"),
    [
        ("officer", "140105", "", True),
        ("chief", "140100", "", True),
        ("officer", "140000", "", True),
        ("officer", "140106", "", False),
        ("officer", "520102", "", False),
        ("officer", "140105", "water", False),
        ("leader", "140105", "", False),
        ("clerk", "140105", "", False),
        ("auditor", "140105", "", False),
        ("officer", "", "", False),
    ],
)
def test_who_can_take_over(leaver, chief, desk, at, role, region, industry, fit):
    other = make_person("other", role, region, industry=industry)
    assert (other in leaving.successors_of(leaver)) is fit
    if fit:
        leaving.leave(person=leaver, to=other, by=chief, at=at)
        assert Handling.objects.filter(owner=other).count() == FORTY
    else:
        with pytest.raises(Refused, match="接手人"):
            leaving.leave(person=leaver, to=other, by=chief, at=at)
        assert Handling.objects.filter(owner=leaver, ended_at=None).count() == FORTY


def test_a_chief_signs_nobody_off_elsewhere(chief, at):
    with pytest.raises(Refused, match="管理范围"):
        leaving.leave(person=make_person("far", "officer", "520102"), to=None, by=chief, at=at)


def test_the_page_offers_and_does_it(client, leaver, successor, chief, desk):
    client.force_login(chief)
    page = client.get(f"/people/{leaver.pk}/leave").content.decode()
    assert ">40<" in page
    assert "最先到期的 12 件，共 40 件" in page
    assert "测试successor" in page
    client.post(f"/people/{leaver.pk}/leave", {"to": str(successor.pk), "reason": "调离"})
    assert Handling.objects.filter(owner=successor, ended_at=None).count() == FORTY
    assert "已离任" in client.get(f"/people/{leaver.pk}").content.decode()


def test_a_unit_that_closes_gives_its_matters_to_another(leaver, chief, desk, at):
    unit = leaver.organisation
    leaving.leave(person=leaver, to=None, by=chief, at=at)
    to = make_unit("140100")
    with pytest.raises(Refused, match="42 件"):
        leaving.close_unit(unit=unit, to=None, by=chief, at=at)
    assert leaving.close_unit(unit=unit, to=to, by=chief, at=at) == 42
    assert Handling.objects.filter(unit=to, ended_at=None).count() == FORTY
    unit.refresh_from_db()
    assert not unit.active
    assert Notice.objects.filter(to=chief, kind="given-back", subject="organisation").exists()


def test_what_is_to_be_looked_at_again_goes_to_the_unit_that_takes_over(leaver, chief, at):
    unit, to = leaver.organisation, make_unit("140100")
    task = InspectionTask.objects.create(
        project=make_project(at, "P3", region_code="140105"), unit=unit, entered_on=at.date(), due_on=at.date(),
        done_on=at.date(), recheck_on=at.date() + timedelta(days=7),
    )  # fmt: skip
    leaving.leave(person=leaver, to=None, by=chief, at=at)
    with pytest.raises(Refused, match="1 件"):
        leaving.close_unit(unit=unit, to=None, by=chief, at=at)
    assert leaving.close_unit(unit=unit, to=to, by=chief, at=at) == 1
    task.refresh_from_db()
    assert task.unit == to


def test_a_unit_that_only_helps_is_asked_who_takes_over(client, leaver, chief, desk, at):
    """What the closing wants to know, its form asks for."""
    office = make_unit("140100", "housing", "housing")
    HelperTask.objects.create(
        handling=desk[0], organisation=office, task="协查", within="3 days", asked_by=leaver, asked_at=at, due_at=at
    )
    client.force_login(make_person("admin", "operator", ""))
    assert "尚有 1 件未办结事项，须指定接收单位" in client.get(f"/organisations/{office.pk}").content.decode()
