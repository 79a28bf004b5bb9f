"""Senders and their day."""

from datetime import timedelta

import pytest

from anxin.insight.intake import sender_figures, senders_by_arrival
from anxin.intake.models import HeldRow, Receipt
from anxin.intake.senders import add_sender

pytestmark = pytest.mark.django_db


@pytest.fixture
def senders(at):
    made = {n: add_sender(protocol="national", appid=n, secret="s", at=at) for n in ("fresh", "old", "never", "off")}
    made["off"].active = False
    made["off"].save()

    def call(name, moment, status=20, accepted=0, refused=0):
        serial = f"{name}{moment.timestamp()}"
        Receipt.objects.create(
            serial=serial, replay_key=serial, sender=made[name], method="WorkerAttendance.Add",
            received_at=moment, status=status, accepted=accepted, refused=refused,
        )  # fmt: skip

    call("fresh", at - timedelta(hours=2), accepted=9, refused=1)
    call("fresh", at - timedelta(hours=1), status=10, refused=3)
    call("fresh", at - timedelta(hours=13), accepted=100)
    call("old", at - timedelta(days=3), accepted=5)
    return made


def test_figures_count_from_midnight(senders, at, django_assert_num_queries):
    with django_assert_num_queries(3):
        found = {f.sender.appid: f for f in sender_figures(senders_by_arrival(at=at), at=at)}
    fresh = found["fresh"]
    assert (fresh.calls, fresh.failed, fresh.accepted, fresh.refused) == (2, 1, 9, 4)
    assert (fresh.last_at, fresh.silent) == (at - timedelta(hours=1), False)
    assert (found["old"].silent, found["old"].days_silent) == (True, 3)
    assert (found["never"].silent, found["never"].days_silent) == (True, None)
    assert not found["off"].silent


def test_only_silent_senders_on_request(senders, at):
    assert {s.appid for s in senders_by_arrival(at=at, silent=True)} == {"old", "never"}
    assert [s.appid for s in senders_by_arrival(at=at, text="FRE")] == ["fresh"]


def test_open_rows_are_those_refused_or_waiting(senders, at):
    for status in ("refused", "waiting", "released", "discarded"):
        HeldRow.objects.create(
            sender=senders["old"], kind="swipes", reason="", reason_en="", row_sealed=b"", status=status, received_at=at
        )
    found = {f.sender.appid: f.open_rows for f in sender_figures(senders_by_arrival(at=at), at=at)}
    assert (found["old"], found["fresh"]) == (2, 0)
