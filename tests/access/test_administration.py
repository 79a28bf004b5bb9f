"""Nobody gives more than he has: people, units, deputies and duty stay in their administrator's bounds."""

import itertools
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from anxin.law.calendar import kind_of
from anxin.law.civil import SHANGHAI
from anxin.people import accounts, deputies, duty, units
from anxin.people.accounts import Place
from anxin.people.administration import GRANTS, Refused, manageable_people, manageable_units, may_give, roles_to_give
from anxin.people.models import Deputy, Duty, Event, User
from anxin.people.seats import seats_of
from tests.access.world import ROLES, make_person, make_unit
from tests.people import make_project

pytestmark = pytest.mark.django_db

INSIDE, OUTSIDE = "140105", "520102"


@pytest.fixture
def chief() -> User:
    return make_person("chief", "chief", "140100")


@pytest.fixture
def operator() -> User:
    return make_person("operator", "operator", "")


def events() -> list[str]:
    return list(Event.objects.order_by("number").values_list("action", flat=True))


# Who may give what


@pytest.mark.parametrize(("giver", "given"), list(itertools.product(ROLES, ROLES)))
def test_who_may_give_which_role(giver, given):
    user = make_person("giver", giver, "" if giver == "operator" else "140100")
    expected = giver == "operator" or (giver == "chief" and given not in ("operator", "auditor"))
    assert may_give(user, role=given, region=INSIDE, industry="") is expected
    assert (given in roles_to_give(user)) is expected


@pytest.mark.parametrize(
    ("region", "industry", "fine"),
    [("140100", "", True), (INSIDE, "", True), (INSIDE, "water", True), ("140000", "", False), (OUTSIDE, "", False),
     ("", "", False)],
)  # fmt: skip
def test_a_chief_gives_within_his_region(chief, region, industry, fine):
    assert may_give(chief, role="officer", region=region, industry=industry) is fine


@pytest.mark.parametrize(("industry", "fine"), [("housing", True), ("water", False), ("", False)])
def test_a_chief_of_one_industry_gives_that_industry_only(industry, fine):
    chief = make_person("chief", "chief", "140100", industry="housing")
    assert may_give(chief, role="officer", region=INSIDE, industry=industry) is fine


def test_without_a_region_a_chief_administers_nobody():
    lost = make_person("lost", "chief", "")
    make_person("officer", "officer", INSIDE)
    assert not manageable_people(lost).exists()
    assert not manageable_units(lost).exists()
    assert not may_give(lost, role="officer", region=INSIDE, industry="")


def test_a_chief_sees_the_people_he_may_administer_and_no_others(chief, operator):
    seen = {make_person(f"in-{role}", role, INSIDE).username for role in GRANTS["chief"]}
    for role in ROLES:
        make_person(f"out-{role}", role, OUTSIDE)
    make_person("auditor", "auditor", INSIDE)
    assert set(manageable_people(chief).values_list("username", flat=True)) == {*seen, "chief"}
    assert manageable_people(operator).count() == User.objects.count()


@pytest.mark.parametrize(
    "place",
    [
        Place("operator", None, INSIDE),
        Place("officer", None, OUTSIDE),
        Place("officer", None, ""),
        Place("clerk", None, INSIDE),
        Place("nothing", None, INSIDE),
    ],
    ids=lambda place: f"{place.role}-{place.region}",
)
def test_a_place_that_is_not_the_administrators_to_give_is_refused(chief, place, at):
    with pytest.raises(Refused):
        accounts.add_person(username="new", display_name="新", place=place, by=chief, at=at)
    person = make_person("old", "officer", INSIDE)
    with pytest.raises(Refused):
        accounts.change_place(person=person, place=place, by=chief, at=at)
    person.refresh_from_db()
    assert (person.role, person.region) == ("officer", INSIDE)
    assert events() == []


def test_an_agencys_person_sees_the_agencys_industry(operator, at):
    unit = make_unit(INSIDE, "water", "water")
    with pytest.raises(Refused, match="行业"):
        accounts.add_person(
            username="water", display_name="", place=Place("agency", unit, INSIDE, ""), by=operator, at=at
        )
    accounts.add_person(
        username="water", display_name="", place=Place("agency", unit, INSIDE, "water"), by=operator, at=at
    )


