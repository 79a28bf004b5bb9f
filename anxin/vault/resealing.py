"""Sealing again under the current key what older versions seal, while doors keep writing.

Sealed columns are found by their name in every room's tables (``*_sealed``, ``sealed_*``), so a new one cannot be
forgotten. Nothing is noted down between batches: a value names its own key version, so a run that was cut short is
simply run again.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import BinaryField, Count, Model, Q, Value
from django.db.models.functions import Substr

from anxin.vault import evidence, keys
from anxin.vault.fields import open_bytes, seal_bytes

BATCH = 200
EVIDENCE = "evidence"


@dataclass
class Resealed:
    """What a run did: values sealed again, and those that no key opens, by place."""

    done: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)


def sealed_columns() -> dict[type[Model], list[str]]:
    """Every table with sealed columns, and their names."""
    found: dict[type[Model], list[str]] = {}
    for model in apps.get_models():
        names = [
            f.name
            for f in model._meta.local_concrete_fields
            if isinstance(f, BinaryField) and (f.name.endswith("_sealed") or f.name.startswith("sealed_"))
        ]
        if names:
            found[model] = names
    return found


def place(model: type[Model], column: str) -> str:
    """The name under which a column is reported."""
    return f"{model._meta.label}.{column}"


def versions() -> dict[str, Counter[int]]:
    """How many values each place holds under each key version; empty values are not counted."""
    answer: dict[str, Counter[int]] = {}
    for model, names in sealed_columns().items():
        for name in names:
            counted = Counter[int]()
            rows = model._default_manager.exclude(**{name: b""}).exclude(**{name: None})
            for first, number in _by_version(rows, name):
                counted[bytes(first)[0]] += number
            answer[place(model, name)] = counted
    answer[EVIDENCE] = Counter(version for _, version in evidence.stored())
    return answer


def _by_version(rows: Any, name: str) -> Any:
    return rows.values_list(_first(name)).annotate(n=Count("pk")).order_by()


def _first(name: str) -> Substr:
    return Substr(name, 1, 1, output_field=BinaryField())


def left() -> int:
    """How many values are not under the current version."""
    current = keys.load(settings.DATA).current
    return sum(n for counted in versions().values() for version, n in counted.items() if version != current)


def reseal(*, progress: Callable[[int, int], None] | None = None) -> Resealed:
    """Seal everything again that is not under the current version; may be interrupted, repeated, run twice at once."""
    report = Resealed()
    total = left()
    for model, names in sealed_columns().items():
        last = 0
        while (last := _batch(model, names, last, report)) >= 0:
            if progress is not None:
                progress(report.done.total() + report.lost.total(), total)
    current = keys.load(settings.DATA).current
    for digest, version in evidence.stored():
        if version == current:
            continue
        try:
            evidence.reseal(digest)
            report.done[EVIDENCE] += 1
        except FileNotFoundError:
            continue
        except ValueError:
            report.lost[EVIDENCE] += 1
        if progress is not None:
            progress(report.done.total() + report.lost.total(), total)
    return report


def _batch(model: type[Model], names: list[str], last: Any, report: Resealed) -> Any:
    """One batch in one short transaction; the key of its last row, or -1 when there is none after ``last``.

    Rows that a door holds are passed over and not waited for: nobody waits for us in a circle, and a later run (or the
    door itself) seals them. A row that was read here cannot change before it is written, so no news is overwritten.
    """
    version = keys.load(settings.DATA).current
    old = Q()
    for name in names:
        current = Value(bytes([version]), output_field=BinaryField())
        old |= ~Q(**{name: b""}) & Q(**{f"{name}__isnull": False}) & ~Q(**{f"first_{name}": current})
    with transaction.atomic():
        rows = list(
            model._default_manager.alias(**{f"first_{name}": _first(name) for name in names})
            .filter(old, pk__gt=last)
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .order_by("pk")
            .values_list("pk", *names)[:BATCH]
        )
        for index, name in enumerate(names, start=1):
            fresh = []
            for row in rows:
                sealed = bytes(row[index] or b"")
                if not sealed or sealed[0] == version:
                    continue
                try:
                    fresh.append((seal_bytes(open_bytes(sealed)), row[0]))
                except ValueError:
                    report.lost[place(model, name)] += 1
            _update(model, name, fresh)
            if fresh:
                report.done[place(model, name)] += len(fresh)
    return rows[-1][0] if rows else -1


def _update(model: type[Model], name: str, values: list[tuple[bytes, Any]]) -> None:
    if not values:
        return
    quote = connection.ops.quote_name
    columns = {f.name: str(f.column) for f in model._meta.local_concrete_fields}
    column, key = quote(columns[name]), quote(columns[str(model._meta.pk.name)])
    # Names of our own tables only; the values are parameters.
    sql = f"UPDATE {quote(model._meta.db_table)} SET {column} = %s WHERE {key} = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)
