"""Civil time in Asia/Shanghai and wage months."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def civil_date(moment: datetime) -> date:
    """The civil date of an aware moment."""
    return moment.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """The first moment of a civil date."""
    return datetime.combine(day, time(), tzinfo=SHANGHAI)


def month_of(day: date) -> str:
    """2026-03-05 → ``2026-03``."""
    return f"{day.year:04d}-{day.month:02d}"


def first_day(month: str) -> date:
    """``2026-03`` → 2026-03-01. Raises ValueError on anything else."""
    year, _, number = month.partition("-")
    return date(int(year), int(number), 1)


def shift_month(month: str, by: int) -> str:
    """The month ``by`` months later (or earlier)."""
    start = first_day(month)
    index = start.year * 12 + start.month - 1 + by
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def last_day(month: str) -> date:
    """``2026-02`` → 2026-02-28."""
    return first_day(shift_month(month, 1)) - timedelta(days=1)


def wages_due_on(month: str, pay_day: int | None) -> date:
    """Last day on which a month's wages may be paid: the agreed day of the next month, else that month's end."""
    following = shift_month(month, 1)
    return first_day(following).replace(day=min(pay_day or 31, last_day(following).day))