@pytest.mark.parametrize(
    "act",
    [
        lambda p, by, at: accounts.change_place(person=p, place=Place("officer", None, INSIDE), by=by, at=at),
        lambda p, by, at: accounts.change_details(
            person=p, display_name="x", phone=None, single_sign_on="", by=by, at=at
        ),
        lambda p, by, at: accounts.give_password(person=p, by=by, at=at),
        lambda p, by, at: accounts.suspend(person=p, by=by, at=at),
        lambda p, by, at: accounts.resume(person=p, by=by, at=at),
        lambda p, by, at: accounts.close_account(person=p, by=by, at=at),
    ],
)
def test_nobody_touches_whom_he_may_not_administer(chief, at, act):
    for person in (make_person("far", "officer", OUTSIDE), make_person("auditor", "auditor", INSIDE)):
        with pytest.raises(Refused, match="管理范围"):
            act(person, chief, at)
    assert events() == []


def test_nobody_changes_stops_or_signs_off_himself(chief, at):
    make_person("another", "operator", "")
    with pytest.raises(Refused):
        accounts.change_place(person=chief, place=Place("chief", None, "140000"), by=chief, at=at)
    for act in (accounts.suspend, accounts.close_account):
        with pytest.raises(Refused):
            act(person=chief, by=chief, at=at)


def test_the_last_operator_stays(operator, at):
    second = make_person("second", "operator", "")
    accounts.suspend(person=second, by=operator, at=at)
    for act in (accounts.suspend, accounts.close_account):
        with pytest.raises(Refused, match="至少保留"):
            act(person=operator, by=None, at=at)
    with pytest.raises(Refused, match="至少保留"):
        accounts.change_place(person=operator, place=Place("officer", None, INSIDE), by=None, at=at)


@pytest.mark.parametrize("name", ["", "a", "有汉字", "with space", "x" * 65, "quote'", "Officer"])
def test_user_names_are_plain_and_nobody_elses(operator, at, name):
    make_person("officer", "officer", INSIDE)
    with pytest.raises(Refused):
        accounts.add_person(username=name, display_name="", place=Place("officer", None, INSIDE), by=operator, at=at)


def test_what_is_written_down_about_a_person_holds_no_personal_number(operator, at):
    person, first = accounts.add_person(
        username="new", display_name="新人", place=Place("officer", None, INSIDE), by=operator, at=at
    )
    accounts.change_details(
        person=person, display_name="新名", phone="13800001111", single_sign_on="gov-9", by=operator, at=at
    )
    person.refresh_from_db()
    told = str(list(Event.objects.values()))
    for secret in ("13800001111", first, "gov-9"):
        assert secret not in told
    assert b"13800001111" not in bytes(person.phone_sealed)
    assert person.password_given


def test_one_single_sign_on_name_is_one_person(operator, at):
    make_person("officer", "officer", INSIDE, single_sign_on="gov-1")
    other = make_person("other", "officer", INSIDE)
    with pytest.raises(Refused, match="已绑定"):
        accounts.change_details(person=other, display_name="x", phone=None, single_sign_on="gov-1", by=operator, at=at)


# Pages


def test_adding_a_person_on_the_page(client, chief):
    client.force_login(chief)
    unit = make_unit("140105")
    shown = client.post(
        "/people/new", {"username": "new", "display_name": "新人", "role": "officer", "unit": unit.name}
    )
    assert "本页关闭后不再显示" in shown.content.decode()
    person = User.objects.get(username="new")
    assert (person.organisation, person.region) == (unit, "140105")
    assert "no-store" in shown.headers["Cache-Control"]


@pytest.mark.parametrize(
    "form",
    [
        {"unit": "hr-520102"},
        {"region": OUTSIDE},
        {"region": "149999"},
        {"role": "operator"},
        {"role": "auditor", "region": INSIDE},
        {"role": "clerk", "project": "Q1"},
        {"role": "clerk", "project": ""},
        {"industry": "nothing", "region": INSIDE},
    ],
    ids=str,
)
def test_a_crafted_form_gives_nothing(client, chief, at, form):
    make_unit(OUTSIDE)
    make_project(at, "Q1", region_code=OUTSIDE)
    client.force_login(chief)
    answer = client.post("/people/new", {"username": "new", "display_name": "x", "role": "officer", **form})
    assert answer.status_code == 422
    assert not User.objects.filter(username="new").exists()


