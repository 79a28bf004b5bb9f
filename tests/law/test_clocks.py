"""Deadlines: properties that hold for every start and period, and a few told in full."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.law.calendar import is_workday
from anxin.law.civil import SHANGHAI
from anxin.law.clocks import Within, add_months, deadline, due_on, moment_due, read_within

DAYS = st.dates(date(2005, 1, 1), date(2031, 12, 31))
UNITS = st.sampled_from(["working day", "day", "month"])
COUNTS = st.integers(0, 40)


@given(DAYS, COUNTS, UNITS)
def test_never_lands_on_a_rest_day(start, count, unit):
    assert is_workday(deadline(start, Within(count, unit)).on)


@given(DAYS, COUNTS, UNITS)
def test_the_steps_add_up_to_the_deadline(start, count, unit):
    found = deadline(start, Within(count, unit))

    assert start + timedelta(days=sum(step.days for step in found.steps)) == found.on
    if found.steps:
        assert found.steps[-1].on == found.on


@given(DAYS, COUNTS)
def test_working_days_counted_are_those_asked_for(start, count):
    assert sum(step.counted for step in deadline(start, Within(count, "working day")).steps) == count


@given(DAYS, st.integers(0, 30), COUNTS, UNITS)
def test_a_later_start_is_never_due_earlier(start, later, count, unit):
    within = Within(count, unit)

    assert deadline(start, within).on <= deadline(start + timedelta(days=later), within).on


@given(DAYS, COUNTS, UNITS)
def test_a_longer_period_is_never_due_earlier(start, count, unit):
    assert deadline(start, Within(count, unit)).on <= deadline(start, Within(count + 1, unit)).on


def test_the_national_holiday_is_told_day_by_day():
    found = deadline(date(2025, 9, 29), "3 working days")

    assert found.on == date(2025, 10, 10)
    assert "+1 day: 1 Oct National Day" in found.explain("en")
    assert "+1天：10月1日国庆节" in found.explain("zh")
    assert not found.provisional


def test_natural_days_move_off_a_weekend():
    assert due_on(date(2026, 4, 13), "5 days") == date(2026, 4, 20)
    assert due_on(date(2026, 4, 11), "5 days") == date(2026, 4, 16)


def test_a_month_ends_on_its_last_day_where_it_is_too_short():
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2025, 12, 15), 1) == date(2026, 1, 15)


def test_hours_run_over_weekends():
    friday = datetime(2026, 4, 17, 15, 30, tzinfo=SHANGHAI)

    assert moment_due(friday, "24 hours") == datetime(2026, 4, 18, 15, 30, tzinfo=SHANGHAI)
    assert due_on(friday.date(), "24 hours") == date(2026, 4, 18)
    assert due_on(friday.date(), "2 hours") == date(2026, 4, 18)


@pytest.mark.parametrize("within", ["0 days", "3 days", "5 working days", "6 months"])
def test_the_day_is_shanghais_whatever_zone_a_moment_comes_in(within):
    early = datetime(2026, 4, 20, 0, 30, tzinfo=SHANGHAI)  # in UTC the evening of the 19th
    due = moment_due(early, within)
    assert moment_due(early.astimezone(UTC), within) == due
    assert due == datetime.combine(due_on(date(2026, 4, 20), within), time.max, SHANGHAI)


def test_a_deadline_in_a_year_not_announced_says_so():
    found = deadline(date(2050, 12, 30), "3 working days")

    assert found.provisional
    assert "暂定" in found.explain("zh")


@pytest.mark.parametrize("text", ["", "soon", "3", "3 weeks", "-1 days", "three days", "3.5 days", "working days"])
def test_what_is_no_period_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="3 working days"):
        read_within(text)


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [("3 working days", 3, "working day"), ("1 working day", 1, "working day"), ("24 hours", 24, "hour")],
)
def test_periods_are_read(text, count, unit):
    assert read_within(text) == Within(count, unit)
