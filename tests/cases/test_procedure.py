"""The procedure's data hold together, and say what the law and the places promise."""

import copy
from datetime import date, datetime

import pytest
import yaml

from anxin.cases.procedure import FILE, before_spring_festival, clocks, conclusions, liability, states
from anxin.cases.procedure_check import problems
from anxin.law.civil import SHANGHAI

DATA = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def test_nothing_is_wrong_with_it():
    assert problems(DATA) == []


def spoil(change) -> list[str]:
    data = copy.deepcopy(DATA)
    change(data)
    return problems(data)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["states"]["received"]["next"].append("nowhere"), "leads to nowhere"),
        (lambda d: [s["next"].remove("police") for s in d["states"].values() if "police" in s["next"]],
         "state police is never reached"),
        (lambda d: d["states"]["paying"].update(next=[]), "state paying never leads to the end"),
        (lambda d: d["states"]["paying"].pop("plain_en"), "says plain_zh but not plain_en"),
        (lambda d: d["clocks"][0].update(starts=["nowhere"]), "names nowhere"),
        (lambda d: d["clocks"][0]["stops"].remove("ended"), "runs on when the case has ended"),
        (lambda d: d["clocks"][0].update(default="soon"), "is not a period"),
        (lambda d: d["clocks"].append(copy.deepcopy(d["clocks"][0])), "is there twice"),
        (lambda d: d["clocks"][1]["regions"]["140000"].pop("source"), "without a source"),
        (lambda d: d["clocks"][1].pop("regions"), "runs nowhere"),
        (lambda d: d["clocks"][0]["article"].pop("en"), "says zh but not en"),
        (lambda d: d["conclusions"]["paid"].update(requires=["luck"]), "asks for luck"),
        (lambda d: d["conclusions"]["paid"].update(requires=[]), "asks for no evidence"),
        (lambda d: d["liability"]["sub"].update(rank=0), "has no rank"),
    ],
)  # fmt: skip
def test_each_kind_of_mistake_is_told(change, told):
    found = spoil(change)
    assert any(told in one for one in found), found


def periods(region: str) -> dict[tuple[str, str, str], str]:
    return {(kind.step, kind.basis, kind.only): kind.within for kind in clocks(region)}


def test_the_clocks_of_the_reference():
    everywhere = periods("520102")
    assert everywhere[("dispatch", "local", "")] == "2 hours"
    assert everywhere[("verify", "local", "")] == "24 hours"
    assert everywhere[("accept", "statute", "")] == "5 working days"
    assert everywhere[("clear", "local", "")] == "3 days"
    assert everywhere[("investigate", "statute", "")] == "60 working days"
    assert everywhere[("decide", "statute", "")] == "15 working days"
    assert everywhere[("serve", "statute", "")] == "7 days"
    assert ("on_site", "local", "group") not in everywhere
    assert next(k for k in clocks("520102") if k.step == "investigate").extension == "30 working days"


def test_shanxi_promises_more():
    shanxi = periods("140105")
    assert shanxi[("on_site", "local", "group")] == "1 hour"
    assert shanxi[("accept", "local", "")] == "0 days"
    assert shanxi[("investigate", "local", "")] == "15 days"
    assert shanxi[("mediate", "local", "single")] == "1 day"
    assert shanxi[("mediate", "local", "group")] == "7 days"
    assert all(kind.source for kind in clocks("140105") if kind.within in ("1 hour", "0 days", "15 days"))


@pytest.mark.parametrize(
    ("day", "winter"),
    [(date(2026, 1, 1), True), (date(2026, 2, 16), True), (date(2026, 2, 17), False), (date(2025, 12, 31), False)],
)
def test_before_the_spring_festival_shanxi_gives_itself_seven_days(day, winter):
    assert before_spring_festival(day) is winter
    kind = next(k for k in clocks("140105") if (k.step, k.basis) == ("investigate", "local"))
    morning = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
    assert kind.period(morning) == ("7 days" if winter else "15 days")


def test_each_state_speaks_plainly_and_each_conclusion_has_its_sample():
    assert len(conclusions()) == 10
    assert all(state.plain["zh"] != "" and state.plain["en"] != "" for state in states().values())
    assert "{date}" in conclusions()["paid"].sample["zh"]
    assert liability()["general_contractor"].rank < liability()["sub"].rank < liability()["developer"].rank
