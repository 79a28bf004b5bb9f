"""The Shanxi story: day 16 after the start, account data not uploaded, yellow."""

from datetime import date, timedelta

import pyarrow as pa
import pytest

from anxin.ledger.engine import connect
from anxin.ledger.facts import facts_from_arrow
from anxin.ledger.schema_registry import ACCOUNTS, PROJECTS
from anxin.rules.evaluate import evaluate
from anxin.rules.packs import find_rule, pack_of, rules_for
from anxin.rules.words import reason

START = date(2026, 4, 1)


def _account_warning(day: date, uploaded: date | None = None, region: str = "140100"):
    project = {
        "project_id": 1,
        "region_code": region,
        "status": "active",
        "started_on": START,
        "registered_on": START,
    }
    tables = {"projects": pa.Table.from_pylist([project], schema=PROJECTS)}
    if uploaded:
        account = {"project_id": 1, "account_id": 1, "uploaded_on": uploaded}
        tables["accounts"] = pa.Table.from_pylist([account], schema=ACCOUNTS)
    facts = facts_from_arrow(connect("duckdb"), day, tables)
    ((rule, rows),) = evaluate(facts, [find_rule("SX-01")])
    return rule, rows.to_pylist()


def test_nothing_on_day_fifteen():
    assert _account_warning(date(2026, 4, 15))[1] == []


def test_yellow_on_day_sixteen_with_rule_day_and_article():
    rule, (found,) = _account_warning(date(2026, 4, 16))

    assert (found["level"], found["measure"], found["since"]) == ("yellow", 16.0, START)
    zh, en = reason(rule, found)
    assert "第16天" in zh
    assert "第二十六条" in zh
    assert "Day 16" in en
    assert "Art. 26" in en
    assert rule.basis[0]["article"].endswith("第二十六条")


def test_gone_once_the_account_is_uploaded():
    assert _account_warning(date(2026, 4, 17), uploaded=date(2026, 4, 17))[1] == []


def test_the_level_never_falls_while_nothing_changes():
    order = {"yellow": 1, "orange": 2, "red": 3}
    levels = [
        order[rows[0]["level"]] if rows else 0
        for rows in (_account_warning(START + timedelta(days=n))[1] for n in range(0, 70, 7))
    ]

    assert levels == sorted(levels)
    assert levels[-1] == 3


def test_the_pack_follows_the_region():
    assert _account_warning(date(2026, 4, 16), region="330100")[1] == []
    assert pack_of("140581").id == "shanxi"
    assert pack_of("520100").id == "guizhou"
    assert pack_of("330100").id == "national"


@pytest.mark.parametrize(
    ("region", "has", "lacks"),
    [("140100", "SX-01", "CN-01"), ("330100", "CN-01", "SX-01"), ("520100", "GZ-13", "CN-01")],
)
def test_a_province_replaces_the_national_rule(region, has, lacks):
    ids = {rule.id for rule in rules_for(region_code=region, as_of=date(2026, 4, 16))}

    assert has in ids
    assert lacks not in ids


def test_a_rule_is_not_in_force_before_its_day():
    ids = {rule.id for rule in rules_for(region_code="140100", as_of=date(2022, 12, 31))}

    assert "SX-01" not in ids
    assert "CN-01" in ids
