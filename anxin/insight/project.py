"""One project as an officer reads it: parties, the five institutions, pauses, changes of status.

Nothing here asks who may read it; the page does, before it calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Max, Min, Q

from anxin.insight.project_months import MonthFigures
from anxin.registry.models import Deposit, LabourClerk, Participation, Project

GOOD, PARTIAL, MISSING, IDLE = "good", "partial", "missing", "idle"
INSTITUTIONS = ("real_name", "account", "deposit", "payment", "board")
DEVELOPER, CONTRACTOR = "008", "009"
_DAYS_WITHOUT_ATTENDANCE = 7


@dataclass(frozen=True, slots=True)
class Institution:
    """One of the five institutions 五项制度 on a project.

    ``state``: good, partial, missing, or idle where there is nothing to judge yet. ``since``: the day it has been in
    place. ``lacks``: what is missing, as words' keys with the numbers that belong into the sentence. ``facts``: what
    there is, the same way.
    """

    key: str
    state: str
    since: date | None
    lacks: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    facts: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)


def _judge(
    key: str,
    since: date | None,
    there: bool,
    lacks: list[tuple[str, Mapping[str, object]]],
    facts: list[tuple[str, Mapping[str, object]]],
) -> Institution:
    state = MISSING if not there else PARTIAL if lacks else GOOD
    return Institution(key, state, since, lacks, facts)


def _real_name(project: Project, as_of: date, last_attended: date | None) -> Institution:
    on_site = Q(left_on=None) | Q(left_on__gte=as_of)
    roster = project.engagements.aggregate(
        total=Count("id"),
        first=Min("entered_on"),
        present=Count("id", filter=on_site),
        uncontracted=Count("id", filter=on_site & Q(contract_kind="", contract_from=None, role="20")),
        cardless=Count("id", filter=on_site & Q(card_token="", role="20")),
    )
    lacks: list[tuple[str, Mapping[str, object]]] = []
    if not roster["total"]:
        lacks.append(("roster", {}))
    if roster["uncontracted"]:
        lacks.append(("contracts", {"count": roster["uncontracted"], "base": roster["present"]}))
    if roster["cardless"]:
        lacks.append(("cards", {"count": roster["cardless"], "base": roster["present"]}))
    silent = (as_of - last_attended).days if last_attended else None
    if project.status == "active" and roster["present"] and (silent is None or silent > _DAYS_WITHOUT_ATTENDANCE):
        lacks.append(("attendance", {"days": silent}) if silent is not None else ("attendance_ever", {}))
    facts: list[tuple[str, Mapping[str, object]]] = []
    if roster["total"]:
        facts.append(("roster", {"present": roster["present"], "total": roster["total"]}))
    if last_attended:
        facts.append(("last_attended", {"day": last_attended}))
    return _judge("real_name", roster["first"], bool(roster["total"]), lacks, facts)


def _account(project: Project, judged: MonthFigures | None, inflow_fen: int | None) -> Institution:
    uses = list(
        project.account_uses.filter(closed_on=None)
        .select_related("account")
        .order_by("uploaded_on")
        .defer("account__number_blind")
    )
    lacks: list[tuple[str, Mapping[str, object]]] = []
    facts: list[tuple[str, Mapping[str, object]]] = []
    if not uses:
        return _judge("account", None, False, [("account", {})], [])
    if all(use.agreement_on is None for use in uses):
        lacks.append(("agreement", {}))
    for use in uses:
        account = use.account
        if account.verified == "no":
            lacks.append(("verification", {"reason": account.verify_reason}))
        facts.append(("bank", {"bank": account.bank_name or account.bank_code}))
        if account.balance_fen is not None:
            facts.append(("balance", {"fen": account.balance_fen, "day": account.balance_on}))
        if use.agreement_on:
            facts.append(("agreement", {"day": use.agreement_on}))
    if judged is not None and judged.attended and not inflow_fen:
        lacks.append(("inflow", {"month": judged.month}))
    return _judge("account", uses[0].account.opened_on or uses[0].uploaded_on, True, lacks, facts)


def _deposit(deposits: list[Deposit], as_of: date) -> Institution:
    valid = [d for d in deposits if d.valid_to is None or d.valid_to >= as_of]
    if not valid:
        ended = max((d.valid_to for d in deposits if d.valid_to), default=None)
        lack = ("expired", {"day": ended}) if ended else ("deposit", {})
        return _judge("deposit", None, False, [lack], [])
    first = valid[0]
    facts: list[tuple[str, Mapping[str, object]]] = [("deposit_form", {"form": first.form})]
    if first.amount_fen:
        facts.append(("deposit_amount", {"fen": sum(d.amount_fen or 0 for d in valid)}))
    if first.valid_to:
        facts.append(("valid_to", {"day": max(d.valid_to for d in valid if d.valid_to)}))
    return _judge("deposit", first.valid_from or first.recorded_on, True, [], facts)


def _payment(months: list[MonthFigures], judged: MonthFigures | None, first_paid_on: date | None) -> Institution:
    facts: list[tuple[str, Mapping[str, object]]] = []
    last = next((m for m in reversed(months) if m.paid), None)
    if last:
        facts.append(("last_paid", {"month": last.month, "count": last.paid, "fen": last.paid_fen}))
    if judged is None or not (judged.attended or judged.lines):
        return Institution("payment", IDLE, first_paid_on, [], [*facts, ("nothing_due", {})])
    lacks: list[tuple[str, Mapping[str, object]]] = []
    if judged.unpaid:
        lacks.append(("unpaid", {"month": judged.month, "count": judged.unpaid, "base": judged.attended}))
    if judged.failed:
        lacks.append(("failed", {"month": judged.month, "count": judged.failed}))
    if judged.missing_fen:
        lacks.append(("short", {"month": judged.month, "fen": judged.missing_fen}))
    return _judge("payment", first_paid_on, bool(judged.paid), lacks, facts)


def five_institutions(
    project: Project,
    *,
    as_of: date,
    months: list[MonthFigures],
    judged: MonthFigures | None,
    inflow_fen: int | None = None,
    last_attended: date | None = None,
    first_paid_on: date | None = None,
) -> list[Institution]:
    """The five institutions at a glance. ``judged`` is the last month whose wages should be paid by now,
    ``inflow_fen`` the labour fee the account received since that month began."""
    deposits = list(project.deposits.order_by("valid_from", "recorded_on"))
    board = project.boards.aggregate(first=Min("posted_on"), last=Max("posted_on"))
    facts: list[tuple[str, Mapping[str, object]]] = [("board", {"day": board["last"]})] if board["last"] else []
    lacks: list[tuple[str, Mapping[str, object]]] = [] if board["last"] else [("board", {})]
    return [
        _real_name(project, as_of, last_attended),
        _account(project, judged, inflow_fen),
        _deposit(deposits, as_of),
        _payment(months, judged, first_paid_on),
        _judge("board", board["first"], bool(board["first"]), lacks, facts),
    ]


@dataclass(frozen=True, slots=True)
class Parties:
    """Who takes part: companies other than developer and contractor, with the heads on their rosters."""

    others: list[tuple[Participation, int]]
    clerk: LabourClerk | None


def parties(project: Project, *, as_of: date) -> Parties:
    """Companies and labour clerk of a project."""
    heads = dict(
        project.engagements.filter(Q(left_on=None) | Q(left_on__gte=as_of))
        .values_list("enterprise_id")
        .annotate(heads=Count("id"))
        .order_by()
    )
    others = [
        (part, heads.get(part.enterprise_id, 0))
        for part in project.participations.select_related("enterprise").order_by("role", "enterprise__name")
        if part.enterprise_id not in {project.contractor_id, project.developer_id}
    ]
    clerk = project.clerks.filter(until_on=None).order_by("-since_on").first()
    return Parties(others, clerk)
