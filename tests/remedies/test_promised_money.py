"""Money that was promised has a day: a case that is being paid is never without a clock, and what is not paid by then
goes on to the next way. An agreement stays that of its people when their case is split."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from anxin.cases.afterwards import come_back, withdraw
from anxin.cases.ladder import escalate_cases
from anxin.cases.merging import merge, split
from anxin.cases.models import CaseClock, CaseEvent, CaseRung, Claimant, Consent
from anxin.cases.money import correct, receive
from anxin.law.civil import SHANGHAI, civil_date
from anxin.notices.models import Notice
from anxin.remedies import promised, tracks
from anxin.remedies.for_workers import tracks_for_claim
from anxin.remedies.models import Instalment
from anxin.remedies.police import order_passed
from anxin.remedies.reminders import remind_ways
from tests.remedies.matters import make_case, make_office, people_of

pytestmark = pytest.mark.django_db


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def office():
    return make_office()


def the_clock(case) -> CaseClock | None:
    return CaseClock.objects.filter(case=case, step="money", done_at=None).first()


def agreed(case, office, at, *parts):
    track = tracks.begin(case=case, kind="mediation", form="enterprise", by=office.officer, at=at)
    tracks.step(track=track, to="accepted", by=office.officer, at=at)
    sums = {one.pk: one.claimed_fen for one in people_of(case)}
    return tracks.step(track=track, to="agreed", by=office.officer, at=at, sums=sums, instalments=parts)


def settled(case, office, at):
    """Settled before the arbitrators, and no day named."""
    track = tracks.begin(case=case, kind="arbitration", form="fast", by=office.officer, at=at)
    tracks.step(track=track, to="accepted", by=office.officer, at=at)
    sums = {one.pk: one.claimed_fen for one in people_of(case)}
    return tracks.step(track=track, to="mediated", by=office.officer, at=at, sums=sums)


def test_an_agreement_without_a_day_has_the_house_rule_s_days(at, office):
    case = make_case(at)
    settled(case, office, at)
    case.refresh_from_db()
    clock = the_clock(case)
    assert (case.state, clock.within, case.due_at) == ("paying", "5 working days", clock.due_at)


def test_an_agreement_with_days_runs_to_the_next_unpaid_one(at, office):
    case = make_case(at)
    agreed(case, office, at, (date(2026, 4, 30), 400_000), (date(2026, 5, 31), 600_000))
    assert civil_date(the_clock(case).due_at) == date(2026, 4, 30)
    receive(claimant=people_of(case)[0], proof="bank", amount_fen=400_000, received_on=at.date(), at=at, reference="B")
    remind_ways(at=moment("2026-04-29T09:00"))
    assert civil_date(the_clock(case).due_at) == date(2026, 5, 31)
    case.refresh_from_db()
    assert case.due_at == the_clock(case).due_at


def test_a_named_day_is_told_as_it_was_named_holiday_or_not(at, office, client, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    case = make_case(at)
    agreed(case, office, at, (date(2026, 5, 31), 1_000_000))  # a Sunday
    client.force_login(office.officer)
    page = client.get(f"/cases/{case.number}").content.decode()
    assert "协议写明的付款日 2026-05-31" in page
    assert "到期 2026-06-01" not in page


def test_who_answers_is_reminded_before_the_promised_day(at, office):
    case = make_case(at)
    agreed(case, office, at, (date(2026, 5, 31), 1_000_000))
    escalate_cases(at=the_clock(case).due_at - timedelta(minutes=5))
    assert CaseRung.objects.filter(case=case, kind="reminder", step="money").count() == 1


def test_a_promise_that_is_not_kept_leads_to_the_next_way_and_says_so(at, office):
    case = make_case(at)
    track = settled(case, office, at)
    late = the_clock(case).due_at + timedelta(hours=1)
    for _ in range(2):
        remind_ways(at=late)
    case.refresh_from_db()
    assert case.state == "overdue"
    assert Notice.objects.filter(to=office.officer, kind="promise-broken").count() == 1
    told = CaseEvent.objects.get(case=case, kind="promise-broken", public=True)
    assert "强制执行" in told.zh
    assert [kind.key for kind, _ in promised.next_ways(track, on=civil_date(late))] == ["enforcement"]
    tracks.begin(case=case, kind="enforcement", by=office.officer, at=late)
    case.refresh_from_db()
    assert case.state == "enforcement"


def test_a_mediated_agreement_not_kept_is_no_order_that_ran_out(at, office):
    case = make_case(at, [3_000_000])
    track = agreed(case, office, at, (date(2026, 5, 6), 3_000_000))
    remind_ways(at=moment("2026-05-08T09:00"))
    case.refresh_from_db()
    assert case.state == "overdue"
    assert not order_passed(case, at=moment("2026-05-08T09:00"))
    ways = [(kind.key, form) for kind, form in promised.next_ways(track, on=date(2026, 5, 8))]
    # The thirty days to have it confirmed by the court still run, the arbitrators' fifteen are over.
    assert ways == [("payment_order", "agreement"), ("confirmation", "court"), ("arbitration", "fast")]
    # Once confirmed it is enforced: nothing else need be asked for.
    confirming = tracks.begin(case=case, kind="confirmation", form="court", by=office.officer,
                              at=moment("2026-05-08T10:00"))  # fmt: skip
    for to in ("accepted", "confirmed"):
        tracks.step(track=confirming, to=to, by=office.officer, at=moment("2026-05-09T10:00"))
    assert [kind.key for kind, _ in promised.next_ways(track, on=date(2026, 5, 9))] == ["enforcement"]


def test_money_that_simply_began_to_come_has_a_clock_but_no_agreement_to_break(at, office):
    case = make_case(at)
    receive(claimant=people_of(case)[0], proof="bank", amount_fen=400_000, received_on=at.date(), at=at, reference="B")
    case.refresh_from_db()
    clock = the_clock(case)
    assert (case.state, case.due_at) == ("paying", clock.due_at)
    remind_ways(at=clock.due_at + timedelta(days=1))
    case.refresh_from_db()
    assert (case.state, the_clock(case)) == ("paying", clock)  # it is late, and the ladder climbs


def test_while_an_order_s_day_runs_no_other_clock_asks_for_the_money(at, office):
    case = make_case(at, path=("accepted", "ordered"))
    CaseClock.objects.create(case=case, step="pay", basis="order", within="20 days", started_at=at,
                             due_at=at + timedelta(days=20))  # fmt: skip
    receive(claimant=people_of(case)[0], proof="bank", amount_fen=400_000, received_on=at.date(), at=at, reference="B")
    case.refresh_from_db()
    assert (case.state, the_clock(case)) == ("paying", None)


def test_the_clock_ends_with_the_last_money_and_runs_anew_when_the_bank_takes_it_back(at, office):
    case = make_case(at)
    settled(case, office, at)
    row = receive(claimant=people_of(case)[0], proof="bank", amount_fen=1_000_000, received_on=at.date(), at=at,
                  reference="B")  # fmt: skip
    assert the_clock(case) is None
    case.refresh_from_db()
    assert case.due_at is None
    later = at + timedelta(days=2)
    correct(receipt=row, amount_fen=0, at=later)
    remind_ways(at=later + timedelta(minutes=1))
    assert the_clock(case).started_at == later + timedelta(minutes=1)


def test_the_clock_ends_when_the_last_who_lacks_his_money_withdraws_and_runs_anew_when_he_comes_back(at, office):
    case = make_case(at, [1_000_000, 1_000_000])
    first, last = people_of(case)
    receive(claimant=first, proof="bank", amount_fen=1_000_000, received_on=at.date(), at=at, reference="B")
    assert the_clock(case) is not None
    withdraw(claimant=last, at=at)
    remind_ways(at=at + timedelta(hours=1))
    case.refresh_from_db()
    assert (case.state, the_clock(case), case.due_at) == ("paying", None, None)
    come_back(claimant=last, at=at + timedelta(hours=2))
    remind_ways(at=at + timedelta(hours=3))
    assert the_clock(case).started_at == at + timedelta(hours=3)


def test_who_refused_to_take_part_is_owed_nothing_by_an_agreement(at, office):
    case = make_case(at, [1_000_000, 1_000_000])
    track = agreed(case, office, at, (date(2026, 4, 30), 2_000_000))
    first, last = people_of(case)
    receive(claimant=first, proof="bank", amount_fen=1_000_000, received_on=at.date(), at=at, reference="B")
    assert promised.wanting(track, case)
    Claimant.objects.filter(pk=last.pk).update(consent=Consent.REFUSED)
    assert not promised.wanting(track, case)


def test_who_is_split_off_keeps_the_days_of_his_agreement_and_they_count_once(at, office):
    case = make_case(at, [1_000_000, 1_000_000])
    track = agreed(case, office, at, (date(2026, 4, 30), 600_000), (date(2026, 5, 31), 1_400_000))
    gone, _stays = people_of(case)
    fresh = split(case=case, claimants=[gone.pk], reason="单独办理", by=office.officer, at=at)
    gone.refresh_from_db()
    assert [one.pk for one in promised.agreements_of(fresh)] == [track.pk] == [
        one.pk for one in promised.agreements_of(case)
    ]  # fmt: skip
    assert [one.parts for one in tracks_for_claim(gone.claim) if one.parts] == [
        ((date(2026, 4, 30), 600_000, "waiting"), (date(2026, 5, 31), 1_400_000, "waiting"))
    ]
    receive(claimant=gone, proof="bank", amount_fen=600_000, received_on=at.date(), at=at, reference="G")
    remind_ways(at=moment("2026-04-29T09:00"))
    # His money covers the first part for both cases: it was one agreement, and is counted in it once.
    assert list(Instalment.objects.order_by("turn").values_list("covered_fen", flat=True)) == [600_000, 0]
    for one in (case, fresh):
        assert civil_date(the_clock(one).due_at) == date(2026, 5, 31)
    for day in ("01", "02"):
        remind_ways(at=moment(f"2026-06-{day}T00:30"))
    for one in (case, fresh):
        one.refresh_from_db()
        assert one.state == "overdue"
        assert CaseEvent.objects.filter(case=one, kind="instalment-broken", public=True).count() == 1


def test_a_part_that_is_broken_by_others_is_none_of_whoever_has_his_money(at, office):
    case = make_case(at, [1_000_000, 1_000_000])
    agreed(case, office, at, (date(2026, 4, 30), 2_000_000))
    fresh = split(case=case, claimants=[people_of(case)[0].pk], reason="单独办理", by=office.officer, at=at)
    receive(claimant=people_of(fresh)[0], proof="bank", amount_fen=1_000_000, received_on=at.date(), at=at,
            reference="G")  # fmt: skip
    remind_ways(at=moment("2026-05-02T09:00"))
    for one in (case, fresh):
        one.refresh_from_db()
    assert (case.state, fresh.state) == ("overdue", "paying")
    assert not CaseEvent.objects.filter(case=fresh, kind="instalment-broken").exists()


def test_the_clock_stays_behind_when_the_case_joined_is_not_being_paid(at, office):
    paying, fresh = make_case(at), make_case(at, key="2", months=("2026-04",))
    settled(paying, office, at)
    merge(into=fresh, other=paying, by=office.officer, at=at)
    fresh.refresh_from_db()
    assert (fresh.state == "paying", the_clock(fresh)) == (False, None)
    settled(fresh, office, at + timedelta(days=20))
    fresh.refresh_from_db()
    assert fresh.state == "paying"
    assert the_clock(fresh).due_at > at + timedelta(days=20)
