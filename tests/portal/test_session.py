"""Signing in and out, the language, and what an address may not do."""

import pytest

from anxin.people.models import User
from tests.portal.site import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def sign_in(client, **more):
    return client.post("/sign-in", {"username": "officer", "password": PASSWORD, **more})


def test_a_stranger_is_asked_to_sign_in_and_led_back(client):
    make_user()
    asked = client.get("/warnings?level=red")
    assert asked.headers["Location"] == "/sign-in?next=/warnings%3Flevel%3Dred"
    assert sign_in(client, next="/warnings?level=red").headers["Location"] == "/warnings?level=red"


def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(client):
    make_user()
    wrong = client.post("/sign-in", {"username": "officer", "password": "no"})
    unknown = client.post("/sign-in", {"username": "nobody", "password": "no"})
    assert "用户名或密码不正确" in wrong.content.decode()
    assert "用户名或密码不正确" in unknown.content.decode()
    assert "no" not in client.session


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(client, elsewhere):
    make_user()
    assert sign_in(client, next=elsewhere).headers["Location"] == "/"


def test_a_partial_request_without_a_session_sends_the_window_to_the_sign_in_page(client):
    answer = client.get("/warnings", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in")


def test_signing_out_needs_a_post(client):
    make_user()
    sign_in(client)
    assert client.get("/sign-out").status_code == 405
    client.post("/sign-out")
    assert client.get("/warnings").status_code == 302


def test_pages_speak_chinese_until_english_is_chosen_and_the_choice_stays_with_the_person(client):
    make_user()
    sign_in(client)
    english_browser = {"Accept-Language": "en"}
    assert "没有未解除的预警" in client.get("/warnings", headers=english_browser).content.decode()
    client.post("/language", {"language": "en", "next": "/warnings"})
    assert "No open warnings" in client.get("/warnings").content.decode()
    client.cookies.clear()
    sign_in(client)
    assert "No open warnings" in client.get("/warnings").content.decode()
    assert User.objects.get(username="officer").language == "en"


def test_an_unknown_language_changes_nothing(client):
    assert client.post("/language", {"language": "xx", "next": "/sign-in"}).headers["Location"] == "/sign-in"
    assert "django_language" not in client.cookies


def test_a_role_without_the_permission_is_refused(client):
    client.force_login(make_user("clerk", role="clerk", project="P1"))
    assert client.get("/rules").status_code == 403
    assert client.get("/warnings").status_code == 200
