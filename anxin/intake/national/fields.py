"""Reading a business object: names in any case, integers as text and text as integers (protocol §1.14, 6 and 7).

A reader answers None (or the empty string) for what was not sent and raises ``Refused`` for what cannot be read.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from anxin.intake import values
from anxin.intake.national.replies import EMPTY, MALFORMED, OUT_OF_RANGE, Refused, refuse

T = TypeVar("T")
MAX_TEAM_NUMBER = 2**31 - 1
# Client code and test tools leave such words where they know nothing.
_BLANKS = {"", "null", "undefined", "无", "/", "-"}


class Fields:
    """One object of ``data``. Several names for a field are tried in turn; a blank one is passed over."""

    __slots__ = ("_by_name", "raw")

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self._by_name: dict[str, Any] | None = None

    def _named(self) -> dict[str, Any]:
        if self._by_name is None:
            self._by_name = {str(name).strip().lower(): value for name, value in self.raw.items()}
        return self._by_name

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._named()

    def get(self, *names: str) -> Any:
        """The first value that is not blank, as sent."""
        known = self._named()
        for name in names:
            value = known.get(name.lower())
            if value is not None and value != "":
                return value
        return None

    def text(self, *names: str, limit: int = 200) -> str:
        """A text, trimmed and cut to ``limit``."""
        value = self.get(*names)
        if isinstance(value, str):
            return value.strip()[:limit]
        if isinstance(value, bool):
            return str(int(value))
        return values.text(value)[:limit] if isinstance(value, int | float) else ""

    def need(self, *names: str, limit: int = 200) -> str:
        """A text that must be there."""
        value = self.text(*names, limit=limit)
        if not value:
            raise refuse(names[0], EMPTY, "is missing")
        return value

    def filled(self, *names: str, limit: int = 200) -> str:
        """A text, empty when the sender wrote a word for nothing (无, /, -)."""
        value = self.text(*names, limit=limit)
        return "" if value.lower() in _BLANKS else value

    def _read(self, names: tuple[str, ...], read: Callable[[Any], T], reason: str, reason_en: str) -> T | None:
        value = self.get(*names)
        if value is None:
            return None
        try:
            if isinstance(value, list | dict):
                raise ValueError
            return read(value)
        except (ValueError, ArithmeticError):
            raise refuse(names[0], reason, reason_en) from None

    def day(self, *names: str) -> date | None:
        """A civil date."""
        return self._read(names, values.day, MALFORMED, "is not a date (yyyy-MM-dd)")

    def moment(self, *names: str) -> datetime | None:
        """A naive moment in civil time."""
        return self._read(names, values.moment, MALFORMED, "is not a time (yyyy-MM-dd HH:mm:ss)")

    def month(self, *names: str) -> str | None:
        """A month as ``YYYY-MM``."""
        return self._read(names, values.month, MALFORMED, "is not a month (yyyy-MM)")

    def fen(self, *names: str, unit: int = 100) -> int | None:
        """Money in yuan (``unit`` 1_000_000: in 万元) as fen."""
        return self._read(names, lambda v: values.fen(v, unit), MALFORMED, "is not a usable amount")

    def number(self, *names: str, low: float = 0, high: float = 1e12) -> float | None:
        """A decimal number between two bounds."""
        found = self._read(names, values.number, MALFORMED, "is not a number")
        if found is not None and not low <= found <= high:
            raise refuse(names[0], OUT_OF_RANGE, "is out of range")
        return found

    def whole(self, *names: str, low: int = 0, high: int = 10**9) -> int | None:
        """A whole number between two bounds."""
        found = self._read(names, values.whole, OUT_OF_RANGE, "is not a whole number")
        if found is not None and not low <= found <= high:
            raise refuse(names[0], OUT_OF_RANGE, "is out of range")
        return found

    def flag(self, *names: str) -> bool | None:
        """A yes or no."""
        return self._read(names, values.flag, OUT_OF_RANGE, "is neither 1 nor 0")

    def team_number(self) -> int | None:
        """``teamSysNo``, 1 … 2^31-1."""
        return self.whole("teamSysNo", low=1, high=MAX_TEAM_NUMBER)

    def listed(self, name: str, *, limit: int) -> list["Fields"] | None:
        """A list that is what the call is about: None when one flat object was sent instead, never empty."""
        found = self.rows(name, limit=limit)
        if found == []:
            raise refuse(name, EMPTY, "is empty")
        return found

    def rows(self, *names: str, limit: int) -> list["Fields"] | None:
        """A list of objects, at most ``limit``; None when the list was not sent."""
        found = self.get(*names)
        if found is None:
            return None
        if isinstance(found, Mapping):
            found = [found]
        if not isinstance(found, list):
            raise refuse(names[0], MALFORMED, "is not a list")
        if len(found) > limit:
            raise refuse(names[0], f"数量超过限制{limit}!", f"has more than {limit} rows")
        return [Fields(row) if isinstance(row, Mapping) else Fields({"": str(row)[:200]}) for row in found]


def at_row(place: str, refused: Refused) -> Refused:
    """The refusal with the row's place before the field's."""
    return Refused(place + refused.place, refused.reason, refused.reason_en, code=refused.code)
