"""The Linfen of the first seed: a site of Yaodu whose subcontractor owes nine workers 100,000 yuan, and people
around it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anxin.cases import consent, lane, liability, steps, taking, verifying
from anxin.cases.filing import Filed, Person, Told, file_claim
from anxin.cases.models import Case
from anxin.credit.proposing import Answerable
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PayrollRow, SwipeRow
from anxin.law.civil import SHANGHAI
from anxin.ledger.sealing import seal
from anxin.people.models import Organisation, User
from anxin.registry import actions
from anxin.registry.models import Engagement, Participation, Project
from anxin.remedies import documents
from anxin.remedies.kinds import kinds
from anxin.remedies.models import Document
from anxin.remedies.serving import serve
from anxin.vault import evidence
from tests.people import CONTRACTOR, identity, make_project, make_worker
from tests.portal.site import make_user
from tests.remedies.papers import PHOTO

MONDAY = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)
YAODU, LINFEN = "141002", "141000"
MONTH = "2026-03"
WORKERS = 9
# Eight with 11,000 yuan, the foreman with 12,000: 100,000 together.
SUMS = [1_200_000] + [1_100_000] * (WORKERS - 1)
TOTAL = 10_000_000
# Not enough for all: the county's emergency fund pays the rest.
DEPOSIT, FUND = 6_000_000, 20_000_000
ACCOUNT = "990014100210020001"
CARD = "62220200141002000"
SUB = "91140000MOCK000077"
# Who answers for the contractor, and what nine people at the gate came to.
BOSS = Answerable("legal", "钱大富", identity(900))
UNREST = "五月六日三十余人聚集项目部门口讨薪，堵塞滨河路两小时，市电视台报道（出警记录在卷）。"


@dataclass
class Linfen:
    """The site with its nine people, and who deals with it."""

    project: Project
    crew: list[Engagement]
    county: Organisation
    officer: User
    second: User
    chief: User

    def phone(self, n: int) -> str:
        """The n-th worker's phone, from 1."""
        return f"1390000{n:04d}"


def make_linfen(at: datetime = MONDAY) -> Linfen:
    """Nine workers came on every working day of March; the wage sheet names what is due; nothing was paid."""
    make = Organisation.objects.create
    province = make(name="山西省人力资源和社会保障厅", kind="hr", region_code="140000")
    city = make(name="临汾市人力资源和社会保障局", kind="hr", region_code=LINFEN, parent=province)
    county = make(name="尧都区人力资源和社会保障局", kind="hr", region_code=YAODU, parent=city)
    make(name="尧都区人民政府", kind="government", region_code=YAODU)
    project = make_project(
        at, "YD2026001", name="滨河路安置房", region_code=YAODU, pay_day=15, started_on=date(2026, 2, 20)
    )
    sub = actions.upsert_enterprise(code=SUB, name="临汾测试劳务有限公司", at=at)
    for code, role in ((CONTRACTOR, "009"), (SUB, "006")):
        firm = sub if code == SUB else project.contractor
        Participation.objects.get_or_create(
            project=project, enterprise=firm, role=role, defaults={"entered_on": date(2026, 2, 20), "recorded_at": at}
        )
    team, _ = actions.add_team(project=project, enterprise=sub, name="木工班", at=at)
    actions.record_account(project=project, number=ACCOUNT, on=date(2026, 2, 25), at=at, agreement_on=date(2026, 2, 25),
                           bank_name="测试银行临汾分行")  # fmt: skip
    actions.record_deposit(project=project, form="cash", on=date(2026, 2, 25), at=at, amount_fen=DEPOSIT)
    crew = [
        make_worker(project, n, at, team=team, enterprise=sub, contract_kind="0", card_number=f"{CARD}{n:03d}",
                    bank_name="测试银行")
        for n in range(1, WORKERS + 1)
    ]  # fmt: skip
    arrival = Arrival(source="test", at=at)
    days = [day for day in range(2, 32) if date(2026, 3, day).weekday() < 6]
    admit(
        [SwipeRow("", project.code, identity(n), datetime(2026, 3, day, hour), way)
         for n in range(1, WORKERS + 1) for day in days for hour, way in ((7, "in"), (18, "out"))],
        arrival=arrival,
    )  # fmt: skip
    admit(
        [PayrollRow("", project.code, identity(n), MONTH, "S1", due_fen=SUMS[n - 1], paid_fen=0)
         for n in range(1, WORKERS + 1)],
        arrival=arrival,
    )  # fmt: skip
    seal(at=at)
    return Linfen(
        project, crew, county,
        make_user("yaodu", "officer", YAODU, organisation=county),
        make_user("second", "officer", YAODU, organisation=county),
        make_user("chief", "chief", YAODU, organisation=county),
    )  # fmt: skip


