"""The table of divisions."""

import pytest

from anxin.people.models import Organisation
from anxin.registry import regions
from anxin.registry.offices import seed_offices


def test_no_place_lies_in_itself_and_every_path_ends_at_a_province():
    for code, row in regions.table().items():
        assert row["parent"] != code
        assert len(regions.path_names(code)) == int(row["level"])


def test_a_city_without_counties_is_a_city():
    assert regions.path_names("441900") == ["广东省", "东莞市"]


@pytest.mark.django_db
def test_seeding_offices_gives_every_place_five_and_a_second_time_none():
    assert seed_offices(region="140100") == 5 * 12
    assert seed_offices(region="140100") == 0
    assert seed_offices(region="140105") == 0
    county = Organisation.objects.get(kind="hr", region_code="140105")
    assert county.name == "太原市小店区人力资源和社会保障局"
    assert county.name_en == "Human Resources and Social Security Bureau of Xiaodian, Taiyuan"
    assert county.parent.name == "太原市小店区人民政府"
    assert county.parent.parent.name == "太原市人民政府"
    assert Organisation.objects.get(kind="water", region_code="140100").industry == "water"


@pytest.mark.django_db
def test_a_renamed_office_stays_and_gets_no_twin():
    seed_offices(region="140105")
    Organisation.objects.filter(kind="hr", region_code="140105").update(name="小店区人社局")
    assert seed_offices(region="140105") == 0


@pytest.mark.django_db
def test_a_municipality_governs_its_districts_and_a_bracket_has_no_offices():
    seed_offices(region="310000")
    assert Organisation.objects.get(kind="government", region_code="310101").parent.name == "上海市人民政府"
    assert Organisation.objects.get(kind="hr", region_code="310000").name == "上海市人力资源和社会保障局"
    assert not Organisation.objects.filter(region_code="310100").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["310100", "149900", "", "nowhere"])
def test_what_is_no_place_has_no_offices(code):
    with pytest.raises(ValueError, match="not a province"):
        seed_offices(region=code)
