"""The quick lane: rows that are certainly good, judged a column at a time.

Every reader and check runs once for each distinct value of a column, and it is the same reader or check that the
careful lane runs for each row (``fields``, ``endpoints``, ``admit``). A row with anything doubtful about it is left
to the careful lane, which finds the words. So both lanes take the same rows and make the same facts of them.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from anxin.intake.bulk.decoding import Rows
from anxin.intake.bulk.endpoints import ATTENDANCE, PAYROLL, Endpoint
from anxin.intake.bulk.fields import Problem
from anxin.intake.judging import EARLIEST, Refused, amount_of, may_send, wage_month
from anxin.intake.models import Sender
from anxin.law.civil import month_of
from anxin.ledger.schema import FACT_TABLES
from anxin.registry.actions import card_token, identity_blind
from anxin.registry.models import Project
from anxin.vault.identity import identity_problem, normal_identity

_CHUNK = 10_000
_DAY_US = 86_400_000_000
_EPOCH = date(1970, 1, 1)
_TIMES = r"^\d{4}-\d{2}-\d{2}[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$"

MAX_REMEMBERED = 400_000
_ENGAGED = (
    "SELECT e.project_id, w.id_blind, w.id FROM registry_worker w"
    " JOIN registry_engagement e ON e.worker_id = w.id WHERE w.id_blind IN (%s)"
)
_Key = tuple[int, str, str]  # project, document type, number as it was sent
_roster: dict[_Key, int] = {}  # → worker


def forget() -> None:
    """Empty this process's memory of who is on which roster. Nobody ever leaves it, so it cannot go stale."""
    _roster.clear()


@dataclass(slots=True)
class Quick:
    """What the quick lane took: the facts, and the positions of their rows."""

    facts: pa.Table
    positions: np.ndarray


class _Columns:
    """The columns of a batch as distinct values and codes; ``good`` marks the rows that are certain so far."""

    def __init__(self, rows: Rows, endpoint: Endpoint) -> None:
        self.rows = rows
        self.fields = {field.name: field for field in endpoint.fields}
        self.good = np.ones(rows.count, dtype=bool)
        self.good[rows.broken] = False

    def distinct(self, name: str) -> tuple[np.ndarray, list[Any]]:
        """For each row the place of its value in the list of distinct values, which ends with None."""
        found = self.rows.column(name)
        if found is None:
            return np.zeros(self.rows.count, dtype=np.int64), [None]
        column, unsure = found
        if unsure is not None:
            self.good &= ~unsure
        encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        values = encoded.dictionary.to_pylist()
        codes = encoded.indices.cast(pa.int64()).fill_null(len(values))
        return codes.to_numpy(zero_copy_only=False), [*values, None]

    def read(self, name: str, check: Callable[[Any], Any] | None = None) -> tuple[np.ndarray, list[Any]]:
        """Codes and read values of a column; rows whose value cannot be read or fails the check are not good."""
        codes, raw = self.distinct(name)
        field = self.fields[name]
        values: list[Any] = []
        sound = np.ones(len(raw), dtype=bool)
        for code, value in enumerate(raw):
            try:
                found = field.value(value)
                values.append(found if check is None else check(found))
            except (Problem, Refused):
                values.append(None)
                sound[code] = False
        self.good &= sound[codes]
        return codes, values

    def array(self, name: str, kind: pa.DataType, check: Callable[[Any], Any] | None = None) -> pa.Array:
        """A read column in Arrow."""
        codes, values = self.read(name, check)
        return pa.array(values, kind).take(pa.array(codes))


def swipes(rows: Rows, *, sender: Sender, today: date) -> Quick:
    """The certain rows of an attendance batch."""
    columns = _Columns(rows, ATTENDANCE)
    passed_at = _moments(columns)
    days = passed_at // _DAY_US
    earliest, latest = (EARLIEST - _EPOCH).days, (today - _EPOCH).days
    columns.good &= (days >= earliest) & (days <= latest)
    arrays = {
        "team_no": columns.array("team_no", pa.int64()),
        "direction": columns.array("direction", pa.string()),
        "way": columns.array("way", pa.string()),
        "device": columns.array("device", pa.string()),
        "passed_at": pa.array(passed_at, pa.int64()).cast(pa.timestamp("us")),
        "month": _months(days, columns.good),
    }
    return _facts("swipes", columns, sender, arrays)


