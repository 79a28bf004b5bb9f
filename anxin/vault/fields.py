"""Sealing, blind look-up and masking of personal values.

A sealed value is ``version(1 byte) | nonce(12) | AES-256-GCM ciphertext and tag``. A blind value is the first
16 bytes of HMAC-SHA-256 over ``kind NUL value``: equal values meet, nothing can be read back.
"""

import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from anxin.vault import keys


@lru_cache(maxsize=8)
def _cipher(version: int) -> AESGCM:
    return AESGCM(keys.load(settings.DATA).encryption[version])


def seal_bytes(plain: bytes) -> bytes:
    """Encrypt under the current key."""
    version = keys.load(settings.DATA).current
    nonce = secrets.token_bytes(12)
    return bytes([version]) + nonce + _cipher(version).encrypt(nonce, plain, None)


def open_bytes(sealed: bytes | memoryview) -> bytes:
    """Decrypt what ``seal_bytes`` made. Raises ValueError (without the value) if it was altered or its key is gone."""
    sealed = bytes(sealed)
    try:
        return _cipher(sealed[0]).decrypt(sealed[1:13], sealed[13:], None)
    except (InvalidTag, KeyError, IndexError) as error:
        raise ValueError("A sealed value cannot be opened with the keys of this data folder.") from error


def seal_text(plain: str) -> bytes:
    """Encrypt a personal value; the empty string stays empty."""
    return seal_bytes(plain.encode()) if plain else b""


def open_text(sealed: bytes | memoryview | None) -> str:
    """Decrypt what ``seal_text`` made; empty or missing gives the empty string."""
    return open_bytes(sealed).decode() if sealed else ""


def blind(kind: str, value: str) -> bytes:
    """Look-up value of a personal field. ``kind`` keeps equal strings of different meaning apart."""
    key = keys.load(settings.DATA).blind
    return hmac.digest(key, f"{kind}\0{value}".encode(), hashlib.sha256)[:16]


def mask_identity(number: str) -> str:
    """990000199001010014 → 990000********0014."""
    return number[:6] + "*" * max(len(number) - 10, 0) + number[-4:] if len(number) > 10 else "*" * len(number)


def mask_phone(number: str) -> str:
    """13800000000 → 138****0000."""
    return number[:3] + "****" + number[-4:] if len(number) >= 8 else "*" * len(number)


def mask_card(number: str) -> str:
    """6222020000000000000 → **** 0000."""
    return "**** " + number[-4:] if len(number) >= 8 else "*" * len(number)
