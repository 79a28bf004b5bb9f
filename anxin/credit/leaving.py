"""Leaving the list: early, when all is mended and half a year has passed; at the end of three years; and coming back
when early removal was won by deceit."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from anxin.cases import flow
from anxin.cases.flow import CannotMove
from anxin.cases.models import Case, Liable
from anxin.credit.course import enter, living, locked, must_stand, set_due, write
from anxin.credit.deciding import begin, not_mended
from anxin.credit.joint_list import early_months
from anxin.credit.models import Listing, ListingClock
from anxin.law.civil import civil_date, start_of
from anxin.law.clocks import add_months
from anxin.people import trail
from anxin.people.models import User
from anxin.remedies.models import Document, DocumentState, Track

_UNPAID = ("ordered", "overdue", "decided", "enforcement", "police", "backstop")
_CRIMINAL = ("sent", "filed", "returned", "decided")


def early_on(listing: Listing) -> date | None:
    """The first day on which early removal may be asked for."""
    return add_months(listing.listed_on, early_months()) if listing.listed_on is not None else None


def bars(listing: Listing, *, at: datetime) -> list[tuple[str, str]]:
    """What the file knows against early removal, in two languages: too soon, not mended, new arrears, the police.

    Empty does not mean that nothing bars it: a conviction, or a bar another law sets, is known to the officer alone.
    """
    found = []
    soonest, today = early_on(listing), civil_date(at)
    if soonest is None or today < soonest:
        found.append(
            (f"列入未满 {early_months()} 个月（{soonest}）", f"Not {early_months()} months on the list ({soonest})")
        )
    found += not_mended(living(listing.case))
    if _new_arrears(listing):
        found.append(("列入后又有拖欠", "New arrears since it was listed"))
    if Track.objects.filter(case__in=_cases_of(listing), kind="police", state__in=_CRIMINAL).exists():
        found.append(("正在追究刑事责任", "Criminal proceedings are under way"))
    return found


def _cases_of(listing: Listing) -> list[int]:
    same = Q(enterprise=listing.enterprise) if listing.enterprise_id else Q(pk__in=[])
    liable = Liable.objects.filter(name=listing.firm, proposed=False).values("case")
    ordered = Document.objects.filter(addressee=listing.firm, kind="order", state=DocumentState.SERVED).values("case")
    found = Case.objects.filter(same | Q(employer=listing.firm) | Q(pk__in=liable) | Q(pk__in=ordered))
    return list({*found.values_list("pk", flat=True), listing.case_id})


def _new_arrears(listing: Listing) -> bool:
    """Whether the firm was listed, proposed or ordered to pay again after this listing began."""
    if listing.listed_on is None:
        return False
    since = start_of(listing.listed_on)
    others = Listing.objects.filter(firm=listing.firm, proposed_at__gte=since).exclude(pk=listing.pk)
    if others.exclude(state__in=("dropped", "spared")).exists():
        return True
    cases = Case.objects.filter(pk__in=_cases_of(listing), opened_at__gte=since).exclude(pk=listing.case_id)
    return cases.filter(state__in=_UNPAID, ended_at=None).exists()


@transaction.atomic
def ask_removal(*, listing: Listing, pledge: Sequence[str], by: User, at: datetime, note: str = "") -> Listing:
    """Take in a firm's request to be removed early, with its written pledge (digests).

    Raises CannotMove when the file knows a bar, or without a pledge.
    """
    _case, now = locked(listing)
    must_stand(now, "listed")
    if against := bars(now, at=at):
        raise CannotMove("不符合提前移出条件：" + "；".join(zh for zh, _ in against) + "。",
                         "Early removal is barred: " + "; ".join(en for _, en in against) + ".")  # fmt: skip
    if not pledge:
        raise CannotMove("请上传书面信用承诺。", "Bring the written pledge.")
    enter(now, "asked", kind="ask-removal", by=by, at=at, note=note.strip(), files=pledge)
    trail.record(by=by, at=at, action="list-ask-removal", subject="listing", subject_id=now.pk,
                 changes={"files": list(pledge), "note": note.strip()[:400]})  # fmt: skip
    return now


@transaction.atomic
def decide_removal(*, listing: Listing, approved: bool, reason: str, by: User, at: datetime) -> Listing:
    """Remove a firm early, or keep it on the list, with the reasons. The file is looked at once more.

    Raises CannotMove without reasons, by who took the request in, or when a bar has come up meanwhile.
    """
    case, now = locked(listing)
    must_stand(now, "asked")
    asked = now.steps.filter(kind="ask-removal").order_by("-pk").first()
    if asked is not None and asked.by_id == by.pk:
        raise CannotMove("须由受理人以外的负责人决定。", "Somebody other than who took it in decides.")
    if not reason.strip():
        raise CannotMove("请写明理由。", "Give the reasons.")
    against = bars(now, at=at) if approved else []
    if against:
        raise CannotMove("不符合提前移出条件：" + "；".join(zh for zh, _ in against) + "。",
                         "Early removal is barred: " + "; ".join(en for _, en in against) + ".")  # fmt: skip
    enter(now, "removed" if approved else "listed", kind="remove" if approved else "keep", by=by, at=at,
          note=reason.strip())  # fmt: skip
    flow.tell(case, kind="list-removal", by=by, at=at, public=approved,
              zh=f"{now.firm}{'已提前移出' if approved else '的移出申请未获准，仍在'}失信联合惩戒对象名单",
              en=f"{now.firm} {'was removed early from' if approved else 'stays on'} the list")  # fmt: skip
    trail.record(by=by, at=at, action="list-remove" if approved else "list-keep", subject="listing",
                 subject_id=now.pk, changes={"reason": reason.strip()[:400]})  # fmt: skip
    return now


@transaction.atomic
def restore(*, listing: Listing, reason: str, by: User, at: datetime) -> Listing:
    """Put a firm back that won its early removal by deceit: its three years begin anew. Raises CannotMove."""
    case, now = locked(listing)
    must_stand(now, "removed")
    if not reason.strip():
        raise CannotMove("请写明弄虚作假的事实。", "Say what the deceit was.")
    if Listing.objects.filter(case=case, firm=now.firm, ended_at=None).exists():
        raise CannotMove("该单位已因本案另行提议列入。", "The firm is proposed anew for this case.")
    begin(now, case, kind="restore", by=by, at=at, note=reason)
    return now


@transaction.atomic
def carry_out(*, listing: Listing, on: date, by: User, at: datetime, note: str = "") -> Listing:
    """Note that a removal was carried out everywhere the listing had been made known. Raises CannotMove."""
    _case, now = locked(listing)
    must_stand(now, "removed", "expired")
    if now.carried_out_on is not None:
        raise CannotMove("已登记办理完毕。", "It is on record already.")
    if now.ended_at is None or not civil_date(now.ended_at) <= on <= civil_date(at):
        raise CannotMove("日期应在移出之日至今天之间。", "The day lies between the removal and today.")
    now.carried_out_on = on
    now.save(update_fields=["carried_out_on"])
    ListingClock.objects.filter(listing=now, step="carry_out", done_at=None).update(done_at=at)
    set_due(now)
    write(now, kind="carry-out", by=by, at=at, note=note.strip())
    trail.record(by=by, at=at, action="list-carry-out", subject="listing", subject_id=now.pk,
                 changes={"on": on, "note": note.strip()[:400]})  # fmt: skip
    return now


@transaction.atomic
def expire(*, listing: Listing, at: datetime) -> bool:
    """End a listing whose last day has passed. Answers whether it did; run again it does nothing."""
    case, now = locked(listing)
    if now.state not in ("listed", "asked") or now.until_on is None or civil_date(at) <= now.until_on:
        return False
    enter(now, "expired", kind="expire", by=None, at=at)
    flow.tell(case, kind="list-expire", by=None, at=at, public=False, zh=f"{now.firm}列入名单期满，移出",
              en=f"{now.firm}: its time on the joint-punishment list is over")  # fmt: skip
    trail.record(by=None, at=at, action="list-expire", subject="listing", subject_id=now.pk,
                 changes={"until_on": now.until_on})  # fmt: skip
    return True
