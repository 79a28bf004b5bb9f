"""Ways to the money: their data, their clocks, what they do to the case, who speaks for many, and broken promises."""

from datetime import date, datetime, timedelta

import pytest

from anxin.cases.flow import CannotMove, move
from anxin.cases.merging import merge
from anxin.cases.models import CaseEvent, Claimant
from anxin.cases.money import receive
from anxin.cases.procedure import states as case_states
from anxin.law.civil import SHANGHAI, civil_date
from anxin.notices.models import Notice
from anxin.remedies import tracks
from anxin.remedies.instalments import reconcile_instalments
from anxin.remedies.models import Instalment, Track
from anxin.remedies.police import proposal
from anxin.remedies.ways import kinds
from tests.people import make_project
from tests.remedies.matters import make_case, make_office, people_of

pytestmark = pytest.mark.django_db


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def office():
    return make_office()


def clock(track: Track, step: str):
    return track.clocks.filter(step=step).order_by("-pk").first()


def test_every_state_is_reached_and_every_case_state_exists():
    for kind in kinds().values():
        reached, waiting = set(), [kind.first]
        while waiting:
            state = waiting.pop()
            if state not in reached:
                reached.add(state)
                waiting.extend(kind.states[state].next)
        assert reached == set(kind.states), kind.key
        assert {state.case for state in kind.states.values()} | {kind.case} <= {"", *case_states()}
        grounds = [kind.grounds, *kind.form_grounds.values()]
        assert all(set(states) <= set(kinds()[key].states) for one in grounds for key, states in one.items())


# What a clock gives for a Monday noon, 20 April 2026: (kind, form, states it passes, step, due). Labour Day is 1–5 May,
# Saturday 9 May is worked.
CLOCKS = [
    ("arbitration", "ordinary", [], "accept", "2026-04-27"),
    ("arbitration", "ordinary", ["accepted"], "copy", "2026-04-27"),
    ("arbitration", "ordinary", ["accepted"], "tribunal", "2026-04-27"),
    ("arbitration", "fast", ["accepted"], "answer", "2026-05-07"),
    ("arbitration", "fast", ["accepted"], "decide", "2026-06-04"),
    ("arbitration", "fast", ["accepted", "awarded"], "sue", "2026-05-06"),
    ("arbitration", "fast", ["accepted", "awarded"], "set_aside", "2026-05-20"),
    ("mediation", "government", [], "mediate_one", "2026-04-21"),
    ("mediation", "government", [], "mediate", "2026-05-06"),
    ("payment_order", "wages", ["accepted"], "issue", "2026-05-06"),
    ("payment_order", "wages", ["accepted", "issued"], "object", "2026-05-06"),
    ("legal_aid", "", [], "decide", "2026-04-27"),
]


@pytest.mark.parametrize(("kind", "form", "steps", "step", "due"), CLOCKS)
def test_clocks(at, office, kind, form, steps, step, due):
    case = make_case(at)
    track = tracks.begin(case=case, kind=kind, form=form, by=office.officer, at=at)
    for to in steps:
        sums = {one.pk: 900_000 for one in people_of(case)}
        track = tracks.step(track=track, to=to, by=office.officer, at=at, sums=sums)
    row = clock(track, step)
    assert str(civil_date(row.due_at)) == due
    assert row.done_at is None
    assert track.due_at <= row.due_at


def test_a_group_has_seven_days_before_the_grassroots_and_only_in_shanxi(at, office):
    track = tracks.begin(
        case=make_case(at, [100_000] * 2), kind="mediation", form="government", by=office.officer, at=at
    )
    assert str(civil_date(clock(track, "mediate_group").due_at)) == "2026-04-27"
    assert clock(track, "mediate_one") is None
    guizhou = make_project(at, "G1", region_code="520102")
    there = make_office("520102")
    track = tracks.begin(
        case=make_case(at, project=guizhou, office=there, key="2"), kind="mediation", form="government",
        by=there.officer, at=at,
    )  # fmt: skip
    assert clock(track, "mediate_one") is None
    assert clock(track, "mediate") is not None


