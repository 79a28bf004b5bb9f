"""How long messages, tries, sessions and previews are kept, as data: ``clearing.yaml``, each with its article."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Clearing:
    """For how many ``days`` after what (``after``) the rows named by ``id`` are kept; by which articles, and what we
    chose within them and why. Words by language (zh, en)."""

    id: str
    title: dict[str, str]
    after: dict[str, str]
    basis: tuple[dict[str, dict[str, str]], ...]
    choice: dict[str, str]
    since: date
    until: date | None
    days: int

    @property
    def lasts(self) -> timedelta:
        """The period as a span of time."""
        return timedelta(days=self.days)

    def articles(self, language: str) -> str:
        """The articles' names, in Chinese (zh) or English (en)."""
        return "；".join(b["article"][language] for b in self.basis)


@lru_cache(maxsize=1)
def all_clearings() -> tuple[Clearing, ...]:
    """Every period, past ones too. Raises ValueError when the file says something that is not understood."""
    raw = yaml.safe_load((Path(__file__).parent / "clearing.yaml").read_text(encoding="utf-8"))
    return tuple(_clearing(entry) for entry in raw)


def clearings(on: date) -> tuple[Clearing, ...]:
    """The periods in force on a day."""
    return tuple(c for c in all_clearings() if c.since <= on and (c.until is None or on <= c.until))


def _clearing(entry: dict[str, Any]) -> Clearing:
    clearing = Clearing(
        id=entry["id"],
        title={"zh": entry["zh"], "en": entry["en"]},
        after=entry["from"],
        basis=tuple(entry["basis"]),
        choice=entry["choice"],
        since=entry["since"],
        until=entry.get("until"),
        days=int(entry["days"]),
    )
    if clearing.days < 0 or not clearing.basis or not all(clearing.choice.values()):
        raise ValueError(f"clearing.yaml: {clearing.id} says something that is not understood")
    return clearing
