"""Making sure who claims: an officer saw the person's papers, so that he may read on his page what the file holds."""

from datetime import datetime

from django.db import transaction

from anxin import plainly
from anxin.cases.flow import open_and_locked, tell
from anxin.cases.models import Claimant
from anxin.people import trail
from anxin.people.models import User


@transaction.atomic
def identify(*, claimant: Claimant, by: User, at: datetime) -> Claimant:
    """An officer compared a claimant's identity papers with the worker his claim is bound to. A second time changes
    nothing. Raises ValueError for somebody on no roster, CannotMove when the case has ended."""
    case = open_and_locked(claimant.case)
    now = plainly.one(Claimant, pk=claimant.pk)
    if now.worker_id is None:
        raise ValueError("Of somebody on no roster there is nothing to compare with.")
    if now.identified_at is not None:
        return now
    now.identified_at = at
    plainly.change(now, "identified_at")
    tell(case, kind="identified", by=by, at=at, public=False, zh="已核对一名申请人的身份证件",
         en="A claimant's identity papers were checked")  # fmt: skip
    trail.record(by=by, at=at, action="case-identified", subject="case", subject_id=case.pk,
                 changes={"claimant": now.pk})  # fmt: skip
    return now
