"""The trail holds, and names the first link that was tampered with."""

from datetime import timedelta

import pytest
from django.db import transaction

from anxin.people import trail
from anxin.people.models import Event, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    return User.objects.create_user("officer", password="x", role="officer", region="140100")


@pytest.fixture
def chain(officer, at) -> list[Event]:
    with transaction.atomic():
        return [
            trail.record(
                by=officer, at=at + timedelta(seconds=n), action="take", subject="warning", subject_id=n,
                changes={"owner": "officer", "of": None, "n": n},
            )
            for n in range(1, 6)
        ]  # fmt: skip


def test_an_untouched_chain_holds(chain):
    verdict = trail.verify(noted=(3, chain[2].digest))
    assert (verdict.holds, verdict.links, verdict.head) == (True, 5, chain[-1].digest)


@pytest.mark.parametrize(
    ("change", "broken", "why"),
    [
        (lambda: Event.objects.filter(number=3).update(who="somebody else"), 3, "content"),
        (lambda: Event.objects.filter(number=3).update(changes={}), 3, "content"),
        (lambda: Event.objects.filter(number=2).delete(), 2, "missing"),
        (lambda: Event.objects.filter(number__gte=4).delete(), 4, "once reached"),
        (lambda: Event.objects.filter(number=4).update(previous="0" * 64), 4, "join"),
    ],
)
def test_the_first_broken_link_is_named(chain, change, broken, why):
    change()
    verdict = trail.verify(noted=(5, chain[-1].digest))
    assert not verdict.holds
    assert verdict.broken == broken
    assert why in verdict.why


def test_a_chain_made_anew_from_the_middle_is_betrayed_by_a_noted_head(chain):
    forged = list(Event.objects.filter(number__gte=2).order_by("number"))
    forged[0].who = "somebody else"
    previous = chain[0].digest
    for event in forged:
        event.previous = previous
        event.digest = previous = trail.digest_of(event)
        event.save()
    assert trail.verify().holds
    verdict = trail.verify(noted=(5, chain[-1].digest))
    assert (verdict.holds, verdict.broken) == (False, 5)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_the_transaction_of_the_act(at):
    with pytest.raises(RuntimeError):
        trail.record(by=None, at=at, action="sweep", subject="province", subject_id=1)
