"""A backup: one archive of a consistent moment, taken while everything runs.

Under the ledger's lock (no sealing; doors go on) the database's snapshot is fixed and the live ledger files are linked
aside; both are then packed at leisure. So the database and the ledger agree on every seal. Evidence is written once and
before what names it, so it is packed last. The keys stay out unless asked for: who holds both holds everything.

Archive: ``database/anxin.sqlite3`` or ``database/tables/*.copy`` (PostgreSQL), ``ledger/…``, ``evidence/…``,
``papers/…`` (an office's own templates), ``keys/keys.json`` if asked for, and last ``manifest.json`` with the SHA-256
of every file before it.
"""

import contextlib
import fcntl
import hashlib
import io
import os
import secrets
import shutil
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from anxin.ledger import tables
from anxin.ledger.locks import only_one
from anxin.upkeep import databases
from anxin.vault import keys

FORMAT = 1
# Between making its folder and holding it a backup takes no time to speak of.
_YOUNG_S = 60
MANIFEST = "manifest.json"
Progress = Callable[[int, int], None]


class BackupError(ValueError):
    """Why a backup or a restore did not take place; nothing was changed."""


@dataclass(frozen=True)
class Backed:
    """What an archive holds: files, their bytes before packing, database rows, head of the trail."""

    files: int
    bytes: int
    rows: int
    head: str


def backup(file: Path, *, at: datetime, with_keys: bool = False, progress: Progress | None = None) -> Backed:
    """Write the archive ``file`` (``.tar.gz``, or ``.tar`` unpacked). Raises ``BackupError`` when it exists already."""
    if not file.name.endswith((".tar.gz", ".tar")):
        raise BackupError(f"Name the archive .tar.gz or .tar, not {file.name}.")
    if file.exists():
        raise BackupError(f"{file} exists already; a backup never overwrites one.")
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    with _aside() as aside:
        with only_one("ledger", wait=True):
            _link_ledger(aside / "ledger")
            snapshot = databases.open_snapshot()
        with snapshot as source:
            known = source.facts()
            rows = source.write(aside / "database")
        try:
            manifest = {
                "format": FORMAT,
                "made_at": at,
                "version": version("anxin"),
                "database": source.vendor,
                "migrations": known["migrations"],
                "rows": rows,
                "head": known["head"],
                "keys": fingerprints(),
                "with_keys": with_keys,
            }
            files = _pack(part, aside, manifest, with_keys=with_keys, progress=progress)
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)
    return Backed(len(files), sum(f["size"] for f in files.values()), sum(rows.values()), str(known["head"]))


def fingerprints() -> dict[str, str]:
    """One hash a key of this data folder, by which a restore knows whether the keys beside it are the right ones."""
    known = keys.load(settings.DATA)
    named = {f"encryption {v}": k for v, k in sorted(known.encryption.items())} | {"blind": known.blind}
    return {name: hashlib.sha256(b"anxin key " + key).hexdigest()[:32] for name, key in named.items()}


@contextmanager
def _aside() -> Iterator[Path]:
    """A folder on the ledger's own disk, so that its files can be linked instead of copied. Those of backups that were
    killed are taken away: their links keep what compaction removed."""
    for left in Path(settings.LEDGER).glob(".backup-*"):
        with contextlib.suppress(OSError), _held(left):
            if time.time() - left.stat().st_mtime > _YOUNG_S:
                shutil.rmtree(left)
    folder = Path(settings.LEDGER) / f".backup-{secrets.token_hex(8)}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        with _held(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder as long as this process lives; raises BlockingIOError while another holds it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _link_ledger(target: Path) -> None:
    for name in tables.SCHEMAS:
        if not tables.has_commits(name):
            continue
        folder = tables.path(name)
        live = [Path(file) for file in tables.files(name)]
        for source in [*live, *(f for f in sorted((folder / "_delta_log").rglob("*")) if f.is_file())]:
            _link(source, target / name / source.relative_to(folder))


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _pack(
    part: Path, aside: Path, manifest: dict[str, Any], *, with_keys: bool, progress: Progress | None
) -> dict[str, dict[str, Any]]:
    data = Path(settings.DATA)
    sources = [(f.relative_to(aside).as_posix(), f) for f in sorted(aside.rglob("*")) if f.is_file()]
    sources += [(f.relative_to(data).as_posix(), f) for f in sorted((data / "evidence").glob("??/*.bin"))]
    # An office's own templates, marks and font.
    own = sorted(file for file in (data / "papers").rglob("*") if file.suffix in (".docx", ".yaml", ".ttf"))
    sources += [(f.relative_to(data).as_posix(), f) for f in own]
    if with_keys:
        sources.append(("keys/keys.json", keys.path(data)))
    files: dict[str, dict[str, Any]] = {}
    packed = part.name.split(".tar")[1].startswith(".gz")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as sink:
        # Parquet is packed already and sealed bytes do not pack: level 1 is for the database.
        how: dict[str, Any] = {"mode": "w:gz", "compresslevel": 1} if packed else {"mode": "w"}
        with tarfile.open(fileobj=sink, format=tarfile.PAX_FORMAT, **how) as archive:
            for number, (name, source) in enumerate(sources, start=1):
                try:
                    files[name] = _add(archive, name, source)
                except FileNotFoundError:
                    # Evidence that was erased since it was listed.
                    continue
                if progress is not None:
                    progress(number, len(sources))
            content = orjson.dumps({**manifest, "files": files}, option=orjson.OPT_INDENT_2)
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mode = len(content), 0o600
            archive.addfile(entry, io.BytesIO(content))
        sink.flush()
        os.fsync(sink.fileno())
    return files


def _add(archive: tarfile.TarFile, name: str, source: Path) -> dict[str, Any]:
    with source.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = handle.tell(), 0o600
        entry.mtime = int(os.fstat(handle.fileno()).st_mtime)
        handle.seek(0)
        archive.addfile(entry, handle)
    return {"sha256": digest, "size": entry.size}
