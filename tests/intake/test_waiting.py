"""Rows that wait flow on when what they wait for has come, however many others wait for ever."""

from datetime import date, datetime, timedelta

import pytest

from anxin.intake.admit import admit
from anxin.intake.models import HeldRow
from anxin.intake.rows import Arrival, MovementRow, SwipeRow
from anxin.intake.waiting import release
from anxin.registry import actions
from anxin.registry.models import Project
from tests.people import identity, make_project, make_worker

pytestmark = pytest.mark.django_db


def send(at: datetime, *swipes: tuple[str, int, int]) -> None:
    """Swipes as (project code, number of the invented worker, day of March)."""
    rows = [
        SwipeRow(
            place=str(n), project_code=code, id_number=identity(who),
            passed_at=datetime(2026, 3, 1 + day % 28, 7, day // 28),
        )
        for n, (code, who, day) in enumerate(swipes)
    ]  # fmt: skip
    admit(rows, arrival=Arrival(source="test", at=at))


def waiting() -> int:
    return HeldRow.objects.filter(status="waiting").count()


def test_a_crowd_that_waits_for_ever_holds_nobody_up(at):
    here, there = make_project(at, "P1"), make_project(at, "P2")
    make_worker(there, 1, at)
    # At the gate of P1, but on the roster of P2 only; and people of a project nobody has registered.
    send(at, *[("P1", 1, day) for day in range(1100)], *[("P9", 2, day) for day in range(20)], ("P1", 3, 1))
    assert waiting() == 1121
    assert release(at=at, limit=1) == 0
    assert not HeldRow.objects.exclude(tried_at=None).exists(), "nobody tries a row whose person has not come"
    make_worker(here, 3, at)
    assert release(at=at, limit=1) == 1
    assert waiting() == 1120
    make_worker(here, 1, at)
    make_project(at, "P9")
    assert release(at=at) == 1100
    assert waiting() == 20
    make_worker(Project.objects.get(code="P9"), 2, at)
    assert release(at=at) == 20


def test_what_was_tried_in_vain_is_tried_again_after_a_while(at):
    for code in ("P1", "P2"):
        actions.record_account(
            project=make_project(at, code), number="990012345678901234", on=date(2026, 3, 1), at=at,
            opened_on=date(2026, 3, 1),
        )  # fmt: skip
    booked = MovementRow(
        place="1", account_number="990012345678901234", booked_on=date(2026, 4, 1), direction="credit",
        kind="labour_fee", amount_fen=100, reference="R1",
    )  # fmt: skip
    admit([booked], arrival=Arrival(source="test", at=at))
    assert waiting() == 1
    for after, tried in ((0, at), (5, at), (11, at + timedelta(minutes=11))):
        assert release(at=at + timedelta(minutes=after)) == 0
        assert HeldRow.objects.get().tried_at == tried
