"""A restore: an archive unpacked into an empty data folder, every file proved by its hash before it is put in place."""

import hashlib
import os
import secrets
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import orjson
from django.conf import settings
from django.db import connection

from anxin.upkeep import databases
from anxin.upkeep.backup import FORMAT, MANIFEST, BackupError, fingerprints
from anxin.vault import keys

Progress = Callable[[int, int], None]
_KINDS = ("database", "ledger", "evidence", "papers", "keys")


@dataclass(frozen=True)
class Restored:
    """What was put in place: files, database rows, when the backup was made and the head of its trail."""

    files: int
    rows: int
    made_at: str
    head: str


def restore(file: Path, *, progress: Progress | None = None) -> Restored:
    """Put an archive's content into this data folder (and, on PostgreSQL, into this database), both empty.

    The folder may hold ``keys/keys.json``, and must when the archive was made without keys. Raises ``BackupError``, and
    then nothing was put in place, when anything is damaged, missing or does not fit.
    """
    if not file.is_file():
        raise BackupError(f"There is no file {file}.")
    _refuse_what_is_there()
    data = Path(settings.DATA)
    with _aside(data) as aside:
        try:
            manifest, found = _unpack(file, aside, progress)
        except (tarfile.TarError, EOFError, OSError, ValueError) as error:
            if isinstance(error, BackupError):
                raise
            raise BackupError(f"{file} is damaged or no backup: {type(error).__name__}.") from error
        _prove(manifest, found)
        _fits(manifest, aside)
        rows = _check_sqlite(aside, manifest) if manifest["database"] == "sqlite" else manifest["rows"]
        if manifest["with_keys"]:
            _put_keys(aside)
        if manifest["database"] == "postgresql":
            loaded = databases.load_postgres(aside / "database", manifest["migrations"])
            if loaded != rows:
                raise BackupError("The database took other numbers of rows than the backup holds; start again empty.")
        _put_in_place(aside, data)
    return Restored(len(manifest["files"]), sum(rows.values()), str(manifest["made_at"]), str(manifest["head"]))


def _refuse_what_is_there() -> None:
    data = Path(settings.DATA)
    blank = {file.name for file in _blank_database()}
    there = sorted(p.name for p in data.iterdir() if p.name not in {"keys", *blank}) if data.exists() else []
    if there:
        raise BackupError(
            f"{data} is not empty ({', '.join(there[:3])}); restore into a new folder, named with ANXIN_DATA."
        )
    if connection.vendor == "postgresql" and not databases.is_empty():
        raise BackupError("The database has tables already; restore into an empty one, named with DATABASE_URL.")


def _blank_database() -> list[Path]:
    """The files of an SQLite database without a table: what a look at a fresh folder (``anxin doctor``) leaves."""
    file = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or not file.is_file():
        return []
    connection.close()
    database = sqlite3.connect(file)
    try:
        (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        return []
    finally:
        database.close()
    return [] if tables else [file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")]


@contextmanager
def _aside(data: Path) -> Iterator[Path]:
    folder = data / f".restore-{secrets.token_hex(8)}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(file: Path, aside: Path, progress: Progress | None) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    size = file.stat().st_size
    with file.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:*") as archive:
        for entry in archive:
            name = PurePosixPath(entry.name)
            source = archive.extractfile(entry) if entry.isreg() else None
            if source is None or name.is_absolute() or ".." in name.parts:
                raise BackupError(f"{file} holds something that no backup of ours does.")
            if entry.name == MANIFEST:
                manifest = orjson.loads(source.read())
                continue
            if name.parts[0] not in _KINDS:
                raise BackupError(f"{file} holds something that no backup of ours does.")
            found[entry.name] = _write(source, aside / entry.name)
            if progress is not None:
                progress(min(raw.tell(), size), size)
    if not isinstance(manifest, dict):
        raise BackupError(f"{file} ends before its manifest: it is cut off, or no backup.")
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{file} was made by another version ({manifest.get('version')}) in a format not known here.")
    return manifest, found


def _write(source: IO[bytes], target: Path) -> dict[str, Any]:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as sink:
        while block := source.read(1 << 20):
            digest.update(block)
            size += len(block)
            sink.write(block)
        sink.flush()
        os.fsync(sink.fileno())
    return {"sha256": digest.hexdigest(), "size": size}


def _prove(manifest: dict[str, Any], found: dict[str, dict[str, Any]]) -> None:
    told = manifest["files"]
    for name in sorted(told.keys() | found.keys()):
        if name not in found:
            raise BackupError(f"{name} is missing in the archive.")
        if found[name] != told.get(name):
            raise BackupError(f"{name} is not as it was when the backup was made.")


def _fits(manifest: dict[str, Any], aside: Path) -> None:
    if manifest["database"] != connection.vendor:
        raise BackupError(
            f"The backup is of {manifest['database']}; DATABASE_URL names {connection.vendor}. Restore it into its own."
        )
    newer = databases.unknown_migrations(manifest["migrations"])
    if newer:
        raise BackupError(f"The backup was made by a newer version ({newer[-1]}); install that version first.")
    if not manifest["with_keys"]:
        here = fingerprints()
        missing = [name for name, digest in manifest["keys"].items() if here.get(name) != digest]
        if missing:
            raise BackupError(
                f"The keys do not belong to this backup ({', '.join(missing)}). Copy the keys.json that does to "
                f"{keys.path(Path(settings.DATA))} and run it again."
            )


def _check_sqlite(aside: Path, manifest: dict[str, Any]) -> dict[str, int]:
    database = sqlite3.connect(aside / "database" / databases.SQLITE_NAME)
    try:
        (sound,) = database.execute("PRAGMA quick_check(1)").fetchone()
        rows = databases.sqlite_rows(database)
    finally:
        database.close()
    if sound != "ok" or rows != manifest["rows"]:
        raise BackupError("The database in the archive is not sound.")
    return rows


def _put_keys(aside: Path) -> None:
    # The command made fresh keys when it started; nothing was ever sealed with them.
    source, target = aside / "keys" / "keys.json", keys.path(Path(settings.DATA))
    source.chmod(0o600)
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _put_in_place(aside: Path, data: Path) -> None:
    for name in ("ledger", "evidence", "papers"):
        if (aside / name).exists():
            (aside / name).replace(Path(settings.LEDGER) if name == "ledger" else data / name)
    database = aside / "database" / databases.SQLITE_NAME
    if database.exists():
        for blank in _blank_database():
            blank.unlink(missing_ok=True)
        connection.close()
        database.replace(Path(str(connection.settings_dict["NAME"])))
