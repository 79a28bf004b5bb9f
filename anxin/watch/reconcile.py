"""Bringing the warnings in step with what the rules found: open, raise, lower, clear, reopen, leave as it is."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import orjson
import pyarrow as pa
from django.db import connection, transaction
from django.db.models import QuerySet

from anxin.law.clocks import due_on
from anxin.ledger.locks import in_turns
from anxin.registry.models import Project
from anxin.rules.rule import LEVELS, Rule
from anxin.rules.words import reason
from anxin.watch.firms import places_of_firms
from anxin.watch.hiding import parents_of
from anxin.watch.models import Handling, Warning, WarningEvent

T = TypeVar("T")
RANKS = {level: rank for rank, level in enumerate(LEVELS, start=1)}
_NUMBERS = ("measure", "threshold", "affected", "base", "amount_fen")
_CHUNK = 800
_A_LOT = 1000


@dataclass(slots=True)
class Finding:
    """What one rule found about one subject today."""

    rule: Rule
    subject: str
    level: str
    row: dict[str, Any]


# By (rule, subject): what was found, and the warnings that stand, as rows.
Found = dict[tuple[str, str], Finding]
Standing = dict[tuple[str, str], dict[str, Any]]


def subject_of(kind: str, row: dict[str, Any]) -> str:
    """The natural key of a subject, see ``Warning.subject``."""
    if kind == "enterprise":
        return f"enterprise:{row['enterprise_id']}"
    if kind == "project-month":
        return f"project-month:{row['project_id']}:{row['month']}"
    if kind == "worker-month":
        return f"worker-month:{row['project_id']}:{row['worker_id']}:{row['month']}"
    if kind == "leaver":
        return f"leaver:{row['project_id']}:{row['worker_id']}"
    return f"project:{row['project_id']}"


@dataclass(frozen=True, slots=True)
class SweepScope:
    """Whose warnings a sweep brings in step: projects, and firms (enterprises judged whole) with their own findings.

    ``projects`` None: all, but those in ``but_projects`` and ``but_firms``.
    """

    projects: Collection[int] | None = None
    firms: Collection[int] = ()
    but_projects: Collection[int] = frozenset()
    but_firms: Collection[int] = frozenset()

    def holds(self, row: dict[str, Any]) -> bool:
        """Whether a finding or a warning, by its project_id and enterprise_id, is not left out."""
        if row["project_id"] is not None:
            return row["project_id"] not in self.but_projects
        return row["enterprise_id"] not in self.but_firms

    def open_warnings(self, *fields: str) -> list[dict[str, Any]]:
        """These fields of every open warning within scope."""
        named = [*fields, "project_id", "enterprise_id"]
        return [
            row for query in self._queries() for row in query.filter(status="open").values(*named) if self.holds(row)
        ]

    def _queries(self) -> list[QuerySet[Warning]]:
        if self.projects is None:
            return [Warning.objects.all()]
        return [Warning.objects.filter(project_id__in=part) for part in parts(sorted(self.projects))] + [
            Warning.objects.filter(project=None, enterprise_id__in=part) for part in parts(sorted(self.firms))
        ]


def reconcile(
    results: Iterable[tuple[Rule, pa.Table]], *, as_of: date, at: datetime, scope: SweepScope
) -> dict[str, int]:
    """Write what changed, each change with its event. Answers how many of each kind.

    Some projects at a time, each lot in one transaction: on the day a pack changes hundreds of thousands of warnings
    do, and nobody's call waits for all of them. Cut off in between, the next sweep does the rest.
    """
    found = {(f.rule.id, f.subject): f for f in _findings(results) if scope.holds(f.row)}
    standing = {(row["rule"], row["subject"]): row for row in scope.open_warnings(*_FIELDS)}
    counts = Counter({"opened": 0, "reopened": 0, "cleared": 0, "raised": 0, "lowered": 0, "unchanged": 0})
    for here, stood in in_turns(_lots(found, standing)):
        counts.update(_bring_in_step(here, stood, as_of, at))
    return counts


def _lots(found: Found, standing: Standing) -> Iterator[tuple[Found, Standing]]:
    """Findings and standing warnings, those of one project (or firm) always together: one may hide another."""
    places: dict[tuple[int, int], tuple[Found, Standing]] = {}
    for key, finding in found.items():
        places.setdefault(_place(finding.row), ({}, {}))[0][key] = finding
    for key, row in standing.items():
        places.setdefault(_place(row), ({}, {}))[1][key] = row
    here: Found = {}
    stood: Standing = {}
    for place in sorted(places):
        here.update(places[place][0])
        stood.update(places[place][1])
        if len(here) + len(stood) >= _A_LOT:
            yield here, stood
            here, stood = {}, {}
    yield here, stood


def _place(row: dict[str, Any]) -> tuple[int, int]:
    return (0, row["enterprise_id"] or 0) if row["project_id"] is None else (row["project_id"], 0)


@transaction.atomic
def _bring_in_step(found: Found, standing: Standing, as_of: date, at: datetime) -> dict[str, int]:
    asleep = _asleep([key for key in found if key not in standing])
    fresh = {key: f for key, f in found.items() if key not in standing and key not in asleep}
    opened = _open(list(fresh.values()), as_of, at)
    counts = {
        "opened": len(opened),
        "reopened": _reopen([(asleep[key], found[key]) for key in asleep], as_of, at),
        "cleared": _clear([row for key, row in standing.items() if key not in found], as_of, at),
        **_update([(row, found[key]) for key, row in standing.items() if key in found], as_of, at),
    }
    # A cleared warning is hidden by none.
    hidden = {key: (row["id"], row["hidden_by_id"]) for key, row in standing.items() if key in found}
    hidden |= {key: (row["id"], None) for key, row in asleep.items()}
    hidden |= {key: (pk, None) for key, pk in zip(fresh, opened, strict=True)}
    _hide(found, hidden)
    return counts


def _findings(results: Iterable[tuple[Rule, pa.Table]]) -> Iterator[Finding]:
    for rule, table in results:
        for row in table.to_pylist():
            yield Finding(rule, subject_of(rule.object, row), row["level"], row)


_FIELDS = (
    "id", "rule", "subject", "level", "measure", "threshold", "numbers", "rule_version", "since", "hidden_by_id",
)  # fmt: skip


def _asleep(keys: list[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Cleared warnings of these keys."""
    if not keys or not Warning.objects.filter(status="cleared").exists():
        return {}
    wanted = set(keys)
    answer = {}
    for part in parts(sorted({subject for _, subject in keys})):
        for row in Warning.objects.filter(status="cleared", subject__in=part).values(*_FIELDS):
            key = (row["rule"], row["subject"])
            if key in wanted:
                answer[key] = row
    return answer


def parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Pieces that fit into one statement."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def _numbers(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _NUMBERS if row.get(name) is not None}


def _due(rule: Rule, opened_on: date) -> date | None:
    return due_on(opened_on, rule.within) if rule.within else None


def _event(warning_id: int, kind: str, as_of: date, at: datetime, finding: Finding, old: str) -> WarningEvent:
    return WarningEvent(
        warning_id=warning_id,
        kind=kind,
        on=as_of,
        at=at,
        old_level=old,
        new_level=finding.level,
        rule_version=finding.rule.version,
        measure=finding.row["measure"],
        numbers=_numbers(finding.row),
    )


def _open(findings: list[Finding], as_of: date, at: datetime) -> list[int]:
    projects = sorted({f.row["project_id"] for f in findings} - {None})
    places = {
        pk: (region, industry)
        for part in parts(projects)
        for pk, region, industry in Project.objects.filter(pk__in=part).values_list("pk", "region_code", "industry")
    }
    firms: dict[tuple[str, int], str] = {}
    for rule in {f.rule for f in findings if f.row["project_id"] is None}:
        wanted = {f.row["enterprise_id"] for f in findings if f.rule is rule} - {None}
        firms.update({(rule.id, pk): place for pk, place in places_of_firms(wanted, rule.regions).items()})
    rows = []
    for finding in findings:
        rule, row = finding.rule, finding.row
        zh, en = reason(rule, row)
        region, industry = places.get(row["project_id"]) or (firms.get((rule.id, row["enterprise_id"]), ""), "")
        rows.append(
            Warning(
                rule=rule.id,
                pack=rule.pack,
                rule_version=rule.version,
                subject=finding.subject,
                project_id=row["project_id"],
                enterprise_id=row["enterprise_id"],
                worker_id=row["worker_id"],
                month=row["month"] or "",
                region_code=region,
                industry=industry,
                level=finding.level,
                rank=RANKS[finding.level],
                status="open",
                measure=row["measure"],
                threshold=row["threshold"],
                numbers=_numbers(row),
                reason=zh[:400],
                reason_en=en[:400],
                since=row["since"] or as_of,
                opened_on=as_of,
                due_on=_due(rule, as_of),
                changed_at=at,
            )
        )
    created = Warning.objects.bulk_create(rows, batch_size=1000)
    WarningEvent.objects.bulk_create(
        [_event(w.pk, "opened", as_of, at, f, "") for w, f in zip(created, findings, strict=True)], batch_size=2000
    )
    return [w.pk for w in created]


