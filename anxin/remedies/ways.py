"""``tracks.yaml`` read: kinds of tracks, their states and clocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anxin.law.clocks import read_within

FILE = Path(__file__).with_name("tracks.yaml")
Said = Mapping[str, str]


@dataclass(frozen=True)
class TrackState:
    """Where a track may stand. ``case``: the state the case then moves to; ``sums``: it sets agreed sums; ``ending``:
    good, bad or blank for a track that goes on; ``hearing``: it names a moment to come to; ``unpaid``: the ways that
    are open when what was promised is not paid, each a kind or kind/form."""

    key: str
    title: Said
    plain: Said
    next: tuple[str, ...]
    case: str
    sums: bool
    hearing: bool
    ending: str
    unpaid: tuple[str, ...] = ()

    @property
    def ends(self) -> bool:
        """Whether nothing follows."""
        return not self.next


@dataclass(frozen=True)
class TrackClockKind:
    """A clock of a track. ``forms``, ``regions``: where it holds (blank: everywhere); ``people``: one, group or blank.

    ``limit``: the worker loses a right when it runs out. ``unverified``: no source at hand confirms the period.
    """

    step: str
    whose: str
    starts: str
    stops: tuple[str, ...]
    within: str
    title: Said
    article: Said
    extension: str
    limit: bool
    unverified: bool
    forms: tuple[str, ...]
    regions: tuple[str, ...]
    people: str


@dataclass(frozen=True)
class TrackKind:
    """A way to the money. ``grounds``: kind → states of another track that must stand behind it (``grounds_case``: or
    of the case itself), ``form_grounds`` the same for one form. ``office``: the kind of organisation that deals with
    it. ``papers``: keys of the documents it asks for. ``representatives``: many speak through few."""

    key: str
    stage: str
    title: Said
    case: str
    first: str
    forms: Mapping[str, Said]
    states: Mapping[str, TrackState]
    clocks: tuple[TrackClockKind, ...]
    grounds: Mapping[str, tuple[str, ...]]
    grounds_case: tuple[str, ...]
    form_grounds: Mapping[str, Mapping[str, tuple[str, ...]]]
    representatives: bool
    office: str
    papers: tuple[str, ...]
    hearing_notice: str


@dataclass(frozen=True)
class Many:
    """From ``workers`` on: priority, and ``least`` to ``most`` representatives."""

    workers: int
    least: int
    most: int


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def _said(one: Mapping[str, Any]) -> Said:
    return {"zh": one["zh"], "en": one["en"]}


def article(key: str) -> Said:
    """The law a period stands in."""
    return _file()["articles"][key]


@lru_cache(maxsize=1)
def stages() -> dict[str, Said]:
    """Mediation, arbitration, court and what stands beside, in order."""
    return dict(_file()["stages"])


@lru_cache(maxsize=1)
def many() -> Many:
    """When many claim together."""
    one = _file()["many"]
    return Many(one["workers"], one["least"], one["most"])


@lru_cache(maxsize=1)
def limit_data() -> dict[str, Any]:
    """The time limits that are not clocks of a track."""
    return dict(_file()["limits"])


@lru_cache(maxsize=1)
def kinds() -> dict[str, TrackKind]:
    """Every kind by its key. Raises ValueError on a period or a state that cannot be read."""
    return {key: _kind(key, one) for key, one in _file()["kinds"].items()}


def _kind(key: str, one: Mapping[str, Any]) -> TrackKind:
    states = {name: _state(name, state) for name, state in one["states"].items()}
    known = set(states)
    clocks = tuple(_clock(clock) for clock in one["clocks"])
    named = {one["first"]} | {to for state in states.values() for to in state.next}
    named |= {clock.starts for clock in clocks} | {stop for clock in clocks for stop in clock.stops}
    if named - known:
        raise ValueError(f"tracks.yaml: {key} names states it does not have: {sorted(named - known)}")
    notice = one.get("hearing_notice", {}).get("within", "")
    if notice:
        read_within(notice)
    return TrackKind(
        key=key, stage=one["stage"], title=_said(one), case=one.get("case", ""), first=one["first"],
        forms={name: _said(form) for name, form in one.get("forms", {}).items()}, states=states, clocks=clocks,
        grounds=_grounds(one), grounds_case=tuple(one.get("grounds_case", ())),
        form_grounds={name: _grounds(form) for name, form in one.get("forms", {}).items()},
        representatives=one.get("representatives", False), office=one.get("office", ""),
        papers=tuple(one.get("papers", ())), hearing_notice=notice,
    )  # fmt: skip


def _grounds(one: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(states) for kind, states in one.get("grounds", {}).items()}


def _state(key: str, one: Mapping[str, Any]) -> TrackState:
    return TrackState(
        key=key, title=_said(one), plain={"zh": one["plain_zh"], "en": one["plain_en"]}, next=tuple(one["next"]),
        case=one.get("case", ""), sums=one.get("sums", False), hearing=one.get("hearing", False),
        ending="good" if one.get("good") else "bad" if one.get("bad") else "",
        unpaid=tuple(one.get("unpaid", ())),
    )  # fmt: skip


def _clock(one: Mapping[str, Any]) -> TrackClockKind:
    read_within(one["within"])
    return TrackClockKind(
        step=one["step"], whose=one["whose"], starts=one["starts"], stops=tuple(one["stops"]), within=one["within"],
        title=_said(one), article=article(one["article"]), extension=one.get("extension", ""),
        limit=one.get("limit", False), unverified=one.get("unverified", False), forms=tuple(one.get("forms", ())),
        regions=tuple(str(code) for code in one.get("regions", ())), people=one.get("people", ""),
    )  # fmt: skip


def clocks_for(kind: TrackKind, *, state: str, form: str, region_code: str, people: int) -> list[TrackClockKind]:
    """The clocks that begin when a track of a kind reaches a state, for its form, place and number of people."""
    size = "one" if people <= 1 else "group"
    return [
        clock
        for clock in kind.clocks
        if clock.starts == state
        and (not clock.forms or form in clock.forms)
        and (not clock.regions or any(region_code.startswith(code) for code in clock.regions))
        and clock.people in ("", size)
    ]
