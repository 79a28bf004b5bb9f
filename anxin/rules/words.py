"""Rules and findings in words, Chinese and English."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from anxin.law.clocks import read_within
from anxin.rules.check import CHECKS, UNITS
from anxin.rules.rule import Rule

LEVEL_WORDS = {
    "blue": ("蓝色", "blue"),
    "yellow": ("黄色", "yellow"),
    "orange": ("橙色", "orange"),
    "red": ("红色", "red"),
}
OBJECT_WORDS = {
    "project": ("工程项目", "project"),
    "enterprise": ("企业", "enterprise"),
    "project-month": ("项目按月", "project and month"),
    "worker-month": ("工人按月", "worker and month"),
    "leaver": ("离场工人", "worker who left"),
}
STATUS_WORDS = {
    "preparing": ("筹备", "preparing"),
    "approved": ("立项", "approved"),
    "active": ("在建", "under construction"),
    "completed": ("完工", "completed"),
    "suspended": ("停工", "suspended"),
}
# Not from the locale, which differs between machines.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def number(value: float | None) -> str:
    """12.0 → 12; 12.345 → 12.3; thousands are parted."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def yuan(fen: int | None) -> str:
    """1234560 fen → 12,345.60; whole yuan without decimals."""
    if fen is None:
        return "—"
    return f"{fen // 100:,}" if fen % 100 == 0 else f"{fen / 100:,.2f}"


def day_words(day: date | None, language: str) -> str:
    """2026-04-16 → 2026年4月16日, 16 April 2026."""
    if day is None:
        return "—"
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def month_words(month: str | None, language: str) -> str:
    """2026-04 → 2026年4月, April 2026."""
    if not month:
        return "—"
    year, number_ = int(month[:4]), int(month[5:7])
    return f"{year}年{number_}月" if language == "zh" else f"{_MONTHS[number_ - 1]} {year}"


def left_words(days: float | None, language: str) -> str:
    """0 → 今天, today; 30 → 还有30天, in 30 days."""
    if days == 0:
        return "今天" if language == "zh" else "today"
    return f"还有{number(days)}天" if language == "zh" else f"in {_counted(number(days), 'days')}"


def within_words(within: str, language: str) -> str:
    """``3 working days`` → 3个工作日."""
    return read_within(within).words(language)


def reason(rule: Rule, finding: Mapping[str, Any]) -> tuple[str, str]:
    """One sentence in Chinese and in English: what was found, with its numbers."""
    return _fill(rule, finding, "zh"), _fill(rule, finding, "en")


def _fill(rule: Rule, finding: Mapping[str, Any], language: str) -> str:
    named = [name for name in (finding.get("parts") or "").split(",") if name]
    return rule.reason[language].format(
        measure=number(finding.get("measure")),
        left=left_words(finding.get("measure"), language),
        threshold=number(finding.get("threshold")),
        affected=number(finding.get("affected")),
        base=number(finding.get("base")),
        amount=yuan(finding.get("amount_fen")),
        month=month_words(finding.get("month"), language),
        since=day_words(finding.get("since"), language),
        article=rule.basis[0]["article" if language == "zh" else "article_en"],
        parts=("、" if language == "zh" else ", ").join(
            rule.parts[name][language] if name in rule.parts else name for name in named
        ),
    )


def explain(rule: Rule, language: str = "zh", *, as_of: date | None = None) -> str:
    """The rule as a person would tell it, several lines; numbers as in force on ``as_of`` (default: the newest)."""
    return "\n".join(f"{head}{'：' if language == 'zh' else ': '}{text}" for head, text in _tell(rule, language, as_of))


def _tell(rule: Rule, language: str, as_of: date | None) -> list[tuple[str, str]]:
    zh, i = language == "zh", 0 if language == "zh" else 1
    day = as_of or date.max
    check = CHECKS[rule.check]
    unit = UNITS[rule.unit][i]
    steps = ("；" if zh else "; ").join(_step(level, start, unit, zh) for level, start in rule.ladder_on(day))
    lines = [
        (rule.id, rule.title[language]),
        ("看什么" if zh else "Looks at", getattr(check, language)),
        ("对象" if zh else "About", OBJECT_WORDS[rule.object][i]),
        ("管哪些项目" if zh else "Governs", _governs(rule, zh)),
    ]
    if rule.params:
        lines.append(("参数" if zh else "Numbers", _numbers(rule, day, zh)))
    lines.append(("何时何色" if zh else "Colours", steps))
    due = within_words(rule.within, language)
    lines.append(
        ("谁来办、多久" if zh else "Who acts, by when", f"{rule.acts[language]}{'，限' if zh else ', within '}{due}")
    )
    lines.append(("怎样解除" if zh else "Clears when", rule.clears[language]))
    joined = "、" if zh else ", "
    if rule.hides:
        lines.append(("同时遮住" if zh else "Hides", joined.join(rule.hides)))
    if rule.replaces:
        lines.append(("代替" if zh else "Replaces", joined.join(rule.replaces)))
    for basis in rule.basis:
        article = basis["article" if zh else "article_en"]
        lines.append(("依据" if zh else "Basis", f"{article}{'——' if zh else ' — '}{basis['text'][language]}"))
    until = f"{'至' if zh else ' until '}{day_words(rule.until, language)}" if rule.until else ""
    lines.append(("自何时起" if zh else "In force since", day_words(rule.since, language) + until))
    if rule.note:
        lines.append(("说明" if zh else "Note", rule.note[language]))
    return lines


def _step(level: str, start: float, unit: str, zh: bool) -> str:
    """One colour of the ladder; a ladder that begins at zero colours every finding."""
    colour = LEVEL_WORDS[level][0 if zh else 1]
    if start <= 0:
        return f"一经发现即{colour}" if zh else f"{colour} as soon as it is found"
    return f"达到{number(start)}{unit}{colour}" if zh else f"{colour} from {_counted(number(start), unit)}"


def _counted(shown: str, unit: str) -> str:
    """``1 day``, ``3 days``, ``10 %``."""
    return f"{shown} {unit.removesuffix('s') if shown == '1' else unit}".replace("  ", " ")


def _governs(rule: Rule, zh: bool) -> str:
    where = (
        ("全国" if zh else "anywhere")
        if "" in rule.regions
        else (
            f"行政区划代码以{'、'.join(rule.regions)}开头"
            if zh
            else f"region codes that begin with {', '.join(rule.regions)}"
        )
    )
    words = [where]
    applies = rule.applies
    words.append(("、" if zh else ", ").join(STATUS_WORDS[status][0 if zh else 1] for status in applies.statuses))
    for allowed in (applies.industry, applies.category, applies.investment):
        if allowed:
            words.append(("、" if zh else ", ").join(allowed))
    if applies.price_from is not None:
        floor = number(applies.price_from)
        words.append(f"合同价{floor}元及以上" if zh else f"contract price of {floor} yuan or more")
    if applies.in_pause:
        words.append("报备停工期间照常判定" if zh else "judged during approved pauses too")
    else:
        words.append("报备停工期间不判定" if zh else "not judged during an approved pause")
    return ("；" if zh else "; ").join(words)


def _numbers(rule: Rule, day: date, zh: bool) -> str:
    asks = CHECKS[rule.check].asks
    told = []
    for name, value in rule.values_on(day).items():
        ask = asks[name]
        unit = UNITS[ask.unit][0 if zh else 1]
        shown = ask.choices[value][0 if zh else 1] if ask.choices else number(value)
        told.append(f"{ask.zh}{shown}{unit}" if zh else f"{ask.en} {_counted(shown, unit)}".rstrip())
    return ("；" if zh else "; ").join(told)
