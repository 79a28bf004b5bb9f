"""Packs: the rules of each region, from ``packs/*.yaml``; which of them hold in a place, for a project, on a day."""

from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from anxin.rules.pack_files import load
from anxin.rules.rule import Light, Pack, Rule, Rung

FOLDER = Path(__file__).parent / "packs"


@lru_cache(maxsize=1)
def all_packs() -> dict[str, Pack]:
    """The packs that come with the platform."""
    return load(FOLDER)


def all_rules(as_of: date | None = None) -> tuple[Rule, ...]:
    """Every rule of every pack, national first; with ``as_of`` those in force that day."""
    packs = sorted(all_packs().values(), key=lambda pack: (pack.regions, pack.id))
    return tuple(rule for pack in packs for rule in pack.rules if as_of is None or rule.in_force(as_of))


def find_rule(rule_id: str) -> Rule:
    """The rule of that id. Raises KeyError with the nearest ids."""
    rules = {rule.id: rule for rule in all_rules()}
    if rule_id not in rules:
        near = get_close_matches(rule_id.upper(), list(rules), 3, 0.3)
        raise KeyError(f"There is no rule {rule_id}. Nearest: {', '.join(near) or 'none; see anxin rules list'}")
    return rules[rule_id]


def rules_for(
    *, region_code: str, industry: str = "", category: str = "", investment: str = "", as_of: date
) -> tuple[Rule, ...]:
    """The rules that govern a project of this place and kind on ``as_of``, without those replaced there."""
    kind = {"region_code": region_code, "industry": industry, "category": category, "investment": investment}
    here = [rule for rule in all_rules(as_of) if rule.governs(**kind)]
    replaced = {other for rule in here for other in rule.replaces}
    return tuple(rule for rule in here if rule.id not in replaced)


def escalation_of(region_code: str) -> tuple[Rung, ...]:
    """How late matters rise in a place: by its pack, or by the pack that one extends."""
    pack: Pack | None = pack_of(region_code)
    while pack is not None and not pack.escalation:
        pack = all_packs()[pack.extends] if pack.extends else None
    return pack.escalation if pack else ()


def light_regime(region_code: str) -> Light | None:
    """What counts as a small project in a place: by its pack, or by the pack that one extends."""
    pack: Pack | None = pack_of(region_code)
    while pack is not None and pack.light is None:
        pack = all_packs()[pack.extends] if pack.extends else None
    return pack.light if pack else None


def pack_of(project: Any) -> Pack:
    """The pack a project lives under: the one with the longest region prefix. Takes a project or a region code."""
    code = project if isinstance(project, str) else project.region_code
    fits = [(len(prefix), pack) for pack in all_packs().values() for prefix in pack.regions if code.startswith(prefix)]
    return max(fits, key=lambda pair: pair[0])[1]
