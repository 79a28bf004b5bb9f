"""Retention: nothing goes before its day, nothing goes that somebody still asks for, and what goes is gone."""

from datetime import date, datetime, timedelta

import pytest
from click.testing import CliRunner
from django.db import transaction
from django.db.models import CharField, TextField

from anxin.cases import liability, steps
from anxin.cases.concluding import conclude
from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.merging import merge
from anxin.cases.messages import write_to_officer
from anxin.cases.models import Case, Claimant, EmployerName, Exhibit, Message
from anxin.cases.money import receive as receive_wages
from anxin.cli import main
from anxin.credit.models import ListedPerson, Listing, ListingStep
from anxin.intake.held import hold
from anxin.intake.models import HeldRow
from anxin.intake.rows import Arrival, Fault
from anxin.intake.sheets.uploads import receive
from anxin.law.civil import SHANGHAI
from anxin.law.retention import all_periods, periods
from anxin.ledger import read
from anxin.ledger.models import PastMonth
from anxin.ledger.sealing import seal
from anxin.people import trail
from anxin.people.models import Event, User
from anxin.registry import actions
from anxin.registry.models import Engagement, EntryExit, Worker
from anxin.remedies.models import Document, Serving
from anxin.upkeep import erasing, erasing_cases, kept_files
from anxin.upkeep.erasing_cases import cases_of
from anxin.upkeep.retention import plan
from anxin.vault import evidence
from anxin.vault.fields import open_text, seal_text
from anxin.vault.resealing import sealed_columns
from anxin.watch.models import Demand, Escalation, Handling, Objection, PauseRequest, Warning
from tests.people import identity, make_worker
from tests.portal.site import make_site, make_user

pytestmark = pytest.mark.django_db
ENDED = date(2026, 5, 31)
LAST_DAY = date(2029, 5, 31)


@pytest.fixture(autouse=True)
def _data(tmp_path, settings, monkeypatch):
    settings.DATA = tmp_path
    # Files of long ago: test_brought_meanwhile tells of those somebody has just brought.
    monkeypatch.setattr(kept_files, "GRACE_S", 0)


@pytest.fixture
def finished(at):
    """A site completed on 30 April 2026, everybody paid and gone on 31 May 2026."""
    site = make_site(at)
    from anxin.intake.admit import admit
    from anxin.intake.rows import PaymentRow
    from tests.portal.site import ACCOUNT

    admit(
        [PaymentRow("", "again", 500_000, "paid", date(2026, 4, 18), "P1", ACCOUNT, identity(2), month="2026-03")],
        arrival=Arrival("test", at),
    )
    for engagement in site.project.engagements.all():
        actions.move(engagement=engagement, on=date(2026, 4, 30), kind="out", at=at)
        actions.settle(engagement=engagement, settled_on=ENDED, at=at)
    site.project.status, site.project.completed_on, site.project.status_since = (
        "completed",
        date(2026, 4, 30),
        date(2026, 4, 30),
    )
    site.project.contact_name, site.project.contact_phone_sealed = "测试联系人", seal_text("13800000000")
    site.project.save()
    actions.appoint_clerk(project=site.project, name="测试专管员", since_on=ENDED, at=at, phone="13900000000")
    seal(at=at)
    return site


def due(as_of: date) -> list[str]:
    return [d.project.code for d in plan(as_of=as_of).due]


def test_periods_have_articles_and_end_on_a_day():
    assert {p.id: p.years for p in all_periods()} == {"wage-ledger": 3, "real-name-ledger": 3, "case-files": 10}
    for period in all_periods():
        assert "Order" in period.articles("en")
    assert [p.id for p in periods(date(2020, 4, 30))] == ["case-files"]
    period = all_periods()[0]
    assert period.over_on(date(2026, 5, 31)) == date(2029, 6, 1)
    assert period.over_on(date(2024, 2, 29)) == date(2027, 3, 1)


def test_nothing_is_due_before_the_period_is_over(finished):
    assert due(LAST_DAY) == []
    assert plan(as_of=LAST_DAY).kept["period"] == 1
    assert due(LAST_DAY + timedelta(days=1)) == ["P1"]


def reopen(site, at):
    site.project.status = "active"
    site.project.save()


def stay(site, at):
    make_worker(site.project, 9, at)


