"""What a claimant is called where his name must not stand: 工友甲, 工友乙 …, the same for the life of his claim."""

from anxin.cases.models import Claimant
from anxin.vault.fields import open_text

_STEMS = "甲乙丙丁戊己庚辛壬癸"


def shown_name(claimant: Claimant, *, for_employer: bool, opened: bool = False) -> str:
    """The name to show. ``for_employer``: a page or paper that reaches the firm, where an anonymous claimant never has
    a name. ``opened``: the officer opened personal data, and the look was written down before.

    The pseudonym counts the people of one claim and carries the last four digits of its number, so that it stays the
    same when cases are merged.
    """
    if claimant.claim.anonymous and (for_employer or not opened):
        return pseudonym(claimant)
    return true_name(claimant) or pseudonym(claimant)


def true_name(claimant: Claimant) -> str:
    """The name as he told it, else as the roster has it; a personal value."""
    return open_text(claimant.name_sealed) or (claimant.worker.name if claimant.worker else "")


def pseudonym(claimant: Claimant) -> str:
    """工友甲-1234."""
    place = Claimant.objects.filter(claim_id=claimant.claim_id, pk__lt=claimant.pk).count()
    stem = _STEMS[place] if place < len(_STEMS) else str(place + 1)
    return f"工友{stem}-{claimant.claim.number[-4:]}"
