"""The room's tables, one file a subject."""

from anxin.cases.models.cases import (
    Case,
    CaseClock,
    CaseEvent,
    CaseTask,
    ClockStop,
    Lane,
    Liable,
    Matter,
    Verification,
)
from anxin.cases.models.claims import (
    Answer,
    Claim,
    Claimant,
    ClaimDoor,
    ClaimStay,
    Consent,
    Exhibit,
    Message,
    Ticket,
    WageReceived,
)
from anxin.cases.models.doors import ClueFile, EmployerName
from anxin.cases.models.drafts import CodeTry, Draft
from anxin.cases.models.leavers import LeaverAsk
from anxin.cases.models.work import CaseRung, Contact

__all__ = [
    "Answer",
    "Case",
    "CaseClock",
    "CaseEvent",
    "CaseRung",
    "CaseTask",
    "Claim",
    "ClaimDoor",
    "ClaimStay",
    "Claimant",
    "ClockStop",
    "ClueFile",
    "CodeTry",
    "Consent",
    "Contact",
    "Draft",
    "EmployerName",
    "Exhibit",
    "Lane",
    "LeaverAsk",
    "Liable",
    "Matter",
    "Message",
    "Ticket",
    "Verification",
    "WageReceived",
]
