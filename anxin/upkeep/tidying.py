"""What nobody comes back to: drafts of claims that lay too long go, and their files with them."""

from datetime import datetime

from django.db import transaction

from anxin.cases import drafts
from anxin.cases.models import Draft
from anxin.upkeep import kept_files

_AT_ONCE = 100


def tidy_drafts(*, at: datetime) -> int:
    """Erase drafts that lay too long, their files where no other row names them, and codes nobody fetched.

    Answers how many drafts went. Safe to repeat; a run that was cut short is finished by the next.
    """
    drafts.forget_old_codes(at=at)
    gone = 0
    keys = list(drafts.lain_too_long(at=at).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), _AT_ONCE):
        gone += _drop(keys[start : start + _AT_ONCE], at)
    kept_files.clear(at=at)
    return gone


@transaction.atomic
def _drop(keys: list[int], at: datetime) -> int:
    # Looked at again under the lock: somebody may have come back to one meanwhile.
    rows = list(drafts.lain_too_long(at=at).select_for_update().filter(pk__in=keys))
    Draft.objects.filter(pk__in=[row.pk for row in rows]).delete()
    kept_files.let_go({digest for row in rows for digest in row.files}, at=at)
    return len(rows)
