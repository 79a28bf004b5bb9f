"""Retention periods as data: ``retention.yaml``, each with its article."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

AFTER = ("completed-and-settled",)
ERASABLE = ("payroll", "payments", "movements", "swipes", "roster", "uploads", "held-rows", "contacts", "cases")


@dataclass(frozen=True)
class Retention:
    """For how many years after which event the records named in ``erases`` are kept, and by which articles."""

    id: str
    title: dict[str, str]
    basis: tuple[dict[str, dict[str, str]], ...]
    since: date
    until: date | None
    years: int
    after: str
    erases: tuple[str, ...]

    def over_on(self, event: date) -> date:
        """The first day on which the period that began with ``event`` is over."""
        try:
            last = event.replace(year=event.year + self.years)
        except ValueError:
            # 29 February: the period ends with the month (Civil Code Art. 202).
            last = date(event.year + self.years, 2, 28)
        return date.fromordinal(last.toordinal() + 1)

    def articles(self, language: str) -> str:
        """The articles' names, in Chinese (zh) or English (en)."""
        return "；".join(b["article"][language] for b in self.basis)


@lru_cache(maxsize=1)
def all_periods() -> tuple[Retention, ...]:
    """Every period, past ones too. Raises ValueError when the file says something that is not understood."""
    raw = yaml.safe_load((Path(__file__).parent / "retention.yaml").read_text(encoding="utf-8"))
    return tuple(_period(entry) for entry in raw)


def periods(on: date) -> tuple[Retention, ...]:
    """The periods in force on a day."""
    return tuple(p for p in all_periods() if p.since <= on and (p.until is None or on <= p.until))


def _period(entry: dict[str, Any]) -> Retention:
    period = Retention(
        id=entry["id"],
        title={"zh": entry["zh"], "en": entry["en"]},
        basis=tuple(entry["basis"]),
        since=entry["since"],
        until=entry.get("until"),
        years=int(entry["years"]),
        after=entry["after"],
        erases=tuple(entry["erases"]),
    )
    if period.after not in AFTER or period.years < 1 or not period.basis or set(period.erases) - set(ERASABLE):
        raise ValueError(f"retention.yaml: {period.id} says something that is not understood")
    return period
