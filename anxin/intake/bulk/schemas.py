"""What the API documentation shows: the columns of each endpoint and the answers. Rows are read by ``endpoints``."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

_Project = Annotated[
    str,
    Field(
        default="", max_length=64, description="Project code 项目编码; may be missing when the sender has one project."
    ),
]
_Kind = Annotated[str, Field(default="01", description="Identity-document type 证件类型; 01 resident card.")]
_Number = Annotated[str, Field(description="Identity number 证件号码, as text.", examples=["990000198506010010"])]
_Card = Annotated[str, Field(default="", description="Wage card 工资卡号, as text.")]
_Team = Annotated[int | None, Field(default=None, description="Team number teamSysNo 班组编号.")]
_Fen = Annotated[int | None, Field(default=None, ge=0, description="Fen 分; either this or the column in yuan.")]
_Yuan = Annotated[str | None, Field(default=None, description="Yuan 元, as text or number.", examples=["6500.00"])]


class AttendanceRow(Schema):
    """One passing of the gate 考勤. Natural key: project, person, passed_at; a repeat is the same fact."""

    project_code: _Project
    id_type: _Kind
    id_number: _Number
    passed_at: datetime = Field(description="yyyy-MM-dd HH:mm:ss in Asia/Shanghai, or with an offset; or a timestamp.")
    direction: str = Field("unknown", description="in, out or unknown; 01/02, 1/2, 进/出 are understood.")
    way: str = Field("", description="attendType 通行方式, 001 to 011 or 1 to 11.")
    device: str = Field("", max_length=64)
    team_no: _Team


class PayrollRow(Schema):
    """One worker's line on a wage sheet 工资表. Natural key: project, person, team_no, month, sheet."""

    project_code: _Project
    id_type: _Kind
    id_number: str = Field("", description="Identity number 证件号码; this or card_number must be there.")
    team_no: _Team
    month: str = Field(description="Wage month 工资月份.", examples=["2026-03"])
    sheet: str = Field("", max_length=64, description="The sender's own sheet number 工资单编号.")
    days: float | None = Field(None, ge=0)
    hours: float | None = Field(None, ge=0)
    due_fen: _Fen
    due: _Yuan
    paid_fen: _Fen
    paid: _Yuan
    back_pay: bool = Field(False, description="Whether arrears are made good 补发.")
    paid_on: date | None = None
    card_number: _Card
    bank_code: str = Field("", max_length=12)


class PaymentRow(Schema):
    """One payout as the bank reports it 代发结果. Natural key: project, account, reference."""

    project_code: _Project
    reference: str = Field(max_length=100, description="The bank's own reference 流水号.")
    account_number: str = Field("", description="Paying wage account 专户账号; this or project_code must be there.")
    id_type: _Kind
    id_number: str = Field("", description="Identity number of the payee; this or card_number must be there.")
    card_number: _Card
    payee: str = Field("", max_length=100)
    amount_fen: _Fen
    amount: _Yuan
    status: str = Field(description="paid or failed.", examples=["paid"])
    reason: str = Field("", max_length=200, description="Why it failed.")
    paid_on: date
    month: str = Field("", description="Wage month; missing means the month before paid_on.")
    route: str = Field("account", description="account, or offline for pay outside the wage account.")


class MovementRow(Schema):
    """One booking on a wage account 专户流水, or a balance. Natural key: project, account, reference."""

    project_code: _Project
    reference: str = Field(max_length=100)
    account_number: str
    booked_on: date
    direction: str = Field(description="credit or debit.", examples=["credit"])
    kind: str = Field("other", description="labour_fee, payout, return, other or balance.")
    amount_fen: _Fen
    amount: _Yuan
    balance_fen: int | None = Field(None, description="Balance after the booking, fen.")
    balance: _Yuan
    counterparty: str = Field("", max_length=200)


class RowFault(Schema):
    """Why a row was not taken, or what it waits for. ``row`` counts from 1 in the order of the batch."""

    row: int | None
    field: str | None
    reason: str
    reason_en: str


class BatchAnswer(Schema):
    """What became of a batch. Refused rows must be corrected and sent again; waiting rows flow on by themselves."""

    accepted: int
    refused: list[RowFault]
    waiting: list[RowFault]
    receipt: str


class ReceiptAnswer(Schema):
    """One call that was taken in. ``status``: 0 waiting, 10 failed, 20 done."""

    serial: str
    method: str
    received_at: datetime
    status: int
    accepted: int
    refused: int
    waiting: int


class HeldAnswer(Schema):
    """A row that was refused or waits. ``place`` names it in the sender's own terms. ``times``: how often it came so
    far; of equal rows the latest stands in the queue and those before it are ``repeated``."""

    id: int
    kind: str
    project_code: str
    place: str
    row: int | None
    field: str | None
    status: str
    reason: str
    reason_en: str
    received_at: datetime
    settled_at: datetime | None
    receipt: str | None
    times: int


class HeldPage(Schema):
    """A page of held rows, newest first; ask again with ``before`` for the next, null at the end."""

    items: list[HeldAnswer]
    before: int | None


class Fault(Schema):
    """Why a call was turned away: a code for programs, words for people."""

    code: str
    reason: str
    reason_en: str


def request_body(row: type[Schema]) -> dict[str, Any]:
    """The body of an endpoint in each of its formats."""
    line = row.model_json_schema()
    binary = {"schema": {"type": "string", "format": "binary", "description": f"Columns as in {row.__name__}."}}
    return {
        "required": True,
        "description": f"{row.__doc__} At most 50,000 rows.",
        "content": {
            "application/x-ndjson": {"schema": line},
            "application/vnd.apache.parquet": binary,
            "application/vnd.apache.arrow.stream": binary,
            "application/vnd.apache.arrow.file": binary,
        },
    }


def _header(name: str, said: str, *, required: bool = True) -> dict[str, Any]:
    return {"in": "header", "name": name, "required": required, "schema": {"type": "string"}, "description": said}


SIGNING = [
    _header("X-Appid", "The sender's appid."),
    _header("X-Timestamp", "Seconds since 1970; at most ten minutes from the server's clock."),
]
SENDING = [
    *SIGNING,
    _header("Idempotency-Key", "1 to 200 characters. The same key and body get the first answer again."),
    _header("Content-Encoding", "gzip or zstd.", required=False),
]
READING = [*SIGNING, _header("X-Protocol", "bulk (default), national or cwr.", required=False)]
