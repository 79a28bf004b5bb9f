"""Many workers and engagements at once: the semantics of ``actions.register_worker`` and ``actions.engage``, set-based.

A roster of 20,000 people, or a simulated province of a million, goes in with a few statements instead of several a
person. As in ``actions``: idempotent on the natural key, what is not given erases nothing, a changed engagement is
marked for the mirror and its project for the next sweep, and the caller holds the transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

import orjson
from django.db import connection, models

from anxin.registry.actions import card_token, identity_blind
from anxin.registry.models import Engagement, EntryExit, Touch, Worker
from anxin.vault.fields import open_bytes, open_text, seal_bytes, seal_text
from anxin.vault.identity import RESIDENT, birth_date, normal_identity

_CHUNK = 900


@dataclass(slots=True)
class WorkerLine:
    """A person as a roster names him. The number must already have passed ``identity_problem``.

    ``details`` is kept as it is, ``private`` (addresses, second phones …) sealed.
    """

    id_number: str = field(repr=False)
    name: str = ""
    id_type: str = RESIDENT
    phone: str = field(default="", repr=False)
    gender: str = ""
    details: dict[str, Any] | None = None
    private: dict[str, Any] | None = field(default=None, repr=False)


@dataclass(slots=True)
class EngagementLine:
    """A worker's place on a project; None or an empty text means not told. ``unit_price_fen`` is fen."""

    project_id: int
    worker_id: int
    enterprise_id: int | None = None
    team_id: int | None = None
    trade: str = ""
    role: str = ""
    is_leader: bool | None = None
    entered_on: date | None = None
    left_on: date | None = None
    contract_kind: str = ""
    contract_from: date | None = None
    contract_until: date | None = None
    contract_unit: str = ""
    unit_price_fen: int | None = None
    card_number: str = field(default="", repr=False)
    bank_code: str = ""
    bank_name: str = ""
    insured: bool | None = None
    settled_on: date | None = None
    confirmed_on: date | None = None
    details: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Engaged:
    """What ``engage_many`` did: engagements made and changed, and the projects they are on."""

    created: int
    changed: int
    projects: frozenset[int]


_PLAIN = (
    "enterprise_id", "team_id", "trade", "role", "is_leader", "entered_on", "left_on", "contract_kind",
    "contract_from", "contract_until", "contract_unit", "unit_price_fen", "bank_code", "bank_name", "insured",
    "settled_on", "confirmed_on",
)  # fmt: skip
_ENGAGEMENT_COLUMNS = ("project_id", "worker_id", *_PLAIN, "card_sealed", "card_token", "details", "recorded_at")
_DEFAULTS: dict[str, Any] = {"role": "20", "is_leader": False}


def register_workers(*, lines: Sequence[WorkerLine], at: datetime) -> list[int]:
    """Register people, or add to what is known of them. Answers their worker ids, in the order of the lines."""
    numbers = [normal_identity(line.id_number) for line in lines]
    keys = [identity_blind(number, line.id_type) for number, line in zip(numbers, lines, strict=True)]
    ids: dict[bytes, int] = {}
    for start in range(0, len(lines), 20 * _CHUNK):
        part = slice(start, start + 20 * _CHUNK)
        _register_part(lines[part], numbers[part], keys[part], ids, at)
    return [ids[key] for key in keys]


