"""Signing in: lock-out, one-time codes, own passwords, sessions that can be ended."""

import re
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from anxin.people import accounts, arrivals, attempts, second_step
from anxin.people.models import Arrival, Attempt, BackupCode, Event, SecondStep, User
from anxin.vault.fields import open_bytes
from tests.access.world import make_person
from tests.portal.site import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    return make_person("officer", "officer", "140100")


def sign_in(client: Client, password: str = PASSWORD, name: str = "officer", **more):
    return client.post("/sign-in", {"username": name, "password": password}, **more)


def is_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def code_at(person: User, moment) -> str:
    secret = open_bytes(SecondStep.objects.get(person=person).secret_sealed)
    return TOTP(secret, 6, SHA1(), 30).generate(int(moment.timestamp())).decode()


def with_codes(person: User, at=None) -> list[str]:
    """One-time codes in use, the first of them proved a while ago."""
    before = (at or timezone.now()) - timedelta(minutes=5)
    second_step.offer(person=person, at=before)
    codes = second_step.confirm(person=person, code=code_at(person, before), at=before)
    assert codes is not None
    return codes


# Lock-out


def test_the_sixth_try_is_not_heard_even_with_the_right_password(client, officer):
    for _ in range(5):
        assert sign_in(client, "wrong").status_code == 200
    locked = sign_in(client)
    assert locked.status_code == 429
    assert "15 分钟后再试" in locked.content.decode()
    assert not is_in(client)
    assert [e.action for e in Event.objects.order_by("number")][-2:] == ["sign-in-failed", "sign-in-locked"]


def test_names_that_are_nobodys_are_locked_alike(client):
    answers = [sign_in(client, "wrong", "nobody").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert b"nobody" not in b"".join(bytes(a.name_blind) for a in Attempt.objects.all())


def test_who_sits_elsewhere_may_still_come_in(client, officer):
    for _ in range(6):
        sign_in(client, "wrong", REMOTE_ADDR="10.0.0.9")
    assert sign_in(client, REMOTE_ADDR="10.0.0.7").status_code == 302


def test_tries_from_many_places_lock_the_name(client, officer):
    answers = [sign_in(client, "wrong", REMOTE_ADDR=f"10.0.0.{n}").status_code for n in range(21)]
    assert answers == [200] * 20 + [429]


def test_a_lock_opens_with_time_and_is_not_lengthened_by_trying(at):
    for n in range(5):
        attempts.begin_attempt(name="x", address="a", at=at + timedelta(minutes=n))
    for n in range(5, 15):
        with pytest.raises(attempts.Locked) as locked:
            attempts.begin_attempt(name="x", address="a", at=at + timedelta(minutes=n))
        assert locked.value.until == at + timedelta(minutes=15)
    attempts.begin_attempt(name="x", address="a", at=at + timedelta(minutes=15, seconds=1))


def test_a_clock_set_back_does_not_open_a_lock(at):
    for _ in range(5):
        attempts.begin_attempt(name="x", address="a", at=at)
    with pytest.raises(attempts.Locked):
        attempts.begin_attempt(name="x", address="a", at=at - timedelta(hours=2))


def test_signing_in_wipes_out_ones_own_tries(client, officer):
    for _ in range(4):
        sign_in(client, "wrong")
    assert sign_in(client).status_code == 302
    client.post("/sign-out")
    for _ in range(4):
        assert sign_in(client, "wrong").status_code == 200


# Passwords


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short-1", "too_short"),
        ("password123", "too_common"),
        ("12093487563", "entirely_numeric"),
        ("theofficer1", "too_similar"),
        (PASSWORD, "same"),
    ],
)
def test_weak_passwords_are_refused(officer, password, why, at):
    with pytest.raises(ValidationError) as weak:
        accounts.choose_password(person=officer, password=password, at=at)
    assert why in {f"{e.code}".removeprefix("password_") for e in weak.value.error_list}


def test_a_given_password_is_changed_before_anything_else(client, officer):
    given = accounts.give_password(person=officer, by=None, at=timezone.now())
    assert sign_in(client, given).headers["Location"] == "/sign-in/password"
    assert not is_in(client)
    assert client.post("/sign-in/password", {"password": "short", "again": "short"}).status_code == 422
    assert client.post("/sign-in/password", {"password": "x" * 20, "again": "y" * 20}).status_code == 422
    mine = "a word of my own 7"
    assert client.post("/sign-in/password", {"password": mine, "again": mine}).status_code == 302
    assert is_in(client)
    other = Client()
    assert sign_in(other, given).status_code == 200
    assert sign_in(other, mine).status_code == 302
    assert is_in(other)


def test_an_old_password_must_be_changed_where_the_installation_says_so(client, officer, settings):
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=91))
    settings.PASSWORD_DAYS = 90
    assert sign_in(client).headers["Location"] == "/sign-in/password"
    settings.PASSWORD_DAYS = 0
    assert sign_in(Client()).headers["Location"] == "/"


