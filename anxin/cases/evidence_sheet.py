"""The evidence sheet 核实表: for each claimant and month what the file supports, contradicts and does not know.

Each line names its source and, where there is one, the record. The sheet weighs records against what was told; it
never scores a person. Sums are proposed from due less paid, for the officer to set.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from anxin.cases.evidence_lines import Known, attended, banked, carded, contracted, mates, payroll, said, says
from anxin.cases.liability import propose
from anxin.cases.models import Answer, Case, Claimant, Exhibit
from anxin.cases.money import standing
from anxin.law.civil import civil_date, month_of, shift_month
from anxin.ledger import read
from anxin.registry.models import Engagement, Paper

_MONTHS_BACK = 24
# Two days or a tenth: gates miss somebody now and then.
_DAYS_APART, _SHARE_APART = 2, 0.1


def build_sheet(case: Case, *, as_of: date) -> dict[str, Any]:
    """The sheet of a case as the file stands, as plain data (fen, ISO dates), without names or numbers of people.

    ``people``: claimant, worker, claimed_fen, proposed_fen (null: the file does not say), lines about the person,
    months with lines, due_fen, paid_fen, owed_fen. ``lines``: about the whole case. ``counts``: lines by what they say.
    """
    claimants = list(standing(case).select_related("claim").order_by("id"))
    file = _read_file(case, claimants, as_of)
    # Who told of a month twice, in two claims that were joined, is owed it once.
    counted: set[tuple[int, str]] = set()
    people = [_person(claimant, case, file, counted) for claimant in claimants]
    lines = _case_lines(case)
    every = [*lines, *(line for person in people for line in person["lines"])]
    every += [line for person in people for month in person["months"] for line in month["lines"]]
    known = [person["proposed_fen"] for person in people if person["proposed_fen"] is not None]
    return {
        "as_of": as_of.isoformat(),
        "people": people,
        "lines": lines,
        "liable": [{"role": part.role, "name": part.name, "rank": part.rank} for part in propose(case)],
        "claimed_fen": sum(claimant.claimed_fen for claimant in claimants),
        "proposed_fen": sum(known) if known else None,
        "counts": {
            kind: sum(line["says"] == kind for line in every) for kind in ("supports", "contradicts", "unknown")
        },
    }


@dataclass(frozen=True)
class _File:
    """What the ledger and the registry hold for the people of a case, keyed by worker and month."""

    engagements: Mapping[int, Engagement]
    days: Mapping[tuple[int, str], int]
    recorded: Collection[str]  # months in which the site has attendance at all
    pay: Mapping[tuple[int, str], Mapping[str, Any]]
    sheets: Mapping[tuple[int, str], list[Mapping[str, Any]]]
    payments: Mapping[tuple[int, str], list[Mapping[str, Any]]]
    teams: Mapping[int, list[int]]
    signed: Mapping[str, str]
    answers: Mapping[tuple[int, str], bool]


def _read_file(case: Case, claimants: list[Claimant], as_of: date) -> _File:
    project = case.project_id
    workers = sorted({claimant.worker_id for claimant in claimants if claimant.worker_id is not None})
    if project is None or not workers:
        return _File({}, {}, (), {}, {}, {}, {}, {}, {})
    rows = list(Engagement.objects.filter(project_id=project, worker__in=workers).select_related("team"))
    engagements = {row.worker_id: row for row in rows}
    beside: dict[int, list[int]] = {}
    in_teams = Engagement.objects.filter(project_id=project, team__in={row.team_id for row in rows if row.team_id})
    for team, worker in in_teams.values_list("team_id", "worker_id"):
        if team is not None:
            beside.setdefault(team, []).append(worker)
    months = _months(claimants, as_of)
    work = read.work_months(project_id=project, month=months).to_pylist()
    pay = read.pay_months(project_id=project, month=months).to_pylist()
    sheets: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    for line in read.payroll(project_id=project, worker_id=workers).to_pylist():
        sheets.setdefault((line["worker_id"], line["month"]), []).append(line)
    payments: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    for row in read.payments(project_id=project, worker_id=workers).to_pylist():
        payments.setdefault((row["worker_id"], row["month"]), []).append(row)
    papers = Paper.objects.filter(project_id=project, kind="payroll", about__in=months).order_by("at")
    answers = Answer.objects.filter(worker__in=workers, project_id=project, month__in=months).order_by("at")
    return _File(
        engagements,
        {(row["worker_id"], row["month"]): row["days"] for row in work},
        {row["month"] for row in work},
        {(row["worker_id"], row["month"]): row for row in pay},
        sheets,
        payments,
        beside,
        dict(papers.values_list("about", "digest")),
        {(worker, month): paid for worker, month, paid in answers.values_list("worker_id", "month", "paid")},
    )


def _months(claimants: list[Claimant], as_of: date) -> list[str]:
    named = {month for claimant in claimants for month in claimant.months}
    if all(claimant.months for claimant in claimants):
        return sorted(named)
    newest = month_of(as_of)
    return sorted(named | {shift_month(newest, -back) for back in range(_MONTHS_BACK)})


def _person(claimant: Claimant, case: Case, file: _File, counted: set[tuple[int, str]]) -> dict[str, Any]:
    worker = claimant.worker_id
    engagement = file.engagements.get(worker) if worker is not None else None
    months = [_month(month, claimant, file, engagement) for month in _his_months(claimant, file)]
    for month in months:
        key = (worker or 0, month["month"])
        if key in counted:
            month["owed_fen"] = 0
            zh, en = "本人就同一月份反映过两次，已在前一次中计算", "Told of twice by him; the first telling counts"
            month["lines"].append(says("unknown", "twice", zh, en, "registry"))
        elif worker is not None:
            counted.add(key)
    owed = [month["owed_fen"] for month in months if month["owed_fen"] is not None]
    return {
        "claimant": claimant.pk,
        "worker": worker,
        "claimed_fen": claimant.claimed_fen,
        "proposed_fen": sum(owed) if owed else None,
        "lines": _about(claimant, case, engagement, sum(month["days"] or 0 for month in months)),
        "months": months,
    }


def _his_months(claimant: Claimant, file: _File) -> list[str]:
    if claimant.months or claimant.worker_id is None:
        return sorted(claimant.months)
    until = month_of(civil_date(claimant.claim.at))
    keys = {*file.days, *file.pay}
    return sorted(month for worker, month in keys if worker == claimant.worker_id and month <= until)


def _month(month: str, claimant: Claimant, file: _File, engagement: Engagement | None) -> dict[str, Any]:
    key = (claimant.worker_id or 0, month)
    team = file.teams.get(engagement.team_id or 0, []) if engagement is not None else []
    others = [worker for worker in team if worker != claimant.worker_id]
    known = Known(
        month=month,
        days=file.days.get(key),
        recorded=month in file.recorded,
        pay=file.pay.get(key),
        sheets=file.sheets.get(key, []),
        payments=file.payments.get(key, []),
        engagement=engagement,
        mates=[(file.days.get((worker, month), 0), file.pay.get((worker, month))) for worker in others],
        signed=file.signed.get(month, ""),
        answer=file.answers.get(key),
        rate_fen=claimant.rate_fen,
        on_roster=engagement is not None,
        since=civil_date(claimant.claim.at),
    )
    due, basis = known.due()
    paid = known.paid_fen()
    lines = [line for part in (attended, contracted, payroll, banked, carded, mates, said) for line in part(known)]
    return {
        "month": month,
        "days": known.days,
        "due_fen": due,
        "due_from": basis,
        "paid_fen": paid,
        "owed_fen": max(due - paid, 0) if due is not None else None,
        "lines": lines,
    }


def _about(claimant: Claimant, case: Case, engagement: Engagement | None, days: int) -> list[dict[str, Any]]:
    lines = []
    if case.project_id is None:
        lines.append(says("unknown", "roster", "没有对应的工程项目，需要向用人单位核实",
                          "No project is known; ask the employer", "registry"))  # fmt: skip
    elif engagement is None:
        lines.append(says("unknown", "roster", "实名花名册上没有找到本人；未登记不等于没有干活",
                          "Not found on the roster; not being registered is not the same as not having worked",
                          "registry"))  # fmt: skip
    else:
        span = f"{engagement.entered_on or '?'} — {engagement.left_on or ''}"
        lines.append(says("supports", "roster", f"实名花名册登记：{span}", f"On the roster: {span}", "engagements",
                          str(engagement.pk)))  # fmt: skip
    if claimant.days is not None and days:
        apart = abs(claimant.days - days)
        fits = apart <= max(_DAYS_APART, days * _SHARE_APART)
        lines.append(says("supports" if fits else "contradicts", "days", f"反映{claimant.days:g}天，考勤{days}天",
                          f"{claimant.days:g} days told, {days} days at the gate", "swipes"))  # fmt: skip
    return lines


def _case_lines(case: Case) -> list[dict[str, Any]]:
    found = Exhibit.objects.filter(case=case).order_by("id").values_list("kind", "digest")
    lines = [
        says(
            "supports",
            "exhibit",
            f"申请人提供材料：{_EXHIBITS.get(kind, kind)}",
            f"Brought: {kind}",
            "exhibits",
            digest,
        )
        for kind, digest in found
    ]
    if not lines:
        lines.append(says("unknown", "exhibit", "申请人没有上传材料", "Nothing was brought as evidence", "exhibits"))
    return lines


_EXHIBITS = {
    "photo": "照片", "voice": "语音", "iou": "欠条", "contract": "合同", "chat": "聊天记录", "sheet": "工资表",
    "other": "其他",
}  # fmt: skip
