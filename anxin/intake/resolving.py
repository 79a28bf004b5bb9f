"""What a row refers to: project, person, card, account; and the fact it makes once they are found.

A person, project or account that is not known yet is waited for (``Refused`` with ``waits``): the row flows on when the
registry catches up.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from anxin.intake.judging import IDENTITY_WORDS, Refused, amount_of, may_send, not_future, wage_month
from anxin.intake.rows import Arrival, FactRow, MovementRow, PaymentRow, PayrollRow, SwipeRow
from anxin.law.civil import month_of, shift_month
from anxin.registry.actions import card_token, identity_blind
from anxin.registry.models import AccountUse, Engagement, Project
from anxin.vault.fields import blind, mask_text
from anxin.vault.identity import identity_problem, normal_identity


@dataclasses.dataclass
class Lookup:
    """What a batch refers to, fetched in a few queries."""

    projects: dict[str, Project]
    people: dict[tuple[int, bytes], int]  # (project, identity blind) → worker
    cards: dict[str, list[tuple[int, int]]]  # card token → [(project, worker)]
    accounts: dict[bytes, tuple[int, list[int]]]  # number blind → (account, projects that use it)
    blinds: dict[tuple[str, str], bytes]


def _chunks(values: Sequence[Any], size: int = 900) -> list[Sequence[Any]]:
    return [values[i : i + size] for i in range(0, len(values), size)]


def look_up(rows: Sequence[FactRow]) -> Lookup:
    """Fetch what rows of one kind refer to, nine hundred at a time."""
    blinds: dict[tuple[str, str], bytes] = {}
    tokens: set[str] = set()
    account_numbers: set[str] = set()
    for row in rows:
        number = getattr(row, "id_number", "")
        if number:
            person = (row.id_type, number)  # type: ignore[union-attr]
            if person not in blinds:
                blinds[person] = identity_blind(number, person[0])
        elif isinstance(row, PaymentRow | PayrollRow) and row.card_number:
            tokens.add(card_token(row.card_number))
        if isinstance(row, PaymentRow | MovementRow) and row.account_number:
            account_numbers.add("".join(row.account_number.split()))
    accounts: dict[bytes, tuple[int, list[int]]] = {}
    for chunk in _chunks([blind("account", n) for n in account_numbers]):
        uses = AccountUse.objects.filter(account__number_blind__in=chunk)
        for key, account, project in uses.values_list("account__number_blind", "account_id", "project_id"):
            accounts.setdefault(bytes(key), (account, []))[1].append(project)
    projects: dict[str, Project] = {}
    for chunk in _chunks(list({row.project_code for row in rows if row.project_code})):
        projects.update({p.code: p for p in Project.objects.filter(code__in=chunk)})
    used = [p for _, ids in accounts.values() for p in ids]
    for chunk in _chunks(used):
        projects.update({p.code: p for p in Project.objects.filter(pk__in=chunk)})
    people: dict[tuple[int, bytes], int] = {}
    for chunk in _chunks(list(set(blinds.values()))):
        found = Engagement.objects.filter(worker__id_blind__in=chunk)
        for project, key, worker in found.values_list("project_id", "worker__id_blind", "worker_id"):
            people[(project, bytes(key))] = worker
    cards: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for chunk in _chunks(list(tokens)):
        engaged = Engagement.objects.filter(card_token__in=chunk)
        for token, project, worker in engaged.values_list("card_token", "project_id", "worker_id"):
            cards[token].append((project, worker))
    return Lookup(projects, people, cards, accounts, blinds)


def _own_project(row: FactRow, known: Lookup, arrival: Arrival) -> Project:
    """The project a row names, when its sender may speak for it; one that is not registered yet is waited for."""
    project = known.projects.get(row.project_code)
    if project is None:
        if arrival.sender is not None and arrival.sender.project_id is not None:
            raise Refused("projectCode", "不属于该账号!", "is not this sender's project")
        raise Refused(
            "projectCode",
            "项目不存在,已暂存,项目登记后自动入账!",
            "is not registered yet; the row waits until it is",
            waits=True,
        )
    if not may_send(arrival.sender, project):
        raise Refused("projectCode", "不属于该账号!", "is not this sender's project")
    return project


def _person(row: SwipeRow | PayrollRow | PaymentRow, project: Project, known: Lookup) -> int:
    if isinstance(row, PayrollRow) and not row.id_number and row.card_number:
        return _holder(row, project, known)
    problem = identity_problem(normal_identity(row.id_number), row.id_type)
    if problem:
        raise Refused("idCardNumber", *IDENTITY_WORDS[problem])
    key = known.blinds[(row.id_type, row.id_number)]
    worker = known.people.get((project.pk, key))
    if worker is None:
        raise Refused(
            "idCardNumber",
            "项目中不存在该工人,已暂存,花名册补报后自动入账!",
            "is not on the project's roster; the row waits until it is",
            waits=True,
            key=key,
        )
    return worker


def _holder(row: PayrollRow, project: Project, known: Lookup) -> int:
    """The worker of a wage sheet that names only cards (the national template has no identity column)."""
    token = card_token(row.card_number)
    holders = {worker for on, worker in known.cards.get(token, []) if on == project.pk}
    if len(holders) != 1:
        word = (
            ("工资卡对应多名工人,请补填证件号码!", "fits several workers; add the identity number")
            if holders
            else (
                "花名册中没有此工资卡,已暂存,花名册补报后自动入账!",
                "is on no worker of the project's roster; the row waits until it is",
            )
        )
        raise Refused("payRollBankCardNumber", *word, waits=not holders, key=bytes.fromhex(token))
    return holders.pop()


def _swipe(row: SwipeRow, known: Lookup, by_id: dict[int, Project], arrival: Arrival, today: date) -> dict[str, Any]:
    project = _own_project(row, known, arrival)
    not_future(row.passed_at.date(), today, "date")
    return {
        "project_id": project.pk,
        "worker_id": _person(row, project, known),
        "team_no": row.team_no,
        "passed_at": row.passed_at,
        "direction": row.direction,
        "way": row.way,
        "device": row.device,
        "month": month_of(row.passed_at.date()),
    }


def _payroll(
    row: PayrollRow, known: Lookup, by_id: dict[int, Project], arrival: Arrival, today: date
) -> dict[str, Any]:
    project = _own_project(row, known, arrival)
    month = wage_month(row.month, "payMonth", today)
    if row.paid_on is not None and row.paid_on > today:
        raise Refused("balanceDate", "发放日期不能大于今天", "lies in the future")
    return {
        "project_id": project.pk,
        "worker_id": _person(row, project, known),
        "team_no": row.team_no,
        "month": month,
        "sheet": row.sheet,
        "days": row.days,
        "hours": row.hours,
        "due_fen": amount_of(row.due_fen, "totalPayAmount"),
        "paid_fen": amount_of(row.paid_fen, "actualAmount"),
        "back_pay": row.back_pay,
        "paid_on": row.paid_on,
        "card_token": card_token(row.card_number) or None,
        "bank_code": row.bank_code,
    }


def _account_project(
    row: PaymentRow | MovementRow, known: Lookup, by_id: dict[int, Project], arrival: Arrival
) -> tuple[int | None, list[Project]]:
    """The account, and the projects the row may belong to: the named one, or those that use the account."""
    number = "".join(row.account_number.split())
    key = blind("account", number) if number else b""
    account, uses = known.accounts.get(key, (None, []))
    if number and account is None:
        raise Refused(
            "account",
            "专户未登记,已暂存,专户登记后自动入账!",
            "is not a registered wage account; the row waits until it is",
            waits=True,
            key=key,
        )
    if row.project_code:
        project = _own_project(row, known, arrival)
        if account is not None and project.pk not in uses:
            raise Refused("account", "该专户不属于该项目!", "is not this project's wage account")
        return account, [project]
    candidates = [by_id[p] for p in uses if may_send(arrival.sender, by_id[p])]
    if not candidates:
        raise Refused("account", "不属于该账号!", "is not this sender's to report on")
    return account, candidates


def _payment(
    row: PaymentRow, known: Lookup, by_id: dict[int, Project], arrival: Arrival, today: date
) -> dict[str, Any]:
    account, candidates = _account_project(row, known, by_id, arrival)
    not_future(row.paid_on, today, "paidOn")
    allowed = {p.pk: p for p in candidates}
    token = card_token(row.card_number)
    if row.id_number:
        problem = identity_problem(normal_identity(row.id_number), row.id_type)
        if problem:
            raise Refused("idCardNumber", *IDENTITY_WORDS[problem])
        key = known.blinds[(row.id_type, row.id_number)]
        found = [(p, known.people[(p, key)]) for p in allowed if (p, key) in known.people]
    else:
        key = bytes.fromhex(token)
        found = [pair for pair in known.cards.get(token, []) if pair[0] in allowed]
    if len(found) != 1:
        word = (
            ("收款人与花名册不符,已暂存待匹配!", "payee is not on the roster; the row waits to be matched")
            if not found
            else (
                "收款人对应多名工人,已暂存待人工匹配!",
                "payee fits several workers; the row waits to be matched",
            )
        )
        raise Refused("payee", *word, waits=True, key=key)
    project_id, worker_id = found[0]
    return {
        "project_id": project_id,
        "worker_id": worker_id,
        # Without a wage month the payment is taken for the month before it was paid, as the field pays in arrears.
        "month": wage_month(row.month, "month", today) if row.month else shift_month(month_of(row.paid_on), -1),
        "reference": row.reference,
        "account_id": account,
        "amount_fen": amount_of(row.amount_fen, "amount"),
        "status": row.status,
        "reason": mask_text(row.reason),
        "paid_on": row.paid_on,
        "card_token": token or None,
        "route": row.route,
    }


def _movement(
    row: MovementRow, known: Lookup, by_id: dict[int, Project], arrival: Arrival, today: date
) -> dict[str, Any]:
    account, candidates = _account_project(row, known, by_id, arrival)
    not_future(row.booked_on, today, "bookedOn")
    if len(candidates) > 1:
        raise Refused(
            "account",
            "专户对应多个项目,请注明项目编码,已暂存!",
            "serves several projects; name the project code, the row waits",
            waits=True,
            key=blind("account", "".join(row.account_number.split())),
        )
    return {
        "project_id": candidates[0].pk,
        "account_id": account,
        "reference": row.reference,
        "booked_on": row.booked_on,
        "direction": row.direction,
        "kind": row.kind,
        "amount_fen": amount_of(row.amount_fen, "amount"),
        "balance_fen": row.balance_fen,
        "counterparty": mask_text(row.counterparty),
        "month": month_of(row.booked_on),
    }


# The ledger's table of each kind of row, and what makes its facts.
KINDS: dict[type, tuple[str, Any]] = {
    SwipeRow: ("swipes", _swipe),
    PayrollRow: ("payroll", _payroll),
    PaymentRow: ("payments", _payment),
    MovementRow: ("movements", _movement),
}
