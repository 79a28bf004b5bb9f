"""What a claimant writes reaches somebody, also while nobody has taken his case."""

from datetime import timedelta

import pytest

from anxin.cases.messages import write_to_officer
from anxin.cases.models import Claim
from anxin.cases.taking import take
from anxin.notices.models import Channel, Delivery, Notice, Preference
from anxin.notices.send import mark_read
from anxin.people.models import Duty, User
from tests.cases.claims import claim

pytestmark = pytest.mark.django_db


def _write(case, at, text="什么时候有人管？") -> None:
    write_to_officer(claim=Claim.objects.get(case=case), text=text, at=at)


def _told() -> list[str]:
    rows = Notice.objects.filter(kind="case-message").order_by("to__username")
    return list(rows.values_list("to__username", flat=True))


def test_a_case_nobody_has_taken_tells_those_who_may(at, people):
    people["second"].left_at = at
    people["second"].save()
    _write(claim(at), at)
    assert _told() == ["chief", "officer"]


def test_who_is_on_duty_is_told_alone_and_the_owner_once_there_is_one(at, people, units):
    hour = timedelta(hours=1)
    Duty.objects.create(
        organisation=units["county"], person=people["second"], starts_at=at - hour, ends_at=at + 5 * hour
    )
    case = claim(at)
    _write(case, at)
    assert _told() == ["second"]
    take(case=case, by=people["officer"], at=at)
    _write(case, at + hour, "有消息吗？")
    assert _told() == ["officer", "second"]


def test_ten_messages_are_one_notice_until_it_is_read(at, people):
    case = claim(at)
    for n in range(10):
        _write(case, at + n * timedelta(minutes=2), f"第{n}条")
    assert _told() == ["chief", "officer", "second"]
    mark_read(person=people["chief"], at=at + timedelta(hours=1))
    _write(case, at + timedelta(hours=2), "还在等")
    assert _told() == ["chief", "chief", "officer", "second"]


def test_it_waits_for_the_digest_as_other_notices_do(at, people):
    way = Preference.objects.create(person=people["officer"], channel=Channel.EMAIL, address_sealed=b"x", digest=True)
    case = claim(at)
    _write(case, at)
    _write(claim(at, key="k2"), at)
    delivery = Delivery.objects.get(person=way.person)
    assert delivery.not_before > at
    assert delivery.notices.count() == 2


def test_an_owner_who_has_left_is_not_written_to(at, people):
    case = claim(at, by=people["officer"])
    User.objects.filter(pk=people["officer"].pk).update(left_at=at, is_active=False)
    _write(case, at)
    assert _told() == ["chief", "second"]
