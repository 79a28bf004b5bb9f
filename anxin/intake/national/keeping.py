"""What senders tell beyond our own columns: kept in ``details``, personal numbers under seal, pictures never."""

import re
from collections.abc import Iterable
from typing import Any

import orjson

from anxin.intake.national import signing
from anxin.intake.national.calls import Call
from anxin.intake.national.fields import Fields
from anxin.vault.fields import open_text, seal_text

ENCRYPTED = {
    "idcardnumber", "idnumber", "legalmanidcardnumber", "pmidcardnumber", "teamleaderidnumber",
    "responsiblepersonidnumber", "payrollbankcardnumber", "paybankcardnumber", "banknumber", "builderlicensenum",
    "buildplannum", "prjplannum",
}  # fmt: skip
_PERSONAL = re.compile(r"idcardn|idnumber|phone|tel$|mobile|bankcard|banknumber|email|urgent|faxnumber")
_NUMBER_OF_A_PERSON = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15,19})(?!\d)")
_PICTURE = re.compile(r"image|pic$|picfront|picback|photo|voucher|attachment|^data$")
_MAX_FIELDS, _MAX_TEXT = 80, 1000


def keep(
    call: Call, item: Fields, *, skip: Iterable[str] = (), names: Iterable[str] = (), all_private: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Plain and personal extras of an object, under the protocol's spelling where ``names`` knows it.

    ``skip`` names what has a column of its own.
    """
    spelled = {name.lower(): name for name in names}
    left_out = {name.lower() for name in skip}
    plain: dict[str, Any] = {}
    private: dict[str, Any] = {}
    for sent, value in item.raw.items():
        key = str(sent).strip().lower()
        if not key or key in left_out or _PICTURE.search(key) or len(plain) + len(private) >= _MAX_FIELDS:
            continue
        if value is None or value == "" or (isinstance(value, str) and len(value) > _MAX_TEXT):
            continue
        name = spelled.get(key, str(sent).strip()[:64])
        if isinstance(value, dict | list | float):
            # Through orjson and back: numbers without an end become null, which every database takes.
            text = orjson.dumps(value, default=str)
            value = orjson.loads(text) if len(text) <= 4000 else None
        if isinstance(value, dict | list):
            private[name] = value
        elif key in ENCRYPTED:
            private[name] = opened(call, str(value))
        elif all_private or _PERSONAL.search(key) or _NUMBER_OF_A_PERSON.search(str(value)):
            private[name] = value
        else:
            plain[name] = value
    plain = {name: value for name, value in plain.items() if value is not None}
    return plain, {name: value for name, value in private.items() if value is not None}


def opened(call: Call, value: str) -> str:
    """An optional AES field in clear; as sent when it cannot be opened (it is kept under seal either way)."""
    try:
        return signing.decrypt(value, call.secret)
    except ValueError:
        return value


def unsealed(sealed: bytes | memoryview | None) -> dict[str, Any]:
    """The personal extras kept of a registry row."""
    return dict(orjson.loads(open_text(sealed))) if sealed else {}


def sealed_with(sealed: bytes | memoryview | None, private: dict[str, Any]) -> bytes | None:
    """The personal extras with new ones added, sealed; None when nothing changed."""
    old = unsealed(sealed)
    new = {**old, **private}
    return seal_text(orjson.dumps(new, default=str).decode()) if new != old else None


def resealed(sealed: bytes | memoryview | None, value: str) -> bytes | None:
    """A sealed text with a new value; None when it is blank or the same (a seal looks different every time)."""
    return seal_text(value) if value and value != open_text(sealed) else None