def owe(site, at):
    from anxin.intake.admit import admit
    from anxin.intake.rows import PayrollRow

    admit([PayrollRow("", "P1", identity(1), "2026-04", "S2", due_fen=1, paid_fen=0)], arrival=Arrival("test", at))
    seal(at=at)


def warn(site, at):
    Warning.objects.create(
        rule="CN-01", pack="national", rule_version="1", subject="project:1", project=site.project, level="blue",
        rank=1, status="open", measure=1, reason="—", reason_en="—", since=at.date(), opened_on=at.date(),
        changed_at=at,
    )  # fmt: skip


def report(site, at):
    actions.record_report(project=site.project, number="R1", reported_on=at.date(), at=at)


def claim(site, at):
    people = [Person(name="测试1", claimed_fen=1)]
    file_claim(Told(door="qr", key="k", people=people, region_code="140105", project=site.project), at=at)


def on_the_list(site, at, **fields):
    """A case of the site, closed within the period, and the firm listed or proposed for it."""
    office = make_user("lister")
    told = Told(door="qr", key="listed", people=[Person(name="测试1", claimed_fen=1)], region_code="140105",
                project=site.project)  # fmt: skip
    case = file_claim(told, at=at).claim.case
    Case.objects.filter(pk=case.pk).update(ended_at=at, state="ended")
    return make_listing(case, office, at, **fields)


def make_listing(case, office, at, **fields):
    order = Document.objects.create(case=case, kind="order", drafted_by=office, drafted_at=at, edited_by=office,
                                    edited_at=at)  # fmt: skip
    return Listing.objects.create(case=case, order=order, firm="测试建设有限公司", ground="amount", pay_by=at.date(),
                                  proposed_by=office, proposed_at=at, **fields)  # fmt: skip


def pay_late(site, at):
    engagement = site.project.engagements.first()
    engagement.confirmed_on = date(2027, 1, 1)
    engagement.save()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (reopen, "not_completed"),
        (stay, "not_settled"),
        (owe, "not_settled"),
        (warn, "open_warning"),
        (report, "open_report"),
        (claim, "open_case"),
        (on_the_list, "listed"),
        (pay_late, "period"),
    ],
)
def test_what_somebody_still_asks_for_stays(finished, at, change, reason):
    change(finished, at)
    found = plan(as_of=LAST_DAY + timedelta(days=100))
    assert found.due == []
    assert found.kept == {reason: 1}


def test_what_goes_is_gone_and_the_figures_stay(finished, at):
    csv = f"姓名,身份证号,工种,进场时间\n测试1,{identity(1)},木工,2026-03-01\n".encode()
    upload = receive(content=csv, name="roster.csv", kind="roster", at=at, project=finished.project)
    fault = Fault("row 1", "坏", "bad", {"id": identity(8)}, project_code="P1")
    hold(kind="swipes", faults=[fault], arrival=Arrival("test", at), project=finished.project)
    other = make_site(at, "P2").project
    apart = make_worker(finished.project, 7, at, left_on=date(2026, 4, 1), settled_on=date(2026, 4, 1))
    seal(at=at)
    day = LAST_DAY + timedelta(days=1)
    (one,) = plan(as_of=day).due
    assert one.counts["swipes"] == 38
    before = read.pay_months(project_id=finished.project.pk).to_pylist()

    later = datetime(2029, 6, 1, 3, tzinfo=SHANGHAI)
    kinds = [name for rule in one.rules for name in rule.erases]
    counts = erasing.erase(project=one.project, kinds=kinds, rules=["wage-ledger", "real-name-ledger"], at=later)

    assert counts == one.counts
    assert read.movements(project_id=finished.project.pk).num_rows == 0
    for rows in (read.swipes, read.payroll, read.payments, read.work_months, read.pay_months):
        assert rows(project_id=finished.project.pk).num_rows == 0
        assert rows(project_id=other.pk).num_rows > 0
    kept = PastMonth.objects.get(project_id=finished.project.pk)
    assert (kept.month, kept.workers) == ("2026-03", 4)
    assert kept.due_fen == sum(r["due_fen"] for r in before)
    assert kept.paid_fen == sum(r["paid_fen"] for r in before)
    assert not Engagement.objects.filter(project=finished.project).exists()
    assert not EntryExit.objects.filter(project=finished.project).exists()
    assert not HeldRow.objects.filter(project_code="P1").exists()
    with pytest.raises(FileNotFoundError):
        evidence.read(upload.content)
    # Workers 1–4 are on the other site's roster too; only the one who was nowhere else is made nameless.
    assert Worker.objects.get(pk=finished.paid.worker_id).name == "测试1"
    nameless = Worker.objects.get(pk=apart.worker_id)
    assert (nameless.name, bytes(nameless.id_sealed), nameless.born_on) == ("—", b"", None)
    assert nameless.id_blind != actions.identity_blind(identity(7))
    finished.project.refresh_from_db()
    assert (finished.project.contact_name, bytes(finished.project.contact_phone_sealed)) == ("", b"")
    assert {c.name for c in finished.project.clerks.all()} == {"—"}
    event = Event.objects.get(action="retention-erase")
    assert event.changes["erased"]["swipes"] == 38
    assert trail.verify().holds
    assert due(day) == []


