"""What the file says of the grounds for the joint-punishment list: each supported, not known or contradicted.

Order 45 lists a firm that was ordered to pay and did not, and whose arrears reach the threshold of the crime or led to
an event with serious effect. Sums count as they stood when the ordered day ended: what a backstop paid later is no
payment of the firm's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from anxin.cases.models import Case, Claimant, Liable, WageReceived
from anxin.cases.money import due_fen
from anxin.cases.procedure import conclusions
from anxin.credit.joint_list import GroundKind, grounds
from anxin.law.civil import civil_date
from anxin.registry.models import Enterprise
from anxin.remedies.models import Document, DocumentState
from anxin.remedies.particulars import standing
from anxin.remedies.police import ORDERS, threshold_of

# Conclusions that say that nothing was owed as wages, or that the claimant wants nothing done.
_CLEARED = ("no_arrears", "untrue", "not_wages", "duplicate", "withdrawn", "other_department")
SUPPORTED, UNKNOWN, CONTRADICTED = "supported", "unknown", "contradicted"


@dataclass(frozen=True)
class Ground:
    """One ground as the file has it, with why in two languages."""

    kind: GroundKind
    answer: str
    zh: str
    en: str


@dataclass(frozen=True)
class Sheet:
    """The grounds against one firm. ``order``: the paper whose day passed, None when none did. ``people`` and
    ``unpaid_fen`` were open when ``pay_by`` ended."""

    firm: str
    enterprise: Enterprise | None
    order: Document | None
    people: int
    unpaid_fen: int
    grounds: tuple[Ground, ...]

    @property
    def pay_by(self) -> date | None:
        """The ordered day."""
        return self.order.due_on if self.order is not None else None

    @property
    def may_propose(self) -> bool:
        """Whether a proposal could stand, if need be with the officer's words: the order is overdue, and the file does
        not rule out all the other grounds."""
        always = all(one.answer == SUPPORTED for one in self.grounds if one.kind.always)
        return always and any(one.answer != CONTRADICTED for one in self.grounds if not one.kind.always)

    def of(self, key: str) -> Ground:
        """One ground by its key."""
        return next(one for one in self.grounds if one.kind.key == key)


def orders_of(case: Case) -> list[Document]:
    """The orders and decisions to pay that were served with a day to pay by, the earliest day first."""
    rows = Document.objects.filter(case=case, kind__in=ORDERS, state=DocumentState.SERVED).exclude(due_on=None)
    return list(rows.select_related("case__project__contractor", "case__enterprise").order_by("due_on", "pk"))


def leading(served: Sequence[Document]) -> Document | None:
    """The order that counts: a later one replaces those before it; a decision counts where no order was served."""
    orders = [one for one in served if one.kind == "order"]
    found = orders or list(served)
    return found[-1] if found else None


def sheet(case: Case, *, at: datetime, order: Document | None = None) -> Sheet:
    """What the file says against the firm an order names; no ``order`` given: the case's ``leading`` one."""
    order = order or leading(orders_of(case))
    firm = order.addressee if order is not None else ""
    open_ = unpaid_on(case, order.due_on) if order is not None and order.due_on is not None else []
    found = (_overdue(case, order, open_, at), _amount(case, order, open_), _event(case))
    return Sheet(
        firm, enterprise_named(case, firm), order, len(open_), sum(fen for _, fen in open_), found
    )  # fmt: skip


def unpaid_on(case: Case, day: date) -> list[tuple[int, int]]:
    """Who was not paid in full when a day ended: for each the number of months and the sum that was open (fen)."""
    people = standing(case)
    had = received_by(people, day)
    rows = [(len(set(one.months)), due_fen(one) - had.get(one.pk, 0)) for one in people]
    return [(months, fen) for months, fen in rows if fen > 0]


def received_by(people: Iterable[Claimant], day: date) -> dict[int, int]:
    """What each had received when a day ended (claimant's id → fen). Bank's record and own word may speak of the same
    money, so the larger counts, as in the case's own sums."""
    rows = WageReceived.objects.filter(claimant__in=[one.pk for one in people], void_at=None, received_on__lte=day)
    sums: dict[int, dict[str, int]] = {}
    for claimant, proof, fen in rows.values_list("claimant_id", "proof", "amount_fen"):
        own = sums.setdefault(claimant, {})
        own[proof] = own.get(proof, 0) + fen
    return {claimant: max(own.values()) for claimant, own in sums.items()}


