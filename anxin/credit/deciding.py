"""The decision of a chief: on the list for three years, or spared because the firm mended it in time."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from anxin.cases import flow
from anxin.cases.flow import CannotMove
from anxin.cases.models import Case
from anxin.cases.money import all_received
from anxin.credit.course import enter, locked, may_object_until, must_stand, set_due, write
from anxin.credit.joint_list import clock_kind, lasting_months
from anxin.credit.models import Listing, ListingClock
from anxin.credit.proposing import drop_locked
from anxin.law.civil import civil_date
from anxin.law.clocks import add_months
from anxin.law.running import More, reckon
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User
from anxin.remedies.models import Recovery, TopUp


def not_mended(case: Case) -> list[tuple[str, str]]:
    """What the debtor still has to put right, in two languages; empty when it has mended everything.

    What a backstop paid is mended only when it came back from the debtor and the deposit is full again; a sum that was
    written off never came back.
    """
    lacks = []
    if not all_received(case):
        lacks.append(("申请人的工资没有全部到账", "Not everybody has his wages"))
    claims = list(Recovery.objects.filter(draw__case=case))
    if any(one.ended_at is None or one.written_off_fen for one in claims):
        lacks.append(("垫付款没有全部追回", "What was paid first has not all come back"))
    if TopUp.objects.filter(draw__case=case, done_on=None).exists():
        lacks.append(("动用的保证金没有补足", "The deposit has not been filled up again"))
    return lacks


def not_ready(listing: Listing, *, at: datetime) -> tuple[str, str]:
    """Why it cannot be decided yet, in two languages; blank when it can."""
    last = may_object_until(listing)
    if listing.state == "proposed" or last is None:
        return "须先告知当事人", "The firm is told first"
    if listing.state == "objected":
        return "异议尚未答复", "An objection is not answered yet"
    if listing.state != "told":
        return "已有结果", "It is settled"
    if civil_date(at) <= last:
        return f"异议期到 {last} 届满", f"Objections may be made until {last}"
    return "", ""


def _another(listing: Listing, by: User) -> None:
    if listing.proposed_by_id == by.pk:
        raise CannotMove("须由提议人以外的负责人决定。", "Somebody other than the proposer decides.")


@transaction.atomic
def put_on_list(*, listing: Listing, by: User, at: datetime, note: str = "") -> Listing:
    """Decide that the firm and its people are on the list for three years from today.

    Raises CannotMove while the days to object run, an objection is open, or when the proposer himself decides.
    """
    case, now = locked(listing)
    zh, en = not_ready(now, at=at)
    if zh:
        raise CannotMove(zh + "。", en + ".")
    _another(now, by)
    begin(now, case, kind="list", by=by, at=at, note=note)
    return now


def begin(listing: Listing, case: Case, *, kind: str, by: User, at: datetime, note: str) -> None:
    """The three years of a locked listing begin today."""
    listing.decided_by, listing.decided_at = by, at
    listing.listed_on = civil_date(at)
    listing.until_on = add_months(listing.listed_on, lasting_months())
    listing.carried_out_on = None
    enter(listing, "listed", kind=kind, by=by, at=at, note=note.strip())
    flow.tell(case, kind="list-decide", by=by, at=at, public=True,
              zh=f"{listing.firm}已列入拖欠农民工工资失信联合惩戒对象名单，至 {listing.until_on}",
              en=f"{listing.firm} is on the joint-punishment list until {listing.until_on}")  # fmt: skip
    trail.record(by=by, at=at, action="list-decide", subject="listing", subject_id=listing.pk,
                 changes={"as": kind, "until_on": listing.until_on, "reason": note.strip()[:400]})  # fmt: skip
    notify(to=[listing.proposed_by], kind="list-decided", subject="listing", subject_id=listing.pk, at=at,
           zh=f"案件 {case.number}：{listing.firm}已决定列入名单，请制作并送达决定书",
           en=f"Case {case.number}: {listing.firm} is listed; draw up and serve the decision")  # fmt: skip


@transaction.atomic
def refuse(*, listing: Listing, reason: str, by: User, at: datetime) -> Listing:
    """Decide that the firm is not listed. Raises CannotMove without reasons, or when the proposer himself decides."""
    case, now = locked(listing)
    must_stand(now, "proposed", "told", "objected")
    _another(now, by)
    if not reason.strip():
        raise CannotMove("请写明不予列入的理由。", "Say why it is not listed.")
    drop_locked(now, case, kind="refuse", reason=reason.strip(), by=by, at=at)
    return now


@transaction.atomic
def spare(*, listing: Listing, pledge: Sequence[str], by: User, at: datetime, note: str = "") -> Listing:
    """Spare a firm that mended everything before the decision and pledged in writing (``pledge``: digests of what it
    signed). The law says it may be spared; a chief says whether.

    Raises CannotMove when something is not mended (``not_mended``), without a pledge, or by the proposer himself.
    """
    case, now = locked(listing)
    must_stand(now, "proposed", "told", "objected")
    _another(now, by)
    if lacks := not_mended(case):
        raise CannotMove("尚未改正：" + "；".join(zh for zh, _ in lacks) + "。",
                         "Not mended: " + "; ".join(en for _, en in lacks) + ".")  # fmt: skip
    if not pledge:
        raise CannotMove("请上传书面信用承诺。", "Bring the written pledge.")
    now.decided_by, now.decided_at = by, at
    enter(now, "spared", kind="spare", by=by, at=at, note=note.strip(), files=pledge)
    flow.tell(case, kind="list-spare", by=by, at=at, public=False, zh=f"{now.firm}已改正并书面承诺，不予列入名单",
              en=f"{now.firm} mended it and pledged in writing; it is not listed")  # fmt: skip
    trail.record(by=by, at=at, action="list-spare", subject="listing", subject_id=now.pk,
                 changes={"files": list(pledge), "note": note.strip()[:400]})  # fmt: skip
    return now


@transaction.atomic
def extend(*, listing: Listing, reason: str, by: User, at: datetime) -> ListingClock:
    """Lengthen the period for the decision once, by what the law allows.

    Raises CannotMove when it has run out or was lengthened, without a reason, or by the proposer himself.
    """
    _case, now = locked(listing)
    _another(now, by)
    more = clock_kind("decide").extension
    clock = ListingClock.objects.filter(listing=now, step="decide", done_at=None).first()
    if clock is None or clock.extended or clock.due_at < at or not more:
        raise CannotMove("决定期限不能再延长。", "The period for the decision cannot be lengthened.")
    if not reason.strip():
        raise CannotMove("请写明延长的理由。", "Say why it is lengthened.")
    clock.extended, clock.extended_why = more, reason.strip()[:300]
    due = reckon(clock.started_at, clock.within, more=[More(more, clock.extended_why)]).due
    assert due is not None
    clock.due_at, clock.told_at = due, None
    clock.save(update_fields=["extended", "extended_why", "due_at", "told_at"])
    set_due(now)
    write(now, kind="extend", by=by, at=at, note=clock.extended_why)
    trail.record(by=by, at=at, action="list-extend", subject="listing", subject_id=now.pk,
                 changes={"more": more, "due_at": due, "reason": clock.extended_why})  # fmt: skip
    return clock