def test_a_clerk_belongs_to_a_project_in_reach(client, chief, at):
    make_project(at, "P1", region_code=INSIDE)
    client.force_login(chief)
    client.post("/people/new", {"username": "clerk", "display_name": "c", "role": "clerk", "project": "P1"})
    clerk = User.objects.get(username="clerk")
    assert (clerk.region, clerk.project) == (INSIDE, "P1")
    assert manageable_people(chief).filter(pk=clerk.pk).exists()


def test_what_was_typed_about_a_person_comes_back_when_it_is_refused(client, chief, at, today):
    one, deputy = make_person("one", "officer", "140105"), make_person("deputy", "officer", "140105")
    client.force_login(chief)
    for form, kept in (
        ("place", {"role": "officer", "unit": "没有这个单位", "region": "140105"}),
        ("details", {"display_name": "张工", "phone": "12a", "single_sign_on": "sso-1"}),
        ("deputies", {"deputy": str(deputy.pk), "from_on": "2026-04-02", "until_on": "2026-04-01", "reason": "培训"}),
    ):
        page = client.post(f"/people/{one.pk}/{form}", kept)
        assert page.status_code == 422
        for word in set(kept.values()) - {"officer"}:
            assert f'value="{word}"' in page.content.decode(), word
        # On a telephone these forms stand far below the top: what is wrong is told in them, and the page goes there.
        told = page.content.decode().partition(f'action="/people/{one.pk}/{form}"')[2].partition("</form>")[0]
        assert form == "place" or ('role="alert"' in told and "autofocus" in told)
    other = client.post(f"/people/{one.pk}/leave", {"to": "999999", "reason": "调离"})
    assert (other.status_code, 'value="调离"' in other.content.decode()) == (422, True)


def test_searching_people_and_units_stays_in_bounds(client, chief):
    make_person("near", "officer", INSIDE)
    make_person("far", "officer", OUTSIDE)
    client.force_login(chief)
    found = client.get("/people?q=测试").content.decode()
    assert "测试near" in found
    assert "测试far" not in found
    assert "共 2 人" in found
    units_found = client.get("/organisations?q=hr-").content.decode()
    assert "hr-140105" in units_found
    assert "hr-520102" not in units_found
    options = client.get("/organisations/options?unit=hr").content.decode()
    assert 'value="hr-140105"' in options
    assert "520102" not in options


def test_the_people_of_the_list_as_a_file_stay_in_bounds(client, chief):
    make_person("near", "officer", INSIDE)
    make_person("far", "officer", OUTSIDE)
    client.force_login(chief)
    file = b"".join(client.get("/people?role=officer&form=csv").streaming_content).decode("utf-8-sig")
    heading, *lines = file.splitlines()
    assert heading.startswith("姓名,用户名,角色")
    assert [line.split(",")[:3] for line in lines] == [["测试near", "near", "劳动监察员"]]


# Units


def test_an_office_tells_its_public_number_and_nobodys_own(client, operator, at):
    unit = units.add_unit(name="太原市人社局", kind="hr", region_code="140100", parent=None, by=operator, at=at)
    assert units.public_phone(unit) == units.public_phone(None) == "12333"
    client.force_login(operator)
    form = {"name": unit.name, "kind": "hr", "region_code": "140100", "phone": "0000-01234567"}
    assert client.post(f"/organisations/{unit.pk}", form).status_code == 302
    unit.refresh_from_db()
    assert units.public_phone(unit) == "0000-01234567"
    for wrong in ("13912345678", "139 1234 5678", "call me"):
        assert client.post(f"/organisations/{unit.pk}", {**form, "phone": wrong}).status_code == 422
    unit.refresh_from_db()
    assert unit.phone == "0000-01234567"
    assert "13912345678" not in str(list(Event.objects.values_list("changes", flat=True)))


