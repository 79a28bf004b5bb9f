"""The watch room's tables, one file a subject."""

from anxin.watch.models.handling import ClockChange, Demand, Escalation, Handling, HelperTask, Objection, Snooze
from anxin.watch.models.inspections import InspectionTask
from anxin.watch.models.pauses import PauseRequest
from anxin.watch.models.reminders import Reminded
from anxin.watch.models.warnings import Judged, Sweep, Warning, WarningEvent

__all__ = [
    "ClockChange",
    "Demand",
    "Escalation",
    "Handling",
    "HelperTask",
    "InspectionTask",
    "Objection",
    "Judged",
    "PauseRequest",
    "Reminded",
    "Snooze",
    "Sweep",
    "Warning",
    "WarningEvent",
]