def test_changing_the_password_ends_the_other_sessions_and_asks_for_the_old_one(client, officer):
    sign_in(client)
    other = Client()
    sign_in(other)
    new = {"password": "another long word 8", "again": "another long word 8"}
    assert client.post("/account/password", {"now": "wrong", **new}).status_code == 422
    assert is_in(other)
    assert client.post("/account/password", {"now": PASSWORD, **new}).status_code == 302
    assert is_in(client)
    assert not is_in(other)
    assert Arrival.objects.get().session_key == client.session.session_key


def test_trying_old_passwords_on_an_open_session_is_counted(client, officer):
    sign_in(client)
    new = {"password": "another long word 8", "again": "another long word 8"}
    for _ in range(5):
        client.post("/account/password", {"now": "wrong", **new})
    client.post("/account/password", {"now": PASSWORD, **new})
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)


# The second step


def test_with_one_time_codes_a_password_alone_opens_nothing(client, officer):
    with_codes(officer)
    assert sign_in(client).headers["Location"] == "/sign-in/code"
    assert not is_in(client)
    client.post("/sign-in/code", {"code": "000000"})
    assert not is_in(client)
    assert client.post("/sign-in/code", {"code": code_at(officer, timezone.now())}).status_code == 302
    assert is_in(client)


def test_a_code_is_good_once_and_only_around_its_time(officer, at):
    with_codes(officer, at)
    code = code_at(officer, at)
    assert second_step.check(person=officer, code=code, at=at)
    assert not second_step.check(person=officer, code=code, at=at)
    later = at + timedelta(minutes=10)
    assert not second_step.check(person=officer, code=code_at(officer, later - timedelta(minutes=1)), at=later)
    assert second_step.check(person=officer, code=code_at(officer, later - timedelta(seconds=30)), at=later)
    assert not second_step.check(person=officer, code="", at=later)
    assert not second_step.check(person=officer, code="１２３４５６", at=later)


def test_a_backup_code_is_good_once(officer, at):
    codes = with_codes(officer, at)
    assert len(set(codes)) == 10
    typed = codes[3].lower().replace("-", " ")
    assert second_step.check(person=officer, code=typed, at=at)
    assert not second_step.check(person=officer, code=typed, at=at)
    assert second_step.codes_left(officer) == 9
    assert not any(codes[0].replace("-", "").encode() in bytes(row.code_blind) for row in BackupCode.objects.all())
    assert not second_step.check(person=make_person("another", "officer", "140100"), code=codes[0], at=at)


def test_codes_cannot_be_tried_for_ever(client, officer):
    with_codes(officer)
    sign_in(client)
    answers = [client.post("/sign-in/code", {"code": f"{n:06}"}).status_code for n in range(6)]
    assert answers[-1] == 429
    assert client.post("/sign-in/code", {"code": code_at(officer, timezone.now())}).status_code == 429
    assert not is_in(client)


def test_a_role_that_needs_codes_puts_them_into_use_first(client, officer, settings):
    settings.SECOND_STEP_ROLES = ["officer"]
    assert sign_in(client).headers["Location"] == "/sign-in/enrol"
    page = client.get("/sign-in/enrol").content.decode()
    assert "<svg" in page
    secret = re.search(r'class="ax-secret">([A-Z2-7]+)<', page).group(1)
    assert secret == second_step.secret_of(officer.second_step)
    assert not is_in(client)
    assert client.post("/sign-in/enrol", {"code": "1"}).status_code == 200
    shown = client.post("/sign-in/enrol", {"code": code_at(officer, timezone.now())}).content.decode()
    assert len(re.findall(r"<li>[A-Z0-9]{5}-[A-Z0-9]{5}</li>", shown)) == 10
    assert client.post("/sign-in/enter").status_code == 302
    assert is_in(client)
    client.post("/account/second-step/remove", {"now": PASSWORD})
    assert second_step.has_second_step(officer)


def test_the_secret_lies_sealed(officer, at):
    secret = open_bytes(second_step.offer(person=officer, at=at).secret_sealed)
    assert secret not in bytes(SecondStep.objects.get().secret_sealed)
    assert "secret" not in repr(SecondStep.objects.get()).lower().replace("secondstep", "")


def test_who_finds_a_page_open_puts_no_telephone_of_his_own_in(client, officer):
    sign_in(client)
    assert "<svg" not in client.get("/account/second-step").content.decode().partition("<main")[2]
    assert not SecondStep.objects.exists()
    offered = second_step.offer(person=officer, at=timezone.now())
    code = code_at(officer, timezone.now())
    assert client.post("/account/second-step", {"code": code}).status_code == 422
    assert not second_step.has_second_step(officer)
    assert second_step.secret_of(offered) not in client.get("/account/second-step").content.decode()
    refused = client.post("/account/second-step", {"now": "wrong"})
    assert refused.status_code == 422
    assert "当前密码不正确" in refused.content.decode()
    client.post("/account/second-step", {"now": PASSWORD})
    assert second_step.secret_of(offered) in client.get("/account/second-step").content.decode()
    session = client.session
    session["second-step-proven"] = timezone.now().timestamp() - 601
    session.save()
    assert client.post("/account/second-step", {"code": code}).status_code == 422
    assert not second_step.has_second_step(officer)


