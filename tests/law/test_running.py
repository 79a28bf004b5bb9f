"""A clock with pauses and extensions, explained."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.law.calendar import kind_of
from anxin.law.civil import SHANGHAI, civil_date
from anxin.law.clocks import deadline, moment_due
from anxin.law.running import More, Stop, reckon


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "within", "stops", "more", "due"),
    [
        # 28 September 2026 is a Monday; 1–7 October are holidays, 10 October (Saturday) is worked.
        ("2026-09-28 09:00", "3 working days", [], [], "2026-10-08"),
        ("2026-09-28 09:00", "2 hours", [], [], "2026-09-28 11:00"),
        ("2026-09-28 09:00", "24 hours", [("2026-09-28 10:00", "2026-09-28 16:00")], [], "2026-09-29 15:00"),
        ("2026-09-21 09:00", "3 working days", [("2026-09-22 08:00", "2026-09-24 08:00")], [], "2026-09-29"),
        ("2026-09-21 09:00", "3 working days", [], ["2 working days"], "2026-09-29"),
        ("2026-09-21 09:00", "10 days", [], [], "2026-10-08"),
    ],
)
def test_deadlines(start, within, stops, more, due):
    reckoning = reckon(
        at(start),
        within,
        stops=[Stop(at(a), at(b), "等待银行") for a, b in stops],
        more=[More(m, "核查") for m in more],
    )
    found = reckoning.due.astimezone(SHANGHAI)
    assert (f"{found:%Y-%m-%d %H:%M}" if " " in due else f"{found:%Y-%m-%d}") == due
    assert due.split(" ")[0] in reckoning.zh[-1]


def test_the_reckoning_names_each_day_that_does_not_count():
    zh = "\n".join(reckon(at("2026-09-28 09:00"), "3 working days").zh)
    en = "\n".join(reckon(at("2026-09-28 09:00"), "3 working days").en)
    assert "+1天：10月1日国庆节" in zh
    assert "+1 day: 1 Oct National Day" in en


def test_a_clock_that_stands_has_no_deadline():
    standing = reckon(at("2026-09-28 09:00"), "3 working days", stops=[Stop(at("2026-09-29 09:00"), None, "等待")])
    assert standing.due is None
    assert "等待" in standing.zh[0]


moments = st.datetimes(datetime(2024, 1, 1), datetime(2026, 10, 1)).map(lambda m: m.replace(tzinfo=SHANGHAI))
periods = st.builds(lambda n, u: f"{n} {u}", st.integers(1, 30), st.sampled_from(["working days", "days"]))


@given(start=moments, within=periods)
def test_without_changes_it_agrees_with_the_plain_clock(start, within):
    assert civil_date(reckon(start, within).due) == deadline(civil_date(start), within).on
    assert reckon(start, within).due.date() == moment_due(start, within).date()


@given(start=moments, within=periods, after=st.integers(0, 20), length=st.integers(0, 20), more=periods)
def test_a_pause_or_an_extension_never_brings_the_deadline_nearer(start, within, after, length, more):
    plain = reckon(start, within).due
    since = start + timedelta(days=after)
    stop = Stop(since, since + timedelta(days=length), "等待")
    assert reckon(start, within, stops=[stop]).due >= plain
    assert reckon(start, within, more=[More(more, "核查")]).due > plain
    assert kind_of(civil_date(reckon(start, within, stops=[stop]).due)).works