def bring(project, at, by, n: int) -> dict[str, str]:
    """A file in each place where people bring evidence: place → digest."""
    warning = warn_cleared(project, at)
    handling = Handling.objects.create(warning=warning, within="1 day", started_at=at, ended_at=at, state="ended")
    digest = {place: evidence.store(f"%PDF-1.7 {place} {n}".encode()) for place in
              ("pause", "demand", "objection", "escalation")}  # fmt: skip
    PauseRequest.objects.create(project=project, from_on=at.date(), until_on=at.date(), reason="停工", asked_by=by,
                                asked_at=at, evidence=[digest["pause"]])  # fmt: skip
    Demand.objects.create(handling=handling, by=by, at=at, text="请整改", due_on=at.date(), evidence=[digest["demand"]])
    Objection.objects.create(handling=handling, kind="fact", text="已付", evidence=[digest["objection"]], by=by, at=at,
                             due_at=at)  # fmt: skip
    Escalation.objects.create(handling=handling, kind="talk", at=at, evidence=[digest["escalation"]])
    return digest


def warn_cleared(project, at) -> Warning:
    return Warning.objects.create(
        rule="CN-01", pack="national", rule_version="1", subject=f"project:{project.pk}", project=project, level="blue",
        rank=1, status="cleared", measure=1, reason="—", reason_en="—", since=at.date(), opened_on=at.date(),
        changed_at=at,
    )  # fmt: skip


def test_files_brought_as_evidence_go_unless_another_project_names_them(finished, at):
    clerk = make_user("bringer", "clerk", "", project="P1")
    mine = bring(finished.project, at, clerk, 1)
    other = make_site(at, "P2").project
    theirs = bring(other, at, clerk, 2)
    shared = Demand.objects.get(handling__warning__project=other)
    shared.evidence = [*shared.evidence, mine["demand"]]
    shared.save()
    day = LAST_DAY + timedelta(days=1)
    (one,) = plan(as_of=day).due
    assert one.counts["uploads"] == len(mine)

    erasing.erase(project=one.project, kinds=["uploads"], rules=["real-name-ledger"], at=at)

    for place, digest in mine.items():
        if place == "demand":
            assert evidence.read(digest)
        else:
            with pytest.raises(FileNotFoundError):
                evidence.read(digest)
    assert all(evidence.read(digest) for digest in theirs.values())
    assert PauseRequest.objects.get(project=finished.project).evidence == []
    assert Escalation.objects.get(handling__warning__project=finished.project).evidence == []
    assert erasing.count("uploads", finished.project) == 0


def test_a_contracts_attachment_goes_with_the_roster(finished):
    digest = evidence.store(b"%PDF-1.7 contract")
    row = Engagement.objects.filter(project=finished.project).first()
    row.details = {"attachments": [{"name": "合同.pdf", "sha256": digest}]}
    row.save()
    erasing.erase(project=finished.project, kinds=["roster"], rules=[], at=datetime(2029, 6, 1, tzinfo=SHANGHAI))
    with pytest.raises(FileNotFoundError):
        evidence.read(digest)