def test_who_has_no_password_shows_a_code_before_codes_are_done_without(client, officer):
    with_codes(officer)
    officer.set_unusable_password()
    officer.save()
    client.force_login(officer)
    assert "当前动态验证码" in client.get("/account").content.decode()
    for what in ("remove", "codes"):
        before = set(BackupCode.objects.values_list("pk", flat=True))
        client.post(f"/account/second-step/{what}")
        client.post(f"/account/second-step/{what}", {"now": "000"})
        assert second_step.has_second_step(officer)
        assert before == set(BackupCode.objects.values_list("pk", flat=True))
    client.post("/account/second-step/remove", {"now": code_at(officer, timezone.now())})
    assert not second_step.has_second_step(officer)


def test_one_puts_codes_into_use_and_out_again_with_the_password(client, officer):
    sign_in(client)
    client.post("/account/second-step", {"now": PASSWORD})
    client.get("/account/second-step")
    assert client.post("/account/second-step", {"code": "123"}).status_code == 422
    assert (
        "ax-codes" in client.post("/account/second-step", {"code": code_at(officer, timezone.now())}).content.decode()
    )
    client.post("/account/second-step/remove", {"now": "wrong"})
    assert second_step.has_second_step(officer)
    before = set(BackupCode.objects.values_list("pk", flat=True))
    assert client.post("/account/second-step/codes", {"now": PASSWORD}).status_code == 200
    assert before.isdisjoint(BackupCode.objects.values_list("pk", flat=True))
    client.post("/account/second-step/remove", {"now": PASSWORD})
    assert not second_step.has_second_step(officer)


@pytest.mark.parametrize("step", ["code", "enrol", "password", "enter"])
def test_nobody_enters_in_the_middle(client, officer, step):
    assert client.post(f"/sign-in/{step}").headers["Location"] == "/sign-in"
    assert not is_in(client)


def test_the_way_in_closes_when_the_password_changes_meanwhile_or_time_runs_out(client, officer):
    with_codes(officer)
    sign_in(client)
    session = client.session
    session["arriving"] = {**session["arriving"], "at": timezone.now().timestamp() - 601}
    session.save()
    assert client.post("/sign-in/code", {"code": code_at(officer, timezone.now())}).headers["Location"] == "/sign-in"
    sign_in(client)
    officer.set_password("another long word 8")
    officer.save()
    assert client.post("/sign-in/code", {"code": code_at(officer, timezone.now())}).headers["Location"] == "/sign-in"
    assert not is_in(client)


# Sessions


def test_sessions_are_listed_and_one_can_be_ended(client, officer):
    sign_in(client, HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Chrome/120", REMOTE_ADDR="10.0.0.1")
    other = Client()
    sign_in(other, HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Safari/605", REMOTE_ADDR="10.0.0.2")
    page = client.get("/account").content.decode()
    assert "Chrome · Windows" in page
    assert "Safari · iPhone" in page
    assert "10.0.0.2" in page
    assert client.session.session_key not in page
    theirs = Arrival.objects.get(session_key=other.session.session_key)
    assert client.post(f"/account/sessions/{theirs.pk}/end").status_code == 302
    assert not is_in(other)
    assert is_in(client)


def test_all_others_are_ended_at_once_and_nobody_ends_anothers(client, officer):
    sign_in(client)
    others = [Client(), Client()]
    for other in others:
        sign_in(other)
    stranger = make_person("stranger", "officer", "140100")
    theirs = arrivals.arrive(
        person=stranger, session_key="theirs", at=timezone.now(), address="", device="", way="password"
    )
    assert client.post(f"/account/sessions/{theirs.pk}/end").status_code == 404
    client.post("/account/sessions/end")
    assert [is_in(c) for c in [client, *others]] == [True, False, False]
    assert Arrival.objects.filter(person=stranger).count() == 1


def test_signing_in_gives_the_session_a_new_key(client, officer):
    session = client.session
    session["planted"] = 1
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    sign_in(client)
    assert client.session.session_key != planted


def test_a_permission_withdrawn_during_a_session_is_gone_at_the_next_request(client):
    chief = make_person("officer", "chief", "140100")
    operator = make_person("operator", "operator", "")
    sign_in(client)
    assert client.get("/people").status_code == 200
    place = accounts.place_of(chief)
    accounts.change_place(
        person=chief, place=accounts.Place("officer", place.organisation, "140105"), by=operator, at=timezone.now()
    )
    assert client.get("/people").status_code == 403
    assert client.get("/?region=140100").status_code == 404
    assert client.get("/?region=140105").status_code == 200
    accounts.suspend(person=chief, by=operator, at=timezone.now())
    assert client.get("/warnings").headers["Location"].startswith("/sign-in")
