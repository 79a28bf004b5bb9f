"""The procedure of a case as data: states and moves, clocks, conclusions, the liability chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anxin.law.civil import civil_date
from anxin.law.clocks import read_within
from anxin.registry.regions import nearest_first

FILE = Path(__file__).with_name("procedure.yaml")


@dataclass(frozen=True)
class State:
    """Where a case may stand; ``plain``: the same in a worker's words. ``next``: where it may go from here."""

    key: str
    title: Mapping[str, str]
    plain: Mapping[str, str]
    next: tuple[str, ...]


@dataclass(frozen=True)
class ClockKind:
    """A clock: begun on entering one of ``starts``, stopped by reaching one of ``stops``. ``lane`` blank: any.

    ``only``: group or single, blank: any. ``winter``: its period between New Year and the Spring Festival, blank: the
    same. ``by_hand``: an officer starts it. ``extension``: by how much approval may lengthen it, blank: not at all.
    ``unless``: it does not begin while a clock of that step runs. ``source``: where a place's own promise is from,
    empty for the default.
    """

    step: str
    basis: str
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    within: str
    lane: str
    title: Mapping[str, str]
    article: Mapping[str, str]
    extension: str
    only: str = ""
    winter: str = ""
    by_hand: bool = False
    unless: str = ""
    source: Mapping[str, str] | None = None

    def wanted(self, *, state: str, lane: str, collective: bool) -> bool:
        """Whether a case of this lane and size starts this clock by itself on entering a state."""
        size = self.only in ("", "group" if collective else "single")
        return state in self.starts and not self.by_hand and self.lane in ("", lane) and size

    def period(self, at: datetime) -> str:
        """Its period when it starts at a moment."""
        return self.winter if self.winter and before_spring_festival(civil_date(at)) else self.within


@dataclass(frozen=True)
class ConclusionKind:
    """A fixed conclusion with what must be on file before it may be chosen."""

    key: str
    title: Mapping[str, str]
    scope: Mapping[str, str]
    sample: Mapping[str, str]
    requires: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A part in the liability chain: who, in which order, by which article, to do what."""

    role: str
    rank: int
    title: Mapping[str, str]
    duty: Mapping[str, str]
    article: Mapping[str, str]


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def states() -> dict[str, State]:
    """Every state by its key, in the order they are usually reached."""
    return {
        key: State(
            key,
            {"zh": one["zh"], "en": one["en"]},
            {"zh": one["plain_zh"], "en": one["plain_en"]},
            tuple(one["next"]),
        )
        for key, one in _file()["states"].items()
    }


def clocks(region_code: str) -> tuple[ClockKind, ...]:
    """The clocks of a place; a place's own period goes before the default. Raises ValueError on an unreadable one."""
    own = _places().intersection(nearest_first(region_code))
    return _clocks(max(own, key=lambda code: len(code.rstrip("0")), default=""))


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    return frozenset(str(code) for one in _file()["clocks"] for code in one.get("regions", {}))


@lru_cache(maxsize=64)
def _clocks(place: str) -> tuple[ClockKind, ...]:
    found = []
    for one in _file()["clocks"]:
        own = {str(code): promise for code, promise in one.get("regions", {}).items()}
        nearest: dict[str, Any] = next((own[code] for code in nearest_first(place) if code in own), {})
        within = nearest.get("within", one.get("default"))
        if within is None:
            continue
        winter = nearest.get("winter", "")
        for period in (within, *([winter] if winter else []), *([one["extension"]] if "extension" in one else [])):
            read_within(period)
        found.append(
            ClockKind(
                step=one["step"],
                basis=one["basis"],
                starts=tuple(one["starts"]),
                stops=tuple(one["stops"]),
                within=within,
                lane=one.get("lane", ""),
                title={"zh": one["zh"], "en": one["en"]},
                article=one["article"],
                extension=one.get("extension", ""),
                only=one.get("only", ""),
                winter=winter,
                by_hand=one.get("by_hand", False),
                unless=one.get("unless", ""),
                source=nearest.get("source"),
            )
        )
    return tuple(found)


def before_spring_festival(day: date) -> bool:
    """Whether a day lies between New Year and the Spring Festival, when unpaid wages press most."""
    festival: date = _file()["spring_festivals"].get(day.year, date(day.year, 2, 20))
    return date(day.year, 1, 1) <= day < festival


@lru_cache(maxsize=1)
def conclusions() -> dict[str, ConclusionKind]:
    """Every conclusion by its key."""
    return {
        key: ConclusionKind(
            key,
            {"zh": one["zh"], "en": one["en"]},
            {"zh": one["scope_zh"], "en": one["scope_en"]},
            {"zh": one["sample_zh"], "en": one["sample_en"]},
            tuple(one["requires"]),
        )
        for key, one in _file()["conclusions"].items()
    }


@lru_cache(maxsize=1)
def liability() -> dict[str, Part]:
    """Every part of the chain by its role."""
    return {
        role: Part(
            role,
            one["rank"],
            {"zh": one["zh"], "en": one["en"]},
            {"zh": one["duty_zh"], "en": one["duty_en"]},
            one["article"],
        )
        for role, one in _file()["liability"].items()
    }


@dataclass(frozen=True)
class ReopenRule:
    """For how long a claimant may have his case opened again, and the conclusions after which he always may."""

    within: str
    always: tuple[str, ...]


@lru_cache(maxsize=1)
def reopening() -> ReopenRule:
    """The rule for opening a case again."""
    one = _file()["reopen"]
    return ReopenRule(one["within"], tuple(one["always"]))


def plain_limits() -> tuple[int, int]:
    """What makes facts plain: claimants at most; by how many percent a claim may exceed what the file shows."""
    one = _file()["plain"]
    return one["people"], one["above_percent"]
