"""Proposing a firm for the list, leaving a person out, and taking the proposal back.

The law's two conditions are no matter of judgement, so the file decides first: without a served order that ran out
unpaid nobody is proposed, and what the file contradicts (a sum below the threshold) no words can make up for. What the
file merely does not know (a province's figure that is not on file, an event in the street) a named officer may state in
his own words; they go into the notice, the firm may object to them, and a chief decides. So a gap in the file neither
lets a bad debtor off nor puts anybody on the list silently.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from anxin.cases import flow
from anxin.cases.flow import CannotMove
from anxin.cases.hands import above
from anxin.cases.models import Case, Claimant
from anxin.credit.course import enter, locked, must_stand, turn_clocks, write
from anxin.credit.grounds import CONTRADICTED, SUPPORTED, Sheet, sheet
from anxin.credit.joint_list import grounds, roles
from anxin.credit.models import ListedPerson, Listing
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User
from anxin.registry.actions import identity_blind
from anxin.registry.models import Engagement
from anxin.registry.models.workers import MANAGER
from anxin.remedies.models import Document
from anxin.vault.fields import seal_text
from anxin.vault.identity import identity_problem, normal_identity


@dataclass(frozen=True)
class Answerable:
    """Somebody who answers for the firm: ``role`` as in ``joint_list.yaml``, name and identity number."""

    role: str
    name: str = field(repr=False)
    identity: str = field(repr=False)


@transaction.atomic
def propose(
    *,
    case: Case,
    ground: str,
    persons: Sequence[Answerable],
    by: User,
    at: datetime,
    reason: str = "",
    order: Document | None = None,
    firm_code: str = "",
) -> Listing:
    """Propose the firm that an order names (the case's leading order, unless one is given) with those who answer for
    it. ``ground``: amount or event. The case may have ended: that a backstop paid the workers mends nothing.

    Raises CannotMove when the file does not bear it out, when the officer's own words are wanting, when a person is
    wanting or is a worker, or when the firm is proposed or listed for this case already.
    """
    now = flow.locked(case)
    found = sheet(now, at=at, order=order)
    _bears(found, ground, reason)
    assert found.order is not None
    assert found.pay_by is not None
    if Listing.objects.filter(case=now, firm=found.firm, ended_at=None).exists():
        raise CannotMove("该单位已因本案提议列入或者已列入。", "The firm is proposed or listed for this case already.")
    people = [_person(now, one) for one in persons]
    if not people:
        raise CannotMove("请至少填写一名法定代表人或者责任人员。", "Name at least one person who answers for the firm.")
    if len({bytes(one.identity_blind) for one in people}) < len(people):
        raise CannotMove("同一人填写了两次。", "A person is named twice.")
    listing = Listing.objects.create(
        case=now, order=found.order, enterprise=found.enterprise, firm=found.firm,
        firm_code=(found.enterprise.code if found.enterprise else firm_code.strip())[:32], ground=ground,
        sheet=[{"key": one.kind.key, "answer": one.answer, "zh": one.zh, "en": one.en} for one in found.grounds],
        reason=reason.strip()[:1000], people=found.people, unpaid_fen=found.unpaid_fen, pay_by=found.pay_by,
        proposed_by=by, proposed_at=at,
    )  # fmt: skip
    for one in people:
        one.listing = listing
        one.save(force_insert=True)
    turn_clocks(listing, at=at)
    write(listing, kind="propose", by=by, at=at, note=listing.reason)
    flow.tell(now, kind="list-propose", by=by, at=at, public=False, zh=f"拟将{listing.firm}列入失信联合惩戒对象名单",
              en=f"{listing.firm} is proposed for the joint-punishment list")  # fmt: skip
    trail.record(by=by, at=at, action="list-propose", subject="listing", subject_id=listing.pk,
                 changes={"number": now.number, "name": listing.firm, "ground": ground, "reason": listing.reason,
                          "persons": len(people)})  # fmt: skip
    notify(to=[one for one in above(now) if one.pk != by.pk], kind="list-proposed", subject="listing",
           subject_id=listing.pk, at=at, zh=f"案件 {now.number}：拟将{listing.firm}列入失信联合惩戒对象名单",
           en=f"Case {now.number}: {listing.firm} is proposed for the joint-punishment list")  # fmt: skip
    return listing


def _bears(found: Sheet, ground: str, reason: str) -> None:
    """Whether the file, with the officer's words, bears a proposal. Raises CannotMove."""
    known = grounds()
    if ground not in known or known[ground].always:
        raise CannotMove("请选择列入的情形。", "Choose the ground.")
    for one in found.grounds:
        if one.kind.always and one.answer != SUPPORTED:
            raise CannotMove(f"不具备列入条件：{one.kind.title['zh']}——{one.zh}。",
                             f"It cannot be proposed: {one.kind.title['en']} — {one.en}.")  # fmt: skip
    asked = found.of(ground)
    if asked.answer == CONTRADICTED:
        raise CannotMove(f"案卷与该情形不符：{asked.zh}。", f"The file contradicts this ground: {asked.en}.")
    if (asked.kind.words or asked.answer != SUPPORTED) and not reason.strip():
        raise CannotMove(f"案卷不足以认定（{asked.zh}），请写明认定的事实和依据。",
                         f"The file does not settle it ({asked.en}); write what you find, and on what.")  # fmt: skip


def _person(case: Case, one: Answerable) -> ListedPerson:
    """A person to be listed, not yet saved. Raises CannotMove on a wrong number and on a worker."""
    number, name = normal_identity(one.identity), one.name.strip()
    if one.role not in roles() or not name:
        raise CannotMove("请填写人员的职务和姓名。", "Give the person's role and name.")
    if identity_problem(number) is not None:
        raise CannotMove("身份证号码不正确，请核对后再填。", "This is no valid identity number; look again.")
    blind = identity_blind(number)
    claims = Claimant.objects.filter(Q(identity_blind=blind) | Q(worker__id_blind=blind), case=case)
    works = Engagement.objects.filter(Q(project=case.project_id) | Q(left_on=None), worker__id_blind=blind)
    if claims.exists() or works.exclude(role=MANAGER).exists():
        raise CannotMove("名单只列单位及其责任人员，不列工人：该人是申请人或者在册工人。",
                         "Only firms and those who answer for them are listed; this is a worker.")  # fmt: skip
    return ListedPerson(role=one.role, name_sealed=seal_text(name[:64]), identity_sealed=seal_text(number),
                        identity_blind=blind)  # fmt: skip


@transaction.atomic
def strike(*, person: ListedPerson, reason: str, by: User, at: datetime) -> ListedPerson:
    """Leave a person out again before the decision. Raises CannotMove without a reason, or when he is the last."""
    case, listing = locked(person.listing)
    must_stand(listing, "proposed", "told", "objected")
    return strike_locked(listing, case, person, reason=reason, by=by, at=at)


def strike_locked(
    listing: Listing, case: Case, person: ListedPerson, *, reason: str, by: User, at: datetime
) -> ListedPerson:
    """``strike`` for a listing the caller has locked."""
    now = ListedPerson.objects.get(pk=person.pk)
    if now.struck_at is not None:
        raise CannotMove("该人员已去掉。", "He was left out already.")
    if not reason.strip():
        raise CannotMove("请写明理由。", "Say why.")
    now.struck_at, now.struck_why = at, reason.strip()[:400]
    now.save(update_fields=["struck_at", "struck_why"])
    write(listing, kind="strike", by=by, at=at, note=now.struck_why)
    trail.record(by=by, at=at, action="list-strike", subject="listing", subject_id=listing.pk,
                 changes={"person": now.pk, "reason": now.struck_why})  # fmt: skip
    return now


@transaction.atomic
def take_back(*, listing: Listing, reason: str, by: User, at: datetime) -> Listing:
    """Take a proposal back before it is decided. Raises CannotMove without a reason."""
    case, now = locked(listing)
    must_stand(now, "proposed", "told", "objected")
    if not reason.strip():
        raise CannotMove("请写明理由。", "Say why.")
    drop_locked(now, case, kind="drop", reason=reason.strip(), by=by, at=at)
    return now


def drop_locked(listing: Listing, case: Case, *, kind: str, reason: str, by: User, at: datetime) -> None:
    """End a locked proposal without a listing."""
    enter(listing, "dropped", kind=kind, by=by, at=at, note=reason)
    flow.tell(case, kind="list-drop", by=by, at=at, public=False, zh=f"{listing.firm}不予列入名单：{reason}",
              en=f"{listing.firm} is not put on the joint-punishment list: {reason}")  # fmt: skip
    trail.record(by=by, at=at, action="list-drop", subject="listing", subject_id=listing.pk,
                 changes={"as": kind, "reason": reason[:400]})  # fmt: skip
