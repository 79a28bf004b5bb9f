"""Plain statements mean what Django's sentences mean: the same rows, values and errors."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from anxin import plainly
from anxin.cases.models import Case, CaseClock, CaseEvent, Claimant, WageReceived
from anxin.intake.models import Receipt
from anxin.people.models import Event, User
from anxin.registry.models import Engagement
from tests.cases.claims import claim, member, only
from tests.portal.hands import make_people, make_units
from tests.portal.site import make_site

pytestmark = pytest.mark.django_db


def columns(row: models.Model) -> dict[str, object]:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in values.items()}


@pytest.fixture
def case(at) -> Case:
    site = make_site(at)
    make_people(make_units())
    return claim(at, [member(site.forgotten, days=23.5, rate_fen=28_000), member(site.paid)], site=site)


def test_reading_gives_the_same_values(case):
    for model in (Case, CaseClock, CaseEvent, Claimant, Event, User, Engagement):
        for row in model.objects.all():
            assert columns(plainly.one(model, pk=row.pk)) == columns(row)
    found = plainly.read(CaseClock, case_id=case.pk, done_at=None)
    assert sorted(row.pk for row in found) == sorted(
        CaseClock.objects.filter(case=case, done_at=None).values_list("pk", flat=True)
    )
    assert plainly.read(CaseClock, case_id=case.pk, step="nothing") == []
    CaseClock.objects.filter(pk=found[0].pk).update(done_at=case.opened_at)
    assert found[0] not in plainly.read(CaseClock, case_id=case.pk, done_at=None)
    assert found[0] in plainly.read(CaseClock, case_id=case.pk)


def test_who_is_not_there_is_said(case):
    with pytest.raises(Case.DoesNotExist):
        plainly.one(Case, pk=case.pk + 1)
    with pytest.raises(ValueError, match="no column"):
        plainly.read(Case, project__code="P1")


def test_new_rows_are_whole_and_have_their_keys(case, at):
    fresh = Case(number="26042000000001", region_code="140105", project=case.project, opened_at=at)
    clock = CaseClock(case=fresh, step="verify", basis="local", within="24 hours", started_at=at)
    plainly.add(fresh)
    plainly.add(clock)  # it was made before its case had a key
    assert clock.case_id == fresh.pk
    for row in (fresh, clock):
        assert columns(type(row).objects.get(pk=row.pk)) == columns(row)
        assert not row._state.adding
    many = [WageReceived(claimant=Claimant.objects.first(), proof="bank", amount_fen=n + 1, received_on=at.date(),
                         reference=f"R{n}", recorded_at=at) for n in range(230)]  # fmt: skip
    plainly.add(*many)
    assert {row.pk: row.amount_fen for row in many} == dict(WageReceived.objects.values_list("pk", "amount_fen"))
    with CaptureQueriesContext(connection) as asked:
        plainly.add()
    assert not asked.captured_queries
    with pytest.raises(IntegrityError), transaction.atomic():
        plainly.add(Case(number=fresh.number, region_code="140105", opened_at=at))


def test_a_change_writes_the_named_columns_only(case, at):
    row = plainly.one(Case, pk=case.pk)
    row.state, row.due_at, row.owner, row.employer = "dispatched", at + timedelta(hours=3), User.objects.first(), "别的"
    plainly.change(row, "state", "due_at", "owner")
    now = Case.objects.get(pk=case.pk)
    assert (now.state, now.due_at, now.owner_id) == (row.state, row.due_at, row.owner_id)
    assert now.employer == case.employer
    row.due_at = None
    plainly.change(row, "due_at")
    assert Case.objects.get(pk=case.pk).due_at is None
    with pytest.raises(DatabaseError, match="gone"):
        plainly.change(Case(pk=case.pk + 1, state="ended"), "state")


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_in_a_transaction_only(at):
    case = claim(at)
    with pytest.raises(TransactionManagementError):
        plainly.one(Case, lock=True, pk=case.pk)
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        assert plainly.one(Case, lock=True, pk=case.pk) == case
        locks = asked.captured_queries[0]["sql"].endswith("FOR NO KEY UPDATE")
        assert locks == connection.features.has_select_for_update
    assert only(case).case_id == case.pk


def test_only_what_nobody_knows_goes_in(at):
    names = ("serial", "replay_key", "method", "received_at", "status", "result", "accepted", "refused", "waiting")
    numbers = iter(range(100))

    def row(key: str) -> tuple[object, ...]:
        return f"s-{key}-{next(numbers)}", key, "m", at, 20, "", 1, 0, 0

    def add(*keys: str) -> list[bool]:
        return plainly.add_unknown(Receipt, names, [row(key) for key in keys], known_by="replay_key")

    assert add("old") == [True]
    assert add("a", "old", "b", "a") == [True, False, True, False]
    assert {receipt.received_at for receipt in Receipt.objects.all()} == {at}
    assert sorted(Receipt.objects.values_list("replay_key", flat=True)) == ["a", "b", "old"]


def test_a_query_asked_often_answers_the_same(case, django_assert_num_queries):
    """Beyond ``prepare_threshold`` PostgreSQL runs a plan it kept; an undone savepoint makes it forget them."""
    person = Claimant.objects.filter(case=case).order_by("pk")[0]
    for fen in range(12):
        person.verified_fen = fen * 10_000_000
        plainly.change(person, "verified_fen")
        assert plainly.one(Claimant, pk=person.pk).verified_fen == fen * 10_000_000
        with pytest.raises(IntegrityError), transaction.atomic():
            plainly.add(Event(number=Event.objects.get().number, at=case.opened_at, previous="", digest=""))
        plainly.add(CaseEvent(case=case, at=case.opened_at, kind=f"note-{fen}", zh="甲", en="", public=False))
    assert CaseEvent.objects.filter(case=case, kind__startswith="note-").count() == 12
    with django_assert_num_queries(1) as asked:
        plainly.one(Claimant, pk=person.pk)
    assert str(person.pk) in asked.captured_queries[0]["sql"]


def test_changing_all_rows_that_are_alike(case):
    running = list(CaseClock.objects.filter(case=case, done_at=None).order_by("pk"))
    one, *others = running
    assert others
    assert plainly.change_all(CaseClock, {"done_at": case.opened_at, "within": "x"}, pk=[one.pk]) == 1
    one.refresh_from_db()
    assert (one.done_at, one.within) == (case.opened_at, "x")
    later = case.opened_at + timedelta(hours=1)
    assert plainly.change_all(CaseClock, {"done_at": later}, case_id=case.pk, pk=[]) == 0
    assert not CaseClock.objects.filter(done_at=later).exists()
    assert plainly.change_all(CaseClock, {"done_at": later}, case_id=case.pk, done_at=None) == len(others)
    assert set(CaseClock.objects.exclude(pk=one.pk).values_list("done_at", flat=True)) == {later}
    assert CaseClock.objects.get(pk=one.pk).done_at == case.opened_at
