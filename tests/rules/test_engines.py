"""DuckDB and Spark find the same: on the scenario tables and on seeded facts, in one evaluation of all rules."""

from datetime import date

import pyarrow as pa
import pytest

from anxin.ledger.engine import connect, hold
from anxin.ledger.facts import facts_from_arrow
from anxin.rules import scenarios
from anxin.rules.evaluate import evaluate
from anxin.rules.scenario_tables import tables_of
from tests.rules.random_facts import random_tables

AS_OF = date(2026, 4, 16)


def _tables() -> dict[str, pa.Table]:
    """The scenarios of one day, each a project, and sixty random projects beside them."""
    told = [scenario for scenario in scenarios.read() if scenario.day == AS_OF]
    by_hand = tables_of([(number, one.name, one.given) for number, one in enumerate(told, 1)])
    by_chance = random_tables(7, AS_OF, first_id=len(told) + 1)
    return {name: pa.concat_tables([by_hand[name], by_chance[name]]) for name in by_hand}


def _findings(engine: str, tables: dict[str, pa.Table]) -> dict[str, list[dict]]:
    return {rule.id: rows.to_pylist() for rule, rows in evaluate(facts_from_arrow(connect(engine), AS_OF, tables))}


@pytest.mark.parametrize("seed", range(3))
def test_every_rule_finds_something_in_seeded_facts(seed):
    found = _findings("duckdb", random_tables(seed, AS_OF, projects=200))

    silent = {rule for rule, rows in found.items() if not rows}
    assert silent <= {"GZ-09"}  # needs a whole site to stay away, which random masks hardly do


@pytest.fixture(scope="module")
def small_spark():
    """The Spark session, told not to cut a few rows into many pieces."""
    con = connect("local[2]")
    con._session.conf.set("spark.sql.shuffle.partitions", "1")
    return con


@pytest.mark.spark
def test_a_null_stays_one_null_on_spark(small_spark):
    rows = pa.table(
        {
            "number": pa.array([5, None, 7], pa.int64()),
            "text": pa.array(["a", None, "c"]),
            "day": pa.array([AS_OF, None, None], pa.date32()),
        }
    )

    assert small_spark.to_pyarrow(hold(small_spark, rows)).to_pylist() == rows.to_pylist()


@pytest.mark.spark
@pytest.mark.slow
def test_spark_finds_what_duckdb_finds(small_spark):
    tables = _tables()

    here, there = _findings("duckdb", tables), _findings("local[2]", tables)

    assert sum(map(len, here.values())) > 500
    for rule, rows in here.items():
        assert there[rule] == rows, rule
