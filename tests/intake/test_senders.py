"""What may be set for a sender: a word nobody knows would do nothing, a wrong value would close the door."""

import pytest

from anxin.intake.senders import add_sender
from tests.intake.national_client import S32, NationalClient

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("protocol", "given", "word"),
    [
        ("national", {"clock_windows": 600}, "no setting clock_windows"),
        ("cwr", {"swapped_clock": True}, "no setting swapped_clock"),
        ("bulk", {"clock_window_s": "ten minutes"}, "wants a whole number"),
        ("bulk", {"clock_window_s": -1}, "wants a whole number"),
        ("national", {"swapped_clock": "yes"}, "wants true or false"),
        ("national", {"allow_ips": "everywhere"}, "addresses or networks"),
    ],
)
def test_settings_that_mean_nothing_are_refused(at, protocol, given, word):
    with pytest.raises(ValueError, match=word):
        add_sender(protocol=protocol, appid="A", secret=S32, at=at, settings=given)


def test_addresses_may_stand_in_one_line(at):
    sender = add_sender(
        protocol="national", appid="APP", secret=S32, at=at, settings={"allow_ips": "10.0.0.0/8, 127.0.0.1"}
    )
    assert sender.settings == {"allow_ips": ["10.0.0.0/8", "127.0.0.1"]}
    assert NationalClient().call("CheckSign.Query", {})["code"] == 0


def test_a_code_written_as_a_number_is_kept_as_text(at):
    sender = add_sender(protocol="national", appid="APP", secret=S32, at=at, settings={"entry_exit_out": 2})
    assert sender.settings == {"entry_exit_out": "2"}
