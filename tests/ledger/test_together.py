"""Calls that commit together: each one's work stands or falls alone, and nobody is answered before the commit."""

import threading
from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from anxin.intake.models import Receipt
from anxin.law.civil import SHANGHAI
from anxin.ledger import together

AT = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)


def receipt(number: int, key: str | None = None) -> Receipt:
    return Receipt.objects.create(
        serial=f"s-{number}", replay_key=key or f"k-{number}", method="x", received_at=AT, status=20
    )


@pytest.mark.django_db(transaction=True)
def test_sixty_calls_at_once_stand_or_fall_alone():
    outcomes: dict[int, object] = {}
    seen: dict[int, bool] = {}
    begin = threading.Barrier(60)

    def call(number: int) -> None:
        begin.wait()
        try:
            # Every tenth sends a key that another has sent: it alone must fail.
            row = together.commit_together(lambda: receipt(number, "same" if number % 10 == 0 else None))
            outcomes[number] = row.pk
            seen[number] = Receipt.objects.filter(pk=row.pk).exists()
        except IntegrityError as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=(n,)) for n in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = [n for n, outcome in outcomes.items() if isinstance(outcome, IntegrityError)]
    assert len(outcomes) == 60
    assert len(failed) == 5
    assert all(n % 10 == 0 for n in failed)
    assert Receipt.objects.count() == 55
    assert len(seen) == 55
    assert all(seen.values()), "an answered call must be in the database already"


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_is_told_to_every_caller(monkeypatch):
    real = transaction.Atomic.__exit__

    def broken(self, kind, value, trace):
        if not connection.savepoint_ids and kind is None:
            real(self, OSError, OSError("disk full"), None)
            raise OSError("disk full")
        return real(self, kind, value, trace)

    monkeypatch.setattr(transaction.Atomic, "__exit__", broken)
    with pytest.raises(OSError, match="disk full"):
        together.commit_together(lambda: receipt(1))
    monkeypatch.undo()
    assert not Receipt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_joined_entries_are_written_together_and_a_bad_one_falls_alone():
    sizes: list[int] = []

    def take(numbers):
        sizes.append(len(numbers))
        if len(numbers) > 1 and 13 in numbers:
            receipt(10_000)  # must be undone when the group falls
            raise ValueError("one of these")
        if 13 in numbers:
            raise ValueError("this one")
        return [receipt(number).pk for number in numbers]

    outcomes: dict[int, object] = {}
    begin = threading.Barrier(40)

    def call(number: int) -> None:
        begin.wait()
        try:
            outcomes[number] = together.join(take, number)
        except ValueError as error:
            outcomes[number] = str(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.pop(13) == "this one"
    assert set(outcomes.values()) == set(Receipt.objects.values_list("pk", flat=True))
    assert {Receipt.objects.get(pk=pk).serial for pk in outcomes.values()} == {f"s-{n}" for n in outcomes}
    assert sum(sizes) >= 40
