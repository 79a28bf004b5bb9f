"""Objections: the firm and its people have five working days from the notice; the office answers within five."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from anxin.cases.flow import CannotMove
from anxin.credit.course import enter, locked, may_object_until, must_stand, write
from anxin.credit.models import ListedPerson, Listing, ListObjection
from anxin.credit.proposing import drop_locked, strike_locked
from anxin.law.civil import civil_date
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User


@transaction.atomic
def object_to(
    *,
    listing: Listing,
    text: str,
    made_on: date,
    by: User,
    at: datetime,
    person: ListedPerson | None = None,
    files: Sequence[str] = (),
) -> ListObjection:
    """Write an objection down, made on a day by the firm or (``person``) one of its people, with what was brought.

    ``by`` is the officer who takes it in. Raises CannotMove outside the days to object or when it says nothing.
    """
    case, now = locked(listing)
    must_stand(now, "told", "objected")
    last = may_object_until(now)
    if not text.strip():
        raise CannotMove("请写明异议的内容。", "Say what the objection is.")
    if now.told_on is None or last is None or not now.told_on <= made_on <= min(last, civil_date(at)):
        raise CannotMove(f"异议须在告知之日至 {last} 之间提出。", f"Objections are made from the notice until {last}.")
    if person is not None and (person.listing_id != now.pk or person.struck_at is not None):
        raise CannotMove("该人员不在拟列入之列。", "This person is not among those proposed.")
    row = ListObjection.objects.create(listing=now, person=person, text=text.strip()[:2000], made_on=made_on, by=by,
                                       at=at)  # fmt: skip
    if now.state == "told":
        enter(now, "objected", kind="object", by=by, at=at, note=row.text[:1000], files=files)
    else:
        write(now, kind="object", by=by, at=at, note=row.text[:1000], files=files)
    trail.record(by=by, at=at, action="list-object", subject="listing", subject_id=now.pk,
                 changes={"objection": row.pk, "on": made_on, "person": person.pk if person else None,
                          "files": list(files)})  # fmt: skip
    notify(to=[now.proposed_by], kind="list-objection", subject="listing", subject_id=now.pk, at=at, urgent=True,
           zh=f"案件 {case.number}：{now.firm}对拟列入名单提出异议，请在五个工作日内核实答复",
           en=f"Case {case.number}: {now.firm} objects to being listed; answer within 5 working days")  # fmt: skip
    return row


@transaction.atomic
def answer(*, objection: ListObjection, upheld: bool, text: str, by: User, at: datetime) -> ListObjection:
    """Answer an objection. Upheld, the firm's drops the proposal and a person's leaves him out. When the last one is
    answered the listing stands as it did before.

    Raises CannotMove when it was answered, without an answer in words, or when the proposer answers himself.
    """
    case, listing = locked(objection.listing)
    now = ListObjection.objects.select_related("person").get(pk=objection.pk)
    if now.answered_at is not None:
        raise CannotMove("已经答复。", "It was answered already.")
    must_stand(listing, "objected")
    if listing.proposed_by_id == by.pk:
        raise CannotMove("须由提议人以外的人核实答复。", "Somebody other than the proposer answers it.")
    if not text.strip():
        raise CannotMove("请写明答复的理由。", "Give the reasons of the answer.")
    now.answered_by, now.answered_at, now.upheld, now.answer = by, at, upheld, text.strip()[:1000]
    now.save(update_fields=["answered_by", "answered_at", "upheld", "answer"])
    trail.record(by=by, at=at, action="list-answer", subject="listing", subject_id=listing.pk,
                 changes={"objection": now.pk, "accepted": upheld, "answer": now.answer})  # fmt: skip
    if upheld and now.person is None:
        drop_locked(listing, case, kind="upheld", reason=now.answer, by=by, at=at)
        return now
    if upheld and now.person is not None and now.person.struck_at is None:
        strike_locked(listing, case, now.person, reason=now.answer[:400], by=by, at=at)
    if listing.objections.filter(answered_at=None).exists():
        write(listing, kind="answer", by=by, at=at, note=now.answer)
    else:
        enter(listing, "told", kind="answer", by=by, at=at, note=now.answer)
    return now
