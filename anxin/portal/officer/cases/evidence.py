"""The evidence sheet on the page of a case, the form that verifies by it, and the chain of those who have to pay."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from anxin.cases import lane, liability
from anxin.cases.evidence_sheet import build_sheet
from anxin.cases.models import Case, Claimant, Liable
from anxin.cases.money import standing
from anxin.cases.names import shown_names
from anxin.cases.procedure import liability as roles
from anxin.cases.verifying import newest_of, verify
from anxin.law.civil import civil_date
from anxin.people.models import User
from anxin.portal.officer.cases.acting import act_on
from anxin.portal.officer.cases.finding import find_case
from anxin.portal.officer.cases.parts import handles
from anxin.portal.officer.forms import Wrong, day_of, fen_of, key_of, read_text
from anxin.portal.officer.handling_words import person
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import in_english

MOST_PEOPLE = 60
MOST_FEN = 100_000_000_00
SAYS = {
    "supports": (gettext_lazy("支持"), "good"),
    "contradicts": (gettext_lazy("矛盾"), "bad"),
    "unknown": (gettext_lazy("不明"), "idle"),
}
SOURCES = {
    "swipes": gettext_lazy("考勤"),
    "payroll": gettext_lazy("工资表"),
    "payments": gettext_lazy("银行记录"),
    "engagements": gettext_lazy("花名册"),
    "pay_months": gettext_lazy("班组发放"),
    "papers": gettext_lazy("项目材料"),
    "answers": gettext_lazy("本人答复"),
    "exhibits": gettext_lazy("申请人材料"),
    "registry": gettext_lazy("登记信息"),
}
BASES = {
    "payroll": gettext_lazy("工资表"),
    "mates": gettext_lazy("按班组日工资估算"),
    "told": gettext_lazy("按本人所说日工资估算"),
}


def evidence_part(case: Case, user: User, at: datetime) -> dict[str, Any] | None:
    """What the file says of the claim as it stands now; of an ended case as it was verified last. For those who handle
    it."""
    if not handles(case, user):
        return None
    newest = newest_of(case)
    if case.ended_at is not None and newest is None:
        return None
    sheet = build_sheet(case, as_of=civil_date(at)) if case.ended_at is None or newest is None else newest.sheet
    keys = [one["claimant"] for one in sheet["people"]]
    rows = {row.pk: row for row in Claimant.objects.filter(pk__in=keys).select_related("worker", "claim")}
    names = shown_names(rows.values())
    proposal = lane.propose(case, sheet) if case.ended_at is None and case.lane != "plain" else None
    return {
        "people": [_person(one, rows, names) for one in sheet["people"][:MOST_PEOPLE]],
        "more": max(len(sheet["people"]) - MOST_PEOPLE, 0),
        "lines": [_line(line) for line in sheet["lines"]],
        "counts": [(*SAYS[kind], sheet["counts"][kind]) for kind in SAYS],
        "claimed_fen": sheet["claimed_fen"],
        "proposed_fen": sheet["proposed_fen"],
        "as_of": sheet["as_of"],
        "newest": newest,
        "newest_by": person(newest.by) if newest else "",
        "proposal": proposal,
        "reasons": [
            {"holds": one.holds, "text": one.en if in_english() else one.zh}
            for one in (proposal.reasons if proposal else ())
        ],
    }


def _person(one: Mapping[str, Any], rows: Mapping[int, Claimant], names: Mapping[int, str]) -> dict[str, Any]:
    row = rows.get(one["claimant"])
    verified = row.verified_fen if row is not None else None
    start = verified if verified is not None else one["proposed_fen"]
    return {
        **one,
        "name": names.get(one["claimant"], ""),
        "lines": [_line(line) for line in one["lines"]],
        "months": [
            {**month, "basis": BASES.get(month["due_from"], ""), "lines": [_line(line) for line in month["lines"]]}
            for month in one["months"]
        ],
        "verified_fen": verified,
        "typed": f"{start / 100:.2f}" if start is not None else "",
    }


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    word, tone = SAYS[line["says"]]
    return {
        "word": word,
        "tone": tone,
        "text": line["en"] if in_english() else line["zh"],
        "source": SOURCES.get(line["source"], line["source"]),
        "reference": line["reference"] if len(line["reference"]) < 40 else line["reference"][:12] + "…",
    }


@needs("case")
@require_POST
def verify_case(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what was found, with the sheet as it stands and a sum for each person."""
    user, case, at = signed_in(request), find_case(request, number, "case"), timezone.now()

    def act() -> None:
        finding = read_text(request, "finding", 1000, _("请写明核实情况。"))
        keys = set(case.claimants.values_list("pk", flat=True))
        sums = {key: fen for key in keys if (fen := _sum(request.POST.get(f"sum-{key}", ""))) is not None}
        verify(case=case, finding=finding, by=user, at=at, sums=sums, plain=request.POST.get("plain") == "1")
        left = standing(case).filter(verified_fen=None).count()
        if left:
            said = ngettext("还有 %(n)s 人没有核实金额：记录里算不出来，请逐人填写。",
                            "还有 %(n)s 人没有核实金额：记录里算不出来，请逐人填写。", left)  # fmt: skip
            messages.warning(request, said % {"n": left})

    return act_on(request, case, act, _("已保存核实记录。"), anchor="evidence")