def _case_with_everything(site, at):
    """A closed case with words, numbers, files, a message and a served paper; and another's that shares a file."""
    shared, own, paper, pledge = (
        evidence.store(b"%PDF-1.4 shared"),
        evidence.store(b"%PDF-1.4 own"),
        evidence.store(b"%PDF-1.4 p"),
        evidence.store(b"%PDF-1.4 pledge"),
    )
    worker = site.paid.worker
    made = []
    for project, files in ((site.project, (shared, own)), (None, (shared,))):
        person = Person(name="测试1", identity=identity(1), phone="13900000001", worker=worker, claimed_fen=500_000)
        told = Told(door="qr", key=str(project), people=[person], region_code="140105", project=project,
                    text="没发工资", phone="13900000001")  # fmt: skip
        claim = file_claim(told, at=at).claim
        for digest in files:
            Exhibit.objects.create(case=claim.case, claim=claim, kind="other", digest=digest, name="x", at=at,
                                   content_type="application/pdf")  # fmt: skip
        made.append(claim)
    case, office = made[0].case, make_user("keeper")
    write_to_officer(claim=made[0], text="我是测试1", at=at)
    document = Document.objects.create(case=case, kind="order", fields_sealed=seal_text("{}"), digest=paper,
                                       drafted_by=office, drafted_at=at, edited_by=office, edited_at=at)  # fmt: skip
    Serving.objects.create(document=document, way="in_person", served_on=at.date(), by=office, at=at, proofs=[paper],
                           recipient_sealed=seal_text("测试1"), witness="测试2")  # fmt: skip
    listing = make_listing(case, office, at, state="expired", ended_at=at, reason="测试1说的")
    for number in (8, 9):
        ListedPerson.objects.create(listing=listing, role="legal", name_sealed=seal_text("钱大富"),
                                    identity_sealed=seal_text(identity(8)), identity_blind=bytes([number]))  # fmt: skip
    ListingStep.objects.create(listing=listing, at=at, kind="spare", state="spared", note="测试1", files=[pledge])
    receive_wages(claimant=case.claimants.get(), proof="word", amount_fen=500_000, received_on=at.date(), at=at)
    conclude(case=case, conclusion="paid", note="测试1已领款", by=office, at=datetime(2026, 8, 31, tzinfo=SHANGHAI))
    return case, shared, own, paper, pledge


def test_cases_stay_ten_years_from_the_close_of_the_last(finished, at):
    case, shared, own, paper, pledge = _case_with_everything(finished, at)
    assert due(date(2029, 8, 30)) == [], "the ledgers wait for the last case too"
    (early,) = plan(as_of=date(2029, 9, 1)).due
    kinds = [name for rule in early.rules for name in rule.erases]
    assert "cases" not in kinds
    erasing.erase(project=early.project, kinds=kinds, rules=["wage-ledger", "real-name-ledger"], at=at)
    assert evidence.read(own)
    assert Worker.objects.get(pk=finished.paid.worker_id).name == "测试1", "his case is still kept"

    assert due(date(2036, 8, 30)) == []
    (late,) = plan(as_of=date(2036, 9, 1)).due
    assert late.counts["cases"] > 5
    erasing.erase(project=late.project, kinds=["cases"], rules=["case-files"], at=datetime(2036, 9, 1, tzinfo=SHANGHAI))
    for model in erasing_cases.personal_columns():
        assert not erasing_cases._named(model, cases_of(finished.project)).exists(), model
    assert not Message.objects.filter(claim__case=case).exists()
    assert list(ListingStep.objects.values_list("note", "files")) == [("", [])]
    assert Listing.objects.get().reason == ""
    for digest in (own, paper, pledge):
        with pytest.raises(FileNotFoundError):
            evidence.read(digest)
    assert evidence.read(shared), "another's case names it"
    case.refresh_from_db()
    assert (case.state, case.received_fen, case.people, case.conclusion_note) == ("ended", 500_000, 1, "")
    other = Claimant.objects.get(case__project=None)
    assert open_text(bytes(other.name_sealed)) == "测试1"
    assert Worker.objects.get(pk=finished.paid.worker_id).name == "测试1", "another case still names him"
    assert due(date(2036, 9, 1)) == []
    closed = datetime(2036, 9, 1, tzinfo=SHANGHAI)
    erasing.erase_case(case=other.case, rules=["case-files"], at=closed)
    assert Worker.objects.get(pk=finished.paid.worker_id).name == "—", "nothing keeps him any more"