def hours(n: float) -> datetime:
    """So many hours after Monday morning."""
    return MONDAY + timedelta(hours=n)


def scan_and_claim(linfen: Linfen) -> Filed:
    """The foreman scans the board and claims for nine; each of the others agrees with the code of his own slip."""
    people = [
        Person(
            name=one.worker.name, identity=identity(n), phone=linfen.phone(n), worker=one.worker, months=[MONTH],
            claimed_fen=SUMS[n - 1], representative=n == 1, consent="own" if n == 1 else "asked",
        )
        for n, one in enumerate(linfen.crew, 1)
    ]  # fmt: skip
    filed = file_claim(
        Told(door="qr", key="scan", people=people, region_code=linfen.project.region_code, project=linfen.project,
             filer=linfen.crew[0].worker, text="三月份工资一分没发，包工头电话不接。"),
        at=MONDAY,
    )  # fmt: skip
    assert len(filed.consent_codes) == WORKERS - 1
    for code in filed.consent_codes.values():
        member = consent.find_member(number=filed.claim.number, code=code)
        assert member is not None
        consent.agree(claimant=member, at=hours(0.5))
    return filed


def paper(case: Case, kind: str, linfen: Linfen, at: datetime, due: date) -> Document:
    """A paper drawn up by the officer, signed off by the chief, handed to the contractor the same day."""
    document = documents.draft(case=case, kind=kind, by=linfen.officer, at=at)
    typed = documents.fields_of(document)
    values = {field.key: typed.get(field.key) or "已核实。" for field in kinds()[kind].fields}
    documents.edit(document=document, values=values, by=linfen.officer, at=at, due_on=due,
                   inspectors=[linfen.officer, linfen.second])  # fmt: skip
    document.refresh_from_db()
    return sign_and_serve(document, linfen, at)


def sign_and_serve(document: Document, linfen: Linfen, at: datetime) -> Document:
    """Signed off by the chief and handed to the contractor the same day."""
    documents.ask_for_signature(document=document, by=linfen.officer, at=at)
    documents.sign_off(document=document, by=linfen.chief, at=at)
    serve(document=document, way="in_person", served_on=at.date(), by=linfen.officer, at=at, recipient="项目经理",
          proofs=[evidence.store(PHOTO)])  # fmt: skip
    document.refresh_from_db()
    return document


def verified_and_ordered(linfen: Linfen, due: date, filed: Filed | None = None) -> Case:
    """Taken, accepted, the contractor asked, verified from the file, ordered to pay: all on the first day."""
    case = (filed or scan_and_claim(linfen)).claim.case
    taking.take(case=case, by=linfen.officer, at=hours(1))
    steps.accept(case=case, by=linfen.officer, at=hours(1.5))
    paper(case, "inquiry", linfen, hours(2), date(2026, 4, 21))
    found = verifying.verify(case=case, finding="考勤和工资表相符，九人三月工资未付。", by=linfen.officer, at=hours(4),
                             plain=True)  # fmt: skip
    proposal = lane.propose(Case.objects.get(pk=case.pk), found.sheet)
    assert proposal.plain, [reason.zh for reason in proposal.reasons if not reason.holds]
    lane.enter(case=case, reason="事实清楚", by=linfen.officer, at=hours(4))
    chain = liability.chain_of(case)
    assert [(one.role, one.rank) for one in chain][:2] == [("general_contractor", 1), ("sub", 2)]
    liability.confirm(case=case, liable=chain, by=linfen.officer, at=hours(5))
    paper(case, "order", linfen, hours(6), due)
    case.refresh_from_db()
    return case
