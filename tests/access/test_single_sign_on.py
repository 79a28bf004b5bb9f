"""The government's single sign-on says who somebody is; everything that does not fit keeps the door shut."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from joserfc.jwk import RSAKey

from anxin.people import second_step
from anxin.people.models import Arrival, Event, User
from tests.access.provider import CLIENT, SECRET, Provider, running
from tests.access.test_sign_in import code_at, is_in, with_codes
from tests.access.world import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings):
    with running() as found:
        settings.OIDC_ISSUER, settings.OIDC_CLIENT, settings.OIDC_SECRET = found.issuer, CLIENT, SECRET
        settings.OIDC_CLAIM = "sub"
        yield found


@pytest.fixture
def officer() -> User:
    return make_person("officer", "officer", "140100", single_sign_on="gov-1")


def go(client, provider: Provider, to: str = "/warnings"):
    address = client.post("/sign-in/single", {"next": to}).headers["Location"]
    code, state = provider.let_in(address)
    return client.get("/sign-in/single/answer", {"code": code, "state": state})


def test_a_known_person_comes_in_and_where_he_wanted(client, provider, officer):
    answer = go(client, provider)
    assert answer.headers["Location"] == "/warnings"
    assert is_in(client)
    assert Arrival.objects.get().way == "single-sign-on"
    event = Event.objects.get(action="sign-in")
    assert (event.by, event.changes) == (officer, {"way": "single-sign-on"})


def test_what_is_asked_of_the_provider(client, provider):
    address = client.post("/sign-in/single").headers["Location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(provider.issuer)
    assert asked["redirect_uri"] == "http://testserver/sign-in/single/answer"
    assert (asked["response_type"], asked["code_challenge_method"], asked["client_id"]) == ("code", "S256", CLIENT)
    assert SECRET not in address


def test_the_address_known_outside_is_used_where_it_is_set(client, provider, settings):
    settings.ADDRESS = "https://anxin.example"
    address = client.post("/sign-in/single").headers["Location"]
    assert "redirect_uri=https%3A%2F%2Fanxin.example%2Fsign-in%2Fsingle%2Fanswer" in address


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://elsewhere.example"},
        {"aud": "another-client"},
        {"aud": None},
        {"aud": [CLIENT, "another-client"]},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": ["gov-1"]},
        {"nbf": int(time.time()) + 3600},
    ],
    ids=lambda claims: "-".join(claims),  # no moment in a name: each test process must collect the same ones
)
def test_a_token_that_does_not_fit_lets_nobody_in(client, provider, officer, claims):
    provider.claims = claims
    assert go(client, provider).status_code == 502
    assert not is_in(client)


def test_a_token_for_several_parties_names_us(client, provider, officer):
    provider.claims = {"aud": [CLIENT, "another-client"], "azp": CLIENT}
    assert go(client, provider).status_code == 302
    assert is_in(client)


def test_an_unsigned_token_lets_nobody_in(client, provider, officer):
    provider.algorithm = "none"
    assert go(client, provider).status_code == 502
    assert not is_in(client)


def test_a_token_signed_with_another_key_lets_nobody_in(client, provider, officer):
    provider.signing = RSAKey.generate_key(2048, {"kid": "k1"})
    assert go(client, provider).status_code == 502
    assert not is_in(client)


def test_the_public_key_is_no_shared_secret(client, provider, officer):
    provider.sign_with_the_public_key_as_a_shared_secret()
    assert go(client, provider).status_code == 502
    assert not is_in(client)


def test_the_provider_must_call_itself_what_it_is_called_here(client, provider, officer):
    provider.calls_itself = "https://elsewhere.example"
    assert client.post("/sign-in/single").status_code == 502


def test_an_answer_to_nobodys_question_or_to_anothers_lets_nobody_in(client, provider, officer):
    code, state = provider.let_in(client.post("/sign-in/single").headers["Location"])
    stranger = client.__class__()
    assert stranger.get("/sign-in/single/answer", {"code": code, "state": state}).status_code == 502
    assert client.get("/sign-in/single/answer", {"code": code, "state": "另一个"}).status_code == 502
    assert client.get("/sign-in/single/answer", {"code": code, "state": state}).status_code == 502
    assert not is_in(client)
    assert not is_in(stranger)


def test_an_answer_is_good_once(client, provider, officer):
    code, state = provider.let_in(client.post("/sign-in/single").headers["Location"])
    answer = {"code": code, "state": state}
    assert client.get("/sign-in/single/answer", answer).status_code == 302
    client.post("/sign-out")
    assert client.get("/sign-in/single/answer", answer).status_code == 502


def test_nobody_gets_an_account_by_signing_in(client, provider):
    people = User.objects.count()
    answer = go(client, provider)
    assert answer.status_code == 403
    assert "尚未与本平台账号绑定" in answer.content.decode()
    assert User.objects.count() == people
    assert "gov-1" not in str(list(Event.objects.values()))


@pytest.mark.parametrize("change", [{"is_active": False}, {"left_at": timezone.now()}])
def test_who_is_suspended_or_has_left_stays_out(client, provider, officer, change):
    User.objects.update(**change)
    assert go(client, provider).status_code == 403
    assert not is_in(client)


def test_one_time_codes_are_asked_for_here_too(client, provider, officer):
    with_codes(officer)
    assert go(client, provider).headers["Location"] == "/sign-in/code"
    assert not is_in(client)
    client.post("/sign-in/code", {"code": code_at(officer, timezone.now())})
    assert is_in(client)
    assert second_step.has_second_step(officer)


def test_a_provider_that_does_not_answer_is_said_so(client, settings, officer):
    settings.OIDC_ISSUER, settings.OIDC_CLIENT = "http://127.0.0.1:9", CLIENT
    answer = client.post("/sign-in/single")
    assert answer.status_code == 502
    assert "统一身份认证没有成功" in answer.content.decode()


def test_only_https_is_spoken_with_the_world(client, settings):
    settings.OIDC_ISSUER, settings.OIDC_CLIENT = "http://sso.example", CLIENT
    assert client.post("/sign-in/single").status_code == 502


def test_without_a_provider_there_is_no_such_way_in(client):
    assert "/sign-in/single" not in client.get("/sign-in").content.decode()
    assert client.post("/sign-in/single").status_code == 404
    assert client.get("/sign-in/single/answer").status_code == 404
