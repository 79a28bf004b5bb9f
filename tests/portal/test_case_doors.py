"""The doors of the desk: a claim taken down, numbers of a joint reception, files of the clue platform, warnings."""

import re
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from anxin.cases import reception
from anxin.cases.answers import answer
from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.models import Case, Claim, Claimant, ClueFile, Ticket
from anxin.cases.numbers import read_number, shown
from anxin.people import trail
from anxin.people.models import Event
from anxin.registry.actions import register_worker
from anxin.watch.handling.routing import hand_over
from tests.insight.test_overview import warn
from tests.people import identity, make_project
from tests.portal.hands import make_people, make_units
from tests.portal.site import make_site

pytestmark = pytest.mark.django_db
SCRIPTED = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def people(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return make_people(make_units())


@pytest.fixture
def officer(client, people) -> Client:
    client.force_login(people["officer"])
    return client


def body(response) -> str:
    return response.content.decode()


def form(client: Client, **given) -> dict:
    page = body(client.get("/cases/take-in", {k: v for k, v in given.items() if k == "project"}))
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    return {
        "key": key[1], "door": "walk_in", "project": "", "employer": "老王队", "matter": "building_wages",
        "region": "140105", "text": "三月没发", "anonymous": "1", "p-name": ["测试甲"], "p-identity": [identity(1)],
        "p-phone": ["13900000001"], "p-months": ["2026-03"], "p-days": ["23"], "p-rate": ["280"], "p-sum": [""],
        "do": "file", **given,
    }  # fmt: skip


# Taken down at the desk


def test_one_form_makes_a_claim_and_its_taker_answers_for_it(officer, people):
    page = body(officer.post("/cases/take-in", form(officer)))
    case = Case.objects.get()
    assert (case.owner, case.door, case.claimed_fen, case.unit) == (
        people["officer"],
        "walk_in",
        644_000,
        people["officer"].organisation,
    )
    assert shown(case.number) in page
    codes = re.findall(r'ax-slip-number num">([\d ]+)<', page)
    assert len(codes) == 2  # the number, and once the code
    assert identity(1) not in page


def test_an_impatient_thumb_makes_one_claim_and_the_code_is_told_once(officer):
    sent = form(officer)
    officer.post("/cases/take-in", sent)
    again = body(officer.post("/cases/take-in", sent))
    assert Case.objects.count() == 1
    assert "没有重复" in again
    assert len(re.findall(r'ax-slip-number num">([\d ]+)<', again)) == 1


@pytest.mark.parametrize(
    ("given", "wanting"),
    [
        ({f"p-{name}": [""] for name in ("name", "identity", "phone", "months", "days", "rate")}, "至少填写一位"),
        ({"employer": ""}, "项目或用人单位"),
        ({"project": "没有这个"}, "没有找到这个项目"),
        ({"p-identity": ["99000019850601001"]}, "第 1 位"),
        ({"p-sum": ["很多"]}, "第 1 位"),
        ({"region": "520102"}, "辖区内"),
        ({"phone": "123"}, "手机号"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_what_was_typed_stays(officer, given, wanting):
    answered = officer.post("/cases/take-in", form(officer, **given))
    assert answered.status_code == 422
    assert wanting in body(answered)
    assert "三月没发" in body(answered)
    assert Case.objects.count() == 0


def test_a_project_and_the_roster_fill_the_form_and_earlier_cases_are_shown(officer, at):
    site = make_site(at)
    page = body(officer.get("/cases/take-in", {"project": "P1"}))
    assert "测试建设有限公司" in page
    sent = form(officer, project="P1", **{"p-name": [""], "p-identity": [identity(2)], "p-months": [""], "p-days": [""],
                                           "p-rate": [""]})  # fmt: skip
    filled = body(officer.post("/cases/take-in", {**sent, "do": "roster-0"}))
    assert f'value="{site.failed.worker.name}"' in filled
    assert "2026-03" in filled
    assert "未足额发放" in filled
    assert Event.objects.filter(action="look", subject_id=str(site.failed.worker_id)).count() == 1
    assert Case.objects.count() == 0
    officer.post("/cases/take-in", sent)
    again = body(officer.post("/cases/take-in", {**sent, "key": "another", "do": "roster-0"}))
    assert shown(Case.objects.get().number) in again


def test_a_group_from_a_pasted_list_who_is_absent_must_agree(officer):
    listed = f"张三 {identity(2)} 13900000002 5000\n李四，13900000003，6000.50\n"
    page = body(officer.post("/cases/take-in", {**form(officer), "do": "paste", "list": listed}))
    names = re.findall(r'name="p-name" value="([^"]*)"', page)
    assert names == ["测试甲", "张三", "李四"]
    rows = {f"p-{name}": re.findall(rf'name="p-{name}" value="([^"]*)"', page)
            for name in ("name", "identity", "phone", "months", "days", "rate", "sum")}  # fmt: skip
    done = body(officer.post("/cases/take-in", {**form(officer), **rows, "p-absent": ["1", "2"]}))
    case = Case.objects.get()
    assert (case.people, case.claimed_fen) == (3, 644_000 + 500_000 + 600_050)
    assert list(Claimant.objects.order_by("pk").values_list("consent", flat=True)) == ["own", "asked", "asked"]
    assert Claimant.objects.get(consent="own").representative
    assert "须本人确认" in done


def test_months_in_a_pasted_list_are_months_and_no_sums(officer):
    listed = f"张三\t{identity(2)}\t2026-01 2026年2月\t5000\n李四，13900000003，2026-2"
    page = body(officer.post("/cases/take-in", {**form(officer), "do": "paste", "list": listed}))
    told = {name: re.findall(rf'name="p-{name}" value="([^"]*)"', page)[1:] for name in ("name", "months", "sum")}
    assert told == {"name": ["张三", "李四"], "months": ["2026-01 2026-02", "2026-02"], "sum": ["5000", ""]}


def test_script_in_a_name_is_only_text(officer):
    page = body(officer.post("/cases/take-in", form(officer, employer="<script>x</script>", **{"p-sum": ["?"]})))
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


# Joint reception


def test_numbers_are_called_in_turn_and_two_desks_never_call_the_same(people, at):
    unit = people["officer"].organisation
    for heads in (1, 3, 1):
        reception.issue(organisation=unit, people=heads, by=people["officer"], at=at)
    first = reception.call_next(organisation=unit, by=people["officer"], at=at)
    second = reception.call_next(organisation=unit, by=people["second"], at=at)
    assert first is not None
    assert second is not None
    assert (first.turn, second.turn) == (1, 2)
    reception.put_back(ticket=first, by=people["officer"], at=at)
    hall = reception.hall(unit, at=at)
    assert ([row.turn for row in hall.serving], [row.turn for row in hall.waiting], hall.people_waiting) == (
        [2],
        [1, 3],
        2,
    )
    tomorrow = reception.issue(organisation=unit, people=1, by=people["officer"], at=at + timedelta(days=1))
    assert tomorrow.turn == 1


def test_a_claim_begins_from_a_number_and_ends_it(officer, people):
    officer.post("/reception/issue", {"people": "2"})
    assert "请 1 号" in body(officer.post("/reception/next", follow=True))
    ticket = Ticket.objects.get()
    page = body(officer.get(f"/cases/take-in?ticket={ticket.pk}"))
    assert page.count('name="p-name"') == 2
    officer.post("/cases/take-in", form(officer, door="reception", ticket=str(ticket.pk)))
    ticket.refresh_from_db()
    assert (ticket.claim, ticket.ended_at is not None) == (Claim.objects.get(), True)
    assert "没有等候的号" in body(officer.post("/reception/next", follow=True))


def test_the_hall_shows_numbers_and_nothing_of_anybody(officer, people, at):
    officer.post("/reception/issue", {"people": "1"})
    officer.post("/cases/take-in", form(officer, ticket=str(Ticket.objects.get().pk)))
    officer.post("/reception/issue", {"people": "1"})
    shown_ = body(officer.get("/reception/display"))
    assert "<span>2</span>" in shown_
    for personal in ("测试甲", "老王队", Case.objects.get().number, "测试officer"):
        assert personal not in shown_


@pytest.mark.parametrize("people_", ["0", "-1", "x", "", "5000"])
def test_a_number_is_for_somebody(officer, people_):
    assert "请填写来访人数" in body(officer.post("/reception/issue", {"people": people_}, follow=True))
    assert not Ticket.objects.exists()


def test_another_offices_number_is_not_there(officer, people, at):
    other = reception.issue(organisation=people["city"].organisation, people=1, by=people["city"], at=at)
    assert officer.get(f"/reception/{other.pk}").status_code == 404


def test_who_lost_his_return_code_is_given_a_new_one(officer, at):
    told = Told(door="web", key="w", people=[Person(name="测试甲", claimed_fen=100)], region_code="140105")
    filed = file_claim(told, at=at)
    case = filed.claim.case
    answer = officer.post(f"/cases/{case.number}/return-code", {"claim": filed.claim.pk}, **SCRIPTED)
    code = "".join(sign for sign in body(answer) if sign.isdigit())
    assert len(code) == 16
    stranger = Client()
    assert stranger.post("/track", {"code": filed.return_code}).status_code == 422  # the old one works no more
    assert stranger.post("/track", {"code": code}).status_code == 302
    assert "换了新的查询码" in body(stranger.get(f"/track/{filed.claim.number}"))
    event = trail.events(action="case-return-code").get()
    assert code not in str(event.changes)
    other = file_claim(replace(told, key="x", region_code="520103"), at=at).claim
    assert officer.post(f"/cases/{case.number}/return-code", {"claim": other.pk}).status_code == 404


def test_without_scripts_what_is_opened_stands_on_a_page_that_leads_back(officer, at):
    told = Told(door="web", key="w", people=[Person(name="测试甲", phone="13900000001")], region_code="140105")
    claim = file_claim(told, at=at).claim
    case, asked = claim.case, {"claimant": claim.claimants.get().pk, "field": "phone"}
    acts = {"reveal": asked, "return-code": {"claim": claim.pk}}
    for act, sent in acts.items():
        alone = body(officer.post(f"/cases/{case.number}/{act}", sent))
        assert "<h1" in alone
        assert f'href="/cases/{case.number}"' in alone
        assert "<h1" not in body(officer.post(f"/cases/{case.number}/{act}", sent, **SCRIPTED))
    assert "13900000001" in body(officer.post(f"/cases/{case.number}/reveal", asked))


# The clue platform


def clues(*rows: str) -> SimpleUploadedFile:
    head = "线索编号,反映人,身份证号码,联系电话,被反映单位,项目名称,所属地区,欠薪时段,欠薪金额(万元),涉及人数,线索内容"
    return SimpleUploadedFile("线索.csv", "\n".join((head, *rows)).encode("utf-8-sig"))


GOOD = f"XS1,测试甲,{identity(1)},13900000001,测试劳务,,小店区,2025年11月至2026年2月,0.644,1,没发工资"


def brought(officer, *rows: str) -> str:
    answered = officer.post("/cases/clues", {"file": clues(*rows)})
    assert answered.status_code == 302
    return str(answered.url)


def test_nothing_is_taken_until_somebody_says_so_and_twice_is_harmless(officer, at):
    page = brought(officer, GOOD, f"XS1,测试乙,{identity(2)},,测试劳务,,小店区,2026年1月,1,,")
    assert "可立线索 2 行" in body(officer.get(page))
    assert Case.objects.count() == 0
    told = body(officer.post(f"{page}/decide", {"decision": "accept"}, follow=True))
    assert "已立线索 1 件" in told
    case = Case.objects.get()
    assert (case.people, case.claimed_fen, case.door, case.region_code) == (2, 1_644_000, "clue_platform", "140105")
    assert Claimant.objects.first().months == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert case.claims.get().source_number == "XS1"
    again = brought(officer, GOOD)
    assert "不会重复立案" in body(officer.get(again))
    assert "此前已导入的 1 件" in body(officer.post(f"{again}/decide", {"decision": "accept"}, follow=True))
    assert "此前已处理" in body(officer.post(f"{again}/decide", {"decision": "accept"}, follow=True))
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (f",测试甲,{identity(1)},,测试劳务,,,,1,,", "不能为空"),
        ("XS2,测试甲,990000198506010011,,测试劳务,,,,1,,", "身份证号码"),
        ("XS2,测试甲,,,,,,,1,,", "单位和项目至少填一项"),
        ("XS2,测试甲,,,测试劳务,,贵阳市,,1,,", "地区"),
        ("XS2,测试甲,,,测试劳务,,,,很多,,", "不是金额"),
    ],
)
def test_a_bad_row_says_why_and_the_others_go_on(officer, row, why):
    page = brought(officer, row, GOOD)
    told = body(officer.get(page))
    assert why in told
    assert "有误 1 行" in told
    assert identity(1) not in told
    officer.post(f"{page}/decide", {"decision": "accept"})
    assert Case.objects.count() == 1


def test_a_file_without_a_good_row_offers_no_taking(officer):
    page = brought(officer, "XS2,测试甲,,,,,,,1,,")
    told = body(officer.get(page))
    assert "可立线索 0 行" in told
    assert 'value="accept"' not in told
    assert "没有可立的行" in body(officer.post(f"{page}/decide", {"decision": "accept"}, follow=True))
    assert ClueFile.objects.get().decided_at is None
    assert 'value="accept"' in body(officer.get(brought(officer, GOOD)))


def test_a_clue_with_one_wrong_person_waits_until_he_is_put_right(officer):
    wrong, right = (
        f"XS1,测试乙,{number},,测试劳务,,小店区,2026年1月,1,," for number in ("990000198506010011", identity(2))
    )
    page = brought(officer, GOOD, wrong)
    assert "同一编号另有一行有误" in body(officer.get(page))
    officer.post(f"{page}/decide", {"decision": "accept"})
    assert Case.objects.count() == 0
    page = brought(officer, GOOD, right)
    officer.post(f"{page}/decide", {"decision": "accept"})
    assert Case.objects.get().people == 2


def test_a_row_that_says_the_same_counts_once_and_a_sum_beyond_reason_is_asked_about(officer):
    other_month = f"XS1,测试甲,{identity(1)},13900000001,测试劳务,,小店区,2026年3月,0.5,1,"
    page = brought(officer, GOOD, GOOD, other_month, "XS9,测试丙,,,测试劳务,,小店区,2026年3月,100000000,1,")
    told = body(officer.get(page))
    assert "与第2行重复，只算一次" in told
    assert "金额过大" in told
    assert "测试劳务" in told
    assert "XS9" in told
    officer.post(f"{page}/decide", {"decision": "accept"})
    assert Case.objects.get().claimed_fen == 644_000 + 500_000


def test_a_file_laid_aside_takes_nothing(officer):
    page = brought(officer, GOOD)
    assert "已放弃" in body(officer.post(f"{page}/decide", {"decision": "discard"}, follow=True))
    officer.post(f"{page}/decide", {"decision": "accept"})
    assert Case.objects.count() == 0
    assert ClueFile.objects.get().accepted is False


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"a,b\n1,2\n"])
def test_a_file_that_is_none_is_told_calmly(officer, content):
    answered = officer.post("/cases/clues", {"file": SimpleUploadedFile("x.csv", content)}, follow=True)
    assert answered.status_code == 200
    assert not ClueFile.objects.exists()


