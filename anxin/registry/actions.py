"""What may happen to the registry. Each function is keyword-only, idempotent on its natural key, marks the project
for the next sweep, and expects the caller to hold the transaction.

``at`` is the moment of arrival (aware datetime); dates are civil dates in Asia/Shanghai; money is fen.
Missing optional values are passed as None (or "") and never erase what is known.
"""

from datetime import date, datetime
from typing import Any

from django.db.models import Max

from anxin import plainly
from anxin.registry.models import (
    AccountUse,
    ArrearsReport,
    Deposit,
    Engagement,
    Enterprise,
    EntryExit,
    JointInspection,
    LabourClerk,
    NoticeBoard,
    Participation,
    Pause,
    Project,
    StatusChange,
    Team,
    Touch,
    Training,
    WageAccount,
    Worker,
)
from anxin.registry.models.projects import Industry
from anxin.vault.fields import blind, open_text, seal_text
from anxin.vault.identity import RESIDENT, birth_date, normal_identity

FIRST_TEAM_NUMBER = 1_000_000_000
_INDUSTRY_BY_CATEGORY = {
    "01": Industry.HOUSING,
    "02": Industry.HOUSING,
    "03": Industry.HOUSING,
    "04": Industry.RAILWAY,
    "05": Industry.TRANSPORT,
    "06": Industry.TRANSPORT,
    "07": Industry.WATER,
    "08": Industry.ENERGY,
    "09": Industry.INDUSTRY,
    "10": Industry.INDUSTRY,
    "11": Industry.INDUSTRY,
    "12": Industry.TELECOM,
}


def industry_of(category: str) -> str:
    """The industry department in charge of a national project category (01–12, 99)."""
    return _INDUSTRY_BY_CATEGORY.get(category, Industry.OTHER)


def touch(*, project_id: int, at: datetime) -> None:
    """Mark a project for the next sweep."""
    plainly.add(Touch(project_id=project_id, arrived_at=at))


def _fill(row: Any, known: dict[str, Any]) -> bool:
    """Set what is given and differs; True when anything changed."""
    changed = False
    for field, value in known.items():
        if value is None or value == "" or value == b"" or value == {}:
            continue
        if field == "details":
            value = {**row.details, **value}
        if getattr(row, field) != value:
            setattr(row, field, value)
            changed = True
    return changed


def upsert_enterprise(*, code: str, name: str, at: datetime, **fields: Any) -> Enterprise:
    """Register a company under its credit code, or add to what is known of it."""
    row, created = Enterprise.objects.get_or_create(code=code, defaults={"name": name or code, "recorded_at": at})
    if _fill(row, {"name": name, **fields}) or created:
        row.save()
    return row


def upsert_project(*, code: str, at: datetime, on: date, source: str, **fields: Any) -> tuple[Project, bool]:
    """Register a project, or correct it; ``fields`` are Project columns. Answers (project, created).

    A status that moves is kept as a StatusChange with its ``source`` (sender or person).
    """
    row = Project.objects.filter(code=code).first()
    created = row is None
    if row is None:
        row = Project(code=code, registered_on=on, recorded_at=at, name=fields.get("name") or code)
    old = "" if created else row.status
    if fields.get("category") and not fields.get("industry"):
        fields["industry"] = industry_of(fields["category"])
    _fill(row, fields)
    if row.status != old:
        row.status_since = fields.get("status_since") or on
    row.save()
    if row.status != old:
        StatusChange.objects.create(
            project=row,
            old=old,
            new=row.status,
            changed_on=row.status_since or on,
            source=source,
            recorded_at=at,
        )
    touch(project_id=row.pk, at=at)
    return row, created


def upsert_participation(
    *, project: Project, enterprise: Enterprise, at: datetime, **fields: Any
) -> tuple[Participation, bool]:
    """Record a company's part in a project. Answers (participation, created)."""
    row, created = Participation.objects.get_or_create(
        project=project, enterprise=enterprise, defaults={"recorded_at": at}
    )
    if _fill(row, fields) or created:
        row.save()
    touch(project_id=project.pk, at=at)
    return row, created


def add_team(*, project: Project, enterprise: Enterprise, name: str, at: datetime, **fields: Any) -> tuple[Team, bool]:
    """Register a team; its number is issued here. Answers (team, created)."""
    row = Team.objects.filter(project=project, enterprise=enterprise, name=name).first()
    created = row is None
    if row is None:
        last = Team.objects.aggregate(last=Max("number"))["last"] or FIRST_TEAM_NUMBER
        row = Team(project=project, enterprise=enterprise, name=name, number=last + 1, recorded_at=at)
    if _fill(row, fields) or created:
        row.save()
    return row, created


