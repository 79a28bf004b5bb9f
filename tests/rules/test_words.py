"""Rules and findings as people read them."""

from datetime import date

import pytest

from anxin.rules.packs import find_rule
from anxin.rules.words import explain, number, reason, yuan


def test_the_account_rule_is_told_like_a_story():
    told = explain(find_rule("SX-01"), "en").splitlines()

    assert told[0] == "SX-01: No wage account within 15 days of the start"
    for line in (
        "Governs: region codes that begin with 14; under construction; not judged during an approved pause",
        "Colours: yellow from 16 days; orange from 30 days; red from 60 days",
        "Who acts, by when: the labour inspector phones the project head and orders a fix at once, "
        "within 1 working day",
        "Clears when: the account is opened and uploaded",
        "Hides: CN-02, CN-11, CN-12",
        "Replaces: CN-01",
        "In force since: 1 January 2023",
    ):
        assert line in told


def test_the_same_story_in_chinese():
    told = explain(find_rule("SX-01"))

    assert "何时何色：达到16天黄色；达到30天橙色；达到60天红色" in told
    assert "依据：《保障农民工工资支付条例》第二十六条——" in told


def test_a_reason_names_what_is_missing():
    finding = {"measure": 2.0, "parts": "deposit,attendance,", "base": 4}

    assert reason(find_rule("SX-03"), finding) == (
        "四类数据中有2类缺失或停更：工资保证金、考勤。",
        "Of the four kinds of data, 2 are missing or stale: deposit, attendance.",
    )


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (30, "工资保证金还有30天到期", "The wage deposit runs out in 30 days;"),
        (1, "工资保证金还有1天到期", "The wage deposit runs out in 1 day;"),
        (0, "工资保证金今天到期", "The wage deposit runs out today;"),
    ],
)
def test_the_last_day_is_today_and_not_in_no_days(days, zh, en):
    told = reason(find_rule("CN-04"), {"measure": float(days)})
    assert told[0].startswith(zh)
    assert told[1].startswith(en)


def test_a_reason_tells_month_people_and_money():
    finding = {"measure": 25.0, "month": "2026-03", "affected": 1, "amount_fen": 300_050, "since": date(2026, 4, 10)}

    zh, en = reason(find_rule("CN-14"), finding)

    assert zh == "2026年3月有1人实发少于应发，共少发3,000.50元（占应发25%）。"
    assert en.startswith("In March 2026 1 workers got less than due, 3,000.50 yuan")


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "—"), (16.0, "16"), (12.345, "12.3"), (50001.0, "50,001"), (0.0, "0")]
)
def test_numbers(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(("fen", "shown"), [(None, "—"), (0, "0"), (123_456_00, "123,456"), (5, "0.05")])
def test_money(fen, shown):
    assert yuan(fen) == shown


def test_an_unknown_rule_names_its_neighbours():
    with pytest.raises(KeyError, match="SX-01"):
        find_rule("SX-1")
