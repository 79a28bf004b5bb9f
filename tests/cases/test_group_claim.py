"""A group: one speaks, each agrees for himself, nobody reads another's sum."""

import pytest
from django.test import Client
from django.utils import timezone

from anxin.cases import consent
from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.merging import merge, split
from anxin.cases.models import Case, Claim, Claimant, Consent
from anxin.cases.money import verify_sum
from anxin.notices.models import Delivery
from anxin.vault.fields import open_text
from tests.cases.claiming import begin, codes, say_sum, send
from tests.people import identity, make_project, make_worker
from tests.portal.site import make_user
from tests.workers import worker_signs_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(monkeypatch, at):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return at


MEMBERS = {"n-0": "李四", "s-0": "5000", "p-0": "13900001111", "n-1": "王五", "s-1": "7000", "i-1": identity(5)}


@pytest.fixture
def group(client, now):
    """A claim of three, its number, the representative's code and the members' two."""
    make_worker(make_project(now), 5, now)
    begin(client, site="P1", group="yes")
    say_sum(client, "2026-04", **MEMBERS)
    number, code, *slips = codes(send(client))
    # Each slip repeats the number above the member's own code.
    assert slips[::2] == [number, number]
    return number, code, slips[1::2]


def enter(number: str, code: str) -> Client:
    member = Client()
    got = member.post("/claim/join", {"number": number, "code": code})
    assert got.headers["Location"] == f"/track/{number}/consent"
    return member


def test_each_has_his_own_sum_and_nobody_reads_anothers(client, group):
    number, _code, (li, wang) = group
    claim = Claim.objects.get(number=number)
    assert (claim.case.people, claim.case.claimed_fen) == (3, 1_844_000)
    lis = enter(number, li)
    page = lis.get(f"/track/{number}/consent").content.decode()
    assert "李四" in page
    assert 'value="5000"' in page
    for other in ("王五", "7000", "7,000", "6440", "6,440"):
        assert other not in page
    lis.post(f"/track/{number}/consent", {"decision": "agree", "sum": "5200", "months": "2026-03 2026-04"})
    page = lis.get(f"/track/{number}").content.decode()
    assert "5,200.00" in page
    for other in ("王五", "7,000", "6,440", "18,440", "18,640"):
        assert other not in page
    row = Claimant.objects.get(claimed_fen=520_000)
    assert (row.consent, row.months) == (Consent.GIVEN, ["2026-03", "2026-04"])
    representative = client.get(f"/track/{number}").content.decode()
    assert "李四" in representative
    assert "已确认 2 人，等确认 1 人" in representative
    assert "5,200" not in representative
    wangs = enter(number, wang)
    assert "李四" not in wangs.get(f"/track/{number}/consent").content.decode()
    assert Case.objects.get().claimed_fen == 1_864_000


def test_refusing_takes_the_sum_out_and_coming_back_puts_it_in(group):
    number, _code, (li, _wang) = group
    lis = enter(number, li)
    lis.post(f"/track/{number}/consent", {"decision": "refuse"})
    assert (Case.objects.get().people, Case.objects.get().claimed_fen) == (2, 1_344_000)
    lis.post(f"/track/{number}/consent", {"decision": "agree", "sum": "5000", "months": "2026-04"})
    assert (Case.objects.get().people, Case.objects.get().claimed_fen) == (3, 1_844_000)


def test_a_member_on_the_roster_finds_it_when_he_signs_in(group, now):
    number, _code, _slips = group
    wang = Claimant.objects.get(claimed_fen=700_000)
    assert wang.worker is not None
    phone = Client()
    worker_signs_in(phone, wang.worker, at=now)
    assert "等您确认" in phone.get("/me/claims").content.decode()
    assert phone.get(f"/track/{number}").headers["Location"] == f"/track/{number}/consent"
    phone.post(f"/track/{number}/consent", {"decision": "agree", "sum": "7000", "months": "2026-04"})
    assert phone.get(f"/track/{number}").status_code == 200


def test_what_is_verified_is_changed_by_the_officer_alone(group, now):
    number, _code, (li, _wang) = group
    verify_sum(claimant=Claimant.objects.get(claimed_fen=500_000), fen=480_000, by=make_user(), at=now)
    got = enter(number, li).post(f"/track/{number}/consent", {"decision": "agree", "sum": "9000", "months": "2026-04"})
    assert got.status_code == 422
    assert "金额已经核实" in got.content.decode()
    assert Claimant.objects.filter(claimed_fen=500_000).exists()


def test_who_comes_late_is_added_and_gets_his_own_code(client, group):
    number, _code, _slips = group
    page = client.post(f"/track/{number}/member", {"name": "赵六", "sum": "100", "phone": ""}).content.decode()
    _number, code = codes(page)
    assert (Case.objects.get().people, Case.objects.get().claimed_fen) == (4, 1_854_000)
    assert "赵六" in enter(number, code).get(f"/track/{number}/consent").content.decode()


