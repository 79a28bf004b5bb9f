"""Family A signatures and ciphers (protocol §1.4–1.6).

A sender signs ``name=value&…&appsecret=…``, lower-cased as a whole, with SHA-256; identity and card numbers travel
under AES-CBC with the secret as key and its first 16 bytes as IV.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_KEY_SIZES = (16, 24, 32)


def _text_to_sign(params: Mapping[str, str], secret: str) -> str:
    joined = "&".join([f"{name}={params[name]}" for name in sorted(params) if name.lower() != "sign"])
    return f"{joined}&appsecret={secret}"


def sign(params: Mapping[str, str], secret: str) -> str:
    """The signature over every parameter but ``sign``, values raw and untrimmed, as 64 lower-case hex digits."""
    return hashlib.sha256(_text_to_sign(params, secret).lower().encode("utf-8", "replace")).hexdigest()


def is_signed(params: Mapping[str, str], secret: str, given: str) -> bool:
    """Whether ``given`` is the signature, lower-cased as Unicode or, for some senders, as ASCII only."""
    told = given.strip().lower().encode("utf-8", "replace")
    text = _text_to_sign(params, secret)
    lowered = text.lower().encode("utf-8", "replace")
    if hmac.compare_digest(hashlib.sha256(lowered).hexdigest().encode(), told):
        return True
    ascii_lowered = text.encode("utf-8", "replace").lower()
    return ascii_lowered != lowered and hmac.compare_digest(hashlib.sha256(ascii_lowered).hexdigest().encode(), told)


def _keys(secret: str) -> list[bytes]:
    raw = secret.encode()
    sizes = ([len(raw)] if len(raw) in _KEY_SIZES else []) + [size for size in (32, 16) if len(raw) > size]
    return [raw[:size] for size in sizes]


def _vector(key: bytes) -> bytes:
    return key[:16].ljust(16, b"0")


def encrypt(plain: str, secret: str) -> str:
    """Encrypt a personal value the way senders do. Raises ValueError when the secret is too short to be a key."""
    keys = _keys(secret)
    if not keys:
        raise ValueError("A national secret needs at least 16 characters.")
    raw = plain.encode()
    fill = 16 - len(raw) % 16
    cipher = Cipher(AES(keys[0]), CBC(_vector(keys[0]))).encryptor()
    return base64.b64encode(cipher.update(raw + bytes([fill]) * fill) + cipher.finalize()).decode()


def decrypt(text: str, secret: str) -> str:
    """Decrypt what a sender encrypted, trying the whole secret, its first 32 and its first 16 bytes as key.

    Raises ValueError, without the value, when none fits.
    """
    try:
        raw = base64.b64decode(text.replace(" ", "+").replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not Base64") from None
    if not raw or len(raw) % 16:
        raise ValueError("not a cipher text")
    for key in _keys(secret):
        cipher = Cipher(AES(key), CBC(_vector(key))).decryptor()
        plain = cipher.update(raw) + cipher.finalize()
        fill = plain[-1]
        if not 1 <= fill <= 16 or plain[-fill:] != bytes([fill]) * fill:
            continue
        try:
            found = plain[:-fill].decode()
        except UnicodeDecodeError:
            continue
        if found.isprintable():
            return found
    raise ValueError("no key fits")
