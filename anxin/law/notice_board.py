"""What a notice board must say by Art. 34 of Order 724, and what of it is known for a region on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("notice_board.yaml")


@dataclass(frozen=True)
class EntryKind:
    """One thing the board must say. ``asked``: the site writes it where the table does not know it. ``optional``: the
    board is whole without it."""

    key: str
    title: Mapping[str, str]
    asked: bool
    optional: bool = False


@dataclass(frozen=True)
class Part:
    """A block of the board."""

    key: str
    title: Mapping[str, str]
    entries: tuple[EntryKind, ...]


@dataclass(frozen=True)
class Known:
    """A value that holds in a region from a day on, and where it stands."""

    text: str
    source: str
    since: date


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def parts() -> tuple[Part, ...]:
    """The blocks of the board, in the order they hang."""
    given = _file()
    kinds = {
        key: EntryKind(key, {"zh": one["zh"], "en": one["en"]}, bool(one.get("asked")), bool(one.get("optional")))
        for key, one in given["entries"].items()
    }
    return tuple(
        Part(one["key"], {"zh": one["zh"], "en": one["en"]}, tuple(kinds[key] for key in one["entries"]))
        for one in given["parts"]
    )


def basis() -> Mapping[str, str]:
    """The article that asks for the board."""
    article: dict[str, str] = _file()["basis"]["article"]
    return article


def known_for(region_code: str, on: date) -> dict[str, Known]:
    """What the table knows for a place on a day; a nearer region's word goes before a wider one's."""
    fits: list[tuple[int, date, Mapping[str, Any]]] = []
    for row in _file()["regions"]:
        told = str(row["region"])
        prefix = "" if told == "全国" else told.removesuffix("0000").removesuffix("00")
        if region_code.startswith(prefix) and row["since"] <= on:
            fits.append((len(prefix), row["since"], row))
    found: dict[str, Known] = {}
    for _width, since, row in sorted(fits, key=lambda fit: fit[:2]):
        found |= {key: Known(str(text), str(row["source"]), since) for key, text in row["known"].items()}
    return found
