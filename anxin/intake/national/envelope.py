"""Reading the envelope: a form or one JSON object, however loosely it is encoded (protocol §1.2, §1.3, §1.14).

A body can be read in more than one way; the signature decides which reading the sender meant. ``readings`` yields
them, likeliest first, as name → text exactly as received.
"""

import binascii
import json
import math
import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]
from urllib.parse import unquote_to_bytes

import orjson

_KNOWN = rb"appid|corpsign|data|format|iscompany|method|nonce|sign|timestamp|version"
_SPLIT_AT_KNOWN = re.compile(rb"(?:^|&)(?=(?:" + _KNOWN + rb")=)", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n]*")
_NEVER = "appsecret"


def readings(body: bytes, content_type: str) -> Iterator[dict[str, str]]:
    """The ways to read a body. ``appsecret``, which must not travel, is dropped from each. May yield nothing."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    if "json" in content_type.lower() or body[:64].lstrip().startswith(b"{"):
        members = _members(body.decode("utf-8", "replace"))
        if members is not None:
            yield from _json_readings(members)
            return
    seen: list[dict[str, str]] = []
    for split in (lambda: body.split(b"&"), lambda: _SPLIT_AT_KNOWN.split(body)):
        for plus in (b" ", b"+"):
            if plus == b"+" and b"+" not in body:
                continue
            found = _form(split(), plus)
            if found and found not in seen:
                seen.append(found)
                yield found


def _form(parts: list[bytes], plus: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        name, equals, value = part.partition(b"=")
        if not equals:
            continue
        key = _plain(name, plus).strip()
        if key and key.lower() != _NEVER:
            found[key] = _plain(value, plus)
    return found


def _plain(raw: bytes, plus: bytes) -> str:
    if b"+" in raw and plus != b"+":
        raw = raw.replace(b"+", plus)
    if b"%" in raw:
        raw = _unescaped(raw)
    return raw.decode("utf-8", "replace")


def _unescaped(raw: bytes) -> bytes:
    """``unquote_to_bytes``, by the decoder of mail's escapes, which differ in their mark alone and are read in C.

    That one passes over a broken escape or the end of a line in a way of its own; then the length is another.
    """
    if b"\n" not in raw and b"\r" not in raw:
        found = binascii.a2b_qp(raw.replace(b"=", b"=3D").replace(b"%", b"="))
        if len(found) == len(raw) - 2 * raw.count(b"%"):
            return found
    return unquote_to_bytes(raw)


def _members(text: str) -> list[tuple[str, object, str]] | None:
    """Top-level members of a JSON object as (name, value, text as received); None when it is not one."""
    decode = json.JSONDecoder(strict=False).raw_decode
    members: list[tuple[str, object, str]] = []

    def skip(place: int) -> int:
        return _SPACE.match(text, place).end()  # type: ignore[union-attr]

    try:
        place = skip(0)
        if text[place] != "{":
            return None
        place = skip(place + 1)
        while text[place] != "}":
            if text[place] != '"':
                return None
            name, place = scanstring(text, place + 1, False)
            place = skip(place)
            if text[place] != ":":
                return None
            place = skip(place + 1)
            value, end = decode(text, place)
            members.append((name, value, text[place:end]))
            place = skip(end)
            if text[place] == ",":
                place = skip(place + 1)
            elif text[place] != "}":
                return None
    except (ValueError, IndexError, RecursionError):
        return None
    return members


def _json_readings(members: list[tuple[str, object, str]]) -> Iterator[dict[str, str]]:
    """Text as it stands; then with a structured value rewritten without blanks, as some senders sign it."""
    as_received: dict[str, str] = {}
    compact: dict[str, str] = {}
    for name, value, raw in members:
        if name.lower() == _NEVER or value is None:
            continue
        as_received[name] = value if isinstance(value, str) else raw
        compact[name] = as_received[name]
        if isinstance(value, dict | list):
            compact[name] = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    yield as_received
    if compact != as_received:
        yield compact


def named(params: dict[str, str], name: str) -> str:
    """A parameter whatever the case of its name (``appId``); the empty string when it was not sent."""
    if name in params:
        return params[name]
    return next((value for key, value in params.items() if key.lower() == name), "")


def read_data(text: str) -> object:
    """The business object in ``data``. A blank is an empty object; a JSON text inside a JSON text is opened.

    Bare ``NaN`` is let through so that only the row that holds it is refused. Raises ValueError.
    """
    if not text.strip():
        return {}
    suspicious = "\\u0000" in text
    try:
        value: object = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        suspicious = True
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            raise ValueError("not JSON") from None
    if isinstance(value, str):
        return read_data(value) if value.lstrip()[:1] in ("{", "[") else {"": value}
    return _clean(value) if suspicious else value


def _clean(value: object, depth: int = 0) -> object:
    """Without what no database takes: NUL, lone surrogates; endless and oversized numbers become text."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and abs(value) >= 2**63:
        return str(value)
    if depth > 50:
        return None
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {str(_clean(k, depth + 1)): _clean(v, depth + 1) for k, v in value.items()}
    return value
