"""Drawing up papers: draft, edit, ask for a signature, sign off under a number, freeze, void.

Acts on a paper lock its case first and look again. Whoever comes second is told what happened meanwhile
(``AlreadyDone``); what the law or the form lacks is ``NotReady``.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from anxin.cases.flow import CannotMove, locked, move, recount, tell
from anxin.cases.models import Case, CaseClock, Claim, Claimant
from anxin.cases.orders import STEP as PAY_STEP
from anxin.cases.procedure import states
from anxin.law.civil import civil_date, start_of
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.access import may
from anxin.people.models import User
from anxin.remedies.anonymity import annex_of, names_told
from anxin.remedies.kinds import Kind, kinds
from anxin.remedies.marks import take_number
from anxin.remedies.models import Document, DocumentState, DocumentVersion
from anxin.remedies.paper_facts import defaults, facts, keep
from anxin.remedies.police import proposal
from anxin.remedies.rendering import NotReady, filled, instalments_of
from anxin.vault import evidence
from anxin.vault.fields import open_text, seal_text
from anxin.watch.handling.actions import AlreadyDone

MOST_TEXT = 6000


def kind_of(document: Document) -> Kind:
    """The kind of a paper."""
    return kinds()[document.kind]


def fields_of(document: Document) -> dict[str, str]:
    """What was typed into a paper."""
    return json.loads(open_text(document.fields_sealed) or "{}")


@transaction.atomic
def draft(
    *,
    case: Case,
    kind: str,
    by: User,
    at: datetime,
    claim: Claim | None = None,
    claimant: Claimant | None = None,
    replaces: Document | None = None,
    due_on: date | None = None,
) -> Document:
    """Begin a paper, filled from the file and from what was typed before.

    A paper for claimants is made for one claim (``claim``), or for one of its people. Raises NotReady without one, and
    KeyError on an unknown kind.
    """
    now, known = locked(case), kinds()[kind]
    if known.audience == "claimant" and claim is None and claimant is None:
        claims = list(now.claims.order_by("pk")[:2])
        if len(claims) != 1:
            raise NotReady("请选择文书是给哪一条线索的申请人。", "Choose the claim whose claimants the paper is for.")
        claim = claims[0]
    if claimant is not None:
        claim = claimant.claim
    if claim is not None and claim.case_id != now.pk:
        raise NotReady("该线索不属于本案。", "This claim does not belong to the case.")
    told = facts(known, now, claim=claim, claimant=claimant, on=civil_date(at))
    values = fields_of(replaces) if replaces is not None else defaults(known, now, told)
    document = Document.objects.create(
        case=now, claim=claim, claimant=claimant, kind=kind, unit=now.unit, drafted_by=by, drafted_at=at, edited_by=by,
        edited_at=at, fields_sealed=_sealed(values), due_on=due_on, replaces=replaces,
        addressee=str(told["addressee"]) if known.audience == "employer" else "",
    )  # fmt: skip
    if known.inspectors and by.role in ("officer", "chief"):
        document.inspectors.set([by])
    _note(document, "paper-draft", by=by, at=at)
    return document


@transaction.atomic
def edit(
    *,
    document: Document,
    values: Mapping[str, str],
    by: User,
    at: datetime,
    addressee: str | None = None,
    due_on: date | None = None,
    inspectors: Sequence[User] | None = None,
    seen: int | None = None,
) -> Document:
    """Change a draft; what it said before stays as a version. ``seen``: the version the person had before him.

    Raises AlreadyDone when it is no draft any more or somebody changed it meanwhile, NotReady on a text too long.
    """
    now = _locked(document, DocumentState.DRAFT)
    if seen is not None and seen != now.version:
        raise AlreadyDone(
            "他人刚刚修改过这份文书，请核对后再改。", "Somebody else has just changed this paper; look again."
        )
    known, before = kind_of(now), fields_of(now)
    after = {field.key: values.get(field.key, before.get(field.key, "")).strip() for field in known.fields}
    if any(len(text) > MOST_TEXT for text in after.values()):
        raise NotReady(f"文字过长：每项最多 {MOST_TEXT} 字。", f"Too long: at most {MOST_TEXT} characters a field.")
    DocumentVersion.objects.create(
        document=now, version=now.version, by=now.edited_by, at=now.edited_at, fields_sealed=bytes(now.fields_sealed)
    )
    now.version += 1
    now.fields_sealed, now.edited_by, now.edited_at, now.due_on = _sealed(after), by, at, due_on
    if addressee is not None and known.audience == "employer":
        now.addressee = addressee.strip()[:200]
    now.save()
    if inspectors is not None:
        now.inspectors.set(inspectors)
    if known.audience == "employer":
        # What is kept for the next paper may come to the employer with it.
        kept = {field.key: after[field.key] for field in known.fields if field.shared}
    else:
        kept = {field.key: after[field.key] for field in known.fields if field.shared and not _about_person(field.key)}
    keep(case=now.case, values=kept, by=by, at=at)
    _note(now, "paper-edit", by=by, at=at, version=now.version)
    return now


def _about_person(key: str) -> bool:
    return key in {"home", "occupation", "witnesses"}


@transaction.atomic
def ask_for_signature(*, document: Document, by: User, at: datetime) -> Document:
    """Hand a draft to those who may sign it off. Raises NotReady on what it lacks (see ``lacking``)."""
    now = _locked(document, DocumentState.DRAFT)
    known = kind_of(now)
    if known.sign != "second":
        raise NotReady("这种文书由承办人自行定稿，不需要签批。", "This paper is finished by whoever drew it up.")
    _ready(now, at)
    now.state, now.asked_at, now.returned = DocumentState.ASKED, at, ""
    now.save(update_fields=["state", "asked_at", "returned"])
    _note(now, "paper-ask", by=by, at=at)
    title = known.title
    notify(to=signers(now), kind="paper-to-sign", subject="document", subject_id=now.pk, at=at,
           zh=f"待签批：{title['zh']}（案件 {now.case.number}）",
           en=f"To be signed off: {title['en']} (case {now.case.number})")  # fmt: skip
    return now


def signers(document: Document) -> list[User]:
    """The people of the unit who may sign a paper off: not who drew it up or wrote in it last."""
    if document.unit is None:
        return []
    own = {document.drafted_by_id, document.edited_by_id}
    found = document.unit.people.filter(is_active=True, left_at=None)
    return [person for person in found if person.pk not in own and may(person, "approve")]


@transaction.atomic
def give_back(*, document: Document, reason: str, by: User, at: datetime) -> Document:
    """Return what is to be signed to its drafter, with the reason."""
    now = _locked(document, DocumentState.ASKED)
    now.state, now.returned = DocumentState.DRAFT, reason[:400]
    now.save(update_fields=["state", "returned"])
    _note(now, "paper-return", by=by, at=at, reason=reason[:400])
    title = kind_of(now).title
    notify(to=[now.edited_by], kind="paper-returned", subject="document", subject_id=now.pk, at=at,
           zh=f"文书退回修改：{title['zh']}。{reason}", en=f"Returned: {title['en']}. {reason}")  # fmt: skip
    return now


@transaction.atomic
def sign_off(*, document: Document, by: User, at: datetime) -> Document:
    """Sign a paper off: it gets its number, is made into a file and changes no more.

    Raises NotReady when it is one's own, when something is missing, or when a paper for the employer would tell him
    who claims anonymously; AlreadyDone when it was signed or taken back meanwhile.
    """
    now = _locked(document, DocumentState.ASKED)
    if by.pk in {now.drafted_by_id, now.edited_by_id}:
        raise NotReady(
            "签批人不能是起草人或者最后修改人。", "Whoever drew a paper up or last wrote in it cannot sign it off."
        )
    return _freeze(now, by=by, at=at)


@transaction.atomic
def finish(*, document: Document, by: User, at: datetime) -> Document:
    """Finish a paper that needs no second signature, such as minutes or a worker's application. Raises as sign_off."""
    now = _locked(document, DocumentState.DRAFT)
    if kind_of(now).sign != "own":
        raise NotReady("这种文书须由另一人签批。", "This paper must be signed off by somebody else.")
    return _freeze(now, by=by, at=at)