def _register_part(
    lines: Sequence[WorkerLine], numbers: list[str], keys: list[bytes], ids: dict[bytes, int], at: datetime
) -> None:
    known = _known_workers(keys)
    fresh: dict[bytes, dict[str, Any]] = {}
    changed: dict[bytes, dict[str, Any]] = {}
    for line, number, key in zip(lines, numbers, keys, strict=True):
        row = known.get(key) or fresh.get(key)
        if row is None:
            fresh[key] = {
                "name": line.name or "—",
                "id_type": line.id_type,
                "id_blind": key,
                "id_sealed": seal_text(number),
                "phone_sealed": seal_text(line.phone),
                "born_on": birth_date(number) if line.id_type == RESIDENT else None,
                "gender": line.gender,
                "details": line.details or {},
                "sealed_details": seal_bytes(orjson.dumps(line.private)) if line.private else b"",
                "recorded_at": at,
            }
        elif _fill_worker(row, line) and key in known:
            changed[key] = row
    if fresh:
        _insert(Worker, list(next(iter(fresh.values()))), [list(row.values()) for row in fresh.values()])
    if changed:
        columns = ["name", "phone_sealed", "gender", "details", "sealed_details"]
        _update(Worker, columns, [[*(row[c] for c in columns), row["id"]] for row in changed.values()])
    ids.update((key, row["id"]) for key, row in known.items())
    for chunk in _chunks(list(fresh)):
        for found, pk in Worker.objects.filter(id_blind__in=chunk).values_list("id_blind", "id"):
            ids[bytes(found)] = pk


def _known_workers(keys: Iterable[bytes]) -> dict[bytes, dict[str, Any]]:
    known: dict[bytes, dict[str, Any]] = {}
    for chunk in _chunks(list(dict.fromkeys(keys))):
        rows = Worker.objects.filter(id_blind__in=chunk)
        for row in rows.values("id", "id_blind", "name", "phone_sealed", "gender", "details", "sealed_details"):
            known[bytes(row["id_blind"])] = dict(row)
    return known


def _fill_worker(row: dict[str, Any], line: WorkerLine) -> bool:
    changed = False
    for column, value in (("name", line.name), ("gender", line.gender)):
        if value and row[column] != value:
            row[column] = value
            changed = True
    if line.phone and open_text(row["phone_sealed"]) != line.phone:
        row["phone_sealed"] = seal_text(line.phone)
        changed = True
    if line.details and {**row["details"], **line.details} != row["details"]:
        row["details"] = {**row["details"], **line.details}
        changed = True
    if line.private:
        before = orjson.loads(open_bytes(row["sealed_details"])) if row["sealed_details"] else {}
        if {**before, **line.private} != before:
            row["sealed_details"] = seal_bytes(orjson.dumps({**before, **line.private}))
            changed = True
    return changed


def engage_many(*, lines: Sequence[EngagementLine], at: datetime) -> Engaged:
    """Put workers on rosters, or correct their engagements; the lines may be of many projects."""
    created = changed = 0
    projects: set[int] = set()
    for start in range(0, len(lines), 20 * _CHUNK):
        made, mended = _engage_part(lines[start : start + 20 * _CHUNK], at, projects)
        created, changed = created + made, changed + mended
    Touch.objects.bulk_create([Touch(project_id=p, arrived_at=at) for p in sorted(projects)], batch_size=1000)
    return Engaged(created, changed, frozenset(projects))


def _engage_part(lines: Sequence[EngagementLine], at: datetime, projects: set[int]) -> tuple[int, int]:
    wanted_projects = {line.project_id for line in lines}
    known: dict[tuple[int, int], dict[str, Any]] = {}
    for chunk in _chunks(list({line.worker_id for line in lines})):
        rows = Engagement.objects.filter(worker_id__in=chunk)
        for row in rows.values("id", "project_id", "worker_id", *_PLAIN, "card_sealed", "card_token", "details"):
            if row["project_id"] in wanted_projects:
                known[(row["project_id"], row["worker_id"])] = row
    fresh: dict[tuple[int, int], dict[str, Any]] = {}
    changed: dict[tuple[int, int], dict[str, Any]] = {}
    for line in lines:
        key = (line.project_id, line.worker_id)
        row = known.get(key) or fresh.get(key)
        if row is None:
            fresh[key] = row = dict.fromkeys(_ENGAGEMENT_COLUMNS)
            for column in _PLAIN:
                value = getattr(line, column)
                row[column] = _DEFAULTS.get(column, value) if value is None or value == "" else value
            digits = "".join(line.card_number.split())
            row.update(
                project_id=line.project_id,
                worker_id=line.worker_id,
                card_sealed=seal_text(digits),
                card_token=card_token(digits),
                details=line.details or {},
                recorded_at=at,
            )
        elif _fill_engagement(row, line) and key in known:
            changed[key] = row
    if fresh:
        _insert(Engagement, _ENGAGEMENT_COLUMNS, [list(row.values()) for row in fresh.values()])
    if changed:
        columns = [*_PLAIN, "card_sealed", "card_token", "details"]
        _update(
            Engagement, [*columns, "mirrored"], [[*(r[c] for c in columns), None, r["id"]] for r in changed.values()]
        )
    projects.update(project for project, _ in (*fresh, *changed))
    return len(fresh), len(changed)


