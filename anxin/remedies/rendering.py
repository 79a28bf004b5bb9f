"""Making a paper into a .docx."""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime

from anxin.cases.models import Case, Claimant
from anxin.cases.money import due_fen
from anxin.intake import values
from anxin.law.civil import start_of
from anxin.remedies.amounts import day_words, in_figures
from anxin.remedies.filling import BadTemplate, fill
from anxin.remedies.kinds import kinds
from anxin.remedies.models import Document
from anxin.remedies.paper_facts import facts, people_of
from anxin.remedies.police import proposal
from anxin.remedies.templates import find
from anxin.vault.fields import open_text

_LINE = "＿" * 8
_BLANKS = dict.fromkeys(
    ("claimant_identity", "claimant_phone", "home", "occupation", "legal_person", "employer_address"), _LINE
) | {"claimant_gender": "＿＿", "claimant_born": "＿＿＿＿年＿＿月＿＿日"}
_PART = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[\s,，:：]+([\d,，]+(?:\.\d{1,2})?)")


class NotReady(ValueError):
    """What a paper lacks, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class Filled:
    """A paper as a file, and the hash of the template it was made from."""

    content: bytes
    template: str


def filled(document: Document, *, signed_on: date | None = None) -> Filled:
    """The .docx of a paper as it stands; ``signed_on`` None leaves the date to be written in. Raises NotReady when the
    office's template cannot be used."""
    region = document.unit.region_code if document.unit else document.case.region_code
    template = find(document.kind, region)
    try:
        return Filled(fill(template.content, values_of(document, signed_on=signed_on)), template.digest)
    except BadTemplate as bad:
        raise NotReady(f"模板不能使用：{bad.zh}", f"The template cannot be used: {bad.en}") from None


def values_of(document: Document, *, signed_on: date | None = None) -> dict[str, object]:
    """Everything the template may name: the file's facts, what was typed, number and days."""
    kind, case = kinds()[document.kind], document.case
    told = facts(kind, case, claim=document.claim, claimant=document.claimant, on=signed_on or None)
    typed: dict[str, str] = json.loads(open_text(document.fields_sealed) or "{}")
    values: dict[str, object] = {**told, **{field.key: "" for field in kind.fields}, **typed}
    for field in kind.fields:
        if field.type == "date" and typed.get(field.key):
            values[field.key] = day_words(date.fromisoformat(typed[field.key]))
    if "instalments" in values:
        values["instalments"] = instalments_of(document, str(values["instalments"]))[0]
    names = [person.display_name or person.username for person in document.inspectors.order_by("pk")]
    values |= {
        "number": document.number or "（签批后编号）",
        "unit": document.unit.name if document.unit else "",
        "inspectors": "、".join(names),
        "signed_on": day_words(signed_on),
        "drafted_on": day_words(signed_on),
        "due_on": day_words(document.due_on),
    }
    if kind.audience == "employer":
        values["addressee"] = document.addressee
        values["employer"] = document.addressee or values["employer"]
    if kind.audience == "claimant":
        # His own application: what the file does not know he writes in by hand.
        values |= {name: blank for name, blank in _BLANKS.items() if not values.get(name)}
    if kind.key == "police":
        at = start_of(signed_on) if signed_on else document.edited_at
        values["threshold"] = _threshold(case, at=at)
    return values


def _threshold(case: Case, *, at: datetime) -> str:
    known = proposal(case, at=at)
    one, many = (_span(*bounds) for bounds in (known.one_fen, known.many_fen))
    reached = {"yes": "，已达到上述标准", "maybe": "，已达到上述幅度的下限"}.get(known.reached, "")
    return (
        f"一名劳动者拖欠三个月以上且数额在{one}以上，或者十名以上劳动者且累计在{many}以上"
        f"（{known.source_zh}）。本案涉及{known.people}人，尚欠{in_figures(known.total_fen)}元{reached}。"
    )


def _span(low: int, high: int) -> str:
    return f"{low // 100:,}元" if low == high else f"{low // 100:,}元至{high // 100:,}元（由省确定）"


def instalments_of(document: Document, text: str) -> tuple[list[dict[str, str]], list[tuple[str, str]]]:
    """The parts of a sum, from lines "2026-05-10 5000"; and what is wrong with them, in Chinese and English."""
    rows: list[dict[str, str]] = []
    wrong: list[tuple[str, str]] = []
    total, before = 0, date.min
    for place, line in enumerate((one for one in text.splitlines() if one.strip()), 1):
        found = _PART.fullmatch(line.strip().removesuffix("元"))
        try:
            year, month, day = (int(part) for part in found[1].split("-")) if found else (0, 0, 0)
            on = date(year, month, day)
        except ValueError:
            wrong.append((f"分期第 {place} 行写法应为“2026-05-10 5000”。", f"Line {place}: write '2026-05-10 5000'."))
            continue
        assert found is not None
        fen = values.fen(found[2]) or 0
        if on <= before:
            wrong.append(
                (f"分期第 {place} 行的日期须晚于上一期。", f"Line {place}: its date must follow the one before.")
            )
        total, before = total + fen, on
        rows.append({"no": str(len(rows) + 1), "on": day_words(on), "sum": in_figures(fen)})
    due = sum(due_fen(one) for one in _people(document))
    if rows and not wrong and total != due:
        wrong.append((f"分期合计 {in_figures(total)} 元，与应付 {in_figures(due)} 元不符。",
                      f"The parts add up to {in_figures(total)} yuan; {in_figures(due)} yuan are due."))  # fmt: skip
    return rows, wrong


def _people(document: Document) -> list[Claimant]:
    return people_of(document.case, document.claim, document.claimant)
