"""A worker's own word on money can be taken back: by himself while the case is open, by an officer for a reason."""

import pytest
from django.test import Client
from django.utils import timezone

from anxin.cases.afterwards import money_came
from anxin.cases.flow import CannotMove, move
from anxin.cases.models import Case, Claimant, WageReceived
from anxin.cases.money import correct_word, receive
from anxin.notices.models import Notice
from anxin.people import trail
from anxin.people.models import Event
from tests.cases.claims import claim, member, only
from tests.workers import worker_signs_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(at, site, people, monkeypatch) -> Case:
    monkeypatch.setattr(timezone, "now", lambda: at)
    found = claim(at, [member(site.failed)], site=site, by=people["officer"])
    return move(case=found, to="accepted", by=people["officer"], at=at)


def said(case: Case, at, fen: int = 5_000_00) -> WageReceived:
    row = money_came(claimant=only(case), fen=fen, on=at.date(), at=at)
    assert row is not None
    return row


def received(case: Case) -> tuple[int, int]:
    return only(case).received_fen, Case.objects.get(pk=case.pk).received_fen


def test_a_nought_too_many_is_put_right_by_himself(case, at, people):
    row = said(case, at)
    now = correct_word(receipt=row, fen=500_00, at=at)
    assert now is not None
    assert received(case) == (500_00, 500_00)
    assert correct_word(receipt=row, fen=0, at=at) is None, "the old word is void once and for all"
    assert received(case) == (500_00, 500_00)
    assert correct_word(receipt=now, fen=0, at=at) is None
    assert received(case) == (0, 0)
    assert money_came(claimant=only(case), fen=5_000_00, on=at.date(), at=at) is not None, "he may say it again"
    assert received(case) == (5_000_00, 5_000_00)
    assert WageReceived.objects.filter(void_at=None).count() == 1
    links = Event.objects.filter(action="case-word-corrected").order_by("pk")
    assert [(one.changes["from"], one.changes["to"]) for one in links] == [(5_000_00, 500_00), (500_00, 0)]
    assert Notice.objects.filter(to=people["officer"], kind="case-word-corrected").count() == 2
    assert trail.verify().holds


def test_the_banks_record_stands_and_an_officer_needs_a_reason(case, at, people):
    bank = receive(claimant=only(case), proof="bank", amount_fen=100, received_on=at.date(), at=at, reference="R")
    assert bank is not None
    with pytest.raises(ValueError, match="own word"):
        correct_word(receipt=bank, fen=0, at=at)
    row = said(case, at)
    with pytest.raises(ValueError, match="reason"):
        correct_word(receipt=row, fen=0, by=people["officer"], reason=" ", at=at)
    correct_word(receipt=row, fen=0, by=people["officer"], reason="本人来电说没收到", at=at)
    assert received(case) == (100, 100)


def test_after_the_end_the_case_is_opened_again_first(case, at, people):
    row = said(case, at)
    move(case=Case.objects.get(pk=case.pk), to="ended", by=people["officer"], at=at)
    with pytest.raises(CannotMove):
        correct_word(receipt=row, fen=0, at=at)
    assert received(case) == (5_000_00, 5_000_00)


@pytest.mark.parametrize(
    ("form", "left"), [({"sum": "500"}, 500_00), ({"none": "1"}, 0), ({"sum": ""}, 5_000_00), ({"sum": "0"}, 5_000_00)]
)
def test_on_his_page(case, at, site, form, left):
    row = said(case, at)
    client = Client()
    worker_signs_in(client, site.failed.worker, at=at)
    assert f'name="receipt" value="{row.pk}"' in client.get(f"/track/{case.number}").content.decode()
    client.post(f"/track/{case.number}/word", {"receipt": row.pk, **form})
    assert received(case) == (left, left)


def test_nobody_corrects_anothers_word(at, site, people, case):
    other = claim(at, [member(site.forgotten)], site=site, key="k2")
    row = said(other, at)
    client = Client()
    worker_signs_in(client, site.failed.worker, at=at)
    client.post(f"/track/{case.number}/word", {"receipt": row.pk, "none": "1"})
    assert received(other) == (5_000_00, 5_000_00)
    officer = Client()
    officer.force_login(people["officer"])
    wrong = officer.post(f"/cases/{case.number}/word", {"receipt": row.pk, "sum": "0", "reason": "x"})
    assert wrong.status_code == 422
    assert received(other) == (5_000_00, 5_000_00)


@pytest.mark.parametrize(("form", "left"), [({"sum": "0", "reason": "没收到"}, 0), ({"sum": "0"}, 5_000_00)])
def test_on_the_officers_page(case, at, people, form, left):
    row = said(case, at)
    officer = Client()
    officer.force_login(people["officer"])
    assert f"/cases/{case.number}/word" in officer.get(f"/cases/{case.number}").content.decode()
    officer.post(f"/cases/{case.number}/word", {"receipt": row.pk, "form": "word", **form})
    assert received(case) == (left, left)
    assert Claimant.objects.get().received_fen == left
