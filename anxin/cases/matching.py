"""Money that the bank reports is counted for the people who claimed it: each payment once, each correction followed.

A payment counts when the bank says it was paid to the claimant, on the case's project, for a month he claims, on or
after the day he claimed. The same payment never counts for two claims at once.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from anxin.cases.models import Claimant, WageReceived
from anxin.cases.money import correct, receive
from anxin.law.civil import civil_date, month_of, shift_month
from anxin.ledger import read

# A bank takes its word back within weeks; so long after its end a case is still looked at.
LOOKED_AT_AFTER_END = timedelta(days=60)
# How our own references of payments out of a backstop begin (``remedies.draws.mark_of``).
DRAW_MARK = "AXD"
_PROJECTS_A_TIME = 200
_WORKERS_A_TIME = 5000


@dataclass(frozen=True)
class Matched:
    """What a call did: receipts written, receipts corrected."""

    new: int
    corrected: int


def match_payments(*, at: datetime, projects: Collection[int] | None = None) -> Matched:
    """Write what the bank paid to claimants as received, and follow its corrections. Safe to repeat at any time.

    ``projects``: those with fresh facts; None: every project with a case. Two look-ups when none of them has one.
    """
    waiting = _waiting(at, projects)
    new = corrected = 0
    keys = sorted(waiting)
    for start in range(0, len(keys), _PROJECTS_A_TIME):
        some = keys[start : start + _PROJECTS_A_TIME]
        done = _match({project: waiting[project] for project in some}, at)
        new, corrected = new + done.new, corrected + done.corrected
    return Matched(new, corrected)


def reference_of(payment: Mapping[str, Any]) -> str:
    """The key of a payment, the same as the ledger's: project, account, the bank's reference."""
    return f"{payment['project_id']}:{payment['account_id'] or '-'}:{payment['reference']}"[:128]


def _waiting(at: datetime, projects: Collection[int] | None) -> dict[int, list[Claimant]]:
    """Project → claimants on its roster, the earliest claim first, in cases that are open or ended lately."""
    rows = Claimant.objects.filter(worker__isnull=False, case__project__isnull=False)
    open_ones = rows.filter(case__ended_at=None, withdrawn_at=None).exclude(consent="refused")
    lately = rows.filter(case__ended_at__gt=at - LOOKED_AT_AFTER_END, received__proof="bank").distinct()
    found: dict[int, list[Claimant]] = defaultdict(list)
    for part in (open_ones, lately):
        chosen = part.select_related("claim", "case").order_by("claim__at", "id")
        if projects is not None:
            chosen = chosen.filter(case__project_id__in=projects)
        for claimant in chosen:
            if claimant.case.project_id is not None:
                found[claimant.case.project_id].append(claimant)
    return found


def _match(waiting: Mapping[int, list[Claimant]], at: datetime) -> Matched:
    people = [claimant for some in waiting.values() for claimant in some]
    workers = sorted({claimant.worker_id for claimant in people if claimant.worker_id is not None})
    by_worker: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for start in range(0, len(workers), _WORKERS_A_TIME):
        rows = read.payments(project_id=list(waiting), worker_id=workers[start : start + _WORKERS_A_TIME])
        for payment in rows.to_pylist():
            by_worker[payment["project_id"], payment["worker_id"]].append(payment)
    receipts = WageReceived.objects.filter(proof="bank", claimant__worker__in=workers).select_related("claimant__case")
    own = {(receipt.claimant_id, receipt.reference): receipt for receipt in receipts}
    # What counts now, for whomever: the worker may have claimed in two cases.
    taken = {receipt.reference: receipt for receipt in own.values() if receipt.void_at is None}
    told = [
        (claimant, payment)
        for project, some in waiting.items()
        for claimant in some
        for payment in by_worker.get((project, claimant.worker_id or 0), [])
    ]
    # First what was counted is put right: what is taken off one may be another's, or the same man's in another case.
    corrected, there = 0, set()
    for claimant, payment in told:
        reference = reference_of(payment)
        known = taken.get(reference)
        if known is not None and known.claimant_id == claimant.pk and reference not in there:
            there.add(reference)
            corrected += _follow(known, payment, taken, at)
    lost = [receipt for reference, receipt in taken.items() if _may_be_lost(receipt, reference, waiting, there)]
    corrected += _follow_lost(lost, waiting, taken, at)
    new = 0
    for claimant, payment in told:
        reference = reference_of(payment)
        if reference in taken:
            continue
        void = own.get((claimant.pk, reference))
        if void is not None:
            corrected += _follow(void, payment, taken, at)
        elif claimant.case.ended_at is None and _counts(payment, claimant):
            row = receive(
                claimant=claimant, proof="bank", amount_fen=payment["amount_fen"], received_on=payment["paid_on"],
                at=at, reference=reference,
            )  # fmt: skip
            if row is not None:
                taken[reference] = row
                new += 1
    return Matched(new, corrected)


def _may_be_lost(
    receipt: WageReceived, reference: str, waiting: Mapping[int, list[Claimant]], there: Collection[str]
) -> bool:
    """Whether a receipt's payment is not among its worker's any more: the bank may have named somebody else."""
    project = reference.partition(":")[0]
    ours = project.isdecimal() and int(project) in waiting
    return ours and reference not in there and receipt.void_at is None


def _follow_lost(
    lost: list[WageReceived], waiting: Mapping[int, list[Claimant]], taken: dict[str, WageReceived], at: datetime
) -> int:
    if not lost:
        return 0
    whose = {reference_of(row): row["worker_id"] for row in read.payments(project_id=list(waiting)).to_pylist()}
    gone = [
        receipt
        for receipt in lost
        if receipt.reference in whose and whose[receipt.reference] != receipt.claimant.worker_id
    ]
    for receipt in gone:
        receipt.void_at = correct(receipt=receipt, amount_fen=0, at=at).void_at
        taken.pop(receipt.reference, None)
    return len(gone)


def _follow(receipt: WageReceived, payment: Mapping[str, Any], taken: dict[str, WageReceived], at: datetime) -> int:
    """Bring a receipt to what the bank says of its payment now, and ``taken`` with it. What was paid first by a draw
    bears the month it was paid in: whose it is, the draw knows."""
    his = payment["reference"].startswith(DRAW_MARK) or _of_his_months(payment, receipt.claimant)
    fen = payment["amount_fen"] if payment["status"] == "paid" and his else 0
    stands = 0 if receipt.void_at is not None else receipt.amount_fen
    if fen == stands:
        return 0
    now = correct(receipt=receipt, amount_fen=fen, at=at)
    receipt.void_at, receipt.amount_fen = now.void_at, now.amount_fen
    if now.void_at is None:
        taken[now.reference] = now
    else:
        taken.pop(now.reference, None)
    return 1


def _counts(payment: Mapping[str, Any], claimant: Claimant) -> bool:
    paid_on: date | None = payment["paid_on"]
    return (
        payment["status"] == "paid"
        and (payment["amount_fen"] or 0) > 0
        and paid_on is not None
        and paid_on >= civil_date(claimant.claim.at)
        and _of_his_months(payment, claimant)
    )


def _of_his_months(payment: Mapping[str, Any], claimant: Claimant) -> bool:
    """Whether a payment is for a month he claims; who named none claims all up to the month he claimed in."""
    if claimant.months:
        return payment["month"] in claimant.months
    return bool(payment["month"] < shift_month(month_of(civil_date(claimant.claim.at)), 1))