def payroll(rows: Rows, *, sender: Sender, today: date) -> Quick:
    """The certain rows of a payroll batch: those that name the worker by identity number."""
    columns = _Columns(rows, PAYROLL)

    def month(value: str) -> str:
        return wage_month(value, "", today)

    def paid_on(value: date | None) -> date | None:
        if value is not None and value > today:
            raise Refused("", "", "")
        return value

    arrays = {
        "team_no": columns.array("team_no", pa.int64()),
        "month": columns.array("month", pa.string(), month),
        "sheet": columns.array("sheet", pa.string()),
        "days": columns.array("days", pa.float64()),
        "hours": columns.array("hours", pa.float64()),
        "due_fen": _amounts(columns, "due_fen", "due", required=True),
        "paid_fen": _amounts(columns, "paid_fen", "paid", required=False),
        "back_pay": columns.array("back_pay", pa.bool_()),
        "paid_on": columns.array("paid_on", pa.date32(), paid_on),
        "card_token": columns.array("card_number", pa.string(), lambda card: card_token(card) or None),
        "bank_code": columns.array("bank_code", pa.string()),
    }
    return _facts("payroll", columns, sender, arrays)


LANES: dict[str, Callable[..., Quick]] = {ATTENDANCE.name: swipes, PAYROLL.name: payroll}


def _facts(table: str, columns: _Columns, sender: Sender, arrays: dict[str, pa.Array]) -> Quick:
    project_ids, worker_ids = _people(columns, sender)
    schema = FACT_TABLES[table].schema
    arrays |= {"project_id": pa.array(project_ids), "worker_id": pa.array(worker_ids)}
    facts = pa.Table.from_arrays([arrays[name] for name in schema.names], schema=schema)
    positions = np.flatnonzero(columns.good)
    if len(positions) < columns.rows.count:
        facts = facts.take(pa.array(positions))
    return Quick(facts, positions)


def _moments(columns: _Columns) -> np.ndarray:
    """Times of passing in microseconds of civil time; the usual spellings of a text at once, others are not good."""
    count = columns.rows.count
    found = columns.rows.column("passed_at")
    if found is None:
        columns.good[:] = False
        return np.zeros(count, dtype=np.int64)
    column, unsure = found
    if unsure is not None:
        columns.good &= ~unsure
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type):
        column = pc.replace_substring_regex(column, r"\+08:00$", "")
        usual = pc.match_substring_regex(column, _TIMES).fill_null(False)
        days = pc.if_else(usual, pc.utf8_slice_codeunits(column, 0, 10), None).dictionary_encode()
        real = [_is_day(value) for value in days.dictionary.to_pylist()]
        sure = pc.fill_null(pa.array(real, pa.bool_()).take(days.indices), False)
        column = pc.if_else(sure, column, pa.scalar(None, pa.string())).cast(pa.timestamp("us"))
    elif not pa.types.is_timestamp(column.type):
        columns.good[:] = False
        return np.zeros(count, dtype=np.int64)
    columns.good &= column.is_valid().to_numpy(zero_copy_only=False)
    micros: np.ndarray = column.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    return micros


def _is_day(value: str) -> bool:
    try:
        datetime.strptime(value, "%Y-%m-%d")
    except ValueError:
        return False
    return True


def _months(days: np.ndarray, good: np.ndarray) -> pa.Array:
    distinct, codes = np.unique(np.where(good, days, 0), return_inverse=True)
    names = [month_of(date.fromordinal(_EPOCH.toordinal() + int(day))) for day in distinct]
    return pa.array(names, pa.string()).take(pa.array(codes))


