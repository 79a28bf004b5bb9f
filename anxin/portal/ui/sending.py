"""Files on their way to a browser, out of the vault or made for the moment: none is run there, none is kept."""

from collections.abc import Collection
from urllib.parse import quote

from django.http import Http404, HttpResponse

from anxin.vault import evidence

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PICTURES = frozenset({"jpeg", "png"})
SEEN_AND_HEARD = PICTURES | frozenset(evidence.SOUNDS)


def kept_or_404(digest: str) -> bytes:
    """A file of the vault; 404 where it is not there, or no longer what its name says."""
    try:
        return evidence.read(digest)
    except (FileNotFoundError, ValueError):
        raise Http404 from None


def send(content: bytes, content_type: str, name: str, *, inline: bool = False) -> HttpResponse:
    """A file under a name; a download unless ``inline``."""
    answer = HttpResponse(content, content_type=content_type)
    how = "inline" if inline else "attachment"
    answer["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name, safe='')}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'"
    answer["Cache-Control"] = "private, no-store"
    return answer


def send_kept(digest: str, name: str = "", *, shown: Collection[str] = ()) -> HttpResponse:
    """A file of the vault as what its content is, under the name it was brought by; kinds that are not ``shown`` are
    downloaded. The ending follows the content: what came as page.html and is a picture is saved as a picture."""
    content = kept_or_404(digest)
    kind = evidence.kind_of(content)
    stem = name.rsplit(".", 1)[0][:80] or digest[:12]
    return send(content, kind.content_type, f"{stem}.{kind.ending}", inline=kind.name in shown)