def test_a_clock_counts_from_the_day_it_happened(at, office):
    track = tracks.begin(case=make_case(at), kind="arbitration", form="fast", by=office.officer, at=at)
    later = at + timedelta(days=3)
    track = tracks.step(track=track, to="accepted", by=office.officer, at=later, on=at.date())
    assert str(civil_date(clock(track, "copy").due_at)) == "2026-04-27"
    with pytest.raises(CannotMove):
        tracks.step(track=track, to="withdrawn", by=office.officer, at=later, on=date(2026, 4, 25))


def test_an_award_may_be_put_off_once_by_fifteen_days(at, office):
    track = tracks.begin(case=make_case(at), kind="arbitration", form="fast", by=office.officer, at=at)
    track = tracks.step(track=track, to="accepted", by=office.officer, at=at)
    row = tracks.extend_clock(clock=clock(track, "decide"), reason="案情复杂", by=office.officer, at=at)
    assert str(civil_date(row.due_at)) == "2026-06-22"  # 19 to 21 June: Dragon Boat Festival
    with pytest.raises(CannotMove):
        tracks.extend_clock(clock=row, reason="再延", by=office.officer, at=at)
    with pytest.raises(CannotMove):
        tracks.extend_clock(clock=clock(track, "copy"), reason="想延", by=office.officer, at=at)


def test_mediation_arbitration_court_are_linked_and_the_case_follows(at, office):
    case = make_case(at)
    first = tracks.begin(case=case, kind="mediation", form="association", by=office.officer, at=at)
    case.refresh_from_db()
    assert case.state == "mediation"
    tracks.step(track=first, to="refused", by=office.officer, at=at)
    second = tracks.begin(case=case, kind="arbitration", form="fast", by=office.officer, at=at)
    assert second.before == first
    for to in ("accepted", "awarded"):
        tracks.step(track=second, to=to, by=office.officer, at=at, sums={people_of(case)[0].pk: 800_000})
    case.refresh_from_db()
    assert (case.state, case.agreed_fen) == ("mediation", 800_000)
    with pytest.raises(CannotMove):  # an award that is not in force yet cannot be enforced
        tracks.begin(case=case, kind="enforcement", by=office.officer, at=at)
    done = tracks.step(track=second, to="effective", by=office.officer, at=at)
    case.refresh_from_db()
    assert case.state == "paying"
    assert done.ended_at == at
    assert clock(done, "sue").done_at == at
    enforced = tracks.begin(case=case, kind="enforcement", by=office.officer, at=at)
    assert enforced.before == second
    told = CaseEvent.objects.filter(case=case, kind="track-arbitration", public=True)
    assert any("裁决已生效" in line.zh for line in told)


def test_one_of_a_kind_at_a_time_and_no_step_twice(at, office):
    case = make_case(at)
    track = tracks.begin(case=case, kind="legal_aid", by=office.officer, at=at)
    with pytest.raises(CannotMove):
        tracks.begin(case=case, kind="legal_aid", by=office.officer, at=at)
    tracks.step(track=track, to="granted", by=office.officer, at=at)
    with pytest.raises(CannotMove):
        tracks.step(track=track, to="granted", by=office.officer, at=at)
    tracks.begin(case=case, kind="legal_aid", by=office.officer, at=at)


def test_ten_have_priority_and_three_to_five_speak(at, office):
    case = make_case(at, [100_000] * 10, representatives=2)
    people = people_of(case)
    for chosen in ([], [people[0].pk], [one.pk for one in people[:6]]):
        with pytest.raises(CannotMove):
            tracks.begin(case=case, kind="arbitration", form="fast", by=office.officer, at=at, representatives=chosen)
    chosen = [one.pk for one in people[:3]]
    track = tracks.begin(case=case, kind="arbitration", form="fast", by=office.officer, at=at, representatives=chosen)
    assert track.priority
    assert {one.pk for one in track.representatives.all()} == set(chosen)


