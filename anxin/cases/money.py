"""The four sums: claimed, verified, agreed, received. Received means the bank's record or the worker's own word."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet, Sum

from anxin import plainly
from anxin.cases.flow import CannotMove, line, locked, step, stop_step, tell
from anxin.cases.hands import answerable
from anxin.cases.models import Case, CaseEvent, Claimant, WageReceived
from anxin.cases.procedure import states
from anxin.cases.telling import message_case, message_claimant
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User

_PLEASE_SAY = ("有一项进展请您确认，请凭编号查看", "something wants your word; please look it up by your number")
_BANK_PAID = (
    "银行记录有一笔款付到您卡上，请核对并告诉我们收到没有",
    "the bank's record shows a payment to your card; please say whether it came",
)
# The clock of a case that is being paid.
MONEY = "money"
SUMS = ("people", "claimed_fen", "verified_fen", "agreed_fen", "received_fen")
# Of the ``standing`` claimants of a case: the five sums, how many lack something of what is due (``has_all``), and how
# many rows there are: more than people where cases were joined in which one man claims twice. He is known by his
# identity number, on the roster or as typed.
_SUMS = """
    SELECT COUNT(DISTINCT who) + COUNT(*) FILTER (WHERE length(who) = 0), COALESCE(SUM(claimed_fen), 0),
           COALESCE(SUM(verified_fen), 0), COALESCE(SUM(agreed_fen), 0), COALESCE(SUM(received_fen), 0),
           COUNT(*) FILTER (WHERE received_fen < COALESCE(agreed_fen, verified_fen, claimed_fen)
                               OR (claimed_fen = 0 AND verified_fen IS NULL AND agreed_fen IS NULL)),
           COUNT(*), COUNT(*) FILTER (WHERE length(who) = 0)
      FROM (SELECT one.*, COALESCE(worker.id_blind, one.identity_blind) AS who
              FROM cases_claimant one LEFT JOIN registry_worker worker ON worker.id = one.worker_id
             WHERE one.case_id = %s AND one.withdrawn_at IS NULL AND one.consent <> 'refused') people
"""


def standing(case: Case) -> QuerySet[Claimant]:
    """The claimants who count: those who neither withdrew nor refused to take part."""
    return Claimant.objects.filter(case=case, withdrawn_at=None).exclude(consent="refused")


def add_up(case: Case) -> Case:
    """Write the sums of a case's claimants into the case. Withdrawn and refusing claimants do not count."""
    _count(case)
    plainly.change(case, *SUMS)
    return case


def _count(case: Case) -> bool:
    """Set the sums on the case, which the caller saves. Answers whether every claimant has what is due to him."""
    with plainly.cursor() as cursor:
        cursor.execute(_SUMS, [case.pk])
        *sums, lacking, rows, unknown = cursor.fetchone()
    if unknown:
        sums[0] -= 1  # they count one by one; the empty value they share is nobody
    if sums[0] < rows:
        sums[1] = _claimed_once(case)
    case.people, case.claimed_fen, case.verified_fen, case.agreed_fen, case.received_fen = (int(sum_) for sum_ in sums)
    return case.people > 0 and lacking == 0


def _claimed_once(case: Case) -> int:
    """What is claimed in fen, where somebody claims in more than one row: of his rows that name a month in common the
    largest counts, for it is told of the same money. Who names no months means them all."""
    own: dict[bytes, list[tuple[frozenset[str], int]]] = defaultdict(list)
    alone = 0
    for row in standing(case).select_related("worker").order_by("pk"):
        who = bytes(row.worker.id_blind if row.worker is not None else row.identity_blind)
        if who:
            own[who].append((frozenset(row.months), row.claimed_fen))
        else:
            alone += row.claimed_fen
    return alone + sum(_of_one(told) for told in own.values())


