"""Whether unpaid wages may be a matter for the police: the order's day has passed, and the place's threshold is met."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anxin.cases.models import Case
from anxin.law.civil import civil_date
from anxin.remedies.models import Document
from anxin.remedies.particulars import owed_fen, standing

FILE = Path(__file__).with_name("police.yaml")
ORDERS = ("order", "decision")


@dataclass(frozen=True)
class Proposal:
    """``reached``: yes, no, or maybe where the place's own figure is not at hand. ``order_passed``: an order's day went
    by unpaid. The numbers are people with three months or more, their largest sum, all people and their sum (fen)."""

    order_passed: bool
    reached: str
    people: int
    total_fen: int
    largest_fen: int
    one_fen: tuple[int, int]
    many_fen: tuple[int, int]
    source_zh: str
    source_en: str
    why_zh: str
    why_en: str

    @property
    def may_transfer(self) -> bool:
        """Whether an officer may decide on a transfer."""
        return self.order_passed and self.reached != "no"


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def proposal(case: Case, *, at: datetime) -> Proposal:
    """What the file says of a transfer, by the threshold of the case's province."""
    data = _file()
    own = data["regions"].get(case.region_code[:2])
    one, many = data["one"], data["many"]
    one_fen = (own["one_fen"],) * 2 if own else (one["least_fen"], one["most_fen"])
    many_fen = (own["many_fen"],) * 2 if own else (many["least_fen"], many["most_fen"])
    people = [(row, owed_fen(row)) for row in standing(case)]
    people = [(row, fen) for row, fen in people if fen > 0]
    largest = max((fen for row, fen in people if len(set(row.months)) >= one["months"]), default=0)
    total = sum(fen for _, fen in people)
    answers = {_over(largest, one_fen), _over(total, many_fen) if len(people) >= many["people"] else "no"}
    reached = "yes" if "yes" in answers else "maybe" if "maybe" in answers else "no"
    passed = order_passed(case, at=at)
    source = own["source"] if own else data["basis"]
    zh, en = _why(passed, reached)
    return Proposal(passed, reached, len(people), total, largest, one_fen, many_fen, source["zh"], source["en"], zh, en)


def _over(fen: int, bounds: tuple[int, int]) -> str:
    # "Above": the interpretation's 以上 includes the figure itself.
    return "yes" if fen >= bounds[1] else "maybe" if fen >= bounds[0] else "no"


def order_passed(case: Case, *, at: datetime) -> bool:
    """Whether an order or decision to pay has run out unpaid: the case went overdue, or such a paper's day is over."""
    if case.state in ("overdue", "decided", "enforcement") or case.events.filter(kind="state-overdue").exists():
        return True
    papers = Document.objects.filter(case=case, kind__in=ORDERS, void_at=None).exclude(served_on=None)
    return papers.filter(due_on__lt=civil_date(at)).exists()


def _why(passed: bool, reached: str) -> tuple[str, str]:
    if not passed:
        return (
            "责令支付的期限还没有过，不能移送公安。",
            "No order to pay has run out yet; the matter cannot go to the police.",
        )
    if reached == "no":
        return (
            "未达到拒不支付劳动报酬罪的数额标准，不能移送公安。",
            "The threshold of the crime is not reached; the matter cannot go to the police.",
        )
    if reached == "maybe":
        return (
            "达到全国幅度的下限；本省数额标准未录入，请核对后决定。",
            "Within the national range; the province's own figure is not at hand: check it before deciding.",
        )
    return "责令期限已过且达到数额标准，可以移送公安。", "An order ran out unpaid and the threshold is reached."
