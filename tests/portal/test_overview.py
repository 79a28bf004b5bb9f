"""The overview page: figures of one's own places, as last counted."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from anxin.insight.overview import refresh
from anxin.people.duty import add_turn
from anxin.people.models import Organisation, User
from anxin.portal.officer.overview import SHADES, shade_steps
from tests.insight.test_overview import warn
from tests.people import make_project
from tests.portal.hands import make_people, make_units
from tests.portal.site import make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(at, today, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    site = make_site(at)
    warn(site.project, at, level="red", rank=4, due_on=today - timedelta(days=3))
    make_project(at, "P2", region_code="140200")
    refresh(as_of=today, at=at)
    return site


def test_a_province_shows_its_cities_and_a_map(client, counted):
    client.force_login(make_user(region="140000"))
    body = client.get("/").content.decode()
    for part in ("山西省", "太原市", "大同市", "map-data", "数据截至 2026-04-20", "SX-01", "trend-data", "2026-03"):
        assert part in body, part


def test_a_city_leads_to_counties_and_a_county_to_projects(client, counted):
    client.force_login(make_user(region="140000"))
    city = client.get("/?region=140100").content.decode()
    assert "?region=140105" in city
    assert "map-data" not in city
    county = client.get("/?region=140105").content.decode()
    assert f"/projects/{counted.project.code}" in county
    assert '<a href="?region=140000">' in county


@pytest.mark.parametrize("region", ["140000", "140200", "520000", "rubbish", "14"])
def test_no_figures_of_places_outside_the_jurisdiction(client, counted, region):
    client.force_login(make_user(region="140100"))
    assert client.get(f"/?region={region}").status_code == 404


def test_without_a_jurisdiction_there_is_nothing_to_see(client, counted):
    client.force_login(make_user(region=""))
    body = client.get("/").content.decode()
    assert "没有辖区" in body
    assert "ax-figure" not in body


def test_who_is_on_duty_here_and_below(client, counted, at):
    units = make_units()
    people = make_people(units)
    far = Organisation.objects.create(name="大同市人社局", kind="hr", region_code="140200")
    away = make_user("datong", region="140200", organisation=far)
    begins, ends = at - timedelta(hours=1), at + timedelta(hours=8)
    for person in (people["officer"], people["city"], people["province"], away):
        add_turn(unit=person.organisation, person=person, starts_at=begins, ends_at=ends, by=people["chief"], at=at)
    over = people["second"]
    add_turn(unit=over.organisation, person=over, starts_at=at - timedelta(days=1), ends_at=begins, by=over, at=at)

    def told(name: str, region: str = "") -> list[str]:
        client.force_login(User.objects.get(username=name))
        page = client.get("/", {"region": region} if region else {}).content.decode()
        return re.findall(r'class="ax-on-duty-one"><b>测试(\w+)</b>', page)

    assert told("province") == ["province", "city", "officer", "datong"]
    assert told("province", "140105") == ["officer"]
    assert told("city") == ["city", "officer"]
    make_user("auditor", "auditor", "140000")
    assert told("auditor") == []


def test_a_place_without_projects_says_so(client, counted):
    client.force_login(make_user(region="520000"))
    assert "这里还没有项目" in client.get("/").content.decode()


def test_the_overview_reads_what_was_counted_and_counts_nothing(client, counted, django_assert_max_num_queries):
    client.force_login(make_user(region="140000"))
    # Session, person, whom he stands in for, what waits on his desk, the figures.
    with django_assert_max_num_queries(7):
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("most", [0, 1, 3, 4, 5, 17, 1234])
def test_a_map_is_shaded_in_a_few_steps_that_leave_nothing_out(most):
    steps = shade_steps(most)
    assert len(steps) <= 1 + SHADES
    assert [n for low, high in steps for n in range(low, high + 1)] == list(range(most + 1))
