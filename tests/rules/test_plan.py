"""Queries kept from one evaluation answer the next one's facts as freshly built expressions do."""

from datetime import date

from anxin.ledger.engine import connect
from anxin.ledger.facts import facts_from_arrow
from anxin.rules import plan
from anxin.rules.evaluate import evaluate
from tests.rules.random_facts import random_tables

AS_OF = date(2026, 4, 16)


def found(seed: int) -> dict[str, list[dict]]:
    facts = facts_from_arrow(connect("duckdb"), AS_OF, random_tables(seed, AS_OF, projects=150))
    return {rule.id: rows.to_pylist() for rule, rows in evaluate(facts)}


def test_a_kept_plan_finds_what_a_fresh_evaluation_finds():
    plan.forget()
    first = found(1)
    by_plan = found(2)
    plan.forget()
    assert by_plan == found(2)
    assert by_plan != first, "the two worlds must differ, or this shows nothing"
    assert sum(map(len, by_plan.values())) > 100
