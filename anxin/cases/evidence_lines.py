"""The lines of an evidence sheet for one person's month: what each kind of record says of the claim."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from anxin.law.civil import first_day, last_day
from anxin.registry.models import Engagement

Line = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What is on file for one person's month. ``recorded``: the site has attendance of that month at all.

    ``mates``: days and pay of each in the same team. ``signed``: hash of a sheet with the workers' signatures.
    ``answer``: the worker's own word on the month. ``since``: the day he claimed.
    """

    month: str
    days: int | None
    recorded: bool
    pay: Mapping[str, Any] | None
    sheets: Sequence[Mapping[str, Any]]
    payments: Sequence[Mapping[str, Any]]
    engagement: Engagement | None
    mates: Sequence[tuple[int, Mapping[str, Any] | None]]
    signed: str
    answer: bool | None
    rate_fen: int | None
    on_roster: bool
    since: date

    def due(self) -> tuple[int | None, str]:
        """What is due for the month (fen) and where that is from: the payroll, days at a rate told or that of the
        mates, or nothing."""
        if self.pay is not None and self.pay["due_fen"]:
            return self.pay["due_fen"], "payroll"
        rate = self.mates_rate()
        for fen, basis in ((rate, "mates"), (self.rate_fen, "told")):
            if fen and self.days:
                return fen * self.days, basis
        return None, ""

    def paid_fen(self) -> int:
        """What had been paid for the month when he claimed: the bank's word where it spoke, else the sheet's. What came
        since is counted as received, not taken off what he is owed."""
        if self.payments:
            return sum(one["amount_fen"] or 0 for one in self.paid() if one["paid_on"] < self.since)
        return self.pay["paid_fen"] if self.pay is not None else 0

    def paid(self) -> list[Mapping[str, Any]]:
        """The payouts that the bank carried out."""
        return [one for one in self.payments if one["status"] == "paid" and one["paid_on"] is not None]

    def mates_rate(self) -> int | None:
        """The middle of what team mates were due a day that month; None with fewer than two of them."""
        rates = [pay["due_fen"] // days for days, pay in self.mates if days and pay is not None and pay["due_fen"]]
        return int(median(rates)) if len(rates) > 1 else None


def says(kind: str, what: str, zh: str, en: str, source: str, reference: str = "") -> Line:
    """A line. ``kind``: supports, contradicts or unknown, of what was claimed."""
    return {"says": kind, "what": what, "zh": zh, "en": en, "source": source, "reference": reference}


def yuan(fen: int) -> str:
    """1234500 → 12,345.00"""
    return f"{fen / 100:,.2f}"


def attended(known: Known) -> list[Line]:
    """Days at the gate."""
    if known.days:
        return [says("supports", "attendance", f"考勤{known.days}天", f"{known.days} days at the gate", "swipes",
                     known.month)]  # fmt: skip
    if known.recorded and known.on_roster:
        return [says("contradicts", "attendance", "当月项目有考勤，没有本人记录",
                     "The site has attendance of the month, but none of him", "swipes", known.month)]  # fmt: skip
    return [says("unknown", "attendance", "没有当月考勤记录", "No attendance of the month on file", "swipes")]


def contracted(known: Known) -> list[Line]:
    """A contract that covers the month."""
    one = known.engagement
    if one is None:
        return []
    if one.contract_from is None:
        return [says("unknown", "contract", "没有劳动合同记录，应由用人单位提供（第五十条）",
                     "No contract on file; the employer has to produce it (Art. 50)", "engagements")]  # fmt: skip
    covers = one.contract_from <= last_day(known.month) and (
        one.contract_until is None or one.contract_until >= first_day(known.month)
    )
    span = f"{one.contract_from} — {one.contract_until or ''}"
    if covers:
        return [says("supports", "contract", f"劳动合同：{span}", f"Contract: {span}", "engagements", str(one.pk))]
    return [says("unknown", "contract", f"合同期不含当月：{span}", f"The contract does not cover the month: {span}",
                 "engagements", str(one.pk))]  # fmt: skip


def payroll(known: Known) -> list[Line]:
    """The payroll line, and whether the workers signed that month's sheet."""
    if not known.sheets:
        return [says("unknown", "payroll", "没有当月工资表，应由用人单位提供（第五十条）",
                     "No payroll of the month; the employer has to produce it (Art. 50)", "payroll")]  # fmt: skip
    due = sum(line["due_fen"] or 0 for line in known.sheets if not line["back_pay"])
    reference = ", ".join(sorted({line["sheet"] or "" for line in known.sheets}))
    lines = [
        says("supports", "payroll", f"工资表应发{yuan(due)}元", f"Payroll: {yuan(due)} yuan due", "payroll", reference)
    ]
    if known.signed:
        lines.append(says("supports", "signature", "有工人签字的工资表", "The sheet signed by the workers is on file",
                          "papers", known.signed))  # fmt: skip
    else:
        lines.append(says("unknown", "signature", "没有工人签字的工资表", "No sheet signed by the workers", "papers"))
    return lines


def banked(known: Known) -> list[Line]:
    """What the bank says: paid in full contradicts the claim, nothing or a failure supports it."""
    if not known.payments:
        return [says("supports" if known.sheets or known.days else "unknown", "bank", "银行没有发放记录",
                     "The bank has no payout", "payments")]  # fmt: skip
    lines = []
    for one in known.payments:
        if one["status"] == "failed":
            fen, why = yuan(one["amount_fen"] or 0), one["reason"] or ""
            lines.append(says("supports", "bank", f"银行退回{fen}元：{why}", f"The bank refused {fen} yuan: {why}",
                              "payments", one["reference"]))  # fmt: skip
    before = [one for one in known.paid() if one["paid_on"] < known.since]
    after = [one for one in known.paid() if one["paid_on"] >= known.since]
    if before:
        due = known.due()[0]
        full = due is not None and known.paid_fen() >= due
        unsure = _other_card(known) or due is None
        lines.append(
            _paid_line("unknown" if unsure else "contradicts" if full else "supports", "反映前", "before", before)
        )
    if after:
        lines.append(_paid_line("supports", "反映后", "after", after))
    return lines


def _paid_line(kind: str, zh: str, en: str, some: Sequence[Mapping[str, Any]]) -> Line:
    fen, day = yuan(sum(one["amount_fen"] or 0 for one in some)), max(one["paid_on"] for one in some)
    return says(kind, "bank", f"{zh}银行发放{fen}元（{day}）", f"{fen} yuan paid by the bank {en} the claim ({day})",
                "payments", ", ".join(one["reference"] for one in some))  # fmt: skip


def carded(known: Known) -> list[Line]:
    """Wages that went to another card than the one registered."""
    if not _other_card(known):
        return []
    return [says("unknown", "card", "工资发到的卡与登记的不是同一张，请核对是否本人的卡",
                 "The wage went to another card than the one registered; check that it is his own",
                 "payments", known.month)]  # fmt: skip


def _other_card(known: Known) -> bool:
    own = known.engagement.card_token if known.engagement is not None else ""
    used = {one["card_token"] for one in known.payments if one["status"] == "paid" and one["card_token"]}
    return bool(own) and bool(used - {own})


def mates(known: Known) -> list[Line]:
    """What the same team got that month."""
    there = [(days, pay) for days, pay in known.mates if days or pay is not None]
    if not there:
        return []
    paid = sum(1 for _, pay in there if pay is not None and pay["paid_fen"] > 0)
    rate = known.mates_rate()
    zh, en = f"同班组{len(there)}人中{paid}人有发放记录", f"Of {len(there)} team mates {paid} were paid"
    if rate is not None:
        zh, en = f"{zh}，日工资中位数{yuan(rate)}元", f"{en}; the middle of their day rates is {yuan(rate)} yuan"
    return [says("supports" if rate is not None else "unknown", "mates", zh, en, "pay_months", known.month)]


def said(known: Known) -> list[Line]:
    """The worker's own word on the month, given before the claim or since."""
    if known.answer is None:
        return []
    if known.answer:
        return [says("contradicts", "answer", "本人曾确认当月工资已收到", "He confirmed that month's wage himself",
                     "answers", known.month)]  # fmt: skip
    return [says("supports", "answer", "本人答复当月工资未收到", "He answered that the month was not paid", "answers",
                 known.month)]  # fmt: skip
