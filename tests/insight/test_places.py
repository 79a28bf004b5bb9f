"""Places as people count them."""

import pytest

from anxin.insight.places import children_of, covers, levels_of, parent_of, places_below


def test_a_province_is_made_of_its_cities_and_a_city_of_its_counties():
    assert len(children_of("140000")) == 11
    assert "140105" in children_of("140100")
    assert children_of("140105") == ()


def test_a_municipality_is_made_of_its_districts():
    assert "110105" in children_of("110000")
    assert parent_of("110105") == "110000"


def test_counties_that_belong_to_no_city_stand_beside_the_cities():
    assert "429004" in children_of("420000")
    assert "429000" not in children_of("420000")


@pytest.mark.parametrize(
    ("code", "levels"),
    [("140105", ["140000", "140100", "140105"]), ("140100", ["140000", "140100"]), ("140000", ["140000"])],
)
def test_figures_are_kept_for_a_place_and_all_above_it(code, levels):
    assert levels_of(code) == levels


def test_nobody_without_a_jurisdiction_covers_anything():
    assert not covers("", "140105")
    assert covers("140100", "140105")
    assert not covers("140100", "140200")
    assert places_below("") == ()