def test_a_unit_is_added_changed_closed_and_opened_again(operator, at):
    top = make_unit("140000", "government")
    unit = units.add_unit(name="太原市人社局", kind="hr", region_code="140100", parent=top, by=operator, at=at)
    units.change_unit(
        unit=unit, name="太原市人力资源和社会保障局", kind="hr", region_code="140100", parent=top, by=operator, at=at
    )
    changed = Event.objects.get(action="unit-change").changes
    assert changed == {"name": ["太原市人社局", "太原市人力资源和社会保障局"]}
    units.close_unit(unit=unit, by=operator, at=at)
    with pytest.raises(Refused, match="已撤销"):
        units.close_unit(unit=unit, by=operator, at=at)
    with pytest.raises(Refused, match="已撤销"):
        accounts.add_person(username="new", display_name="", place=Place("officer", unit, "140100"), by=operator, at=at)
    units.reopen_unit(unit=unit, by=operator, at=at)
    assert events()[:2] == ["unit-add", "unit-change"]


def test_a_unit_with_people_or_open_units_below_stays(operator, at):
    top = make_unit("140000", "government")
    below = units.add_unit(name="下级", kind="hr", region_code="140100", parent=top, by=operator, at=at)
    with pytest.raises(Refused, match="下级"):
        units.close_unit(unit=top, by=operator, at=at)
    User.objects.filter(pk=make_person("officer", "officer", "140100").pk).update(organisation=below)
    with pytest.raises(Refused, match="人员"):
        units.close_unit(unit=below, by=operator, at=at)


def test_no_unit_lies_below_itself(operator, at):
    one = units.add_unit(name="一", kind="hr", region_code="140000", parent=None, by=operator, at=at)
    two = units.add_unit(name="二", kind="hr", region_code="140100", parent=one, by=operator, at=at)
    for above in (one, two):
        with pytest.raises(Refused, match="上级"):
            units.change_unit(unit=one, name="一", kind="hr", region_code="140000", parent=above, by=operator, at=at)


def test_a_chief_makes_and_moves_no_unit_out_of_his_region(chief, at):
    with pytest.raises(Refused, match="管理范围"):
        units.add_unit(name="外", kind="hr", region_code=OUTSIDE, parent=None, by=chief, at=at)
    mine = make_unit("140105")
    with pytest.raises(Refused, match="管理范围"):
        units.change_unit(unit=mine, name="外", kind="hr", region_code=OUTSIDE, parent=None, by=chief, at=at)
    with pytest.raises(Refused, match="管理范围"):
        units.close_unit(unit=make_unit(OUTSIDE), by=chief, at=at)


# Deputies


def test_a_deputy_has_the_seat_on_its_days_and_no_other(chief, at, today):
    absent, other = make_person("absent", "officer", "140105"), make_person("other", "officer", "140106")
    deputies.appoint(
        absent=absent, deputy=other, from_on=today, until_on=today + timedelta(days=2), by=chief, at=at, reason="休假"
    )
    held = {
        day: [seat.region for seat in seats_of(User.objects.get(pk=other.pk), today + timedelta(days=day))]
        for day in (-1, 0, 2, 3)
    }
    assert held == {-1: ["140106"], 0: ["140106", "140105"], 2: ["140106", "140105"], 3: ["140106"]}
    accounts.suspend(person=absent, by=chief, at=at)
    assert [seat.region for seat in seats_of(User.objects.get(pk=other.pk), today)] == ["140106"]


def test_nobody_lends_himself_a_higher_seat(chief, operator, at, today):
    for absent in (operator, make_person("auditor", "auditor", "140105"), make_person("far", "chief", OUTSIDE)):
        with pytest.raises(Refused):
            deputies.appoint(absent=absent, deputy=chief, from_on=today, until_on=today, by=chief, at=at)
    assert not Deputy.objects.exists()


@pytest.mark.parametrize(("first", "last"), [(1, 0), (-3, -1), (0, 400)])
def test_a_deputys_days_make_sense(chief, at, today, first, last):
    absent, other = make_person("absent", "officer", "140105"), make_person("other", "officer", "140106")
    with pytest.raises(Refused):
        deputies.appoint(
            absent=absent, deputy=other, from_on=today + timedelta(days=first),
            until_on=today + timedelta(days=last), by=chief, at=at,
        )  # fmt: skip


@pytest.mark.parametrize("role", ["clerk", "bank"])
def test_sites_and_banks_stand_in_for_nobody(chief, at, today, role):
    absent, other = make_person("absent", "officer", "140105"), make_person("other", role, "140105", project="P1")
    with pytest.raises(Refused):
        deputies.appoint(absent=absent, deputy=other, from_on=today, until_on=today, by=chief, at=at)
    with pytest.raises(Refused):
        deputies.appoint(absent=absent, deputy=absent, from_on=today, until_on=today, by=chief, at=at)