def correct_team(*, team: Team, at: datetime, **fields: Any) -> Team:
    """Correct a team: its name, dates and what else is known of it."""
    if _fill(team, fields):
        team.save()
        touch(project_id=team.project_id, at=at)
    return team


def identity_blind(id_number: str, id_type: str = RESIDENT) -> bytes:
    """Look-up value of an identity document."""
    return blind("identity", f"{id_type}:{normal_identity(id_number)}")


def card_token(card_number: str) -> str:
    """Look-up value of a bank card, as 32 hex digits; empty for no card."""
    digits = "".join(card_number.split())
    return blind("card", digits).hex() if digits else ""


def register_worker(*, id_number: str, id_type: str, name: str, at: datetime, **fields: Any) -> Worker:
    """Register a person, or add to what is known. The number must already have passed ``identity_problem``."""
    number = normal_identity(id_number)
    key = identity_blind(number, id_type)
    row = Worker.objects.filter(id_blind=key).first()
    created = row is None
    if row is None:
        row = Worker(
            name=name or "—",
            id_type=id_type,
            id_blind=key,
            id_sealed=seal_text(number),
            born_on=birth_date(number) if id_type == RESIDENT else None,
            recorded_at=at,
        )
    if _fill(row, {"name": name, **fields}) or created:
        row.save()
    return row


def engage(*, project: Project, worker: Worker, at: datetime, **fields: Any) -> tuple[Engagement, bool]:
    """Put a worker on a project's roster, or correct the engagement. Answers (engagement, created).

    Pass ``card_number`` to set the wage card; it is sealed and tokenised here.
    """
    card_number = fields.pop("card_number", None)
    if card_number:
        fields["card_sealed"] = seal_text("".join(card_number.split()))
        fields["card_token"] = card_token(card_number)
    row = Engagement.objects.filter(project=project, worker=worker).first()
    created = row is None
    if row is None:
        row = Engagement(project=project, worker=worker, recorded_at=at)
    elif fields.get("card_token") == row.card_token:
        fields.pop("card_sealed", None)  # sealed twice, the same card looks different
    if _fill(row, fields) or created:
        row.mirrored = None
        row.save()
        touch(project_id=project.pk, at=at)
    return row, created


def move(*, engagement: Engagement, on: date, kind: str, at: datetime) -> EntryExit:
    """Record a coming (``in``) or going (``out``) and keep the engagement's dates in step."""
    row, _ = EntryExit.objects.get_or_create(
        project_id=engagement.project_id,
        worker_id=engagement.worker_id,
        on=on,
        kind=kind,
        defaults={"team_id": engagement.team_id, "recorded_at": at},
    )
    if kind == "in":
        if engagement.entered_on is None or on < engagement.entered_on:
            engagement.entered_on = on
        if engagement.left_on is not None and engagement.left_on <= on:
            engagement.left_on = None
            engagement.settled_on = None
            engagement.confirmed_on = None
    elif engagement.left_on is None or on > engagement.left_on:
        engagement.left_on = on
    engagement.mirrored = None
    engagement.save()
    touch(project_id=engagement.project_id, at=at)
    return row


def record_account(
    *,
    project: Project,
    number: str,
    on: date,
    at: datetime,
    enterprise: Enterprise | None = None,
    agreement_on: date | None = None,
    closed_on: date | None = None,
    **fields: Any,
) -> AccountUse:
    """Record that a project uses a wage account. ``on`` is the day the account's data were uploaded."""
    digits = "".join(number.split())
    account, created = WageAccount.objects.get_or_create(
        number_blind=blind("account", digits), defaults={"number_sealed": seal_text(digits)}
    )
    if _fill(account, fields) or created:
        account.save()
    use, created = AccountUse.objects.get_or_create(
        account=account, project=project, defaults={"uploaded_on": on, "enterprise": enterprise}
    )
    if _fill(use, {"agreement_on": agreement_on, "closed_on": closed_on, "enterprise": enterprise}):
        use.save()
    touch(project_id=project.pk, at=at)
    return use


def find_account(number: str) -> WageAccount | None:
    """The account with this number."""
    return WageAccount.objects.filter(number_blind=blind("account", "".join(number.split()))).first()


