"""A project's files out of the vault: papers, the notice board's photo, uploads, workers' pictures.

A file is sent only to somebody who may see its project, always as a download of a harmless type, and the look is
written down first, in the same transaction. A worker's own pictures need the permission to open personal data.
"""

import re
from dataclasses import dataclass

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anxin.intake.models import Upload
from anxin.people.access import may
from anxin.people.looks import WORKER, record_look
from anxin.people.models import User
from anxin.portal.officer.projects import project_or_404
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.sending import send_kept
from anxin.registry.models import Paper, PaperKind, Project, Worker

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Kept:
    """What a file is to a project: whose data it is, and under which name it was brought, if any."""

    subject: str
    subject_id: object
    field: str
    name: str = ""
    personal: bool = False


@needs("projects")
@never_cache
@require_safe
def evidence_file(request: HttpRequest, code: str, digest: str) -> HttpResponse:
    """One file of a project. 404 when it is not the project's, or not this person's to see."""
    user = signed_in(request)
    project = project_or_404(request, code)
    kept = _kept(project, digest, user) if _DIGEST.fullmatch(digest) else None
    if kept is None or (kept.personal and not may(user, "personal")):
        raise Http404
    return download(digest, kept=kept, by=user, page=f"/projects/{project.code}")


def download(digest: str, *, kept: Kept, by: User, page: str) -> HttpResponse:
    """The answer that downloads a file, after the look was written down; 404 when the vault does not have it."""
    with transaction.atomic():
        record_look(
            by=by, at=timezone.now(), subject=kept.subject, subject_id=kept.subject_id, field=kept.field, page=page
        )
        return send_kept(digest, kept.name)


def _kept(project: Project, digest: str, user: User) -> Kept | None:
    paper = Paper.objects.filter(project=project, digest=digest).order_by("-at").first()
    if paper is not None:
        # Signed sheets name everybody; who brought one may see it again.
        personal = paper.kind == PaperKind.PAYROLL and paper.by_id != user.pk
        return Kept("project", project.pk, "file", paper.name, personal)
    if project.boards.filter(evidence=digest).exists():
        return Kept("project", project.pk, "file")
    # An uploaded sheet holds the numbers of everybody in it.
    upload = Upload.objects.filter(project=project, content=digest).order_by("-id").first()
    if upload is not None:
        return Kept("upload", upload.pk, "file", upload.name, personal=upload.by_id != user.pk)
    workers = Worker.objects.filter(engagements__project=project, details__icontains=digest)
    for worker in workers.distinct()[:5]:
        if digest in worker.details.values():
            return Kept(WORKER, worker.pk, "picture", personal=True)
    return None
