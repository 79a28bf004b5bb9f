"""A warning is handed over, taken, asked about, paused, raised, objected to and closed; each act once."""

from datetime import date, datetime, timedelta

import pytest

from anxin.law.civil import SHANGHAI
from anxin.notices.models import Notice
from anxin.people import trail
from anxin.people.models import Event, Organisation, User
from anxin.registry import actions as registry
from anxin.watch.handling import actions, clock, inspections, objections
from anxin.watch.handling.ladder import escalate
from anxin.watch.handling.routing import close_cleared, hand_over
from anxin.watch.models import Escalation, Handling, InspectionTask, Warning
from anxin.watch.sweep import sweep
from tests.people import make_project, make_worker

pytestmark = pytest.mark.django_db


def on(day: date, hour: int = 8) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


START = date(2026, 4, 1)
OPENED = date(2026, 4, 16)


@pytest.fixture
def units() -> dict[str, Organisation]:
    province = Organisation.objects.create(name="山西省人社厅", kind="hr", region_code="140000")
    city = Organisation.objects.create(name="太原市人社局", kind="hr", region_code="140100", parent=province)
    county = Organisation.objects.create(name="小店区人社局", kind="hr", region_code="140105", parent=city)
    government = Organisation.objects.create(name="小店区人民政府", kind="government", region_code="140105")
    housing = Organisation.objects.create(name="太原市住建局", kind="housing", region_code="140100", industry="housing")
    return {"province": province, "city": city, "county": county, "government": government, "housing": housing}


@pytest.fixture
def people(units) -> dict[str, User]:
    def person(name: str, role: str, unit: str, **more) -> User:
        return User.objects.create_user(name, password="x", role=role, organisation=units[unit], **more)

    return {
        "officer": person("officer", "officer", "county", region="140105"),
        "second": person("second", "officer", "county", region="140105"),
        "chief": person("chief", "chief", "county", region="140105"),
        "city": person("city", "chief", "city", region="140100"),
        "province": person("province", "chief", "province", region="140000"),
        "mayor": person("mayor", "leader", "government", region="140105"),
        "housing": person("housing", "agency", "housing", region="140100", industry="housing"),
        "clerk": User.objects.create_user("clerk", password="x", role="clerk", project="P1"),
    }


@pytest.fixture
def handling(people) -> Handling:
    make_project(on(START), started_on=START)
    sweep(as_of=OPENED, at=on(OPENED))
    hand_over(at=on(OPENED))
    return Handling.objects.get(warning__rule="SX-01")


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(to=person).order_by("id").values_list("kind", flat=True))


def day_told(handling: Handling) -> date | None:
    return Warning.objects.get(pk=handling.warning_id).due_on


def test_it_goes_to_the_countys_unit_with_a_clock_and_only_once(handling, units):
    assert (handling.unit, handling.state, handling.within) == (units["county"], "waiting", "1 working day")
    assert handling.due_at.astimezone(SHANGHAI).date() == date(2026, 4, 17)
    assert hand_over(at=on(OPENED)) == 0


def test_who_comes_second_is_told_who_was_first(handling, people):
    actions.take(handling=handling, by=people["officer"], at=on(OPENED))
    with pytest.raises(actions.AlreadyDone) as second:
        actions.take(handling=handling, by=people["second"], at=on(OPENED))
    assert "officer" in second.value.en
    assert Event.objects.filter(action="take").count() == 1


