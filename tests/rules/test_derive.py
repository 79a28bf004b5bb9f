"""The shared derivation against a plain count over the same rows."""

from collections import defaultdict
from datetime import date, timedelta

import pytest

from anxin.law.civil import first_day, last_day
from anxin.ledger.engine import connect
from anxin.ledger.facts import facts_from_arrow
from anxin.rules.derive import last_attendance, months_back, project_months
from anxin.rules.scope import judged
from tests.rules.random_facts import random_tables

AS_OF = date(2026, 4, 16)


def _stopped(tables):
    """Paused days of each project."""
    days = defaultdict(set)
    for row in tables["pauses"].to_pylist():
        for n in range((min(row["until_on"], AS_OF) - row["from_on"]).days + 1):
            days[row["project_id"]].add(row["from_on"] + timedelta(days=n))
    return days


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_project_months_count_what_a_plain_loop_counts(seed):
    tables = random_tables(seed, AS_OF, projects=25)
    found = facts_from_arrow(connect("duckdb"), AS_OF, tables)
    months = set(months_back(AS_OF, 12))
    managers = {(r["project_id"], r["worker_id"]) for r in tables["engagements"].to_pylist() if r["role"] == "10"}
    stopped = _stopped(tables)

    def counted(row):
        whole = {first_day(row["month"]) + timedelta(days=n) for n in range(last_day(row["month"]).day)}
        key = (row["project_id"], row["worker_id"])
        return row["month"] in months and key not in managers and not whole <= stopped[row["project_id"]]

    work = {(r["project_id"], r["month"], r["worker_id"]) for r in tables["work_months"].to_pylist() if counted(r)}
    pays = {(r["project_id"], r["month"], r["worker_id"]): r for r in tables["pay_months"].to_pylist() if counted(r)}
    paid = {key for key, row in pays.items() if (row["paid_fen"] or 0) > 0}
    expected = defaultdict(lambda: [0, 0, 0, 0, 0])
    for place, keys in enumerate((work, work & set(pays), work & paid, set(pays), paid)):
        for project_id, month, _ in keys:
            expected[(project_id, month)][place] += 1

    rows = found.con.to_pyarrow(project_months(found, 12)).to_pylist()
    names = ("attended", "attended_recorded", "attended_paid", "recorded", "paid_workers")

    assert {(r["project_id"], r["month"]): [r[name] for name in names] for r in rows} == dict(expected)


@pytest.mark.parametrize("seed", [4, 5])
def test_days_run_since_the_start_leave_out_every_paused_day_once(seed):
    tables = random_tables(seed, AS_OF, projects=40)
    found = facts_from_arrow(connect("duckdb"), AS_OF, tables)
    stopped = _stopped(tables)
    expected = {}
    for row in tables["projects"].to_pylist():
        begun = row["started_on"] or row["registered_on"]
        days = {begun + timedelta(days=n) for n in range((AS_OF - begun).days + 1)}
        expected[row["project_id"]] = (len(days - stopped[row["project_id"]]), AS_OF in stopped[row["project_id"]])

    rows = found.con.to_pyarrow(judged(found)).to_pylist()

    assert {r["project_id"]: (r["run_days"], r["paused_now"]) for r in rows} == expected


def test_the_last_day_of_attendance_is_the_highest_bit():
    tables = random_tables(6, AS_OF, projects=30)
    found = facts_from_arrow(connect("duckdb"), AS_OF, tables)
    expected = {}
    for row in tables["work_months"].to_pylist():
        if row["month"] >= "2026-03":
            day = first_day(row["month"]) + timedelta(days=row["mask"].bit_length() - 1)
            expected[row["project_id"]] = max(day, expected.get(row["project_id"], day))

    rows = found.con.to_pyarrow(last_attendance(found, 12)).to_pylist()
    recent = {r["project_id"]: r["last_on"] for r in rows if r["last_on"] >= date(2026, 3, 1)}

    assert recent == expected