def test_a_deputy_is_dismissed_at_once(chief, at, today):
    absent, other = make_person("absent", "officer", "140105"), make_person("other", "officer", "140106")
    row = deputies.appoint(
        absent=absent, deputy=other, from_on=today - timedelta(days=3), until_on=today + timedelta(days=9),
        by=chief, at=at,
    )  # fmt: skip
    deputies.dismiss(row=row, by=chief, at=at)
    assert len(seats_of(User.objects.get(pk=other.pk), today)) == 1
    assert len(seats_of(User.objects.get(pk=other.pk), today - timedelta(days=1))) == 2
    with pytest.raises(Refused, match="已结束"):
        deputies.dismiss(row=row, by=chief, at=at)


# Duty


@pytest.fixture
def crew(chief) -> list[User]:
    return [chief, make_person("one", "officer", "140100"), make_person("two", "officer", "140100")]


SEPTEMBER = datetime(2026, 9, 20, 9, tzinfo=SHANGHAI)


def test_every_statutory_holiday_gets_a_day_and_a_night(chief, crew):
    made = duty.plan_holidays(unit=chief.organisation, month="2026-10", people=crew, by=chief, at=SEPTEMBER)
    days = [row.starts_at.astimezone(SHANGHAI).date() for row in made]
    assert days == [date(2026, 10, n) for n in range(1, 8)]
    assert all(row.ends_at - row.starts_at == timedelta(days=1) for row in made)
    assert all(kind_of(day).zh == "国庆节" for day in days)
    shares = [sum(row.person_id == person.pk for row in made) for person in crew]
    assert max(shares) - min(shares) <= 1
    assert all(a.person_id != b.person_id for a, b in itertools.pairwise(made))


def test_planning_again_adds_nothing_and_fills_only_gaps(chief, crew):
    unit = chief.organisation
    duty.plan_holidays(unit=unit, month="2026-10", people=crew, by=chief, at=SEPTEMBER)
    assert duty.plan_holidays(unit=unit, month="2026-10", people=crew, by=chief, at=SEPTEMBER) == []
    third = Duty.objects.get(starts_at=datetime(2026, 10, 3, tzinfo=SHANGHAI))
    duty.drop_turn(turn=third, by=chief, at=SEPTEMBER)
    again = duty.plan_holidays(unit=unit, month="2026-10", people=crew, by=chief, at=SEPTEMBER)
    assert [row.starts_at for row in again] == [third.starts_at]


def test_the_share_of_holidays_evens_out_over_the_year(chief, crew):
    for month in ("2026-10", "2026-09", "2026-06", "2026-05"):
        duty.plan_holidays(
            unit=chief.organisation, month=month, people=crew, by=chief, at=datetime(2026, 1, 1, tzinfo=SHANGHAI)
        )
    shares = [Duty.objects.filter(person=person).count() for person in crew]
    assert max(shares) - min(shares) <= 1


def test_days_gone_by_are_not_planned(chief, crew):
    late = datetime(2026, 10, 5, 9, tzinfo=SHANGHAI)
    made = duty.plan_holidays(unit=chief.organisation, month="2026-10", people=crew, by=chief, at=late)
    assert [row.starts_at.astimezone(SHANGHAI).day for row in made] == [5, 6, 7]


def test_make_up_days_and_plain_weekends_need_no_round_the_clock_duty():
    assert not duty.is_holiday(date(2026, 10, 10))
    assert not duty.is_holiday(date(2026, 10, 17))
    assert duty.is_holiday(date(2026, 10, 3))


def test_who_is_on_duty_now(chief, crew, at):
    duty.add_turn(
        unit=chief.organisation, person=crew[1], starts_at=at, ends_at=at + timedelta(hours=8), by=chief, at=at
    )
    unit = chief.organisation
    assert [turn.person for turn in duty.on_duty([unit], at=at)] == [crew[1]]
    assert duty.on_duty([unit], at=at + timedelta(hours=8)) == []
    accounts.suspend(person=crew[1], by=chief, at=at)
    assert duty.on_duty([unit], at=at) == []