def test_asked_mended_cleared(handling, people):
    actions.take(handling=handling, by=people["officer"], at=on(OPENED))
    demand = actions.ask_site(
        handling=handling, text="请上传专户和三方协议", due_on=date(2026, 4, 17), by=people["officer"], at=on(OPENED, 9)
    )
    assert told(people["clerk"]) == ["demand"]
    actions.answer_demand(demand=demand, text="已上传", evidence=["a" * 64], by=people["clerk"], at=on(OPENED, 15))
    assert told(people["officer"]) == ["answered"]
    registry.record_account(
        project=handling.warning.project, number="990012345678901234", on=OPENED, at=on(OPENED, 15),
        opened_on=OPENED, agreement_on=OPENED,
    )  # fmt: skip
    sweep(as_of=OPENED, at=on(OPENED, 16))
    assert close_cleared(at=on(OPENED, 16)) >= 1
    handling.refresh_from_db()
    assert (handling.state, handling.outcome) == ("ended", "cleared")
    with pytest.raises(actions.AlreadyDone):
        actions.take(handling=handling, by=people["second"], at=on(OPENED, 17))
    acts = Event.objects.filter(subject="handling", subject_id=str(handling.pk)).order_by("number")
    assert [e.action for e in acts] == ["take", "ask-site", "answer-demand", "close"]
    assert trail.verify().holds


def test_left_alone_it_climbs_to_the_province_and_a_talk_each_rung_once(handling, people):
    moments = [on(OPENED, 9) + timedelta(hours=6 * n) for n in range(4 * 40)]
    for moment in moments:
        escalate(at=moment)
    rungs = Escalation.objects.filter(handling=handling).order_by("at")
    assert [r.kind for r in rungs] == [
        "reminder", "supervision_city", "supervision_province", "talk", "listed", "leader",
    ]  # fmt: skip
    assert [r.to.name if r.to else None for r in rungs][1:4] == ["太原市人社局", "山西省人社厅", "小店区人民政府"]
    assert "supervision_city" in told(people["city"])
    assert "supervision_province" in told(people["province"])
    assert "talk" in told(people["mayor"])
    escalate(at=on(date(2026, 4, 16)))
    assert Escalation.objects.filter(handling=handling).count() == 6

    talk = rungs.get(kind="talk")
    actions.record_minutes(
        escalation=talk,
        attended="区政府分管负责人",
        minutes="限五日内开户",
        evidence=[],
        by=people["province"],
        at=moments[-1],
    )
    with pytest.raises(actions.AlreadyDone):
        actions.record_minutes(
            escalation=talk, attended="x", minutes="y", evidence=[], by=people["province"], at=moments[-1]
        )


def test_those_that_climbed_everything_do_not_keep_the_others_from_climbing(units, people):
    for code, started in (("P1", date(2026, 2, 1)), ("P2", date(2026, 4, 1))):
        make_project(on(started), code, started_on=started)
        sweep(as_of=started + timedelta(days=15), at=on(started + timedelta(days=15)))
        hand_over(at=on(started + timedelta(days=15)))
    first, second = Handling.objects.filter(warning__rule="SX-01").order_by("due_at")
    late = on(OPENED) + timedelta(days=60)
    Handling.objects.exclude(pk__in=[first.pk, second.pk]).delete()
    for _ in range(4):
        escalate(at=late, limit=1)
    assert {row.handling_id for row in Escalation.objects.all()} == {first.pk, second.pk}
    assert escalate(at=late) == 0


def test_a_pause_needs_another_to_approve_it_and_moves_the_deadline(handling, people):
    actions.take(handling=handling, by=people["officer"], at=on(OPENED))
    change = clock.ask_for_pause(handling=handling, reason="等待银行开户", by=people["officer"], at=on(OPENED, 9))
    assert told(people["chief"])[-1] == "approve"
    with pytest.raises(ValueError, match="somebody else"):
        clock.decide(change=change, approved=True, by=people["officer"], at=on(OPENED, 10))
    clock.decide(change=change, approved=True, by=people["chief"], at=on(OPENED, 10))
    handling.refresh_from_db()
    assert handling.due_at is None
    assert day_told(handling) is None
    escalate(at=on(date(2026, 5, 20)))
    assert not Escalation.objects.filter(handling=handling).exists()
    clock.resume(handling=handling, by=people["officer"], at=on(date(2026, 5, 20), 9))
    handling.refresh_from_db()
    assert handling.due_at.astimezone(SHANGHAI).date() == date(2026, 5, 20)
    assert day_told(handling) == date(2026, 5, 20)
    assert any("等待银行开户" in line for line in clock.reckoning_of(handling).zh)


