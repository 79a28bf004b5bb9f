"""Claiming and following, page by page and without a script: four steps, a code, and what one may still do."""

import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from anxin.cases import messages
from anxin.cases.filing import Person, Told
from anxin.cases.flow import move
from anxin.cases.models import Case, Claim, Claimant, Draft, Exhibit, Message, WageReceived
from anxin.cases.taking import take
from anxin.notices.models import Notice
from anxin.people.models import Event, Organisation
from anxin.remedies import tracks
from anxin.remedies.for_workers import tracks_for_claim
from anxin.vault.fields import open_text
from tests.cases.claiming import begin, codes, png, say_sum, send, this_month, wav, whole_claim
from tests.people import identity, make_project
from tests.portal.site import make_site, make_user
from tests.workers import PHONE, worker_signs_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(monkeypatch, at):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return at


def test_a_signed_in_worker_corrects_what_the_file_knows(client, now):
    site = make_site(now)
    worker_signs_in(client, site.forgotten.worker, at=now)
    assert client.get("/claim", {"site": "P1"}).headers["Location"] == "/claim/1"
    assert "测试项目" in client.get("/claim/1").content.decode()
    begin(client, site="P1")
    page = client.get("/claim/2").content.decode()
    assert "我们看到2026年3月出勤 3 天，没有发放记录。" in page
    assert 'name="d-2026-03" value="3"' in page
    got = client.post("/claim/2", {"m-2026-03": "1", "d-2026-03": "5", "o-2026-03": "1,400", "go": "next"})
    assert got.headers["Location"] == "/claim/3"
    page = send(client, phone="13812345678")
    (number, code) = codes(page)
    claim = Claim.objects.get(number=number)
    claimant = Claimant.objects.get(claim=claim)
    assert (claim.door, claim.filer, claim.case.project) == ("qr", site.forgotten.worker, site.project)
    assert (claimant.months, claimant.days, claimant.claimed_fen) == (["2026-03"], 5, 140_000)
    assert claimant.worker == site.forgotten.worker
    assert claim.anonymous
    assert len(code) == 16
    assert number in client.get("/me/claims").content.decode().replace(" ", "")


def test_without_signing_in_a_claim_goes_in_and_its_code_leads_back(client, now):
    claim, code = whole_claim(client, this_month(now))
    assert claim.case.matter == "other_wages"
    assert claim.case.region_code == "140105"
    assert claim.case.employer == "老王饭店"
    elsewhere = Client()
    assert elsewhere.get(f"/track/{claim.number}").status_code == 404
    got = elsewhere.post("/track", {"code": f"{code[:4]} {code[4:8]}-{code[8:]}"})
    assert got.headers["Location"] == f"/track/{claim.number}"
    page = elsewhere.get(got.headers["Location"]).content.decode()
    assert "已经收到您的反映" in page
    assert "6,440.00" in page
    assert "最晚 2026年4月20日 14:00 前，交给负责的机构" in page
    assert elsewhere.post("/track/leave").status_code == 302
    assert elsewhere.get(f"/track/{claim.number}").status_code == 404


def test_codes_are_shown_until_written_down_and_then_no_more(client, now):
    claim, code = whole_claim(client, this_month(now))
    assert codes(client.get("/claim/done").content.decode()) == [claim.number, code]
    assert client.post("/claim/noted").headers["Location"] == f"/track/{claim.number}"
    assert client.get("/claim/done").headers["Location"] == "/claim"
    assert not Draft.objects.exclude(codes_sealed=b"").exists()
    assert not Draft.objects.exclude(data_sealed=b"").exists()


def test_sending_again_is_the_same_claim_with_the_same_codes(client, now):
    claim, code = whole_claim(client, this_month(now))
    again = client.post("/claim/4", {"anonymous": "yes"})
    assert again.headers["Location"] == "/claim/done"
    assert codes(client.get("/claim/done").content.decode()) == [claim.number, code]
    assert Claim.objects.count() == 1


