"""A phone signs in: its code, its limits, its session, and for whom it stands; and who tries to be another."""

import logging
import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from anxin.cases.answers import answer
from anxin.notices.models import Delivery
from anxin.people.models import Event, PhoneCode, PhoneOwner, PhoneSession, User
from anxin.people.phone_codes import TRIES, WRONG, ask_code, normal_phone, try_code
from anxin.people.phones import IDENTITY_TRIES, NUMBER_TRIES, begin_session, forget_worker, session_of
from anxin.portal.worker.access import COOKIE
from anxin.vault.fields import open_text, seal_text
from tests.people import identity, make_project, make_worker
from tests.portal.site import make_user
from tests.workers import PHONE, phone_signs_in, worker_signs_in

pytestmark = pytest.mark.django_db
OLD = "13900000009"
WIDE = {ord(digit): 0xFF10 + int(digit) for digit in "0123456789"}


@pytest.fixture(autouse=True)
def clock(at, monkeypatch) -> datetime:
    monkeypatch.setattr(timezone, "now", lambda: at)
    monkeypatch.setenv("ANXIN_SMS", "http://gateway.invalid")
    return at


def later(monkeypatch, at: datetime, **by) -> datetime:
    moment = at + timedelta(**by)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment


def asks(client: Client, phone: str = PHONE) -> str:
    """He types his phone. Answers the mark of the form that asks for the code."""
    page = client.post("/me/sign-in", {"phone": phone}).content.decode()
    found = re.search(r'name="asked" value="([^"]+)"', page)
    return found[1] if found else page


def code_sent() -> str:
    text = open_text(Delivery.objects.filter(secret=True).latest("pk").text_sealed)
    return re.search(r"\d{6}", text)[0]


def types(client: Client, asked: str, code: str, **more):
    return client.post("/me/sign-in", {"asked": asked, "step": "code", "code": code, **more})


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("139 0000 0001", PHONE), ("+86-139-0000-0001", PHONE), (PHONE.translate(WIDE), PHONE),
        ("１３９００００００１", ""), ("12900000001", ""), ("1390000000", ""), ("139000000011", ""), ("", ""),
        ("١٣٩٠٠٠٠٠٠٠١", ""),
    ],
)  # fmt: skip
def test_a_phone_is_known_however_it_is_typed(typed, phone):
    assert normal_phone(typed) == phone


def test_a_code_lets_in_once_and_lies_nowhere_in_the_clear(client, at, caplog):
    caplog.set_level(logging.DEBUG)
    asked = asks(client)
    code = code_sent()
    answer = types(client, asked, code, next="/me/pay")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/me/sign-in?next=%2Fme%2Fpay"
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    stranger = Client()
    assert "已经不能用了" in types(stranger, asked, code).content.decode()
    assert COOKIE not in stranger.cookies
    with connection.cursor() as cursor:
        for table in ("people_phonecode", "people_phonesession", "notices_delivery", "django_session"):
            cursor.execute(f"SELECT * FROM {table}")
            held = str([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()])
            assert code not in held
            assert PHONE not in held
            assert cookie.value not in held
    assert code not in caplog.text
    assert PHONE not in caplog.text


def test_without_a_gateway_the_page_says_so_and_shows_no_code(client, monkeypatch, settings):
    monkeypatch.delenv("ANXIN_SMS")
    assert "还没有开通短信" in client.get("/me/sign-in").content.decode()
    page = client.post("/me/sign-in", {"phone": PHONE}).content.decode()
    assert "还没有开通短信" in page
    assert not PhoneCode.objects.exists()
    settings.DEMO = True
    page = client.post("/me/sign-in", {"phone": PHONE}).content.decode()
    assert re.search(r"这是演示.*\d{6}", page)
    assert not Delivery.objects.exists()


def test_with_a_gateway_even_the_demo_shows_no_code(client, settings):
    settings.DEMO = True
    page = client.post("/me/sign-in", {"phone": PHONE}).content.decode()
    assert "演示" not in page
    assert code_sent() not in page


