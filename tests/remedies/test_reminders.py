"""What runs by itself: each thing is told once, however often the loop turns; time limits; what workers read."""

from datetime import date, datetime, timedelta

import pytest

from anxin.cases.models import CaseEvent, Claim
from anxin.cases.money import correct, receive
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PaymentRow
from anxin.law.civil import SHANGHAI
from anxin.ledger.sealing import seal
from anxin.notices.models import Notice
from anxin.people.models import Organisation
from anxin.registry import actions
from anxin.registry.models import Engagement
from anxin.remedies import draws, particulars, recovery, reminders, tracks
from anxin.remedies.for_workers import tracks_for_claim
from anxin.remedies.models import Recovery, TopUp
from anxin.remedies.payouts import payout_file
from anxin.remedies.reminders import remind_limits, remind_ways
from anxin.remedies.time_limits import limits
from anxin.vault.fields import open_text
from tests.people import identity, make_project
from tests.portal.site import ACCOUNT, make_user
from tests.remedies.matters import make_case, make_office, people_of

pytestmark = pytest.mark.django_db
OVERDUE = ("accepted", "ordered", "overdue")


@pytest.fixture
def office():
    return make_office()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def told(kind: str, to=None) -> int:
    rows = Notice.objects.filter(kind=kind)
    return (rows.filter(to=to) if to else rows).count()


def test_an_instalment_is_told_before_its_day_and_broken_after_it(at, office):
    case = make_case(at)
    track = tracks.begin(case=case, kind="mediation", form="enterprise", by=office.officer, at=at)
    tracks.step(track=track, to="accepted", by=office.officer, at=at)
    tracks.step(track=track, to="agreed", by=office.officer, at=at, sums={people_of(case)[0].pk: 1_000_000},
                instalments=[(date(2026, 4, 30), 1_000_000)])  # fmt: skip
    remind_ways(at=moment("2026-04-26T09:00"))
    assert told("instalment-due") == 0
    for hour in ("09", "10", "11"):
        remind_ways(at=moment(f"2026-04-28T{hour}:00"))
    assert (told("instalment-due", office.officer), told("instalment-broken")) == (1, 0)
    for day in ("01", "02"):
        remind_ways(at=moment(f"2026-05-{day}T00:10"))
    assert told("instalment-broken", office.officer) == 1
    case.refresh_from_db()
    assert case.state == "overdue"


def test_an_instalment_the_bank_takes_back_is_not_paid_any_more(at, office):
    case = make_case(at)
    person = people_of(case)[0]
    track = tracks.begin(case=case, kind="mediation", form="enterprise", by=office.officer, at=at)
    tracks.step(track=track, to="accepted", by=office.officer, at=at)
    tracks.step(track=track, to="agreed", by=office.officer, at=at, sums={person.pk: 1_000_000},
                instalments=[(date(2026, 4, 30), 1_000_000)])  # fmt: skip
    came = moment("2026-04-29T10:00")
    paid = receive(claimant=person, proof="bank", amount_fen=1_000_000, received_on=came.date(), at=came, reference="r")
    remind_ways(at=moment("2026-04-29T11:00"))
    assert track.instalments.get().paid_at is not None
    correct(receipt=paid, amount_fen=0, at=moment("2026-05-04T09:00"))
    for _ in range(2):
        remind_ways(at=moment("2026-05-04T10:00"))
    assert track.instalments.get().paid_at is None
    assert told("instalment-broken", office.officer) == 1


def test_a_hearing_is_told_three_days_ahead_once_and_again_when_moved(at, office):
    case = make_case(at)
    track = tracks.begin(case=case, kind="arbitration", form="fast", by=office.officer, at=at)
    tracks.step(track=track, to="accepted", by=office.officer, at=at)
    tracks.step(track=track, to="scheduled", by=office.officer, at=at, hearing_at=moment("2026-04-28T09:30"))
    remind_ways(at=moment("2026-04-25T09:00"))
    assert told("hearing") == 0
    for _ in range(2):
        remind_ways(at=moment("2026-04-25T10:00"))
    assert told("hearing", office.officer) == 1
    assert CaseEvent.objects.filter(case=case, public=True, zh__contains="2026-04-28 09:30 开庭").count() == 1
    moved = moment("2026-04-29T14:00")
    tracks.step(track=track, to="scheduled", by=office.officer, at=moment("2026-04-27T10:00"), hearing_at=moved)
    remind_ways(at=moment("2026-04-27T11:00"))
    assert told("hearing") == 2


