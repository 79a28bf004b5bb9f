"""``joint_list.yaml`` read: grounds, states and clocks of the joint-punishment list."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anxin.law.clocks import read_within

FILE = Path(__file__).with_name("joint_list.yaml")
Said = Mapping[str, str]


@dataclass(frozen=True)
class State:
    """Where a listing may stand. ``ending``: good, bad or blank; ``next``: where it may go from here."""

    key: str
    title: Said
    ending: str
    next: tuple[str, ...]


@dataclass(frozen=True)
class ClockKind:
    """A clock. ``whose``: firm (its right runs) or unit (its duty). ``begins``: the day it counts from, blank: now."""

    step: str
    whose: str
    title: Said
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    within: str
    extension: str
    begins: str
    once: bool


@dataclass(frozen=True)
class GroundKind:
    """A ground. ``always``: nobody is proposed without it; ``words``: the file cannot know it, an officer must."""

    key: str
    title: Said
    always: bool
    words: bool


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def _said(one: Mapping[str, Any]) -> Said:
    return {"zh": one["zh"], "en": one["en"]}


def basis() -> Said:
    """The law the list stands on."""
    return _said(_file()["basis"])


@lru_cache(maxsize=1)
def states() -> dict[str, State]:
    """Every state by its key. Raises ValueError when one names a state that is not there."""
    found = {
        key: State(key, _said(one), one.get("ending", ""), tuple(one["next"])) for key, one in _file()["states"].items()
    }
    if strange := {to for state in found.values() for to in state.next} - set(found):
        raise ValueError(f"joint_list.yaml names states it does not have: {sorted(strange)}")
    return found


@lru_cache(maxsize=1)
def clocks() -> tuple[ClockKind, ...]:
    """Every clock. Raises ValueError on a period that cannot be read or a state that is not there."""
    found = []
    for one in _file()["clocks"]:
        for period in filter(None, (one["within"], one.get("extension", ""))):
            read_within(period)
        if strange := set(one["starts"] + one["stops"]) - set(states()):
            raise ValueError(f"joint_list.yaml: the clock {one['step']} names states it does not have: {strange}")
        found.append(
            ClockKind(
                one["step"], one["whose"], _said(one), tuple(one["starts"]), tuple(one["stops"]), one["within"],
                one.get("extension", ""), one.get("from", ""), one.get("once", False),
            )
        )  # fmt: skip
    return tuple(found)


def clock_kind(step: str) -> ClockKind:
    """The clock of a step."""
    return next(kind for kind in clocks() if kind.step == step)


@lru_cache(maxsize=1)
def grounds() -> dict[str, GroundKind]:
    """Every ground by its key."""
    return {
        key: GroundKind(key, _said(one), one.get("always", False), one.get("words", False))
        for key, one in _file()["grounds"].items()
    }


@lru_cache(maxsize=1)
def roles() -> dict[str, Said]:
    """Whom the list names with a firm, by role."""
    return {key: _said(one) for key, one in _file()["roles"].items()}


def lasting_months() -> int:
    """For how many months a firm is on the list."""
    return read_within(_file()["lasts"]).count


def early_months() -> int:
    """After how many months on the list early removal may be asked for."""
    return read_within(_file()["early"]["after"]).count
