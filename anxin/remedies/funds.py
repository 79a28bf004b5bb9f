"""Emergency funds: opened by the office that keeps them, with their bound for one person and the account that pays."""

from datetime import datetime

from django.db import transaction

from anxin.cases.flow import CannotMove
from anxin.people import trail
from anxin.people.models import Organisation, User
from anxin.remedies.models import Fund
from anxin.vault.fields import seal_text


@transaction.atomic
def open_fund(*, organisation: Organisation, name: str, by: User, at: datetime) -> Fund:
    """Open a fund with nothing in it, for the office's own region. Raises CannotMove when it has one of this name."""
    if Fund.objects.filter(organisation=organisation, name=name).exists():
        raise CannotMove("已有同名的周转金。", "There is a fund of this name already.")
    row = Fund.objects.create(organisation=organisation, region_code=organisation.region_code, name=name)
    trail.record(by=by, at=at, action="fund-open", subject="fund", subject_id=row.pk, changes={"name": name})
    return row


@transaction.atomic
def set_fund(
    *, fund: Fund, per_person_fen: int | None, account: str, holder: str, bank_name: str, by: User, at: datetime
) -> Fund:
    """Set the bound for one person (None: none entered), and the paying account; a blank number keeps the one there."""
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    now = Fund.objects.get(pk=fund.pk)
    now.per_person_fen = per_person_fen
    now.holder, now.bank_name = holder[:200], bank_name[:200]
    if account:
        now.account_sealed = seal_text(account)
    now.save(update_fields=["per_person_fen", "holder", "bank_name", "account_sealed"])
    changes = {"per_person_fen": per_person_fen, "account": "changed" if account else ""}
    trail.record(by=by, at=at, action="fund-set", subject="fund", subject_id=now.pk, changes=changes)
    return now
