"""What a site's labour clerk puts in order himself: account, agreement, deposit, board, clerk, with the papers.

Each act is one transaction with its papers and its link in the trail. ``papers`` are files already kept by the vault.
Dates are civil dates in Asia/Shanghai, money fen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from anxin.law.civil import civil_date
from anxin.people import trail
from anxin.people.models import User
from anxin.registry import actions
from anxin.registry.models import AccountUse, BoardText, Deposit, LabourClerk, NoticeBoard, Paper, Project
from anxin.vault.fields import mask_card


@dataclass(frozen=True)
class Brought:
    """A file somebody brought: its hash in the vault, and the name it had."""

    digest: str
    name: str


class NotNow(Exception):
    """The act is not possible as things stand; the two sentences say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@transaction.atomic
def bring_account(
    *,
    project: Project,
    number: str,
    papers: Mapping[str, Sequence[Brought]],
    by: User,
    at: datetime,
    bank_code: str = "",
    bank_name: str = "",
    holder: str = "",
    opened_on: date | None = None,
    agreement_on: date | None = None,
) -> AccountUse:
    """Record the project's wage account, and the day its tripartite agreement was signed when that is brought too.

    ``papers``: kind (account, agreement) → files. The account counts as uploaded today.
    """
    use = actions.record_account(
        project=project,
        number=number,
        on=civil_date(at),
        at=at,
        enterprise=project.contractor,
        agreement_on=agreement_on,
        bank_code=bank_code,
        bank_name=bank_name,
        holder=holder,
        opened_on=opened_on,
    )
    digests = [digest for kind, some in papers.items() for digest in _keep(project, kind, some, by, at)]
    told = {"account": mask_card(number), "bank": bank_name or bank_code, "agreement_on": agreement_on}
    _tell("bring-account", project, by, at, told, digests)
    return use


@transaction.atomic
def bring_agreement(
    *, project: Project, use: AccountUse, agreement_on: date, papers: Sequence[Brought], by: User, at: datetime
) -> AccountUse:
    """Record the tripartite agreement of an account the project uses already."""
    use = AccountUse.objects.select_for_update(of=("self",), no_key=True).get(pk=use.pk, project=project)
    if use.closed_on is not None:
        raise NotNow("该账户已停用，请先登记新的专户。", "This account is closed; record the new one first.")
    use.agreement_on = agreement_on
    use.save(update_fields=["agreement_on"])
    actions.touch(project_id=project.pk, at=at)
    told = {"account_use": use.pk, "agreement_on": agreement_on}
    _tell("bring-agreement", project, by, at, told, _keep(project, "agreement", papers, by, at))
    return use


@transaction.atomic
def bring_deposit(
    *, project: Project, form: str, papers: Sequence[Brought], by: User, at: datetime, **fields: Any
) -> Deposit:
    """Record a deposit receipt or a guarantee; ``fields`` are amount_fen, valid_from, valid_to, issuer, number."""
    row = actions.record_deposit(project=project, form=form, on=civil_date(at), at=at, **fields)
    told = {"form": form, **{name: value for name, value in fields.items() if value not in (None, "")}}
    _tell("bring-deposit", project, by, at, told, _keep(project, "deposit", papers, by, at))
    return row


@transaction.atomic
def bring_board(*, project: Project, posted_on: date, papers: Sequence[Brought], by: User, at: datetime) -> NoticeBoard:
    """Record that the notice board hangs, with its photo."""
    row = actions.record_board(project=project, posted_on=posted_on, at=at, evidence=papers[0].digest if papers else "")
    kept = _keep(project, "board", papers, by, at)
    _tell("bring-board", project, by, at, {"posted_on": posted_on}, kept)
    return row


@transaction.atomic
def name_clerk(
    *, project: Project, name: str, phone: str, since_on: date, papers: Sequence[Brought], by: User, at: datetime
) -> LabourClerk:
    """Record who the project's labour clerk is; the phone is sealed and never told to the trail."""
    row = actions.appoint_clerk(project=project, name=name, since_on=since_on, at=at, phone=phone)
    kept = _keep(project, "clerk", papers, by, at)
    _tell("name-clerk", project, by, at, {"name": name, "since_on": since_on}, kept)
    return row


@transaction.atomic
def bring_signed_sheets(*, project: Project, month: str, papers: Sequence[Brought], by: User, at: datetime) -> None:
    """Keep pictures of a month's wage sheet as the workers signed it."""
    kept = _keep(project, "payroll", papers, by, at, about=month)
    _tell("bring-signed-sheet", project, by, at, {"month": month}, kept)


@transaction.atomic
def write_board(*, project: Project, entries: Mapping[str, str], by: User, at: datetime) -> BoardText:
    """Keep what the notice board says beyond what is known; a blank entry takes the earlier one away."""
    kept = {key: text for key, text in entries.items() if text}
    row, _ = BoardText.objects.update_or_create(project=project, defaults={"entries": kept, "by": by, "at": at})
    trail.record(by=by, at=at, action="write-board", subject="project", subject_id=project.pk, changes=kept)
    return row


def _keep(project: Project, kind: str, papers: Sequence[Brought], by: User, at: datetime, about: str = "") -> list[str]:
    for paper in papers:
        Paper.objects.create(
            project=project, kind=kind, about=about, digest=paper.digest, name=paper.name[:200], by=by, at=at
        )
    return [paper.digest for paper in papers]


def _tell(
    action: str, project: Project, by: User, at: datetime, told: Mapping[str, Any], digests: Sequence[str]
) -> None:
    changes = {**told, "papers": list(digests)}
    trail.record(by=by, at=at, action=action, subject="project", subject_id=project.pk, changes=changes)
