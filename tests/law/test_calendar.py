"""Working days, with and without the year's announcement."""

from datetime import date

import pytest

from anxin.law.calendar import is_workday, kind_of, last_workday, workdays_between


@pytest.mark.parametrize(
    ("day", "works", "zh"),
    [
        (date(2025, 10, 1), False, "国庆节"),
        (date(2025, 10, 8), False, "中秋节"),
        (date(2025, 9, 28), True, "调休上班"),  # a Sunday worked for the long holiday
        (date(2026, 4, 16), True, "工作日"),
        (date(2026, 4, 18), False, "周末"),
    ],
)
def test_announced_days(day, works, zh):
    kind = kind_of(day)

    assert (kind.works, kind.provisional) == (works, False)
    assert zh in kind.zh or works is False


def test_a_year_not_announced_yet_is_provisional_and_knows_fixed_holidays():
    assert kind_of(date(2051, 5, 1)).provisional
    assert not is_workday(date(2051, 5, 1))
    assert kind_of(date(2051, 5, 1)).zh == "劳动节"
    assert is_workday(date(2051, 5, 4))
    assert not is_workday(date(2051, 5, 6))  # a Saturday


def test_a_pay_day_on_a_holiday_moves_to_the_working_day_before():
    assert last_workday(date(2025, 10, 5)) == date(2025, 9, 30)
    assert last_workday(date(2026, 4, 16)) == date(2026, 4, 16)


def test_working_days_between_leave_out_the_first_day_and_keep_the_last():
    assert workdays_between(date(2026, 4, 16), date(2026, 4, 16)) == 0
    assert workdays_between(date(2026, 4, 16), date(2026, 4, 20)) == 2  # Friday and Monday
