"""Money, days and months as official papers write them; sums in capital figures are ``law.capitals``."""

from datetime import date


def in_figures(fen: int) -> str:
    """An amount in yuan: 123456 → 1,234.56."""
    return f"{fen / 100:,.2f}"


def day_words(day: date | None) -> str:
    """2026-04-20 → 2026年4月20日; none is a line to fill in."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "    年  月  日"


def month_words(months: list[str]) -> str:
    """["2026-02", "2026-03", "2026-05"] → 2026年2月至3月、5月."""
    runs: list[list[tuple[int, int]]] = []
    for text in sorted(set(months)):
        year, month = int(text[:4]), int(text[5:7])
        last = runs[-1][-1] if runs else None
        if last and year * 12 + month == last[0] * 12 + last[1] + 1:
            runs[-1].append((year, month))
        else:
            runs.append([(year, month)])
    words, told = [], 0
    for run in runs:
        first, last = run[0], run[-1]
        text = ("" if first[0] == told else f"{first[0]}年") + f"{first[1]}月"
        if last != first:
            text += "至" + (f"{last[0]}年" if last[0] != first[0] else "") + f"{last[1]}月"
        told = last[0]
        words.append(text)
    return "、".join(words)
