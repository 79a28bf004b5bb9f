"""What a worker sees of his own, what a stranger sees of a site, and what nobody sees of another."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from anxin.cases.models import Answer, LeaverAsk
from anxin.people.looks import WORKER, record_look
from anxin.people.models import Event, Organisation
from anxin.registry import actions
from anxin.registry.models import BoardText, Engagement
from anxin.vault.fields import open_text
from tests.people import identity, make_project, make_worker
from tests.portal.site import CARD, Site, make_site, make_user
from tests.workers import PHONE, worker_signs_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(at, monkeypatch) -> datetime:
    monkeypatch.setattr(timezone, "now", lambda: at)
    return at


@pytest.fixture
def site(at) -> Site:
    return make_site(at)


def telephone(engagement: Engagement, at: datetime, phone: str = PHONE) -> Client:
    client = Client()
    worker_signs_in(client, engagement.worker, at=at, phone=phone)
    return client


def said(client: Client, url: str) -> str:
    """The page's text without its markup."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode().partition("<main")[2]))


def test_the_months_show_what_was_worked_due_and_paid(site, at):
    pay = said(telephone(site.paid, at), "/me/pay")
    assert "出勤 10 天" in pay
    assert "5,000 元" in pay
    month = said(telephone(site.paid, at), f"/me/sites/{site.paid.pk}/2026-03")
    assert "应发 5,000 元" in month
    assert "已打到卡上 2026年4月10日" in month
    assert "2 11时 出勤" in month
    assert "12 没有考勤" in month


def test_a_refusal_of_the_bank_is_told_in_plain_words_with_what_helps(site, at):
    month = said(telephone(site.failed, at), f"/me/sites/{site.failed.pk}/2026-03")
    assert "没打成" in month
    assert "卡的户名和您登记的姓名不一样" in month
    assert "请把您本人的银行卡号告诉劳资专管员" in month
    assert "还差 5,000 元" in month
    assert "反映欠薪" in month


def test_who_worked_and_is_on_no_sheet_is_told_so_and_led_to_a_claim(site, at):
    home = said(telephone(site.forgotten, at), "/me")
    assert "这些月份看着不对 2026年3月" in home
    assert "没发" in home
    assert "没有工资表" in said(telephone(site.forgotten, at), f"/me/sites/{site.forgotten.pk}/2026-03")


def test_the_slip_holds_the_parts_and_prints(site, at):
    slip = said(telephone(site.failed, at), f"/me/sites/{site.failed.pk}/2026-03/slip")
    for part in ("测试2", "测试建设有限公司", "泥工A班", "S1", "5,000.00", "没打成", "还差"):
        assert part in slip


def test_what_the_site_registered_about_me_is_masked(site, at):
    page = said(telephone(site.paid, at), f"/me/sites/{site.paid.pk}")
    assert "固定期限合同" in page
    assert "**** 0001" in page
    assert identity(1) not in page
    assert identity(1)[-4:] in page
    assert f"{CARD}001" not in page


def test_another_workers_pages_are_not_there(site, at):
    client = telephone(site.paid, at)
    other = site.failed.pk
    for url in (f"/me/sites/{other}", f"/me/sites/{other}/2026-03", f"/me/sites/{other}/2026-03/slip",
                f"/me/sites/{other}/2026-03/not-paid"):  # fmt: skip
        assert client.get(url).status_code == 404, url
    for url in (f"/me/sites/{other}/2026-03/paid", f"/me/sites/{other}/left", f"/me/sites/{other}/2026-03/not-paid"):
        assert client.post(url, {"paid": "yes", "said": "paid", "holder": "me"}).status_code == 404, url
    assert not Answer.objects.exists()
    assert not LeaverAsk.objects.exists()


@pytest.mark.parametrize("month", ["2026-13", "2026-3", "2027-01", "soon", "0000-00"])
def test_a_month_that_is_none_or_has_not_begun_is_not_there(site, at, month):
    assert telephone(site.paid, at).get(f"/me/sites/{site.paid.pk}/{month}").status_code == 404


def test_personal_pages_stay_in_no_cache(site, at):
    client = telephone(site.paid, at)
    for url in ("/me", "/me/pay", "/me/looks", f"/me/sites/{site.paid.pk}/2026-03"):
        assert "no-store" in client.get(url).headers["Cache-Control"]
        assert "private" in client.get(url).headers["Cache-Control"]


