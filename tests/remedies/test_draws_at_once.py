"""Two at once: one source never pays twice, one payment never counts twice."""

import contextlib
import threading
from datetime import datetime

import pytest

from anxin.cases.flow import CannotMove
from anxin.cases.models import WageReceived
from anxin.law.civil import SHANGHAI
from anxin.people import trail
from anxin.registry import actions
from anxin.remedies import draws, recovery
from anxin.remedies.models import DrawLine, Fund, FundEntry, Recovery, RecoveryMove
from anxin.remedies.sources import available_fen
from tests.people import make_project
from tests.portal.site import make_user
from tests.remedies.matters import make_case, make_office
from tests.threads import at_once

AT = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)
OVERDUE = ("accepted", "ordered", "overdue")


def line_of(draw) -> DrawLine:
    return DrawLine.objects.select_related(
        "draw__case", "draw__deposit", "draw__fund", "draw__pledge", "claimant__case"
    ).get(draw=draw)


@pytest.mark.parametrize("what", ["deposit", "fund"])
def test_two_cases_approved_at_once_share_one_source(transactional_db, what):
    office = make_office()
    project = make_project(AT)
    if what == "deposit":
        source = actions.record_deposit(project=project, form="cash", on=AT.date(), at=AT, amount_fen=1_000_000)
    else:
        source = Fund.objects.create(organisation=office.unit, region_code="140100", name="周转金")
        recovery.book(fund=source, amount_fen=1_000_000, on=AT.date(), note="拨入", by=office.chief, at=AT)
    cases = [make_case(AT, [700_000], project=project, office=office, path=OVERDUE, key=key) for key in "123"]
    asked = [draws.ask(case=case, source=source, by=office.officer, at=AT, reason="逾期") for case in cases]
    gave = at_once(*[lambda d=d: draws.decide(draw=d, approved=True, by=office.chief, at=AT) for d in asked])
    assert sum(isinstance(one, CannotMove) for one in gave) == 2, gave
    assert available_fen(source, AT.date()) == 300_000
    assert trail.verify().holds


def test_one_draw_decided_and_one_line_paid_by_two_at_once(transactional_db):
    office = make_office()
    second = make_user("second", "chief", "140105", organisation=office.unit)
    project = make_project(AT)
    fund = Fund.objects.create(organisation=office.unit, region_code="140100", name="周转金")
    recovery.book(fund=fund, amount_fen=900_000, on=AT.date(), note="拨入", by=office.chief, at=AT)
    case = make_case(AT, [700_000], project=project, office=office, path=OVERDUE)
    draw = draws.ask(case=case, source=fund, by=office.officer, at=AT, reason="逾期")
    gave = at_once(
        lambda: draws.decide(draw=draw, approved=True, by=office.chief, at=AT),
        lambda: draws.decide(draw=draw, approved=True, by=second, at=AT),
    )
    assert sum(isinstance(one, CannotMove) for one in gave) == 1, gave
    assert FundEntry.objects.filter(kind="draw").count() == 1
    gave = at_once(
        lambda: draws.paid(line=line_of(draw), on=AT.date(), by=office.officer, at=AT, reference="B1"),
        lambda: draws.paid(line=line_of(draw), on=AT.date(), by=office.officer, at=AT, reference="B2"),
        lambda: draws.cancel(draw=draw, reason="误报", by=office.officer, at=AT),
    )
    assert sum(isinstance(one, CannotMove) for one in gave) == 2, gave
    case.refresh_from_db()
    paid = WageReceived.objects.count()
    assert (case.received_fen, available_fen(fund, AT.date())) in {(700_000, 200_000), (0, 900_000)}
    assert paid == (case.received_fen > 0)
    if not paid:
        return
    claim = Recovery.objects.get()
    at_once(
        *[
            lambda n=n: recovery.received(
                recovery=claim, amount_fen=400_000, on=AT.date(), reference=f"V{n % 2}", by=office.officer, at=AT
            )
            for n in range(4)
        ]
    )
    claim.refresh_from_db()
    assert claim.received_fen == sum(RecoveryMove.objects.values_list("amount_fen", flat=True)) == 400_000


def test_two_cases_of_one_man_are_approved_at_once_from_two_sources(transactional_db, monkeypatch):
    """Told of twice and never joined, paid first from two sources: only one of them pays."""
    office = make_office()
    project = make_project(AT)
    deposit = actions.record_deposit(project=project, form="cash", on=AT.date(), at=AT, amount_fen=2_000_000)
    fund = Fund.objects.create(organisation=office.unit, region_code="140100", name="周转金")
    recovery.book(fund=fund, amount_fen=2_000_000, on=AT.date(), note="拨入", by=office.chief, at=AT)
    asked = [
        draws.ask(
            case=make_case(AT, [700_000], project=project, office=office, path=OVERDUE, key=key),
            source=source, by=office.officer, at=AT, reason="逾期",
        )
        for key, source in (("1", deposit), ("2", fund))
    ]  # fmt: skip
    # Whoever has seen that no other draw pays the man waits a moment for the other to see the same, if it can.
    both, looks = threading.Barrier(2), draws._drawn_elsewhere

    def look(*given):
        found = looks(*given)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(timeout=1)
        return found

    monkeypatch.setattr(draws, "_drawn_elsewhere", look)
    gave = at_once(*[lambda d=d: draws.decide(draw=d, approved=True, by=office.chief, at=AT) for d in asked])
    assert sum(isinstance(one, CannotMove) for one in gave) == 1, gave
    assert available_fen(deposit, AT.date()) + available_fen(fund, AT.date()) == 3_300_000
    assert trail.verify().holds
