"""A folder of packs, read and checked before anything is judged by them; a mistake is told by file, rule and remedy."""

import hashlib
import json
import string
from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

import yaml

from anxin.law.clocks import read_within
from anxin.rules.check import CHECKS, Ask, Check
from anxin.rules.checks import load_checks
from anxin.rules.rule import LEVELS, RUNGS, Applies, Dated, Light, Pack, Rule, Rung

STATUSES = ("preparing", "approved", "active", "completed", "suspended")
# ``left``: the measure as days still to come.
PLACEHOLDERS = ("measure", "left", "threshold", "affected", "base", "amount", "month", "since", "parts", "article")

_PACK_KEYS = {
    "pack": True,
    "title": True,
    "regions": True,
    "extends": False,
    "note": False,
    "escalation": False,
    "light": False,
    "rules": True,
}
_RULE_KEYS = {
    "id": True,
    "check": True,
    "title": True,
    "object": True,
    "basis": True,
    "since": True,
    "ladder": True,
    "reason": True,
    "clears": True,
    "acts": True,
    "within": True,
    "until": False,
    "params": False,
    "parts": False,
    "hides": False,
    "replaces": False,
    "applies": False,
    "note": False,
}
_APPLIES_KEYS = ("industry", "category", "investment", "statuses", "price_from", "in_pause")


class PackError(Exception):
    """A pack that cannot be used: which file, which rule, what is wrong and what to do."""


