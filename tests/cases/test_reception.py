"""Tickets of a joint reception, drawn and called at several counters at the same moment."""

from datetime import datetime, timedelta

from anxin.cases import reception
from anxin.cases.models import Ticket
from anxin.law.civil import SHANGHAI
from anxin.people import trail
from anxin.people.models import Event, Organisation, User
from tests.portal.site import make_user
from tests.threads import at_once

AT = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)


def halls() -> list[tuple[Organisation, User]]:
    made = []
    for n in (1, 2):
        unit = Organisation.objects.create(name=f"接访大厅{n}", kind="hr", region_code="140105")
        made.append((unit, make_user(f"window{n}", "officer", "140105", organisation=unit)))
    return made


def turns(organisation: Organisation) -> list[int]:
    return list(
        Ticket.objects.filter(organisation=organisation).order_by("issued_at", "turn").values_list("turn", flat=True)
    )


def test_tickets_drawn_at_once_are_numbered_one_after_another(transactional_db):
    (here, clerk), (there, other) = halls()
    draw = [lambda n=n: reception.issue(organisation=here, people=n + 1, by=clerk, at=AT) for n in range(6)]
    elsewhere = [lambda: reception.issue(organisation=there, people=1, by=other, at=AT)] * 2
    gave = at_once(*draw, *elsewhere)
    assert all(isinstance(one, Ticket) for one in gave), gave
    assert turns(here) == [1, 2, 3, 4, 5, 6]
    assert turns(there) == [1, 2]
    # Each counter holds the very ticket that is on file, with the heads it was told.
    assert {(one.turn, one.people) for one in gave} == {(one.turn, one.people) for one in Ticket.objects.all()}
    assert Event.objects.filter(action="ticket-issue").count() == 8
    assert trail.verify().holds
    reception.issue(organisation=here, people=1, by=clerk, at=AT + timedelta(days=1))
    assert turns(here) == [1, 2, 3, 4, 5, 6, 1]  # each day begins with 1


def test_no_number_is_called_to_two_desks(transactional_db):
    (here, clerk), _ = halls()
    for _n in range(3):
        reception.issue(organisation=here, people=1, by=clerk, at=AT)
    call = [lambda: reception.call_next(organisation=here, by=clerk, at=AT + timedelta(minutes=5))] * 5
    gave = at_once(*call)
    assert sorted(one.turn for one in gave if isinstance(one, Ticket)) == [1, 2, 3], gave
    assert gave.count(None) == 2
    assert Event.objects.filter(action="ticket-call").count() == 3
