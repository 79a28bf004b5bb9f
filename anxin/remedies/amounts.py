"""Money and dates in the words official papers use."""

from datetime import date

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def in_words(fen: int) -> str:
    """An amount in capital figures 大写: 123456 (fen) → 壹仟贰佰叁拾肆元伍角陆分.

    Written as the rules for filling in bills ask: noughts in between are said once, a whole amount ends in 整.
    Raises ValueError on a negative amount.
    """
    if fen < 0:
        raise ValueError("An amount of money is not negative.")
    yuan, jiao, cents = fen // 100, fen // 10 % 10, fen % 10
    whole = _whole(yuan) + "元" if yuan else ""
    if not jiao and not cents:
        return (whole or "零元") + "整"
    tail = (_DIGITS[jiao] + "角") if jiao else ("零" if whole else "")
    if yuan and jiao and yuan % 10 == 0:
        tail = "零" + tail
    return whole + tail + (_DIGITS[cents] + "分" if cents else "整")


def _whole(yuan: int) -> str:
    groups = []
    while yuan:
        groups.append(yuan % 10000)
        yuan //= 10000
    words, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _group(group) + _GROUPS[place]
        gap = group % 10 == 0 and place > 0 and bool(groups[place - 1]) and groups[place - 1] >= 1000
    return words


def _group(group: int) -> str:
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words


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
