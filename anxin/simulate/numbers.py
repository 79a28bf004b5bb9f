"""Invented numbers that pass every check and belong to nobody.

Identity numbers and companies carry the impossible region 990000, cards a bank number (BIN) that no bank has, phones
a range that no operator was given. The n-th number is always the same and differs from every other.
"""

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from anxin.vault.identity import check_digit

REGION = "990000"
_BIN = "990000"
_PHONE = "12"
_FIRST_BIRTH = date(1962, 1, 1)
_BIRTHS = 16_000  # days: born 1962 to 2005
_STRIDE = 7_919  # prime to _BIRTHS, so that neighbours on a roster are not born on neighbouring days
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
MOST_PEOPLE = _BIRTHS * 1000


def identity(index: int) -> str:
    """The n-th invented identity number, 0 ≤ n < 16 million."""
    born = _FIRST_BIRTH + timedelta(days=index * _STRIDE % _BIRTHS)
    first = f"{REGION}{born:%Y%m%d}{index // _BIRTHS % 1000:03d}"
    return first + check_digit(first)


@lru_cache(maxsize=1)
def _births() -> np.ndarray:
    """The eight digits of every birth date."""
    days = [(_FIRST_BIRTH + timedelta(days=d)).strftime("%Y%m%d") for d in range(_BIRTHS)]
    return np.array([[int(c) for c in day] for day in days], dtype=np.int64)


def identities(indices: np.ndarray) -> list[str]:
    """``identity`` of many at once."""
    digits = np.empty((len(indices), 17), dtype=np.int64)
    digits[:, :6] = [int(c) for c in REGION]
    digits[:, 6:14] = _births()[indices * _STRIDE % _BIRTHS]
    sequence = indices // _BIRTHS % 1000
    for place, unit in ((14, 100), (15, 10), (16, 1)):
        digits[:, place] = sequence // unit % 10
    checks = (digits @ np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11
    text = np.concatenate([digits + ord("0"), np.frombuffer(b"10X98765432", np.uint8)[checks][:, None]], axis=1)
    return [bytes(row).decode() for row in text.astype(np.uint8)]


def card(index: int) -> str:
    """The n-th invented bank card: 19 digits with a Luhn check digit."""
    first = f"{_BIN}{index:012d}"
    total = 0
    for place, digit in enumerate(reversed(first)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{first}{-total % 10}"


def account(index: int) -> str:
    """The n-th invented wage account: 20 digits."""
    return f"{_BIN}88{index:012d}"


def phone(index: int) -> str:
    """The n-th invented mobile number, 11 digits."""
    return f"{_PHONE}{index % 10**9:09d}"


def office_phone(index: int) -> str:
    """The n-th invented telephone of an office: no place has the area code 0000, no line begins with 0."""
    return f"0000-{index % 10**7:08d}"


def credit_code(index: int) -> str:
    """The n-th invented unified social credit code 统一社会信用代码 (GB 32100), both check characters right."""
    body = f"{index:08d}"
    last = 11 - sum(_ORGANISATION.index(c) * w for c, w in zip(body, _ORGANISATION_WEIGHTS, strict=True)) % 11
    organisation = body + ("X" if last == 10 else "0" if last == 11 else str(last))
    first = f"91{REGION}{organisation}"
    total = sum(_CREDIT.index(c) * w for c, w in zip(first, _CREDIT_WEIGHTS, strict=True))
    return first + _CREDIT[-total % 31]
