"""Identity numbers 身份证号 (GB 11643): judged by length, birth date and check digit, never by region.

Retired region codes are common among older workers, so the first six digits prove nothing.
"""

from datetime import date
from operator import mul

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
RESIDENT = "01"
_ZEROS = sum(_WEIGHTS) * ord("0")


def check_digit(first17: str) -> str:
    """The 18th character that belongs to 17 ASCII digits."""
    return _CHECK[(sum(map(mul, first17.encode(), _WEIGHTS)) - _ZEROS) % 11]


def normal_identity(number: str) -> str:
    """One spelling: no blanks, upper-case X."""
    return "".join(number.split()).upper()


def identity_problem(number: str, id_type: str = RESIDENT) -> str | None:
    """What is wrong with a number already in its normal spelling: ``length``, ``characters``, ``birth``, ``check``.

    None when nothing is. Documents other than the resident card (type ``01``) are judged by length alone (4–30).
    """
    if id_type != RESIDENT:
        return None if 4 <= len(number) <= 30 else "length"
    if len(number) != 18:
        return "length"
    if not (number.isascii() and number[:17].isdigit() and (number[17].isdigit() or number[17] == "X")):
        return "characters"
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return "birth"
    if born.year < 1900:
        return "birth"
    return None if check_digit(number[:17]) == number[17] else "check"


def birth_date(number: str) -> date | None:
    """Birth date written in a resident identity number, None when it has none."""
    if identity_problem(number) is not None:
        return None
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
