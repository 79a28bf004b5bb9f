"""One man in two rows of a case, once two of his claims were joined: the same money is owed to him, and paid, once."""

from collections import defaultdict
from collections.abc import Iterable

from anxin.cases.models import Claimant
from anxin.cases.money import due_fen
from anxin.law.civil import civil_date, month_of


def told_once(rows: Iterable[Claimant]) -> dict[Claimant, list[Claimant]]:
    """The rows that stand, in the order given, each with those that tell of its money again.

    A row tells again when nobody has judged it (verified or agreed a sum) and a row of the same man, by his identity
    number, shares a month with it: one that was judged, else the one that claims most. What was judged in two rows is
    two sums. Give the rows with their worker and claim.
    """
    given = list(rows)
    apart: defaultdict[bytes, list[Claimant]] = defaultdict(list)
    first: dict[int, int] = {}
    for one in sorted(given, key=lambda one: (not _judged(one), -due_fen(one), one.pk)):
        who = _who(one)
        stands = None if _judged(one) or not who else next((o for o in apart[who] if share_a_month(o, one)), None)
        if stands is None:
            apart[who].append(one)
        first[one.pk] = (stands or one).pk
    found: dict[Claimant, list[Claimant]] = {one: [] for one in given if first[one.pk] == one.pk}
    by_key = {one.pk: again for one, again in found.items()}
    for one in given:
        if first[one.pk] != one.pk:
            by_key[first[one.pk]].append(one)
    return found


def share_a_month(one: Claimant, other: Claimant) -> bool:
    """Whether two claims speak of the same month. Who named none claims all up to the month he claimed in."""
    if one.months and other.months:
        return bool(set(one.months) & set(other.months))
    if not one.months and not other.months:
        return True
    named, unnamed = (one, other) if one.months else (other, one)
    return min(named.months) <= month_of(civil_date(unnamed.claim.at))


def _judged(one: Claimant) -> bool:
    return one.verified_fen is not None or one.agreed_fen is not None


def _who(one: Claimant) -> bytes:
    """The man by his identity number, on the roster or as typed; empty where nobody knows it."""
    return bytes(one.worker.id_blind if one.worker is not None else one.identity_blind)
