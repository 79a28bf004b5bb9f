"""Whether unpaid wages may be a matter for the police: the order's day has passed, and the place's threshold is met."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.db.models import QuerySet

from anxin.cases.models import Case, CaseEvent, ClaimStay
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


@dataclass(frozen=True)
class Threshold:
    """The figures of a place, from and to (fen): equal where it fixed its own. One worker's counts from ``months`` on,
    that of many from ``people`` on."""

    one_fen: tuple[int, int]
    many_fen: tuple[int, int]
    months: int
    people: int
    source_zh: str
    source_en: str

    def reached(self, owed: Sequence[tuple[int, int]]) -> str:
        """Yes, no or maybe, for people each with the months he is owed for and his sum (fen, above nought)."""
        largest = max((fen for months, fen in owed if months >= self.months), default=0)
        total = sum(fen for _, fen in owed)
        answers = {_over(largest, self.one_fen), _over(total, self.many_fen) if len(owed) >= self.people else "no"}
        return "yes" if "yes" in answers else "maybe" if "maybe" in answers else "no"


def threshold_of(region_code: str) -> Threshold:
    """The threshold of a place's province, else the national range."""
    data = _file()
    own, one, many = data["regions"].get(region_code[:2]), data["one"], data["many"]
    one_fen = (own["one_fen"],) * 2 if own else (one["least_fen"], one["most_fen"])
    many_fen = (own["many_fen"],) * 2 if own else (many["least_fen"], many["most_fen"])
    source = own["source"] if own else data["basis"]
    return Threshold(one_fen, many_fen, one["months"], many["people"], source["zh"], source["en"])


def proposal(case: Case, *, at: datetime) -> Proposal:
    """What the file says of a transfer, by the threshold of the case's province."""
    place = threshold_of(case.region_code)
    owed = [(len(set(row.months)), fen) for row in standing(case) if (fen := owed_fen(row)) > 0]
    largest = max((fen for months, fen in owed if months >= place.months), default=0)
    reached, passed = place.reached(owed), order_passed(case, at=at)
    zh, en = _why(passed, reached)
    return Proposal(passed, reached, len(owed), sum(fen for _, fen in owed), largest, place.one_fen, place.many_fen,
                    place.source_zh, place.source_en, zh, en)  # fmt: skip


def _over(fen: int, bounds: tuple[int, int]) -> str:
    # "Above": the interpretation's 以上 includes the figure itself.
    return "yes" if fen >= bounds[1] else "maybe" if fen >= bounds[0] else "no"


def order_passed(case: Case, *, at: datetime) -> bool:
    """Whether an order or decision to pay has run out unpaid: the case went overdue, or such a paper's day is over."""
    if _ran_out(case.events.all()):
        return True
    papers = Document.objects.filter(case=case, kind__in=ORDERS, void_at=None).exclude(served_on=None)
    return papers.filter(due_on__lt=civil_date(at)).exists() or _passed_before(case)


def _ran_out(story: QuerySet[CaseEvent]) -> bool:
    """Whether a story tells of a decision, or of an order after which the case went overdue: an agreement or an award
    that is not kept is no order of the inspection."""
    if story.filter(kind="state-decided").exists():
        return True
    ordered = story.filter(kind="state-ordered").order_by("pk").values_list("pk", flat=True).first()
    return ordered is not None and story.filter(kind="state-overdue", pk__gt=ordered).exists()


def _passed_before(case: Case) -> bool:
    """Whether an order ran out while all who claim here were in another case: a split takes that from nobody."""
    claims = {row.claim_id for row in standing(case)}
    stays = ClaimStay.objects.filter(claim__in=claims).select_related("case")
    passed = {
        stay.claim_id for stay in stays if _ran_out(stay.case.events.filter(at__gte=stay.since, at__lte=stay.until))
    }
    return bool(claims) and passed == claims


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
