"""What the doctor says of what grows: how large it is, what nobody clears, what nobody sends."""

from datetime import timedelta

import pytest

from anxin import doctor
from anxin.notices.outbox import deliver
from anxin.notices.send import tell_phone
from anxin.upkeep.clearing import clear
from anxin.upkeep.sizes import sizes
from anxin.vault import evidence

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data(tmp_path, settings):
    settings.DATA = tmp_path


def wrong(at) -> list[str]:
    return [one.finding for one in doctor._PARTS["sizes"](at) if not one.ok]


def test_sizes_are_told(at):
    before = sizes()
    evidence.store(b"%PDF-1.7 a paper")
    assert (sizes().files, before.files) == (1, 0)
    assert sizes().evidence > 16
    assert sizes().database > 0
    (only,) = doctor._PARTS["sizes"](at)
    assert "in 1 files" in only.finding


def test_what_nobody_clears_is_named_until_the_loop_has_run(at):
    tell_phone(phone="13900000001", text="有新进展", key="k", at=at)
    deliver(at=at, ways={"sms": lambda *_: None})
    late = at + timedelta(days=40)
    assert wrong(at + timedelta(days=31)) == []
    assert wrong(late) == ["not cleared though their days are over: 1 message-content"]
    clear(at=late)
    assert wrong(late) == []


def test_messages_that_wait_for_a_channel_nobody_set_up_are_named(at):
    tell_phone(phone="13900000001", text="有新进展", key="k", at=at)
    assert wrong(at + timedelta(hours=12)) == []
    assert wrong(at + timedelta(days=2)) == ["1 messages wait for more than a day"]
