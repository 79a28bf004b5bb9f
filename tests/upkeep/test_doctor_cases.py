"""What the doctor sees of cases: a broken procedure, cases that lie nowhere, orders that nobody moved on."""

from datetime import timedelta

import pytest

from anxin import doctor
from anxin.cases import orders
from tests.cases.claims import claim
from tests.remedies.matters import make_case, make_office

pytestmark = pytest.mark.django_db


def said(part, at):
    return [(one.ok, one.finding) for one in doctor._PARTS[part](at)]


def test_the_procedure_as_delivered_holds_together(at):
    ((ok, finding),) = said("procedure", at)
    assert ok, finding


def test_a_broken_procedure_is_named(at, monkeypatch, tmp_path):
    broken = tmp_path / "procedure.yaml"
    text = doctor.FILE.read_text(encoding="utf-8")
    assert "requires: [received]" in text
    broken.write_text(text.replace("requires: [received]", "requires: [recieved]"), encoding="utf-8")
    monkeypatch.setattr(doctor, "FILE", broken)
    findings = said("procedure", at)
    assert [ok for ok, _ in findings] == [False]
    assert "recieved" in findings[0][1]


def test_cases_that_lie_nowhere_and_orders_that_did_not_move(at):
    assert said("cases", at) == []
    claim(at, region="650100")
    assert said("cases", at) == [(False, "1 open cases have no unit")]
    office = make_office()
    case = make_case(at, office=office)
    orders.order_payment(case=case, until=at.date() + timedelta(days=3), by=office.officer, at=at)
    later = at + timedelta(days=10)
    assert (False, "1 orders to pay ran out and did not move on") in said("cases", later)
    orders.lapse_orders(at=later)
    assert said("cases", later) == [(False, "1 open cases have no unit")]