def test_an_impatient_thumb_gets_one_message(client, at, monkeypatch):
    asked = asks(client)
    for _ in range(5):
        client.post("/me/sign-in", {"phone": PHONE})
        client.post("/me/sign-in", {"asked": asked, "step": "again"})
    assert Delivery.objects.count() == 1
    later(monkeypatch, at, seconds=61)
    client.post("/me/sign-in", {"asked": asked, "step": "again"})
    assert Delivery.objects.count() == 2


def test_messages_to_a_phone_end_and_other_phones_behind_the_same_address_are_not_touched(client, at, monkeypatch):
    for n in range(8):
        later(monkeypatch, at, minutes=2 * n)
        client.post("/me/sign-in", {"phone": PHONE})
    assert PhoneCode.objects.count() == 5
    page = client.post("/me/sign-in", {"phone": PHONE}).content.decode()
    assert "13:00" in page
    for n in range(100):
        assert "验证码" in client.post("/me/sign-in", {"phone": f"1380000{n:04d}"}).content.decode()
    assert PhoneCode.objects.count() == 105


def test_codes_are_not_guessed(client, at, monkeypatch):
    asked = asks(client)
    code = code_sent()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for left in range(TRIES - 1, 0, -1):
        assert f"还可以试 {left} 次" in types(client, asked, wrong).content.decode()
    assert "已经不能用了" in types(client, asked, wrong).content.decode()
    assert "已经不能用了" in types(client, asked, code).content.decode()
    later(monkeypatch, at, minutes=2)
    asked = asks(client)
    wrong = f"{(int(code_sent()) + 1) % 10**6:06d}"
    for _ in range(WRONG - TRIES):
        page = types(client, asked, wrong).content.decode()
    assert "先歇一会儿" in page
    assert "13:00" in page
    later(monkeypatch, at, minutes=30)
    assert "先歇一会儿" in client.post("/me/sign-in", {"phone": PHONE}).content.decode()
    assert "13:00" not in asks(Client(), OLD)
    later(monkeypatch, at, minutes=63)
    assert types(client, asks(client), code_sent()).status_code == 302
    assert not PhoneSession.objects.exclude(phone_blind=PhoneCode.objects.latest("pk").phone_blind).exists()


def test_a_code_ends_and_the_newest_one_counts(at):
    first = ask_code(phone=PHONE, at=at)
    second = ask_code(phone=PHONE, at=at + timedelta(minutes=2))
    assert try_code(asked=first.row, code=first.code, at=at + timedelta(minutes=3)).state == (
        "right" if first.code == second.code else "wrong"
    )
    assert try_code(asked=second.row, code=second.code, at=at + timedelta(minutes=12)).state == "over"
    assert second.code not in repr(second)


def test_a_made_up_mark_opens_nothing(client):
    asks(client)
    for mark in ("", "1", "IjEi:x:y", str(PhoneCode.objects.get().pk)):
        page = types(client, mark, code_sent())
        assert page.status_code == 200
        assert COOKIE not in client.cookies


def test_a_session_ends_after_thirty_idle_days_and_lives_on_while_used(at):
    token = begin_session(phone=PHONE, at=at)
    assert session_of(token, at=at + timedelta(days=29)) is not None
    assert session_of(token, at=at + timedelta(days=58)) is not None
    assert session_of(token, at=at + timedelta(days=89)) is None
    assert session_of("", at=at) is session_of("x" * 43, at=at) is None


@pytest.fixture
def engagement(at):
    return make_worker(make_project(at), 1, at)


def says_who(client: Client, name: str = "测试1", number: str = identity(1)):
    return client.post("/me/who", {"name": name, "identity": number, "next": "/me/pay"})


def test_who_types_his_own_name_and_number_is_known_from_then_on(client, engagement, at):
    phone_signs_in(client, at=at)
    assert client.get("/me").headers["Location"] == "/me/who?next=%2Fme"
    answer = says_who(client, " 测 试1 ", identity(1).lower())
    assert answer.headers["Location"] == "/me/pay"
    assert "测试1" in client.get("/me").content.decode()
    event = Event.objects.get(action="phone-bind")
    assert (event.who, event.subject_id) == ("worker", str(engagement.worker_id))
    again = Client()
    phone_signs_in(again, at=at)
    assert again.get("/me").status_code == 200


