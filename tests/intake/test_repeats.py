"""A row that is sent again stands in the queue once; one about a fact taken since leaves it; none is lost."""

import dataclasses
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from anxin.intake.admit import admit
from anxin.intake.models import HeldRow, Receipt, Sender
from anxin.intake.rows import Arrival, MovementRow, PaymentRow, PayrollRow, SwipeRow
from anxin.intake.waiting import release
from anxin.ledger import read
from anxin.ledger.sealing import seal
from anxin.registry import actions
from tests.people import identity, make_project, make_worker
from tests.portal.site import make_user

pytestmark = pytest.mark.django_db
ACCOUNT = "990012345678901234"
HOUR = timedelta(hours=1)


@pytest.fixture
def project(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at + 9 * HOUR)
    made = make_project(at, "P1")
    actions.record_account(project=made, number=ACCOUNT, on=at.date(), at=at, opened_on=at.date())
    return made


@pytest.fixture
def sender(at) -> Sender:
    return Sender.objects.create(protocol="bulk", appid="gate", secret_sealed=b"", region_code="140000", created_at=at)


def swipe(who: str, place: str = "1", project: str = "P1") -> SwipeRow:
    return SwipeRow(place=place, project_code=project, id_number=who, passed_at=datetime(2026, 4, 1, 7))


def movement(**told) -> MovementRow:
    row = MovementRow(place="1", reference="R1", booked_on=date(2026, 4, 1), account_number=ACCOUNT,
                      direction="credit", kind="labour_fee", amount_fen=-1)  # fmt: skip
    return dataclasses.replace(row, **told)


def send(sender: Sender | None, at: datetime, *rows, serial: str = "") -> None:
    receipt = Receipt.objects.create(serial=serial or f"{at:%H%M}-{len(rows)}-{rows[0].place}", sender=sender,
                                     replay_key=f"{at}{rows[0].place}{serial}", method="x", received_at=at,
                                     status=20)  # fmt: skip
    admit(list(rows), arrival=Arrival(source="test", at=at, sender=sender, receipt=receipt))


def queue() -> list[HeldRow]:
    return list(HeldRow.objects.filter(status__in=("refused", "waiting")).order_by("pk"))


def test_a_row_sent_again_stands_once_with_how_often_and_since_when(client, at, project, sender):
    wrong = identity(50)[:-1] + "?"
    for hour, place in enumerate(("3", "17", "9")):
        send(sender, at + hour * HOUR, swipe(wrong, place))
    (row,) = queue()
    assert (row.times, row.first_at, row.received_at) == (3, at, at + 2 * HOUR)
    assert row.place == "9[idCardNumber]"
    # Each stays on record under its own receipt.
    assert HeldRow.objects.count() == 3
    assert set(HeldRow.objects.exclude(pk=row.pk).values_list("status", flat=True)) == {"repeated"}
    assert len(set(HeldRow.objects.values_list("receipt", flat=True))) == 3
    client.force_login(make_user())
    page = client.get("/held").content.decode()
    assert "起共报送 3 次" in page
    assert "拒收 1 行" in page
    assert "3 次，首次" in client.get(f"/held/{row.pk}").content.decode()


def test_a_row_twice_in_one_message_stands_once(at, project, sender):
    wrong = identity(50)[:-1] + "?"
    send(sender, at, swipe(wrong, "1"), swipe(wrong, "2"))
    (row,) = queue()
    assert (row.times, row.first_at) == (2, at)
    send(sender, at + HOUR, swipe(wrong, "1"), swipe(wrong, "2"))
    (row,) = queue()
    assert (row.times, row.first_at) == (4, at)
    assert HeldRow.objects.count() == 4


def test_equal_rows_of_two_senders_and_unequal_rows_of_one_are_two(at, project, sender):
    other = Sender.objects.create(protocol="bulk", appid="x", secret_sealed=b"", region_code="14", created_at=at)
    wrong = identity(50)[:-1] + "?"
    send(sender, at, swipe(wrong))
    send(other, at, swipe(wrong), serial="other")
    send(sender, at + HOUR, dataclasses.replace(swipe(wrong), direction="in"))
    assert [row.times for row in queue()] == [1, 1, 1]


