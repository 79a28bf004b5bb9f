"""Papers: drawn up, numbered on sign-off, frozen, served with proof; an order that runs out; never a secret name."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from anxin.cases import flow, money
from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.models import Case, CaseClock
from anxin.cases.names import pseudonym
from anxin.cases.orders import lapse_orders
from anxin.law.civil import SHANGHAI, civil_date
from anxin.notices.models import Notice
from anxin.people import trail
from anxin.people.models import Event
from anxin.remedies import documents
from anxin.remedies.anonymity import names_told
from anxin.remedies.filling import everything_in, text_of
from anxin.remedies.kinds import kinds
from anxin.remedies.models import Document, DocumentVersion, Serving
from anxin.remedies.particulars import typed_fields
from anxin.remedies.rendering import NotReady, filled
from anxin.remedies.serving import overdue_orders, papers_for_claim, papers_on_project, serve
from anxin.vault import evidence
from anxin.watch.handling.actions import AlreadyDone
from tests.people import identity, make_project
from tests.portal.site import make_user
from tests.remedies.matters import make_case, make_office, people_of
from tests.remedies.papers import PHOTO, ready, second_inspector, served, signed
from tests.threads import at_once

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)
EMPLOYER_KINDS = [key for key, kind in kinds().items() if kind.audience == "employer"]


def test_an_order_is_drawn_up_from_the_file(at):
    case = make_case(at, (644_000, 1_000_000))
    document = documents.draft(case=case, kind="order", by=make_office().officer, at=at)
    typed = documents.fields_of(document)
    assert "16,440.00" in typed["demand"]
    assert "壹万陆仟肆佰肆拾元整" in typed["demand"]
    assert "2026年1月至3月" in typed["facts"]
    assert document.addressee == "测试建设有限公司"
    said = text_of(filled(document).content)
    assert "{{" not in said
    assert "（签批后编号）" in said
    assert "91140000MOCK000001" in said


def test_signed_off_by_a_second_person_under_a_number_and_frozen(at):
    case, office = make_case(at), make_office()
    document = signed(case, "order", office, at)
    assert document.number == "晋小店人社监令〔2026〕第1号"
    assert (document.state, document.signed_by, document.signed_at) == ("signed", office.chief, at)
    said = text_of(evidence.read(document.digest))
    assert document.number in said
    assert "2026年4月20日" in said
    assert "2026年4月27日" in said
    assert "测试officer-140105、测试second" in said
    with pytest.raises(AlreadyDone):
        documents.edit(document=document, values={"facts": "别的"}, by=office.officer, at=at)
    with pytest.raises(AlreadyDone):
        documents.sign_off(document=document, by=office.chief, at=at)
    assert Document.objects.get(pk=document.pk).digest == document.digest
    actions = list(Event.objects.filter(subject="case", action__startswith="paper").values_list("action", flat=True))
    assert sorted(actions) == ["paper-ask", "paper-draft", "paper-edit", "paper-sign"]
    assert trail.verify().holds


def test_nobody_signs_off_his_own(at):
    case, office = make_case(at), make_office()
    document = ready(case, "order", office, at)
    documents.edit(document=document, values={}, by=office.chief, at=at, due_on=document.due_on)
    documents.ask_for_signature(document=document, by=office.officer, at=at)
    for own in (office.officer, office.chief):
        with pytest.raises(NotReady):
            documents.sign_off(document=document, by=own, at=at)
    assert Document.objects.get(pk=document.pk).number == ""


def test_who_may_sign_is_told_and_the_drafter_hears_of_a_return(at):
    case, office = make_case(at), make_office()
    document = ready(case, "order", office, at)
    documents.ask_for_signature(document=document, by=office.officer, at=at)
    assert set(Notice.objects.filter(kind="paper-to-sign").values_list("to", flat=True)) == {office.chief.pk}
    documents.give_back(document=document, reason="事实不清", by=office.chief, at=at)
    assert Notice.objects.get(kind="paper-returned").to == office.officer
    again = Document.objects.get(pk=document.pk)
    assert (again.state, again.returned) == ("draft", "事实不清")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"values": {"facts": ""}}, "事实"),
        ({"due_on": None}, "期限"),
        ({"due_on": date(2026, 4, 20)}, "期限"),
        ({"inspectors": []}, "两名"),
        ({"addressee": " "}, "单位"),
    ],
)
def test_what_the_law_asks_for_is_asked_for(at, change, words):
    case, office = make_case(at), make_office()
    document = ready(case, "order", office, at)
    asked = {"values": {}, "due_on": document.due_on, "inspectors": None, "addressee": None, **change}
    documents.edit(document=document, by=office.officer, at=at, **asked)
    with pytest.raises(NotReady, match=r".") as refused:
        documents.ask_for_signature(document=document, by=office.officer, at=at)
    assert words in refused.value.zh


def test_versions_are_kept_and_a_stale_edit_is_turned_away(at):
    case, office = make_case(at), make_office()
    document = ready(case, "order", office, at, facts="第一稿")
    seen = document.version
    documents.edit(
        document=document, values={"facts": "第二稿"}, by=office.officer, at=at, due_on=document.due_on, seen=seen
    )
    with pytest.raises(AlreadyDone):
        documents.edit(document=document, values={"facts": "旧稿"}, by=office.chief, at=at, seen=seen)
    now = Document.objects.get(pk=document.pk)
    assert documents.fields_of(now)["facts"] == "第二稿"
    texts = [documents.json.loads(documents.open_text(one.fields_sealed))["facts"]
             for one in DocumentVersion.objects.filter(document=now).order_by("version")]  # fmt: skip
    assert texts[-1] == "第一稿"
    assert b"\xe7\xac\xac" not in bytes(now.fields_sealed)


def test_particulars_are_typed_once(at):
    case, office = make_case(at), make_office()
    ready(case, "order", office, at, facts="欠付三个月工资", contact="王监察 0351-0000000")
    assert typed_fields(case)["facts"] == "欠付三个月工资"
    arbitration = documents.draft(case=case, kind="arbitration", by=office.officer, at=at)
    assert documents.fields_of(arbitration)["facts"] == "欠付三个月工资"
    decision = documents.draft(case=case, kind="decision", by=office.officer, at=at)
    assert documents.fields_of(decision)["facts"] == "欠付三个月工资"


def test_what_a_worker_says_of_himself_does_not_reach_the_employers_papers(at):
    case, office = make_case(at), make_office()
    ready(case, "arbitration", office, at, home="某县某村", occupation="泥工")
    assert {"home", "occupation"}.isdisjoint(typed_fields(case))


@pytest.mark.parametrize("kind", list(kinds()))
def test_every_kind_can_be_made(at, kind):
    path = ("accepted", "ordered", "overdue") if kind == "police" else ("accepted",)
    case, office = make_case(at, (500_000, 600_000), path=path), make_office()
    document = signed(
        case, kind, office, at, **({"instalments": "2026-05-10 5000\n2026-06-10 6,000"} if kind == "mediation" else {})
    )
    said = text_of(evidence.read(document.digest))
    assert kinds()[kind].title["zh"] in said
    assert "{{" not in said
    assert "{%" not in said
    assert "undefined" not in said
    assert bool(document.number) == bool(kinds()[kind].mark)
    if kind == "mediation":
        assert "2026年6月10日" in said
    if kind == "arbitration":
        assert identity(1) in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-05-10 5000", "合计"),
        ("五月十日 5000", "写法"),
        ("2026-06-10 5000\n2026-05-10 6000", "晚于"),
        ("2026-02-30 11000", "写法"),
    ],
)
def test_instalments_must_add_up(at, text, words):
    case, office = make_case(at, (500_000, 600_000)), make_office()
    document = ready(case, "mediation", office, at, instalments=text)
    with pytest.raises(NotReady) as refused:
        documents.ask_for_signature(document=document, by=office.officer, at=at)
    assert words in refused.value.zh


def test_numbers_have_no_gaps_in_their_unit_kind_and_year(at):
    case, office = make_case(at), make_office()
    first = signed(case, "order", office, at)
    documents.void(document=first, reason="写错单位", by=office.chief, at=at)
    failing = ready(case, "order", office, at)
    documents.ask_for_signature(document=failing, by=office.officer, at=at)
    with pytest.raises(NotReady):
        documents.sign_off(document=failing, by=office.officer, at=at)
    second = documents.sign_off(document=failing, by=office.chief, at=at)
    talk = signed(case, "talk", office, at)
    later = signed(case, "order", office, datetime(2027, 1, 4, 9, tzinfo=SHANGHAI))
    assert [one.number for one in (first, second, talk, later)] == [
        "晋小店人社监令〔2026〕第1号",
        "晋小店人社监令〔2026〕第2号",
        "晋小店人社监约〔2026〕第1号",
        "晋小店人社监令〔2027〕第1号",
    ]
    assert Document.objects.get(pk=first.pk).number == "晋小店人社监令〔2026〕第1号"


@pytest.mark.django_db(transaction=True)
def test_two_chiefs_signing_at_once_get_two_numbers(transactional_db):
    office = make_office()
    papers = []
    for place in range(4):
        case = make_case(AT, project=make_project(AT, f"P{place}"), key=str(place), office=office)
        papers.append(ready(case, "order", office, AT))
        documents.ask_for_signature(document=papers[-1], by=office.officer, at=AT)
    gave = at_once(*[
        lambda one=one: documents.sign_off(document=one, by=office.chief, at=AT) for one in (*papers, papers[0])
    ])  # fmt: skip
    assert sum(isinstance(one, AlreadyDone) for one in gave) == 1, gave
    assert sorted(Document.objects.values_list("serial", flat=True)) == [1, 2, 3, 4]


def test_a_signed_paper_is_voided_by_the_chief_and_said_why(at):
    case, office = make_case(at), make_office()
    document = signed(case, "order", office, at)
    with pytest.raises(NotReady):
        documents.void(document=document, reason="写错单位", by=office.officer, at=at)
    with pytest.raises(NotReady):
        documents.void(document=document, reason=" ", by=office.chief, at=at)
    documents.void(document=document, reason="写错单位", by=office.chief, at=at)
    again = documents.draft(case=case, kind="order", by=office.officer, at=at, replaces=document)
    assert documents.fields_of(again) == documents.fields_of(document)
    assert again.replaces == document


@pytest.mark.parametrize(
    ("how", "ok"),
    [
        ({"way": "in_person", "recipient": "李某"}, False),
        ({"way": "in_person", "recipient": "李某", "proofs": 1}, True),
        ({"way": "post", "reference": "EM000", "proofs": 1}, True),
        ({"way": "post", "proofs": 1}, False),
        ({"way": "left", "proofs": 1}, False),
        ({"way": "left", "witness": "赵某", "proofs": 1}, True),
        ({"way": "posted"}, False),
        ({"way": "posted", "proofs": 1}, True),
        ({"way": "electronic", "recipient": "a@example.invalid"}, False),
        ({"way": "electronic", "recipient": "a@example.invalid", "consent": True}, True),
        ({"way": "pigeon", "proofs": 1}, False),
        ({"way": "posted", "proofs": 1, "served_on": date(2026, 4, 21)}, False),
        ({"way": "posted", "proofs": 1, "served_on": date(2026, 4, 19)}, False),
    ],
)
def test_serving_takes_its_proof(at, how, ok):
    case, office = make_case(at), make_office()
    document = signed(case, "order", office, at)
    asked = {"served_on": at.date(), **how, "proofs": [evidence.store(PHOTO)] * how.get("proofs", 0)}
    if not ok:
        with pytest.raises(NotReady):
            serve(document=document, by=office.officer, at=at, **asked)
        assert not Serving.objects.exists()
        return
    row = serve(document=document, by=office.officer, at=at, **asked)
    assert "李某".encode() not in bytes(row.recipient_sealed)
    now = Document.objects.get(pk=document.pk)
    assert (now.state, now.served_on) == ("served", at.date())


def test_a_draft_cannot_be_served(at):
    case, office = make_case(at), make_office()
    with pytest.raises(AlreadyDone):
        serve(document=ready(case, "order", office, at), way="posted", served_on=at.date(), by=office.officer, at=at,
              proofs=[evidence.store(PHOTO)])  # fmt: skip


def test_an_order_served_moves_the_case_and_tells_both_sides(at):
    case, office = make_case(at), make_office()
    clerk = make_user("clerk", "clerk", "", project="P1")
    served(case, "order", office, at)
    case.refresh_from_db()
    assert case.state == "ordered"
    public = case.events.filter(public=True).order_by("-pk").first()
    assert "2026年4月27日" in public.zh
    told = Notice.objects.get(to=clerk, kind="paper-served")
    assert "令〔2026〕第1号" in told.zh
    assert [one.kind for one in papers_on_project(case.project_id)] == ["order"]


def test_an_order_runs_out_once_and_only_after_its_day(at):
    case, office = make_case(at), make_office()
    served(case, "order", office, at)
    last = datetime(2026, 4, 27, 23, tzinfo=SHANGHAI)
    assert overdue_orders(at=last) == 0
    after = last + timedelta(hours=2)
    assert overdue_orders(at=after) == 1
    assert overdue_orders(at=after + timedelta(days=1)) == 0
    case.refresh_from_db()
    assert case.state == "overdue"
    assert case.events.filter(kind="state-overdue").count() == 1
    assert Notice.objects.filter(kind="paper-overdue", to=office.officer).count() == 1


def test_an_order_that_was_followed_does_not_run_out(at):
    case, office = make_case(at, (500_000,)), make_office()
    served(case, "order", office, at)
    money.receive(claimant=people_of(case)[0], proof="bank", amount_fen=500_000, received_on=date(2026, 4, 25),
                  at=at, reference="R1")  # fmt: skip
    assert overdue_orders(at=at + timedelta(days=30)) == 0
    case.refresh_from_db()
    assert case.state != "overdue"


def test_the_clock_of_the_case_is_the_day_in_the_paper(at):
    case, office = make_case(at), make_office()
    served(case, "order", office, at, due=date(2026, 5, 2))  # a holiday, and still the day that was ordered
    clock = CaseClock.objects.get(case=case, step="pay", done_at=None)
    assert clock.due_at == datetime(2026, 5, 2, 23, 59, 59, tzinfo=SHANGHAI)
    after = datetime(2026, 5, 3, 1, tzinfo=SHANGHAI)
    assert lapse_orders(at=after) == 1
    assert overdue_orders(at=after) == 0
    assert Document.objects.get(case=case).overdue_at == after
    case.refresh_from_db()
    assert case.state == "overdue"


@pytest.mark.parametrize("how", ["voided", "replaced", "elsewhere"])
def test_orders_that_no_longer_hold_do_not_run_out(at, how):
    case, office = make_case(at), make_office()
    first = served(case, "order", office, at)
    if how == "voided":
        documents.void(document=first, reason="重复", by=office.chief, at=at)
    elif how == "replaced":
        served(case, "order", office, at, due=date(2026, 6, 1))
    else:
        flow.move(case=case, to="mediation", by=office.officer, at=at)
    may = datetime(2026, 5, 2, tzinfo=SHANGHAI)
    assert (overdue_orders(at=may), lapse_orders(at=may)) == (0, 0)
    if how == "replaced":
        assert overdue_orders(at=datetime(2026, 6, 2, tzinfo=SHANGHAI)) == 1


def test_papers_for_a_claim_are_his_own(at):
    case, office = make_case(at), make_office()
    claim = case.claims.get()
    draft = ready(case, "acceptance", office, at)
    assert list(papers_for_claim(claim)) == []
    documents.ask_for_signature(document=draft, by=office.officer, at=at)
    documents.sign_off(document=draft, by=office.chief, at=at)
    served(case, "order", office, at)
    assert [one.kind for one in papers_for_claim(claim)] == ["acceptance"]


def test_a_paper_for_claimants_needs_to_know_whose(at):
    case, office = make_case(at), make_office()
    other = file_claim(Told(door="web", key="2", people=[Person(name="另一人")], region_code="140105"), at=at).claim
    other.case = case
    other.save()
    with pytest.raises(NotReady):
        documents.draft(case=case, kind="acceptance", by=office.officer, at=at)
    chosen = documents.draft(case=case, kind="acceptance", by=office.officer, at=at, claim=other)
    assert chosen.claim == other
    elsewhere = make_case(at, project=make_project(at, "P9"), key="9").claims.get()
    with pytest.raises(NotReady):
        documents.draft(case=case, kind="acceptance", by=office.officer, at=at, claim=elsewhere)


def test_a_secret_name_in_free_text_stops_the_sign_off(at):
    case, office = make_case(at), make_office()
    document = ready(case, "order", office, at, facts="测试1说他三月干了二十三天")
    documents.ask_for_signature(document=document, by=office.officer, at=at)
    with pytest.raises(NotReady) as refused:
        documents.sign_off(document=document, by=office.chief, at=at)
    assert "匿名" in refused.value.zh
    assert "测试1" not in refused.value.zh + refused.value.en + repr(refused.value)
    now = Document.objects.get(pk=document.pk)
    assert (now.state, now.digest, now.number) == ("asked", "", "")


@pytest.mark.parametrize(("name", "facts", "held"), [
    ("农民工", "欠三个月工资", False),  # a word of the form tells nobody
    ("An", "欠三个月工资", False),  # letters that every file's marks hold
    ("An", "据 An 说，欠三个月工资", True),
    ("建设", "测试建设有限公司欠三个月工资", False),  # part of the firm's own name
    ("建设", "据建设说，欠三个月工资", True),
])  # fmt: skip
def test_what_tells_nobody_does_not_stop_a_paper(at, name, facts, held):
    office = make_office()
    told = Told(door="web", key="n", people=[Person(name=name, claimed_fen=500_000)], region_code="140105",
                project=make_project(at), by=office.officer)  # fmt: skip
    case = Case.objects.get(pk=file_claim(told, at=at).claim.case_id)
    document = ready(case, "order", office, at, facts=facts)
    documents.ask_for_signature(document=document, by=office.officer, at=at)
    if held:
        with pytest.raises(NotReady):
            documents.sign_off(document=document, by=office.chief, at=at)
    else:
        assert documents.sign_off(document=document, by=office.chief, at=at).number


def test_who_is_who_stays_with_the_authority(at):
    case, office = make_case(at), make_office()
    document = signed(case, "order", office, at)
    one = people_of(case)[0]
    assert pseudonym(one) in text_of(evidence.read(document.digest))
    annex = text_of(evidence.read(document.annex))
    assert "测试1" in annex
    assert pseudonym(one) in annex


def test_an_open_claim_is_named(at):
    case, office = make_case(at), make_office()
    case.claims.update(anonymous=False)
    document = signed(case, "order", office, at)
    assert "测试1" in text_of(evidence.read(document.digest))
    assert document.annex == ""


_NAMES = st.text(alphabet="赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", min_size=2, max_size=4)


class Anonymity(TestCase):
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        names=st.lists(_NAMES, min_size=1, max_size=3, unique=True),
        kind=st.sampled_from(EMPLOYER_KINDS),
        withdrawn=st.booleans(),
    )
    def test_no_paper_for_the_employer_holds_a_planted_name(self, names, kind, withdrawn):
        office = make_office()
        project = make_project(AT)
        people = [
            Person(name=name, identity=identity(n), phone=f"1390000{n:04d}", months=["2026-03"], claimed_fen=100_00 * n)
            for n, name in enumerate(names, 1)
        ]
        told = Told(door="web", key="".join(names), people=people, region_code="140105", project=project,
                    by=office.officer, phone="13811112222", text="他们欠我钱")  # fmt: skip
        case = Case.objects.get(pk=file_claim(told, at=AT).claim.case_id)
        if withdrawn and len(names) > 1:
            case.claimants.order_by("pk").first().__class__.objects.filter(
                pk=case.claimants.order_by("pk").first().pk
            ).update(withdrawn_at=AT)
        flow.move(case=case, to="accepted", by=office.officer, at=AT)
        total = sum(one.claimed_fen for one in case.claimants.filter(withdrawn_at=None))
        typed = {"instalments": f"2026-05-10 {total / 100:.2f}"} if kind == "mediation" else {}
        document = signed(case, kind, office, AT, **typed)
        said = everything_in(evidence.read(document.digest))
        for secret in (*names, *(identity(n) for n in range(1, len(names) + 1)), "13811112222", "13900000001"):
            assert secret not in said
        # The search itself finds what is there.
        assert names_told(document, evidence.read(document.annex)) >= 1


def test_the_second_inspector_and_dates_are_civil(at):
    case, office = make_case(at), make_office()
    night = datetime(2026, 4, 20, 17, 30, tzinfo=SHANGHAI).astimezone()
    document = signed(case, "order", office, night)
    assert civil_date(document.signed_at) == date(2026, 4, 20)
    assert set(document.inspectors.all()) == {office.officer, second_inspector(office)}


def test_a_decision_is_made_when_signed_and_its_serving_is_timed(at):
    case, office = make_case(at), make_office()
    for state in ("ordered", "overdue"):
        case = flow.move(case=case, to=state, by=office.officer, at=at)
    document = signed(case, "decision", office, at)
    case.refresh_from_db()
    assert case.state == "decided"
    assert CaseClock.objects.filter(case=case, step="serve", done_at=None).exists()
    serve(document=document, way="posted", served_on=at.date(), by=office.officer, at=at,
          proofs=[evidence.store(PHOTO)])  # fmt: skip
    assert not CaseClock.objects.filter(case=case, step="serve", done_at=None).exists()


def test_signing_an_acceptance_accepts(at):
    case, office = make_case(at, path=()), make_office()
    signed(case, "acceptance", office, at)
    case.refresh_from_db()
    assert case.state == "accepted"