def test_a_wrong_name_and_an_unknown_number_get_the_same_answer(client, engagement, at):
    phone_signs_in(client, at=at)
    pages = [says_who(client, "别人").content.decode(), says_who(client, "别人", identity(2)).content.decode()]
    plain = [re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page) for page in pages]
    assert plain[0] == plain[1]
    assert "没有对上" in plain[0]
    assert identity(1) not in plain[0]
    assert client.get("/me").status_code == 302


def test_a_slip_of_the_pen_is_no_try(client, engagement, at):
    phone_signs_in(client, at=at)
    for _ in range(IDENTITY_TRIES + 1):
        assert "有一位写错了" in says_who(client, number=identity(1)[:-1] + "?").content.decode()
    assert says_who(client).status_code == 302


def test_identity_numbers_are_not_guessed_from_one_phone(client, engagement, at, monkeypatch):
    phone_signs_in(client, at=at)
    for n in range(IDENTITY_TRIES):
        assert says_who(client, number=identity(100 + n)).status_code == 200
    assert says_who(client).status_code == 429
    other = Client()
    phone_signs_in(other, at=at, phone=OLD)
    assert says_who(other).status_code == 302
    later(monkeypatch, at, days=1, minutes=1)
    assert says_who(client).status_code == 302


def test_names_to_one_identity_number_are_not_guessed_from_many_phones(engagement, at):
    for n in range(NUMBER_TRIES):
        client = Client()
        phone_signs_in(client, at=at, phone=f"1380000{n:04d}")
        assert says_who(client, f"猜{n}").status_code == 200
    client = Client()
    phone_signs_in(client, at=at, phone="13800009999")
    assert says_who(client).status_code == 429


def test_the_foreman_who_knows_number_and_name_waits_a_day_and_the_worker_is_told(engagement, at, monkeypatch):
    engagement.worker.phone_sealed = seal_text(OLD)
    engagement.worker.save()
    foreman = Client()
    phone_signs_in(foreman, at=at)
    assert says_who(foreman).headers["Location"] == "/me/who"
    page = foreman.get("/me/who").content.decode()
    assert "请等一天" in page
    assert OLD not in page
    assert foreman.get("/me").status_code == 302
    warned = Delivery.objects.get(secret=False)
    assert open_text(warned.address_sealed) == OLD
    assert PHONE[-4:] in open_text(warned.text_sealed)
    assert PHONE not in open_text(warned.text_sealed)

    worker = Client()
    phone_signs_in(worker, at=at, phone=OLD)
    assert says_who(worker).headers["Location"] == "/me/pay"
    assert "139****0001" in worker.get("/me").content.decode()
    theirs = PhoneOwner.objects.exclude(holds_from=at).get()
    assert foreman.post(f"/me/phones/{theirs.pk}/not-me").status_code == 302
    assert worker.post(f"/me/phones/{theirs.pk}/not-me").status_code == 302
    assert "139****0001" not in worker.get("/me").content.decode()
    later(monkeypatch, at, days=2)
    assert foreman.get("/me").headers["Location"].startswith("/me/sign-in")
    assert worker.get("/me").status_code == 200


def test_a_new_phone_nobody_objects_to_holds_after_a_day(client, engagement, at, monkeypatch):
    worker_signs_in(Client(), engagement.worker, at=at, phone=OLD)
    phone_signs_in(client, at=at)
    says_who(client)
    later(monkeypatch, at, hours=23)
    assert client.get("/me").status_code == 302
    later(monkeypatch, at, hours=25)
    assert client.get("/me").status_code == 200


def test_another_workers_phone_row_cannot_be_ended(client, engagement, at):
    worker_signs_in(client, engagement.worker, at=at)
    other = make_worker(engagement.project, 2, at)
    worker_signs_in(Client(), other.worker, at=at, phone=OLD)
    theirs = PhoneOwner.objects.get(worker_id=other.worker_id)
    client.post(f"/me/phones/{theirs.pk}/not-me")
    theirs.refresh_from_db()
    assert theirs.ended_at is None


def test_a_number_sold_on_asks_its_new_owner_who_he_is(client, engagement, at, monkeypatch):
    worker_signs_in(Client(), engagement.worker, at=at)
    moment = later(monkeypatch, at, days=91)
    phone_signs_in(client, at=moment)
    assert client.get("/me").headers["Location"].startswith("/me/who")