def _sum(text: str) -> int | None:
    """A sum in yuan as fen; None when the field was left empty. Raises Wrong."""
    if not text.strip():
        return None
    fen = fen_of(text)
    if fen is None or fen > MOST_FEN:
        raise Wrong(_("核实金额请填写以元为单位的数字，最多两位小数。"))
    return fen


def liable_part(case: Case, user: User, at: datetime) -> dict[str, Any] | None:
    """Who has to pay, in order, with the articles; proposed from the registry until an officer decides."""
    if not handles(case, user):
        return None
    rows = liability.chain_of(case)
    language = "en" if in_english() else "zh"
    known = {(row.role, row.name) for row in rows}
    proposed = [part for part in liability.propose(case) if (part.role, part.name) not in known] if not rows else []
    return {
        "rows": [
            {
                "row": row,
                "title": roles()[row.role].title[language] if row.role in roles() else row.role,
                "duty": roles()[row.role].duty[language] if row.role in roles() else "",
                "article": roles()[row.role].article[language] if row.role in roles() else "",
                "by": person(row.confirmed_by),
                "reason": liability.reason_en(row.reason) if language == "en" else row.reason,
                "developer": row.role == liability.DEVELOPER,
            }
            for row in [*rows, *(Liable(name=one.name, role=one.role, rank=one.rank, limit_fen=one.limit_fen,
                                        reason=one.reason) for one in proposed)]
        ],
        "roles": [(role, part.title[language]) for role, part in roles().items()],
        "undecided": any(row.proposed for row in rows) or bool(proposed),
        "today": civil_date(at),
    }  # fmt: skip


@needs("case")
@require_POST
def liable_case(request: HttpRequest, number: str) -> HttpResponse:
    """Confirm the chain, add a party or strike one out."""
    user, case, at = signed_in(request), find_case(request, number, "case"), timezone.now()
    what = request.POST.get("what", "")

    def act() -> None:
        if what == "confirm":
            rows = liability.propose_chain(case=case, at=at)
            if not rows:
                raise Wrong(_("登记信息中没有责任主体，请手工增加。"))
            liability.confirm(case=case, liable=rows, by=user, at=at)
        elif what == "add":
            role = request.POST.get("role", "")
            if role not in roles():
                raise Wrong(_("请选择责任类型。"))
            name = read_text(request, "name", 200, _("请填写单位名称。"))
            reason = read_text(request, "reason", 400, _("请写明依据。"))
            limit = _sum(request.POST.get("limit", ""))
            liability.add(case=case, role=role, name=name, reason=reason, by=user, at=at, limit_fen=limit)
        elif what == "remove":
            key = key_of(request.POST.get("liable", ""))
            row = Liable.objects.filter(case=case, pk=key).first()
            if row is None:
                raise Wrong(_("请选择要去掉的责任主体。"))
            reason = read_text(request, "reason", 400, _("请写明依据。"))
            liability.remove(liable=row, reason=reason, by=user, at=at)
        elif what == "unsettled":
            _note_unsettled(request, case, user, at)
        else:
            raise Wrong(_("请选择要做什么。"))

    return act_on(request, case, act, _("责任链条已更新。"), anchor="liable")


def _note_unsettled(request: HttpRequest, case: Case, user: User, at: datetime) -> None:
    fen, on = _sum(request.POST.get("unsettled", "")), day_of(request.POST.get("on", ""))
    if fen is None:
        raise Wrong(_("请填写未结清的工程款；还不知道的不要填，保持“未知”。"))
    if on is None or on > civil_date(at):
        raise Wrong(_("请填写截至哪一天，不晚于今天。"))
    source = read_text(request, "source", 200, _("请写明来源，如建设单位书面答复、结算审核报告。"))
    try:
        liability.note_unsettled(case=case, fen=fen, source=source, on=on, by=user, at=at)
    except ValueError:
        raise Wrong(_("责任链条里没有建设单位，请先增加。")) from None
