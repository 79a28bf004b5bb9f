"""Rules and findings in words, Chinese and English."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from anxin.rules.rule import Rule

LEVEL_WORDS = {
    "blue": ("蓝色", "blue"),
    "yellow": ("黄色", "yellow"),
    "orange": ("橙色", "orange"),
    "red": ("红色", "red"),
}


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


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]  # not from the locale, which differs between machines


def reason(rule: Rule, finding: Mapping[str, Any]) -> tuple[str, str]:
    """One sentence in Chinese and in English: what was found, with its numbers."""
    return _fill(rule, finding, "zh"), _fill(rule, finding, "en")


def _fill(rule: Rule, finding: Mapping[str, Any], language: str) -> str:
    named = [name for name in (finding.get("parts") or "").split(",") if name]
    return rule.reason[language].format(
        measure=number(finding.get("measure")),
        threshold=number(finding.get("threshold")),
        affected=number(finding.get("affected")),
        base=number(finding.get("base")),
        amount=yuan(finding.get("amount_fen")),
        month=month_words(finding.get("month"), language),
        since=day_words(finding.get("since"), language),
        parts=("、" if language == "zh" else ", ").join(
            rule.parts[name][language] if name in rule.parts else name for name in named
        ),
    )
