"""Rows read, added and changed by statements that are spelled once.

Django spells every query anew, which takes several times as long as the database needs to answer a plain one. The acts
that run by the thousand use these functions; each means what the Django sentence in its first line means. Whatever
asks for more than one table and equalities stays a query set.

PostgreSQL keeps the plans of these statements too (``cursor``): Django sends it every query with the values written in,
which it reads and plans anew each time.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, models
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row", bound=models.Model)
_AT_ONCE = 100


def read(model: type[Row], *, lock: bool = False, **equal: Any) -> list[Row]:
    """``list(model.objects.filter(**equal))``, by columns of the table itself (``case_id=7``, ``done_at=None``).

    ``lock``: ``select_for_update(no_key=True)``; raises TransactionManagementError outside a transaction.
    """
    if lock and not connection.in_atomic_block:
        raise TransactionManagementError("Rows are locked in a transaction.")
    given = tuple((name, value is None) for name, value in equal.items())
    sql, fields, names, converters = _select(model, given, lock)
    database = connections[DEFAULT_DB_ALIAS]
    values = (value for value in equal.values() if value is not None)
    told = [field.get_db_prep_value(value, database) for field, value in zip(fields, values, strict=True)]
    with cursor() as asked:
        asked.execute(sql, told)
        found = [list(row) for row in asked.fetchall()]
    for row in found:
        for place, convert, column in converters:
            row[place] = convert(row[place], column, database)
    return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in found]


def one(model: type[Row], *, lock: bool = False, **equal: Any) -> Row:
    """``model.objects.get(**equal)`` by columns that are unique. Raises the model's DoesNotExist."""
    found = read(model, lock=lock, **equal)
    if not found:
        raise model.DoesNotExist(f"{model._meta.object_name} does not exist.")  # type: ignore[attr-defined]
    return found[0]


def add(*rows: models.Model) -> None:
    """``model.objects.bulk_create(rows)``: new rows of one model, which get their keys."""
    left = iter(rows)
    while some := list(islice(left, _AT_ONCE)):
        _add(some)


def add_unknown(
    model: type[models.Model], names: tuple[str, ...], rows: Sequence[Sequence[Any]], *, known_by: str
) -> list[bool]:
    """``model.objects.bulk_create(rows, ignore_conflicts=True)`` where the column ``known_by`` is unique.

    A row holds the values of ``names``, which are all columns but the key. Answers for each whether it went in: not
    when the table or an earlier row has its ``known_by``.
    """
    head, places, tail, moments = _insert_unknown(model, names, known_by)
    adapt = connection.ops.adapt_datetimefield_value
    told: list[Any] = []
    for row in rows:
        told += row
        for place in moments:
            told[place - len(row)] = adapt(row[place])
    with cursor() as asked:
        asked.execute(head + ", ".join([places] * len(rows)) + tail, told)
        fresh = {value for (value,) in asked.fetchall()}
    if len(fresh) == len(rows):
        return [True] * len(rows)
    went_in, place = [], names.index(known_by)
    for row in rows:
        went_in.append(row[place] in fresh)
        fresh.discard(row[place])
    return went_in


def change(row: models.Model, *names: str) -> None:
    """``row.save(update_fields=names)``. Raises DatabaseError when the row is gone."""
    sql, fields, key = _update(type(row), names)
    database = connections[DEFAULT_DB_ALIAS]
    told = [field.get_db_prep_save(field.pre_save(row, False), database) for field in fields]
    with cursor() as asked:
        asked.execute(sql, [*told, key.get_db_prep_save(row.pk, database)])
        if asked.rowcount != 1:
            raise DatabaseError("The row to be changed is gone.")


def change_all(model: type[models.Model], values: Mapping[str, Any], **equal: Any) -> int:
    """``model.objects.filter(**equal).update(**values)``, by columns of the table itself; ``pk`` is a list of keys."""
    if "pk" in equal and not equal["pk"]:
        return 0
    keys = equal.pop("pk", ())
    given = tuple((name, value is None) for name, value in equal.items())
    sql, fields = _update_all(model, tuple(values), given, len(keys))
    told = [*values.values(), *(value for value in equal.values() if value is not None), *keys]
    with cursor() as asked:
        asked.execute(
            sql, [field.get_db_prep_save(value, connection) for field, value in zip(fields, told, strict=True)]
        )
        count: int = asked.rowcount
        return count


def cursor() -> Any:
    """``connection.cursor()`` for statements that are spelled once: PostgreSQL gets the values apart from the words,
    and keeps the plan of one that a connection asks again and again (``prepare_threshold`` in the settings)."""
    # Django's log of queries cannot tell the words of one that is planned already.
    if connection.vendor != "postgresql" or connection.queries_logged:
        return connection.cursor()
    connection.ensure_connection()
    return connection._prepare_cursor(_binding()(connection.connection))  # type: ignore[attr-defined]


