"""Claimants whose phone we know hear it by a short message when their money is there and when their case ends."""

import pytest

from anxin.cases import money
from anxin.cases.concluding import conclude
from anxin.cases.filing import Person
from anxin.cases.flow import move
from anxin.notices.models import Delivery
from tests.cases.claims import claim, only

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("gateway", [True, False])
def test_once_when_paid_and_once_when_closed(at, people, monkeypatch, gateway):
    monkeypatch.setattr("anxin.cases.telling.has_sms", lambda: gateway)
    person = Person(name="工人", phone="13900000001", claimed_fen=500_000)
    case = claim(at, [person], by=people["officer"])
    case = move(case=case, to="accepted", by=people["officer"], at=at)
    money.confirm(claimant=only(case), on=at.date(), at=at)
    conclude(case=case, conclusion="paid", note="总包付清", by=people["officer"], at=at)
    sent = Delivery.objects.filter(channel="sms", person=None)
    assert sent.count() == (2 if gateway else 0)