def _fill_engagement(row: dict[str, Any], line: EngagementLine) -> bool:
    changed = False
    for column in _PLAIN:
        value = getattr(line, column)
        if value is not None and value != "" and row[column] != value:
            row[column] = value
            changed = True
    token = card_token(line.card_number)
    if token and token != row["card_token"]:
        row["card_token"], row["card_sealed"] = token, seal_text("".join(line.card_number.split()))
        changed = True
    if line.details and {**row["details"], **line.details} != row["details"]:
        row["details"] = {**row["details"], **line.details}
        changed = True
    return changed


def move_many(*, moves: Sequence[tuple[int, int, int | None, date, str]], at: datetime) -> None:
    """Record comings and goings: (project, worker, team, day, ``in`` or ``out``). The engagements' own dates are not
    touched: pass them to ``engage_many``."""
    columns = ("project_id", "worker_id", "team_id", "on", "kind", "recorded_at")
    _insert(EntryExit, columns, [(*move, at) for move in moves])


def _chunks(values: Sequence[Any], size: int = _CHUNK) -> Iterator[Sequence[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _adapters(model: type[models.Model], columns: Sequence[str]) -> tuple[list[Any], list[Any]]:
    """The fields of columns, and for each what turns a value into the driver's (None where nothing has to)."""
    fields = [model._meta.get_field(column.removesuffix("_id")) for column in columns]
    adapters: list[Any] = []
    for column in fields:
        if isinstance(column, models.JSONField):
            adapters.append(lambda value: orjson.dumps(value).decode())
        elif isinstance(column, models.DateTimeField):
            adapters.append(cache(connection.ops.adapt_datetimefield_value))  # one moment for a whole batch
        elif isinstance(column, models.DateField):
            adapters.append(cache(connection.ops.adapt_datefield_value))
        else:
            adapters.append(None)
    return fields, adapters


def _adapted(adapters: list[Any], rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    return [
        [adapt(value) if adapt and value is not None else value for adapt, value in zip(adapters, row, strict=False)]
        + list(row[len(adapters) :])
        for row in rows
    ]


def _insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows; one that another process put in first is left as it is."""
    fields, adapters = _adapters(model, columns)
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    target = f"INSERT INTO {quote(model._meta.db_table)} ({names})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{field.rel_db_type(connection)}[]" for field in fields)
            statement = f"{target} SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"  # noqa: S608 -- own names
            for chunk in _chunks(rows, 5000):
                columnar = zip(*_adapted(adapters, chunk), strict=True)
                cursor.execute(statement, [list(column) for column in columnar])
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"{target} VALUES ({marks}) ON CONFLICT DO NOTHING", _adapted(adapters, rows))


def _update(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Set columns of rows; each row is the values and, last, the primary key."""
    fields, adapters = _adapters(model, columns)
    quote = connection.ops.quote_name
    marks = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(model._meta.db_table)} SET {marks} WHERE id = %s",  # noqa: S608 -- our own names
            _adapted(adapters, rows),
        )
