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


# When a telephone may ring whose owner has told no hours of his own (civil hours, from and until).
WAKING = (8, 21)


def waking(at: datetime, hours: tuple[int, int] = WAKING) -> datetime:
    """The moment itself when it lies within the hours, else the next moment they begin. 22 to 6 goes over midnight;
    hours that begin when they end leave the whole day."""
    here = at.astimezone(SHANGHAI)
    since, until = hours
    if not _is_quiet(here.hour, until, since):
        return at
    begin = datetime.combine(here.date(), time(since % 24), tzinfo=SHANGHAI)
    return begin if begin > here else begin + timedelta(days=1)


def _is_quiet(hour: int, start: int, end: int) -> bool:
    if start == end:
        return False
    return start <= hour < end if start < end else hour >= start or hour < end
