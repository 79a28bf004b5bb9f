"""A firm that did not pay by the ordered day, and its way to the list, for the tests of credit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anxin.cases.models import Case, Claimant
from anxin.cases.money import receive
from anxin.credit import telling
from anxin.credit.models import Listing
from anxin.credit.proposing import Answerable, propose
from anxin.remedies import documents
from anxin.remedies.models import Document
from anxin.remedies.serving import serve
from anxin.vault import evidence
from tests.people import identity, make_project
from tests.remedies.matters import Office, make_case, make_office
from tests.remedies.papers import PHOTO, served

BOSS, HEAD = 901, 902
FIRM = "测试建设有限公司"
WITHIN = 7  # days an order gives


def boss(number: int = BOSS, role: str = "legal", name: str = "钱大富") -> Answerable:
    return Answerable(role, name, identity(number))


@dataclass
class Matter:
    """A case whose order ran out, and the day after."""

    case: Case
    office: Office
    order: Document
    after: datetime


def unpaid(at: datetime, sums: Sequence[int] = (1_000_000,) * 10, region: str = "140105", **more) -> Matter:
    """Ten people with 10,000 yuan each (over any threshold), ordered to be paid within a week, and not paid."""
    project = make_project(at, code=f"P-{region}", region_code=region)
    office = make_office(region)
    case = make_case(at, sums, project=project, office=office, representatives=min(3, len(sums)), **more)
    order = served(case, "order", office, at)
    return Matter(case, office, order, at + timedelta(days=WITHIN + 1))


def proposed(at: datetime, matter: Matter | None = None, **more) -> tuple[Matter, Listing]:
    matter = matter or unpaid(at)
    wanted = {"ground": "amount", "persons": [boss()], **more}
    return matter, propose(case=matter.case, by=matter.office.officer, at=matter.after, **wanted)


def sign_and_serve(document: Document, office: Office, at: datetime) -> Document:
    documents.ask_for_signature(document=document, by=office.officer, at=at)
    documents.sign_off(document=document, by=office.chief, at=at)
    serve(document=document, way="posted", served_on=at.date(), by=office.officer, at=at,
          proofs=[evidence.store(PHOTO)])  # fmt: skip
    document.refresh_from_db()
    return document


def told(at: datetime, **more) -> tuple[Matter, Listing, datetime]:
    """Proposed and told the same day; the moment it was."""
    matter, listing = proposed(at, **more)
    notice = telling.draft_notice(listing=listing, by=matter.office.officer, at=matter.after)
    sign_and_serve(notice, matter.office, matter.after)
    return matter, telling.tell(listing=listing, by=matter.office.officer, at=matter.after), matter.after


def pay_all(case: Case, on: date, at: datetime) -> None:
    """Everybody gets his money, by the bank's record."""
    for one in Claimant.objects.filter(case=case):
        receive(claimant=one, proof="bank", amount_fen=one.verified_fen, received_on=on, at=at, reference=f"R{one.pk}")