@cache
def _binding() -> Any:
    """psycopg's own cursor; Django's writes the values into the words."""
    from psycopg import Cursor

    return Cursor


def _add(rows: Sequence[models.Model]) -> None:
    for row in rows:
        # What was named before it had a key has one now.
        row._prepare_related_fields_for_save(operation_name="add")  # type: ignore[attr-defined]
    given = rows[0].pk is not None
    head, places, tail, fields = _insert(type(rows[0]), given)
    database = connections[DEFAULT_DB_ALIAS]
    told = [field.get_db_prep_save(field.pre_save(row, True), database) for row in rows for field in fields]
    with cursor() as asked:
        asked.execute(head + ", ".join([places] * len(rows)) + tail, told)
        keys = [] if given else asked.fetchall()
    for row, (key,) in zip(rows, keys, strict=not given):
        row.pk = key
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


_Converter = tuple[int, Callable[[Any, Any, Any], Any], Any]


@cache
def _select(
    model: type[models.Model], given: tuple[tuple[str, bool], ...], lock: bool
) -> tuple[str, list[Any], list[str], list[_Converter]]:
    quote, meta = _spelling(model)
    asked = [(meta.pk if name == "pk" else _column(model, name), null) for name, null in given]
    tests = [f"{quote(field.column)} IS NULL" if null else f"{quote(field.column)} = %s" for field, null in asked]
    columns = ", ".join(quote(field.column) for field in meta.concrete_fields)
    sql = f"SELECT {columns} FROM {quote(meta.db_table)} WHERE {' AND '.join(tests)}"  # noqa: S608
    if lock and connection.features.has_select_for_update:
        sql += f" {connection.ops.for_update_sql(no_key=True)}"
    converters = []
    for place, field in enumerate(meta.concrete_fields):
        column = field.get_col(meta.db_table)
        for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection)):
            converters.append((place, convert, column))
    return sql, [field for field, null in asked if not null], [f.attname for f in meta.concrete_fields], converters


@cache
def _insert(model: type[models.Model], with_key: bool) -> tuple[str, str, str, list[Any]]:
    quote, meta = _spelling(model)
    fields: list[Any] = [field for field in meta.concrete_fields if with_key or not field.primary_key]
    columns = ", ".join(quote(field.column) for field in fields)
    head = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES "  # noqa: S608
    tail = "" if with_key else f" RETURNING {quote(meta.pk.column)}"
    return head, f"({', '.join(['%s'] * len(fields))})", tail, fields


@cache
def _insert_unknown(
    model: type[models.Model], names: tuple[str, ...], known_by: str
) -> tuple[str, str, str, list[int]]:
    quote, meta = _spelling(model)
    fields = [_column(model, name) for name in names]
    columns = ", ".join(quote(field.column) for field in fields)
    head = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES "  # noqa: S608
    key = quote(_column(model, known_by).column)
    moments = [place for place, field in enumerate(fields) if isinstance(field, models.DateTimeField)]
    return head, f"({', '.join(['%s'] * len(fields))})", f" ON CONFLICT ({key}) DO NOTHING RETURNING {key}", moments


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[Any], Any]:
    quote, meta = _spelling(model)
    fields = [_column(model, name) for name in names]
    told = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    sql = f"UPDATE {quote(meta.db_table)} SET {told} WHERE {quote(meta.pk.column)} = %s"  # noqa: S608
    return sql, fields, meta.pk


@cache
def _update_all(
    model: type[models.Model], names: tuple[str, ...], given: tuple[tuple[str, bool], ...], keys: int
) -> tuple[str, list[Any]]:
    quote, meta = _spelling(model)
    fields = [_column(model, name) for name in names]
    told = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    asked = [(_column(model, name), null) for name, null in given]
    tests = [f"{quote(field.column)} IS NULL" if null else f"{quote(field.column)} = %s" for field, null in asked]
    if keys:
        tests.append(f"{quote(meta.pk.column)} IN ({', '.join(['%s'] * keys)})")
    sql = f"UPDATE {quote(meta.db_table)} SET {told} WHERE {' AND '.join(tests)}"  # noqa: S608
    return sql, [*fields, *(field for field, null in asked if not null), *[meta.pk] * keys]


def _spelling(model: type[models.Model]) -> tuple[Callable[[Any], str], Any]:
    return connection.ops.quote_name, model._meta


def _column(model: type[models.Model], name: str) -> Any:
    for field in model._meta.concrete_fields:
        if name in (field.name, field.attname):
            return field
    raise ValueError(f"{model._meta.object_name} has no column {name}.")
