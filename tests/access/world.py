"""Two places that know nothing of each other, each with one of everything an address can name."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.models import Case, CaseClock, CaseTask, ClockStop, ClueFile, Exhibit, Ticket
from anxin.credit.models import ListedPerson, Listing, ListingStep, ListObjection
from anxin.intake.models import HeldRow, Upload
from anxin.notices.models import Delivery
from anxin.people.models import Arrival, Deputy, Duty, Organisation, PhoneOwner, User
from anxin.portal.models import SavedFilter
from anxin.registry.models import Deposit, Engagement, Paper, Project
from anxin.remedies.models import (
    Document,
    Draw,
    DrawLine,
    Fund,
    PayoutNote,
    Pledge,
    Recovery,
    RecoveryMove,
    Serving,
    TopUp,
    Track,
    TrackClock,
)
from anxin.vault import evidence
from anxin.vault.fields import seal_text
from anxin.watch.models import (
    ClockChange,
    Demand,
    Escalation,
    Handling,
    HelperTask,
    InspectionTask,
    Objection,
    PauseRequest,
    Snooze,
    Warning,
)
from tests.people import identity, make_project, make_worker
from tests.portal.site import PASSWORD

ROLES = ("officer", "chief", "leader", "agency", "bank", "clerk", "operator", "auditor")
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(24)
MONTH = "2026-03"
SHEET = f"姓名,身份证号,应发工资,实发工资\n测试1,{identity(1)},5000,5000\n"


@dataclass
class Place:
    """A project with one of everything around it."""

    project: Project
    engagement: Engagement
    unit: Organisation
    resident: User
    warning: Warning
    handling: Handling
    helper: HelperTask
    change: ClockChange
    escalation: Escalation
    demand: Demand
    objection: Objection
    snooze: Snooze
    inspection: InspectionTask
    pause: PauseRequest
    upload: Upload
    held: HeldRow
    paper: Paper
    picture: str
    deputy: Deputy
    turn: Duty
    filter: SavedFilter
    arrival: Arrival
    delivery: Delivery
    phone: PhoneOwner
    case: Case
    document: Document
    case_task: CaseTask
    case_clock: CaseClock
    clock_stop: ClockStop
    ticket: Ticket
    clues: ClueFile
    track: Track
    track_clock: TrackClock
    pledge: Pledge
    fund: Fund
    draw: Draw
    write_off: RecoveryMove
    listing: Listing


def make_unit(region: str, kind: str = "hr", industry: str = "") -> Organisation:
    unit, _ = Organisation.objects.get_or_create(
        kind=kind, region_code=region, defaults={"name": f"{kind}-{region}", "industry": industry}
    )
    return unit


def make_person(name: str, role: str, region: str, **fields: Any) -> User:
    unit = make_unit(region, "housing", "housing") if role == "agency" else make_unit(region) if region else None
    return User.objects.create_user(
        name, password=PASSWORD, role=role, region=region, organisation=unit, display_name=f"测试{name}", **fields
    )


def make_document(case: Case, unit: Organisation, *, by: User, at: datetime, digest: str) -> Document:
    """An order that was signed off and served, with its proof."""
    document = Document.objects.create(
        case=case, kind="order", state="served", unit=unit, year=at.year, serial=case.pk, number=f"令{case.pk}号",
        addressee="测试建设有限公司", drafted_by=by, drafted_at=at, edited_by=by, edited_at=at, signed_by=by,
        signed_at=at, digest=digest, due_on=at.date() + timedelta(days=7), served_on=at.date(),
    )  # fmt: skip
    Serving.objects.create(document=document, way="posted", served_on=at.date(), proofs=[digest], by=by, at=at)
    return document


def make_listing(case: Case, order: Document, *, by: User, at: datetime, digest: str) -> Listing:
    """A firm proposed for the list, with who answers for it, an objection and what was brought with it."""
    listing = Listing.objects.create(
        case=case, order=order, firm="测试建设有限公司", ground="amount", sheet=[], pay_by=at.date(), state="objected",
        told_on=at.date(), proposed_by=by, proposed_at=at,
    )  # fmt: skip
    ListedPerson.objects.create(listing=listing, role="legal", name_sealed=seal_text("钱大富"),
                                identity_sealed=seal_text(identity(900)), identity_blind=bytes(16))  # fmt: skip
    ListObjection.objects.create(listing=listing, text="款已付", made_on=at.date(), by=by, at=at)
    ListingStep.objects.create(listing=listing, at=at, by=by, kind="object", state="objected", files=[digest])
    return listing


def make_ways(case: Case, agency: Organisation, *, by: User, at: datetime, digest: str) -> dict[str, Any]:
    """A mediation with the agency, what it is asked to advance, its fund, and a draw with all that follows."""
    asked = {"asked_by": by, "asked_at": at}
    track = Track.objects.create(
        case=case, kind="mediation", form="government", state="accepted", organisation=agency, started_by=by,
        started_at=at,
    )  # fmt: skip
    clock = TrackClock.objects.create(
        track=track, step="mediate", whose="body", within="15 days", started_at=at, due_at=at + timedelta(days=15)
    )
    fund = Fund.objects.create(organisation=agency, region_code=case.region_code, name=f"周转金{case.pk}")
    pledge = Pledge.objects.create(
        case=case, kind="treasury", organisation=agency, payer=agency.name, asked_fen=1, due_at=at, **asked
    )
    assert case.project is not None
    deposit = Deposit.objects.create(project=case.project, form="cash", amount_fen=1, recorded_on=at.date())
    draw = Draw.objects.create(case=case, kind="deposit", deposit=deposit, amount_fen=1, reason="逾期", **asked)
    line = DrawLine.objects.create(draw=draw, claimant=case.claimants.get(), amount_fen=1, paid_on=at.date())
    PayoutNote.objects.create(line=line, before_fen=2, amount_fen=1, reason="更正", proofs=[digest], by=by, at=at,
                              heard_at=at)  # fmt: skip
    TopUp.objects.create(deposit=deposit, draw=draw, amount_fen=1, started_at=at, due_at=at)
    claim = Recovery.objects.create(draw=draw, debtor_name="测试建设有限公司", claimed_fen=1, opened_at=at)
    write_off = RecoveryMove.objects.create(
        recovery=claim, kind="write_off", amount_fen=1, on=at.date(), reason="注销", by=by, at=at
    )
    return {
        "track": track, "track_clock": clock, "pledge": pledge, "fund": fund, "draw": draw, "write_off": write_off,
    }  # fmt: skip


def make_place(at: datetime, *, code: str, region: str, by: User, industry: str = "housing", number: int = 1) -> Place:
    """Everything of a place. What somebody has made is ``by``'s; what an office has to do is the office's there."""
    project = make_project(at, code, name=f"项目{code}", region_code=region, industry=industry)
    engagement = make_worker(project, number, at)
    unit = make_unit(region)
    resident = make_person(f"resident-{code}".lower(), "officer", region)
    second = make_person(f"second-{code}".lower(), "officer", region)
    day = at.date()
    warning = Warning.objects.create(
        rule="SX-01", pack="shanxi", rule_version="1", subject=f"project:{project.pk}", project=project,
        region_code=region, industry=industry, level="red", rank=4, status="open", measure=1, since=day,
        opened_on=day, changed_at=at, reason=f"项目{code}没有专户", reason_en=f"{code} has no account",
    )  # fmt: skip
    picture = evidence.store(PICTURE + code.encode())
    handling = Handling.objects.create(
        warning=warning, unit=unit, region_code=region, industry=industry, within="5 working days", started_at=at,
        due_at=at + timedelta(days=7), state="taken", owner=resident,
    )  # fmt: skip
    asked, made = {"asked_by": resident, "asked_at": at}, {"by": resident, "at": at}
    agency = make_unit(region, "housing", "housing")
    if by.role == "agency" and by.organisation is not None:
        agency = by.organisation
    upload = Upload.objects.create(
        kind="payments" if by.role == "bank" else "payroll", name=f"{code}.csv", content=evidence.store(SHEET.encode()),
        project=project, by=by, uploaded_at=at, month=MONTH, report=[],
    )  # fmt: skip
    told = Told(
        door="walk_in", key=code, region_code=region, project=project, by=resident, employer=f"项目{code}的班组",
        people=[Person(name="测试甲", identity=identity(number), worker=engagement.worker, claimed_fen=500_000)],
    )  # fmt: skip
    claim = file_claim(told, at=at).claim
    case = claim.case
    Exhibit.objects.create(
        case=case, claim=claim, kind="photo", digest=picture, name="照片.png", content_type="image/png", by=by, at=at
    )
    document = make_document(case, unit, by=resident, at=at, digest=picture)
    case_clock = CaseClock.objects.get(case=case, step="accept", basis="statute")
    return Place(
        project=project,
        engagement=engagement,
        unit=unit,
        resident=resident,
        warning=warning,
        handling=handling,
        document=document,
        listing=make_listing(case, document, by=resident, at=at, digest=picture),
        **make_ways(case, agency, by=resident, at=at, digest=picture),
        helper=HelperTask.objects.create(
            handling=handling, organisation=agency, task="查现场", within="3 days", asked_by=resident, asked_at=at,
            due_at=at + timedelta(days=3),
        ),
        change=ClockChange.objects.create(
            handling=handling, kind="extension", reason="待核", more="3 days", from_at=at, **asked
        ),
        escalation=Escalation.objects.create(handling=handling, kind="talk", to=unit, by=resident, at=at),
        demand=Demand.objects.create(handling=handling, by=resident, at=at, text="补开专户", due_on=day),
        objection=Objection.objects.create(
            handling=handling, kind="fact", text="已开户", evidence=[picture], by=resident, at=at, due_at=at
        ),
        snooze=Snooze.objects.create(
            rule=warning.rule, subject=warning.subject, reason="试", until_on=day, by=resident, at=at
        ),
        inspection=InspectionTask.objects.create(
            project=project, unit=unit, entered_on=date(2026, 3, 1), due_on=date(2026, 4, 1), photos=[picture],
            checklist=[],
        ),
        pause=PauseRequest.objects.create(
            project=project, from_on=day, until_on=day, reason="冬歇", evidence=[picture], **asked
        ),
        upload=upload,
        held=HeldRow.objects.create(
            upload=upload, kind="payments", project_code=code, region_code=region, reason="缺人", reason_en="nobody",
            row_sealed=seal_text("{}"), received_at=at, status="waiting",
        ),
        paper=Paper.objects.create(project=project, kind="agreement", digest=picture, name="三方协议", **made),
        picture=picture,
        deputy=Deputy.objects.create(absent=resident, deputy=second, from_on=day, until_on=date(2099, 1, 1)),
        turn=Duty.objects.create(
            organisation=unit, person=resident, starts_at=at, ends_at=datetime(2099, 1, 1, tzinfo=at.tzinfo)
        ),
        filter=SavedFilter.objects.create(by=by, page="warnings", name=code, query="level=red", created_at=at),
        arrival=Arrival.objects.create(person=by, session_key=f"key-{code}", at=at, seen_at=at, way="password"),
        delivery=Delivery.objects.create(
            key=code, channel="sms", person=resident, state="failed", not_before=at, queued_at=at
        ),
        phone=PhoneOwner.objects.create(
            phone_sealed=seal_text("13900000000"), phone_blind=b"phone-of-" + code.encode()[:7],
            worker_id=engagement.worker_id, asked_at=at, proved_at=at,
            holds_from=datetime(2099, 1, 1, tzinfo=at.tzinfo),
        ),
        case=case,
        case_task=CaseTask.objects.create(
            case=case, organisation=agency, task="查工程款", within="3 days", due_at=at + timedelta(days=3), **asked
        ),
        case_clock=case_clock,
        clock_stop=ClockStop.objects.create(clock=case_clock, kind="pause", reason="等材料", from_at=at, **asked),
        ticket=Ticket.objects.create(organisation=by.organisation or unit, day=day, turn=900 + number, issued_at=at),
        clues=ClueFile.objects.create(
            name="线索.csv", content=picture, region_code=region, by=by, uploaded_at=at, report=[]
        ),
    )  # fmt: skip
