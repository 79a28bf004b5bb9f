"""Guessing codes: wrong tries are counted, right ones never, and filing a claim is never counted at all.

A site's dormitory shares one address, so an address alone may not be shut out: who names his claim's number beside the
code is judged by the tries on that number only. A number is shut for an hour after too many wrong codes, which still
leaves his signed-in way open. Tries that count no more are cleared by upkeep.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from anxin.cases.models import CodeTry
from anxin.vault.fields import blind

# (wrong tries, within)
ON_A_TARGET = (12, timedelta(hours=1))
FROM_AN_ADDRESS = (20, timedelta(minutes=15))
# Of all addresses together. Beyond it, addresses that were wrong lately wait; those that were not are heard.
EVERYWHERE = (2000, timedelta(hours=1))
WRONG_LATELY = 2


class Slow(Exception):
    """Too many wrong codes. ``until``: when the next is heard. ``name_it``: naming the claim's number is heard now."""

    def __init__(self, until: datetime, *, name_it: bool) -> None:
        super().__init__("Too many wrong codes.")
        self.until, self.name_it = until, name_it


def listen(*, kind: str, target: str, address: str, at: datetime) -> CodeTry:
    """Write a try down before it is judged, so that many at once cannot slip through. Raises Slow.

    ``target``: the case number it is tried on, empty when none was named. Call ``forgive`` when the code was right; a
    try that is not heard is not counted.
    """
    mine = CodeTry.objects.create(kind=kind, target_blind=_blind(target), address=address[:64], at=at)
    until = _shut_until(mine, named=bool(target))
    if until is not None:
        mine.delete()
        raise Slow(until, name_it=not target)
    return mine


def forgive(tried: CodeTry) -> None:
    """The code was right: the try counts no more."""
    tried.delete()


def _shut_until(mine: CodeTry, *, named: bool) -> datetime | None:
    alike = CodeTry.objects.filter(kind=mine.kind).exclude(pk=mine.pk)
    if named:
        # Named numbers do not wait for their address: a whole dormitory may stand behind it.
        return _full(alike.filter(target_blind=bytes(mine.target_blind)), mine.at, *ON_A_TARGET)
    near = alike.filter(address=mine.address, target_blind=b"")
    until = _full(near, mine.at, *FROM_AN_ADDRESS)
    if until is not None:
        return until
    until = _full(alike, mine.at, *EVERYWHERE)
    if until is not None and near.filter(at__gt=mine.at - FROM_AN_ADDRESS[1]).count() >= WRONG_LATELY:
        return min(until, mine.at + timedelta(minutes=1))
    return None


def _full(tries: QuerySet[CodeTry], at: datetime, most: int, within: timedelta) -> datetime | None:
    moments = list(tries.filter(at__gt=at - within).order_by("-at").values_list("at", flat=True)[:most])
    return moments[-1] + within if len(moments) == most else None


def _blind(target: str) -> bytes:
    return blind("code-target", target) if target else b""
