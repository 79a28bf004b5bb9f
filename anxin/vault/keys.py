"""The key file: ``<data>/keys/keys.json``, mode 600, versioned encryption keys and one blind-index key.

Made on first use; afterwards only a rotation adds a version to it, in one atomic replacement that every running
process notices. A key of 32 bytes is AES-256's, one of 16 bytes SM4's (GB/T 32907). No version is ever taken away:
values sealed in a transaction that began before a rotation, and older backups, still need it. Losing the file loses
every personal field: back it up apart from the database.
"""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZES = {"aes-256-gcm": 32, "sm4-gcm": 16}
# The version is one byte in front of every sealed value.
MAX_VERSION = 255


@dataclass(frozen=True)
class Keys:
    """``encryption`` maps version to key; ``current`` is the version new values are sealed with."""

    current: int
    encryption: dict[int, bytes]
    blind: bytes
    django: str

    def __repr__(self) -> str:
        return f"Keys(current={self.current}, versions={sorted(self.encryption)})"


_read: dict[Path, tuple[str, tuple[int, int, int], Keys]] = {}


def path(data: Path) -> Path:
    """Where the key file of a data folder lies."""
    return data / "keys" / "keys.json"


def django_secret(data: Path) -> str:
    """Django's signing secret."""
    return load(data).django


def cipher_name(key: bytes) -> str:
    """The cipher a key is for."""
    return next(name for name, size in SIZES.items() if size == len(key))


def load(data: Path) -> Keys:
    """The keys of a data folder as they are now, made when there are none yet.

    Costs one ``stat`` unless another process has replaced the file since. Raises ValueError with one sentence when the
    file is there but cannot be used, or is gone from a folder that holds data.
    """
    known = _read.get(data)
    file = known[0] if known is not None else str(path(data))
    try:
        now = os.stat(file)
    except FileNotFoundError:
        if any((data / name).exists() for name in ("anxin.sqlite3", "ledger")):
            raise ValueError(
                f"The key file {file} is gone, and nothing stored here opens without it; restore it from your backup."
            ) from None
        _create(Path(file))
        now = os.stat(file)
    stamp = (now.st_mtime_ns, now.st_ino, now.st_size)
    if known is not None and known[1] == stamp:
        return known[2]
    keys = _parse(Path(file))
    _read[data] = (file, stamp, keys)
    return keys


def rotate(data: Path, *, cipher: str = "") -> Keys:
    """Add a version and make it the current one. ``cipher`` (aes-256-gcm, sm4-gcm): default the current key's own.

    Other processes seal with it from their next value on; what is sealed already stays readable.
    """
    load(data)
    with _alone(path(data)):
        raw = json.loads(path(data).read_text())
        keys = _parse(path(data))
        version = max(keys.encryption) + 1
        if version > MAX_VERSION:
            raise ValueError(f"There are {MAX_VERSION} key versions already, as many as a sealed value can name.")
        size = SIZES[cipher] if cipher else len(keys.encryption[keys.current])
        raw["encryption"][str(version)] = base64.b64encode(secrets.token_bytes(size)).decode()
        raw["current"] = version
        draft = _draft(path(data), raw)
        draft.replace(path(data))
        _flush_folder(path(data).parent)
    return load(data)


def _parse(file: Path) -> Keys:
    try:
        raw = json.loads(file.read_text())
        encryption = {int(v): base64.b64decode(k) for v, k in raw["encryption"].items()}
        keys = Keys(int(raw["current"]), encryption, base64.b64decode(raw["blind"]), raw["django"])
        if any(len(k) not in SIZES.values() for k in encryption.values()) or keys.current not in encryption:
            raise ValueError
    except (KeyError, ValueError, TypeError, AttributeError):
        # Without the cause: it may quote the file.
        raise ValueError(f"The key file {file} is damaged; restore it from your backup.") from None
    return keys


def _create(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = {
        "current": 1,
        "encryption": {"1": base64.b64encode(secrets.token_bytes(32)).decode()},
        "blind": base64.b64encode(secrets.token_bytes(32)).decode(),
        "django": secrets.token_urlsafe(48),
    }
    draft = _draft(file, fresh)
    try:
        # A hard link fails when another process was first: its keys stand, ours are thrown away.
        os.link(draft, file)
        _flush_folder(file.parent)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _draft(file: Path, content: dict[str, object]) -> Path:
    draft = file.with_suffix(f".{secrets.token_hex(8)}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        json.dump(content, handle)
        handle.flush()
        os.fsync(handle.fileno())
    return draft


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    with (file.parent / "rotation.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
