"""Sealing, blind look-up and masking of personal values.

A sealed value is ``version(1 byte) | nonce(12) | ciphertext | tag(16)``, by AES-256-GCM or SM4-GCM as the key of that
version says. A blind value is the first 16 bytes of HMAC-SHA-256 over ``kind NUL value``: equal values meet, nothing
can be read back.
"""

import hashlib
import hmac
import re
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from anxin.vault import keys


class _Sm4:
    """SM4-GCM in the shape of AESGCM."""

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, plain: bytes, _: None) -> bytes:
        encryptor = Cipher(self._key, modes.GCM(nonce)).encryptor()
        return encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, sealed: bytes, _: None) -> bytes:
        decryptor = Cipher(self._key, modes.GCM(nonce, sealed[-16:])).decryptor()
        return decryptor.update(sealed[:-16]) + decryptor.finalize()


@lru_cache(maxsize=256)
def _cipher(key: bytes) -> AESGCM | _Sm4:
    return _Sm4(key) if keys.cipher_name(key) == "sm4-gcm" else AESGCM(key)


def seal_bytes(plain: bytes) -> bytes:
    """Encrypt under the current key."""
    known = keys.load(settings.DATA)
    nonce = secrets.token_bytes(12)
    return bytes([known.current]) + nonce + _cipher(known.encryption[known.current]).encrypt(nonce, plain, None)


def open_bytes(sealed: bytes | memoryview) -> bytes:
    """Decrypt what ``seal_bytes`` made. Raises ValueError (without the value) if it was altered or its key is gone."""
    sealed = bytes(sealed)
    try:
        key = keys.load(settings.DATA).encryption[sealed[0]]
        return _cipher(key).decrypt(sealed[1:13], sealed[13:], None)
    except (InvalidTag, KeyError, IndexError, ValueError):
        raise ValueError("A sealed value cannot be opened with the keys of this data folder.") from None


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


_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:1[3-9]\d{9}|\d{15}(?:\d{2}[\dXx])?|\d{16,19})(?![0-9A-Za-z])")


def mask_text(text: str) -> str:
    """Free text with every number hidden that may be a phone, an identity number or a card: 138****0000."""
    return _NUMBER.sub(lambda found: found[0][:3] + "*" * (len(found[0]) - 7) + found[0][-4:], text)


def mask_identity(number: str) -> str:
    """990000199001010014 → 990000********0014."""
    return number[:6] + "*" * max(len(number) - 10, 0) + number[-4:] if len(number) > 10 else "*" * len(number)


def mask_phone(number: str) -> str:
    """13800000000 → 138****0000."""
    return number[:3] + "****" + number[-4:] if len(number) >= 8 else "*" * len(number)


def mask_card(number: str) -> str:
    """6222020000000000000 → **** 0000."""
    return "**** " + number[-4:] if len(number) >= 8 else "*" * len(number)
