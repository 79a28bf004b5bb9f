"""Guessing: wrong codes shut the number they were tried on, slow the address they came from, and never stop a claim."""

from datetime import timedelta

import pytest

from anxin.cases import limits
from anxin.cases.models import CodeTry

pytestmark = pytest.mark.django_db

KIND = "return-code"


def wrong(at, *, target: str = "", address: str = "10.0.0.1", kind: str = KIND) -> bool:
    """A wrong try; whether it was heard."""
    try:
        limits.listen(kind=kind, target=target, address=address, at=at)
    except limits.Slow:
        return False
    return True


def test_a_number_is_shut_for_everybody_and_opens_again(at):
    most, within = limits.ON_A_TARGET
    heard = [wrong(at, target="26042012345678", address=f"10.0.0.{n}") for n in range(most + 3)]
    assert heard == [True] * most + [False] * 3
    assert wrong(at, target="26042087654321")
    assert wrong(at, target="26042012345678", kind="consent-code")
    assert not wrong(at + within - timedelta(seconds=1), target="26042012345678")
    assert wrong(at + within, target="26042012345678")


def test_an_address_is_slowed_but_a_named_number_is_heard_from_it(at):
    most, _within = limits.FROM_AN_ADDRESS
    assert [wrong(at) for _ in range(most + 1)] == [True] * most + [False]
    with pytest.raises(limits.Slow) as slow:
        limits.listen(kind=KIND, target="", address="10.0.0.1", at=at)
    assert slow.value.name_it
    assert slow.value.until == at + limits.FROM_AN_ADDRESS[1]
    assert wrong(at, target="26042012345678")
    assert wrong(at, address="10.0.0.2")


def test_right_codes_count_for_nothing(at):
    for _worker in range(200):
        limits.forgive(limits.listen(kind=KIND, target="", address="10.0.0.1", at=at))
    assert not CodeTry.objects.exists()


def test_many_addresses_together_slow_only_those_that_were_wrong(at, monkeypatch):
    monkeypatch.setattr(limits, "EVERYWHERE", (10, timedelta(hours=1)))
    for n in range(10):
        assert wrong(at, address=f"10.0.1.{n % 5}")
    assert not wrong(at, address="10.0.1.1")
    assert wrong(at, address="10.9.9.9")
    with pytest.raises(limits.Slow) as slow:
        limits.listen(kind=KIND, target="", address="10.0.1.1", at=at)
    assert slow.value.until <= at + timedelta(minutes=1)