def test_a_new_table_of_cases_cannot_be_forgotten():
    """Every sealed column of the three rooms is either found on the way from a case or named here with its reason."""
    elsewhere = {
        ("Answer", "note_sealed"),  # a worker's word on a month: erased by its project
        ("Draft", "data_sealed"), ("Draft", "codes_sealed"),  # goes within days by itself
        ("Fund", "account_sealed"),  # an office's account, nobody's own
    }  # fmt: skip
    found = {(model.__name__, name) for model, (_, names) in erasing_cases.personal_columns().items() for name in names}
    sealed = {
        (model.__name__, name)
        for model, names in sealed_columns().items()
        if model._meta.app_label in ("cases", "remedies", "credit")
        for name in names
    }
    assert sealed - found <= elsewhere
    assert ("Claimant", "identity_sealed") in found
    assert ("Serving", "recipient_sealed") in found
    assert ("ListedPerson", "name_sealed") in found


def test_an_erasure_that_was_cut_off_is_finished(finished, monkeypatch):
    day = LAST_DAY + timedelta(days=1)
    (one,) = plan(as_of=day).due
    kinds = [name for rule in one.rules for name in rule.erases]
    at = datetime(2029, 6, 1, tzinfo=SHANGHAI)

    def cut(**_):
        raise OSError("power")

    with monkeypatch.context() as patched:
        patched.setattr(trail, "record", cut)
        with pytest.raises(OSError, match="power"), transaction.atomic():
            erasing.erase(project=one.project, kinds=kinds, rules=[], at=at)
    assert Engagement.objects.filter(project=finished.project).exists()
    # The rollback took the figures too, or kept them: either way the second run ends with the roster gone.
    (again,) = plan(as_of=day).due
    erasing.erase(project=again.project, kinds=kinds, rules=[], at=at)
    assert not Engagement.objects.filter(project=finished.project).exists()


def test_the_command_plans_and_asks_before_it_erases(finished, monkeypatch, at):
    monkeypatch.setattr("anxin.cli.upkeep.today", lambda: LAST_DAY + timedelta(days=1))
    monkeypatch.setattr("anxin.cli.upkeep.now", lambda: at)
    run = CliRunner().invoke
    planned = run(main, ["retention", "plan"])
    assert "P1" in planned.output
    assert "第二十八条" in run(main, ["retention", "plan", "--json"]).output
    assert run(main, ["retention", "erase"]).exit_code == 2
    assert Engagement.objects.exists()
    done = run(main, ["retention", "erase", "--yes"])
    assert done.exit_code == 0, done.output
    assert not Engagement.objects.exists()
    assert Event.objects.get(action="retention-erase").who.startswith("anxin (")


def alone(at, key: str = "k", employer: str = "老王面馆", **fields) -> Case:
    """A claim against somebody who builds nothing, taken in hand, refused with words and closed ten minutes later."""
    person = Person(name="测试甲", identity=identity(5), phone="13900000005", claimed_fen=300_000)
    told = Told(door="web", key=key, people=[person], region_code="140105", employer=employer, place="学府街三号后门",
                text="没发工资", matter="other_wages")  # fmt: skip
    case = file_claim(told, at=at).claim.case
    keeper = User.objects.filter(username="keeper").first() or make_user("keeper")
    steps.note_contact(case=case, way="phone", result="no_answer", note="测试甲的媳妇接的", by=keeper, at=at)
    liability.add(case=case, role="employer", name="王老五", reason="测试甲指认", by=keeper, at=at)
    case = steps.refuse(case=case, reason="测试甲说的是货款", by=keeper, at=at)
    return conclude(case=case, conclusion="not_wages", note="测试甲的货款", by=keeper, at=at)