def _of_one(told: Iterable[tuple[frozenset[str], int]]) -> int:
    apart: list[tuple[frozenset[str], int]] = []
    for months, fen in told:
        same = [one for one in apart if not months or not one[0] or months & one[0]]
        apart = [one for one in apart if one not in same]
        every = frozenset() if not all([months, *(one[0] for one in same)]) else months.union(*(one[0] for one in same))
        apart.append((every, max([fen, *(one[1] for one in same)])))
    return sum(fen for _, fen in apart)


def due_fen(claimant: Claimant) -> int:
    """What a claimant is to receive: what was agreed, else verified, else claimed."""
    for sum_ in (claimant.agreed_fen, claimant.verified_fen):
        if sum_ is not None:
            return sum_
    return claimant.claimed_fen


def all_received(case: Case) -> bool:
    """Whether there are claimants and every one of them has what is due to him (``has_all``)."""
    return _count(Case(pk=case.pk))


def has_all(claimant: Claimant) -> bool:
    """Whether a claimant has what is due to him. While nobody has said how much that is, he has not."""
    unknown = claimant.claimed_fen == 0 and claimant.verified_fen is None and claimant.agreed_fen is None
    return not unknown and claimant.received_fen >= due_fen(claimant)


@transaction.atomic
def verify_sum(*, claimant: Claimant, fen: int, by: User, at: datetime) -> Claimant:
    """Set what was verified for one person. Raises ValueError on a negative sum."""
    return _set(claimant, "verified_fen", fen, by, at)


@transaction.atomic
def agree_sum(*, claimant: Claimant, fen: int, by: User, at: datetime) -> Claimant:
    """Set what was agreed for one person. Raises ValueError on a negative sum."""
    return _set(claimant, "agreed_fen", fen, by, at)


def _set(claimant: Claimant, field: str, fen: int, by: User, at: datetime) -> Claimant:
    if fen < 0:
        raise ValueError("A sum of money is not negative.")
    case, now = _locked(claimant)
    before = getattr(now, field)
    setattr(now, field, fen)
    plainly.change(now, field)
    add_up(case)
    trail.record(by=by, at=at, action=f"case-{field.replace('_', '-')}", subject="case", subject_id=case.pk,
                 changes={"claimant": now.pk, "from": before, "to": fen})  # fmt: skip
    return now


@transaction.atomic
def receive(
    *, claimant: Claimant, proof: str, amount_fen: int, received_on: date, at: datetime, reference: str = ""
) -> WageReceived | None:
    """Write down money a claimant received; the same record a second time changes nothing and answers None.

    ``proof``: ``bank`` with the payment's reference, or ``word``: the claimant himself says so. Raises ValueError on
    any other proof or an amount that is not above nought.
    """
    if proof not in {"bank", "word"} or amount_fen <= 0:
        raise ValueError("Money counts as received by the bank's record or the worker's own word only.")
    case, now = _locked(claimant)
    there = plainly.read(WageReceived, claimant_id=now.pk)
    if any((one.proof, one.reference) == (proof, reference) for one in there):
        return None
    row = WageReceived(claimant=now, proof=proof, reference=reference, amount_fen=amount_fen, received_on=received_on,
                       recorded_at=at)  # fmt: skip
    plainly.add(row)
    had_all = has_all(now)
    now.received_fen = _sum_of([*there, row])
    plainly.change(now, "received_fen")
    every = _count(case)
    yuan = f"{amount_fen / 100:,.2f}"
    told = line(case, kind="received", by=None, at=at, public=False,
                zh=f"到账 {yuan} 元（{'银行记录' if proof == 'bank' else '本人确认'}）",
                en=f"{yuan} yuan received ({'bank record' if proof == 'bank' else 'own word'})")  # fmt: skip
    changes = {"claimant": now.pk, "fen": amount_fen, "proof": proof}
    link = trail.Link(None, at, "case-received", "case", case.pk, changes)
    if proof == "bank":
        # The phone may be that of somebody who only typed the worker's number.
        known = now.worker_id is None or now.identified_at is not None
        zh, en = _BANK_PAID if known else _PLEASE_SAY
        message_claimant(now, zh=zh, en=en, quiet=_PLEASE_SAY, at=at)
    _money_came(case, at, told, link, every=every and has_all(now) and not had_all)
    return row