def _freeze(now: Document, *, by: User, at: datetime) -> Document:
    known = kind_of(now)
    _ready(now, at)
    if known.mark:
        if now.unit is None:
            raise NotReady("本案没有承办单位，无法编号。", "The case has no unit; the paper cannot be numbered.")
        now.year = civil_date(at).year
        now.serial, now.number = take_number(unit=now.unit, kind=known, year=now.year)
    made = filled(now, signed_on=civil_date(at))
    if known.audience == "employer":
        told = names_told(now, made.content)
        if told:
            raise NotReady(_TELLS[0] % {"n": told}, _TELLS[1] % {"n": told})
        annex = annex_of(now, at=at)
        now.annex = evidence.store(annex) if annex else ""
    now.state, now.signed_by, now.signed_at = DocumentState.SIGNED, by, at
    now.digest, now.template = evidence.store(made.content), made.template
    now.save()
    _note(now, "paper-sign", by=by, at=at, sha256=now.digest, template=now.template)
    moved = known.when == "signed" and move_if_allowed(now, by=by, at=at, zh=known.title["zh"], en=known.title["en"])
    if known.sign == "second" and not moved:
        tell(now.case, kind="paper", by=by, at=at, public=False, zh=f"已签批{known.title['zh']} {now.number}",
             en=f"Signed off: {known.title['en']} {now.number}")  # fmt: skip
    if known.sign == "second":
        notify(to=[now.edited_by], kind="paper-signed", subject="document", subject_id=now.pk, at=at,
               zh=f"已签批，请送达：{known.title['zh']} {now.number}",
               en=f"Signed off, to be served: {known.title['en']} {now.number}")  # fmt: skip
    return now


