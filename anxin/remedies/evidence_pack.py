"""The evidence pack: one zip with a PDF, the same as JSON, papers and exhibits, and what proves them, offline.

``manifest.json`` lists every part with its SHA-256 and the links of the trail about its subject. The last link seals
the pack: it was written when the pack was made and holds the hash of the list of parts.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Q

from anxin.cases.merging import public_story
from anxin.cases.models import Case, CaseEvent, Claim, Claimant, Exhibit
from anxin.law.civil import SHANGHAI
from anxin.people import trail
from anxin.people.looks import WORKER, record_look
from anxin.people.models import Event, User
from anxin.registry.models import Worker
from anxin.remedies import pack_data, pack_pdf, verify
from anxin.remedies.kinds import kinds
from anxin.remedies.models import Document
from anxin.remedies.paper_facts import people_of
from anxin.vault import evidence

MOST_LINKS = 5000
# Files beyond this are named by their hash only; the authority holds them.
MOST_FILES = 60 * 1024 * 1024
_EPOCH = (1980, 1, 1, 0, 0, 0)
_README = (
    "证据包说明\n\n"
    "evidence.pdf   供阅读、打印\n"
    "data.json      同样内容，供核对和导入\n"
    "papers/        已签批的文书\n"
    "exhibits/      提交的材料\n"
    "manifest.json  各部分的 SHA-256 和留痕链有关环节\n"
    "verify.py      核对程序：python verify.py 本文件.zip（不联网，Python 3.9 及以上）\n\n"
    "Prove this pack offline: python verify.py PACK.zip\n"
)


@dataclass(frozen=True)
class Pack:
    """A pack as it goes out: the zip, and number and digest of the link that seals it."""

    content: bytes
    seal: int
    digest: str


@dataclass(frozen=True)
class _Part:
    name: str
    content: bytes


@transaction.atomic
def case_pack(*, case: Case, by: User, at: datetime, page: str = "") -> Pack:
    """The pack of a case, for the authority, arbitrators, court and police. It names the claimants: the look at each of
    them is written down first. Never hand it to the employer."""
    people = people_of(case)
    for one in people:
        subject, key = (WORKER, one.worker_id) if one.worker_id else ("case", case.pk)
        record_look(by=by, at=at, subject=subject, subject_id=key, field="evidence-pack", page=page)
    ids = sorted({one.worker_id for one in people if one.worker_id})
    work = pack_data.work_of(ids, project=case.project_id) if ids and case.project_id else {}
    papers = pack_data.signed_papers(case)
    exhibits = list(Exhibit.objects.filter(case=case).order_by("at", "pk"))
    data = {
        "scope": "case", "scope_words": "全案", "cases": [pack_data.case_head(case)],
        "people": [pack_data.claimant_record(one, work.get(one.worker_id or 0, [])) for one in people],
        "papers": pack_data.papers_of(papers), "exhibits": pack_data.exhibits_of(exhibits),
        "story": pack_data.story_of(case.events.order_by("at", "pk")),
    }  # fmt: skip
    links = Event.objects.filter(subject="case", subject_id=str(case.pk))
    return _make(data, papers, exhibits, _told(links, None), subject="case", subject_id=case.pk, by=by, at=at)


@transaction.atomic
def own_pack(*, worker: Worker, at: datetime) -> Pack:
    """The pack of one worker, for himself: his work, his pay, his claims, what he brought, who looked at him.

    Nothing of anybody else is in it: of a group's case he gets his own line, and papers only if they are his alone.
    """
    mine = list(Claimant.objects.filter(worker=worker, withdrawn_at=None).select_related("claim", "case", "worker"))
    cases = {one.case_id: one.case for one in mine}
    work = pack_data.work_of([worker.pk]).get(worker.pk, [])
    alone = [one for one in mine if not Claimant.objects.filter(case_id=one.case_id).exclude(worker=worker).exists()]
    papers = _own_papers(mine, alone)
    exhibits = list(_own_exhibits(worker, mine).order_by("at", "pk"))
    heads = [_own_head(pack_data.case_head(case)) for case in cases.values()]
    claims = [pack_data.claimant_record(one, []) for one in mine]
    data = {
        "scope": "own", "scope_words": "本人", "cases": heads,
        "people": [pack_data.worker_record(worker, work), *claims],
        "papers": pack_data.papers_of(papers), "exhibits": pack_data.exhibits_of(exhibits),
        "story": pack_data.story_of(_own_story(mine)),
    }  # fmt: skip
    numbers = [str(pk) for pk in cases]
    links = Event.objects.filter(
        Q(subject=WORKER, subject_id=str(worker.pk)) | Q(subject="case", subject_id__in=numbers)
    )
    return _make(data, papers, exhibits, _told(links, worker.pk), subject=WORKER, subject_id=worker.pk, by=None, at=at)


def _own_story(mine: Sequence[Claimant]) -> list[CaseEvent]:
    """What he may read of his cases: of each what was told while his claim was in it."""
    lines = {line.pk: line for one in mine for line in public_story(one.claim)}
    return sorted(lines.values(), key=lambda line: (line.at, line.pk))


def _own_head(head: dict[str, Any]) -> dict[str, Any]:
    shared = {"people", "claimed_fen", "verified_fen", "agreed_fen", "received_fen"}
    return {key: value for key, value in head.items() if key not in shared}


def _own_papers(mine: Sequence[Claimant], alone: Sequence[Claimant]) -> list[Document]:
    """Papers made for him, and those of a case or claim in which nobody else is named. A notice that a firm may be
    listed names those who answer for it, before anything is decided: it is no paper of his."""
    single = [one.claim_id for one in mine if one.claim.claimants.count() == 1]
    whose = Q(claimant__in=[one.pk for one in mine]) | Q(claim__in=single, claimant=None)
    whose |= Q(case__in=[one.case_id for one in alone])
    others = [key for key, kind in kinds().items() if kind.begun_by]
    rows = Document.objects.filter(whose, state__in=("signed", "served")).exclude(digest="").exclude(kind__in=others)
    return list(rows.prefetch_related("servings").order_by("signed_at", "pk"))


def _own_exhibits(worker: Worker, mine: Sequence[Claimant]) -> Any:
    filed = Claim.objects.filter(filer=worker)
    single = [one.claim_id for one in mine if one.claim.claimants.count() == 1]
    return Exhibit.objects.filter(
        Q(claimant__in=[one.pk for one in mine]) | Q(claim__in=single) | Q(claim__in=filed, claimant=None, by=None)
    ).distinct()


def _told(links: Iterable[Event], worker: int | None) -> list[dict[str, Any]]:
    """Links as the pack tells them. For a worker those that may speak of others keep their content to themselves: only
    number and digest stand there."""
    told = []
    for event in links.order_by("-number")[:MOST_LINKS] if hasattr(links, "order_by") else links:
        open_ = worker is None or (event.subject == WORKER and event.subject_id == str(worker))
        told.append(_link(event) if open_ else {"number": event.number, "digest": event.digest, "content": None})
    return sorted(told, key=lambda link: link["number"])


def _link(event: Event) -> dict[str, Any]:
    return {"number": event.number, "digest": event.digest, "content": trail.content_of(event).decode()}


def _make(
    data: dict[str, Any], papers: Sequence[Document], exhibits: Sequence[Exhibit], links: list[dict[str, Any]], *,
    subject: str, subject_id: int, by: User | None, at: datetime,
) -> Pack:  # fmt: skip
    data = {"format": verify.FORMAT, "made_at": at.astimezone(SHANGHAI).isoformat(timespec="seconds"), **data}
    files = list(_files(papers, exhibits))
    data["files"] = {part.name.split("/")[-1].split(".")[0]: part.name for part in files}
    text = orjson.dumps(data, option=orjson.OPT_INDENT_2)
    digest = hashlib.sha256(text).hexdigest()
    parts = [
        _Part("README.txt", _README.encode()),
        _Part("data.json", text),
        _Part("evidence.pdf", pack_pdf.to_pdf(data, digest=digest)),
        _Part("verify.py", _verifier()),
        *files,
    ]
    listed = [
        {"name": part.name, "sha256": hashlib.sha256(part.content).hexdigest(), "bytes": len(part.content)}
        for part in parts
    ]
    root = verify.root_of(listed)
    seal = trail.record(by=by, at=at, action="evidence-pack", subject=subject, subject_id=subject_id,
                        who="" if by else "worker", changes={"root": root})  # fmt: skip
    # Read back: the database keeps moments and numbers in its own grain, and the digest is taken of that.
    sealed = Event.objects.get(pk=seal.number)
    manifest = {
        "format": verify.FORMAT, "parts": listed, "root": root,
        "trail": {"links": [*[link for link in links if link["number"] < sealed.number], _link(sealed)]},
    }  # fmt: skip
    content = _zip([*parts, _Part(verify.MANIFEST, orjson.dumps(manifest))])
    return Pack(content, sealed.number, sealed.digest)


def _files(papers: Sequence[Document], exhibits: Sequence[Exhibit]) -> Iterable[_Part]:
    """Papers and exhibits out of the vault, each once, named by its hash and by what it is."""
    left = MOST_FILES
    wanted = [("papers", one.digest) for one in papers] + [("exhibits", one.digest) for one in exhibits]
    for folder, digest in dict.fromkeys(wanted):
        try:
            content = evidence.read(digest)
        except (FileNotFoundError, ValueError):
            continue  # Its hash stands in data.json; the file itself was erased or is with another installation.
        if len(content) <= left:
            left -= len(content)
            yield _Part(f"{folder}/{digest}.{evidence.kind_of(content).ending}", content)


def _verifier() -> bytes:
    with open(verify.__file__, "rb") as file:
        return file.read()


def _zip(parts: Sequence[_Part]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as pack:
        for part in parts:
            one = zipfile.ZipInfo(part.name, _EPOCH)
            one.compress_type = zipfile.ZIP_DEFLATED
            pack.writestr(one, part.content)
    return made.getvalue()


def stands_here(file: Any) -> list[str]:
    """Hold a pack's links against this system's own trail: which of them are not the same here, one sentence each."""
    with zipfile.ZipFile(file) as pack:
        links = orjson.loads(pack.read(verify.MANIFEST))["trail"]["links"]
    here = dict(Event.objects.filter(number__in=[link["number"] for link in links]).values_list("number", "digest"))
    return [f"link {link['number']}: this system's trail says otherwise" for link in links
            if here.get(link["number"]) != link["digest"]]  # fmt: skip
