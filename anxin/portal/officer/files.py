"""Files that people bring as evidence, and showing them again."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anxin.people.looks import record_look
from anxin.portal.officer.forms import Wrong
from anxin.portal.ui.access import signed_in
from anxin.portal.ui.sending import PICTURES, send_kept
from anxin.portal.ui.tags import in_english
from anxin.vault.evidence import KINDS, NotEvidence, check, store

MOST = 10


def take_files(request: HttpRequest, name: str = "files", *, kinds: tuple[str, ...] = tuple(KINDS)) -> list[str]:
    """Check all files of a form's field and keep them: their digests. Raises ``Wrong`` before any is kept."""
    brought = [file for file in request.FILES.getlist(name) if isinstance(file, UploadedFile)]
    if len(brought) > MOST:
        raise Wrong(_("一次最多 %(n)s 个文件。请分次上传，或合并成一个 PDF。") % {"n": MOST})
    contents = []
    for file in brought:
        content = file.read()
        try:
            check(content, kinds=kinds)
        except NotEvidence as refused:
            reason = refused.reason_en if in_english() else refused.reason
            raise Wrong(f"{file.name}: {reason}") from None
        contents.append(content)
    return [store(content) for content in contents]


def show_file(request: HttpRequest, digest: str, *, subject: str, subject_id: object) -> HttpResponse:
    """A kept file, as what it is by its content; only pictures are shown, others are downloaded.

    The look is written down first, in the same transaction; 404 when the vault does not have the file.
    """
    with transaction.atomic():
        record_look(by=signed_in(request), at=timezone.now(), subject=subject, subject_id=subject_id, field="file",
                    page=request.path)  # fmt: skip
        return send_kept(digest, shown=PICTURES)
