"""The relational database in a backup: a file copy of SQLite, tables as COPY text of PostgreSQL.

A snapshot is fixed when it is opened; writers go on meanwhile and are not seen.
"""

import sqlite3
from pathlib import Path
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

SQLITE_NAME = "anxin.sqlite3"
_HEAD = "SELECT number, digest FROM people_event ORDER BY number DESC LIMIT 1"
_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
# Known again after any migration; loading them would meet what migrate has just written.
_TABLES_OF_POSTGRESQL = """
    SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'django_migrations'
    ORDER BY tablename
"""
Snapshot = Any


class SqliteSnapshot:
    """A SQLite database as it stood when this was made."""

    vendor = "sqlite"

    def __init__(self, file: str) -> None:
        self._source = sqlite3.connect(file, isolation_level=None)
        # The first read of a transaction fixes what it sees.
        self._source.execute("BEGIN")
        self._source.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def __enter__(self) -> "SqliteSnapshot":
        return self

    def __exit__(self, *error: object) -> None:
        self._source.close()

    def facts(self) -> dict[str, Any]:
        """Migrations applied and head of the trail."""
        head = self._source.execute(_HEAD).fetchone()
        return {
            "migrations": [f"{app}.{name}" for app, name in self._source.execute(_MIGRATIONS)],
            "head": f"{head[0]}:{head[1]}" if head else "",
        }

    def write(self, folder: Path) -> dict[str, int]:
        """Copy it into a folder; the answer is the number of rows by table."""
        folder.mkdir(parents=True)
        target = sqlite3.connect(folder / SQLITE_NAME)
        try:
            self._source.backup(target)
            return sqlite_rows(target)
        finally:
            target.close()


def sqlite_rows(database: sqlite3.Connection) -> dict[str, int]:
    """Number of rows by table."""
    names = [
        name
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
    ]
    # Names from the database's own catalogue.
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


class PostgresSnapshot:
    """A PostgreSQL database as it stood when this was made: one read-only transaction of this connection."""

    vendor = "postgresql"

    def __init__(self) -> None:
        self._transaction = transaction.atomic()
        self._transaction.__enter__()
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT 1")

    def __enter__(self) -> "PostgresSnapshot":
        return self

    def __exit__(self, *error: Any) -> None:
        self._transaction.__exit__(*error)

    def facts(self) -> dict[str, Any]:
        """Migrations applied and head of the trail."""
        with connection.cursor() as cursor:
            cursor.execute(_HEAD)
            head = cursor.fetchone()
            cursor.execute(_MIGRATIONS)
            return {
                "migrations": [f"{app}.{name}" for app, name in cursor.fetchall()],
                "head": f"{head[0]}:{head[1]}" if head else "",
            }

    def write(self, folder: Path) -> dict[str, int]:
        """Copy it into a folder, a file a table; the answer is the number of rows by table."""
        folder = folder / "tables"
        folder.mkdir(parents=True)
        rows = {}
        with connection.cursor() as cursor:
            cursor.execute(_TABLES_OF_POSTGRESQL)
            for (name,) in cursor.fetchall():
                columns = _columns(cursor, name)
                with (folder / f"{name}.copy").open("wb") as sink:
                    sink.write((",".join(columns) + "\n").encode())
                    with cursor.copy(f"COPY {_quoted(name)} ({_listed(columns)}) TO STDOUT") as source:
                        for block in source:
                            sink.write(block)
                rows[name] = cursor.rowcount
        return rows


def open_snapshot() -> Snapshot:
    """Fix a snapshot of the database in use."""
    if connection.vendor == "postgresql":
        return PostgresSnapshot()
    return SqliteSnapshot(str(connection.settings_dict["NAME"]))


def unknown_migrations(names: list[str]) -> list[str]:
    """Migrations of a backup that this version of the system does not have."""
    loader = MigrationLoader(None)
    known = {f"{app}.{name}" for app, name in (*loader.disk_migrations, *loader.replacements)}
    return [name for name in names if name not in known]


def is_empty() -> bool:
    """Whether the PostgreSQL database in use has no tables yet."""
    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor)


def load_postgres(folder: Path, migrations: list[str]) -> dict[str, int]:
    """Make the tables as they were, fill them, and bring them up to this version. Answers the rows by table.

    The tables must be empty but for what migrations write, which is replaced.
    """
    executor = MigrationExecutor(connection)
    wanted = {tuple(name.split(".", 1)) for name in migrations}
    graph = executor.loader.graph
    followed = {parent.key for node in wanted & graph.nodes.keys() for parent in graph.node_map[node].parents}
    targets = sorted(node for node in wanted & graph.nodes.keys() if node not in followed)
    executor.migrate(targets)
    files = sorted((folder / "tables").glob("*.copy"))
    rows = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(_quoted(file.stem) for file in files)}")
        # Django's foreign keys are deferrable: judged when everything is there.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for file in files:
            with file.open("rb") as source:
                columns = source.readline().decode().strip().split(",")
                with cursor.copy(f"COPY {_quoted(file.stem)} ({_listed(columns)}) FROM STDIN") as sink:
                    while block := source.read(1 << 20):
                        sink.write(block)
            rows[file.stem] = cursor.rowcount
        _reset_sequences(cursor)
    return rows


def _reset_sequences(cursor: Any) -> None:
    from django.apps import apps

    models = apps.get_models(include_auto_created=True)
    for sql in connection.ops.sequence_reset_sql(no_style(), models):
        cursor.execute(sql)


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _listed(columns: list[str]) -> str:
    return ", ".join(_quoted(name) for name in columns)
