"""Papers for tests: drafted and ready to be signed off."""

import struct
import zlib
from datetime import date, datetime, timedelta

from anxin.cases.models import Case
from anxin.remedies import documents
from anxin.remedies.kinds import kinds
from anxin.remedies.models import Document
from anxin.remedies.serving import serve
from anxin.vault import evidence
from tests.portal.site import make_user
from tests.remedies.matters import Office


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# A picture of one grey point, whole to its end.
PHOTO = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x7f"))
    + _chunk(b"IEND", b"")
)


def second_inspector(office: Office):
    name = f"second-{office.unit.pk}"
    known = type(office.officer).objects.filter(username=name).first()
    return known or make_user(name, "officer", office.unit.region_code, organisation=office.unit)


def ready(case: Case, kind: str, office: Office, at: datetime, *, due: date | None = None, **typed: str) -> Document:
    """A draft with everything filled in that its kind asks for."""
    claim = case.claims.order_by("pk").first() if kinds()[kind].audience == "claimant" else None
    document = documents.draft(case=case, kind=kind, by=office.officer, at=at, claim=claim)
    values = {
        key: text or "已核实。" for key, text in documents.fields_of(document).items() if key != "instalments"
    } | {key: "已核实。" for key in (field.key for field in kinds()[kind].fields) if key not in ("instalments",)
         and not documents.fields_of(document).get(key)}  # fmt: skip
    return documents.edit(
        document=document, values={**values, **typed}, by=office.officer, at=at,
        due_on=due or (at.date() + timedelta(days=7) if kinds()[kind].due else None),
        inspectors=[office.officer, second_inspector(office)] if kinds()[kind].inspectors else [],
    )  # fmt: skip


def signed(case: Case, kind: str, office: Office, at: datetime, **more) -> Document:
    document = ready(case, kind, office, at, **more)
    if kinds()[kind].sign == "own":
        return documents.finish(document=document, by=office.officer, at=at)
    documents.ask_for_signature(document=document, by=office.officer, at=at)
    return documents.sign_off(document=document, by=office.chief, at=at)


def served(case: Case, kind: str, office: Office, at: datetime, **more) -> Document:
    document = signed(case, kind, office, at, **more)
    serve(document=document, way="posted", served_on=at.date(), by=office.officer, at=at,
          proofs=[evidence.store(PHOTO)])  # fmt: skip
    document.refresh_from_db()
    return document
