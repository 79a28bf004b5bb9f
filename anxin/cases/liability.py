"""The liability chain 责任链条: proposed from the registry with its articles, confirmed or changed by an officer.

On a building site the general contractor pays first and the subcontractor answers directly (Art. 30), the developer
advances up to the project money it still owes (Art. 29). Elsewhere the employer clears its own arrears (Art. 16). Who
lent a licence, ran an unlawful project or used unlawful dispatch is known to the officer alone, who names it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from anxin.cases.flow import open_and_locked
from anxin.cases.models import Case, Claimant, Liable
from anxin.cases.procedure import liability
from anxin.law.civil import civil_date
from anxin.people import trail
from anxin.people.models import User
from anxin.registry.models import Engagement, Enterprise

DEVELOPER = "developer"


@dataclass(frozen=True)
class Proposed:
    """A party the registry points to. ``limit_fen``: up to how much, None when unlimited or not known; ``reason`` says
    which."""

    role: str
    rank: int
    name: str
    enterprise: Enterprise | None
    limit_fen: int | None
    reason: str


_ASK = "未结清的工程款须向建设单位核实"
_PRICE = re.compile(rf"合同价 ([\d,.]+) 元；{_ASK}")


def reason_en(reason: str) -> str:
    """The reason of a proposal in English; what an officer wrote stays as it is."""
    ask = "ask the developer what it has not settled"
    found = _PRICE.fullmatch(reason)
    if found:
        return f"contract price {found[1]} yuan; {ask}"
    return ask if reason == _ASK else reason


def propose(case: Case) -> list[Proposed]:
    """The chain as the registry knows it, who pays first at the top; empty when nobody is known."""
    found: list[Proposed] = []
    project = case.project
    if project is None:
        if case.enterprise is not None or case.employer:
            found.append(_part("employer", case.enterprise, case.employer))
        return found
    if project.contractor is not None:
        found.append(_part("general_contractor", project.contractor))
    workers = Claimant.objects.filter(case=case, worker__isnull=False).values("worker")
    hired = Engagement.objects.filter(project=project, worker__in=workers).exclude(enterprise=project.contractor_id)
    subs = Enterprise.objects.filter(pk__in=hired.values("enterprise")).order_by("name")
    if not subs and case.enterprise is not None and case.enterprise_id != project.contractor_id:
        subs = Enterprise.objects.filter(pk=case.enterprise.pk)
    found += [_part("sub", enterprise) for enterprise in subs]
    if project.developer is not None:
        price = project.contract_price_fen
        known = f"合同价 {price / 100:,.2f} 元；" if price else ""
        found.append(_part(DEVELOPER, project.developer, reason=known + _ASK))
    return sorted(found, key=lambda part: part.rank)


def _part(role: str, enterprise: Enterprise | None, name: str = "", reason: str = "") -> Proposed:
    return Proposed(
        role, liability()[role].rank, (enterprise.name if enterprise else name)[:200], enterprise, None, reason
    )


@transaction.atomic
def propose_chain(*, case: Case, at: datetime) -> list[Liable]:
    """Write the proposal where an officer has not decided yet; what he confirmed or struck out stays as it is.

    Answers the chain. Safe to repeat.
    """
    now = open_and_locked(case)
    known = set(Liable.objects.filter(case=now).values_list("role", "name"))
    fresh = [
        Liable(case=now, enterprise=part.enterprise, name=part.name, role=part.role, rank=part.rank,
               limit_fen=part.limit_fen, reason=part.reason)
        for part in propose(now)
        if (part.role, part.name) not in known
    ]  # fmt: skip
    if fresh and not Liable.objects.filter(case=now, proposed=False).exists():
        Liable.objects.bulk_create(fresh)
        trail.record(by=None, at=at, action="case-liable-proposed", subject="case", subject_id=now.pk,
                     changes={"roles": [part.role for part in fresh]})  # fmt: skip
    return chain_of(now)


def chain_of(case: Case) -> list[Liable]:
    """The chain as it stands, who pays first at the top."""
    return list(Liable.objects.filter(case=case).select_related("enterprise").order_by("rank", "id"))


@transaction.atomic
def confirm(*, case: Case, liable: Sequence[Liable], by: User, at: datetime) -> list[Liable]:
    """Confirm parties of the chain; those proposed and not named are struck out. Raises ValueError when nobody is."""
    now = open_and_locked(case)
    chosen = {one.pk for one in liable if one.case_id == now.pk}
    if not chosen:
        raise ValueError("Somebody has to pay.")
    gone = Liable.objects.filter(case=now, proposed=True).exclude(pk__in=chosen)
    struck = list(gone.values_list("role", flat=True))
    gone.delete()
    Liable.objects.filter(pk__in=chosen).update(proposed=False, confirmed_by=by, confirmed_at=at)
    trail.record(by=by, at=at, action="case-liable-confirmed", subject="case", subject_id=now.pk,
                 changes={"confirmed": len(chosen), "struck": struck})  # fmt: skip
    return chain_of(now)


@transaction.atomic
def add(
    *, case: Case, role: str, name: str, reason: str, by: User, at: datetime, enterprise: Enterprise | None = None,
    limit_fen: int | None = None,
) -> Liable:  # fmt: skip
    """Name a party the registry does not point to, or change one's limit, with the reason.

    Raises ValueError without a name or a reason, or for a role the procedure does not know.
    """
    said, called = " ".join(reason.split())[:400], (enterprise.name if enterprise else name).strip()[:200]
    if role not in liability() or not said or not called or (limit_fen is not None and limit_fen < 0):
        raise ValueError("A liable party has a role, a name and a reason.")
    now = open_and_locked(case)
    row, _ = Liable.objects.update_or_create(
        case=now, role=role, name=called,
        defaults={"enterprise": enterprise, "rank": liability()[role].rank, "limit_fen": limit_fen, "reason": said,
                  "proposed": False, "confirmed_by": by, "confirmed_at": at},
    )  # fmt: skip
    trail.record(by=by, at=at, action="case-liable-added", subject="case", subject_id=now.pk,
                 changes={"role": role, "name": called, "reason": said})  # fmt: skip
    return row


@transaction.atomic
def note_unsettled(*, case: Case, fen: int, source: str, on: date, by: User, at: datetime) -> Liable:
    """Write down the project money the developer still owes: he advances up to it (Order 724, Art. 29). No table of the
    registry has it, so that it comes with who says so and as of which day. Written again it replaces the earlier word.

    Raises ValueError on a negative sum, without a source, on a day to come, or where the chain has no developer.
    """
    said = " ".join(source.split())[:200]
    if fen < 0 or not said or on > civil_date(at):
        raise ValueError("Unsettled money is a sum with its source, as of a day that has come.")
    propose_chain(case=case, at=at)
    now = open_and_locked(case)
    row = Liable.objects.filter(case=now, role=DEVELOPER).order_by("pk").first()
    if row is None:
        raise ValueError("The chain names no developer.")
    before, row.limit_fen, row.limit_source, row.limit_on = row.limit_fen, fen, said, on
    row.save(update_fields=["limit_fen", "limit_source", "limit_on"])
    trail.record(by=by, at=at, action="case-liable-unsettled", subject="case", subject_id=now.pk,
                 changes={"name": row.name, "from": before, "to": fen, "on": on, "source": said})  # fmt: skip
    return row


@transaction.atomic
def remove(*, liable: Liable, reason: str, by: User, at: datetime) -> None:
    """Strike a party out, with the reason. Raises ValueError without one."""
    said = " ".join(reason.split())[:400]
    if not said:
        raise ValueError("A reason has words.")
    now = open_and_locked(liable.case)
    Liable.objects.filter(pk=liable.pk, case=now).delete()
    trail.record(by=by, at=at, action="case-liable-removed", subject="case", subject_id=now.pk,
                 changes={"role": liable.role, "name": liable.name, "reason": said})  # fmt: skip
