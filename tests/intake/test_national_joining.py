"""Plain swipes of several calls in one write: each is still counted once, and judged by its sender as it stands."""

import json
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.utils import timezone

from anxin.intake.models import Receipt, Sender
from anxin.intake.national import accounts, attendance, door
from anxin.intake.senders import add_sender
from anxin.ledger.inbox import read_payload
from anxin.ledger.models import Batch
from anxin.vault.fields import seal_text
from tests.intake.national_client import S32, NationalClient
from tests.intake.test_national_methods import CODE, WHO, engaged
from tests.people import make_project
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _nobody_met():
    attendance.forget()
    accounts.forget()


@pytest.fixture
def client(at: datetime) -> NationalClient:
    make_project(at, CODE, region_code="330106")
    add_sender(protocol="national", appid="APP", secret=S32, at=at)
    return NationalClient()


def swipes(*moments: str, **more: Any) -> dict[str, Any]:
    return {
        "projectCode": CODE,
        "dataList": [{"idCardType": "01", "idCardNumber": WHO, "date": moment, "direction": "01", **more}
                     for moment in moments],
    }  # fmt: skip


def facts() -> list[dict[str, Any]]:
    return [row for batch in Batch.objects.order_by("id") for row in read_payload(batch.payload).to_pylist()]


def body(client: NationalClient, data: dict[str, Any]) -> bytes:
    params = client.envelope("WorkerAttendance.Add", data)
    return "&".join(f"{name}={quote_plus(value)}" for name, value in params.items()).encode()


def sent_at_once(bodies: list[bytes]) -> list[dict[str, Any]]:
    """Each body in a thread of its own, all of them let go together; the replies in their order."""

    def call(sent: bytes) -> dict[str, Any]:
        return json.loads(door.answer(body=sent, content_type=FORM, address="127.0.0.1", at=timezone.now()))

    return at_once(*[partial(call, sent) for sent in bodies])


def test_forty_gates_at_once_and_an_impatient_one_are_each_counted_once(client: NationalClient) -> None:
    engaged(client)
    assert client.call("WorkerAttendance.Add", swipes("2026-03-01 07:00:00"))["code"] == 0
    own = [body(client, swipes(f"2026-03-02 07:{n:02d}:00", f"2026-03-02 17:{n:02d}:00")) for n in range(40)]
    thumb = body(client, swipes("2026-03-03 07:00:00"))
    replies = sent_at_once(own + [thumb] * 8)
    assert [reply["code"] for reply in replies[:40]] == [0] * 40
    again = sorted(reply["code"] for reply in replies[40:])
    assert again == [-1] * 7 + [0]
    assert len({reply["data"]["requestSerialCode"] for reply in replies[40:]}) == 1
    moments = [row["passed_at"] for row in facts()]
    assert len(moments) == len(set(moments)) == 1 + 2 * 40 + 1
    taken = Receipt.objects.filter(method="WorkerAttendance.Add")
    assert sum(taken.values_list("accepted", flat=True)) == len(moments)


def test_a_sender_closed_elsewhere_is_refused_sent_at_once(client: NationalClient) -> None:
    engaged(client)
    client.call("WorkerAttendance.Add", swipes("2026-03-01 07:00:00"))
    before = len(facts())
    # As another process would: nothing tells this one.
    Sender.objects.filter(appid="APP").update(active=False)
    assert client.call("WorkerAttendance.Add", swipes("2026-03-02 07:00:00"))["code"] == -3
    Sender.objects.filter(appid="APP").update(active=True, secret_sealed=seal_text("another-secret-0123456789abcdef0"))
    assert client.call("WorkerAttendance.Add", swipes("2026-03-02 07:00:00"))["code"] == -2
    assert len(facts()) == before


def test_a_new_secret_counts_sent_at_once(client: NationalClient) -> None:
    engaged(client)
    client.call("WorkerAttendance.Add", swipes("2026-03-01 07:00:00"))
    Sender.objects.filter(appid="APP").update(secret_sealed=seal_text("a-new-secret-0123456789abcdef012"))
    client.secret = "a-new-secret-0123456789abcdef012"
    assert client.call("CheckSign.Query", {})["code"] == 0


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"direction": "出场"},
        {"direction": 2, "attendType": 1, "channel": "东门"},
        {"attendType": "002", "channel": 7, "lng": "120.1", "lat": None, "image": ""},
    ],
)
def test_both_ways_write_the_same_rows(client: NationalClient, more: dict[str, Any]) -> None:
    engaged(client)
    moments = ("2026-03-01 07:00:00", "2026-03-01T17:30:00.250", "20260302070000")
    assert client.call("WorkerAttendance.Add", swipes(*moments, **more))["code"] == 0
    longer = facts()
    assert client.call("WorkerAttendance.Add", swipes(*moments, **more))["code"] == 0
    assert facts()[len(longer) :] == longer
    assert len(longer) == 3


@pytest.mark.parametrize(
    "data",
    [
        swipes(),
        swipes("2999-01-01 07:00:00"),
        swipes("2026-03-01 07:00:00", image="<base64>"),
        swipes("2026-03-01 07:00:00") | {"teamSysNo": "no number"},
        swipes("2026-03-01 07:00:00") | {"projectCode": ["x"]},
        {"projectCode": CODE, "dataList": ["x"]},
        {"projectCode": CODE, "dataList": [{"idCardType": [], "idCardNumber": {}, "date": {}}]},
    ],
)
def test_what_is_not_plain_takes_the_longer_way(client: NationalClient, data: dict[str, Any]) -> None:
    """Known people or not, the answer is the same."""
    engaged(client)
    unmet = client.call("WorkerAttendance.Add", data)
    client.call("WorkerAttendance.Add", swipes("2026-03-01 06:00:00"))
    met = client.call("WorkerAttendance.Add", data)
    assert (met["code"], met["message"]) == (unmet["code"], unmet["message"])