def test_who_guesses_long_enough_still_has_to_say_who_he_is(client, engagement, at, monkeypatch):
    worker_signs_in(Client(), engagement.worker, at=at)
    types(client, asks(client), code_sent())
    assert client.get("/me").status_code == 200
    client.post("/me/sign-out")
    later(monkeypatch, at, minutes=2)
    asked = asks(client)
    wrong = f"{(int(code_sent()) + 1) % 10**6:06d}"
    for _ in range(TRIES):
        types(client, asked, wrong)
    later(monkeypatch, at, minutes=4)
    assert types(client, asks(client), code_sent()).status_code == 302
    assert client.get("/me").headers["Location"].startswith("/me/who")


def test_an_officer_is_no_worker_and_a_worker_no_officer(client, engagement, at):
    client.force_login(User.objects.create_user("officer", password="x", role="officer", region="140000"))
    assert client.get("/me").headers["Location"].startswith("/me/sign-in")
    worker_signs_in(client, engagement.worker, at=at)
    assert client.get("/me").status_code == 200
    assert client.get("/warnings").status_code == 200
    client.post("/me/sign-out")
    assert client.get("/warnings").status_code == 200
    worker = Client()
    worker_signs_in(worker, engagement.worker, at=at)
    assert worker.get("/warnings").headers["Location"].startswith("/sign-in")


def test_signing_out_ends_the_session_not_only_the_cookie(client, engagement, at):
    token = worker_signs_in(client, engagement.worker, at=at)
    client.post("/me/sign-out")
    client.cookies[COOKIE] = token
    assert client.get("/me").headers["Location"].startswith("/me/sign-in")


def test_a_new_code_gives_a_new_token_and_ends_the_old(client, engagement, at):
    token = worker_signs_in(client, engagement.worker, at=at)
    types(client, asks(client), code_sent())
    assert client.cookies[COOKIE].value != token
    assert session_of(token, at=at) is None


def test_nobody_is_led_out_of_the_house(client, engagement, at):
    worker_signs_in(client, engagement.worker, at=at)
    for to in ("https://evil.invalid/", "//evil.invalid", "javascript:alert(1)"):
        assert client.get("/me/sign-in", {"next": to}).headers["Location"] == "/me"


def test_an_officer_who_has_seen_his_card_confirms_a_phone_and_the_site_sees_nothing_of_it(client, engagement, at):
    worker_signs_in(Client(), engagement.worker, at=at, phone=OLD)
    phone_signs_in(client, at=at)
    says_who(client)
    assert client.get("/me").status_code == 302
    said = {"project_id": engagement.project_id, "month": "2026-03", "paid": False, "note": "卡在工头手里"}
    answer(worker=engagement.worker, at=at, **said)
    officer, clerk = Client(), Client()
    officer.force_login(make_user())
    clerk.force_login(make_user("clerk", "clerk", "", "P1"))
    page = f"/projects/P1/months/2026-03/workers/{engagement.pk}"
    seen = officer.get(page).content.decode()
    assert "卡在工头手里" in seen
    assert "139****0001" in seen
    hidden = clerk.get(page).content.decode()
    assert "卡在工头手里" not in hidden
    assert "0001" not in hidden
    waiting = PhoneOwner.objects.get(holds_from__gt=at)
    assert clerk.post(f"{page}/phones/{waiting.pk}", {"decision": "end"}).status_code == 403
    assert officer.post(f"{page}/phones/{waiting.pk}", {"decision": "confirm"}).status_code == 302
    assert client.get("/me").status_code == 200
    assert Event.objects.get(action="phone-confirm").by.username == "officer"
    officer.post(f"{page}/phones/{waiting.pk}", {"decision": "end"})
    assert client.get("/me").status_code == 302


def test_a_worker_who_became_nameless_leaves_no_phone(engagement, at):
    worker_signs_in(Client(), engagement.worker, at=at)
    forget_worker(engagement.worker_id)
    assert not PhoneOwner.objects.exists()
    assert not PhoneSession.objects.exists()
