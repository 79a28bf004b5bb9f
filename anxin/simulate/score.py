"""Holding the warnings against the truth about a simulated province."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from anxin.simulate.truth import truth_file
from anxin.watch.models import Sweep, Warning

TOTAL = "all"


@dataclass(frozen=True, slots=True)
class _Span:
    """When a fault was true for a rule, and since when its wages were late."""

    begin: date
    end: date | None
    late: date | None

    def holds(self, day: date) -> bool:
        return self.begin <= day and (self.end is None or day < self.end)


def score(*, as_of: date) -> list[dict[str, Any]]:
    """Per rule, and for all together: how well the open warnings of ``as_of`` fit the truth on that day.

    ``true`` subjects that should be warned of, ``found`` open warnings, ``missed`` and ``false`` (a warning of which
    the truth says nothing, or not any more), ``precision`` and ``recall`` (None where nothing is to be found),
    ``days_after``: median days from the fault becoming true to its warning, over faults that began after the first
    sweep; ``days_of_lead``: median days by which a warning came before the wages were late (negative: after), over
    warnings of wages. The last two follow every warning since the first sweep, cleared ones too, and can only be as
    fine as the sweeps were close together.

    Raises ValueError when no province was simulated in this data folder.
    """
    truth = _truth()
    found: dict[str, dict[str, tuple[bool, date]]] = defaultdict(dict)
    for rule, subject, status, on in Warning.objects.values_list("rule", "subject", "status", "opened_on"):
        found[rule][subject] = (status == "open", on)
    first_sweep = Sweep.objects.order_by("as_of").values_list("as_of", flat=True).first() or as_of
    rows, sums = [], [0, 0, 0]
    every_delay: list[int] = []
    every_lead: list[int] = []
    for rule in sorted({*truth, *found}):
        now = {s for s, spans in truth[rule].items() if any(span.holds(as_of) for span in spans)}
        opened = {s for s, (is_open, _) in found[rule].items() if is_open}
        delays, leads = _timing(truth[rule], found[rule], first_sweep)
        if not now and not opened and not found[rule]:
            continue
        hit = len(now & opened)
        rows.append(_row(rule, len(now), len(opened), hit, delays, leads))
        sums = [sums[0] + len(now), sums[1] + len(opened), sums[2] + hit]
        every_delay += delays
        every_lead += leads
    rows.append(_row(TOTAL, sums[0], sums[1], sums[2], every_delay, every_lead))
    return rows


def differences(*, as_of: date, rule: str) -> tuple[list[str], list[str]]:
    """The subjects one rule missed and those it warned of without cause, for looking into."""
    spans = _truth()[rule]
    now = {s for s, held in spans.items() if any(span.holds(as_of) for span in held)}
    opened = set(Warning.objects.filter(rule=rule, status="open").values_list("subject", flat=True))
    return sorted(now - opened), sorted(opened - now)


def _truth() -> dict[str, dict[str, list[_Span]]]:
    path = truth_file()
    if not path.exists():
        raise ValueError("There is no simulated province in this data folder; make one with: anxin simulate")
    truth: dict[str, dict[str, list[_Span]]] = defaultdict(lambda: defaultdict(list))
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            truth[row["rule"]][_subject(row)].append(
                _Span(date.fromisoformat(row["true_from"]), _day(row["until"]), _day(row["late_on"]))
            )
    return truth


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _subject(row: dict[str, str]) -> str:
    """The subject of a truth row, spelled as ``watch.models.Warning`` spells it."""
    if row["enterprise_id"]:
        return f"enterprise:{row['enterprise_id']}"
    if row["worker_id"]:
        place = f"{row['project_id']}:{row['worker_id']}"
        return f"worker-month:{place}:{row['month']}" if row["month"] else f"leaver:{place}"
    if row["month"]:
        return f"project-month:{row['project_id']}:{row['month']}"
    return f"project:{row['project_id']}"


def _timing(
    truth: dict[str, list[_Span]], found: dict[str, tuple[bool, date]], first_sweep: date
) -> tuple[list[int], list[int]]:
    """Days from each fault's first day to its warning, and days by which the warning came before wages were late."""
    delays, leads = [], []
    for subject, spans in truth.items():
        if subject not in found:
            continue
        opened = found[subject][1]
        for span in spans:
            if span.begin >= first_sweep and span.holds(opened):
                delays.append((opened - span.begin).days)
                if span.late is not None:
                    leads.append((span.late - opened).days)
    return delays, leads


def _row(rule: str, true: int, found: int, hit: int, delays: list[int], leads: list[int]) -> dict[str, Any]:
    return {
        "rule": rule,
        "true": true,
        "found": found,
        "missed": true - hit,
        "false": found - hit,
        "precision": round(hit / found, 3) if found else None,
        "recall": round(hit / true, 3) if true else None,
        "days_after": median(delays) if delays else None,
        "days_of_lead": median(leads) if leads else None,
    }
