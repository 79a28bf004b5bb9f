"""What the elements of an ISO 20022 message say: the value at a path, a sum, a civil day, an account, a person."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from anxin.law.civil import SHANGHAI
from anxin.vault.identity import identity_problem, normal_identity

_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


def pick(node: Any, path: str) -> Any:
    """The value at a path of attributes; None when a step is missing. A list gives its first item."""
    for step in path.split("."):
        if isinstance(node, list):
            node = node[0] if node else None
        if node is None:
            return None
        node = getattr(node, step, None)
    if isinstance(node, list):
        return node[0] if node else None
    return node


def first(node: Any, *paths: str) -> str:
    """The first path that says something, as text; codes of choices and enumerations by their value."""
    for path in paths:
        found = pick(node, path)
        found = getattr(found, "value", found)
        if found not in (None, ""):
            return str(found).strip()
    return ""


def fen_of(amount: Any) -> int | None:
    """A sum in fen; None for what is no sum of money."""
    value = getattr(amount, "value", amount)
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value) > 10**15:
        return None
    return int((value * 100).to_integral_value(rounding="ROUND_HALF_UP"))


def day_of(choice: Any) -> date | None:
    """The civil date of a date, a moment or an ISO date-or-moment choice."""
    for value in (getattr(choice, "dt", None), getattr(choice, "dt_tm", None), choice):
        if value is None:
            continue
        if hasattr(value, "to_datetime"):
            moment: datetime = value.to_datetime()
            return moment.astimezone(SHANGHAI).date() if moment.tzinfo else moment.date()
        if hasattr(value, "to_date"):
            day: date = value.to_date()
            return day
    return None


def account_of(node: Any) -> str:
    """An account's number without blanks; Chinese accounts have no IBAN and stand in ``Othr/Id``."""
    number = first(node, "id.othr.id", "id.iban", "id.prtry_acct.id", "id.bban", "id.upic")
    return "".join(number.split()).replace("-", "")


def party_of(node: Any) -> str:
    """What a party is called."""
    return first(node, "nm", "pty.nm", "agt.fin_instn_id.nm")


def identity_of(party: Any) -> str:
    """A payee's identity number, when the bank passes it on."""
    holder = pick(party, "pty") or party
    number = normal_identity(first(holder, "id.prvt_id.othr.id"))
    return number if number and identity_problem(number) is None else ""


def pick_all(node: Any, path: str) -> list[Any]:
    """All values at a path whose last step is a list."""
    head, _, last = path.rpartition(".")
    found = getattr(pick(node, head) if head else node, last, None)
    return found if isinstance(found, list) else [] if found is None else [found]


def without_identity(text: str) -> str:
    """A bank's reason with every identity number in it hidden."""
    return _IDENTITY.sub("***", text)


def yuan(fen: int | None) -> str:
    """1234500 → 12345.00; empty for none."""
    return "" if fen is None else f"{fen / 100:.2f}"
