"""Evidence from a phone: taken in with a plain word when it is too large or something else, and sent back safely."""

import re
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anxin.cases import drafts, exhibits
from anxin.cases.exhibits import TAKEN, Brought
from anxin.portal.officer.forms import Wrong
from anxin.portal.ui.sending import SEEN_AND_HEARD, send_kept
from anxin.portal.ui.tags import in_english
from anxin.portal.worker import claim_session
from anxin.portal.worker.access import open_page
from anxin.vault import evidence
from anxin.vault.evidence import MAX_BYTES, NotEvidence

# The fields of the form, in its order.
FIELDS = tuple(TAKEN)
_DIGEST = re.compile(r"[0-9a-f]{64}")
WHY = "sends a file back to the browser that brought it, or that opened its claim with the code; 404 for all others"


def take_files(request: HttpRequest, *, before: Callable[[list[str]], None] | None = None) -> list[Brought]:
    """Check every file of a form and then keep them. Raises Wrong with what to do, and then keeps none.

    ``before``: called with their digests once all are fine and before the vault has them.
    """
    files = [(kind, file) for kind in FIELDS for file in request.FILES.getlist(kind)]
    brought = []
    for kind, file in files:
        if file.size is None or file.size > MAX_BYTES:
            size = {"name": (file.name or "")[-30:], "size": (file.size or 0) // 1024 // 1024}
            raise Wrong(
                _("“%(name)s”有 %(size)s MB，太大了（最多 20 MB）。请用微信发给自己再保存，或截屏后再传。") % size
            )
        try:
            brought.append(exhibits.check(content=file.read(), name=file.name or "", kind=kind))
        except NotEvidence as wrong:
            said = wrong.reason_en if in_english() else wrong.reason
            raise Wrong(f"{(file.name or '')[-30:]}：{said}") from None
    if brought and before is not None:
        before([one.digest for one in brought])
    for _kind, file in files:
        file.seek(0)
        evidence.store(file.read())
    return brought


@open_page(WHY)
@never_cache
@require_safe
def draft_file(request: HttpRequest, digest: str) -> HttpResponse:
    """A file of the form that is still being written."""
    draft = claim_session.draft_of(request, at=timezone.now())
    mine = drafts.read(draft).get("files", []) if draft is not None and _DIGEST.fullmatch(digest) else []
    name = next((one["name"] for one in mine if one["digest"] == digest), None)
    if name is None:
        raise Http404
    return send_kept(digest, name, shown=SEEN_AND_HEARD)


@open_page(WHY)
@never_cache
@require_safe
def claim_file(request: HttpRequest, number: str, digest: str) -> HttpResponse:
    """A file this side of a claim has brought."""
    side = claim_session.side_or_404(request, number, at=timezone.now())
    row = exhibits.of_side(side.claim, claimant=side.member).filter(digest=digest).first()
    if row is None or not _DIGEST.fullmatch(digest):
        raise Http404
    return send_kept(digest, row.name, shown=SEEN_AND_HEARD)
