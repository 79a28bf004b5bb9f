"""Claims for tests of the cases: a site of four workers, units and officers around it, one claim or a group."""

from collections.abc import Sequence
from datetime import datetime

from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.models import Case, Claimant
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PaymentRow
from anxin.ledger.sealing import seal
from anxin.registry.models import Engagement
from tests.people import identity
from tests.portal.site import ACCOUNT, Site


def claim(
    at: datetime,
    people: Sequence[Person] | None = None,
    *,
    key: str = "k1",
    site: Site | None = None,
    region: str = "140105",
    **fields,
) -> Case:
    """A claim of 5,000 yuan for March 2026, by one person unless said otherwise."""
    given = people if people is not None else [Person(name="测试人", months=["2026-03"], claimed_fen=500_000)]
    told = Told(door="qr", key=key, people=given, region_code=region, project=site.project if site else None, **fields)
    return file_claim(told, at=at).claim.case


def member(engagement: Engagement, fen: int = 500_000, **fields) -> Person:
    """Somebody of the roster who claims March 2026."""
    return Person(name=engagement.worker.name, worker=engagement.worker, months=["2026-03"], claimed_fen=fen, **fields)


def only(case: Case) -> Claimant:
    """The one claimant of a case, read anew."""
    return Claimant.objects.get(case=case)


def pays(number: int, reference: str, at: datetime, fen: int = 500_000, *, status: str = "paid", month: str = "2026-03",
         code: str = "P1") -> None:  # fmt: skip
    """The bank reports a payout to the n-th worker, and it is sealed."""
    row = PaymentRow("", reference, fen, status, at.date(), code, ACCOUNT, identity(number), month=month)
    assert admit([row], arrival=Arrival("test", at)).accepted == 1
    seal(at=at)
