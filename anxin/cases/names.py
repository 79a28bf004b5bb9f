"""What a claimant is called where his name must not stand: 工友甲, 工友乙 …, the same for the life of his claim."""

from collections.abc import Iterable

from anxin.cases.models import Claim, Claimant
from anxin.vault.fields import open_text

_STEMS = "甲乙丙丁戊己庚辛壬癸"


def true_name(claimant: Claimant) -> str:
    """The name as he told it, else as the roster has it; a personal value."""
    return open_text(claimant.name_sealed) or (claimant.worker.name if claimant.worker else "")


def pseudonym(claimant: Claimant) -> str:
    """工友甲-1234: his place among the people of his claim and the last four digits of its number, so that it stays the
    same when cases are merged or split."""
    first = claimant.claim.split_from or claimant.claim
    return _called(_places([first.pk])[claimant.pk], first.number)


def shown_names(claimants: Iterable[Claimant]) -> dict[int, str]:
    """What an officer reads before he opens anything: claimant's id → name, of an anonymous one the pseudonym."""
    rows = list({row.pk: row for row in claimants}.values())
    firsts = Claim.objects.in_bulk({row.claim.split_from_id or row.claim_id for row in rows})
    places = _places(firsts)
    return {
        row.pk: ("" if row.claim.anonymous else true_name(row))
        or _called(places[row.pk], firsts[row.claim.split_from_id or row.claim_id].number)
        for row in rows
    }


def _places(firsts: Iterable[int]) -> dict[int, int]:
    """Claimant's id → his place among the people of a claim and of those split off it."""
    keys = list(firsts)
    claims = [*keys, *Claim.objects.filter(split_from__in=keys).values_list("pk", flat=True)]
    of_them = Claimant.objects.filter(claim__in=claims).order_by("pk")
    places: dict[int, int] = {}
    counted: dict[int, int] = {}
    for key, claim, first in of_them.values_list("pk", "claim_id", "claim__split_from_id"):
        places[key] = counted.get(first or claim, 0)
        counted[first or claim] = places[key] + 1
    return places


def _called(place: int, number: str) -> str:
    stem = _STEMS[place] if place < len(_STEMS) else str(place + 1)
    return f"工友{stem}-{number[-4:]}"