class _Reader:
    """Reads one file and says where it stands when something is wrong."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.rule = ""

    def fail(self, wrong: str, remedy: str) -> NoReturn:
        where = f"{self.file}, rule {self.rule}" if self.rule else self.file
        raise PackError(f"{where}: {wrong}. {remedy}.")

    def keys(self, given: Any, known: Mapping[str, bool] | Sequence[str], what: str) -> dict[str, Any]:
        if not isinstance(given, dict):
            self.fail(f"{what} is not a table of names and values", f"Write {what} as 'name: value' lines")
        for name in given:
            if name not in known:
                self.unknown(f"{what} has a key '{name}' nobody reads", str(name), known)
        if isinstance(known, Mapping):
            for name, needed in known.items():
                if needed and given.get(name) in (None, "", [], {}):
                    self.fail(f"'{name}' is missing", f"Add '{name}:' to the {what}")
        return given

    def unknown(self, wrong: str, name: str, known: Mapping[str, Any] | Sequence[str]) -> NoReturn:
        near = get_close_matches(name, list(known), 1)
        self.fail(wrong, f"Did you mean '{near[0]}'" if near else f"Known are: {', '.join(sorted(known))}")

    def words(self, given: Any, what: str, *, needed: bool = True) -> dict[str, str]:
        if given is None and not needed:
            return {}
        if not isinstance(given, dict) or set(given) != {"zh", "en"} or not all(given.values()):
            self.fail(f"'{what}' needs both languages", f"Write {what}: {{zh: …, en: …}}")
        return {language: str(text).strip() for language, text in given.items()}

    def names(self, given: Any, what: str) -> tuple[str, ...]:
        if given is None:
            return ()
        if not isinstance(given, list):
            self.fail(f"'{what}' is not a list", f"Write {what}: [first, second]")
        return tuple(str(one) for one in given)

    def day(self, given: Any, what: str) -> date:
        if not isinstance(given, date):
            self.fail(f"'{what}' is not a date: {given!r}", "Write it as 2024-01-01")
        return given

    def dated(self, given: Any, what: str) -> Dated:
        if not isinstance(given, list):
            return Dated(((date.min, given),))
        steps = []
        for step in given:
            self.keys(step, ("from", "value"), f"a step of '{what}'")
            if set(step) != {"from", "value"}:
                self.fail(f"a step of '{what}' lacks 'from' or 'value'", "Write - {from: 2024-01-01, value: 5}")
            steps.append((self.day(step["from"], f"from of {what}"), step["value"]))
        if not steps or [d for d, _ in steps] != sorted({d for d, _ in steps}):
            self.fail(f"the dates of '{what}' do not ascend", "List the steps from the oldest to the newest")
        return Dated(tuple(steps))


def _params(reader: _Reader, given: Any, check: Check) -> dict[str, Dated]:
    given = reader.keys(given or {}, dict.fromkeys(check.asks, False), "params")
    values = {}
    for name, ask in check.asks.items():
        values[name] = reader.dated(given.get(name, ask.default), name)
        for _, value in values[name].steps:
            _judge_value(reader, name, ask, value)
    return values


def _judge_value(reader: _Reader, name: str, ask: Ask, value: Any) -> None:
    if ask.choices:
        if value not in ask.choices:
            reader.unknown(f"'{name}' cannot be {value!r}", str(value), ask.choices)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        reader.fail(f"'{name}' is not a number: {value!r}", f"Give it in {UNIT_WORDS.get(ask.unit, ask.unit)}")
    elif value < 0:
        reader.fail(f"'{name}' is negative", "Give zero or more")


UNIT_WORDS = {"day_of_month": "days of the month", "day": "days"}


def _ladder(reader: _Reader, given: Any, day: date) -> tuple[tuple[str, Dated], ...]:
    reader.keys(given, LEVELS, "ladder")
    steps = tuple((level, reader.dated(given[level], level)) for level in LEVELS if level in given)
    for level, start in steps:
        for _, value in start.steps:
            if isinstance(value, bool) or not isinstance(value, int | float):
                reader.fail(f"the ladder's '{level}' is not a number: {value!r}", "Give the measure it begins at")
    days = {day, *(when for _, start in steps for when, _ in start.steps)}
    for when in days:
        starts = [float(start.on(when)) for _, start in steps]
        if starts != sorted(set(starts)):
            reader.fail("the ladder does not rise", f"Order the values {' < '.join(level for level, _ in steps)}")
    return steps


def _template(reader: _Reader, words: dict[str, str], parts: Mapping[str, Any]) -> dict[str, str]:
    for text in words.values():
        try:
            used = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        except ValueError:
            reader.fail("a brace in 'reason' is never closed", "Write a placeholder as {measure}")
        for name in used:
            if name not in PLACEHOLDERS:
                reader.unknown(f"'reason' speaks of {{{name}}}, which no finding has", name, PLACEHOLDERS)
            if name == "parts" and not parts:
                reader.fail("'reason' speaks of {parts}, but the rule names none", "Add 'parts:' with their words")
    return words


def _applies(reader: _Reader, given: Any) -> Applies:
    given = reader.keys(given or {}, _APPLIES_KEYS, "applies")
    found = Applies(
        industry=reader.names(given.get("industry"), "industry"),
        category=reader.names(given.get("category"), "category"),
        investment=reader.names(given.get("investment"), "investment"),
        statuses=reader.names(given.get("statuses"), "statuses") or ("active",),
        price_from=given.get("price_from"),
        in_pause=bool(given.get("in_pause", False)),
    )
    for status in found.statuses:
        if status not in STATUSES:
            reader.unknown(f"'{status}' is no project status", status, STATUSES)
    return found


def _basis(reader: _Reader, given: Any) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(given, list):
        reader.fail("'basis' is not a list", "Write - {article: …, text: {zh: …, en: …}}")
    found = []
    for one in given:
        reader.keys(one, {"article": True, "text": True, "source": False}, "basis")
        article = one["article"] if isinstance(one["article"], dict) else {"zh": one["article"], "en": one["article"]}
        found.append(
            {
                "article": article["zh"],
                "article_en": article["en"],
                "text": reader.words(one["text"], "text of a basis"),
            }
        )
    return tuple(found)


def _rule(reader: _Reader, given: Any, pack: str, regions: tuple[str, ...]) -> Rule:
    reader.rule = str(given.get("id", "without an id")) if isinstance(given, dict) else "without an id"
    reader.keys(given, _RULE_KEYS, "rule")
    check = CHECKS.get(given["check"])
    if check is None:
        reader.unknown(f"there is no check '{given['check']}'", str(given["check"]), CHECKS)
    if given["object"] != check.object:
        reader.fail(
            f"the object is '{given['object']}', but {check.name} finds '{check.object}'",
            f"Write object: {check.object}, or take another check",
        )
    since = reader.day(given["since"], "since")
    until = reader.day(given["until"], "until") if given.get("until") else None
    if until and until < since:
        reader.fail("'until' is before 'since'", "Correct one of the two")
    parts = {name: reader.words(words, f"parts.{name}") for name, words in (given.get("parts") or {}).items()}
    for name in parts:
        if name not in check.parts:
            reader.unknown(f"{check.name} finds no part '{name}'", name, check.parts)
    if parts and set(parts) != set(check.parts):
        reader.fail(f"words for the part '{min(set(check.parts) - set(parts))}' are missing", "Name every part")
    try:
        read_within(str(given["within"]))
    except ValueError as wrong:
        reader.fail(str(wrong), "Write 'within: 3 working days', '5 days', '24 hours' or '1 month'")
    return Rule(
        id=str(given["id"]),
        pack=pack,
        check=check.name,
        object=check.object,
        unit=check.unit,
        title=reader.words(given["title"], "title"),
        basis=_basis(reader, given["basis"]),
        since=since,
        until=until,
        params=_params(reader, given.get("params"), check),
        steps=_ladder(reader, given["ladder"], since),
        reason=_template(reader, reader.words(given["reason"], "reason"), parts),
        parts=parts,
        hides=reader.names(given.get("hides"), "hides"),
        replaces=reader.names(given.get("replaces"), "replaces"),
        clears=reader.words(given["clears"], "clears"),
        acts=reader.words(given["acts"], "acts"),
        within=str(given["within"]),
        applies=_applies(reader, given.get("applies")),
        regions=regions,
        note=reader.words(given.get("note"), "note", needed=False),
        version=_version(given, pack, regions),
    )


def _version(given: Any, pack: str, regions: tuple[str, ...]) -> str:
    text = json.dumps([pack, regions, given], default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _pack(path: Path) -> Pack:
    reader = _Reader(path.name)
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise PackError(f"{path.name}: this is not YAML{line}. Check indentation, colons and quotes there.") from None
    given = reader.keys(given, _PACK_KEYS, "pack")
    regions = reader.names(given["regions"], "regions")
    for region in regions:
        if region != "全国" and not (region.isdigit() and len(region) <= 6):
            reader.fail(f"'{region}' is no region", "Write the first digits of the region code, in quotes, or 全国")
    prefixes = tuple("" if region == "全国" else region.removesuffix("0000").removesuffix("00") for region in regions)
    name = str(given["pack"])
    if name != path.stem:
        reader.fail(f"the pack is called '{name}' but its file '{path.stem}'", "Give both the same name")
    if not isinstance(given["rules"], list):
        reader.fail("'rules' is not a list", "Begin each rule with '- id:'")
    rules = tuple(_rule(reader, one, name, prefixes) for one in given["rules"])
    reader.rule = ""
    title = reader.words(given["title"], "title")
    note = reader.words(given.get("note"), "note", needed=False)
    rungs, light = _escalation(reader, given.get("escalation")), _light(reader, given.get("light"))
    return Pack(name, title, prefixes, given.get("extends"), note, rules, rungs, light)


def _light(reader: _Reader, given: Any) -> Light | None:
    if given is None:
        return None
    given = reader.keys(given, {"price_below": False, "months_to": False, "spares": True, "note": True}, "light")
    limits = [given.get(name) for name in ("price_below", "months_to")]
    if all(limit is None for limit in limits):
        reader.fail("'light' says nowhere what is small", "Give price_below (yuan), months_to, or both")
    for limit in limits:
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int | float) or limit <= 0):
            reader.fail(f"'light' has a limit {limit!r}", "Give a number above zero")
    return Light(limits[0], limits[1], reader.names(given["spares"], "spares"), reader.words(given["note"], "note"))


def _escalation(reader: _Reader, given: Any) -> tuple[Rung, ...]:
    rungs = []
    for one in given or []:
        one = reader.keys(one, ("step", "near", "late"), "escalation step")
        kind = str(one.get("step"))
        if kind not in RUNGS:
            reader.unknown(f"there is no escalation step '{kind}'", kind, RUNGS)
        if ("near" in one) == ("late" in one):
            reader.fail(f"step '{kind}' needs 'near' or 'late'", "Write near: 1 working day, or late: 5 working days")
        period = str(one.get("near") or one.get("late"))
        try:
            read_within(period)
        except ValueError as wrong:
            reader.fail(f"step '{kind}': {wrong}", "Mend the period")
        rungs.append(Rung(kind, str(one.get("near", "")), str(one.get("late", ""))))
    return tuple(rungs)


def load(folder: Path) -> dict[str, Pack]:
    """All packs of a folder by name. Raises PackError on the first thing that is wrong."""
    load_checks()
    packs = {path.stem: _pack(path) for path in sorted(folder.glob("*.yaml"))}
    if not packs:
        raise PackError(f"{folder}: no packs. Put at least one YAML file there.")
    owner: dict[str, str] = {}
    for pack in packs.values():
        reader = _Reader(f"{pack.id}.yaml")
        if pack.extends is not None and pack.extends not in packs:
            reader.unknown(f"it extends a pack '{pack.extends}' that is not there", pack.extends, packs)
        for rule in pack.rules:
            reader.rule = rule.id
            if rule.id in owner:
                reader.fail(f"{owner[rule.id]}.yaml has a rule of this id already", "Give each rule an id of its own")
            owner[rule.id] = pack.id
    for pack in packs.values():
        reader = _Reader(f"{pack.id}.yaml")
        for rule in pack.rules:
            reader.rule = rule.id
            for name, others in (("hides", rule.hides), ("replaces", rule.replaces)):
                for other in others:
                    if other == rule.id or other not in owner:
                        reader.unknown(f"'{name}' speaks of a rule '{other}' that is not there", other, owner)
    return packs