def test_the_template_is_read_back(officer):
    book = b"".join(officer.get("/cases/clues/template").streaming_content)
    page = officer.post("/cases/clues", {"file": SimpleUploadedFile("t.xlsx", book)}).url
    assert "可立线索 1 行" in body(officer.get(page))


# From a warning, from a worker's answer


def test_a_warning_opens_one_case_for_the_workers_it_is_about(officer, at):
    site = make_site(at)
    warning = warn(site.project, at, month="2026-03")
    page = body(officer.post(f"/cases/from-warning/{warning.pk}", follow=True))
    case = Case.objects.get()
    assert case.warning == warning
    assert set(case.claimants.values_list("worker", flat=True)) == {site.failed.worker_id}
    assert set(case.claimants.values_list("consent", flat=True)) == {"asked"}
    assert "请工人本人确认" in page
    assert "没有重复" in body(officer.post(f"/cases/from-warning/{warning.pk}", follow=True))
    assert read_number(case.number) == case.number


@pytest.mark.parametrize(
    ("fields", "offered"),
    [({"month": "2026-03"}, True), ({"numbers": {"affected": 3}}, True), ({}, False), ({"numbers": {}}, False)],
)
def test_a_case_is_offered_where_a_warning_speaks_of_workers(officer, at, fields, offered):
    warning = warn(make_site(at).project, at, **fields)
    hand_over(at=at)
    page = body(officer.get(f"/warnings/{warning.pk}"))
    assert 'id="handling"' in page
    assert (f"/cases/from-warning/{warning.pk}" in page) is offered


