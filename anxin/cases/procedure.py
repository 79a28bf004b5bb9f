"""The procedure of a case as data: states and moves, clocks, conclusions, the liability chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anxin.law.clocks import read_within

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
    """A clock: begun on entering ``starts``, stopped by reaching one of ``stops``. ``lane`` blank: any.

    ``extension``: by how much approval may lengthen it, blank: not at all.
    """

    step: str
    basis: str
    starts: str
    stops: tuple[str, ...]
    within: str
    lane: str
    title: Mapping[str, str]
    article: Mapping[str, str]
    extension: str


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


@lru_cache(maxsize=512)
def clocks(region_code: str) -> tuple[ClockKind, ...]:
    """The clocks of a place; a place's own period goes before the default. Raises ValueError on an unreadable one."""
    found = []
    for one in _file()["clocks"]:
        own = {str(code): within for code, within in one.get("regions", {}).items()}
        nearest = next(
            (own[code] for code in (region_code, region_code[:4] + "00", region_code[:2] + "0000") if code in own),
            one["default"],
        )
        read_within(nearest)
        found.append(
            ClockKind(
                one["step"],
                one["basis"],
                one["starts"],
                tuple(one["stops"]),
                nearest,
                one.get("lane", ""),
                {"zh": one["zh"], "en": one["en"]},
                one["article"],
                one.get("extension", ""),
            )
        )
    return tuple(found)


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