def test_what_was_put_aside_does_not_come_back_by_itself_but_a_new_row_is_a_new_one(at, project, sender):
    wrong = identity(50)[:-1] + "?"
    send(sender, at, swipe(wrong))
    HeldRow.objects.update(status="discarded")
    send(sender, at + HOUR, swipe(wrong))
    assert [(row.times, row.first_at) for row in queue()] == [(1, None)]
    assert HeldRow.objects.filter(status="discarded").count() == 1


def test_a_waiting_row_sent_again_flows_on_once(at, project, sender):
    for hour in range(3):
        send(sender, at + hour * HOUR, swipe(identity(7)))
    assert len(queue()) == 1
    make_worker(project, 7, at)
    assert release(at=at + 3 * HOUR) == 1
    assert queue() == []
    seal(at=at)
    assert read.swipes(project_id=project.pk).num_rows == 1


@pytest.mark.parametrize("kind", ["movements", "payments", "payroll", "swipes"])
def test_a_row_taken_after_it_was_mended_takes_the_refused_one_out_of_the_queue(at, project, sender, kind):
    make_worker(project, 7, at)
    pay = PayrollRow("1", "P1", identity(7), "2026-03", "S1", 500_000, -1)
    paid = PaymentRow("1", "R1", -1, "paid", date(2026, 4, 1), "P1", ACCOUNT, id_number=identity(7), month="2026-03")
    wrong, right = {
        "movements": (movement(), movement(amount_fen=100)),
        "payments": (paid, dataclasses.replace(paid, amount_fen=100)),
        "payroll": (pay, dataclasses.replace(pay, paid_fen=500_000)),
        "swipes": (swipe(identity(8)), dataclasses.replace(swipe(identity(8)), direction="in")),
    }[kind]
    send(sender, at, wrong)
    send(sender, at + HOUR, dataclasses.replace(wrong, place="2"))
    assert len(queue()) == 1
    make_worker(project, 8, at)
    send(sender, at + 2 * HOUR, right)
    assert queue() == []
    gone = HeldRow.objects.order_by("pk").last()
    assert (gone.status, gone.settled_at) == ("mended", at + 2 * HOUR)


def test_a_row_about_another_fact_or_of_another_sender_leaves_nothing(at, project, sender):
    other = Sender.objects.create(protocol="bulk", appid="x", secret_sealed=b"", region_code="14", created_at=at)
    send(sender, at, movement())
    send(sender, at + HOUR, movement(reference="R2", amount_fen=100))
    send(other, at + HOUR, movement(amount_fen=100), serial="other")
    make_worker(project, 7, at)
    line = PayrollRow("1", "P1", identity(7), "2026-03", "S1", 500_000, 500_000, team_no=2)
    send(sender, at, dataclasses.replace(line, team_no=1, paid_fen=-1), serial="team 1")
    send(sender, at + HOUR, line, serial="team 2")
    assert len(queue()) == 2
    HeldRow.objects.filter(kind="payroll").delete()
    assert [row.status for row in queue()] == ["refused"]


def test_two_versions_that_wait_are_both_taken_whatever_is_released_first(at, project, sender):
    """The later of two rows about one fact is never dropped for the earlier one."""
    unknown = "990012345678900000"
    send(sender, at, movement(account_number=unknown, amount_fen=100))
    send(sender, at + HOUR, movement(account_number=unknown, amount_fen=200))
    assert [row.status for row in queue()] == ["waiting", "waiting"]
    actions.record_account(project=project, number=unknown, on=at.date(), at=at, opened_on=at.date())
    assert release(at=at + 2 * HOUR, limit=1) == 1
    assert release(at=at + 3 * HOUR, limit=1) == 1
    seal(at=at)
    assert read.movements(project_id=project.pk).to_pylist()[0]["amount_fen"] == 200
