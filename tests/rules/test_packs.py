"""What the loader says when a pack is wrong, and what it reads when it is right."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from anxin.rules.pack_files import PackError, load
from anxin.rules.packs import all_rules
from anxin.rules.words import explain

RULE = {
    "id": "XX-01",
    "check": "paid_below_floor",
    "object": "project-month",
    "title": {"zh": "过低", "en": "Too low"},
    "basis": [{"article": "某条", "text": {"zh": "文", "en": "text"}}],
    "since": date(2024, 1, 1),
    "params": {"floor": 1890},
    "ladder": {"red": 0},
    "reason": {"zh": "{measure}", "en": "{measure}"},
    "clears": {"zh": "更正", "en": "corrected"},
    "acts": {"zh": "总包", "en": "contractor"},
    "within": "3 working days",
}


def _load(folder: Path, **changes):
    rule = {key: value for key, value in {**RULE, **changes}.items() if value is not ...}
    pack = {"pack": "test", "title": {"zh": "试", "en": "Test"}, "regions": ["99"], "rules": [rule]}
    (folder / "test.yaml").write_text(yaml.safe_dump(pack, allow_unicode=True), encoding="utf-8")
    return load(folder)["test"].rules[0]


def test_a_good_rule_is_read(tmp_path):
    rule = _load(tmp_path)

    assert (rule.id, rule.pack, rule.regions, rule.ladder) == ("XX-01", "test", ("99",), (("red", 0.0),))
    assert rule.values_on(date(2025, 1, 1)) == {"look_back": 12, "floor": 1890}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"clears": ...}, "'clears' is missing"),
        ({"basis": []}, "'basis' is missing"),
        ({"chek": "x"}, "a key 'chek' nobody reads. Did you mean 'check'"),
        ({"check": "paid_below_flor"}, "there is no check 'paid_below_flor'. Did you mean 'paid_below_floor'"),
        ({"object": "project"}, "paid_below_floor finds 'project-month'"),
        ({"title": {"zh": "只有中文"}}, "'title' needs both languages"),
        ({"params": {"flor": 1}}, "a key 'flor' nobody reads. Did you mean 'floor'"),
        ({"params": {"floor": "many"}}, "'floor' is not a number"),
        ({"params": {"floor": -1}}, "'floor' is negative"),
        ({"params": {"floor": [{"from": date(2025, 1, 1)}]}}, "lacks 'from' or 'value'"),
        (
            {"params": {"floor": [{"from": date(2025, 1, 1), "value": 2}, {"from": date(2024, 1, 1), "value": 1}]}},
            "do not ascend",
        ),
        ({"ladder": {"pink": 1}}, "a key 'pink' nobody reads"),
        ({"ladder": {"yellow": 5, "red": 5}}, "the ladder does not rise"),
        ({"ladder": {"yellow": 5, "red": 3}}, "the ladder does not rise"),
        ({"ladder": {"red": "soon"}}, "the ladder's 'red' is not a number"),
        ({"reason": {"zh": "{days}", "en": "x"}}, "{days}, which no finding has"),
        ({"reason": {"zh": "{parts}", "en": "x"}}, "the rule names none"),
        ({"reason": {"zh": "{measure", "en": "x"}}, "a brace in 'reason' is never closed"),
        ({"within": "soon"}, "'soon' is not a period"),
        ({"since": "2024"}, "'since' is not a date"),
        ({"until": date(2023, 1, 1)}, "'until' is before 'since'"),
        ({"hides": ["XX-02"]}, "'hides' speaks of a rule 'XX-02' that is not there"),
        ({"applies": {"statuses": ["running"]}}, "'running' is no project status"),
        ({"applies": {"sector": ["housing"]}}, "a key 'sector' nobody reads"),
    ],
)
def test_a_bad_rule_is_named_with_file_fault_and_remedy(tmp_path, changes, says):
    with pytest.raises(PackError) as wrong:
        _load(tmp_path, **changes)

    assert str(wrong.value).startswith("test.yaml, rule XX-01: ")
    assert says in str(wrong.value)


def test_broken_yaml_names_the_line(tmp_path):
    (tmp_path / "test.yaml").write_text("pack: test\nrules: [\n", encoding="utf-8")

    with pytest.raises(PackError, match=r"test\.yaml: this is not YAML in line 3"):
        load(tmp_path)


def test_two_rules_of_one_id_are_refused(tmp_path):
    _load(tmp_path)
    text = (tmp_path / "test.yaml").read_text(encoding="utf-8").replace("pack: test", "pack: other")
    (tmp_path / "other.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(PackError, match="has a rule of this id already"):
        load(tmp_path)


def test_a_number_counts_from_its_own_day(tmp_path):
    floor = [{"from": date(2020, 1, 1), "value": 1670}, {"from": date(2023, 2, 1), "value": 1890}]
    rule = _load(tmp_path, params={"floor": floor})

    assert [rule.values_on(day)["floor"] for day in (date(2019, 1, 1), date(2023, 1, 31), date(2023, 2, 1))] == [
        1670,
        1670,
        1890,
    ]
    assert "1,670元" in explain(rule, as_of=date(2022, 1, 1))


def test_the_version_changes_with_the_content_and_only_then(tmp_path):
    first = _load(tmp_path).version

    assert _load(tmp_path).version == first
    assert _load(tmp_path, params={"floor": 1891}).version != first
    assert _load(tmp_path, clears={"zh": "改", "en": "changed"}).version != first


def test_the_packs_that_come_along_name_every_rule_asked_for():
    ids = {rule.id for rule in all_rules()}

    assert {f"SX-0{n}" for n in range(1, 5)} <= ids
    assert {f"GZ-{n:02d}" for n in range(1, 16) if n != 5} | {"GZ-05a", "GZ-05b"} <= ids
    assert len([i for i in ids if i.startswith("CN-")]) == 20


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_rule_explains_itself(rule, language):
    told = explain(rule, language)

    assert rule.id in told
    assert rule.title[language] in told
    assert rule.clears[language] in told
    for basis in rule.basis:
        assert basis["article" if language == "zh" else "article_en"] in told
