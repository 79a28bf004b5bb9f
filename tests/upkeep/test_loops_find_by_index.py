"""The worker's loops turn every few seconds for years: none reads a table whole that grows with history."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anxin.cases.answers import ask_leavers
from anxin.cases.ladder import escalate_cases
from anxin.cases.orders import lapse_orders
from anxin.intake.waiting import release
from anxin.notices.outbox import deliver
from anxin.remedies.serving import overdue_orders
from anxin.upkeep import kept_files
from anxin.upkeep.clearing import clear
from anxin.watch.handling.ladder import escalate
from anxin.watch.handling.routing import close_cleared, hand_over
from anxin.watch.sweep import forget_sweeps

pytestmark = pytest.mark.django_db
LOOPS = {
    "escalate": escalate,
    "escalate-cases": escalate_cases,
    "lapse-orders": lapse_orders,
    "overdue-orders": overdue_orders,
    "ask-leavers": ask_leavers,
    "deliver": lambda *, at: deliver(at=at, ways={"sms": lambda *_: None}),
    "release": release,
    "close-cleared": close_cleared,
    "hand-over": hand_over,
    "forget-sweeps": forget_sweeps,
    "kept-files": kept_files.clear,
}


def plan(sql: str) -> list[str]:
    """The steps by which the database would answer; PostgreSQL is not let off with reading a small table whole."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("EXPLAIN " + sql)
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("EXPLAIN QUERY PLAN " + sql)
        return [row[3] for row in cursor.fetchall()]


@pytest.mark.parametrize("name", LOOPS)
def test_no_loop_reads_a_growing_table_whole(at, name):
    with CaptureQueriesContext(connection) as caught:
        LOOPS[name](at=at)
    asked = [q["sql"] for q in caught if q["sql"].startswith("SELECT") and " FROM " in q["sql"]]
    assert asked
    for sql in asked:
        steps = [step for step in plan(sql) if step.strip().removeprefix("->").strip().startswith(("SCAN", "Seq Scan"))]
        # Units and people are few, and the sweeps of some hold a week.
        assert not [step for step in steps if "people_" not in step and "sweeps_of_some" not in step], sql


def test_clearing_finds_its_rows_by_an_index(at):
    with CaptureQueriesContext(connection) as caught:
        clear(at=at)
    asked = [q["sql"] for q in caught if q["sql"].startswith("SELECT") and "people_event" not in q["sql"]]
    assert asked
    # Tries of two days and the few files of the clue platform are all there is of these.
    small = ("cases_codetry", "cases_cluefile")
    for sql in asked:
        steps = [step for step in plan(sql) if step.strip().removeprefix("->").strip().startswith(("SCAN", "Seq Scan"))]
        assert not [step for step in steps if not any(table in step for table in small)], sql


def test_leavers_are_found_by_the_day_they_left(at):
    with CaptureQueriesContext(connection) as caught:
        ask_leavers(at=at)
    (asked,) = (q["sql"] for q in caught if 'FROM "registry_engagement"' in q["sql"])
    assert "leavers_by_day" in "\n".join(plan(asked))