def test_a_hearing_needs_its_moment(at, office):
    track = tracks.begin(case=make_case(at), kind="arbitration", form="fast", by=office.officer, at=at)
    tracks.step(track=track, to="accepted", by=office.officer, at=at)
    with pytest.raises(CannotMove):
        tracks.step(track=track, to="scheduled", by=office.officer, at=at)
    with pytest.raises(CannotMove):
        tracks.step(track=track, to="scheduled", by=office.officer, at=at, hearing_at=at)
    tracks.step(track=track, to="scheduled", by=office.officer, at=at, hearing_at=at + timedelta(days=9))


def agreed(case, office, at, parts):
    track = tracks.begin(case=case, kind="mediation", form="enterprise", by=office.officer, at=at)
    tracks.step(track=track, to="accepted", by=office.officer, at=at)
    sums = {one.pk: 1_000_000 for one in people_of(case)}
    return tracks.step(track=track, to="agreed", by=office.officer, at=at, sums=sums, instalments=parts)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [(date(2026, 5, 1), 1_999_999)],
        [(date(2026, 5, 1), 2_000_001)],
        [(date(2026, 6, 1), 1_000_000), (date(2026, 5, 1), 1_000_000)],
        [(date(2026, 5, 1), 2_000_000), (date(2026, 6, 1), 0)],
        [(date(2026, 4, 1), 2_000_000)],
    ],
)
def test_instalments_make_up_what_is_still_to_come(at, office, parts):
    case = make_case(at, [1_000_000, 1_000_000])
    with pytest.raises(CannotMove):
        agreed(case, office, at, parts)
    case.refresh_from_db()
    assert case.agreed_fen == 0  # nothing of it stands
    assert Track.objects.get().state == "accepted"


def test_an_instalment_is_paid_by_money_alone_and_breaks_when_its_day_is_over(at, office):
    case = make_case(at, [1_000_000, 1_000_000])
    track = agreed(case, office, at, [(date(2026, 4, 30), 600_000), (date(2026, 5, 31), 1_400_000)])
    case.refresh_from_db()
    assert (case.state, case.agreed_fen) == ("paying", 2_000_000)
    one, two = people_of(case)
    # More than his own sum never pays for the other.
    receive(claimant=one, proof="bank", amount_fen=1_500_000, received_on=at.date(), at=at, reference="B1")
    reconcile_instalments(track=track, at=at)
    assert list(Instalment.objects.order_by("turn").values_list("covered_fen", flat=True)) == [600_000, 400_000]
    assert reconcile_instalments(track=track, at=moment("2026-05-31T23:00")) == []
    broken = reconcile_instalments(track=track, at=moment("2026-06-01T00:30"))
    assert [row.turn for row in broken] == [2]
    case.refresh_from_db()
    assert case.state == "overdue"
    assert Notice.objects.filter(to=office.officer, kind="instalment-broken").count() == 1
    assert reconcile_instalments(track=track, at=moment("2026-06-02T00:30")) == []
    order = tracks.begin(
        case=case, kind="payment_order", form="agreement", by=office.officer, at=moment("2026-06-02T09:00")
    )
    assert order.before == track
    receive(
        claimant=two, proof="word", amount_fen=1_000_000, received_on=date(2026, 6, 3), at=moment("2026-06-03T09:00")
    )
    reconcile_instalments(track=track, at=moment("2026-06-03T10:00"))
    assert Instalment.objects.get(turn=2).paid_at is not None


def test_a_payment_order_on_an_agreement_needs_the_agreement(at, office):
    with pytest.raises(CannotMove):
        tracks.begin(case=make_case(at), kind="payment_order", form="agreement", by=office.officer, at=at)


