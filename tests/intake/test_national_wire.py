"""The national door before Django: the same answers, byte for byte, and nothing but ordinary calls."""

import io
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from anxin.intake.senders import add_sender
from anxin.wsgi import straight_to_the_door, whole_bodies
from tests.intake.national_client import S32, NationalClient
from tests.people import make_project

pytestmark = pytest.mark.django_db(transaction=True)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _sender(at):
    add_sender(protocol="national", appid="APP", secret=S32, at=at, project=make_project(at))


def call() -> bytes:
    return urlencode(NationalClient().envelope("Team.Query", {"pageIndex": 0, "pageSize": 50})).encode()


def environ(body: bytes, **more: Any) -> dict[str, Any]:
    return {**RequestFactory().post("/open.api", body, FORM).environ, "wsgi.input": io.BytesIO(body), **more}


def answered(application: Any, given: dict[str, Any]) -> tuple[Any, ...]:
    said: list[Any] = []
    body = b"".join(whole_bodies(application)(given, lambda status, headers, _=None: said.extend((status, headers))))
    return (*said, body)


def nobody(*_: Any) -> list[bytes]:
    raise AssertionError("Django was asked")


@pytest.mark.parametrize(
    ("body", "told", "code"),
    [
        (call, 0, b'"code":0,'),
        (lambda: call().replace(b"sign=", b"sign=0"), 0, b'"code":-2,'),
        (lambda: b"appid=NOBODY&sign=1", 0, b'"code":-1,'),
        (lambda: b"", 0, b'"code":-1,'),
        (lambda: call()[:-9], 9, "内容不完整".encode()),
    ],
)
def test_django_would_answer_the_same(body, told, code):
    sent = body()
    length = str(len(sent) + told)
    straight = answered(straight_to_the_door(nobody), environ(sent, CONTENT_LENGTH=length))
    assert straight == answered(WSGIHandler(), environ(sent, CONTENT_LENGTH=length))
    assert straight[0] == "200 OK"
    assert code in straight[2]


@pytest.mark.parametrize(
    "odd",
    [
        {"REQUEST_METHOD": "GET"},
        {"PATH_INFO": "/"},
        {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": str(17 * 1024 * 1024)},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
    ],
)
def test_what_is_not_ordinary_is_left_to_django_unread(odd):
    given = environ(b"appid=APP", **odd)
    with pytest.raises(AssertionError, match="Django was asked"):
        straight_to_the_door(nobody)(given, None)
    assert given["wsgi.input"].read() == b"appid=APP"
