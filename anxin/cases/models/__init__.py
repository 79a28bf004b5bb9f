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
    Consent,
    Exhibit,
    Message,
    Ticket,
    WageReceived,
)
from anxin.cases.models.drafts import CodeTry, Draft

__all__ = [
    "Answer",
    "Case",
    "CaseClock",
    "CaseEvent",
    "CaseTask",
    "Claim",
    "ClaimDoor",
    "Claimant",
    "ClockStop",
    "CodeTry",
    "Consent",
    "Draft",
    "Exhibit",
    "Lane",
    "Liable",
    "Matter",
    "Message",
    "Ticket",
    "Verification",
    "WageReceived",
]
