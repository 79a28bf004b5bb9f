"""Whoever types another's identity number reads nothing of what the file holds of him, until it is sure who claims."""

import pytest
from django.test import Client
from django.utils import timezone

from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.identifying import identify
from anxin.cases.models import Case, CaseEvent, Claim, Claimant
from anxin.cases.money import agree_sum, receive, verify_sum
from anxin.cases.taking import take
from anxin.people.models import Event
from tests.cases.claiming import begin, codes, say_sum, send
from tests.people import identity
from tests.workers import worker_signs_in

pytestmark = pytest.mark.django_db
OF_THE_FILE = ("1,234.56", "3,456.78", "4,567.89")


@pytest.fixture
def now(monkeypatch, at):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return at


def filed(client: Client, **told: str) -> tuple[Claim, str]:
    begin(client, site="P1", **told)
    say_sum(client, "2026-03")
    number, code = codes(send(client))
    return Claim.objects.get(number=number), code


def money_moves(claim: Claim, people, at) -> Claimant:
    take(case=claim.case, by=people["officer"], at=at)
    who = Claimant.objects.get(claim=claim)
    verify_sum(claimant=who, fen=345_678, by=people["officer"], at=at)
    agree_sum(claimant=who, fen=456_789, by=people["officer"], at=at)
    receive(claimant=who, proof="bank", amount_fen=123_456, received_on=at.date(), at=at, reference="R9")
    return Claimant.objects.get(pk=who.pk)


def page_of(claim: Claim, code: str) -> str:
    client = Client()
    assert client.post("/track", {"code": code}).status_code == 302
    return client.get(f"/track/{claim.number}").content.decode()


def test_a_stranger_with_anothers_number_reads_only_what_he_typed(client, now, site, people):
    claim, code = filed(client, name="别人", identity=identity(2))
    who = money_moves(claim, people, now)
    assert who.worker == site.failed.worker, "the officer sees the match"
    page = page_of(claim, code)
    assert "6,440.00" in page
    assert not [sum_ for sum_ in OF_THE_FILE if sum_ in page]
    assert "银行记录" not in page
    tried = client.post(f"/track/{claim.number}/received", {"sum": "99999", "on": now.date().isoformat()}, follow=True)
    assert not [sum_ for sum_ in ("3,456.78", "4,567.89") if sum_ in tried.content.decode()]


def test_his_own_word_is_shown_to_him_all_the_same(client, now, site, people):
    claim, code = filed(client, name="别人", identity=identity(2))
    money_moves(claim, people, now)
    client.post(f"/track/{claim.number}/received", {"sum": "777", "on": now.date().isoformat()})
    page = page_of(claim, code)
    assert "777.00" in page
    assert not [sum_ for sum_ in OF_THE_FILE if sum_ in page]


def test_the_worker_himself_signed_in_reads_it_all(client, now, site, people):
    claim, _ = filed(client, name="测试2", identity=identity(2))
    money_moves(claim, people, now)
    own = Client()
    worker_signs_in(own, site.failed.worker, at=now)
    page = own.get(f"/track/{claim.number}").content.decode()
    assert all(sum_ in page for sum_ in OF_THE_FILE)
    other = Client()
    other.cookies = client.cookies  # the browser that filed, in which another worker signs in
    worker_signs_in(other, site.paid.worker, at=now, phone="13900000009")
    page = other.get(f"/track/{claim.number}").content.decode()
    assert not [sum_ for sum_ in OF_THE_FILE if sum_ in page]


def test_who_filed_signed_in_comes_back_with_his_code(client, now, site, people):
    worker_signs_in(client, site.failed.worker, at=now)
    claim, code = filed(client)
    money_moves(claim, people, now)
    assert all(sum_ in page_of(claim, code) for sum_ in OF_THE_FILE)


def test_an_officer_who_saw_his_papers_opens_it_once_with_a_trail(client, now, site, people):
    claim, code = filed(client, name="测试2", identity=identity(2))
    who = money_moves(claim, people, now)
    officer = Client()
    officer.force_login(people["officer"])
    act = f"/cases/{claim.case.number}/identify"
    assert act in officer.get(f"/cases/{claim.case.number}").content.decode()
    for _again in range(2):
        assert officer.post(act, {"claimant": who.pk}).status_code == 302
    assert Event.objects.filter(action="case-identified").count() == 1
    assert CaseEvent.objects.filter(kind="identified", public=False).count() == 1
    assert all(sum_ in page_of(claim, code) for sum_ in OF_THE_FILE)


def test_somebody_on_no_roster_cannot_be_compared(client, now, site, people):
    claim, code = filed(client, name="外人")
    money_moves(claim, people, now)
    with pytest.raises(ValueError, match="no roster"):
        identify(claimant=Claimant.objects.get(claim=claim), by=people["officer"], at=now)
    officer = Client()
    officer.force_login(people["officer"])
    who = Claimant.objects.get(claim=claim)
    assert officer.post(f"/cases/{claim.case.number}/identify", {"claimant": who.pk}).status_code == 422
    assert "3,456.78" in page_of(claim, code), "what the officer verified for him is not another man's file"
    assert Case.objects.get().people == 1


def test_of_several_who_came_to_the_desk_each_speaks_for_himself(client, now, site, people):
    first, second = site.failed.worker, site.paid.worker
    group = [
        Person(name=one.name, worker=one, months=["2026-03"], claimed_fen=500_000, representative=one == first)
        for one in (first, second)
    ]
    told = Told(door="walk_in", key="desk", people=group, region_code=site.project.region_code, project=site.project,
                phone="13900000077", by=people["officer"])  # fmt: skip
    made = file_claim(told, at=now)
    claim = made.claim
    worker_signs_in(client, second, at=now, phone="13900000078")
    page = client.get(f"/track/{claim.number}").content.decode()
    assert "139****0077" not in page
    assert 'id="reach"' not in page
    assert client.post(f"/track/{claim.number}/reach", {"phone": "13900000079"}).status_code == 404
    client.post(f"/track/{claim.number}/message", {"text": "只给承办人看的话"})
    assert "只给承办人看的话" in client.get(f"/track/{claim.number}").content.decode()
    assert "只给承办人看的话" not in page_of(claim, made.return_code)
    assert 'id="reach"' in page_of(claim, made.return_code)
    signed_in = Client()
    worker_signs_in(signed_in, first, at=now, phone="13900000077")
    assert 'id="reach"' in signed_in.get(f"/track/{claim.number}").content.decode()
