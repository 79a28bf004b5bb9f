"""Files brought by people: kept as evidence, shown row by row, and taken only when somebody accepts them."""

from datetime import datetime

from django.db import transaction

from anxin.intake.models import Upload
from anxin.intake.rows import Arrival
from anxin.intake.sheets.imports import Outcome, Reading, apply, read
from anxin.intake.sheets.reading import OK, REFUSED, WAITING, Progress
from anxin.intake.sheets.workbook import SheetError
from anxin.law.civil import civil_date
from anxin.people import trail
from anxin.people.models import User
from anxin.registry.models import Project
from anxin.vault import evidence

READ, ACCEPTED, DISCARDED = "read", "accepted", "discarded"


class UploadDecided(ValueError):
    """The upload was accepted or discarded already. ``reason`` and ``reason_en`` say so in words."""

    def __init__(self, upload: Upload) -> None:
        word = "接受" if upload.status == ACCEPTED else "放弃"
        day = civil_date(upload.decided_at) if upload.decided_at else ""
        self.reason = f"该文件已于{day}被{word}，不能再次处理。"
        self.reason_en = f"This upload was {upload.status} already."
        super().__init__(self.reason_en)


def receive(
    *,
    content: bytes,
    name: str,
    kind: str,
    at: datetime,
    by: User | None = None,
    project: Project | None = None,
    month: str = "",
    progress: Progress | None = None,
) -> Upload:
    """Keep a file and judge its rows; nothing is taken from it yet.

    Raises ``SheetError`` (nothing is kept) when the file cannot be read at all.
    """
    reading = _read(kind, content, name, project, at, month, by, progress)
    with transaction.atomic():
        upload = Upload.objects.create(
            kind=kind,
            name=name[:200],
            content=evidence.store(content),
            project=project,
            by=by,
            uploaded_at=at,
            month=month,
            status=READ,
            **_figures(reading),
        )
        _record("upload", upload, by, at)
        return upload


def accept(upload: Upload, *, by: User | None, at: datetime, progress: Progress | None = None) -> Outcome:
    """Take the good rows of an upload. It is read again, so that the verdicts are today's.

    One transaction. Raises ``UploadDecided`` when it was decided before.
    """
    with transaction.atomic():
        upload = _undecided(upload)
        content = evidence.read(upload.content)
        reading = _read(upload.kind, content, upload.name, upload.project, at, upload.month, upload.by, progress)
        arrival = Arrival(source=f"upload:{upload.pk}", at=at, upload=upload)
        outcome = apply(reading, arrival=arrival)
        _decide(upload, ACCEPTED, by, at)
        for column, value in _figures(reading).items():
            setattr(upload, column, value)
        upload.save()
        taken = {"taken": outcome.taken, "waiting": outcome.waiting, "refused": outcome.refused}
        _record("upload-accept", upload, by, at, taken)
    return outcome


def discard(upload: Upload, *, by: User | None, at: datetime) -> None:
    """Take nothing from an upload; the file and its report stay. Raises ``UploadDecided``."""
    with transaction.atomic():
        upload = _undecided(upload)
        _decide(upload, DISCARDED, by, at)
        upload.save()
        _record("upload-discard", upload, by, at)


def _record(action: str, upload: Upload, by: User | None, at: datetime, changes: dict[str, int] | None = None) -> None:
    told = {"kind": upload.kind, "content": upload.content, "project": upload.project.code if upload.project else ""}
    trail.record(
        by=by, at=at, action=action, subject="upload", subject_id=upload.pk, changes={**told, **(changes or {})}
    )


def _read(
    kind: str,
    content: bytes,
    name: str,
    project: Project | None,
    at: datetime,
    month: str,
    by: User | None,
    progress: Progress | None,
) -> Reading:
    # A person without a chosen project speaks for his region; an import without a person, for all.
    if by is not None and project is None and not by.region:
        raise SheetError("请先选择项目。", "Choose a project first.")
    region = by.region if by is not None and project is None else ""
    return read(kind, content, name, project=project, at=at, month=month, region=region, progress=progress)


def _figures(reading: Reading) -> dict[str, object]:
    counts = reading.counts
    return {
        "report": [row.report() for row in reading.rows],
        "good": counts[OK] + counts[WAITING],
        "bad": counts[REFUSED],
    }


def _undecided(upload: Upload) -> Upload:
    locked = Upload.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=upload.pk)
    if locked.status != READ:
        raise UploadDecided(locked)
    return locked


def _decide(upload: Upload, status: str, by: User | None, at: datetime) -> None:
    upload.status, upload.decided_by, upload.decided_at = status, by, at