@pytest.mark.parametrize(("asks", "hears"), [("officer", "chief"), ("chief", "city")])
def test_who_may_approve_a_pause_is_told_and_in_the_unit_above_where_nobody_else_may(handling, people, asks, hears):
    clock.ask_for_pause(handling=handling, reason="停工取证", by=people[asks], at=on(OPENED))
    assert [notice.to.username for notice in Notice.objects.filter(kind="approve")] == [hears]


def test_an_extension_moves_the_day_that_everybody_reads(handling, people):
    assert day_told(handling) == handling.due_at.astimezone(SHANGHAI).date() == date(2026, 4, 17)
    change = clock.ask_for_extension(handling=handling, more="3 working days", reason="等待盖章", by=people["officer"],
                                     at=on(OPENED, 9))  # fmt: skip
    assert day_told(handling) == date(2026, 4, 17)
    clock.decide(change=change, approved=True, by=people["chief"], at=on(OPENED, 10))
    assert day_told(handling) == date(2026, 4, 22)


def test_a_warning_handed_over_late_is_due_by_its_clock(people):
    make_project(on(START), started_on=START)
    sweep(as_of=OPENED, at=on(OPENED))
    hand_over(at=on(date(2026, 4, 20)))
    handling = Handling.objects.get(warning__rule="SX-01")
    assert day_told(handling) == handling.due_at.astimezone(SHANGHAI).date() == date(2026, 4, 21)


def test_joint_handling_gives_the_helper_a_clock_of_its_own(handling, people, units):
    actions.take(handling=handling, by=people["officer"], at=on(OPENED))
    helper = actions.add_helper(
        handling=handling, organisation=units["housing"], task="核实施工许可", within="24 hours",
        by=people["officer"], at=on(OPENED, 9),
    )  # fmt: skip
    assert helper.due_at == on(OPENED, 9) + timedelta(hours=24)
    assert told(people["housing"]) == ["helper"]
    actions.finish_helper(helper=helper, answer="许可有效", by=people["housing"], at=on(OPENED, 12))
    assert told(people["officer"]) == ["helped"]


def test_an_accepted_objection_puts_the_warning_to_sleep_until_its_day(handling, people):
    objection = objections.object_to(
        handling=handling,
        kind="fact",
        text="专户已在外地开立",
        evidence=["b" * 64],
        by=people["clerk"],
        at=on(OPENED, 9),
    )
    assert told(people["chief"])[-1] == "objection"
    objections.answer(
        objection=objection, accepted=True, text="属实", spare_until=date(2026, 4, 20), by=people["officer"],
        at=on(OPENED, 10),
    )  # fmt: skip
    handling.refresh_from_db()
    assert (handling.state, handling.outcome) == ("ended", "accepted")
    hand_over(at=on(date(2026, 4, 20)))
    assert not Handling.objects.filter(warning=handling.warning, ended_at=None).exists()
    hand_over(at=on(date(2026, 4, 21)))
    assert Handling.objects.filter(warning=handling.warning, ended_at=None).count() == 1
    assert Warning.objects.get(pk=handling.warning_id).status == "open"


def test_a_new_project_gets_its_joint_inspection(people):
    project = make_project(on(START), started_on=START)
    make_worker(project, 1, on(START))
    assert inspections.plan_inspections(at=on(date(2026, 4, 5))) == 1
    assert inspections.plan_inspections(at=on(date(2026, 4, 6))) == 0
    task = InspectionTask.objects.get()
    assert task.due_on == date(2026, 5, 1)
    inspections.record_inspection(
        task=task, done_on=date(2026, 4, 20), participants="人社、住建", checklist=task.checklist,
        findings="告示牌缺失", photos=[], recheck_on=date(2026, 4, 27), by=people["officer"], at=on(date(2026, 4, 20)),
    )  # fmt: skip
    assert project.inspections.count() == 1
    inspections.record_recheck(task=task, findings="已整改", by=people["officer"], at=on(date(2026, 4, 27)))
    task.refresh_from_db()
    assert task.rechecked_at is not None
