"""Numbers that people hold: of a case, and the codes by which they come back."""

import secrets
import unicodedata
from datetime import datetime

from stdnum import luhn

from anxin.law.civil import civil_date
from anxin.vault.fields import blind

RETURN_DIGITS = 16
CONSENT_DIGITS = 10


def new_number(at: datetime) -> str:
    """A case number: YYMMDD, seven random digits, a check digit. It tells the day and nothing else; nobody can count
    cases by it."""
    body = f"{civil_date(at):%y%m%d}{secrets.randbelow(10**7):07d}"
    return body + str(luhn.calc_check_digit(body))


def read_number(text: str) -> str:
    """A number as people type it (spaces, hyphens); empty when its check digit is wrong."""
    digits = digits_of(text)
    return digits if len(digits) == 14 and luhn.is_valid(digits) else ""


def digits_of(text: str) -> str:
    """The digits among what somebody typed; a Chinese keyboard's wide ones (１２３) are digits too."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isascii() and sign.isdigit())


def shown(digits: str) -> str:
    """Digits in groups of four, as one reads them aloud."""
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def new_code(digits: int) -> str:
    """A random code of so many digits; it is told once and kept only as ``blind_code``."""
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def blind_code(kind: str, code: str) -> bytes:
    """What is kept of a code. ``kind``: return-code or consent-code."""
    return blind(kind, digits_of(code))
