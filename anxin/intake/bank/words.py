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
_PAID = re.compile(
    r"成功|已发|已付|已入账|完成|paid|success|accepted|^(ok|s|y|1|01|0{2,4})$|ACSC|ACCC|ACSP", re.IGNORECASE
)
_FAILED = re.compile(r"失败|未成功|不成功|退|拒|错误|异常|fail|reject|return|RJCT|^(f|n|2|02)$", re.IGNORECASE)
_PENDING = re.compile(r"处理中|待|在途|未处理|pending|PDNG|ACTC|ACCP|RCVD", re.IGNORECASE)


def is_wages(text: str) -> bool:
    """Whether a purpose or a remittance text speaks of wages."""
    return bool(_WAGES.search(text))


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
