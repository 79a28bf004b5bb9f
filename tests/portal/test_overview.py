"""The overview page: figures of one's own places, as last counted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from anxin.insight.overview import refresh
from tests.insight.test_overview import warn
from tests.people import make_project
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


def test_a_place_without_projects_says_so(client, counted):
    client.force_login(make_user(region="520000"))
    assert "这里还没有项目" in client.get("/").content.decode()


def test_the_overview_reads_what_was_counted_and_counts_nothing(client, counted, django_assert_max_num_queries):
    client.force_login(make_user(region="140000"))
    # Session, person, whom he stands in for, what waits on his desk, the figures.
    with django_assert_max_num_queries(5):
        client.get("/")