def test_a_late_step_is_told_once_to_the_officer_and_the_office_it_binds(at, office):
    court = Organisation.objects.create(name="小店区法院", kind="court", region_code="140105")
    judge = make_user("judge", "agency", "140105", organisation=court)
    tracks.begin(case=make_case(at), kind="suit", form="fast", by=office.officer, at=at, organisation=court)
    assert told("track", judge) == 1
    remind_ways(at=moment("2026-04-27T23:00"))
    assert told("track-late") == 0
    for _ in range(2):
        remind_ways(at=moment("2026-04-28T00:30"))
    assert (told("track-late", judge), told("track-late", office.officer)) == (1, 1)


def test_a_top_up_is_told_when_near_and_when_late_and_then_no_more(at, office):
    clerk = make_user("clerk", "clerk", "", project="P1")
    project = make_project(at)
    deposit = actions.record_deposit(project=project, form="cash", on=date(2026, 3, 3), at=at, amount_fen=5_000_000)
    case = make_case(at, project=project, path=OVERDUE)
    draw = draws.ask(case=case, source=deposit, by=office.officer, at=at, reason="逾期")
    draws.decide(draw=draw, approved=True, by=office.chief, at=at)
    draws.paid(line=draw.lines.get(), on=at.date(), by=office.officer, at=at)
    assert told("top-up", clerk) == 1  # when it began
    for text in ("2026-05-01T09:00", "2026-05-05T09:00", "2026-05-06T09:00"):
        remind_ways(at=moment(text))
    assert (told("top-up", clerk), told("top-up-late")) == (2, 0)
    for text in ("2026-05-08T09:00", "2026-05-09T09:00"):
        remind_ways(at=moment(text))
    assert (told("top-up-late", clerk), told("top-up-late", office.officer)) == (1, 1)
    recovery.filled_up(
        top_up=TopUp.objects.get(), on=date(2026, 5, 9), by=office.officer, at=moment("2026-05-09T10:00")
    )
    remind_ways(at=moment("2026-05-20T09:00"))
    assert told("top-up-late") == 2


# Left the site on, claimed at, → the last day to ask for arbitration (None: it does not run) on 1 May 2026.
ARBITRATION = [
    (None, None),  # still employed
    (date(2026, 4, 1), date(2027, 4, 20)),  # the claim of 20 April interrupts the year
    (date(2025, 4, 20), date(2027, 4, 20)),  # claimed on the last day
    (date(2025, 4, 19), date(2026, 4, 19)),  # a day too late: nothing is interrupted
]


@pytest.mark.parametrize(("left", "last"), ARBITRATION)
def test_the_year_of_arbitration(at, left, last):
    case = make_case(at)
    Engagement.objects.update(left_on=left)
    found = [one for one in limits(case, as_of=date(2026, 5, 1)) if one.key == "arbitration"]
    assert [one.on for one in found] == [last]
    assert found[0].article["zh"].endswith("第二十七条")


def test_the_limits_of_an_award_and_of_an_agreement(at, office):
    case = make_case(at)
    track = tracks.begin(case=case, kind="arbitration", form="fast", by=office.officer, at=at)
    for to in ("accepted", "awarded"):
        tracks.step(track=track, to=to, by=office.officer, at=at, sums={people_of(case)[0].pk: 900_000})
    found = {one.key: one for one in limits(case, as_of=at.date())}
    assert found["arbitration-sue"].on == date(2026, 5, 6)  # 15 days, moved on past the holidays of May
    assert "arbitration" not in found
    assert all(one.key != "arbitration-set_aside" for one in found.values())  # the employer's, not the worker's


def test_a_claim_after_two_years_is_told(at):
    case = make_case(at, months=["2024-01"])
    Engagement.objects.update(left_on=date(2024, 2, 1), entered_on=date(2023, 12, 1))
    found = {one.key: one for one in limits(case, as_of=at.date())}
    assert found["inspection"].on == date(2026, 2, 1)


def test_a_limit_near_is_told_once_to_officer_and_claimants(at, office):
    case = make_case(at)
    Engagement.objects.update(left_on=date(2026, 4, 1))
    for text in ("2027-03-01T09:00", "2027-03-22T09:00", "2027-03-23T09:00"):
        remind_limits(at=moment(text))
    assert told("limit-near", office.officer) == 1
    assert CaseEvent.objects.filter(case=case, kind="limit-near", public=True).count() == 1


