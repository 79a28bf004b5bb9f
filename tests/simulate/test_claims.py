"""Simulated claims: from the truth alone, the same again, going on with the days."""

from datetime import date, datetime, timedelta

import pytest

from anxin.cases.models import Case, Claim, Claimant
from anxin.law.civil import SHANGHAI
from anxin.ledger.sealing import seal
from anxin.people import trail
from anxin.simulate.claims import simulate_claims
from anxin.simulate.province import simulate
from tests.portal.site import make_user

UNTIL = date(2026, 4, 20)
AT = datetime(2026, 4, 20, 20, tzinfo=SHANGHAI)


def standing() -> list[tuple[str, str, int, int]]:
    """Every claim by its key, without what chance decides."""
    rows = Claim.objects.order_by("key").values_list("key", "case__state", "case__people", "case__received_fen")
    return list(rows)


@pytest.mark.django_db
def test_the_unpaid_of_the_truth_come_forward_as_the_days_go_by(tmp_path, settings):
    settings.DATA = tmp_path
    make_user("province", "officer", "140000")
    simulate(projects=30, workers=700, months=4, seed=7, until=UNTIL, at=AT)
    seal(at=AT)
    first = simulate_claims(until=AT - timedelta(days=30))
    whole = simulate_claims(until=AT)
    assert first < whole == Claim.objects.count() <= 60
    once = standing()
    assert simulate_claims(until=AT) == whole
    assert standing() == once, "a second run changes nothing"
    ended = Case.objects.filter(state="ended")
    assert ended.exists()
    for case in ended:
        assert case.received_fen == case.verified_fen == case.claimed_fen
        assert set(case.claimants.values_list("satisfied", flat=True)) <= {3, 4, 5}
    assert Case.objects.filter(ended_at=None).exists()
    assert Claimant.objects.filter(worker=None).count() == 0
    assert all(claim.at <= AT for claim in Claim.objects.all())
    assert trail.verify().holds
