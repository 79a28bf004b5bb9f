"""What waits for an answer is told once before its day and once after; what has slept finds its officer again."""

from datetime import date, datetime, timedelta

import pytest

from anxin.law.civil import SHANGHAI
from anxin.notices.models import Notice
from anxin.watch.handling import actions, inspections, objections
from anxin.watch.handling.reminding import remind_desk
from anxin.watch.handling.routing import hand_over
from anxin.watch.models import Handling, Reminded
from anxin.worker import slow_turn
from tests.people import make_project, make_worker
from tests.portal.hands import in_hand, make_people, make_units
from tests.threads import at_once

AT = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)


@pytest.fixture
def units():
    return make_units()


@pytest.fixture
def people(units):
    return make_people(units)


@pytest.fixture
def matter(people) -> Handling:
    return in_hand(make_project(AT, region_code="140105"), AT, opened_on=AT.date(), due_on=AT.date())


def told(person, kind: str) -> list[str]:
    return list(Notice.objects.filter(to=person, kind=kind).order_by("pk").values_list("zh", flat=True))


def turns(at: datetime) -> int:
    """Two looks at a moment: the second has nothing to say."""
    count = remind_desk(at=at)
    assert remind_desk(at=at + timedelta(minutes=2)) == 0
    return count


@pytest.mark.django_db
def test_an_objection_without_an_answer_is_told_before_its_day_and_after(matter, people):
    actions.take(handling=matter, by=people["officer"], at=AT)
    row = objections.object_to(handling=matter, kind="fact", text="账户已开", evidence=[], by=people["clerk"], at=AT)
    before = len(told(people["officer"], "objection"))
    assert turns(row.due_at - timedelta(hours=49)) == 0
    assert turns(row.due_at - timedelta(hours=30)) == 1
    assert turns(row.due_at + timedelta(minutes=1)) == 1
    assert turns(row.due_at + timedelta(days=30)) == 0
    near, late = told(people["officer"], "objection")[before:]
    assert "前答复项目的异议：账户已开" in near
    assert "逾期未答复" in late
    assert told(people["chief"], "objection") == [late], "who answers for the unit hears of it when it is late"


@pytest.mark.django_db
def test_what_was_answered_is_not_asked_for(matter, people):
    actions.take(handling=matter, by=people["officer"], at=AT)
    row = objections.object_to(handling=matter, kind="fact", text="账户已开", evidence=[], by=people["clerk"], at=AT)
    objections.answer(objection=row, accepted=False, text="不符", spare_until=None, by=people["officer"], at=AT)
    demand = actions.ask_site(handling=matter, text="请补传", due_on=date(2026, 4, 22), by=people["officer"], at=AT)
    actions.answer_demand(demand=demand, text="已补", evidence=[], by=people["clerk"], at=AT)
    assert turns(AT + timedelta(days=60)) == 0


@pytest.mark.django_db
def test_a_site_that_does_not_answer_and_a_helper_who_is_late(matter, people, units):
    actions.take(handling=matter, by=people["officer"], at=AT)
    actions.ask_site(handling=matter, text="请补传", due_on=date(2026, 4, 23), by=people["officer"], at=AT)
    actions.add_helper(
        handling=matter, organisation=units["housing"], task="核实许可", within="3 days", by=people["officer"], at=AT
    )
    assert turns(AT) == 0
    assert turns(datetime(2026, 4, 22, 23, tzinfo=SHANGHAI)) == 2, "both are due tomorrow"
    assert turns(datetime(2026, 4, 24, 1, tzinfo=SHANGHAI)) == 2, "both are late"
    assert len(told(people["clerk"], "demand")) == 3, "asked, soon due, late"
    assert len(told(people["officer"], "demand")) == len(told(people["officer"], "helper")) == 1
    assert len(told(people["housing"], "helper")) == 3


