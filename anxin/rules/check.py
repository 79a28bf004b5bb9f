"""How a check is declared, and what it is given when it runs.

A check is a function from facts to findings. It compares; every number it compares with comes from the pack.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anxin.ledger.facts import Facts

# Units of measures and parameters, as people say them.
UNITS = {
    "day": ("天", "days"),
    "workday": ("个工作日", "working days"),
    "month": ("个月", "months"),
    "worker": ("人", "workers"),
    "percent": ("%", " %"),
    "yuan": ("元", "yuan"),
    "item": ("项", "items"),
    "times": ("倍", "times"),
    "day_of_month": ("日", ""),
    "grade": ("级", "grade"),
    "choice": ("", ""),
}


@dataclass(frozen=True)
class Ask:
    """A number a check asks its pack for: the value it takes when the pack is silent, its unit and its words."""

    default: Any
    unit: str
    zh: str
    en: str
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # a choice and its words, Chinese and English


@dataclass(frozen=True)
class Params:
    """What one rule hands to its check: its values on the day, and the projects it governs.

    ``projects`` are the judged projects (see ``scope.judged``) of the rule's regions, industries and statuses.
    """

    values: Mapping[str, Any]
    projects: Any

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass(frozen=True)
class Check:
    """A declared check: its function, the kind of subject it finds, the unit of its measure, its questions."""

    name: str
    run: Callable[[Facts, Params], Any]
    object: str
    unit: str
    zh: str
    en: str
    asks: Mapping[str, Ask]
    parts: tuple[str, ...]


CHECKS: dict[str, Check] = {}

# Every check that looks at months answers these as well.
LOOK_BACK = Ask(12, "month", "向前回看", "looks back over")
GRACE = Ask(5, "day", "发薪日之后宽限", "grace after the pay-day")
PAY_DAY = Ask(
    31, "day_of_month", "项目未登记发薪日时，按次月该日计", "pay-day in the following month when none is recorded"
)
MIN_DAYS = Ask(1, "day", "当月出勤达到该天数的工人才计入", "counts workers who attended at least")


def check(
    *,
    object: str,
    unit: str,
    zh: str,
    en: str,
    parts: tuple[str, ...] = (),
    **asks: Ask,
) -> Callable[[Callable[[Facts, Params], Any]], Callable[[Facts, Params], Any]]:
    """Declare a check under its function's name. ``zh``/``en`` say what it looks at, as ``rules explain`` prints it."""

    def declare(function: Callable[[Facts, Params], Any]) -> Callable[[Facts, Params], Any]:
        name = function.__name__
        if name in CHECKS:
            raise ValueError(f"Two checks are called {name}")
        CHECKS[name] = Check(name, function, object, unit, zh, en, asks, parts)
        return function

    return declare
