"""The API keeps what its own description promises, whatever is asked of it."""

from urllib.parse import unquote

import orjson
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from anxin.intake.bulk import signing
from anxin.intake.bulk.api import api
from anxin.intake.bulk.signing import signature
from anxin.intake.models import Receipt
from anxin.intake.senders import add_sender
from tests.people import make_project, make_worker

pytestmark = pytest.mark.django_db
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [
    ("POST", "/api/v1/attendance"),
    ("POST", "/api/v1/payroll"),
    ("POST", "/api/v1/payments"),
    ("POST", "/api/v1/account-movements"),
    ("GET", "/api/v1/receipts/{serial}"),
    ("GET", "/api/v1/held"),
]


@schemathesis.serializer("application/x-ndjson")
def as_line(context, value):
    return value if isinstance(value, bytes) else orjson.dumps(value)


@schemathesis.serializer(
    "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.file"
)
def as_bytes(context, value):
    return value if isinstance(value, bytes) else str(value).encode()


def described():
    """The schema as it is served, bound to the application."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())


@pytest.fixture
def _one_connection():
    """The bare application would close the test's own connection after each call."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def sender(at, monkeypatch, _one_connection):
    monkeypatch.setattr(signing.timezone, "now", lambda: at)
    make_worker(make_project(at), 1, at)
    return add_sender(protocol="bulk", appid="B", secret="S", at=at)


def test_every_operation_is_described():
    paths = api.get_openapi_schema()["paths"]
    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == set(OPERATIONS)


def test_the_page_of_the_documentation_needs_no_other_host(client):
    page = client.get("/api/v1/docs").content.decode()
    assert "/api/v1/openapi.json" in page
    assert "http" not in page.replace("http://testserver", "")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("signed", [False, True])
def test_answers_are_as_described(sender, at, method, path, signed):
    strategy = described()[path][method].as_strategy()

    @settings(
        max_examples=10,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
        phases=[Phase.generate],
    )
    @given(case=strategy, salt=st.integers(0, 3))
    def calls(case, salt):
        case.headers["Accept-Encoding"] = "identity"
        if signed:
            sign(case, at, salt)
        case.call_and_validate(checks=CHECKS)

    calls()
    assert method == "GET" or not signed or Receipt.objects.exists()


def sign(case, at, salt):
    """Sign a made-up call as it will travel."""
    case.headers.pop("Content-Encoding", None)
    sent = case.as_transport_kwargs()
    stamp = str(int(at.timestamp()))
    signed = {
        "X-Appid": "B",
        "X-Protocol": "bulk",
        "X-Timestamp": stamp,
        "X-Signature": signature(secret="S", timestamp=stamp, path=unquote(sent["path"]), body=sent.get("data") or b""),
        "Idempotency-Key": f"k{salt}",
    }
    for name, value in signed.items():
        case.headers[name] = value
