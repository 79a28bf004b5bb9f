"""Verifying a claim: the evidence sheet as it stood, the officer's finding, and the sums he holds to be owed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from anxin.cases.evidence_sheet import build_sheet
from anxin.cases.flow import finish_step, open_and_locked, tell
from anxin.cases.liability import propose_chain
from anxin.cases.models import Case, Claimant, Verification
from anxin.cases.money import add_up, standing
from anxin.cases.telling import message_case
from anxin.law.civil import civil_date
from anxin.people import trail
from anxin.people.models import User


@transaction.atomic
def verify(
    *, case: Case, finding: str, by: User, at: datetime, sums: Mapping[int, int] | None = None, plain: bool = False
) -> Verification:
    """Write down what an officer found, with the sheet as it stands now; this stops the 24-hour clock.

    ``sums``: claimant's id → fen verified, where they differ from what the sheet proposes. ``plain``: he holds the
    facts to be plain. Raises ValueError without a finding, on a negative sum or one of somebody else's case.
    """
    said = finding.strip()[:1000]
    if not said:
        raise ValueError("A finding has words.")
    now = open_and_locked(case)
    sheet = build_sheet(now, as_of=civil_date(at))
    row = Verification.objects.create(case=now, by=by, at=at, sheet=sheet, finding=said, plain=plain)
    _set_sums(now, sheet, sums)
    add_up(now)
    propose_chain(case=now, at=at)
    finish_step(case=now, step="verify", at=at)
    tell(now, kind="verified", by=by, at=at, public=True, zh="已经核实您反映的情况", en="Your claim has been verified")
    message_case(now, zh="已经核实", en="it has been verified", quiet=("已经核实", "it has been verified"), at=at)
    trail.record(by=by, at=at, action="case-verify", subject="case", subject_id=now.pk,
                 changes={"fen": now.verified_fen, "people": now.people, "plain": plain})  # fmt: skip
    return row


def newest_of(case: Case) -> Verification | None:
    """The last verification of a case."""
    return Verification.objects.filter(case=case).select_related("by").order_by("-id").first()


def _set_sums(case: Case, sheet: Mapping[str, Any], sums: Mapping[int, int] | None) -> None:
    proposed = {person["claimant"]: person["proposed_fen"] for person in sheet["people"]}
    wanted = {pk: fen for pk, fen in proposed.items() if fen is not None} | dict(sums or {})
    if any(fen < 0 for fen in wanted.values()) or not wanted.keys() <= proposed.keys():
        raise ValueError("Sums are verified for the people of the case and are not negative.")
    people = list(standing(case).filter(pk__in=wanted))
    for claimant in people:
        claimant.verified_fen = wanted[claimant.pk]
    Claimant.objects.bulk_update(people, ["verified_fen"], batch_size=200)