def _locked(claimant: Claimant) -> tuple[Case, Claimant]:
    """The case of a claimant, locked, and the claimant as he is now; he may have gone to another case meanwhile."""
    case = locked(Case(pk=claimant.case_id))
    now = plainly.one(Claimant, pk=claimant.pk)
    return (case if now.case_id == case.pk else locked(Case(pk=now.case_id))), now


@transaction.atomic
def confirm(*, claimant: Claimant, on: date, at: datetime) -> WageReceived | None:
    """The claimant's own word that he has all that is due to him; None when his word says so already."""
    _, now = _locked(claimant)
    said = WageReceived.objects.filter(claimant=now, proof="word", void_at=None).aggregate(sum=Sum("amount_fen"))
    rest = due_fen(now) - (said["sum"] or 0)
    if rest <= 0:
        return None
    return receive(claimant=now, proof="word", amount_fen=rest, received_on=on, at=at,
                   reference=f"all:{due_fen(now)}")  # fmt: skip


@transaction.atomic
def correct(*, receipt: WageReceived, amount_fen: int, at: datetime) -> WageReceived:
    """The bank corrected a payment (0: it failed, or went elsewhere): the receipt follows, and nobody is left to find
    out by himself. What was lost is told to the officer and the claimants, also after the case has ended."""
    case, now = _locked(receipt.claimant)
    row = WageReceived.objects.get(pk=receipt.pk)
    before = 0 if row.void_at is not None else row.amount_fen
    if before == amount_fen:
        return row
    row.void_at = None if amount_fen > 0 else at
    row.amount_fen = amount_fen or row.amount_fen
    row.save(update_fields=["void_at", "amount_fen"])
    now.received_fen = received_sum(now)
    now.save(update_fields=["received_fen"])
    add_up(case)
    changes = {"claimant": now.pk, "from": before, "to": amount_fen, "reference": row.reference}
    trail.record(by=None, at=at, action="case-receipt-corrected", subject="case", subject_id=case.pk, changes=changes)
    if amount_fen > before:
        return row
    old, new = f"{before / 100:,.2f}", f"{amount_fen / 100:,.2f}"
    # Everybody of the case reads the first line: how much it was is his alone, who sees it among his receipts.
    tell(case, kind="receipt-corrected", by=None, at=at, public=True, zh="银行更正了一笔到账记录，我们会继续跟进",
         en="The bank corrected a receipt; we follow it up")  # fmt: skip
    tell(case, kind="receipt-corrected", by=None, at=at, public=False, zh=f"到账更正：{old} 元改为 {new} 元",
         en=f"Receipt corrected from {old} to {new} yuan")  # fmt: skip
    notify(to=answerable(case, at=at), kind="case-receipt-corrected", subject="case", subject_id=case.pk, at=at,
           urgent=True, zh=f"案件 {case.number}：银行更正到账记录，{old} 元改为 {new} 元",
           en=f"Case {case.number}: the bank corrected a receipt from {old} to {new} yuan")  # fmt: skip
    return row


