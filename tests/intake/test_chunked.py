"""Bodies that come in chunks, without a Content-Length: Node, Go and curl send so, and Django reads nothing of them."""

import hashlib
import io
import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from anxin.intake.bulk import signing
from anxin.intake.cwr.signature import signature
from anxin.intake.models import Receipt
from anxin.intake.senders import add_sender
from tests.intake.national_client import S32, NationalClient
from tests.people import identity, make_project, make_worker

pytestmark = pytest.mark.django_db


def chunked(path, body, content_type, **headers):
    """What the server hands on of such a request: the body to its end, and no length."""
    bare = {"CONTENT_TYPE": content_type, "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(body)}
    response = Client().generic("POST", path, **bare, **headers)
    return response.status_code, response.json()


def test_national_call_in_chunks_is_read(at):
    add_sender(protocol="national", appid="APP", secret=S32, at=at, project=make_project(at))
    params = NationalClient().envelope("Team.Query", {"pageIndex": 0, "pageSize": 50})
    _, reply = chunked("/open.api", urlencode(params).encode(), "application/x-www-form-urlencoded")
    assert (reply["code"], reply["data"]["totalCount"]) == (0, 0)


def test_terminal_may_send_in_chunks(at, monkeypatch):
    add_sender(protocol="cwr", appid="KEY", secret="SECRET", at=at, project=make_project(at))
    monkeypatch.setattr("anxin.intake.cwr.door.timezone.now", lambda: at)
    query = {"api_key": "KEY", "api_version": "1.0", "timestamp": "2026-04-20 12:00:00"}
    query["signature"] = signature(secret="SECRET", parameters=query, body=b'{"a": 1}')
    _, reply = chunked(f"/base/CWRService/KeepAlive?{urlencode(query)}", b'{"a": 1}', "application/json")
    assert reply["code"] == "00"


def test_bulk_batch_in_chunks_is_taken(at, monkeypatch):
    project = make_project(at)
    make_worker(project, 1, at)
    add_sender(protocol="bulk", appid="B", secret="SECRET", at=at)
    monkeypatch.setattr("anxin.intake.bulk.signing.timezone.now", lambda: at)
    row = {"project_code": project.code, "id_number": identity(1), "passed_at": "2026-04-20 07:00:00"}
    body = json.dumps(row).encode()
    stamp = str(int(at.timestamp()))
    sign = signing.signature(secret="SECRET", timestamp=stamp, path="/api/v1/attendance", body=body)
    status, reply = chunked(
        "/api/v1/attendance",
        body,
        "application/x-ndjson",
        HTTP_X_APPID="B",
        HTTP_X_TIMESTAMP=stamp,
        HTTP_X_SIGNATURE=sign,
        HTTP_IDEMPOTENCY_KEY=hashlib.sha256(body).hexdigest(),
    )
    assert status == 200
    assert Receipt.objects.get().serial == reply["receipt"]


def test_endless_body_is_refused(at, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 17 * 1024 * 1024
    _, reply = chunked("/open.api", b"a" * (18 * 1024 * 1024), "application/x-www-form-urlencoded")
    assert (reply["code"], reply["message"]) == (-1, "请求参数错误:请求内容超过限制16MB!")