def test_the_banks_answers_come_back_under_our_mark(at, office):
    """One paid, one refused: told by the ledger as any payment of the site, twice."""
    project = make_project(at)
    actions.record_account(project=project, number=ACCOUNT, on=date(2026, 3, 3), at=at)
    deposit = actions.record_deposit(project=project, form="cash", on=date(2026, 3, 3), at=at, amount_fen=5_000_000)
    case = make_case(at, [300_000, 200_000], project=project, path=OVERDUE)
    draw = draws.ask(case=case, source=deposit, by=office.officer, at=at, reason="逾期")
    draws.decide(draw=draw, approved=True, by=office.chief, at=at)
    payout_file(draw=draw, form="csv", by=office.officer, at=at, page="x")
    one, two = draw.lines.order_by("pk")
    rows = [
        PaymentRow("", draws.mark_of(line), line.amount_fen, status, date(2026, 4, 20), "P1", ACCOUNT,
                   identity(number), month="2026-04", reason="户名不符" if status == "failed" else "")
        for number, line, status in ((1, one, "paid"), (2, two, "failed"))
    ]  # fmt: skip
    admit(rows, arrival=Arrival(source="test", at=at))
    seal(at=at)
    later = at + timedelta(minutes=5)
    remind_ways(at=later)
    remind_ways(at=later)
    one.refresh_from_db()
    two.refresh_from_db()
    case.refresh_from_db()
    assert (str(one.paid_on), two.failed, two.paid_on) == ("2026-04-20", "户名不符", None)
    assert case.received_fen == 300_000
    # Sent again it goes out under another mark.
    payout_file(draw=draw, form="csv", by=office.officer, at=later, page="x")
    two.refresh_from_db()
    assert draws.mark_of(two).endswith("-2")
    assert not Recovery.objects.exists()


def test_what_workers_read_names_nobody_and_says_what_comes_next(at, office):
    case = make_case(at)
    track = tracks.begin(case=case, kind="arbitration", form="fast", by=office.officer, at=at, note="内部备注")
    tracks.step(track=track, to="accepted", by=office.officer, at=at)
    read = tracks_for_claim(Claim.objects.get())
    assert [one.title["zh"] for one in read] == ["劳动仲裁：速裁庭（绿色通道）"]
    assert (read[0].next_on, read[0].mine) == (date(2026, 4, 27), False)
    assert "仲裁委已经受理" in read[0].text["zh"]
    assert "内部备注" not in str(read)
    assert "测试1" not in str(read)
    tracks.step(track=track, to="awarded", by=office.officer, at=at, sums={people_of(case)[0].pk: 900_000})
    assert tracks_for_claim(Claim.objects.get())[0].mine  # he himself must act: sue within 15 days


def test_particulars_are_typed_once_and_grow_with_the_sums(at, office):
    case = make_case(at)
    told_ = particulars.particulars_of(case)
    assert "10,000.00" in told_.fields["requests"]
    assert not told_.typed
    # The proposal sent back unchanged is not kept: it would grow old with the sums.
    fields = {**told_.fields, "legal_person": "甲某"}
    row = particulars.save_particulars(case=case, fields=fields, by=office.officer, at=at)
    assert particulars.particulars_of(case).typed == {"legal_person"}
    assert "甲某" not in bytes(row.fields_sealed).decode("latin-1")
    assert "甲某" in open_text(row.fields_sealed)
    particulars.save_particulars(case=case, fields={"requests": "请求支付一万元"}, by=office.officer, at=at)
    assert particulars.particulars_of(case).fields["requests"] == "请求支付一万元"
    assert particulars.particulars_of(case).fields["legal_person"] == "甲某"


def test_agreements_broken_before_do_not_keep_the_next_from_being_seen(at, office, monkeypatch):
    monkeypatch.setattr(reminders, "_AT_ONCE", 1)
    agreed = []
    for code, day in (("P1", date(2026, 4, 22)), ("P2", date(2026, 4, 23))):
        case = make_case(at, project=make_project(at, code), key=code, office=office)
        track = tracks.begin(case=case, kind="mediation", form="enterprise", by=office.officer, at=at)
        tracks.step(track=track, to="accepted", by=office.officer, at=at)
        tracks.step(track=track, to="agreed", by=office.officer, at=at, sums={people_of(case)[0].pk: 1_000_000},
                    instalments=[(day, 1_000_000)])  # fmt: skip
        agreed.append(track)
    for hour in ("09", "10"):
        remind_ways(at=moment(f"2026-05-08T{hour}:00"))
    assert all(track.instalments.get().broken_at is not None for track in agreed)


def test_deposits_told_of_before_do_not_keep_the_next_from_being_told_of(at, office, monkeypatch):
    monkeypatch.setattr(reminders, "_AT_ONCE", 1)
    for code in ("P1", "P2"):
        project = make_project(at, code)
        deposit = actions.record_deposit(project=project, form="cash", on=date(2026, 3, 3), at=at, amount_fen=5_000_000)
        case = make_case(at, project=project, path=OVERDUE, key=code, office=office)
        draw = draws.ask(case=case, source=deposit, by=office.officer, at=at, reason="逾期")
        TopUp.objects.create(
            deposit=deposit, draw=draw, amount_fen=1_000_000, started_at=at, due_at=moment("2026-05-07T00:00")
        )
    for hour in ("09", "10"):
        remind_ways(at=moment(f"2026-05-08T{hour}:00"))
    assert not TopUp.objects.filter(told_at=None).exists()