def test_a_case_without_a_project_goes_ten_years_after_its_end(at):
    case = alone(at)
    going_on = file_claim(Told(door="web", key="open", people=[Person(name="测试乙", claimed_fen=1)],
                               region_code="140105"), at=at).claim.case  # fmt: skip
    last = date(at.year + 10, at.month, at.day)
    assert plan(as_of=last).loose == ()
    found = plan(as_of=last + timedelta(days=1))
    assert found.loose == (case.pk,)
    assert found.loose_kept == {"open_case": 1}
    before = list(case.events.order_by("pk").values_list("kind", "at"))
    trailed = Event.objects.count()
    erasing.erase_case(case=case, rules=["case-files"], at=at)
    assert plan(as_of=last + timedelta(days=1)).loose == ()
    case.refresh_from_db()
    assert (case.state, case.conclusion, case.claimed_fen, case.employer) == ("ended", "not_wages", 300_000, "")
    assert not EmployerName.objects.filter(name="老王面馆").exists()
    assert list(case.events.order_by("pk").values_list("kind", "at")) == before, "what happened and when stays"
    said = " ".join(case.events.values_list("zh", flat=True))
    assert "已经收到您的反映" in said
    assert "未能受理" in said
    words = (said, case.conclusion_note, case.contacts.get().note, case.liable.get().name, case.claims.get().place)
    assert not any(piece in text for text in words for piece in ("测试甲", "货款", "王老五", "学府街", "媳妇"))
    assert not any(bytes(row.name_sealed) for row in case.claimants.all())
    assert bytes(Claimant.objects.get(case=going_on).name_sealed)
    assert Event.objects.count() == trailed + 1
    assert trail.verify().holds


def test_a_merged_case_waits_for_the_one_it_was_merged_into(at):
    keeper = make_user("keeper")
    told = [Told(door="web", key=key, people=[Person(name="测试甲", claimed_fen=1)], region_code="140105")
            for key in "ab"]  # fmt: skip
    main, gone = (file_claim(one, at=at).claim.case for one in told)
    steps.note_contact(case=gone, way="phone", result="no_answer", note="", by=keeper, at=at)
    merge(into=main, other=gone, by=keeper, at=at)
    later = date(at.year + 10, at.month, at.day) + timedelta(days=1)
    assert plan(as_of=later).loose_kept == {"open_case": 2}


def test_an_employer_who_is_told_of_elsewhere_can_still_be_found(at):
    case, _other = alone(at), alone(at, key="k2")
    erasing.erase_case(case=case, rules=["case-files"], at=at)
    assert EmployerName.objects.filter(name="老王面馆").exists()


def test_words_of_a_new_table_cannot_be_forgotten():
    """Every column of words on the way from a case is erased, or named here with its reason."""
    keys = {"number", "state", "kind", "door", "lane", "matter", "step", "basis", "within", "role", "way", "result",
            "region_code", "industry", "conclusion", "language", "consent", "key", "digest", "content_type", "template",
            "annex", "proof", "form", "whose", "extended", "more", "before", "ground", "firm_code"}  # fmt: skip
    by_hand = {("CaseEvent", "zh"), ("CaseEvent", "en"), ("Liable", "name"), ("Exhibit", "name")}
    reasons = {
        ("WageReceived", "reference"), ("DrawLine", "reference"), ("Serving", "reference"),  # of banks and parcels
        ("RecoveryMove", "reference"),
        ("Recovery", "debtor_name"), ("Listing", "firm"),  # who owes public money, whom a public list named
        ("Track", "body"),  # an authority
        ("Ticket", "counter"),  # a window of the hall
    }  # fmt: skip
    found = {
        (model.__name__, field.name)
        for model in erasing_cases._ways_to_case()
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField)
    }
    erased = {(model.__name__, name) for model, names in erasing_cases.WORDS.items() for name in names}
    left = {(model, name) for model, name in found - erased - by_hand if name not in keys}
    assert left == reasons


def test_the_command_takes_cases_without_a_project_along(at, monkeypatch):
    case = alone(at)
    day = date(at.year + 10, at.month, at.day) + timedelta(days=1)
    monkeypatch.setattr("anxin.cli.upkeep.today", lambda: day)
    monkeypatch.setattr("anxin.cli.upkeep.now", lambda: at)
    run = CliRunner().invoke
    assert "1 cases without a project" in run(main, ["retention", "plan"]).output
    assert case.claimants.exclude(name_sealed=b"").exists()
    done = run(main, ["retention", "erase", "--yes"])
    assert done.exit_code == 0, done.output
    assert "1 cases without one" in done.output
    assert not case.claimants.exclude(name_sealed=b"").exists()
