"""Every scenario of every pack holds, and every rule has the scenarios that make it worth trusting."""

from collections import defaultdict
from pathlib import Path

import pytest

from anxin.rules import scenarios
from anxin.rules.packs import all_rules
from anxin.rules.scenario_tables import ScenarioError

WRITTEN = scenarios.read()


@pytest.fixture(scope="module")
def results():
    return scenarios.run(engine="duckdb")


@pytest.mark.parametrize("index", range(len(WRITTEN)), ids=[f"{s.rule} {s.name}" for s in WRITTEN])
def test_holds(results, index):
    assert results[index].wrong == ""


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_is_shown_to_fire_and_to_hold_back(rule):
    mine = [s for s in WRITTEN if s.rule == rule.id]

    assert [s for s in mine if s.expect], "no scenario in which it fires"
    assert len([s for s in mine if not s.expect]) >= 2, "too few scenarios in which it must not fire"


def test_every_level_of_a_ladder_of_days_on_the_account_is_shown():
    shown = defaultdict(set)
    for scenario in WRITTEN:
        shown[scenario.rule] |= {one.get("level") for one in scenario.expect}

    assert shown["SX-01"] == {"yellow", "orange", "red"}


def _write(folder: Path, text: str) -> Path:
    (folder / "shanxi.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "expect",
    ["none", "{level: orange}", "{measure: 17}", "[{level: yellow}, {level: yellow}]", "{parts: [deposit]}"],
)
def test_a_wrong_expectation_fails_and_says_what_was_found(tmp_path, expect):
    text = "- {name: n, rule: SX-01, day: 2026-04-16, project: {region: '140100', started: 2026-04-01}, expect: EXPECT}"

    (result,) = scenarios.run("shanxi", "duckdb", folder=_write(tmp_path, text.replace("EXPECT", expect)))

    assert not result.holds
    assert "yellow" in result.wrong


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {name: n, rule: SX-01, expect: none}", "'day' is missing"),
        ("- {name: n, rule: SX-1, day: 2026-04-16, expect: none}", "Nearest: SX-0"),
        ("- {name: n, rule: SX-01, day: soon, expect: none}", "Write it as 2026-04-16"),
        ("- {name: n, rule: SX-01, day: 2026-04-16, expects: none, expect: none}", "nobody reads 'expects'"),
        ("- {name: n, rule: SX-01, day: 2026-04-16, expect: {colour: red}}", "a finding has no 'colour'"),
        (
            "- {name: n, rule: SX-01, day: 2026-04-16, expect: none, attendance: [[王五, 2026-04, 3]]}",
            "nobody is called",
        ),
        (
            "- {name: n, rule: SX-01, day: 2026-04-16, expect: none, workers: 1, attendance: [[all, 2026-04, 20]]}",
            "days that do not exist or lie after",
        ),
    ],
)
def test_a_scenario_that_cannot_be_read_says_what_to_do(tmp_path, text, says):
    with pytest.raises(ScenarioError, match=says):
        scenarios.run("shanxi", "duckdb", folder=_write(tmp_path, text))


def test_an_unknown_pack_names_the_known_ones():
    with pytest.raises(ScenarioError, match="guizhou, national, shanxi"):
        scenarios.read("hunan")
