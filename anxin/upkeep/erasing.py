"""The eraser: personal rows of a project go, monthly figures stay, and the trail says so.

Each kind named in ``law/retention.yaml`` has a way to count and a way to erase here. Ledger rows leave the live tables
at once and the disk with the next compaction. A worker who is on no other roster keeps his row, so that warnings and
the trail still point somewhere, but nothing in it says who he was.
"""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from anxin.cases.models import Answer, Case, Claimant
from anxin.intake.models import HeldRow, Upload
from anxin.ledger import tables
from anxin.ledger.engine import query
from anxin.ledger.locks import only_one
from anxin.ledger.models import PastMonth
from anxin.people import trail
from anxin.people.models import User
from anxin.people.phones import forget_worker
from anxin.registry.models import (
    ArrearsReport,
    Engagement,
    EntryExit,
    LabourClerk,
    Participation,
    Project,
    Team,
    Training,
    Worker,
)
from anxin.upkeep import erasing_cases, kept_files
from anxin.upkeep.erasing_cases import GONE

# What goes with a fact table: the rollups made from it.
_LEDGER = {
    "payroll": ("payroll", "pay_months"),
    "payments": ("payments", "pay_months"),
    "movements": ("movements",),
    "swipes": ("swipes", "work_months"),
    "roster": ("engagements",),
}
# A claimant whose case is still kept.
_named_still = ~Q(name_sealed=b"")


def count(kind: str, project: Project) -> int:
    """How many rows or files of a kind a project has."""
    if kind == "roster":
        return Engagement.objects.filter(project=project).count() + EntryExit.objects.filter(project=project).count()
    if kind == "uploads":
        return _uploads(project).count() + kept_files.count(project)
    if kind == "held-rows":
        return HeldRow.objects.filter(project_code=project.code).count()
    if kind == "contacts":
        return len(_contacts(project))
    if kind == "cases":
        notes = Answer.objects.filter(project_id=project.pk).exclude(note_sealed=b"")
        return erasing_cases.count(erasing_cases.cases_of(project)) + notes.count()
    where = f"WHERE project_id = {project.pk}"
    return int(query(f"SELECT count(*) AS n FROM {tables.scan(kind)} {where}").to_pylist()[0]["n"])  # noqa: S608


def erase(
    *,
    project: Project,
    kinds: Collection[str],
    rules: Collection[str],
    at: datetime,
    by: User | None = None,
    who: str = "",
    address: str = "",
) -> dict[str, int]:
    """Erase a project's records of some kinds; answers how many of each. May be repeated after a power cut.

    The figures are kept first, then the ledger's rows go, then the rest with the trail's event in one transaction; the
    caller has made sure that the period is over.
    """
    counts = {kind: count(kind, project) for kind in kinds}
    _keep_figures(project, at)
    with only_one("ledger", wait=True):
        for table in sorted({table for kind in kinds for table in _LEDGER.get(kind, ())}):
            delta = tables.delta(table)
            if delta is not None:
                delta.delete(f"project_id = {project.pk}")
    with transaction.atomic():
        _overwrite_freed_pages()
        if "uploads" in kinds:
            _erase_uploads(project, at)
        if "held-rows" in kinds:
            HeldRow.objects.filter(project_code=project.code).delete()
        if "cases" in kinds:
            Answer.objects.filter(project_id=project.pk).update(note_sealed=b"")
            _erase_cases(erasing_cases.cases_of(project), at)
        if "roster" in kinds:
            _erase_roster(project, at)
        if "contacts" in kinds:
            _erase_contacts(project)
        trail.record(
            by=by,
            at=at,
            action="retention-erase",
            subject="project",
            subject_id=project.pk,
            changes={"rules": sorted(rules), "erased": counts},
            who=who,
            address=address,
        )
    kept_files.clear(at=at)
    return counts


def _keep_figures(project: Project, at: datetime) -> None:
    mine = f"project_id = {project.pk}"
    rows = query(
        f"""
        SELECT month, count(DISTINCT worker_id) AS workers, sum(days) AS days,
               sum(due) AS due_fen, sum(paid) AS paid_fen
        FROM (
            SELECT month, worker_id, days, 0 AS due, 0 AS paid FROM {tables.scan("work_months")} WHERE {mine}
            UNION ALL
            SELECT month, worker_id, 0, due_fen, paid_fen FROM {tables.scan("pay_months")} WHERE {mine}
        ) GROUP BY month ORDER BY month
        """  # noqa: S608
    ).to_pylist()
    with transaction.atomic():
        for row in rows:
            figures = {name: int(row[name]) for name in ("workers", "days", "due_fen", "paid_fen")}
            # After a cut the ledger may hold less than it did: what was kept first stands.
            PastMonth.objects.get_or_create(
                project_id=project.pk, month=row["month"], defaults={**figures, "kept_at": at}
            )