def test_a_warning_about_more_than_three_hundred_leaves_nobody_out(officer, at, monkeypatch):
    project = make_project(at)
    workers = [register_worker(id_number=identity(n), id_type="01", name=f"测试{n}", at=at) for n in range(1, 304)]
    pay = pa.Table.from_pylist(
        [{"worker_id": one.pk, "month": "2026-03", "due_fen": 500_000, "paid_fen": 100} for one in workers]
    )
    monkeypatch.setattr("anxin.ledger.read.pay_months", lambda **asked: pay)
    warning = warn(project, at, month="2026-03")
    officer.post(f"/cases/from-warning/{warning.pk}")
    case = Case.objects.get()
    assert set(case.claimants.values_list("worker", flat=True)) == {one.pk for one in workers}
    assert (case.people, case.claimed_fen) == (303, 303 * 499_900)


def test_a_denied_month_opens_a_case_for_the_worker(officer, at):
    site = make_site(at)
    answer(worker=site.paid.worker, project_id=site.project.pk, month="2026-03", paid=False, at=at)
    officer.post(f"/cases/from-answer/{site.paid.pk}")
    claimant = Claimant.objects.get()
    assert (claimant.worker, claimant.months) == (site.paid.worker, ["2026-03"])
    assert claimant.claimed_fen > 0
    told = body(officer.post(f"/cases/from-answer/{site.failed.pk}", follow=True))
    assert "现在没有争议" in told
    assert Case.objects.count() == 1


