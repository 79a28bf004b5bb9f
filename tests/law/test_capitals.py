"""Sums in capitals, with the examples of the rules for filling in bills."""

import pytest

from anxin.law.capitals import capitals


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (140950, "壹仟肆佰零玖元伍角整"),
        (600714, "陆仟零柒元壹角肆分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (644_050, "陆仟肆佰肆拾元伍角整"),
        (1_000_00, "壹仟元整"),
        (10_001_00, "壹万零壹元整"),
        (10_0000_00, "壹拾万元整"),
        (1_0000_0500_00, "壹亿零伍佰元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (0, "零元整"),
    ],
)
def test_as_the_rules_write_them(fen, said):
    assert capitals(fen) == said


def test_every_sum_has_words_of_its_own():
    sums = {*range(0, 20_000), *range(0, 10**10, 9_999_991)}
    assert len({capitals(fen) for fen in sums}) == len(sums)


@pytest.mark.parametrize("fen", [-1, 10**18])
def test_no_such_sum(fen):
    with pytest.raises(ValueError, match="capitals"):
        capitals(fen)
