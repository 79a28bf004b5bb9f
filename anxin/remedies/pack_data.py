"""What an evidence pack says: attendance by day, contracts, payroll lines, the bank's answers, papers, exhibits."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from anxin.cases.models import Answer, Case, CaseEvent, Claimant, Exhibit, WageReceived
from anxin.cases.names import pseudonym, true_name
from anxin.cases.numbers import shown
from anxin.cases.procedure import conclusions, states
from anxin.law.civil import SHANGHAI
from anxin.ledger import read
from anxin.registry.models import Engagement, Worker
from anxin.remedies.kinds import kinds
from anxin.remedies.models import Document, DocumentState
from anxin.remedies.paper_facts import identity_of
from anxin.vault.fields import mask_identity, mask_text, open_text

MOST_MONTHS = 24
Record = dict[str, Any]


def case_head(case: Case) -> Record:
    """The case itself: number, parties, place, sums (fen) and where it stands."""
    ended = conclusions().get(case.conclusion)
    return {
        "number": case.number, "number_shown": shown(case.number), "state": case.state,
        "state_words": states()[case.state].title["zh"], "region": case.region_code,
        "opened_at": _moment(case.opened_at),
        "ended_at": _moment(case.ended_at), "conclusion": ended.title["zh"] if ended else "",
        "unit": case.unit.name if case.unit else "", "employer": case.employer,
        "enterprise": {"code": case.enterprise.code, "name": case.enterprise.name} if case.enterprise else None,
        "project": _project(case), "people": case.people, "claimed_fen": case.claimed_fen,
        "verified_fen": case.verified_fen, "agreed_fen": case.agreed_fen, "received_fen": case.received_fen,
        "liable": [
            {"rank": one.rank, "role": one.role, "name": one.name, "confirmed": not one.proposed,
             "limit_fen": one.limit_fen, "limit_source": one.limit_source, "limit_on": _day(one.limit_on)}
            for one in case.liable.order_by("rank", "pk")
        ],
    }  # fmt: skip


def _project(case: Case) -> Record | None:
    one = case.project
    if one is None:
        return None
    return {"code": one.code, "name": one.name, "address": one.address, "pay_day": one.pay_day,
            "contractor": one.contractor.name if one.contractor else "",
            "developer": one.developer.name if one.developer else ""}  # fmt: skip


def claimant_record(one: Claimant, months: list[Record]) -> Record:
    """One claimant of a case: what he claims and what the file holds of his work on its project."""
    identity = identity_of(one)
    return {
        "name": true_name(one) or pseudonym(one), "identity": mask_identity(identity) if identity else "",
        "claim": one.claim.number, "claim_months": list(one.months), "claimed_fen": one.claimed_fen,
        "verified_fen": one.verified_fen, "agreed_fen": one.agreed_fen, "received_fen": one.received_fen,
        "received": [
            {"on": row.received_on.isoformat(), "fen": row.amount_fen, "proof": row.proof, "reference": row.reference}
            for row in WageReceived.objects.filter(claimant=one).order_by("received_on", "pk")
        ],
        "work": months,
    }  # fmt: skip


def worker_record(worker: Worker, months: list[Record]) -> Record:
    """A worker without a claim: who he is and what the file holds of his work."""
    identity = open_text(worker.id_sealed)
    return {"name": worker.name, "identity": mask_identity(identity) if identity else "", "work": months}


def work_of(workers: Collection[int], *, project: int | None = None) -> dict[int, list[Record]]:
    """Worker → his engagements with their months, of one project or of all: attendance by day, lines, bank answers.

    The newest so many months of each. Reads the ledger once a project and month, whatever the number of people.
    """
    answer: dict[int, list[Record]] = defaultdict(list)
    rows = Engagement.objects.filter(worker__in=workers).select_related("project", "enterprise", "team")
    if project is not None:
        rows = rows.filter(project=project)
    by_project: dict[int, list[Engagement]] = defaultdict(list)
    for row in rows.order_by("project_id", "worker_id"):
        by_project[row.project_id].append(row)
    for number, engagements in by_project.items():
        ids = [row.worker_id for row in engagements]
        facts = _facts(number, ids)
        for row in engagements:
            months = facts.get(row.worker_id, {})
            newest = sorted(months, reverse=True)[:MOST_MONTHS]
            answer[row.worker_id].append({**_contract(row), "months": [months[month] for month in sorted(newest)]})
    return answer


def _contract(row: Engagement) -> Record:
    return {
        "project": {"code": row.project.code, "name": row.project.name},
        "employer": row.enterprise.name if row.enterprise else "", "team": row.team.name if row.team else "",
        "trade": row.trade, "entered_on": _day(row.entered_on), "left_on": _day(row.left_on),
        "contract": {"kind": row.contract_kind, "from": _day(row.contract_from), "until": _day(row.contract_until),
                     "unit": row.contract_unit, "unit_price_fen": row.unit_price_fen},
        "settled_on": _day(row.settled_on), "confirmed_on": _day(row.confirmed_on),
    }  # fmt: skip


def _facts(project: int, ids: list[int]) -> dict[int, dict[str, Record]]:
    found: dict[int, dict[str, Record]] = defaultdict(dict)

    def month_of(worker: int, month: str) -> Record:
        return found[worker].setdefault(month, {"month": month, "days": [], "payroll": [], "bank": [], "answers": []})

    for row in read.payroll(project_id=project, worker_id=ids).to_pylist():
        line = {
            "sheet": mask_text(row["sheet"] or ""), "days": row["days"], "due_fen": row["due_fen"],
            "paid_fen": row["paid_fen"], "back_pay": bool(row["back_pay"]), "paid_on": _day(row["paid_on"]),
        }  # fmt: skip
        month_of(row["worker_id"], row["month"])["payroll"].append(line)
    for row in read.payments(project_id=project, worker_id=ids).to_pylist():
        answer = {
            "reference": row["reference"], "paid_on": _day(row["paid_on"]), "fen": row["amount_fen"],
            "status": row["status"], "reason": mask_text(row["reason"] or ""), "route": row["route"],
        }  # fmt: skip
        month_of(row["worker_id"], row["month"])["bank"].append(answer)
    for answered in Answer.objects.filter(worker__in=ids, project_id=project).order_by("at", "pk"):
        said = {"paid": answered.paid, "at": _moment(answered.at)}
        month_of(answered.worker_id, answered.month)["answers"].append(said)
    passed: dict[tuple[int, date], list[Record]] = defaultdict(list)
    for row in read.swipes(project_id=project, worker_id=ids).to_pylist():
        at: datetime = row["passed_at"]
        passed[row["worker_id"], at.date()].append(
            {"at": at.strftime("%H:%M:%S"), "direction": row["direction"], "way": row["way"], "device": row["device"]}
        )
    for (worker, day), passings in sorted(passed.items()):
        month_of(worker, f"{day:%Y-%m}")["days"].append({"day": day.isoformat(), "passings": passings})
    return found


def papers_of(rows: Iterable[Document]) -> list[Record]:
    """Papers that were signed off: number, days, how they were served, and the hashes of paper and proof."""
    answer = []
    for one in rows:
        answer.append({
            "kind": one.kind, "title": kinds()[one.kind].title["zh"], "number": one.number, "state": one.state,
            "signed_at": _moment(one.signed_at), "due_on": _day(one.due_on), "sha256": one.digest,
            "served": [{"way": row.way, "on": _day(row.served_on), "proofs": list(row.proofs)}
                       for row in one.servings.order_by("served_on", "pk")],
        })  # fmt: skip
    return answer


def signed_papers(case: Case) -> list[Document]:
    """Every paper of a case that was ever signed off, also those made void."""
    rows = Document.objects.filter(case=case).exclude(digest="").exclude(state=DocumentState.DRAFT)
    return list(rows.prefetch_related("servings").order_by("signed_at", "pk"))


def story_of(events: Iterable[CaseEvent]) -> list[Record]:
    """The lines of a case's story."""
    return [{"at": _moment(one.at), "zh": one.zh, "en": one.en, "public": one.public} for one in events]


def exhibits_of(rows: Iterable[Exhibit]) -> list[Record]:
    """What was brought: kind, name and hash."""
    return [{"kind": one.kind, "name": one.name, "sha256": one.digest, "at": _moment(one.at)} for one in rows]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds") if at else None
