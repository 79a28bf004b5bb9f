"""What a door makes of a message before it is admitted: plain rows with the sender's own references.

``place`` names the row in the sender's terms, e.g. ``[dataList][0]`` or ``Sheet1!12``; a fault in a field adds
``[date]``. Money is fen, moments are naive civil time in Asia/Shanghai, months are ``YYYY-MM``.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from anxin.intake.models import Receipt, Sender, Upload
from anxin.vault.identity import RESIDENT


@dataclass(slots=True)
class SwipeRow:
    """One passing of the gate."""

    place: str
    project_code: str
    id_number: str = field(repr=False)
    passed_at: datetime
    direction: str = "unknown"  # in | out | unknown
    id_type: str = RESIDENT
    team_no: int | None = None
    way: str = ""
    device: str = ""


@dataclass(slots=True)
class PayrollRow:
    """One worker's line on a wage sheet."""

    place: str
    project_code: str
    id_number: str = field(repr=False)
    month: str
    sheet: str
    due_fen: int
    paid_fen: int
    id_type: str = RESIDENT
    team_no: int | None = None
    days: float | None = None
    hours: float | None = None
    back_pay: bool = False
    paid_on: date | None = None
    card_number: str = field(default="", repr=False)
    bank_code: str = ""


@dataclass(slots=True)
class PaymentRow:
    """One payout as the bank reports it. The person is known by identity number or by card, the project by code
    or by the paying account; whatever is missing is searched for."""

    place: str
    reference: str
    amount_fen: int
    status: str  # paid | failed
    paid_on: date
    project_code: str = ""
    account_number: str = field(default="", repr=False)
    id_number: str = field(default="", repr=False)
    card_number: str = field(default="", repr=False)
    payee: str = field(default="", repr=False)
    month: str = ""
    reason: str = ""
    id_type: str = RESIDENT
    route: str = "account"  # account | offline


@dataclass(slots=True)
class MovementRow:
    """One booking on a wage account, or a balance (kind ``balance``, amount 0)."""

    place: str
    reference: str
    booked_on: date
    account_number: str = field(repr=False)
    direction: str  # credit | debit
    kind: str  # labour_fee | payout | return | other | balance
    amount_fen: int
    balance_fen: int | None = None
    counterparty: str = field(default="", repr=False)
    project_code: str = ""


FactRow = SwipeRow | PayrollRow | PaymentRow | MovementRow


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where rows came from: a sender's call, an uploaded file, or an operator's import (``source`` says which)."""

    source: str
    at: datetime
    sender: Sender | None = None
    receipt: Receipt | None = None
    upload: Upload | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row was not taken. ``place`` includes the field; ``row`` is the row as received (sealed before it is
    kept); ``blind`` the person or account a waiting row waits for."""

    place: str
    reason: str
    reason_en: str
    row: dict[str, Any] = field(repr=False)
    waits: bool = False
    blind: bytes = b""
    project_code: str = ""


@dataclass(slots=True)
class Admission:
    """What became of a batch."""

    accepted: int
    faults: list[Fault]

    @property
    def refused(self) -> list[Fault]:
        """Rows that must be corrected and sent again."""
        return [f for f in self.faults if not f.waits]

    @property
    def waiting(self) -> list[Fault]:
        """Rows kept until the roster, the project or the account arrives."""
        return [f for f in self.faults if f.waits]