def _amounts(columns: _Columns, in_fen: str, in_yuan: str, *, required: bool) -> pa.Array:
    """Amounts from two columns, fen before yuan; a missing one is not good, or nothing where it may be missing."""

    def sound(value: int | None) -> int | None:
        return None if value is None else amount_of(value, "")

    found = pc.coalesce(columns.array(in_fen, pa.int64(), sound), columns.array(in_yuan, pa.int64(), sound))
    if required:
        columns.good &= found.is_valid().to_numpy(zero_copy_only=False)
    return found.fill_null(0)


def _people(columns: _Columns, sender: Sender) -> tuple[np.ndarray, np.ndarray]:
    """Project and worker of each row; rows of a strange project or of somebody not on its roster are not good."""
    codes, names = columns.read("project_code")
    own = sender.project.code if sender.project is not None else ""
    names = [name or own for name in names]
    projects = _projects([name for name in set(names) if name], sender)
    project_of_code = np.array([projects.get(name, 0) for name in names], dtype=np.int64)
    project_ids = project_of_code[codes]
    type_codes, kinds = columns.read("id_type")
    number_codes, numbers = columns.read("id_number")
    columns.good &= project_ids > 0
    columns.good &= np.array([bool(number) for number in numbers])[number_codes]
    good = np.flatnonzero(columns.good)
    # One look-up for each distinct (project, document), however often it occurs.
    keys = (project_ids[good] * len(kinds) + type_codes[good]) * len(numbers) + number_codes[good]
    _, first, back = np.unique(keys, return_index=True, return_inverse=True)
    rows = good[first]
    triples = zip(project_ids[rows].tolist(), type_codes[rows].tolist(), number_codes[rows].tolist(), strict=True)
    wanted = [(project, kinds[kind], numbers[number]) for project, kind, number in triples]
    workers = np.array(_workers(wanted), dtype=np.int64)
    worker_ids = np.zeros(columns.rows.count, dtype=np.int64)
    worker_ids[good] = workers[back] if len(workers) else 0
    columns.good &= worker_ids > 0
    return project_ids, worker_ids


def _projects(codes: Sequence[str], sender: Sender) -> dict[str, int]:
    """Ids of the projects among these codes that the sender may speak for."""
    found: dict[str, int] = {}
    for start in range(0, len(codes), _CHUNK):
        chunk = codes[start : start + _CHUNK]
        for project in Project.objects.filter(code__in=chunk).only("pk", "code", "region_code"):
            if may_send(sender, project):
                found[project.code] = project.pk
    return found


def _workers(wanted: Sequence[_Key]) -> list[int]:
    """The worker of each (project, document), 0 where the number is wrong or its owner not on the roster."""
    known = [_roster.get(key, 0) for key in wanted]
    unknown = [key for key, worker in zip(wanted, known, strict=True) if not worker]
    if not unknown:
        return known
    owners: dict[bytes, list[tuple[str, str]]] = defaultdict(list)
    for kind, number in {key[1:] for key in unknown}:
        if identity_problem(normal_identity(number), kind) is None:
            owners[identity_blind(number, kind)].append((kind, number))
    fresh: dict[_Key, int] = {}
    blinds = sorted(owners)  # neighbours in the index are read together
    with connection.cursor() as cursor:
        for start in range(0, len(blinds), _CHUNK):
            chunk = blinds[start : start + _CHUNK]
            # The ORM would spend more time on ten thousand parameters than the database on the answer.
            cursor.execute(_ENGAGED % ",".join(["%s"] * len(chunk)), chunk)
            for project, blind, worker in cursor.fetchall():
                for kind, number in owners[bytes(blind)]:
                    fresh[(project, kind, number)] = worker
    if len(_roster) + len(unknown) > MAX_REMEMBERED:
        _roster.clear()
    _roster.update((key, fresh[key]) for key in unknown if key in fresh)
    return [worker or fresh.get(key, 0) for key, worker in zip(wanted, known, strict=True)]
