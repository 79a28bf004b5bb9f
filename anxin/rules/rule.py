"""A rule and a pack, as read from YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

LEVELS = ("blue", "yellow", "orange", "red")
# The rungs by which a late matter rises, with their words.
RUNGS = {
    "reminder": ("临期提醒", "Due soon"),
    "supervision_city": ("市级提级督办", "Supervised by the city"),
    "supervision_province": ("省级提级督办", "Supervised by the province"),
    "talk": ("约谈", "Summoned to a talk"),
    "listed": ("挂牌督办", "Listed for supervision"),
    "leader": ("领导包案", "A leader's own case"),
}


@dataclass(frozen=True)
class Dated:
    """A value by date: the newest ``from`` not after the day counts."""

    steps: tuple[tuple[date, Any], ...]

    def on(self, day: date) -> Any:
        """The value in force; before the first date, the first value."""
        value = self.steps[0][1]
        for start, later in self.steps:
            if start <= day:
                value = later
        return value


@dataclass(frozen=True)
class Applies:
    """Which of a pack's projects a rule governs. Empty means any.

    ``statuses`` are judged now; ``in_pause`` also judges projects inside an approved pause; ``price_from`` is the
    contract price in yuan from which the rule holds (a project whose price is not known is judged).
    """

    industry: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    investment: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ("active",)
    price_from: float | None = None
    in_pause: bool = False


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule of one pack. Words are ``{"zh": …, "en": …}``.

    ``hides``: rule ids whose findings on the same subject this rule's finding covers — same project; the same month
    where both speak of one; the same worker where both speak of one.
    ``replaces``: rule ids that do not judge the projects this rule governs.
    ``within``: by when those in ``acts`` should act, in the words ``law.clocks`` reads (``3 working days``).
    ``version``: changes with any content of the rule.
    """

    id: str
    pack: str
    check: str
    object: str
    unit: str
    title: Mapping[str, str]
    basis: tuple[Mapping[str, Any], ...]
    since: date
    until: date | None
    params: Mapping[str, Dated]
    steps: tuple[tuple[str, Dated], ...]
    reason: Mapping[str, str]
    parts: Mapping[str, Mapping[str, str]]
    hides: tuple[str, ...]
    replaces: tuple[str, ...]
    clears: Mapping[str, str]
    acts: Mapping[str, str]
    within: str
    applies: Applies
    regions: tuple[str, ...]
    note: Mapping[str, str]
    version: str

    @property
    def ladder(self) -> tuple[tuple[str, float], ...]:
        """Levels with the measure each begins at, lowest first, by the newest dates of the pack."""
        return self.ladder_on(date.max)

    def ladder_on(self, day: date) -> tuple[tuple[str, float], ...]:
        """The ladder in force on ``day``."""
        return tuple((level, float(start.on(day))) for level, start in self.steps)

    def articles(self, language: str) -> str:
        """The legal basis in one line."""
        name = "article" if language == "zh" else "article_en"
        return ("；" if language == "zh" else "; ").join(str(basis[name]) for basis in self.basis)

    def in_force(self, day: date) -> bool:
        """Whether a day lies between ``since`` and ``until``, both included."""
        return self.since <= day and (self.until is None or day <= self.until)

    def values_on(self, day: date) -> dict[str, Any]:
        """The parameters in force on ``day``."""
        return {name: value.on(day) for name, value in self.params.items()}

    def governs(self, *, region_code: str, industry: str = "", category: str = "", investment: str = "") -> bool:
        """Whether a project of this place and kind falls under the rule. An empty kind is not asked about."""
        kinds = (
            (industry, self.applies.industry),
            (category, self.applies.category),
            (investment, self.applies.investment),
        )
        return region_code.startswith(self.regions) and all(
            not mine or not given or given in mine for given, mine in kinds
        )


@dataclass(frozen=True)
class Rung:
    """One step by which a late matter rises. ``near``: this long before the deadline; ``late``: this long after it."""

    kind: str
    near: str = ""
    late: str = ""


@dataclass(frozen=True)
class Light:
    """The regime of small projects: below ``price_below`` (contract price in yuan), or no longer than ``months_to``.

    ``spares``: items of the list of completeness that such a project is not asked for. Warnings are not touched by it.
    """

    price_below: float | None
    months_to: float | None
    spares: tuple[str, ...]
    note: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Pack:
    """A region's rules. ``regions`` are prefixes of GB/T 2260 codes; the national pack has the empty prefix.

    ``escalation``: how a matter that is not mended in time rises; a pack without one uses that of the pack it extends.
    ``light``: the regime of small projects, likewise.
    """

    id: str
    title: Mapping[str, str]
    regions: tuple[str, ...]
    extends: str | None
    note: Mapping[str, str]
    rules: tuple[Rule, ...]
    escalation: tuple[Rung, ...] = ()
    light: Light | None = None
