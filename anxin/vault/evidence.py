"""Evidence files kept by content: ``<data>/evidence/ab/abcdef….bin``, sealed, written once, never changed.

What people bring as evidence is one of a few kinds, told by its first bytes and its structure, never by its name or by
what a browser says it is. Nothing that a browser would run (HTML, SVG, XML, scripts) is among them.
"""

import fcntl
import hashlib
import io
import os
import re
import secrets
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from anxin.vault.fields import open_bytes, seal_bytes
from anxin.vault.media import sound_of, whole_picture

MAX_BYTES = 20 * 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")
_OOXML = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class Kind:
    """A kind of file that may be brought and served: its usual ending and content type."""

    name: str
    ending: str
    content_type: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("jpeg", "jpg", "image/jpeg"),
        Kind("png", "png", "image/png"),
        Kind("pdf", "pdf", "application/pdf"),
        Kind("xlsx", "xlsx", _OOXML + "spreadsheetml.sheet"),
        Kind("docx", "docx", _OOXML + "wordprocessingml.document"),
    )
}
# Sound: only a worker's claim takes it, and says so in ``kinds``.
SOUNDS = {
    kind.name: kind
    for kind in (
        Kind("webm", "webm", "audio/webm"),
        Kind("ogg", "ogg", "audio/ogg"),
        Kind("m4a", "m4a", "audio/mp4"),
        Kind("mp3", "mp3", "audio/mpeg"),
        Kind("amr", "amr", "audio/amr"),
        Kind("wav", "wav", "audio/wav"),
    )
}
_ALL = KINDS | SOUNDS
# Served when a stored file is of no kind above, such as an import in CSV: a browser keeps it and shows nothing.
UNKNOWN = Kind("other", "bin", "application/octet-stream")


class NotEvidence(ValueError):
    """Why a file is not taken, in Chinese and English."""

    def __init__(self, reason: str, reason_en: str) -> None:
        super().__init__(reason_en)
        self.reason, self.reason_en = reason, reason_en


def kind_of(content: bytes) -> Kind:
    """What a file is by its content; ``UNKNOWN`` when it is none of ``KINDS`` and ``SOUNDS``."""
    if content.startswith(b"\xff\xd8\xff") and len(content) > 4:
        return KINDS["jpeg"]
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return KINDS["png"]
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return KINDS["pdf"]
    if content.startswith(b"PK\x03\x04"):
        return _office_kind(content)
    return SOUNDS.get(sound_of(content), UNKNOWN)


def _office_kind(content: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return UNKNOWN
    # Macros are programs: a workbook or document that carries them is of no kind that is taken.
    if "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        return UNKNOWN
    if "xl/workbook.xml" in names:
        return KINDS["xlsx"]
    return KINDS["docx"] if "word/document.xml" in names else UNKNOWN


def check(content: bytes, *, kinds: tuple[str, ...] = tuple(KINDS), limit: int = MAX_BYTES) -> Kind:
    """The kind of a file somebody brings. Raises ``NotEvidence`` when it is empty, too large or of another kind."""
    if not content:
        raise NotEvidence("文件是空的，请重新选择。", "The file is empty; choose another.")
    if len(content) > limit:
        size = limit // 1024 // 1024
        raise NotEvidence(
            f"文件超过 {size} MB，请压缩或拆分后再传。",
            f"The file is larger than {size} MB; make it smaller or split it.",
        )
    kind = kind_of(content)
    if kind.name not in kinds:
        listed = "、".join(_ALL[name].ending for name in kinds)
        raise NotEvidence(
            f"按内容判断，该文件不是 {listed}，请转换格式后再传。",
            f"By its content the file is none of {listed.replace('、', ', ')}; convert it first.",
        )
    return kind


def check_whole(content: bytes, *, kinds: tuple[str, ...], limit: int = MAX_BYTES) -> Kind:
    """As ``check``, and a picture must hang together to its end: strangers bring these. Raises ``NotEvidence``."""
    kind = check(content, kinds=kinds, limit=limit)
    if kind.name in ("jpeg", "png") and not whole_picture(content):
        raise NotEvidence(
            "照片没有传完整或已损坏，请重新拍一张或重新选择。",
            "The picture is damaged or did not arrive whole; take or choose it again.",
        )
    return kind


def _file(digest: str) -> Path:
    if not _DIGEST.fullmatch(digest):
        raise FileNotFoundError("There is no evidence under this name.")
    return Path(settings.DATA) / "evidence" / digest[:2] / f"{digest}.bin"


def digest_of(content: bytes) -> str:
    """The name under which a content is or would be kept: its SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def store(content: bytes) -> str:
    """Keep a file; the answer is its SHA-256 in hex, which is also its name. The same content is kept once.

    The row that will name it comes later: till then the file's stamp says that somebody has just brought it.
    """
    digest = digest_of(content)
    file = _file(digest)
    file.parent.mkdir(parents=True, exist_ok=True)
    with _alone(file):
        there = file.exists()
        if there:
            os.utime(file)
    if not there:
        _write(file, seal_bytes(content))
    return digest


def take(content: bytes, *, kinds: tuple[str, ...] = tuple(KINDS), limit: int = MAX_BYTES) -> tuple[str, Kind]:
    """Check and keep what a person brings: (digest, kind). Raises ``NotEvidence``."""
    kind = check(content, kinds=kinds, limit=limit)
    return store(content), kind


def read(digest: str) -> bytes:
    """Content of a stored file. Raises FileNotFoundError, or ValueError when it no longer matches its name."""
    content = open_bytes(_file(digest).read_bytes())
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError("An evidence file does not match its content hash.")
    return content


def idle_s(digest: str) -> float | None:
    """Seconds since somebody last brought a file, by the file system's clock; None when it is not there."""
    try:
        return time.time() - _file(digest).stat().st_mtime
    except FileNotFoundError:
        return None


def remove(digest: str, *, idle_for_s: float = 0) -> bool:
    """Erase a stored file, unless somebody brought it within so many seconds; whether it went. Only the eraser calls
    it."""
    file = _file(digest)
    if not file.exists():
        return False
    with _alone(file):
        idle = idle_s(digest)
        if idle is None or (idle_for_s and idle < idle_for_s):
            return False
        file.unlink()
    return True


def stored() -> Iterator[tuple[str, int]]:
    """Every stored file: its digest and the version of the key that seals it."""
    for file in sorted((Path(settings.DATA) / "evidence").glob("??/*.bin")):
        with file.open("rb") as handle:
            version = handle.read(1)
        yield file.stem, version[0] if version else 0


def reseal(digest: str) -> None:
    """Seal a stored file again under the current key; it stays as old as it was. Raises as ``read``."""
    file = _file(digest)
    if not file.exists():
        raise FileNotFoundError("There is no evidence under this name.")
    with _alone(file):
        stamp = file.stat().st_mtime
        _write(file, seal_bytes(read(digest)))
        os.utime(file, (stamp, stamp))


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Nobody else erases, touches or seals anew a file of this folder meanwhile."""
    with (file.parent / "lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _write(file: Path, content: bytes) -> None:
    # A name of its own for each writer: threads may bring the same file at once.
    draft = file.with_suffix(f".{secrets.token_hex(8)}.draft")
    with draft.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
