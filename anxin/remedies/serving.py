"""Bringing papers to their addressee, with proof, and what follows: the case moves on, an order runs out."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from anxin.cases.flow import CannotMove, finish_step, locked, move, tell
from anxin.cases.models import Claim, Claimant
from anxin.cases.money import all_received
from anxin.cases.orders import order_payment
from anxin.cases.procedure import states
from anxin.law.civil import civil_date
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import Role, User
from anxin.remedies.amounts import day_words
from anxin.remedies.documents import current, kind_of, move_if_allowed
from anxin.remedies.kinds import kinds
from anxin.remedies.models import Document, DocumentState, Serving, ServingWay
from anxin.remedies.rendering import NotReady
from anxin.vault.fields import seal_text
from anxin.watch.handling.actions import AlreadyDone

ORDERS = ("order",)
_READY = (DocumentState.SIGNED, DocumentState.SERVED)


@transaction.atomic
def serve(
    *,
    document: Document,
    way: str,
    served_on: date,
    by: User,
    at: datetime,
    recipient: str = "",
    reference: str = "",
    witness: str = "",
    consent: bool = False,
    note: str = "",
    proofs: Sequence[str] = (),
) -> Serving:
    """Write down that a signed paper was served. ``proofs``: digests of what shows it, in the vault.

    In person and by post somebody's name (or the parcel's number) and proof; left at the place a witness and a photo;
    posted a photo or video (2013 interpretation, Art. 4); electronically the consent and the address. The first
    serving moves the case where the paper leads. Raises NotReady, AlreadyDone.
    """
    now = current(document)
    if now.state not in _READY:
        raise AlreadyDone("只有已签批的文书才能送达。", "Only a signed paper can be served.")
    _provable(now, way, served_on, at, recipient, reference, witness, consent, proofs)
    row = Serving.objects.create(
        document=now, way=way, served_on=served_on, recipient_sealed=seal_text(recipient.strip()[:200]),
        reference=reference.strip()[:64], witness=witness.strip()[:64], consent=consent, note=note.strip()[:400],
        proofs=list(proofs), by=by, at=at,
    )  # fmt: skip
    first = now.served_on is None
    now.state, now.served_on = DocumentState.SERVED, min(served_on, now.served_on or served_on)
    now.save(update_fields=["state", "served_on"])
    trail.record(by=by, at=at, action="paper-serve", subject="case", subject_id=now.case_id,
                 changes={"document": now.pk, "kind": now.kind, "number": now.number, "way": way,
                          "served_on": served_on, "proofs": list(proofs)})  # fmt: skip
    if first:
        _follow(now, by=by, at=at)
    return row


def _provable(
    document: Document, way: str, served_on: date, at: datetime, recipient: str, reference: str, witness: str,
    consent: bool, proofs: Sequence[str],
) -> None:  # fmt: skip
    if way not in ServingWay.values:
        raise NotReady("请选择送达方式。", "Choose how it was served.")
    signed = civil_date(document.signed_at) if document.signed_at else None
    if served_on > civil_date(at) or (signed and served_on < signed):
        raise NotReady("送达日期须在签批之后、今天之前（含当天）。", "The day lies between the sign-off and today.")
    if document.due_on is not None and served_on >= document.due_on:
        raise NotReady(
            "送达时文书里的期限已经到了，请作废后重新制作。",
            "The date in the paper has come before it was served; void it and make a new one.",
        )
    took, reached = recipient.strip(), reference.strip()
    lacks = {
        ServingWay.IN_PERSON: not took or not proofs,
        ServingWay.POST: not reached or not proofs,
        ServingWay.LEFT: not witness.strip() or not proofs,
        ServingWay.POSTED: not proofs,
        ServingWay.ELECTRONIC: not consent or not took,
    }
    if lacks[ServingWay(way)]:
        raise NotReady(*_WANTING[ServingWay(way)])


_WANTING = {
    ServingWay.IN_PERSON: ("请写明签收人，并上传签收的送达回证。", "Name who took it, and bring the signed receipt."),
    ServingWay.POST: ("请填写邮件单号，并上传签收凭证。", "Give the parcel's number and the proof of delivery."),
    ServingWay.LEFT: ("留置送达须有见证人，并上传照片或录像。", "Name a witness, and bring a photo or video."),
    ServingWay.POSTED: ("张贴送达须上传照片或录像。", "Bring a photo or video of the posting."),
    ServingWay.ELECTRONIC: (
        "电子送达须经受送达人同意，并写明送达地址。",
        "It takes the addressee's consent and the address it went to.",
    ),
}


def _follow(document: Document, *, by: User, at: datetime) -> None:
    known, case = kind_of(document), document.case
    zh, en = known.title["zh"], known.title["en"]
    until = (f"，限{day_words(document.due_on)}前", f", until {document.due_on}") if document.due_on else ("", "")
    if document.kind in ORDERS:
        moved = _order(document, by=by, at=at)
    else:
        moved = known.when == "served" and move_if_allowed(
            document, by=by, at=at, zh=f"{zh}{until[0]}", en=f"{en}{until[1]}"
        )
    if document.kind in ("decision", "penalty"):
        finish_step(case=case, step="serve", at=at)
    if not moved:
        public = known.audience != "authority"
        tell(case, kind="paper-served", by=by, at=at, public=public,
             zh=f"已送达{zh}{until[0]}", en=f"Served: {en}{until[1]}")  # fmt: skip
    if known.audience == "employer" and case.project is not None:
        clerks = User.objects.filter(role=Role.CLERK, project=case.project.code, is_active=True)
        notify(to=clerks, kind="paper-served", subject="document", subject_id=document.pk, at=at, urgent=True,
               zh=f"收到文书：{zh} {document.number}{until[0]}",
               en=f"Paper received: {en} {document.number}{until[1]}")  # fmt: skip


def _order(document: Document, *, by: User, at: datetime) -> bool:
    """Order the payment in the case, where it stands so that it can be ordered; tell whether it did."""
    case, title = document.case, kind_of(document).title
    if document.due_on is None or (case.state != "ordered" and "ordered" not in states()[case.state].next):
        return False
    order_payment(case=case, until=document.due_on, served_on=document.served_on, by=by, at=at,
                  paper=(f"《{title['zh']}》", title["en"]))  # fmt: skip
    return True


def overdue_orders(*, at: datetime, limit: int = 500) -> int:
    """Mark the orders to pay that ran out unpaid and bring their cases to ``overdue``, where the case's own clock has
    not done so yet. Run again it does nothing more.

    Answers how many cases moved. A case paid in time, voided orders and those a later order replaced stay as they are.
    """
    today = civil_date(at)
    due = Document.objects.filter(
        kind__in=ORDERS, state=DocumentState.SERVED, due_on__lt=today, overdue_at=None, case__ended_at=None
    ).order_by("due_on", "pk")
    return sum(_run_out(document, at=at) for document in due[:limit])


@transaction.atomic
def _run_out(document: Document, *, at: datetime) -> bool:
    case = locked(document.case)
    now = Document.objects.get(pk=document.pk)
    if now.overdue_at is not None or now.state != DocumentState.SERVED:
        return False
    if all_received(case):
        now.overdue_at = at
        now.save(update_fields=["overdue_at"])
        return False
    later = Document.objects.filter(
        case=case, kind__in=ORDERS, state=DocumentState.SERVED, due_on__gt=now.due_on, pk__gt=now.pk
    )
    now.overdue_at = at
    now.save(update_fields=["overdue_at"])
    if later.exists() or "overdue" not in states()[case.state].next:
        return False
    try:
        move(case=case, to="overdue", by=None, at=at, zh=f"{day_words(now.due_on)}到期", en=f"due {now.due_on}")
    except CannotMove:
        return False
    if case.owner is not None:
        notify(to=[case.owner], kind="paper-overdue", subject="case", subject_id=case.pk, at=at, urgent=True,
               zh=f"责令支付逾期未付：案件 {case.number}，请采取下一步措施",
               en=f"Not paid by the ordered date: case {case.number}; take the next step")  # fmt: skip
    return True


def papers_for_claim(claim: Claim, claimant: Claimant | None = None) -> QuerySet[Document]:
    """The papers addressed to a claim's people, newest first.

    ``claimant``: one member of a group. He gets what was made for him and the word on the whole claim, not a paper that
    lists the others.
    """
    rows = Document.objects.filter(claim=claim, state__in=_READY).select_related("unit")
    if claimant is not None:
        rows = rows.filter(Q(claimant=claimant) | Q(claimant=None, kind__in=("acceptance", "refusal")))
    return rows.order_by("-signed_at", "-pk")


def papers_on_project(project_id: int) -> QuerySet[Document]:
    """The papers served on the employer about a project, for its clerk; newest first. They name no claimant who is
    anonymous, and what was drafted or is for others is not among them."""
    named = [key for key, kind in kinds().items() if kind.audience == "employer"]
    rows = Document.objects.filter(case__project_id=project_id, kind__in=named, state=DocumentState.SERVED)
    return rows.select_related("unit", "case").order_by("-served_on", "-pk")