def test_each_who_came_together_gets_a_code_of_his_own(officer, people):
    three = {
        "p-name": ["测试甲", "测试乙", "测试丙"], "p-identity": [identity(1), identity(2), identity(3)],
        "p-phone": [""] * 3, "p-months": ["2026-03"] * 3, "p-days": [""] * 3, "p-rate": [""] * 3,
        "p-sum": ["1000", "2000", "3000"], "p-absent": ["2"],
    }  # fmt: skip
    page = body(officer.post("/cases/take-in", form(officer, **three)))
    number, first = (code.replace(" ", "") for code in re.findall(r'ax-slip-number num">([\d ]+)<', page))
    came, absent = page.partition("不在场的工友")[::2]
    (second,) = (code.replace(" ", "") for code in re.findall(r"data-own-code>([\d ]+)<", came))
    assert "data-own-code" not in absent
    assert "第 3 位" in absent, "his place in the form, not among the absent"
    assert len(second) == 10
    his = Client()
    assert his.post("/track", {"number": number, "code": second}).status_code == 302
    by_the_other_door = Client().post("/claim/join", {"number": number, "code": second}, follow=True)
    assert "2,000.00" in body(by_the_other_door)
    page = body(his.get(f"/track/{number}"))
    assert "2,000.00" in page
    assert not [sum_ for sum_ in ("1,000.00", "3,000.00") if sum_ in page], "another's sum is another's"
    assert "一起反映的工友" not in page
    # Lost: another at the desk, for him alone.
    one = Claimant.objects.get(claimed_fen=200_000)
    answered = body(officer.post(f"/cases/{number}/return-code", {"claimant": one.pk}, **SCRIPTED))
    fresh = "".join(re.findall(r">([\d ]+)<", answered)).replace(" ", "")
    assert len(fresh) == 10
    assert Client().post("/track", {"number": number, "code": second}).status_code == 422
    assert Client().post("/track", {"number": number, "code": fresh}).status_code == 302
    assert Client().post("/track", {"code": first}).status_code == 302
    assert f'name="claimant" value="{one.pk}"' in body(officer.get(f"/cases/{number}"))
    other = file_claim(Told(door="web", key="o", people=[Person(name="别人")], region_code="140105"), at=timezone.now())
    stranger = Claimant.objects.get(claim=other.claim)
    assert officer.post(f"/cases/{number}/return-code", {"claimant": stranger.pk}).status_code == 404


def test_two_counters_call_and_the_hall_says_to_which(officer, people):
    for _ in range(3):
        officer.post("/reception/issue", {"people": "1"})
    other = Client()
    other.force_login(people["officer"])
    officer.post("/reception/next", {"counter": "1"})
    other.post("/reception/next", {"counter": " 综合 2 号窗口太长了 "})
    hall = body(officer.get("/reception/display"))
    first, second = hall.index("窗口 综合 2 号窗口"), hall.index("窗口 1<")
    assert first < second, "the last called stands first"
    # A counter is typed once: the next call comes from the same.
    assert 'name="counter" value="1"' in body(officer.get("/reception"))
    officer.post("/reception/next", {"counter": "1"})
    assert [row.counter for row in Ticket.objects.order_by("turn")] == ["1", "综合 2 号窗口", "1"]
    last = Ticket.objects.get(turn=3)
    officer.post(f"/reception/{last.pk}/move", {"what": "back"})
    last.refresh_from_db()
    assert last.counter == ""
