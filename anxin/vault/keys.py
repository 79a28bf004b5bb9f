"""The key file: ``<data>/keys/keys.json``, mode 600, versioned encryption keys and one blind-index key.

Made on first use, never overwritten. Losing it loses every personal field: back it up apart from the database.
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Keys:
    """``encryption`` maps version to a 32-byte key; ``current`` is the version new values are sealed with."""

    current: int
    encryption: dict[int, bytes]
    blind: bytes
    django: str


def path(data: Path) -> Path:
    """Where the key file of a data folder lies."""
    return data / "keys" / "keys.json"


def django_secret(data: Path) -> str:
    """Django's signing secret."""
    return load(data).django


@lru_cache(maxsize=4)
def load(data: Path) -> Keys:
    """Read the keys of a data folder, making them when there are none yet.

    Raises ValueError with one sentence when the file is there but cannot be used.
    """
    file = path(data)
    if not file.exists():
        _create(file)
    try:
        raw = json.loads(file.read_text())
        encryption = {int(v): base64.b64decode(k) for v, k in raw["encryption"].items()}
        keys = Keys(int(raw["current"]), encryption, base64.b64decode(raw["blind"]), raw["django"])
        if any(len(k) != 32 for k in encryption.values()) or keys.current not in encryption:
            raise ValueError
    except (KeyError, ValueError, TypeError) as error:
        raise ValueError(f"The key file {file} is damaged; restore it from your backup.") from error
    return keys


def _create(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = {
        "current": 1,
        "encryption": {"1": base64.b64encode(secrets.token_bytes(32)).decode()},
        "blind": base64.b64encode(secrets.token_bytes(32)).decode(),
        "django": secrets.token_urlsafe(48),
    }
    draft = file.with_suffix(f".{os.getpid()}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        json.dump(fresh, handle)
    try:
        # A hard link fails when another process was first: its keys stand, ours are thrown away.
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
