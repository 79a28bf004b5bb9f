"""Lock-out: who tries too often to sign in waits.

Our own counters rather than django-axes: that package keeps the posted form and the browser of every failure, hangs on
signals and has its own clock; here a try is a keyed hash of the typed name, an address and a moment.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from anxin.people.models import Attempt
from anxin.vault.fields import blind

# (tries, within): of one name from one address; of one name from anywhere; of any name from one address.
NAME_AND_ADDRESS = (5, timedelta(minutes=15))
NAME = (20, timedelta(hours=1))
ADDRESS = (100, timedelta(minutes=15))
_KEEP = timedelta(days=1)


class Locked(Exception):
    """Too many tries. ``until``: when the next one is heard."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def begin_attempt(*, name: str, address: str, at: datetime) -> Attempt:
    """Write a try down before it is judged, so that many at once cannot slip through. Raises Locked, for known and
    unknown names alike; a try that is not heard does not lengthen the wait."""
    Attempt.objects.filter(at__lt=at - _KEEP).delete()
    mine = Attempt.objects.create(name_blind=_blind(name), address=address[:64], at=at)
    for tries, (most, within) in _countings(mine):
        counted = tries.filter(at__gt=at - within)
        if counted.count() > most:
            mine.delete()
            raise Locked(min(counted.order_by("-at").values_list("at", flat=True)[:most]) + within)
    return mine


def locks(attempt: Attempt) -> bool:
    """Whether a failed try was the last before its name is locked."""
    (tries, (most, within)), (by_name, (most_names, long)), _ = _countings(attempt)
    return (
        tries.filter(at__gt=attempt.at - within).count() == most
        or by_name.filter(at__gt=attempt.at - long).count() == most_names
    )


def forgive(*, name: str, address: str) -> None:
    """The tries of somebody who signed in after all count no more."""
    Attempt.objects.filter(name_blind=_blind(name), address=address[:64]).delete()


def unlock(*, name: str) -> int:
    """Let a name try again from anywhere. Answers how many tries were struck out."""
    struck, _ = Attempt.objects.filter(name_blind=_blind(name)).delete()
    return struck


def is_locked(*, name: str, at: datetime) -> bool:
    """Whether a name is locked from any address."""
    most, within = NAME_AND_ADDRESS
    tries = Attempt.objects.filter(name_blind=_blind(name))
    recent = tries.filter(at__gt=at - within).values_list("address", flat=True)
    addresses = list(recent)
    if any(addresses.count(address) >= most for address in set(addresses)):
        return True
    return tries.filter(at__gt=at - NAME[1]).count() >= NAME[0]


def _countings(attempt: Attempt) -> list[tuple[QuerySet[Attempt], tuple[int, timedelta]]]:
    by_name = Attempt.objects.filter(name_blind=bytes(attempt.name_blind))
    by_address = Attempt.objects.filter(address=attempt.address)
    return [
        (by_name.filter(address=attempt.address), NAME_AND_ADDRESS),
        (by_name, NAME),
        (by_address, ADDRESS),
    ]


def _blind(name: str) -> bytes:
    return blind("sign-in", name.strip().casefold())
