"""What claimants bring as evidence: pictures, voice notes, papers; told by content, kept in the vault."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from anxin.cases.flow import locked, tell
from anxin.cases.messages import tell_owner
from anxin.cases.models import Claim, Claimant, Exhibit
from anxin.people import trail
from anxin.people.models import User
from anxin.vault import evidence
from anxin.vault.evidence import KINDS, SOUNDS, NotEvidence

MOST = 40
TAKEN = {
    "photo": ("jpeg", "png", "pdf"),
    "voice": tuple(SOUNDS),
    "iou": ("jpeg", "png", "pdf", "docx"),
    "contract": ("jpeg", "png", "pdf", "docx"),
    "chat": ("jpeg", "png", "pdf", "docx", "xlsx"),
    "sheet": ("jpeg", "png", "pdf", "xlsx", "docx"),
    "other": (*KINDS, *SOUNDS),
}


@dataclass(frozen=True)
class Brought:
    """A file that was checked; in the vault under its digest once it is kept. ``kind`` as in ``Exhibit.kind``."""

    kind: str
    digest: str
    name: str
    content_type: str


def check(*, content: bytes, name: str, kind: str) -> Brought:
    """Check a file by its content; it is not kept yet. Raises NotEvidence with what to do in two languages."""
    if kind not in TAKEN:
        kind = "other"
    found = evidence.check_whole(content, kinds=TAKEN[kind])
    return Brought(kind, evidence.digest_of(content), _name(name, found.ending), found.content_type)


def keep(*, content: bytes, name: str, kind: str) -> Brought:
    """Check a file and put it into the vault. Raises NotEvidence with what to do in two languages."""
    brought = check(content=content, name=name, kind=kind)
    evidence.store(content)
    return brought


@transaction.atomic
def add(
    *, claim: Claim, files: Sequence[Brought], at: datetime, claimant: Claimant | None = None, by: User | None = None
) -> list[Exhibit]:
    """Add files to a claim; one that is there already is passed over. Answers the new ones.

    Raises NotEvidence when the claim would have more than forty.
    """
    case = locked(claim.case)
    known = set(Exhibit.objects.filter(claim=claim).values_list("digest", flat=True))
    fresh = list({file.digest: file for file in files if file.digest not in known}.values())
    if len(known) + len(fresh) > MOST:
        raise NotEvidence(
            f"一件反映最多放 {MOST} 份材料，请先挑最重要的。",
            f"A claim holds at most {MOST} files; bring the weightiest.",
        )
    rows = [
        Exhibit.objects.create(
            case=case, claim=claim, kind=file.kind, digest=file.digest, name=file.name, content_type=file.content_type,
            claimant=claimant, by=by, at=at,
        )
        for file in fresh
    ]  # fmt: skip
    if rows:
        tell(case, kind="exhibit", by=by, at=at, public=False, zh=f"补充材料 {len(rows)} 份",
             en=f"{len(rows)} files of evidence added")  # fmt: skip
        trail.record(by=by, at=at, action="case-exhibit", subject="case", subject_id=case.pk, who="worker",
                     changes={"claim": claim.number, "files": [row.digest[:12] for row in rows]})  # fmt: skip
        if by is None:
            tell_owner(case, kind="case-exhibit", at=at, zh=f"案件 {case.number}：工人补充了材料",
                       en=f"Case {case.number}: a worker added evidence")  # fmt: skip
    return rows


def of_side(claim: Claim, *, claimant: Claimant | None) -> QuerySet[Exhibit]:
    """What one side of a claim brought and may see again: whoever filed (None), or one member of a group."""
    return Exhibit.objects.filter(claim=claim, claimant=claimant, by=None).order_by("at", "pk")


def _name(name: str, ending: str) -> str:
    stem = name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    kept = "".join(sign for sign in stem if sign.isalnum() or sign in " -_（）()").strip()
    return f"{kept[:80] or 'file'}.{ending}"
