"""What an order and an agreement gave a worker stays his when his case is split or joined to another."""

import pytest

from anxin.cases.merging import merge, split
from anxin.cases.money import receive
from anxin.law.civil import civil_date
from anxin.remedies import tracks
from anxin.remedies.police import order_passed, proposal
from anxin.remedies.time_limits import limits
from tests.remedies.matters import make_case, make_office, people_of

pytestmark = pytest.mark.django_db
OVERDUE = ("accepted", "ordered", "overdue")


def agreed(case, office, at):
    track = tracks.begin(case=case, kind="mediation", form="government", by=office.officer, at=at)
    tracks.step(track=track, to="accepted", by=office.officer, at=at)
    sums = {one.pk: one.claimed_fen for one in people_of(case)}
    parts = [(civil_date(at), sum(sums.values()))]
    tracks.step(track=track, to="agreed", by=office.officer, at=at, sums=sums, instalments=parts)


def confirming(case, at):
    return {one.key: one.people for one in limits(case, as_of=civil_date(at)) if one.key.startswith("mediation-")}


def test_an_order_that_ran_out_counts_for_who_is_split_off(at):
    office = make_office()
    case = make_case(at, [3_000_000, 2_000_000], office=office, path=OVERDUE)
    receive(claimant=people_of(case)[1], proof="bank", amount_fen=1, received_on=at.date(), at=at, reference="B")
    case.refresh_from_db()
    assert case.state == "paying"
    fresh = split(case=case, claimants=[people_of(case)[0].pk], reason="单独办理", by=office.officer, at=at)
    assert order_passed(fresh, at=at)
    assert proposal(fresh, at=at).may_transfer


def test_an_order_that_ran_out_elsewhere_is_not_everybodys(at):
    office = make_office()
    case = make_case(at, [3_000_000], office=office, path=("accepted",))
    other = make_case(at, [2_000_000], office=office, path=(*OVERDUE, "paying"), key="2")
    joined = merge(into=case, other=other, by=office.officer, at=at)
    assert not order_passed(joined, at=at)


def test_the_days_to_confirm_an_agreement_are_those_of_its_people(at):
    office = make_office()
    case = make_case(at, [300_000, 200_000], office=office)
    agreed(case, office, at)
    both = {"mediation-confirm_arbitration": 2, "mediation-confirm_court": 2}
    assert confirming(case, at) == both
    one = dict.fromkeys(both, 1)
    fresh = split(case=case, claimants=[people_of(case)[0].pk], reason="单独办理", by=office.officer, at=at)
    assert (confirming(case, at), confirming(fresh, at)) == (one, one)
    third = make_case(at, [100_000], office=office, key="3")
    joined = merge(into=third, other=fresh, by=office.officer, at=at)
    assert confirming(joined, at) == one