@transaction.atomic
def correct_word(
    *, receipt: WageReceived, fen: int, at: datetime, by: User | None = None, reason: str = ""
) -> WageReceived | None:
    """The worker's own word on money put right while the case is open, by himself or, with a reason, by an officer.

    ``fen``: what truly came that day; 0: nothing did. The old word stays, void. Answers the word that stands now; None
    when none does. Raises ValueError for the bank's record, a sum below nought or an officer without a reason,
    CannotMove when the case has ended.
    """
    said = " ".join(reason.split())[:300]
    if receipt.proof != "word" or fen < 0 or (by is not None and not said):
        raise ValueError("A worker's own word is corrected by himself, or by an officer for a reason.")
    case, now = _locked(receipt.claimant)
    if case.ended_at is not None:
        raise CannotMove("案件已办结，请先恢复办理再更正。", "The case has ended; open it again first.")
    row = WageReceived.objects.get(pk=receipt.pk)
    if row.void_at is not None or row.amount_fen == fen:
        return row if row.void_at is None else None
    before = row.amount_fen
    # Its mark is given up, so that he may say the same again.
    row.void_at, row.reference = at, f"void:{row.pk}"
    row.save(update_fields=["void_at", "reference"])
    right: WageReceived | None = None
    if fen:
        right, _ = WageReceived.objects.get_or_create(
            claimant=now, proof="word", reference=f"{row.received_on}:{fen}",
            defaults={"amount_fen": fen, "received_on": row.received_on, "recorded_at": at},
        )  # fmt: skip
    now.received_fen = received_sum(now)
    now.save(update_fields=["received_fen"])
    add_up(case)
    old, new = f"{before / 100:,.2f}", f"{fen / 100:,.2f}"
    zh, en = f"本人确认的到账更正：{old} 元改为 {new} 元", f"Own word on money corrected from {old} to {new} yuan"
    tell(case, kind="word-corrected", by=by, at=at, public=False, zh=zh + (f"（{said}）" if said else ""),
         en=en + (f" ({said})" if said else ""))  # fmt: skip
    trail.record(by=by, at=at, action="case-word-corrected", subject="case", subject_id=case.pk,
                 who="" if by else "worker",
                 changes={"claimant": now.pk, "from": before, "to": fen, "reason": said})  # fmt: skip
    if by is not None:
        message_claimant(now, zh="承办人更正了您说收到的一笔钱，请查看，不对请告诉我们", quiet=_PLEASE_SAY, at=at,
                         en="the officer corrected a sum you said came; look, and tell us if it is wrong")  # fmt: skip
    notify(to=[who for who in answerable(case, at=at) if by is None or who.pk != by.pk], kind="case-word-corrected",
           subject="case", subject_id=case.pk, at=at, urgent=True, zh=f"案件 {case.number}：{zh}",
           en=f"Case {case.number}: {en}")  # fmt: skip
    return right


def _money_came(case: Case, at: datetime, told: CaseEvent, link: trail.Link, *, every: bool) -> None:
    """Save the sums, the line and the link that tell of the money. The first money brings a case to ``paying``; when
    the last person has his (``every``), those concerned are told."""
    lines = [told]
    if every and case.ended_at is None:
        all_there = line(
            case, kind="all-received", by=None, at=at, public=True,
            zh="记录显示应发的工资已经全部到账，请您核对；没有收到请马上告诉我们",
            en="The records say that all wages due have arrived; please check, and tell us at once if not",
        )  # fmt: skip
        lines.append(all_there)
    if case.ended_at is None and "paying" in states()[case.state].next:
        step(case, to="paying", by=None, at=at, fields=SUMS, lines=lines, links=[link])
    else:
        plainly.change(case, *SUMS)
        plainly.add(*lines)
        trail.record_all([link])
    if every and case.ended_at is None:
        stop_step(case, step=MONEY, at=at)
        message_case(case, zh="记录显示工资已全部到账，请核对；没有收到请马上告诉我们", quiet=_PLEASE_SAY, at=at,
                     en="by the records all wages have come; look, and tell us at once if not")  # fmt: skip
        notify(to=answerable(case, at=at), kind="case-all-received", subject="case", subject_id=case.pk, at=at,
               urgent=True, zh=f"案件 {case.number} 应付工资已全部到账，可以办结",
               en=f"Case {case.number}: all wages due have arrived; it can be closed")  # fmt: skip


def received_sum(claimant: Claimant, *, proofs: Collection[str] = ("bank", "word")) -> int:
    """What counts as received. The bank's record and the worker's word speak of the same money: the larger counts.

    ``proofs``: of these kinds alone."""
    return _sum_of(WageReceived.objects.filter(claimant=claimant, proof__in=proofs))


def _sum_of(receipts: Iterable[WageReceived]) -> int:
    sums = {"bank": 0, "word": 0}
    for one in receipts:
        sums[one.proof] += one.amount_fen if one.void_at is None else 0
    return max(sums.values())
