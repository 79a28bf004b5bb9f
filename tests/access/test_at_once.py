"""Many askings at the same moment are no more than one after another."""

from datetime import timedelta

from anxin.people.attempts import Locked
from anxin.people.models import PhoneCode
from anxin.people.phone_codes import SENDS, ask_code
from anxin.people.phones import IDENTITY_TRIES, begin_identity_try
from tests.people import identity
from tests.threads import at_once

PHONE = "13900000001"


def test_a_phone_gets_one_code_however_many_ask_at_once(transactional_db, at):
    told = at_once(*[lambda: ask_code(phone=PHONE, at=at).state] * 6)
    assert sorted(told) == ["sent", *["waiting"] * 5]
    assert PhoneCode.objects.count() == 1


def test_no_more_messages_than_an_hour_allows_are_had_by_asking_at_once(transactional_db, at):
    most, within = SENDS[0]
    PhoneCode.objects.bulk_create(
        PhoneCode(phone_sealed=b"", phone_blind=row.phone_blind, code_blind=b"", sent_at=at - timedelta(minutes=9 + n),
                  ends_at=at)
        for row in [ask_code(phone=PHONE, at=at - within / 2).row]
        for n in range(most - 2)
    )  # fmt: skip
    told = at_once(*[lambda: ask_code(phone=PHONE, at=at).state] * 4)
    assert sorted(told) == ["sent", "waiting", "waiting", "waiting"]
    assert ask_code(phone=PHONE, at=at + timedelta(minutes=2)).state == "often"


def test_identity_numbers_tried_at_once_are_counted_like_tries_in_turn(transactional_db, at):
    acts = [lambda n=n: begin_identity_try(phone=PHONE, identity=identity(n), at=at) for n in range(1, 13)]
    gave = at_once(*acts)
    heard = [one for one in gave if one is None]
    assert len(heard) == IDENTITY_TRIES
    assert all(isinstance(one, Locked) for one in gave if one is not None)