def test_a_lost_slip_is_replaced_and_the_old_code_is_dead(client, group):
    number, _code, (li, _wang) = group
    row = Claimant.objects.get(claimed_fen=500_000)
    page = client.post(f"/track/{number}/member", {"renew": str(row.pk)}).content.decode()
    _number, fresh = codes(page)
    assert Client().post("/claim/join", {"number": number, "code": li}).status_code == 422
    enter(number, fresh)


def test_a_member_adds_nobody_and_sees_no_list(group):
    number, _code, (li, _wang) = group
    lis = enter(number, li)
    lis.post(f"/track/{number}/consent", {"decision": "agree", "sum": "5000", "months": "2026-04"})
    assert lis.post(f"/track/{number}/member", {"name": "某人"}).status_code == 404
    assert Claimant.objects.count() == 3


def test_ten_people_are_a_collective_case(client, group, at):
    claim = Claim.objects.get(number=group[0])
    for place in range(7):
        consent.add_member(claim=claim, person=Person(name=f"n{place}", consent=Consent.ASKED), at=at)
    assert Case.objects.get().collective


def test_where_messages_can_be_sent_the_representative_sees_no_code(client, now, monkeypatch):
    monkeypatch.setenv("ANXIN_SMS", "http://sms.invalid/send")
    make_project(now)
    begin(client, site="P1", group="yes")
    say_sum(client, "2026-04", **MEMBERS)
    number, _code, *slips = codes(send(client))
    told = Delivery.objects.get()
    assert len(slips) == 2, "only 王五, who left no phone, has a slip"
    assert number in open_text(told.text_sealed)
    code = open_text(told.text_sealed).partition("确认码 ")[2][:12]
    assert "李四" in enter(number, code).get(f"/track/{number}/consent").content.decode()


def test_nobody_is_flooded_with_codes(client, now, monkeypatch):
    monkeypatch.setenv("ANXIN_SMS", "http://sms.invalid/send")
    make_project(now)
    for place in range(6):
        begin(client, site="P1", group="yes", employer=str(place))
        say_sum(client, "2026-04", **MEMBERS)
        send(client)
        client.post("/claim/noted")
    assert Claim.objects.count() == 6
    assert Delivery.objects.count() == 3


def test_after_merging_and_splitting_everybody_still_finds_his_own(client, group, now):
    number, code, (li, wang) = group
    claim = Claim.objects.get(number=number)
    officer = make_user()
    other = Client()
    begin(other, site="P1", name="另一位")
    say_sum(other, "2026-03")
    second, second_code = codes(send(other))
    earlier = Claim.objects.get(number=second).case
    merge(into=earlier, other=claim.case, by=officer, at=now)
    merged = Client()
    assert merged.post("/track", {"code": code}).headers["Location"] == f"/track/{number}"
    page = merged.get(f"/track/{number}").content.decode()
    assert "您的编号照样能查" in page
    assert "已经收到您的反映" in page
    # The representative is taken out alone: his old code leads to him, the members' codes to them.
    own = Claimant.objects.get(claim=claim, representative=True)
    fresh = split(case=Case.objects.get(pk=earlier.pk), claimants=[own.pk], reason="另办", by=officer, at=now)
    again = Client()
    again.post("/track", {"code": code})
    page = again.get(f"/track/{number}").content.decode()
    assert "6,440.00" in page
    moved = Claim.objects.get(case=fresh)
    assert again.post(f"/track/{moved.number}/message", {"text": "在吗"}).status_code == 302
    assert moved.messages.count() == 1
    assert "李四" in enter(number, li).get(f"/track/{number}/consent").content.decode()
    # A member taken out comes with the number on his slip and is led to his own.
    row = Claimant.objects.get(claimed_fen=700_000)
    split(case=Case.objects.get(pk=earlier.pk), claimants=[row.pk], reason="另办", by=officer, at=now)
    wangs = Client()
    got = wangs.post("/claim/join", {"number": number, "code": wang})
    row.refresh_from_db()
    assert got.headers["Location"] == f"/track/{row.claim.number}/consent"
    assert "王五" in wangs.get(got.headers["Location"]).content.decode()
    stranger = Client()
    stranger.post("/track", {"code": second_code})
    assert stranger.get(f"/track/{second}").status_code == 200
    for wanted in (number, moved.number, row.claim.number):
        assert stranger.get(f"/track/{wanted}").status_code == 404


def test_the_code_of_who_filed_opens_nobody_elses_claim_after_a_split(client, now):
    officer = make_user("desk", "officer", "140105")
    people = [Person(name=name, months=["2026-03"], claimed_fen=fen) for name, fen in (("甲", 100), ("乙", 4_321_00))]
    filed = file_claim(Told(door="walk_in", key="d", people=people, region_code="140105", by=officer), at=now)
    second = Claimant.objects.latest("pk")
    fresh = split(case=filed.claim.case, claimants=[second.pk], reason="另办", by=officer, at=now)
    own = Claim.objects.get(case=fresh)
    client.post("/track", {"code": filed.return_code})
    assert client.get(f"/track/{filed.claim.number}").status_code == 200
    assert client.get(f"/track/{own.number}").status_code == 404
    assert client.post(f"/track/{own.number}/withdraw", {"sure": "1"}).status_code == 404
    second.refresh_from_db()
    assert second.withdrawn_at is None
