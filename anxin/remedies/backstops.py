"""The planner: which backstop pays how much of what a case still owes, in order, and what none of them covers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from anxin.cases.models import Case
from anxin.law.civil import civil_date
from anxin.people.models import Organisation
from anxin.registry.models import Deposit
from anxin.registry.regions import nearest_first
from anxin.remedies.backstop_data import BackstopKind, FundRule, backstop_kinds, fund_rule
from anxin.remedies.models import DrawLine, Fund, Pledge
from anxin.remedies.particulars import claiming, owed_fen, standing
from anxin.remedies.police import order_passed
from anxin.remedies.sources import (
    KEEPS,
    Source,
    available_fen,
    from_funds,
    in_force,
    open_sums,
    refused_while_overdrawn,
    share_out,
)
from anxin.remedies.told_again import told_once

_FILED = ("state-filed", "state-ordered", "state-overdue", "state-decided")


@dataclass(frozen=True)
class Offer:
    """One backstop as it stands for a case. ``available_fen`` None: not on file or not answered yet.

    ``lines``: claimant's id → what it would pay him. ``hindered``: why it cannot pay now, blank when it can.
    ``bound``: which rule holds it below what it has. ``ask``: a treasury or parent group still to be asked.
    """

    kind: BackstopKind
    source: Source | None
    title_zh: str
    title_en: str
    available_fen: int | None
    lines: Mapping[int, int] = field(default_factory=dict)
    hindered_zh: str = ""
    hindered_en: str = ""
    bound_zh: str = ""
    bound_en: str = ""
    ask: bool = False
    office: Organisation | None = None

    @property
    def take_fen(self) -> int:
        """What it would pay in all."""
        return sum(self.lines.values())


@dataclass(frozen=True)
class Plan:
    """``owed_fen``: nobody has paid or promised it yet; ``promised_fen``: approved draws will pay it.

    ``uncovered_fen``: what no backstop covers as things stand; answers still awaited do not count.
    """

    owed_fen: int
    promised_fen: int
    offers: tuple[Offer, ...]
    uncovered_fen: int


def plan(case: Case, *, at: datetime) -> Plan:
    """What each backstop would pay of a case, one after another: deposit, fund, treasury, parent group."""
    rows = claiming(case)
    rest = open_sums(case, rows)
    owed = sum(rest.values())
    stand = told_once(rows)
    came = sum(one.received_fen for again in stand.values() for one in again)
    promised = max(0, sum(map(owed_fen, stand)) - owed - came)
    offers: list[Offer] = []
    for found in (_deposits, _funds, _pledges):
        for offer in found(case, dict(rest), at):
            offers.append(offer)
            for pk, fen in offer.lines.items():
                rest[pk] -= fen
    return Plan(owed, promised, tuple(offers), sum(rest.values()))


def hindrance(case: Case, when: str, *, at: datetime) -> tuple[str, str]:
    """Why a backstop may not be used yet, in two languages; blank when it may."""
    if when == "order_passed" and not order_passed(case, at=at):
        return "责令支付期限届满仍未支付后方可动用", "Only after an order to pay has run out unpaid"
    if when == "filed" and not case.events.filter(kind__in=_FILED).exists():
        return "立案后方可动用", "Only once an investigation is open"
    return "", ""


def _deposits(case: Case, rest: dict[int, int], at: datetime) -> list[Offer]:
    kind = backstop_kinds()["deposit"]
    if case.project is None:
        return []
    offers = []
    today = civil_date(at)
    for deposit in Deposit.objects.filter(project=case.project).order_by("pk"):
        has = available_fen(deposit, today)
        zh, en = hindrance(case, kind.when, at=at)
        if deposit.form == "exempt":
            zh, en = "该项目免缴保证金", "The project is exempt from the deposit"
        elif not in_force(deposit, today):
            zh, en = "不在有效期内", "Not in force on this day"
        elif has is None:
            zh, en = "金额未登记，请先补录", "Its amount is not on file; enter it first"
        elif has == 0:
            zh, en = "已用完，待补足", "Used up; to be filled up again"
        lines = share_out(rest, has) if has and not zh else {}
        for pk, fen in lines.items():
            rest[pk] -= fen
        forms = {"cash": ("现金", "cash"), "guarantee": ("保函", "guarantee"), "insurance": ("保险", "insurance")}
        form = forms.get(deposit.form, ("", ""))
        offers.append(
            Offer(kind, deposit, " ".join(filter(None, (form[0], deposit.issuer))),
                  " ".join(filter(None, (form[1], deposit.issuer))), has, lines, zh, en)
        )  # fmt: skip
    return offers


def funds_for(region_code: str) -> list[Fund]:
    """The emergency funds of a place: its county's, its city's, its province's, the nearest first."""
    places = nearest_first(region_code)
    rows = Fund.objects.filter(region_code__in=places, active=True).select_related("organisation")
    return sorted(rows, key=lambda fund: (places.index(fund.region_code), fund.pk))