def test_turns_that_make_no_sense_are_refused(chief, crew, at):
    unit, hour = chief.organisation, timedelta(hours=1)
    stranger = make_person("stranger", "officer", OUTSIDE)
    duty.add_turn(unit=unit, person=crew[1], starts_at=at, ends_at=at + 8 * hour, by=chief, at=at)
    for person, starts, ends in (
        (crew[1], at + hour, at + 2 * hour),
        (crew[2], at + hour, at + hour),
        (crew[2], at, at + timedelta(days=8)),
        (stranger, at, at + hour),
    ):
        with pytest.raises(Refused):
            duty.add_turn(unit=unit, person=person, starts_at=starts, ends_at=ends, by=chief, at=at)
    with pytest.raises(Refused, match="已结束"):
        duty.drop_turn(turn=Duty.objects.get(), by=chief, at=at + timedelta(days=1))


def test_the_roster_on_the_page(client, chief, crew):
    client.force_login(chief)
    page = client.get("/duty?month=2026-10").content.decode()
    assert page.count("国庆节") == 7
    assert "调休上班" in page
    far = make_unit(OUTSIDE)
    assert client.get(f"/duty?unit={far.pk}").status_code == 404
    assert client.get("/duty?month=2026-13").status_code == 404
    assert client.get("/duty?month=9999-12").status_code == 404


def test_a_turn_that_is_refused_comes_back_as_it_was_typed(client, chief, crew, at):
    client.force_login(chief)
    unit, when = chief.organisation, {"from_day": "2026-10-02", "from_time": "19:15", "until_time": "23:45"}
    typed = {"unit": unit.pk, "month": "2026-10", "person": crew[1].pk, **when, "note": "替班"}

    def refused(**told) -> str:
        answer = client.post("/duty/turns", {**typed, **told})
        assert answer.status_code == 422
        page = answer.content.decode()
        for value in ("2026-10-02", "19:15", "23:45", "替班"):
            assert f'value="{value}"' in page
        assert 'aria-label="上月"' in page
        assert f"/duty?unit={unit.pk}&month=2026-10&form=csv" in page
        return page

    page = refused(until_day="2026-10-01")
    assert f'<option value="{crew[1].pk}" selected>' in page
    assert 'value="2026-10-01"' in page
    # On a telephone the form stands far below the month.
    assert page.count("autofocus") == 1
    assert '<p class="ax-bad ax-small" id="wrong-times" role="alert">结束时间须晚于开始时间' in page
    assert 'id="wrong-times" role="alert">请填写日期和时间' in refused(until_day="")
    assert 'id="wrong-person" role="alert">请选择人员' in refused(until_day="2026-10-02", person="")
    assert not Duty.objects.exists()
    assert client.post("/duty/turns", {**typed, "until_day": "2026-10-02"}).status_code == 302
    assert 'id="wrong-person" role="alert">该人员在这段时间已有值班' in refused(until_day="2026-10-02")
    planned = client.post("/duty/plan", {"unit": unit.pk, "month": "2026-10"})
    assert planned.status_code == 422
    assert "请选择本单位在职人员" in planned.content.decode()
    assert 'name="crew" value="' in planned.content.decode()
    assert " checked>" not in planned.content.decode()


# Two at once


@pytest.mark.parametrize("act", [accounts.suspend, accounts.close_account])
def test_the_second_of_two_administrators_is_told(chief, act, at):
    person = make_person("officer", "officer", INSIDE)
    seen_by_both = [User.objects.get(pk=person.pk), User.objects.get(pk=person.pk)]
    act(person=seen_by_both[0], by=chief, at=at)
    with pytest.raises(Refused, match=r"已停用|已离任"):
        act(person=seen_by_both[1], by=chief, at=at)
    assert len(events()) == 1


def test_an_act_that_fails_leaves_no_link(chief, at, monkeypatch):
    person = make_person("officer", "officer", INSIDE)

    def broken(**_):
        raise OSError("no disk")

    monkeypatch.setattr(accounts, "end_arrivals", broken)
    with pytest.raises(OSError, match="no disk"), transaction.atomic():
        accounts.suspend(person=person, by=chief, at=at)
    person.refresh_from_db()
    assert person.is_active
    assert events() == []