def test_who_looked_is_told_and_ones_own_look_is_none(site, at):
    client = telephone(site.paid, at)
    before = Event.objects.count()
    assert "还没有人看过" in said(client, "/me/looks")
    said(client, f"/me/sites/{site.paid.pk}")
    assert Event.objects.count() == before
    unit = Organisation.objects.create(name="太原市人社局", kind="hr", region_code="140100")
    record_look(by=make_user(organisation=unit), at=at, subject=WORKER, subject_id=site.paid.worker_id,
                field="card", page="/projects/P1/months/2026-03/workers/1")  # fmt: skip
    page = said(client, "/me/looks")
    assert "太原市人社局 测试officer 工资卡号 2026-04-20 12:00" in page
    assert "还没有人看过" in said(telephone(site.failed, at), "/me/looks")


def test_did_it_arrive_is_asked_until_it_is_answered(site, at):
    client = telephone(site.paid, at)
    assert "2026年3月的工资到手了吗" in said(client, "/me")
    url = f"/me/sites/{site.paid.pk}/2026-03/paid"
    assert client.post(url, {"paid": "perhaps"}).status_code == 302
    assert not Answer.objects.exists()
    assert client.post(url, {"paid": "yes", "back": "home"}).headers["Location"] == "/me"
    home = said(client, "/me")
    assert "到手了吗" not in home
    assert "记下了：2026年3月的工资到手了" in home
    assert "您说到手了" in said(client, "/me/pay")


def test_a_no_against_the_banks_yes_asks_who_holds_the_card_and_offers_a_claim(site, at):
    client = telephone(site.paid, at)
    url = f"/me/sites/{site.paid.pk}/2026-03/paid"
    to = client.post(url, {"paid": "no"}).headers["Location"]
    page = said(client, to)
    assert "这张卡现在谁拿着" in page
    assert "任何人不得扣押您的工资卡" in page
    # Going on to a claim keeps what he has said.
    answer = client.post(to, {"holder": "foreman", "note": "三个月了", "go": "claim"})
    assert answer.headers["Location"] == "/claim?site=P1"
    client.post(to, {"holder": "nobody"})
    answer = Answer.objects.latest("pk")
    assert not answer.paid
    assert open_text(answer.note_sealed) == "工资卡：班组长（工头）拿着。三个月了"
    assert "您说没到手" in said(client, "/me")


def test_what_he_says_in_english_is_kept_in_the_officers_language(site, at):
    client = telephone(site.paid, at)
    client.cookies["django_language"] = "en"
    url = f"/me/sites/{site.paid.pk}/2026-03/not-paid"
    client.post(url, {"holder": "boss"})
    assert open_text(Answer.objects.get().note_sealed) == "工资卡：老板或公司拿着"


def test_where_the_bank_says_nothing_nobody_is_asked_about_cards(site, at):
    page = said(telephone(site.forgotten, at), f"/me/sites/{site.forgotten.pk}/2026-03/not-paid")
    assert "谁拿着" not in page
    assert "反映欠薪" in page


def test_a_leaver_is_asked_and_who_is_owed_goes_on_to_a_claim(site, at):
    actions.engage(project=site.project, worker=site.paid.worker, at=at, left_on=at.date() - timedelta(days=2))
    client = telephone(site.paid, at)
    assert "工资都结清了吗" in said(client, "/me")
    answer = client.post(f"/me/sites/{site.paid.pk}/left", {"said": "owed"})
    assert answer.headers["Location"] == "/claim?site=P1"
    assert "工资都结清了吗" not in said(client, "/me")
    client.post(f"/me/sites/{site.paid.pk}/left", {"said": "paid"})
    site.paid.refresh_from_db()
    assert site.paid.confirmed_on == at.date()


def test_who_has_not_left_cannot_say_that_all_is_settled(site, at):
    telephone(site.paid, at).post(f"/me/sites/{site.paid.pk}/left", {"said": "paid"})
    site.paid.refresh_from_db()
    assert site.paid.confirmed_on is None


