"""Pictures and attachments: Base64 in several dresses, or an address that is kept and never fetched (§1.14, 13)."""

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Any

from anxin.intake.national.fields import Fields, at_row
from anxin.intake.national.replies import Refused, refuse
from anxin.vault import evidence

KB = 1024
HEAD = (("headImage", 50), ("issueCardPic", 50), ("positiveIDCardImage", 500), ("negativeIDCardImage", 500))
ALIASES = {"headImage": ("pic",), "positiveIDCardImage": ("picFront",), "negativeIDCardImage": ("picBack",)}
_DRESS = re.compile(r"^(?:data:[\w./+-]*(?:;[\w=-]+)*,|(?:jpg|jpeg|png|pdf),)", re.IGNORECASE)
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG")
_TURN = str.maketrans(" -_", "++/")


def _bytes(text: str) -> bytes | None:
    """Decoded Base64, None when it is none."""
    bare = text.translate(_TURN).replace("\n", "").replace("\r", "").rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def picture(item: Fields, name: str, kb: int, *, only_pictures: bool = True) -> bytes | str | None:
    """A picture's bytes, or its address; None when none was sent. Raises Refused on size and format."""
    value = item.get(name, *ALIASES.get(name, ()))
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.strip()
    if text[:7].lower() in ("http://", "https:/"):
        return text[:500]
    if text.startswith("<") and text.endswith(">"):
        return None  # a placeholder such as <base64>, left by test tools
    text = _DRESS.sub("", text, count=1)
    if len(text) > kb * KB:
        raise refuse(name, f"大小超过限制{kb}KB!", f"is larger than {kb} KB of Base64")
    found = _bytes(text)
    if not found or (only_pictures and not found.startswith(_MAGIC)):
        raise Refused(
            f"([{name}]", "格式无效,目前仅支持:jpg,jpeg,png,jpeg", "has a format that is not supported; send jpg or png"
        )
    return found


def pictures(item: Fields, wanted: Iterable[tuple[str, int]] = HEAD) -> dict[str, bytes | str]:
    """The pictures an object brings, by name, checked and not yet stored."""
    found = {name: picture(item, name, kb) for name, kb in wanted}
    return {name: value for name, value in found.items() if value is not None}


def attachments(item: Fields, name: str, limit: int) -> list[tuple[str, bytes]]:
    """Attached files as (name, content), at most ``limit`` of at most 1 MB of Base64 each."""
    found = []
    for index, row in enumerate(item.rows(name, limit=limit) or []):
        try:
            content = picture(row, "data", 1024, only_pictures=False)
        except Refused as refused:
            if refused.place.startswith("("):
                refused = refuse("data", "格式不正确!", "is not Base64")
            raise at_row(f"[{name}][{index}]", refused) from None
        if isinstance(content, bytes):
            found.append((row.text("name", limit=200), content))
    return found


def store(found: dict[str, bytes | str]) -> dict[str, str]:
    """Keep pictures as evidence; their content hashes (or addresses) by name, for ``details``."""
    return {name: evidence.store(value) if isinstance(value, bytes) else value for name, value in found.items()}


def store_files(found: list[tuple[str, bytes]]) -> list[dict[str, Any]]:
    """Keep attachments as evidence; what ``details`` remember of them."""
    return [{"name": name, "sha256": evidence.store(content)} for name, content in found]