def _reopen(pairs: list[tuple[dict[str, Any], Finding]], as_of: date, at: datetime) -> int:
    _write(pairs, at)
    for part in parts(pairs):
        Warning.objects.filter(pk__in=[row["id"] for row, _ in part]).update(
            status="open", opened_on=as_of, cleared_on=None
        )
    _set_due(pairs, as_of)
    WarningEvent.objects.bulk_create(
        [_event(row["id"], "reopened", as_of, at, f, row["level"]) for row, f in pairs], batch_size=2000
    )
    return len(pairs)


def _set_due(pairs: list[tuple[dict[str, Any], Finding]], as_of: date) -> None:
    by_day: dict[date | None, list[int]] = {}
    for row, finding in pairs:
        by_day.setdefault(_due(finding.rule, as_of), []).append(row["id"])
    for day, ids in by_day.items():
        for part in parts(ids):
            Warning.objects.filter(pk__in=part).update(due_on=day)


def _clear(rows: list[dict[str, Any]], as_of: date, at: datetime) -> int:
    for part in parts([row["id"] for row in rows]):
        Warning.objects.filter(pk__in=part).update(status="cleared", cleared_on=as_of, hidden_by=None, changed_at=at)
    WarningEvent.objects.bulk_create(
        [
            WarningEvent(
                warning_id=row["id"],
                kind="cleared",
                on=as_of,
                at=at,
                old_level=row["level"],
                rule_version=row["rule_version"],
                measure=row["measure"],
                numbers=row["numbers"],
            )
            for row in rows
        ],
        batch_size=2000,
    )
    return len(rows)


def _update(pairs: list[tuple[dict[str, Any], Finding]], as_of: date, at: datetime) -> dict[str, int]:
    moved = [(row, f) for row, f in pairs if row["level"] != f.level]
    told = [
        (row, f)
        for row, f in pairs
        if row["level"] != f.level
        or row["numbers"] != _numbers(f.row)
        or row["rule_version"] != f.rule.version
        or (f.row["since"] is not None and row["since"] != f.row["since"])
    ]
    _write(told, at)
    kinds = ["raised" if RANKS[finding.level] > RANKS[row["level"]] else "lowered" for row, finding in moved]
    WarningEvent.objects.bulk_create(
        [
            _event(row["id"], kind, as_of, at, finding, row["level"])
            for kind, (row, finding) in zip(kinds, moved, strict=True)
        ],
        batch_size=2000,
    )
    raised = kinds.count("raised")
    return {"raised": raised, "lowered": len(kinds) - raised, "unchanged": len(pairs) - len(kinds)}


def _write(pairs: list[tuple[dict[str, Any], Finding]], at: datetime) -> None:
    """Write level, figures and sentence. Plain SQL, because most warnings count days and change every day."""
    if not pairs:
        return
    rows = []
    for row, finding in pairs:
        zh, en = reason(finding.rule, finding.row)
        rows.append(
            (
                finding.level,
                RANKS[finding.level],
                finding.rule.version,
                finding.rule.pack,
                finding.row["measure"],
                finding.row["threshold"],
                orjson.dumps(_numbers(finding.row)).decode(),
                zh[:400],
                en[:400],
                finding.row["since"] or row["since"],
                at,
                row["id"],
            )
        )
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE watch_warning SET level = %s, rank = %s, rule_version = %s, pack = %s, measure = %s,"
            " threshold = %s, numbers = %s, reason = %s, reason_en = %s, since = %s, changed_at = %s WHERE id = %s",
            rows,
        )
    for level, rank in RANKS.items():
        moved = [row["id"] for row, finding in pairs if finding.level == level != row["level"]]
        for part in parts(moved):
            Handling.objects.filter(warning__in=part, ended_at=None).update(rank=rank)


def _hide(found: Found, hidden: dict[tuple[str, str], tuple[int, int | None]]) -> None:
    """Point children at the parent that covers them, and free those whose parent is gone.

    ``hidden``: each finding's warning, and the warning that hides it so far.
    """
    parents = parents_of(found.values())
    changes = []
    for key, (pk, hidden_by) in hidden.items():
        parent = parents.get(key)
        wanted = hidden[parent][0] if parent else None
        if wanted != hidden_by:
            changes.append((wanted, pk))
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE watch_warning SET hidden_by_id = %s WHERE id = %s", changes)