def test_the_sites_page_says_what_article_34_asks_and_names_no_worker(site, at):
    actions.appoint_clerk(project=site.project, name="测试甲", since_on=at.date(), at=at, phone="13900000000")
    clerk = make_user("clerk", "clerk", "", "P1")
    BoardText.objects.create(
        project=site.project, by=clerk, at=at,
        entries={"duty_phone": "0351-0000001", "inspection_phone": "太原市监察支队 0351-0000003、12333",
                 "minimum_wage": "每月 1980 元"},
    )  # fmt: skip
    answer = Client().get("/s/P1")
    body = answer.content.decode()
    for text in ("测试建设有限公司", "测试甲", "次月 15 日", "每月 1980 元", 'href="tel:03510000001"',
                 'href="tel:03510000003"', 'href="tel:12348"', "/claim?site=P1"):  # fmt: skip
        assert text in body
    assert "13900000000" not in body
    for engagement in Engagement.objects.select_related("worker"):
        assert engagement.worker.name not in body
    assert 'href="tel:1980"' not in body


@pytest.mark.parametrize("code", ["NONE", "P1%27", "x" * 300])
def test_an_unknown_code_is_met_calmly_and_still_leads_to_a_claim(code):
    answer = Client().get(f"/s/{code}")
    assert answer.status_code == 404
    assert 'href="/claim"' in answer.content.decode()


def test_a_site_that_has_not_begun_shows_nothing(at):
    make_project(at, status="preparing", name="保密项目")
    assert "保密项目" not in Client().get("/s/P1").content.decode()


def test_somebody_on_no_site_still_finds_the_way(at):
    lone = make_worker(make_project(at), 1, at)
    Engagement.objects.all().delete()
    client = telephone(lone, at)
    assert "没有工地给您登记过" in said(client, "/me")
    assert "还没有您的考勤和工资记录" in said(client, "/me/pay")


def test_the_app_is_small_and_its_keeper_keeps_nothing_personal(site, at):
    client = telephone(site.paid, at)
    manifest = client.get("/me/manifest.webmanifest").json()
    assert manifest["start_url"] == "/me"
    for one in manifest["icons"]:
        picture = client.get(one["src"])
        assert picture.headers["Content-Type"] == one["type"]
        assert picture.content
    keeper = client.get("/me/keeper.js")
    assert keeper.headers["Service-Worker-Allowed"] == "/"
    kept = re.search(r"const kept = \[(.*?)\];", keeper.content.decode())[1].replace('"', "").split(", ")
    assert kept[0] == "/me/offline"
    assert all(address.startswith(("/static/", "/me/icons/", "/me/offline")) for address in kept)
    assert "测试" not in client.get("/me/offline").content.decode()
    assert client.get("/me/icons/../settings.py").status_code == 404
    assert client.get("/me/icons/keys.json").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_money_and_days_are_said_as_people_say_them(site, at, language):
    client = telephone(site.paid, at)
    client.cookies["django_language"] = language
    body = client.get(f"/me/sites/{site.paid.pk}/2026-03").content.decode()
    assert ("2026年4月10日" if language == "zh-hans" else "10 April 2026") in body
    assert f'lang="{"zh-Hans" if language == "zh-hans" else "en"}"' in body
    assert date(2026, 4, 10).isoformat() not in body


def test_an_officer_sees_contested_months_of_his_region_alone(site, at):
    telephone(site.paid, at).post(f"/me/sites/{site.paid.pk}/2026-03/not-paid", {"holder": "foreman"})
    actions.engage(project=site.project, worker=site.forgotten.worker, at=at, left_on=at.date())
    telephone(site.forgotten, at, "13900000003").post(f"/me/sites/{site.forgotten.pk}/left", {"said": "owed"})
    here, there = Client(), Client()
    here.force_login(make_user())
    there.force_login(make_user("far", region="520000"))
    page = said(here, "/contested")
    assert "测试1" in page
    assert "工资卡：班组长（工头）拿着" in page
    assert "离场工人说还欠着 1" in page
    assert "工人 项目 退场 回答日期 测试3" in said(here, "/contested?view=left")
    assert "测试3" not in said(there, "/contested?view=left")
    other = said(there, "/contested")
    assert "没有到手争议" in other
    assert "测试1" not in other
    assert "测试3" not in other
    telephone(site.paid, at).post(f"/me/sites/{site.paid.pk}/2026-03/paid", {"paid": "yes"})
    assert "测试1" not in said(here, "/contested")
