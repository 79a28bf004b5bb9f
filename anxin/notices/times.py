"""When a message may go out: at once, after the quiet hours, or with the day's digest."""

from datetime import datetime, time, timedelta

from anxin.law.civil import SHANGHAI
from anxin.notices.models import Preference


def not_before(way: Preference, *, at: datetime, urgent: bool) -> datetime:
    """The earliest moment for a message on a channel. Urgent messages do not wait."""
    if urgent:
        return at
    here = at.astimezone(SHANGHAI)
    if way.digest:
        turn = datetime.combine(here.date(), time(way.digest_hour), tzinfo=SHANGHAI)
        return turn if turn > here else turn + timedelta(days=1)
    if not _is_quiet(here.hour, way.quiet_from, way.quiet_until):
        return at
    end = datetime.combine(here.date(), time(way.quiet_until), tzinfo=SHANGHAI)
    return end if end > here else end + timedelta(days=1)


def waking(at: datetime) -> datetime:
    """The moment itself, or the morning's eight o'clock when it falls between nine in the evening and then."""
    here = at.astimezone(SHANGHAI)
    if not _is_quiet(here.hour, 21, 8):
        return at
    end = datetime.combine(here.date(), time(8), tzinfo=SHANGHAI)
    return end if end > here else end + timedelta(days=1)


def _is_quiet(hour: int, start: int, end: int) -> bool:
    if start == end:
        return False
    return start <= hour < end if start < end else hour >= start or hour < end
