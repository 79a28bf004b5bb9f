"""What banks write in free text: purposes, results, months; and references where a bank gives none."""

import re
from datetime import date

from anxin.intake.sheets.headings import month_in
from anxin.law.civil import month_of, shift_month
from anxin.vault.fields import blind

_WAGES = re.compile(r"工资|薪|代发|劳务费|农民工|民工|SALA|PAYR|payroll|salar|wage", re.IGNORECASE)
_RETURN = re.compile(r"退汇|退票|退回|退款|冲正|冲销|撤销|失败|返还|return|revers", re.IGNORECASE)
_INTEREST = re.compile(r"利息|结息|手续费|工本费|年费|interest|\bfee\b", re.IGNORECASE)
_LABOUR_FEE = re.compile(r"人工费|劳务|工程款|进度款|拨付|拨款|labour", re.IGNORECASE)
_MONTH_ALONE = re.compile(r"(?<![\d年])(1[0-2]|0?[1-9])\s*月")
_NOTHING_BUT_MONTH = re.compile(r"\s*(20\d{2}\s*[年./-]?\s*)?(1[0-2]|0?[1-9])\s*(月份?)?\s*")
# A line of a payout file of ours (bank.payout), as the bank hands it back: project, month, worker, attempt.
_PAYOUT_LINE = re.compile(r"AX\d+-(20\d{2})(0[1-9]|1[0-2])-\d+(-\d+)?")
_ORGANISATION = re.compile(
    r"公司|集团|银行|信用社|合作社|中心|学院|医院|研究院|设计院|厂$|局$|委员会|政府|事务所|经营部|商行|工程队|"
    r"\b(ltd|llc|inc|co|corp|bank)\b",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"成功|已发|已付|已入账|完成|paid|success|accepted|^(ok|s|y|1|01|0{2,4})$|ACSC|ACCC|ACSP", re.IGNORECASE
)
_FAILED = re.compile(r"失败|未成功|不成功|退|拒|错误|异常|fail|reject|return|RJCT|^(f|n|2|02)$", re.IGNORECASE)
_PENDING = re.compile(r"处理中|待|在途|未处理|pending|PDNG|ACTC|ACCP|RCVD", re.IGNORECASE)


def is_wages(text: str) -> bool:
    """Whether a purpose or a remittance text speaks of wages."""
    return bool(_WAGES.search(text))


def says_nothing(text: str) -> bool:
    """Whether a remittance text is blank or names a month alone, as pay-out files carry it (protocol §4)."""
    return not text.strip() or all(_NOTHING_BUT_MONTH.fullmatch(part) for part in text.split())


def month_of_line(end_to_end: str) -> str:
    """The wage month a payout file of ours put into a line's id; "" for anybody else's id."""
    found = _PAYOUT_LINE.fullmatch(end_to_end)
    return f"{found.group(1)}-{found.group(2)}" if found else ""


def is_organisation(name: str) -> bool:
    """Whether a payee is a company or an office rather than a person."""
    return bool(_ORGANISATION.search(name.strip()))


def is_return(text: str) -> bool:
    """Whether a text speaks of money that came back."""
    return bool(_RETURN.search(text))


def movement_kind(direction: str, text: str) -> str:
    """labour_fee, payout, return or other, from direction and the bank's words.

    The account is there to receive labour fee, so a credit without a word to the contrary is labour fee.
    """
    if direction == "credit":
        if is_return(text):
            return "return"
        return "other" if _INTEREST.search(text) and not _LABOUR_FEE.search(text) else "labour_fee"
    return "payout" if is_wages(text) else "other"


def wage_month(text: str, booked_on: date) -> str:
    """The month a remittance text names: 工资2026-03, 2026年3月, 202603, or 3月 (the latest such month not after the
    booking); "" when it names none."""
    named = month_in(text)
    if named:
        return named
    found = _MONTH_ALONE.search(text)
    if not found:
        return ""
    month = f"{booked_on.year}-{int(found.group(1)):02d}"
    return month if month <= month_of(booked_on) else shift_month(month, -12)


def result(text: str, reason: str = "") -> str | None:
    """paid or failed, as a bank's word has it; None while it is open. A blank means paid unless a reason is given."""
    word = text.strip()
    if not word:
        return "failed" if reason.strip() else "paid"
    if _PENDING.search(word):
        return None
    if _FAILED.search(word):
        return "failed"
    return "paid" if _PAID.search(word) else None


def own_reference(*parts: object) -> str:
    """A reference for a booking the bank gave none: equal parts give an equal one, and nothing can be read back."""
    return "auto-" + blind("reference", "\0".join(str(part) for part in parts)).hex()
