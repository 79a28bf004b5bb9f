"""``backstops.yaml`` read: the four backstops in order, and the rules of emergency funds by place."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("backstops.yaml")
Said = Mapping[str, str]


@dataclass(frozen=True)
class BackstopKind:
    """One backstop. ``when``: what must stand on file first; ``investment``: only for projects paid for so.

    ``office``: the kind of organisation asked for its word, within ``answer``. ``top_up``: the deposit's own clock.
    """

    key: str
    title: Said
    article: Said
    when: str
    investment: str
    pay: str
    answer: str
    top_up: str
    unverified: bool
    office: str
    approver: Said
    papers: tuple[str, ...]
    besides: Said


@dataclass(frozen=True)
class FundRule:
    """A place's rule for its emergency fund. ``share`` of the case's arrears (None: no such bound); ``beyond``: more
    on approval with a reason; ``per_person``: what one person gets at most is entered on the fund."""

    after_deposit: bool
    per_person: bool
    share: float | None
    beyond: bool
    when: str
    source: Said


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def backstop_kinds() -> dict[str, BackstopKind]:
    """The backstops by key, in the order they are asked."""
    found = {}
    for key, one in _file()["backstops"].items():
        pay, answer, top_up = (one.get(name, {}) for name in ("pay", "answer", "top_up"))
        found[key] = BackstopKind(
            key, {"zh": one["zh"], "en": one["en"]}, one["article"], one.get("when", ""), one.get("investment", ""),
            pay.get("within", ""), answer.get("within", ""), top_up.get("within", ""),
            any(period.get("unverified", False) for period in (pay, answer, top_up)),
            one.get("office", ""), one["approver"], tuple(one["papers"]), one["besides"],
        )  # fmt: skip
    return found


@lru_cache(maxsize=512)
def fund_rule(region_code: str) -> FundRule:
    """The rule of the nearest place that has one."""
    rules: dict[str, Any] = _file()["funds"]
    nearest = max((prefix for prefix in rules if region_code.startswith(prefix)), key=len)
    one = rules[nearest]
    return FundRule(
        one.get("after_deposit", False), "per_person" in one, one.get("share"), one.get("beyond", False),
        one.get("when", ""), one["source"],
    )  # fmt: skip
