"""The kinds of paper and their fields, as data (``papers/kinds.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).with_name("papers")


@dataclass(frozen=True)
class Field:
    """One thing that is typed. ``default`` may name particulars in braces. ``shared``: kept for the next paper too."""

    key: str
    title: Mapping[str, str]
    type: str
    default: str = ""
    shared: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of paper; the columns are explained in ``kinds.yaml``. ``begun_by``: what else draws it up, else blank."""

    key: str
    title: Mapping[str, str]
    mark: str
    audience: str
    sign: str
    inspectors: int
    due: bool
    moves: str
    when: str
    fields: tuple[Field, ...]
    article: Mapping[str, str]
    begun_by: str = ""


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return yaml.safe_load((FOLDER / "kinds.yaml").read_text(encoding="utf-8"))


def _field(key: str) -> Field:
    one = _file()["fields"][key]
    return Field(
        key, {"zh": one["zh"], "en": one["en"]}, one["type"], one.get("default", ""), one.get("shared", False),
        one.get("optional", False),
    )  # fmt: skip


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """Every kind of paper by its key, in the order they usually come."""
    return {
        key: Kind(
            key, {"zh": one["zh"], "en": one["en"]}, one["mark"], one["audience"], one["sign"], one["inspectors"],
            one["due"] == "required", one["moves"], one.get("when", "served"),
            tuple(_field(name) for name in one["fields"]), one["article"], one.get("begun_by", ""),
        )
        for key, one in _file()["kinds"].items()
    }  # fmt: skip


def placeholders(kind: Kind) -> frozenset[str]:
    """The names a template of this kind may use."""
    return frozenset(_file()["placeholders"]) | {field.key for field in kind.fields}


def needed(kind: Kind) -> frozenset[str]:
    """The names a template of this kind must use: without them the paper would not be what it says it is."""
    names = {"number", "signed_on"} if kind.mark else set()
    return frozenset(
        names | ({"due_on"} if kind.due else set()) | ({"addressee"} if kind.audience == "employer" else set())
    )
