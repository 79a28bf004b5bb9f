"""The story of the first seed: day 16 without a wage account, the prompt, the account, the warning lifted."""

from datetime import date, datetime

import pytest

from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, SwipeRow
from anxin.law.civil import SHANGHAI
from anxin.ledger.sealing import seal
from anxin.registry import actions
from anxin.watch.models import Sweep, Warning
from anxin.watch.sweep import sweep
from tests.people import identity, make_project, make_worker

pytestmark = pytest.mark.django_db


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, tzinfo=SHANGHAI)


def swept(day: date) -> Sweep:
    return sweep(as_of=day, at=on(day))


def test_the_account_is_missing_on_day_16_and_its_arrival_clears_the_warning():
    project = make_project(on(date(2026, 4, 1)), started_on=date(2026, 4, 1))

    swept(date(2026, 4, 15))
    assert not Warning.objects.filter(rule="SX-01").exists()

    opened = swept(date(2026, 4, 16))
    warning = Warning.objects.get(rule="SX-01")
    assert opened.opened >= 1
    assert (warning.level, warning.status, warning.measure) == ("yellow", "open", 16)
    assert warning.opened_on == date(2026, 4, 16)
    assert "16" in warning.reason
    assert "16" in warning.reason_en
    assert warning.due_on is not None

    again = swept(date(2026, 4, 16))
    assert (again.opened, again.raised, again.lowered, again.cleared, again.reopened) == (0, 0, 0, 0, 0)
    assert again.unchanged >= 1

    actions.record_account(
        project=project, number="990012345678901234", on=date(2026, 4, 17), at=on(date(2026, 4, 17)),
        opened_on=date(2026, 4, 17), agreement_on=date(2026, 4, 17),
    )  # fmt: skip
    swept(date(2026, 4, 17))
    warning.refresh_from_db()
    assert (warning.status, warning.cleared_on) == ("cleared", date(2026, 4, 17))
    assert [(e.kind, e.on.day) for e in warning.events.order_by("id")] == [("opened", 16), ("cleared", 17)]
    assert all(e.rule_version for e in warning.events.all())


def test_left_alone_the_warning_rises_and_comes_back_in_place_when_the_account_closes():
    project = make_project(on(date(2026, 4, 1)), started_on=date(2026, 4, 1))
    for day in (date(2026, 4, 16), date(2026, 5, 20)):
        swept(day)
    warning = Warning.objects.get(rule="SX-01")
    assert warning.level in {"orange", "red"}
    kinds = [e.kind for e in warning.events.order_by("id")]
    assert kinds == ["opened", "raised"]

    use = actions.record_account(
        project=project, number="990012345678901234", on=date(2026, 5, 21), at=on(date(2026, 5, 21)),
        opened_on=date(2026, 5, 21),
    )  # fmt: skip
    swept(date(2026, 5, 21))
    use.closed_on = date(2026, 5, 25)
    use.save()
    swept(date(2026, 5, 26))
    warning.refresh_from_db()
    assert warning.status == "open"
    assert [e.kind for e in warning.events.order_by("id")] == ["opened", "raised", "cleared", "reopened"]
    assert Warning.objects.filter(rule="SX-01").count() == 1


def test_no_account_hides_what_follows_from_it_and_says_how_many():
    began = on(date(2026, 1, 1))
    project = make_project(began, started_on=date(2026, 1, 1))
    worker = make_worker(project, 1, began)
    passes = [
        SwipeRow(place=str(d), project_code="P1", id_number=identity(1), passed_at=datetime(2026, 2, d, 7))
        for d in range(1, 21)
    ]
    admit(passes, arrival=Arrival(source="test", at=on(date(2026, 3, 1))))
    seal(at=on(date(2026, 3, 1)))
    assert worker.project_id == project.pk

    swept(date(2026, 4, 16))
    parent = Warning.objects.get(rule="SX-01")
    hidden = {w.rule for w in parent.hides.all()}
    assert "CN-11" in hidden, "without an account no labour fee can come in"
    assert parent.hidden_by is None

    actions.record_account(
        project=project, number="990012345678901234", on=date(2026, 4, 17), at=on(date(2026, 4, 17)),
        opened_on=date(2026, 4, 17),
    )  # fmt: skip
    swept(date(2026, 4, 17))
    child = Warning.objects.get(rule="CN-11")
    assert (child.status, child.hidden_by) == ("open", None), "the account is there, the money is not"


def test_only_touched_projects_are_swept_between_full_sweeps():
    one = make_project(on(date(2026, 4, 1)), code="P1", started_on=date(2026, 4, 1))
    other = actions.upsert_enterprise(code="91140000MOCK000002", name="另一公司", at=on(date(2026, 4, 1)))
    two = make_project(on(date(2026, 4, 1)), code="P2", started_on=date(2026, 4, 1), contractor=other)
    day = date(2026, 4, 16)
    sweep(as_of=day, at=on(day), projects=[one.pk])
    assert set(Warning.objects.filter(rule="SX-01").values_list("project_id", flat=True)) == {one.pk}
    sweep(as_of=day, at=on(day), projects=[two.pk])
    assert Warning.objects.filter(rule="SX-01", status="open").count() == 2
