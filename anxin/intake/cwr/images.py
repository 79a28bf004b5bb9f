"""Pictures: uploaded on their own, or named or carried by an employee's record."""

import re

from anxin.intake.cwr import reading
from anxin.intake.cwr.reading import Fields
from anxin.vault import evidence

_DIGEST = re.compile(r"[0-9a-f]{64}")


def picture_of(fields: Fields, name: str) -> str:
    """Content hash of a picture that a field carries in Base64 or names by the id UploadImage gave; else empty.

    Addresses of pictures are not fetched.
    """
    content = reading.photo(fields, name)
    if content is not None:
        return evidence.store(content)
    value = fields.get(name.lower())
    kept = content_of(value) if isinstance(value, str) else None
    # Brought again, so that nobody erases it before the row that names it is written.
    return evidence.store(kept) if kept is not None else ""


def content_of(digest: str) -> bytes | None:
    """A kept picture, None when there is none under this id."""
    if not _DIGEST.fullmatch(digest):
        return None
    try:
        return evidence.read(digest)
    except (FileNotFoundError, ValueError):
        return None