_TELLS = (
    "文书里有 %(n)s 处匿名申请人的姓名、身份证号或电话，会送到用人单位。请改用代称后再签批。",
    "The paper names anonymous claimants in %(n)s places and would go to the employer. Use pseudonyms.",
)


@transaction.atomic
def void(*, document: Document, reason: str, by: User, at: datetime) -> Document:
    """Make a paper void, with the reason; its number stays its own. A served one needs the permission to approve."""
    now = current(document)
    if now.state == DocumentState.VOID:
        raise AlreadyDone("该文书已作废。", "This paper is void already.")
    if not reason.strip():
        raise NotReady("请写明作废的理由。", "Say why it is void.")
    if (
        now.state in (DocumentState.SIGNED, DocumentState.SERVED)
        and kind_of(now).sign == "second"
        and not may(by, "approve")
    ):
        raise NotReady("已签批的文书须由负责人作废。", "Only who may approve can make a signed paper void.")
    if now.kind == "order" and now.state == DocumentState.SERVED:
        # The date of a void order binds nobody.
        CaseClock.objects.filter(case_id=now.case_id, step=PAY_STEP, done_at=None).update(done_at=at, dropped=True)
        recount(locked(now.case))
    now.state, now.void_by, now.void_at, now.void_reason = DocumentState.VOID, by, at, reason.strip()[:400]
    now.save(update_fields=["state", "void_by", "void_at", "void_reason"])
    _note(now, "paper-void", by=by, at=at, reason=now.void_reason)
    return now


def lacking(document: Document, *, today: date) -> list[tuple[str, str]]:
    """What a paper still lacks before it may be signed, in Chinese and English."""
    known, values = kind_of(document), fields_of(document)
    wrong = []
    for field in known.fields:
        if not field.optional and not values.get(field.key):
            wrong.append((f"请填写“{field.title['zh']}”。", f"Fill in '{field.title['en']}'."))
    if known.audience == "employer" and not document.addressee:
        wrong.append(("请填写送达的单位。", "Say to whom the paper goes."))
    if known.due and (document.due_on is None or document.due_on <= today):
        wrong.append(("请填写期限，须晚于今天。", "Set a date later than today."))
    if document.inspectors.count() < known.inspectors:
        wrong.append(("须有两名劳动保障监察员署名。", "Two inspectors must be named."))
    if document.kind == "police":
        found = proposal(document.case, at=start_of(today))
        if not found.may_transfer:
            wrong.append((found.why_zh, found.why_en))
    if "instalments" in values:
        wrong += instalments_of(document, values["instalments"])[1]
    return wrong


def _ready(document: Document, at: datetime) -> None:
    wrong = lacking(document, today=civil_date(at))
    if wrong:
        raise NotReady("".join(zh for zh, _ in wrong), " ".join(en for _, en in wrong))


def move_if_allowed(document: Document, *, by: User | None, at: datetime, zh: str, en: str) -> bool:
    """Bring the case to the state the paper leads to, where the procedure knows that step; tell whether it did."""
    to = kind_of(document).moves
    case = locked(document.case)
    if not to or to not in states()[case.state].next:
        return False
    try:
        move(case=case, to=to, by=by, at=at, zh=zh, en=en)
    except CannotMove:
        return False
    return True


def current(document: Document) -> Document:
    """The paper as it is now, its case locked. It follows its case where that was merged into another."""
    case = locked(document.case)
    now = Document.objects.select_related("unit", "edited_by", "drafted_by", "claim", "claimant").get(pk=document.pk)
    if now.case_id != case.pk:
        Document.objects.filter(pk=now.pk).update(case=case)
    now.case = case
    return now


def _locked(document: Document, state: str) -> Document:
    now = current(document)
    if now.state != state:
        word = DocumentState(now.state)
        raise AlreadyDone(
            f"该文书现为“{word.label}”，请刷新页面。", f"This paper is '{word.value}' now; reload the page."
        )
    return now


def _sealed(values: Mapping[str, str]) -> bytes:
    return seal_text(json.dumps(dict(values), ensure_ascii=False))


def _note(document: Document, action: str, *, by: User | None, at: datetime, **changes: object) -> None:
    told = {"document": document.pk, "kind": document.kind, "number": document.number, **changes}
    trail.record(by=by, at=at, action=action, subject="case", subject_id=document.case_id, changes=told)