def enterprise_named(case: Case, name: str) -> Enterprise | None:
    """The registered firm a paper of the case names: a party of the case by this name, else the only one so called."""
    if not name:
        return None
    party = Liable.objects.filter(case=case, name=name, enterprise__isnull=False).select_related("enterprise").first()
    if party is not None:
        return party.enterprise
    known = (case.enterprise, case.project.contractor if case.project else None)
    near = next((one for one in known if one is not None and one.name == name), None)
    if near is not None:
        return near
    so_called = list(Enterprise.objects.filter(name=name)[:2])
    return so_called[0] if len(so_called) == 1 else None


def _overdue(case: Case, order: Document | None, open_: list[tuple[int, int]], at: datetime) -> Ground:
    kind = grounds()["overdue"]
    if case.ended_at is not None and case.conclusion in _CLEARED:
        title = conclusions()[case.conclusion].title
        return Ground(kind, CONTRADICTED, f"案件以“{title['zh']}”办结", f"The case ended as '{title['en']}'")
    if order is None or order.due_on is None:
        if case.events.filter(kind="state-ordered").exists():
            return Ground(kind, UNKNOWN, "案卷记有责令支付，但没有已送达的责令文书，请先补齐文书和送达凭证",
                          "The case says that payment was ordered, but no served order is on file")  # fmt: skip
        return Ground(kind, CONTRADICTED, "没有送达过责令支付的文书", "No order to pay has been served")
    named = f"{order.number} 限 {order.due_on}"
    if order.due_on >= civil_date(at):
        return Ground(
            kind, CONTRADICTED, f"{named}，期限还没有过", f"{order.number}: its day, {order.due_on}, has not passed"
        )
    if not open_:
        return Ground(kind, CONTRADICTED, f"{named}，到期时已经付清", f"{order.number}: paid in full by {order.due_on}")
    total = sum(fen for _, fen in open_) / 100
    return Ground(
        kind, SUPPORTED, f"{named}，到期时仍欠 {len(open_)} 人 {total:,.2f} 元",
        f"{order.number}: {total:,.2f} yuan of {len(open_)} people were unpaid after {order.due_on}",
    )  # fmt: skip


def _amount(case: Case, order: Document | None, open_: list[tuple[int, int]]) -> Ground:
    kind, place = grounds()["amount"], threshold_of(case.region_code)
    if order is None:
        return Ground(kind, UNKNOWN, "没有责令期限，无从核算", "Without an ordered day there is no sum to judge")
    reached = place.reached(open_)
    zh, en = _figures(place.one_fen, place.many_fen, place.months, place.people)
    zh, en = f"{place.source_zh}：{zh}", f"{place.source_en}: {en}"
    if reached == "yes":
        return Ground(kind, SUPPORTED, f"已达到。{zh}", f"Reached. {en}")
    if reached == "no":
        return Ground(kind, CONTRADICTED, f"未达到。{zh}", f"Not reached. {en}")
    return Ground(
        kind, UNKNOWN, f"在全国幅度之内，本省数额标准未录入，请写明本省标准及其文号。{zh}",
        f"Within the national range; the province's own figure is not on file: give it and its source. {en}",
    )  # fmt: skip


def _figures(one: tuple[int, int], many: tuple[int, int], months: int, people: int) -> tuple[str, str]:
    def span(bounds: tuple[int, int]) -> str:
        low, high = (f"{fen / 100:,.0f}" for fen in bounds)
        return low if low == high else f"{low}–{high}"

    return (
        f"1 人 {months} 个月以上且 {span(one)} 元，或 {people} 人以上且 {span(many)} 元",
        f"one person, {months} months or more and {span(one)} yuan, or {people} people or more and {span(many)} yuan",
    )


def _event(case: Case) -> Ground:
    kind = grounds()["event"]
    if case.collective:
        return Ground(
            kind, UNKNOWN, f"案件属集体反映（{case.people} 人），是否酿成事件、影响多大，案卷没有记载",
            f"A group claims ({case.people} people); whether that became an event with serious effect is not on file",
        )  # fmt: skip
    return Ground(kind, UNKNOWN, "案卷没有记载", "The file does not say")