def _overwrite_freed_pages() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def _uploads(project: Project) -> QuerySet[Upload]:
    return Upload.objects.filter(project=project).exclude(report=[], content="")


def _erase_uploads(project: Project, at: datetime) -> None:
    kept_files.erase(project, at=at)
    digests = set()
    for upload in _uploads(project):
        digests.add(upload.content)
        upload.content, upload.report = "", []
        upload.save(update_fields=["content", "report"])
    kept_files.let_go(digests - {""}, at=at)


def _erase_roster(project: Project, at: datetime) -> None:
    people = set(Engagement.objects.filter(project=project).values_list("worker_id", flat=True))
    people |= set(EntryExit.objects.filter(project=project).values_list("worker_id", flat=True))
    files: set[str] = set()
    for details in Engagement.objects.filter(project=project).values_list("details", flat=True):
        files |= kept_files.digests_in(details)
    EntryExit.objects.filter(project=project).delete()
    Answer.objects.filter(project_id=project.pk).delete()
    Engagement.objects.filter(project=project).delete()
    Training.objects.filter(project=project).update(participants=[])
    kept_files.let_go(files | _forget(people), at=at)


def _forget(people: Collection[int]) -> set[str]:
    """Make nameless those who are on no roster, reported by nobody and in no case that is kept. Answers their files."""
    elsewhere = set(Engagement.objects.filter(worker__in=people).values_list("worker_id", flat=True))
    elsewhere |= set(EntryExit.objects.filter(worker__in=people).values_list("worker_id", flat=True))
    # A person somebody reported for is still somebody's case.
    elsewhere |= set(ArrearsReport.objects.filter(worker__in=people).values_list("worker_id", flat=True))
    elsewhere |= set(Claimant.objects.filter(_named_still, worker__in=people).values_list("worker_id", flat=True))
    files: set[str] = set()
    for worker in Worker.objects.filter(pk__in=set(people) - elsewhere).exclude(name=GONE):
        files |= kept_files.digests_in(worker.details)
        worker.name, worker.gender, worker.born_on = GONE, "", None
        worker.id_blind = secrets.token_bytes(16)
        worker.id_sealed = worker.phone_sealed = worker.sealed_details = b""
        worker.details = {}
        worker.save()
        forget_worker(worker.pk)
    return files


def _erase_cases(cases: QuerySet[Case], at: datetime) -> None:
    """The cases, and the workers nothing else keeps: their roster may have gone years before."""
    people = erasing_cases.people_of(cases)
    erasing_cases.erase(cases, at=at)
    kept_files.let_go(_forget(people), at=at)


def erase_case(
    *, case: Case, rules: Collection[str], at: datetime, by: User | None = None, who: str = "", address: str = ""
) -> int:
    """Erase what names people in one case without a project; answers how many rows and files. May be repeated; the
    caller has made sure that the period is over (``retention.loose_cases``)."""
    with transaction.atomic():
        Case.objects.select_for_update(no_key=True).get(pk=case.pk)
        one = Case.objects.filter(pk=case.pk)
        number = erasing_cases.count(one)
        _overwrite_freed_pages()
        _erase_cases(one, at)
        trail.record(by=by, at=at, action="retention-erase", subject="case", subject_id=case.pk, who=who,
                     address=address, changes={"rules": sorted(rules), "erased": {"cases": number}})  # fmt: skip
    kept_files.clear(at=at)
    return number


def _contacts(project: Project) -> list[Any]:
    """Rows of the project that name a person to call, or keep his numbers."""
    personal = ~Q(sealed_details=b"")
    found: list[Any] = list(LabourClerk.objects.filter(project=project).exclude(name=GONE))
    found += Participation.objects.filter(project=project).filter(personal | ~Q(manager_name=""))
    found += Team.objects.filter(project=project).filter(personal)
    if project.contact_name or project.contact_phone_sealed or project.sealed_details:
        found.append(project)
    return found


def _erase_contacts(project: Project) -> None:
    for row in _contacts(project):
        if isinstance(row, LabourClerk):
            row.name, row.phone_sealed = GONE, b""
        else:
            row.sealed_details = b""
            if isinstance(row, Participation):
                row.manager_name = ""
            if isinstance(row, Project):
                row.contact_name, row.contact_phone_sealed = "", b""
        row.save()
