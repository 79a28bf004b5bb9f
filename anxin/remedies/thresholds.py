"""From what sum on refusing to pay is a matter for the police, by place (``papers/police.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from anxin.cases.models import Case
from anxin.cases.money import due_fen
from anxin.remedies.amounts import in_figures
from anxin.remedies.kinds import FOLDER
from anxin.remedies.particulars import standing


@dataclass(frozen=True)
class Threshold:
    """The figures of a place, in fen; low and high differ where the province's own figure is not known here."""

    months: int
    one_low: int
    one_high: int
    workers: int
    many_low: int
    many_high: int
    source: Mapping[str, str]


@dataclass(frozen=True)
class Measured:
    """A case beside the figures. ``answer``: ``reached``, ``range`` (only the national range is reached: ask for the
    province's figure) or ``below``. zh, en: the same in words."""

    threshold: Threshold
    answer: str
    zh: str
    en: str


@lru_cache(maxsize=64)
def threshold(region_code: str) -> Threshold:
    """The figures that hold in a place."""
    file: dict[str, Any] = yaml.safe_load((FOLDER / "police.yaml").read_text(encoding="utf-8"))
    one, many = file["national"]["one"], file["national"]["many"]
    own = file["regions"].get(region_code[:2] + "0000")
    if own:
        return Threshold(one["months"], own["one"] * 100, own["one"] * 100, many["workers"], own["many"] * 100,
                         own["many"] * 100, own["source"])  # fmt: skip
    return Threshold(one["months"], one["low"] * 100, one["high"] * 100, many["workers"], many["low"] * 100,
                     many["high"] * 100, file["source"])  # fmt: skip


def measure(case: Case) -> Measured:
    """Hold a case's sums, agreed, verified or claimed, less what was received, against the figures of its place."""
    limit = threshold(case.region_code)
    people = standing(case)
    owed = [max(due_fen(person) - person.received_fen, 0) for person in people]
    total, workers = sum(owed), sum(fen > 0 for fen in owed)
    months = max((len(person.months) for person in people), default=0)
    largest = max((fen for fen, one in zip(owed, people, strict=True) if len(one.months) >= limit.months), default=0)
    if largest >= limit.one_high or (workers >= limit.workers and total >= limit.many_high):
        answer = "reached"
    elif largest >= limit.one_low or (workers >= limit.workers and total >= limit.many_low):
        answer = "range"
    else:
        answer = "below"
    zh_one, en_one = _span(limit.one_low, limit.one_high)
    zh_many, en_many = _span(limit.many_low, limit.many_high)
    told = {"reached": "已达到", "range": "已进入幅度，须按本省确定的数额认定是否达到", "below": "未达到"}[answer]
    told_en = {"reached": "reached", "range": "within the range; the province's figure decides", "below": "not reached"}
    return Measured(
        limit, answer,
        f"标准：拖欠一名劳动者{limit.months}个月以上且数额在{zh_one}元以上，或者拖欠{limit.workers}名以上劳动者且累计在{zh_many}元以上"
        f"（{limit.source['zh']}）。本案：{workers}人，最长{months}个月，合计{in_figures(total)}元，{told}。",
        f"One worker, {limit.months} months and {en_one} yuan, or {limit.workers} workers and {en_many} yuan "
        f"({limit.source['en']}). This case: {workers} people, up to {months} months, {in_figures(total)} yuan: "
        f"{told_en[answer]}.",
    )  # fmt: skip


def _span(low: int, high: int) -> tuple[str, str]:
    if low == high:
        return f"{low // 100:,}", f"{low // 100:,}"
    return f"{low // 100:,}至{high // 100:,}", f"{low // 100:,} to {high // 100:,}"
