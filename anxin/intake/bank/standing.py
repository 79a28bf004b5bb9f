"""What already stands when an old file is brought again, and whose account it speaks of."""

from collections.abc import Iterable
from datetime import date

from anxin.intake.rows import PaymentRow
from anxin.ledger import read
from anxin.people.access import region_prefix
from anxin.registry.models import AccountUse
from anxin.vault.fields import blind


def outside(account: str, region: str) -> bool:
    """Whether an account is known to serve only projects outside a region ("" is everywhere)."""
    if not (account and region):
        return False
    uses = AccountUse.objects.filter(account__number_blind=blind("account", account))
    places = set(uses.values_list("project__region_code", flat=True))
    return bool(places) and not any(place.startswith(region_prefix(region)) for place in places)


def undone(payouts: Iterable[PaymentRow]) -> set[tuple[str, str]]:
    """(account, reference) of payouts the ledger knows to have come back since.

    The last word on a reference stands, so a statement from before the return must not be heard again after it.
    """
    paid = [p for p in payouts if p.status == "paid" and p.account_number]
    numbers = {blind("account", p.account_number): p.account_number for p in paid}
    accounts: dict[int, str] = {}
    projects: set[int] = set()
    keys = list(numbers)
    for start in range(0, len(keys), 900):
        uses = AccountUse.objects.filter(account__number_blind__in=keys[start : start + 900])
        for key, account, project in uses.values_list("account__number_blind", "account_id", "project_id"):
            accounts[account] = numbers[bytes(key)]
            projects.add(project)
    failed: dict[tuple[str, str], date] = {}
    for project in projects:
        known = read.payments(project_id=project).select(["account_id", "reference", "status", "paid_on"])
        for account, reference, status, paid_on in zip(*(c.to_pylist() for c in known.columns), strict=True):
            if status == "failed" and account in accounts:
                failed[(accounts[account], reference)] = paid_on
    return {
        (p.account_number, p.reference)
        for p in paid
        if p.paid_on <= failed.get((p.account_number, p.reference), date.min)
    }
