"""The registry's tables, one file a subject."""

from anxin.registry.models.funds import AccountUse, Deposit, WageAccount
from anxin.registry.models.papers import BoardText, Paper, PaperKind
from anxin.registry.models.places import Enterprise, Region
from anxin.registry.models.projects import (
    ArrearsReport,
    JointInspection,
    LabourClerk,
    NoticeBoard,
    Participation,
    Pause,
    Project,
    StatusChange,
    Team,
    Touch,
    Training,
)
from anxin.registry.models.workers import Engagement, EntryExit, Worker

__all__ = [
    "AccountUse",
    "ArrearsReport",
    "BoardText",
    "Deposit",
    "Engagement",
    "Enterprise",
    "EntryExit",
    "JointInspection",
    "LabourClerk",
    "NoticeBoard",
    "Paper",
    "PaperKind",
    "Participation",
    "Pause",
    "Project",
    "Region",
    "StatusChange",
    "Team",
    "Touch",
    "Training",
    "WageAccount",
    "Worker",
]