@pytest.mark.parametrize(
    ("step", "form", "said"),
    [
        (1, {"employer": "", "place": "", "code": ""}, "请写明是哪个工地"),
        (1, {"code": "NO-SUCH"}, "没有找到编号为“NO-SUCH”的工地"),
        (1, {"employer": "老王", "region": "", "province": ""}, "请选择干活的地方"),
        (1, {"employer": "老王", "identity": identity(1)[:-1] + "0", "province": "140000", "region": "140105"},
         "身份证号不对"),
        (2, {"total": "6440"}, "请勾选是哪几个月"),
        (2, {"other": "2026-04", "total": "很多"}, "看不懂"),
        (2, {"other": "2026-04"}, "说不准"),
        (2, {"earlier": "去年", "total": "1"}, "月份请写成 2025年3月"),
        (2, {"earlier": "2027-01", "total": "1"}, "月份不能晚于本月"),
        (2, {"other": "2026-04", "total": "99999999"}, "是不是多写了零"),
        (4, {"phone": "12345"}, "手机号应为 11 位数字"),
        (4, {"trips": "许多"}, "趟数“许多”看不懂"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_plainly_and_nothing_typed_is_lost(client, now, step, form, said):
    begin(client)
    if step > 2:
        say_sum(client, "2026-04")
    got = client.post(f"/claim/{step}", form)
    page = got.content.decode()
    assert got.status_code == 422
    assert said in page
    for name, value in form.items():
        if name not in ("other", "province", "region") and value:
            assert f'value="{value}"' in client.get(f"/claim/{step}").content.decode(), name
    assert not Claim.objects.exists()


def test_an_unsure_sum_and_words_for_yuan_are_taken(client, now):
    begin(client)
    say_sum(client, "2026-04", total="", unsure="1")
    send(client)
    assert Claimant.objects.get().claimed_fen == 0
    for text, fen in (("1.2万", 1_200_000), ("￥6,440.5元", 644_050), ("６４４０", 644_000)):
        begin(client, employer=text)
        say_sum(client, "2026-04", total=text)
        send(client)
        assert Claimant.objects.latest("pk").claimed_fen == fen
    begin(client)
    say_sum(client, "2026-04", total="", days="22.5", rate="280")
    send(client)
    assert Claimant.objects.latest("pk").claimed_fen == 630_000


def test_evidence_goes_in_is_seen_again_and_taken_out(client, now):
    begin(client)
    say_sum(client, "2026-04")
    files = {"photo": SimpleUploadedFile("欠条.png", png()), "voice": SimpleUploadedFile("voice.webm", wav())}
    assert client.post("/claim/3", {"text": "老板姓王", "go": "upload", **files}).headers["Location"] == "/claim/3"
    page = client.get("/claim/3").content.decode()
    assert "已经放进来 2 份" in page
    assert "欠条.png" in page
    assert "voice.wav" in page
    digest = page.partition("/claim/files/")[2][:64]
    shown = client.get(f"/claim/files/{digest}")
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert Client().get(f"/claim/files/{digest}").status_code == 404
    client.post("/claim/3", {"drop": digest, "text": "老板姓王"})
    assert client.get(f"/claim/files/{digest}").status_code == 404
    number, _code = codes(send(client))
    kept = Exhibit.objects.get()
    assert (kept.kind, kept.content_type, kept.claim.number) == ("voice", "audio/wav", number)
    assert client.get(f"/track/{number}/files/{kept.digest}").headers["Content-Type"] == "audio/wav"
    assert Client().get(f"/track/{number}/files/{kept.digest}").status_code == 404


def test_messages_go_both_ways_and_the_officer_is_told(client, now):
    claim, _code = whole_claim(client, "2026-04")
    officer = make_user()
    take(case=claim.case, by=officer, at=now)
    client.post(f"/track/{claim.number}/message", {"text": "什么时候有信？"})
    client.post(f"/track/{claim.number}/message", {"text": "什么时候有信？"})
    said = Message.objects.get()
    assert open_text(said.text_sealed) == "什么时候有信？"
    assert Notice.objects.filter(to=officer, kind="case-message").count() == 1
    claim.refresh_from_db()
    assert messages.read_by_officer(claim.case, at=now) == 1
    messages.write_to_claimant(claim=claim, text="今天下午去工地。", by=officer, at=now)
    answer = Message.objects.exclude(by=None)
    assert answer.get().read_at is None
    page = client.get(f"/track/{claim.number}").content.decode()
    assert "今天下午去工地。" in page
    assert "测试officer" in page
    assert answer.get().read_at == now
    assert messages.read_by_officer(claim.case, at=now) == 0


def test_the_number_to_ring_is_that_of_the_office_that_has_the_case(client, now):
    claim, _code = whole_claim(client, "2026-04")
    assert 'href="tel:12333"' in client.get(f"/track/{claim.number}").content.decode()
    unit = Organisation.objects.create(name="小店区人社局", kind="hr", region_code="140105", phone="0000-0123 4567")
    Case.objects.filter(pk=claim.case_id).update(unit=unit)
    page = client.get(f"/track/{claim.number}").content.decode()
    assert 'href="tel:000001234567">0000-0123 4567</a>' in page
    assert "tel:12333" not in page


def test_money_that_came_counts_once_and_words_at_the_end_are_kept(client, now):
    claim, _code = whole_claim(client, "2026-04")
    for _twice in range(2):
        client.post(f"/track/{claim.number}/received", {"sum": "3000", "on": "2026-04-20"})
    client.post(f"/track/{claim.number}/received", {"sum": "440.5", "on": "2026-04-19"})
    assert WageReceived.objects.count() == 2
    claimant = Claimant.objects.get()
    assert claimant.received_fen == 344_050
    ahead = client.post(f"/track/{claim.number}/received", {"sum": "1", "on": "2026-04-21"}, follow=True)
    assert "不能晚于今天" in ahead.content.decode()
    client.post(f"/track/{claim.number}/words", {"stars": "5", "days_spent": "1.5", "trips": "0", "cost": "20"})
    claimant.refresh_from_db()
    assert (claimant.satisfied, claimant.days_spent, claimant.trips, claimant.cost_fen) == (5, 1.5, 0, 2000)


def test_retaliation_and_withdrawal_reach_the_officer_and_can_be_undone(client, now):
    claim, _code = whole_claim(client, "2026-04")
    officer = make_user()
    take(case=claim.case, by=officer, at=now)
    client.post(f"/track/{claim.number}/retaliation", {"text": "说要打我"})
    claim.refresh_from_db()
    assert claim.retaliation
    assert claim.case.retaliation
    assert Notice.objects.get(kind="case-retaliation").urgent
    client.post(f"/track/{claim.number}/withdraw")
    assert Claimant.objects.get().withdrawn_at is None
    client.post(f"/track/{claim.number}/withdraw", {"sure": "1"})
    claim.case.refresh_from_db()
    assert (Claimant.objects.get().withdrawn_at, claim.case.people, claim.case.claimed_fen) == (now, 0, 0)
    client.post(f"/track/{claim.number}/undo")
    claim.case.refresh_from_db()
    assert (Claimant.objects.get().withdrawn_at, claim.case.people) == (None, 1)


def test_evidence_later(client, now):
    claim, _code = whole_claim(client, "2026-04")
    client.post(f"/track/{claim.number}/evidence", {"photo": SimpleUploadedFile("a.png", png())})
    client.post(f"/track/{claim.number}/evidence", {"photo": SimpleUploadedFile("b.png", png())})
    assert Exhibit.objects.count() == 1
    assert "没有材料" not in client.get(f"/track/{claim.number}").content.decode()


def test_another_worker_signed_in_reads_neither_the_draft_nor_the_claim(client, now):
    site = make_site(now)
    worker_signs_in(client, site.forgotten.worker, at=now)
    begin(client, site="P1")
    client.cookies.pop("anxin_me")
    assert client.get("/claim/2").headers["Location"] == "/claim"
    worker_signs_in(client, site.failed.worker, at=now, phone="13900000002")
    assert "测试3" not in client.get("/claim", follow=True).content.decode()


def test_an_earlier_claim_of_ones_own_is_shown_before_filing(client, now):
    site = make_site(now)
    worker_signs_in(client, site.forgotten.worker, at=now)
    claim, _code = whole_claim(client, "2026-04", site="P1")
    client.post("/claim/noted")
    begin(client, site="P1")
    say_sum(client, "2026-04")
    client.post("/claim/3", {"text": "", "go": "next"})
    page = client.get("/claim/4").content.decode()
    assert "您以前反映过同一件事" in page
    assert f"/track/{claim.number}" in page
    send(client)
    second = Claim.objects.latest("pk")
    assert any(claim.number in line.zh for line in second.case.events.filter(public=False))
    assert not any(claim.number in line.zh for line in second.case.events.filter(public=True))


def test_the_province_lists_its_counties_without_a_script(client, now):
    client.get("/claim")
    got = client.post("/claim/1", {"employer": "老王", "province": "140000", "matter": "other_wages", "go": "counties"})
    assert got.headers["Location"] == "/claim/1#where"
    page = client.get("/claim/1").content.decode()
    assert '<option value="140105">' in page
    assert 'value="老王"' in page
    assert "alert" not in page


def test_every_act_leaves_its_link_and_no_personal_number(client, now):
    make_project(now)
    begin(client, site="P1", name="张三", identity=identity(7))
    say_sum(client, "2026-04")
    number, code = codes(send(client, phone=PHONE))
    client.post(f"/track/{number}/message", {"text": f"我的电话是{PHONE}"})
    client.post(f"/track/{number}/received", {"sum": "10", "on": date(2026, 4, 20).isoformat()})
    told = list(Event.objects.order_by("number").values_list("action", flat=True))
    assert told == ["claim-filed", "case-message", "case-received"]
    whole = str(list(Event.objects.values_list("who", "changes", "subject_id")))
    for secret in (PHONE, identity(7), "张三", code):
        assert secret not in whole


def test_the_ways_being_taken_stand_on_the_page_in_plain_words(client, now):
    claim, _code = whole_claim(client, this_month(now))
    assert "在走的路" not in client.get(f"/track/{claim.number}").content.decode()
    officer = make_user("ways", "officer", claim.case.region_code)
    move(case=claim.case, to="accepted", by=officer, at=now)
    tracks.begin(case=claim.case, kind="arbitration", form="fast", by=officer, at=now)
    page = client.get(f"/track/{claim.number}").content.decode()
    assert "在走的路" in page
    (way,) = tracks_for_claim(claim)
    assert way.title["zh"] in page
    assert way.text["zh"] in page
    assert way.next_on.isoformat() in page


def test_a_sign_no_hand_types_stops_no_claim(client):
    """PostgreSQL keeps no NUL in a text: a page that let it through would answer with an error."""
    assert client.get("/claim?site=a%00b").status_code == 302
    assert client.get("/s/a%00b").status_code == 404
    client.post("/claim/1", {"employer": "测试\0队", "region": "140105", "province": "140000", "name": "\0"})
    client.post("/claim/2", {"unsure": "1"})
    client.post("/claim/3", {"text": "没给\0钱"})
    assert client.post("/claim/4", {}).status_code == 302
    claim = Claim.objects.get()
    assert (claim.case.employer, open_text(claim.text_sealed)) == ("测试队", "没给钱")


@pytest.mark.parametrize("odd", ["²", "9" * 5000, "1e400", "😀"])
def test_odd_numbers_are_answered_with_words(client, now, odd):
    claim, _ = whole_claim(client, this_month(now))
    begin(client)
    say_sum(client, this_month(now))
    for name in ("safe_from", "trips", "cost"):
        client.post("/claim", {})
        begin(client)
        say_sum(client, this_month(now))
        assert client.post("/claim/4", {name: odd}).status_code in (302, 422), name
    for what, name in (("words", "stars"), ("received", "sum"), ("member", "renew")):
        assert client.post(f"/track/{claim.number}/{what}", {name: odd}).status_code in (302, 422), what


def test_wide_digits_of_a_chinese_keyboard_are_digits(client, now):
    claim, code = whole_claim(client, this_month(now))
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    answer = Client().post("/track", {"number": claim.number.translate(wide), "code": code.translate(wide)})
    assert answer.headers["Location"] == f"/track/{claim.number}"


def test_what_a_door_brings_shows_no_name_when_it_is_printed():
    told = Told(door="qr", key="k", people=[Person(name="测试甲")], region_code="140105", text="我是测试甲")
    assert "测试甲" not in repr(told)


def test_a_nought_too_many_is_asked_about_before_it_counts(client, now):
    claim, _ = whole_claim(client, this_month(now))
    told = client.post(f"/track/{claim.number}/received", {"sum": "64400", "on": "2026-04-20"}, follow=True)
    assert "多写了零" in told.content.decode()
    assert not WageReceived.objects.exists()
    client.post(f"/track/{claim.number}/received", {"sum": "6440", "on": "2026-04-20"})
    assert WageReceived.objects.get().amount_fen == 644_000


def test_who_objects_has_his_case_opened_again(client, now):
    claim, _ = whole_claim(client, this_month(now))
    assert 'id="reopen"' not in client.get(f"/track/{claim.number}").content.decode()
    assert client.post(f"/track/{claim.number}/reopen", {"text": "没到手"}).status_code == 422  # it is open
    officer = make_user("closer", "officer", "140105")
    move(case=claim.case, to="ended", by=officer, at=now)
    assert 'id="reopen"' in client.get(f"/track/{claim.number}").content.decode()
    client.post(f"/track/{claim.number}/reopen", {"text": ""})
    assert Case.objects.get().ended_at is not None
    client.post(f"/track/{claim.number}/reopen", {"text": "钱没到手，老李可以作证"})
    case = Case.objects.get()
    assert (case.state, case.reopened) == ("accepted", 1)
    assert not case.events.filter(zh__contains="老李").exists()  # his own words are sealed
    assert open_text(Message.objects.get().text_sealed) == "钱没到手，老李可以作证"


def test_after_half_a_year_it_is_claimed_anew(client, now, monkeypatch):
    claim, code = whole_claim(client, this_month(now))
    move(case=claim.case, to="ended", by=make_user("closer", "officer", "140105"), at=now)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=200))
    client.post("/track", {"code": code})
    assert 'id="reopen"' not in client.get(f"/track/{claim.number}").content.decode()
    client.post(f"/track/{claim.number}/reopen", {"text": "没到手"})
    assert Case.objects.get().ended_at == now
    assert not Message.objects.exists()


def test_an_act_that_cannot_be_done_comes_back_with_what_was_typed(client, now):
    claim, _ = whole_claim(client, this_month(now))
    got = client.post(f"/track/{claim.number}/received", {"sum": "三千", "on": "2026-04-19"})
    page = got.content.decode()
    assert got.status_code == 422
    assert "看不懂" in page
    assert 'value="三千"' in page
    assert 'value="2026-04-19"' in page
    assert '<details class="c-more" id="received" open>' in page
    got = client.post(f"/track/{claim.number}/words", {"stars": "2", "trips": "许多", "cost": "80"})
    assert 'value="80"' in got.content.decode()


def test_the_answer_to_an_act_stands_where_it_was_done(client, now):
    claim, _ = whole_claim(client, this_month(now))
    page = client.post(f"/track/{claim.number}/retaliation", {"text": "不让进门"}, follow=True).content.decode()
    assert page.index('id="retaliation"') < page.index("已经马上告诉承办人")


def test_another_site_stays_chosen_when_it_lacks_its_name(client, now):
    site = make_site(now)
    worker_signs_in(client, site.paid.worker, at=now)
    client.get("/claim")
    got = client.post("/claim/1", {"site": "other", "group": "no"})
    page = got.content.decode()
    assert got.status_code == 422
    assert 'value="other" data-opens="elsewhere" checked' in page
    assert 'id="elsewhere" open' in page
    assert 'value="P1" checked' not in page


def test_the_phone_he_signed_in_with_is_filled_in(client, now):
    site = make_site(now)
    worker_signs_in(client, site.paid.worker, at=now)
    client.get("/claim?site=P1")
    client.post("/claim/1", {"site": "P1", "group": "no"})
    client.post("/claim/2", {"m-2026-03": "1", "o-2026-03": "100"})
    assert re.search(r'name="phone"[^>]*value="1\d{10}"', client.get("/claim/4").content.decode())


def test_a_picture_and_next_leads_on(client, now):
    begin(client)
    say_sum(client, this_month(now))
    answer = client.post("/claim/3", {"go": "next", "photo": SimpleUploadedFile("a.png", png())})
    assert answer.headers["Location"] == "/claim/4"
    assert "1 份" in client.get("/claim/4").content.decode()


def test_phone_and_hours_change_after_filing_and_the_old_number_is_gone(client, now):
    claim, _code = whole_claim(client, this_month(now), phone="13812345678")
    page = client.get(f"/track/{claim.number}").content.decode()
    assert "138****5678" in page
    wrong = client.post(f"/track/{claim.number}/reach", {"phone": "1391", "safe_from": "19", "safe_until": "22"})
    assert wrong.status_code == 422
    assert 'value="1391"' in wrong.content.decode()
    client.post(f"/track/{claim.number}/reach", {"phone": "139 8765 4321", "safe_from": "19", "safe_until": "22"})
    claim.refresh_from_db()
    mine = Claimant.objects.get(claim=claim)
    assert [open_text(row.phone_sealed) for row in (claim, mine)] == ["13987654321"] * 2
    assert bytes(mine.phone_blind) == bytes(claim.phone_blind) != b""
    assert (claim.safe_from, claim.safe_until) == (19, 22)
    event = Event.objects.get(action="case-reach")
    assert event.changes == {"claimant": mine.pk, "phone": True, "hours": [19, 22]}
    # The same once more is no change, and tells nobody.
    client.post(f"/track/{claim.number}/reach", {"phone": "", "safe_from": "19", "safe_until": "22"})
    assert Event.objects.filter(action="case-reach").count() == 1
    client.post(f"/track/{claim.number}/reach", {"no_phone": "1", "safe_from": "19", "safe_until": "22"})
    claim.refresh_from_db()
    mine.refresh_from_db()
    assert [open_text(row.phone_sealed) + bytes(row.phone_blind).hex() for row in (claim, mine)] == ["", ""]


def test_only_who_opened_the_claim_changes_how_he_is_reached(client, now):
    claim, _code = whole_claim(client, this_month(now), phone="13812345678")
    got = Client().post(f"/track/{claim.number}/reach", {"phone": "13987654321"})
    assert got.status_code == 404
    claim.refresh_from_db()
    assert open_text(claim.phone_sealed) == "13812345678"


def test_a_month_that_is_claimed_is_shown_so_and_is_not_claimed_again(client, now):
    site = make_site(now)
    worker_signs_in(client, site.forgotten.worker, at=now)
    assert "/claim?site=P1" in client.get("/me").content.decode()
    begin(client, site="P1")
    client.post("/claim/2", {"m-2026-03": "1", "o-2026-03": "1400", "go": "next"})
    send(client)
    number = Claim.objects.get().number
    page = client.get("/me").content.decode()
    assert "正在追" in page
    assert f"/track/{number}" in page
    assert "/claim?site=P1" not in page
    month = client.get(f"/me/sites/{site.forgotten.pk}/2026-03").content.decode()
    assert f"/track/{number}" in month
    assert "/claim?site=P1" not in month
    client.post(f"/track/{number}/withdraw", {"sure": "1"})
    assert "/claim?site=P1" in client.get("/me").content.decode()


def test_who_withdrew_is_promised_nothing_more(client, now):
    claim, _code = whole_claim(client, this_month(now))
    assert "接下来" in client.get(f"/track/{claim.number}").content.decode()
    client.post(f"/track/{claim.number}/withdraw", {"sure": "1"})
    assert "接下来" not in client.get(f"/track/{claim.number}").content.decode()


def test_trips_that_cannot_be_read_are_named_as_trips(client, now):
    claim, _code = whole_claim(client, this_month(now))
    page = client.post(f"/track/{claim.number}/words", {"stars": "4", "trips": "一趟"})
    assert page.status_code == 422
    assert "趟数“一趟”看不懂" in page.content.decode()


def test_a_month_whose_claim_brought_all_looks_wrong_no_more_until_it_is_opened_again(client, now):
    site = make_site(now)
    worker_signs_in(client, site.forgotten.worker, at=now)
    begin(client, site="P1")
    client.post("/claim/2", {"m-2026-03": "1", "o-2026-03": "1400", "go": "next"})
    send(client)
    claim = Claim.objects.get()
    client.post(f"/track/{claim.number}/received", {"sum": "1400", "on": f"{now:%Y-%m-%d}"})
    move(case=claim.case, to="ended", by=make_user("closer", "officer", "140105"), at=now)
    page = client.get("/me").content.decode()
    assert "这些月份看着不对" not in page
    assert "/claim?site=P1" not in page
    got = client.post(f"/track/{claim.number}/reopen", {"text": "钱没有到手"}, follow=True).content.decode()
    assert "恢复办理：申请人对结果有异议" in got
    assert "claimant objects" not in got
    page = client.get("/me").content.decode()
    assert "正在追" in page
    assert f"/track/{claim.number}" in page


def test_days_are_shown_as_they_were_said(client, now):
    claim, _code = whole_claim(client, this_month(now))
    client.post(f"/track/{claim.number}/received", {"sum": "100", "on": f"{now:%Y-%m-%d}"})
    for told in ("2", "2.5"):
        client.post(f"/track/{claim.number}/words", {"days_spent": told})
        assert f'name="days_spent" value="{told}"' in client.get(f"/track/{claim.number}").content.decode()
