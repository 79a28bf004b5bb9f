"""Codes for the members of a group: by message a few times a day, then on paper."""

from datetime import timedelta

import pytest
from django.db import connection

from anxin.cases.filing import Person
from anxin.cases.models import Claimant
from anxin.cases.slips import MESSAGES_A_DAY, hand_out, sent_lately
from anxin.notices.models import Delivery
from anxin.vault.fields import open_text
from tests.cases.claims import claim

pytestmark = pytest.mark.django_db
PHONES = ("13900000001", "13900000002")


@pytest.fixture
def group(at, monkeypatch):
    monkeypatch.setenv("ANXIN_SMS", "http://127.0.0.1:9/")
    own = Person(name="测试人", months=["2026-03"], claimed_fen=500_000)
    others = [Person(name="测试乙", phone=phone, months=["2026-03"], consent="asked") for phone in PHONES]
    return claim(at, [own, *others]).claims.get()


def test_a_phone_hears_of_it_a_few_times_a_day_and_no_more(group, at):
    one, other = Claimant.objects.filter(claim=group, consent="asked").order_by("pk")
    for _ in range(MESSAGES_A_DAY):
        assert hand_out(group, {one.pk: "1234567890"}, at=at) == {}
    assert hand_out(group, {one.pk: "1234567890", other.pk: "2345678901"}, at=at) == {one.pk: "1234567890"}
    assert hand_out(group, {one.pk: "1234567890"}, at=at + timedelta(days=1, minutes=1)) == {}
    told = [open_text(row.address_sealed) for row in Delivery.objects.order_by("pk")]
    assert told == [PHONES[0]] * MESSAGES_A_DAY + [PHONES[1], PHONES[0]]


def test_whether_a_phone_heard_of_it_is_not_asked_of_the_whole_outbox(at):
    plan = sent_lately("consent:00ff:", at=at).explain()
    # PostgreSQL reads a table of no rows whole, whatever index it has.
    assert connection.vendor != "sqlite" or ("SEARCH" in plan and "SCAN" not in plan)
