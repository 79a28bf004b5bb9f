"""The firm is told first: a notice with facts, reasons and basis, served with proof; then it has its days to object.

Notice and decision are papers like all others: drafted, signed off by a second person, numbered, frozen, served.
"""

from datetime import date, datetime

from django.db import transaction

from anxin.cases import flow
from anxin.cases.flow import CannotMove
from anxin.credit.course import enter, locked, must_stand, write
from anxin.credit.joint_list import basis, grounds, roles
from anxin.credit.models import Listing
from anxin.people import trail
from anxin.people.models import User
from anxin.remedies import documents
from anxin.remedies.amounts import day_words
from anxin.remedies.models import Document, DocumentState
from anxin.vault.fields import mask_identity, open_text

NOTICE, DECISION = "list_notice", "list_decision"


@transaction.atomic
def draft_notice(*, listing: Listing, by: User, at: datetime) -> Document:
    """Draw up the notice, filled from the listing. Raises CannotMove when one is under way or was served."""
    _case, now = locked(listing)
    must_stand(now, "proposed")
    if now.notice is not None and now.notice.state != DocumentState.VOID:
        raise CannotMove("告知书已在办理。", "The notice is drawn up already.")
    now.notice = _draft(now, NOTICE, {"list_facts": facts_of(now)}, by=by, at=at)
    now.save(update_fields=["notice"])
    write(now, kind="draft-notice", by=by, at=at)
    return now.notice


@transaction.atomic
def draft_decision(*, listing: Listing, by: User, at: datetime) -> Document:
    """Draw up the paper of a decision to list. Raises CannotMove when one is under way or was served."""
    _case, now = locked(listing)
    must_stand(now, "listed", "asked")
    if now.decision is not None and now.decision.state != DocumentState.VOID:
        raise CannotMove("决定书已在办理。", "The decision is drawn up already.")
    span = f"自{day_words(now.listed_on)}起至{day_words(now.until_on)}止" if now.listed_on else ""
    values = {"list_facts": facts_of(now), "list_term": span}
    now.decision = _draft(now, DECISION, values, by=by, at=at)
    now.save(update_fields=["decision"])
    write(now, kind="draft-decision", by=by, at=at)
    return now.decision


def _draft(listing: Listing, kind: str, values: dict[str, str], *, by: User, at: datetime) -> Document:
    document = documents.draft(case=listing.case, kind=kind, by=by, at=at)
    typed = {**documents.fields_of(document), **values, "listed": named_in_paper(listing), "list_basis": basis()["zh"]}
    return documents.edit(document=document, values=typed, addressee=listing.firm, by=by, at=at)


def facts_of(listing: Listing) -> str:
    """Why, as the papers say it: the order, what was open on its day, the ground, and the officer's own words."""
    order, ground = listing.order, grounds()[listing.ground].title["zh"]
    named = f"本机关以{order.number}责令你单位" if order.number else "本机关责令你单位"
    facts = (
        f"{named}于{day_words(listing.pay_by)}前支付拖欠的农民工工资。期限届满，仍有{listing.people}人"
        f"{listing.unpaid_fen / 100:,.2f}元未支付，{ground}。"
    )
    return facts + (f"\n{listing.reason}" if listing.reason else "")


def named_in_paper(listing: Listing) -> str:
    """Who is listed, one line each: the firm, then those who answer for it, their numbers masked."""
    code = f"（统一社会信用代码：{listing.firm_code}）" if listing.firm_code else ""
    lines = [listing.firm + code]
    for one in listing.persons.filter(struck_at=None).order_by("pk"):
        number = mask_identity(open_text(one.identity_sealed))
        lines.append(f"{roles()[one.role]['zh']}：{open_text(one.name_sealed)}（身份证号：{number}）")
    return "\n".join(lines)


@transaction.atomic
def tell(*, listing: Listing, by: User | None, at: datetime) -> Listing:
    """The notice has been served: the days to object run from the day it was. Raises CannotMove before that."""
    case, now = locked(listing)
    must_stand(now, "proposed")
    served = served_on(now.notice)
    if served is None:
        raise CannotMove("告知书尚未送达，请先签批并登记送达。", "The notice has not been served yet.")
    now.told_on = served
    enter(now, "told", kind="tell", by=by, at=at, note=now.notice.number if now.notice else "")
    flow.tell(case, kind="list-tell", by=by, at=at, public=False, zh=f"已事先告知{now.firm}，异议期五个工作日",
              en=f"{now.firm} has been told first and may object within 5 working days")  # fmt: skip
    trail.record(by=by, at=at, action="list-tell", subject="listing", subject_id=now.pk, changes={"on": served})
    return now


def served_on(paper: Document | None) -> date | None:
    """The day a paper was served; None for none, and for one made void."""
    return paper.served_on if paper is not None and paper.state == DocumentState.SERVED else None
