"""A full sweep takes seconds; what arrives meanwhile is judged at once, and the older judgement does not undo it."""

from datetime import date, datetime, timedelta

import pytest

from anxin.law.civil import SHANGHAI
from anxin.ledger.locks import only_one
from anxin.registry import actions
from anxin.registry.models import Touch
from anxin.watch import sweep as sweeping
from anxin.watch.models import Sweep, Warning
from anxin.watch.reconcile import SweepScope
from anxin.watch.sweep import forget_sweeps, sweep, touched_projects
from tests.people import make_project

pytestmark = pytest.mark.django_db
BEGUN = datetime(2026, 4, 1, 8, tzinfo=SHANGHAI)
DAY = date(2026, 4, 16)
AT = datetime(2026, 4, 16, 8, tzinfo=SHANGHAI)


def meanwhile(monkeypatch, act) -> None:
    """Let something happen when the next full sweep has read its facts and judged them."""
    real = sweeping.evaluate
    acts = [act]

    def evaluate(facts):
        found = real(facts)
        if acts:
            acts.pop()()
        return found

    monkeypatch.setattr(sweeping, "evaluate", evaluate)


def account(project, number="990012345678901234"):
    actions.record_account(project=project, number=number, on=DAY, at=AT, opened_on=DAY, agreement_on=DAY)


def standing(project) -> list[str]:
    return list(Warning.objects.filter(project=project, rule="SX-01").values_list("status", flat=True))


@pytest.mark.parametrize("warned_before", [True, False])
def test_an_account_that_arrives_during_a_full_sweep_clears_its_warning_for_good(monkeypatch, warned_before):
    project, other = (make_project(BEGUN, code, started_on=BEGUN.date()) for code in ("P1", "P2"))
    if warned_before:
        sweep(as_of=DAY, at=AT)
        assert standing(project) == ["open"]

    def arrives() -> None:
        with only_one("sweep") as free:
            assert free, "a sweep of some would wait for the full one"
        account(project)
        sweep(as_of=DAY, at=AT, projects=[project.pk])

    meanwhile(monkeypatch, arrives)
    full = sweep(as_of=DAY, at=AT)
    assert full.full
    assert standing(project) == (["cleared"] if warned_before else [])
    assert standing(other) == ["open"]
    assert not Touch.objects.exists()
    again = sweep(as_of=DAY, at=AT)
    assert (again.opened, again.reopened, again.cleared) == (0, 0, 0)
    assert standing(other) == ["open"]


def test_what_arrives_during_a_full_sweep_and_is_not_yet_judged_stays_marked(monkeypatch):
    project = make_project(BEGUN, "P1", started_on=BEGUN.date())
    meanwhile(monkeypatch, lambda: account(project))
    sweep(as_of=DAY, at=AT)
    assert standing(project) == ["open"]
    assert touched_projects() == [project.pk]
    sweep(as_of=DAY, at=AT, projects=touched_projects())
    assert standing(project) == ["cleared"]


def test_a_sweep_of_another_day_is_whole(monkeypatch):
    project = make_project(BEGUN, "P1", started_on=BEGUN.date())
    meanwhile(monkeypatch, lambda: sweep(as_of=date(2026, 4, 10), at=AT, projects=[project.pk]))
    sweep(as_of=DAY, at=AT)
    assert standing(project) == ["open"]
    assert Sweep.objects.filter(full=True).count() == 1


def test_a_firm_judged_meanwhile_is_left_alone_and_its_projects_are_not():
    scope = SweepScope(but_projects={7}, but_firms={7})
    assert not scope.holds({"project_id": None, "enterprise_id": 7})
    assert scope.holds({"project_id": None, "enterprise_id": 8})
    assert scope.holds({"project_id": 8, "enterprise_id": 7})
    assert not scope.holds({"project_id": 7, "enterprise_id": 8})


def test_a_week_of_sweeps_of_some_is_kept_and_every_full_one():
    project = make_project(BEGUN, "P1", started_on=BEGUN.date())
    for hours in (0, 1, 24 * 7):
        sweep(as_of=DAY, at=AT + timedelta(hours=hours), projects=[project.pk])
    sweep(as_of=DAY, at=AT)
    assert forget_sweeps(at=AT + timedelta(days=7, minutes=30)) == 1
    assert sorted(Sweep.objects.values_list("full", "begun_at")) == [
        (False, AT + timedelta(hours=1)), (False, AT + timedelta(days=7)), (True, AT),
    ]  # fmt: skip


def test_what_has_waited_longest_is_judged_first_however_often_it_is_touched():
    patient, other = (make_project(BEGUN, code) for code in ("P1", "P2"))
    Touch.objects.all().delete()
    for project in (patient, other, patient):
        actions.touch(project_id=project.pk, at=AT)
    assert touched_projects(limit=1) == [patient.pk]
    assert touched_projects() == [patient.pk, other.pk]
