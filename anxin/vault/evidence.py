"""Evidence files kept by content: ``<data>/evidence/ab/abcdef….bin``, sealed, written once, never changed."""

import hashlib
import os
from pathlib import Path

from django.conf import settings

from anxin.vault.fields import open_bytes, seal_bytes


def _file(digest: str) -> Path:
    return settings.DATA / "evidence" / digest[:2] / f"{digest}.bin"


def store(content: bytes) -> str:
    """Keep a file; the answer is its SHA-256 in hex, which is also its name. The same content is kept once."""
    digest = hashlib.sha256(content).hexdigest()
    file = _file(digest)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(f".{os.getpid()}.draft")
        with draft.open("wb") as handle:
            handle.write(seal_bytes(content))
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(file)
    return digest


def read(digest: str) -> bytes:
    """Content of a stored file. Raises FileNotFoundError, or ValueError when it no longer matches its name."""
    content = open_bytes(_file(digest).read_bytes())
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError("An evidence file does not match its content hash.")
    return content
