"""The columns of each endpoint, and how a row of them becomes a row for admission."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from anxin.intake.bulk import fields
from anxin.intake.bulk.fields import Field, Problem
from anxin.intake.rows import FactRow, MovementRow, PaymentRow, PayrollRow, SwipeRow
from anxin.vault.identity import RESIDENT

Record = dict[str, Any]

_PROJECT = Field("project_code", fields.text(64), default="")
_ID_TYPE = Field("id_type", fields.id_type, default=RESIDENT)
_TEAM = Field("team_no", fields.team)
_CARD = Field("card_number", fields.digits(40), default="")
_STATUS = fields.one_of(
    {"paid": "paid", "success": "paid", "成功": "paid", "failed": "failed", "fail": "failed", "失败": "failed"},
    "paid, failed",
)
_SIDE = fields.one_of(
    {"credit": "credit", "c": "credit", "贷": "credit", "debit": "debit", "d": "debit", "借": "debit"},
    "credit, debit",
)
_KIND = fields.one_of(
    {kind: kind for kind in ("labour_fee", "payout", "return", "other", "balance")},
    "labour_fee, payout, return, other, balance",
)
_ROUTE = fields.one_of({"account": "account", "offline": "offline"}, "account, offline")


@dataclass(frozen=True)
class Endpoint:
    """One kind of batch: ``table`` of the ledger, columns, how a read row is built, and our names for the fields
    that admission speaks of."""

    name: str
    table: str
    fields: tuple[Field, ...]
    build: Callable[[Record], FactRow]
    names: dict[str, str]

    @property
    def columns(self) -> list[str]:
        return [field.name for field in self.fields]

    def row(self, record: Record, *, place: str, own_project: str) -> FactRow:
        """A row for admission. Raises Misread for the first value that cannot be used."""
        read: Record = {}
        for field in self.fields:
            try:
                read[field.name] = field.value(record.get(field.name))
            except Problem as problem:
                raise Misread(field.name, problem) from None
        read["project_code"] = read["project_code"] or own_project
        read["place"] = place
        return self.build(read)


class Misread(Exception):
    """A field that could not be read."""

    def __init__(self, field: str, problem: Problem) -> None:
        super().__init__(field)
        self.field, self.reason, self.reason_en = field, problem.reason, problem.reason_en


def missing(field: str) -> Misread:
    """A field that must be there is not."""
    return Misread(field, Problem("不能为空!", "is missing"))


def amount(read: Record, in_fen: str, in_yuan: str, *, required: bool) -> int | None:
    """An amount that stands in one of two columns, fen before yuan."""
    found: int | None = read[in_fen] if read[in_fen] is not None else read[in_yuan]
    if found is None and required:
        raise missing(in_fen)
    return found


def _with_project(read: Record) -> Record:
    if not read["project_code"]:
        raise missing("project_code")
    return read


def _swipe(read: Record) -> SwipeRow:
    return SwipeRow(**_with_project(read))


def _payroll(read: Record) -> PayrollRow:
    _with_project(read)
    due, paid = amount(read, "due_fen", "due", required=True), amount(read, "paid_fen", "paid", required=False)
    if not read["id_number"] and not read["card_number"]:
        raise missing("id_number")
    kept = {key: value for key, value in read.items() if key not in {"due", "paid"}}
    return PayrollRow(**{**kept, "due_fen": due, "paid_fen": paid or 0})


def _payment(read: Record) -> PaymentRow:
    sum_fen = amount(read, "amount_fen", "amount", required=True)
    if not read["project_code"] and not read["account_number"]:
        raise missing("account_number")
    if not read["id_number"] and not read["card_number"]:
        raise missing("id_number")
    kept = {key: value for key, value in read.items() if key != "amount"}
    return PaymentRow(**{**kept, "amount_fen": sum_fen})


def _movement(read: Record) -> MovementRow:
    sum_fen = amount(read, "amount_fen", "amount", required=read["kind"] != "balance")
    balance = amount(read, "balance_fen", "balance", required=False)
    if balance is not None and abs(balance) > 10**15:
        raise Misread("balance_fen", Problem("金额过大,请核对!", "is too large to be right"))
    kept = {key: value for key, value in read.items() if key not in {"amount", "balance"}}
    return MovementRow(**{**kept, "amount_fen": sum_fen or 0, "balance_fen": balance})


ATTENDANCE = Endpoint(
    name="attendance",
    table="swipes",
    fields=(
        _PROJECT,
        _ID_TYPE,
        Field("id_number", fields.digits(40), required=True),
        Field("passed_at", fields.moment, required=True),
        Field("direction", fields.direction, default="unknown"),
        Field("way", fields.way, default=""),
        Field("device", fields.text(64), default=""),
        _TEAM,
    ),
    build=_swipe,
    names={"projectCode": "project_code", "idCardNumber": "id_number", "date": "passed_at"},
)
PAYROLL = Endpoint(
    name="payroll",
    table="payroll",
    fields=(
        _PROJECT,
        _ID_TYPE,
        Field("id_number", fields.digits(40), default=""),
        _TEAM,
        Field("month", fields.month, required=True),
        Field("sheet", fields.text(64), default=""),
        Field("days", fields.quantity),
        Field("hours", fields.quantity),
        Field("due_fen", fields.fen),
        Field("due", fields.yuan),
        Field("paid_fen", fields.fen),
        Field("paid", fields.yuan),
        Field("back_pay", fields.flag, default=False),
        Field("paid_on", fields.day),
        _CARD,
        Field("bank_code", fields.text(12), default=""),
    ),
    build=_payroll,
    names={
        "projectCode": "project_code",
        "idCardNumber": "id_number",
        "payMonth": "month",
        "totalPayAmount": "due_fen",
        "actualAmount": "paid_fen",
        "balanceDate": "paid_on",
        "payRollBankCardNumber": "card_number",
    },
)
PAYMENTS = Endpoint(
    name="payments",
    table="payments",
    fields=(
        _PROJECT,
        Field("reference", fields.text(100), required=True),
        Field("account_number", fields.digits(40), default=""),
        _ID_TYPE,
        Field("id_number", fields.digits(40), default=""),
        _CARD,
        Field("payee", fields.text(100), default=""),
        Field("amount_fen", fields.fen),
        Field("amount", fields.yuan),
        Field("status", _STATUS, required=True),
        Field("reason", fields.text(200), default=""),
        Field("paid_on", fields.day, required=True),
        Field("month", fields.month, default=""),
        Field("route", _ROUTE, default="account"),
    ),
    build=_payment,
    names={
        "projectCode": "project_code",
        "idCardNumber": "id_number",
        "account": "account_number",
        "paidOn": "paid_on",
        "amount": "amount_fen",
        "payee": "id_number",
    },
)
MOVEMENTS = Endpoint(
    name="account-movements",
    table="movements",
    fields=(
        _PROJECT,
        Field("reference", fields.text(100), required=True),
        Field("account_number", fields.digits(40), required=True),
        Field("booked_on", fields.day, required=True),
        Field("direction", _SIDE, required=True),
        Field("kind", _KIND, default="other"),
        Field("amount_fen", fields.fen),
        Field("amount", fields.yuan),
        Field("balance_fen", fields.fen),
        Field("balance", fields.yuan),
        Field("counterparty", fields.text(200), default=""),
    ),
    build=_movement,
    names={
        "projectCode": "project_code",
        "account": "account_number",
        "bookedOn": "booked_on",
        "amount": "amount_fen",
    },
)
ENDPOINTS = {endpoint.name: endpoint for endpoint in (ATTENDANCE, PAYROLL, PAYMENTS, MOVEMENTS)}