def _funds(case: Case, rest: dict[int, int], at: datetime) -> list[Offer]:
    kind, rule = backstop_kinds()["fund"], fund_rule(case.region_code)
    offers = []
    taken: dict[int, int] = from_funds(case)
    for fund in funds_for(case.region_code):
        has = available_fen(fund, civil_date(at)) or 0
        zh, en = hindrance(case, rule.when, at=at)
        if rule.per_person and fund.per_person_fen is None:
            zh, en = "请先在周转金页面录入月最低工资标准", "First enter the monthly minimum wage on the fund's page"
        over = refused_while_overdrawn(fund, civil_date(at))
        zh, en = over if over[0] else (zh, en)
        has = max(0, has)
        wanted = capped(fund, rule, rest, taken)
        room = share_room(case, rule, taken)
        total = min([has] + ([room] if room is not None else []))
        lines = share_out(wanted, total) if total > 0 and not zh else {}
        bound = ("", "")
        if room is not None and room < min(has, sum(wanted.values())):
            bound = (f"本地规定不超过欠薪总额的{rule.share:.0%}，超出须说明理由报批",
                     f"Local rule: at most {rule.share:.0%} of the arrears; more needs a reason")  # fmt: skip
        elif sum(wanted.values()) < sum(rest.values()):
            bound = ("每人不超过当地月最低工资标准", "Nobody gets more than the monthly minimum wage")
        for pk, fen in lines.items():
            rest[pk] -= fen
            taken[pk] = taken.get(pk, 0) + fen
        offers.append(Offer(kind, fund, fund.name, fund.name, has, lines, zh, en, *bound))
    return offers


def capped(fund: Fund, rule: FundRule, wanted: Mapping[int, int], taken: Mapping[int, int]) -> dict[int, int]:
    """What each may get from a fund by its bound a person, which counts what funds have given him in this case."""
    if not rule.per_person:
        return dict(wanted)
    most = fund.per_person_fen or 0
    sums = {pk: min(fen, most - taken.get(pk, 0)) for pk, fen in wanted.items()}
    return {pk: fen for pk, fen in sums.items() if fen > 0}


def share_room(case: Case, rule: FundRule, taken: Mapping[int, int]) -> int | None:
    """What the usual share leaves of a case's arrears (fen); None where there is no such bound.

    The arrears are what was owed before anybody paid first: what is due to all.
    """
    if rule.share is None:
        return None
    # In whole thousandths: a share such as 0.2 must not lose a fen to binary fractions.
    due = sum(owed_fen(one) for one in standing(case)) + sum(taken.values()) - _still_promised(case)
    return max(0, due * round(rule.share * 1000) // 1000 - sum(taken.values()))


def _still_promised(case: Case) -> int:
    lines = DrawLine.objects.filter(
        claimant__case=case, draw__kind="fund", draw__state__in=KEEPS, given_back_at=None, paid_on=None
    )
    return sum(lines.values_list("amount_fen", flat=True))


def _pledges(case: Case, rest: dict[int, int], at: datetime) -> list[Offer]:
    offers = []
    investment = case.project.investment if case.project else ""
    for key in ("treasury", "parent"):
        kind = backstop_kinds()[key]
        rows = list(Pledge.objects.filter(case=case, kind=key).select_related("organisation").order_by("pk"))
        for pledge in rows:
            has = available_fen(pledge, civil_date(at))
            zh, en = ("", "")
            if has is None:
                zh, en = "已请求，等对方答复金额", "Asked; the sum is awaited"
            elif pledge.amount_fen == 0:
                zh, en = "对方答复不能垫付：" + pledge.note, "It will not advance: " + pledge.note
            else:
                zh, en = refused_while_overdrawn(pledge, civil_date(at))
                has = max(0, has)
            lines = share_out(rest, has) if has else {}
            for pk, fen in lines.items():
                rest[pk] -= fen
            offers.append(Offer(kind, pledge, pledge.payer, pledge.payer, has, lines, zh, en))
        waiting = any(row.answered_at is None for row in rows)
        if investment == kind.investment and not waiting and sum(rest.values()) > 0:
            offers.append(Offer(kind, None, "", "", None, ask=True, office=office_for(case.region_code, kind.office)))
    return offers


def office_for(region_code: str, kind: str) -> Organisation | None:
    """The office of a kind nearest to a place: its county's, else its city's, else its province's."""
    for code in nearest_first(region_code):
        found = Organisation.objects.filter(kind=kind, region_code=code, active=True).order_by("pk").first()
        if found is not None:
            return found
    return None