# (region, people, sum each, months, path, reached, may it go)
OVERDUE = ("accepted", "ordered", "overdue")
POLICE = [
    ("140105", 1, 500_000, 3, OVERDUE, "maybe", True),
    ("140105", 1, 499_999, 3, OVERDUE, "no", False),
    ("140105", 1, 2_000_000, 3, OVERDUE, "yes", True),
    ("140105", 1, 2_000_000, 2, OVERDUE, "no", False),
    ("140105", 10, 300_000, 1, OVERDUE, "maybe", True),
    ("140105", 9, 900_000, 1, OVERDUE, "no", False),
    ("500103", 1, 999_999, 3, OVERDUE, "no", False),
    ("500103", 1, 1_000_000, 3, OVERDUE, "yes", True),
    ("500103", 10, 599_999, 1, OVERDUE, "no", False),
    ("500103", 10, 600_000, 1, OVERDUE, "yes", True),
    ("500103", 10, 600_000, 1, ("accepted", "ordered"), "yes", False),
]


@pytest.mark.parametrize(("region", "people", "each", "months", "path", "reached", "may"), POLICE)
def test_the_police_threshold(at, region, people, each, months, path, reached, may):
    office = make_office(region)
    project = make_project(at, "P9", region_code=region)
    span = [f"2026-0{month}" for month in range(1, months + 1)]
    case = make_case(at, [each] * people, project=project, office=office, path=path, months=span)
    found = proposal(case, at=at)
    assert (found.reached, found.may_transfer) == (reached, may)
    if may:
        track = tracks.begin(case=case, kind="police", by=office.officer, at=at)
        assert clock(track, "send").due_at == at + timedelta(hours=24)
        case.refresh_from_db()
        assert case.state == "police"
        tracks.step(track=track, to="sent", by=office.officer, at=at)
        assert clock(track, "answer") is not None
    else:
        with pytest.raises(CannotMove):
            tracks.begin(case=case, kind="police", by=office.officer, at=at)


def test_what_was_paid_counts_against_the_threshold(at, office):
    case = make_case(at, [2_000_000], path=OVERDUE)
    receive(
        claimant=people_of(case)[0], proof="bank", amount_fen=1_600_000, received_on=at.date(), at=at, reference="B"
    )
    assert proposal(case, at=at).reached == "no"


def test_a_closed_case_begins_nothing(at, office):
    case = make_case(at)
    move(case=case, to="ended", by=office.officer, at=at)
    with pytest.raises(CannotMove):
        tracks.begin(case=case, kind="legal_aid", by=office.officer, at=at)


def test_merging_and_withdrawing_do_not_touch_an_agreement(at, office):
    """Another case joined and one of the people withdrew: the parts are counted for those who agreed."""
    case = make_case(at, [1_000_000, 1_000_000])
    track = agreed(case, office, at, [(date(2026, 4, 30), 2_000_000)])
    other = make_case(at, [300_000], key="2")
    merge(other=other, into=case, by=office.officer, at=at)
    one, two = (row for row in people_of(case) if row.pk in Track.objects.get(pk=track.pk).people)
    stranger = next(row for row in people_of(case) if row.pk not in {one.pk, two.pk})
    receive(claimant=stranger, proof="bank", amount_fen=300_000, received_on=at.date(), at=at, reference="B0")
    receive(claimant=one, proof="bank", amount_fen=1_000_000, received_on=at.date(), at=at, reference="B1")
    track.refresh_from_db()
    reconcile_instalments(track=track, at=at)
    assert Instalment.objects.get().covered_fen == 1_000_000
    Claimant.objects.filter(pk=two.pk).update(withdrawn_at=at)
    assert reconcile_instalments(track=track, at=moment("2026-05-04T09:00")) == []
    assert Instalment.objects.get().paid_at is not None


def test_a_track_goes_along_when_its_case_joins_another(at, office):
    case, other = make_case(at), make_case(at, key="2")
    track = tracks.begin(case=other, kind="legal_aid", by=office.officer, at=at)
    merge(other=other, into=case, by=office.officer, at=at)
    track.refresh_from_db()
    assert track.case == case
    tracks.step(track=track, to="granted", by=office.officer, at=at)
    assert CaseEvent.objects.filter(case=case, kind="track-legal_aid", public=True).exists()
