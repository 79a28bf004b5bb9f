"""The list of cases and the page of one: by deadline, by number, by person; what may be done; what is opened."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from anxin.cases import orders, steps, taking
from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.messages import write_to_officer
from anxin.cases.models import Case, Contact, Exhibit
from anxin.cases.money import receive
from anxin.cases.numbers import shown
from anxin.notices.models import Notice
from anxin.people.models import Event
from anxin.remedies import documents
from anxin.remedies.models import Document
from anxin.vault import evidence
from tests.people import identity, make_project
from tests.portal.hands import make_people, make_units
from tests.remedies.matters import Office
from tests.remedies.papers import served

pytestmark = pytest.mark.django_db
NAME, PHONE = "赵钱孙", "13912345678"


@pytest.fixture
def people(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return make_people(make_units())


@pytest.fixture
def project(at):
    return make_project(at, name="滨河小区")


@pytest.fixture
def case(people, project, at) -> Case:
    return claimed(at, project)


def claimed(at, project=None, key="k", region="140105", **fields) -> Case:
    person = Person(name=NAME, identity=identity(7), phone=PHONE, months=["2026-03"], claimed_fen=644_000)
    told = Told(
        door="qr", key=key, people=[person], region_code=region, project=project, **{"employer": "老王泥工班"} | fields
    )
    return file_claim(told, at=at).claim.case


@pytest.fixture
def as_(client, people):
    def sign_in(name: str):
        client.force_login(people[name])
        return client

    return sign_in


def body(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode("utf-8-sig")


def url(case: Case, act: str = "") -> str:
    return f"/cases/{case.number}" + (f"/{act}" if act else "")


# The list


def test_a_new_case_waits_in_the_unit_and_one_press_names_who_answers_for_it(as_, case, people):
    officer = as_("officer")
    assert "您没有在办的案件" in body(officer.get("/cases"))
    listed = body(officer.get("/cases?view=unit"))
    assert shown(case.number) in listed
    assert "无人负责" in listed
    told = body(officer.post("/cases/take", {"one": case.pk, "next": "/cases?view=unit"}, follow=True))
    assert "已接办 1 件" in told
    case.refresh_from_db()
    assert (case.owner, case.state) == (people["officer"], "dispatched")
    assert shown(case.number) in body(officer.get("/cases"))


def test_who_comes_second_reads_who_answers_for_it(as_, case, people):
    as_("officer").post("/cases/take", {"id": [case.pk]})
    assert "首问负责人是测试officer" in body(as_("second").post("/cases/take", {"id": [case.pk]}, follow=True))
    assert Case.objects.get().owner == people["officer"]


@pytest.mark.parametrize("typed", ["{n}", "{g}", " {g} ", "编号{n}"])
def test_a_number_leads_to_its_case_however_it_is_typed(as_, case, typed):
    answer = as_("officer").get("/cases", {"q": typed.format(n=case.number, g=shown(case.number))})
    assert (answer.status_code, answer.url) == (302, url(case))


def test_a_slip_of_the_hand_is_told_apart_from_nothing_found(as_, case):
    wrong = case.number[:-1] + str((int(case.number[-1]) + 1) % 10)
    assert "编号的校验位不对" in body(as_("officer").get("/cases", {"q": wrong}))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("door=qr", True), ("door=web", False), ("state=received", True), ("state=accepted", False),
        ("state=ended", False),
        ("matter=building_wages", True), ("matter=other", False), ("region=140105", True), ("region=140106", False),
        ("industry=housing", True), ("industry=water", False), ("project=P1", True), ("project=P2", False),
        ("mark=group", False), ("mark=retaliation", False), ("mark=nobody", True), ("q=滨河", True), ("q=P1", True),
        ("q=王泥", True), ("q=测试建设", True), ("q=迎宾", False), ("queue=plain", False), ("due=overdue", False),
        ("due=today", True), ("door=x&state=x&matter=x&region=x&queue=x&due=x&mark=x&page=x&view=x", False),
    ],
)  # fmt: skip
def test_filters(as_, case, query, found):
    view = "" if "view=x" in query else "view=region&"
    assert (shown(case.number) in body(as_("officer").get(f"/cases?{view}{query}"))) is found


def test_closed_cases_are_listed_when_asked_for(as_, case, people, at):
    receive(claimant=case.claimants.get(), proof="word", amount_fen=644_000, received_on=at.date(), at=at)
    steps.accept(case=case, by=people["officer"], at=at)
    as_("officer").post(url(case, "conclude"), {"form": "conclude", "conclusion": "paid", "note": ""})
    assert shown(case.number) not in body(as_("officer").get("/cases"))
    assert "已支付到位" in body(as_("officer").get("/cases?state=ended"))


def test_nothing_beyond_the_jurisdiction(as_, case, at):
    far = claimed(at, key="far", region="140200", employer="大同的队")
    officer = as_("officer")
    assert "大同的队" not in body(officer.get("/cases?view=region"))
    assert officer.get(url(far)).status_code == 404
    assert officer.get("/cases", {"q": far.number}).status_code == 200
    officer.post("/cases/take", {"id": [far.pk]})
    assert Case.objects.get(pk=far.pk).owner is None
    assert "大同的队" in body(as_("province").get("/cases?view=region"))


@pytest.mark.parametrize("name", ["clerk", "housing"])
def test_employers_and_agencies_see_no_case(as_, case, name):
    for address in ("/cases", "/cases/export", url(case)):
        assert as_(name).get(address).status_code == 403


def test_the_file_of_the_list_names_no_claimant(as_, case):
    text = body(as_("officer").get("/cases/export?view=region&format=csv"))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["案件编号"] for row in rows] == [shown(case.number)]
    assert rows[0]["反映金额（元）"] == "6440.0"
    book = as_("officer").get("/cases/export?view=region&format=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
    told = text + " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    assert told.count(shown(case.number)) == 2
    for personal in (NAME, PHONE, identity(7)):
        assert personal not in told
    chosen = as_("officer").post("/cases/export?view=region", {"id": [case.pk + 1], "format": "csv"})
    assert len(list(csv.DictReader(io.StringIO(body(chosen))))) == 0


def test_a_chief_gives_cases_and_a_change_needs_a_reason(as_, case, people):
    chief = as_("chief")
    assert "已将 1 件交给测试second" in body(
        chief.post("/cases/assign", {"id": [case.pk], "to": people["second"].pk}, follow=True)
    )
    assert Notice.objects.filter(to=people["second"], kind="case-assigned").count() == 1
    again = {"id": [case.pk], "to": people["officer"].pk}
    assert "请写明理由" in body(chief.post("/cases/assign", again, follow=True))
    assert Case.objects.get().owner == people["second"]
    chief.post("/cases/assign", {**again, "reason": "原承办人病假"})
    assert Case.objects.get().owner == people["officer"]
    assert as_("officer").post("/cases/assign", again).status_code == 403


def test_queries_do_not_grow_with_the_rows(as_, case, at, django_assert_max_num_queries):
    officer = as_("chief")
    officer.get("/cases?view=region")
    with django_assert_max_num_queries(40) as few:
        assert officer.get("/cases?view=region").status_code == 200
    for number in range(12):
        claimed(at, key=f"more{number}")
    with django_assert_max_num_queries(len(few)):
        assert officer.get("/cases?view=region").status_code == 200


# By person


def test_a_person_is_found_by_his_whole_number_only_and_the_look_stays(as_, case):
    officer = as_("officer")
    for asked in ({"identity": identity(7)}, {"phone": "139 1234 5678"}):
        found = officer.post("/cases/look-up", asked)
        assert shown(case.number) in body(found)
        assert identity(7) not in body(found)
        assert PHONE not in body(found)
    looks = Event.objects.filter(action="look", subject="case", subject_id=str(case.pk))
    assert {look.changes["field"] for look in looks} == {"cases-by-identity", "cases-by-phone"}
    assert "请输入完整" in body(officer.post("/cases/look-up", {"identity": identity(7)[:10]}, follow=True))
    assert "请输入完整" in body(officer.post("/cases/look-up", {"phone": "5678"}, follow=True))


def test_looking_for_a_neighbour_of_whom_nothing_is_found_leaves_a_look_too(as_, people):
    told = body(as_("officer").post("/cases/look-up", {"identity": identity(99)}))
    assert "没有此人的案件" in told
    assert Event.objects.get(action="look").by == people["officer"]


def test_a_person_of_another_region_is_not_found(as_, at, people):
    claimed(at, region="520102")
    assert "没有此人的案件" in body(as_("officer").post("/cases/look-up", {"identity": identity(7)}))


# The page


def test_the_page_shows_both_clocks_and_the_four_sums_and_no_name(as_, case, people):
    page = body(as_("officer").get(url(case)))
    for words in ("本地承诺时限", "法定时限", "派单", "还剩 2 小时", "还剩 1 天", "怎么算的", "6,440.00", "工友甲-"):
        assert words in page
    assert NAME not in page
    assert PHONE not in page
    assert identity(7) not in page
    assert f"/cases/{case.number}/take" in page


def test_the_number_of_any_claim_leads_to_the_case(as_, case, people, at):
    other = claimed(at, key="other")
    officer = as_("officer")
    assert "已并案" in body(officer.post(url(case, "merge"), {"other": shown(other.number)}, follow=True))
    answer = officer.get(url(other))
    assert (answer.status_code, answer.url) == (302, url(case))


def test_opening_a_name_writes_the_look_first(as_, case, people):
    claimant = case.claimants.get()
    opened = as_("officer").post(url(case, "reveal"), {"claimant": claimant.pk, "field": "name"})
    assert NAME in body(opened)
    assert Event.objects.get(action="look", subject_id=str(case.pk)).changes["field"] == "claim-name"
    assert as_("officer").post(url(case, "reveal"), {"claimant": claimant.pk, "field": "sealed"}).status_code == 404
    assert as_("mayor").post(url(case, "reveal"), {"claimant": claimant.pk, "field": "name"}).status_code == 403


def test_a_leader_sees_figures_and_nothing_that_was_told(as_, case, at):
    claim = case.claims.get()
    write_to_officer(claim=claim, text="班长威胁我", at=at)
    page = body(as_("mayor").get(url(case)))
    assert "法定时限" in page
    assert "班长威胁我" not in page
    assert "139****5678" not in page
    assert "班长威胁我" in body(as_("officer").get(url(case)))


def test_reading_what_was_told_leaves_a_look_once_a_day_unless_the_case_is_ones_own(as_, case, people, at):
    for _time in range(2):
        as_("second").get(url(case))
    assert Event.objects.filter(action="look", by=people["second"]).count() == 1
    taking.take(case=case, by=people["officer"], at=at)
    as_("officer").get(url(case))
    assert not Event.objects.filter(action="look", by=people["officer"]).exists()


def test_an_exhibit_is_opened_through_a_look_and_never_runs(as_, case, at):
    digest = evidence.store(b"<svg onload=alert(1)>")
    Exhibit.objects.create(case=case, claim=case.claims.get(), kind="photo", digest=digest, name="x.svg",
                           content_type="image/png", at=at)  # fmt: skip
    answer = as_("officer").get(url(case, f"exhibits/{digest}"))
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert Event.objects.filter(action="look", changes__field="exhibit-photo").count() == 1
    assert as_("officer").get(url(case, f"exhibits/{'0' * 64}")).status_code == 404
    assert as_("mayor").get(url(case, f"exhibits/{digest}")).status_code == 403


# Acts


def test_from_received_to_closed(as_, case, people, at):
    officer = as_("officer")
    assert "已受理" in body(officer.post(url(case, "accept"), follow=True))
    assert Case.objects.get().owner == people["officer"]  # the first step names who answers for it
    orders.order_payment(case=case, until=at.date() + timedelta(days=3), by=people["officer"], at=at)
    assert "责令支付期限" in body(officer.get(url(case)))
    lacking = officer.post(url(case, "conclude"), {"form": "conclude", "conclusion": "paid", "note": ""})
    assert lacking.status_code == 422
    assert "每名申请人的到账记录" in body(lacking)
    receive(claimant=case.claimants.get(), proof="word", amount_fen=644_000, received_on=at.date(), at=at)
    assert "已办结" in body(officer.post(url(case, "conclude"), {"conclusion": "paid", "note": ""}, follow=True))
    assert "恢复办理" in body(officer.post(url(case, "reopen"), {"reason": "又欠了"}, follow=True))
    assert Case.objects.get().ended_at is None


@pytest.mark.parametrize(
    ("act", "sent", "wanting", "state"),
    [
        ("refuse", {"reason": "不属于工资"}, "请写明不予受理的理由", "refused"),
        ("ask", {"what": "请拍一张工牌"}, "请写明需要补充什么", "supplement"),
        ("pass-on", {"name": "市住建局", "reason": "属工程款"}, "请选择或填写移送到哪个部门", "transferred"),
    ],
)
def test_steps_need_their_words_and_the_claimants_read_them(as_, case, act, sent, wanting, state):
    officer = as_("officer")
    empty = officer.post(url(case, act), {"form": act})
    assert empty.status_code == 422
    assert wanting in body(empty)
    assert Case.objects.get().state == "received"
    officer.post(url(case, act), {"form": act, **sent})
    assert Case.objects.get().state == state
    line = case.events.get(kind=f"state-{state}")
    assert line.public
    assert next(iter(sent.values())) in line.zh


def test_the_order_to_pay_is_a_paper_and_comes_no_other_way(as_, case, people, at):
    office, officer = Office(people["officer"].organisation, people["officer"], people["chief"]), as_("officer")
    officer.post(url(case, "accept"))
    assert officer.post(url(case, "order"), {"until": at.date() + timedelta(days=3)}).status_code == 404
    page = body(officer.get(url(case)))
    assert 'name="kind" value="order"' in page
    officer.post(url(case, "papers"), {"kind": "order"})
    drawn_up = Document.objects.get(case=case, kind="order")
    page = body(officer.get(url(case)))
    assert "限期支付文书待办" in page
    assert f'href="/papers/{drawn_up.pk}"' in page
    assert 'name="kind" value="order"' not in page
    assert Case.objects.get().state == "accepted"
    documents.void(document=drawn_up, reason="重做", by=people["officer"], at=at)
    served(case, "order", office, at)
    assert Case.objects.get().state == "ordered"
    assert "重新责令支付" in body(officer.get(url(case)))


def test_a_step_that_is_no_longer_possible_is_told_calmly(as_, case):
    officer = as_("officer")
    officer.post(url(case, "accept"))
    assert "不能直接转为" in body(officer.post(url(case, "ask"), {"what": "工牌"}, follow=True))


def test_contact_is_written_down_and_the_claimant_sees_he_was_tried(as_, case):
    officer = as_("officer")
    officer.post(url(case, "contact"), {"form": "contact", "way": "phone", "result": "no_answer", "note": "两次"})
    assert Contact.objects.get().result == "no_answer"
    assert case.events.filter(kind="contact", public=True).count() == 1
    assert officer.post(url(case, "contact"), {"form": "contact", "way": "x", "result": "y"}).status_code == 422


def test_leaving_the_three_day_lane_needs_its_reason(as_, case):
    officer = as_("officer")
    assert officer.post(url(case, "lane"), {"form": "lane", "lane": "plain"}).status_code == 422
    officer.post(url(case, "lane"), {"lane": "plain", "reason": "考勤、工资表一致"})
    assert Case.objects.get().lane == "plain"
    assert shown(case.number) in body(officer.get("/cases?view=region&queue=plain"))
    officer.post(url(case, "lane"), {"lane": "ordinary", "reason": "单位有异议"})
    assert (Case.objects.get().lane, Case.objects.get().lane_reason) == ("ordinary", "单位有异议")


def test_a_pause_is_asked_by_one_and_decided_by_another(as_, case):
    clock = case.clocks.get(step="accept", basis="statute")
    as_("officer").post(url(case, f"clocks/{clock.pk}"), {"what": "pause", "reason": "等公安结论"})
    change = clock.changes.get()
    assert "待审批" in body(as_("chief").get(url(case)))
    as_("chief").post(url(case, f"clock-changes/{change.pk}"), {"approved": "1"})
    clock.refresh_from_db()
    assert clock.due_at is None
    assert "暂停计时" in body(as_("officer").get(url(case)))


def test_dispatch_keeps_the_named_person(as_, case, people, at):
    taking.take(case=case, by=people["officer"], at=at)
    unit = people["officer"].organisation
    city = people["city"].organisation
    as_("city").post(url(case, "dispatch"), {"unit": city.pk, "note": "跨区"})
    case.refresh_from_db()
    assert (case.unit, case.owner) == (city, people["officer"])
    assert city != unit


def test_a_message_reaches_the_claim_it_is_for(as_, case):
    claim = case.claims.get()
    as_("officer").post(url(case, "message"), {"form": "message", "to": f"claim-{claim.pk}", "text": "明天来电"})
    assert claim.messages.count() == 1
    assert as_("officer").post(url(case, "message"), {"to": "claim-999999", "text": "x"}).status_code == 422


def test_somebody_is_split_off(as_, people, at):
    pair = [Person(name="甲", claimed_fen=1), Person(name="乙", claimed_fen=2)]
    told = Told(door="web", key="two", people=pair, region_code="140105", employer="队", anonymous=False)
    case = file_claim(told, at=at).claim.case
    officer = as_("officer")
    assert "两边都要有人" in body(officer.post(url(case, "split"), {"reason": "分"}))
    assert "请写明分案的理由" in body(officer.post(url(case, "split"), {"claimant": [case.claimants.last().pk]}))
    answer = officer.post(url(case, "split"), {"claimant": [case.claimants.last().pk], "reason": "另一单位"})
    fresh = Case.objects.exclude(pk=case.pk).get()
    assert answer.url == url(fresh)
    assert "单独立案" in body(officer.get(url(fresh)))