def record_balance(*, account_id: int, balance_fen: int, on: date, at: datetime) -> bool:
    """Keep an account's newest balance; an older one changes nothing. Answers whether it was kept."""
    account = WageAccount.objects.get(pk=account_id)
    if account.balance_on is not None and account.balance_on > on:
        return False
    if (account.balance_fen, account.balance_on) == (balance_fen, on):
        return False
    account.balance_fen, account.balance_on = balance_fen, on
    account.save(update_fields=["balance_fen", "balance_on"])
    for project_id in AccountUse.objects.filter(account=account).values_list("project_id", flat=True):
        touch(project_id=project_id, at=at)
    return True


def record_deposit(*, project: Project, form: str, on: date, at: datetime, **fields: Any) -> Deposit:
    """Record a deposit or a guarantee; the same form, start and number again corrects it."""
    row = Deposit.objects.filter(
        project=project, form=form, valid_from=fields.get("valid_from"), number=fields.get("number") or ""
    ).first()
    if row is None:
        row = Deposit(project=project, form=form, recorded_on=on)
    _fill(row, fields)
    row.save()
    touch(project_id=project.pk, at=at)
    return row


def record_board(*, project: Project, posted_on: date, at: datetime, evidence: str = "") -> NoticeBoard:
    """Record that the notice board hangs."""
    row, _ = NoticeBoard.objects.update_or_create(project=project, posted_on=posted_on, defaults={"evidence": evidence})
    touch(project_id=project.pk, at=at)
    return row


def appoint_clerk(*, project: Project, name: str, since_on: date, at: datetime, phone: str = "") -> LabourClerk:
    """Record the project's labour clerk, or his new phone; an earlier one ends the day the new one begins."""
    for earlier in LabourClerk.objects.filter(project=project, until_on=None).exclude(name=name):
        earlier.until_on = since_on
        earlier.save()
    row, _ = LabourClerk.objects.get_or_create(
        project=project,
        name=name,
        until_on=None,
        defaults={"since_on": since_on, "phone_sealed": seal_text(phone)},
    )
    if phone and open_text(row.phone_sealed) != phone:
        row.phone_sealed = seal_text(phone)
        row.save(update_fields=["phone_sealed"])
    touch(project_id=project.pk, at=at)
    return row


def record_pause(
    *, project: Project, from_on: date, until_on: date, reason: str, approved_by: str, at: datetime
) -> Pause:
    """Record an approved suspension, both days included."""
    row, _ = Pause.objects.update_or_create(
        project=project,
        from_on=from_on,
        defaults={"until_on": until_on, "reason": reason, "approved_by": approved_by},
    )
    touch(project_id=project.pk, at=at)
    return row


def record_inspection(*, project: Project, done_on: date, at: datetime, findings: str = "") -> JointInspection:
    """Record a joint on-site check."""
    row, _ = JointInspection.objects.update_or_create(project=project, done_on=done_on, defaults={"findings": findings})
    touch(project_id=project.pk, at=at)
    return row


def record_report(
    *,
    project: Project,
    number: str,
    reported_on: date,
    at: datetime,
    worker: Worker | None = None,
    plain: bool = False,
    handled_since: date | None = None,
    closed_on: date | None = None,
) -> ArrearsReport:
    """Record a report of unpaid wages under the authority's number."""
    row, _ = ArrearsReport.objects.update_or_create(
        number=number,
        defaults={
            "project": project,
            "worker": worker,
            "reported_on": reported_on,
            "plain": plain,
            "handled_since": handled_since,
            "closed_on": closed_on,
        },
    )
    touch(project_id=project.pk, at=at)
    return row


def record_training(
    *,
    project: Project,
    held_on: date,
    name: str,
    kind: str,
    at: datetime,
    participants: list[dict[str, Any]],
    **fields: Any,
) -> Training:
    """Record a training held on site; the same day, kind and name again corrects it and adds participants."""
    row, created = Training.objects.get_or_create(
        project=project, held_on=held_on, kind=kind, name=name, defaults={"recorded_at": at}
    )
    people = {p["worker"]: p for p in [*row.participants, *participants]}
    if _fill(row, {**fields, "participants": list(people.values())}) or created:
        row.save()
    return row


def settle(
    *, engagement: Engagement, at: datetime, settled_on: date | None = None, confirmed_on: date | None = None
) -> None:
    """Record a leaver's settlement sheet, his own confirmation, or both."""
    if _fill(engagement, {"settled_on": settled_on, "confirmed_on": confirmed_on}):
        engagement.mirrored = None
        engagement.save()
        touch(project_id=engagement.project_id, at=at)