@pytest.mark.django_db
def test_who_was_asked_a_moment_ago_is_not_reminded_at_once(matter, people, units):
    actions.ask_site(handling=matter, text="请补传", due_on=AT.date(), by=people["officer"], at=AT)
    actions.add_helper(
        handling=matter, organisation=units["housing"], task="核实许可", within="2 hours", by=people["officer"], at=AT
    )
    assert turns(AT + timedelta(minutes=2)) == 0
    assert turns(AT + timedelta(hours=3)) == 1, "the helper's two hours are over"
    assert turns(AT + timedelta(days=1)) == 1, "and then the site's day"


@pytest.mark.django_db
def test_each_day_of_a_re_check_is_told_of_once(people):
    project = make_project(AT, region_code="140105")
    make_worker(project, 1, AT)
    inspections.plan_inspections(at=AT)
    task = inspections.InspectionTask.objects.get()
    task = inspections.record_inspection(
        task=task, done_on=AT.date(), participants="人社、住建", checklist=[], findings="缺告示牌", photos=[],
        recheck_on=date(2026, 4, 27), by=people["officer"], at=AT,
    )  # fmt: skip
    assert turns(datetime(2026, 4, 26, 23, tzinfo=SHANGHAI)) == 0
    assert turns(datetime(2026, 4, 27, 8, tzinfo=SHANGHAI)) == 1
    inspections.record_recheck(
        task=task, findings="仍缺", again_on=date(2026, 5, 6), by=people["officer"],
        at=datetime(2026, 4, 27, 15, tzinfo=SHANGHAI),
    )  # fmt: skip
    assert turns(datetime(2026, 5, 5, 8, tzinfo=SHANGHAI)) == 0
    assert turns(datetime(2026, 5, 6, 8, tzinfo=SHANGHAI)) == 1
    assert Notice.objects.filter(kind="recheck", to=people["chief"]).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_it_once(matter, people):
    objections.object_to(handling=matter, kind="fact", text="账户已开", evidence=[], by=people["clerk"], at=AT)
    before = Notice.objects.count()
    late = AT + timedelta(days=20)
    gave = at_once(*[lambda: remind_desk(at=late)] * 4)
    assert sorted(gave) == [0, 0, 0, 1]
    assert Reminded.objects.count() == 1
    assert Notice.objects.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_the_worker_reminds(matter, people, monkeypatch):
    monkeypatch.setattr("anxin.worker._full_sweep_due", lambda today, at: False)
    objections.object_to(handling=matter, kind="fact", text="账户已开", evidence=[], by=people["clerk"], at=AT)
    slow_turn(AT + timedelta(days=20), {})
    assert Reminded.objects.filter(key__startswith="objection-late:").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{}, {"is_active": False}, {"left_at": AT}, {"organisation": "city"}])
def test_a_warning_that_wakes_goes_back_to_whoever_had_it(matter, people, units, change):
    actions.take(handling=matter, by=people["officer"], at=AT)
    objections.snooze(
        warning=matter.warning, until_on=date(2026, 4, 22), reason="雨季停工", by=people["officer"], at=AT
    )
    for name, value in change.items():
        setattr(people["officer"], name, units[value] if name == "organisation" else value)
    people["officer"].save()
    hand_over(at=datetime(2026, 4, 22, 8, tzinfo=SHANGHAI))
    assert not Handling.objects.filter(ended_at=None).exists()
    woken = datetime(2026, 4, 23, 8, tzinfo=SHANGHAI)
    hand_over(at=woken)
    hand_over(at=woken)
    again = Handling.objects.get(warning=matter.warning, ended_at=None)
    if change:
        assert (again.owner, again.state, again.taken_at) == (None, "waiting", None)
        assert told(people["officer"], "woke") == []
    else:
        assert (again.owner, again.state, again.taken_at) == (people["officer"], "taken", woken)
        (text,) = told(people["officer"], "woke")
        assert "静默期满" in text
        assert Notice.objects.get(kind="woke").subject_id == str(again.pk)
