"""A case moves only as the procedure knows; its clocks follow, and reading costs little."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from anxin.cases import clock_changes, lane
from anxin.cases.filing import Person
from anxin.cases.flow import CannotMove, finish_step, move, start_step
from anxin.cases.models import Case, CaseClock, CaseEvent, ClockStop
from anxin.cases.procedure import clocks, states
from anxin.law.civil import SHANGHAI
from anxin.people import trail
from anxin.people.models import User
from tests.cases.claims import claim, member

pytestmark = pytest.mark.django_db


def running(case: Case) -> dict[tuple[str, str], CaseClock]:
    return {(c.step, c.basis): c for c in CaseClock.objects.filter(case=case, done_at=None)}


def test_a_new_case_runs_both_clocks(at, units):
    case = claim(at)
    assert set(running(case)) == {("dispatch", "local"), ("verify", "local"), ("accept", "statute")}
    assert case.due_at == at + timedelta(hours=2)
    assert (case.unit, case.people, case.claimed_fen) == (units["county"], 1, 500_000)
    stored = Case.objects.get(pk=case.pk)
    assert (stored.due_at, stored.claimed_fen) == (case.due_at, 500_000)


def test_ten_people_are_a_group_and_somebody_comes_within_the_hour(at):
    case = claim(at, [Person(name=f"工人{n}", claimed_fen=1) for n in range(10)])
    assert case.collective
    assert running(case)[("on_site", "local")].due_at == at + timedelta(hours=1)
    elsewhere = claim(at, [Person(name="一人", claimed_fen=1)], key="k2")
    assert ("on_site", "local") not in running(elsewhere)


def test_moving_stops_and_starts_clocks_and_tells_it(at, people):
    case = claim(at)
    later = at + timedelta(hours=1)
    case = move(case=case, to="dispatched", by=people["officer"], at=later)
    case = move(case=case, to="accepted", by=people["officer"], at=later + timedelta(hours=1))
    assert CaseClock.objects.get(case=case, step="dispatch").done_at == later
    assert set(running(case)) == {("verify", "local"), ("investigate", "statute"), ("investigate", "local")}
    public = CaseEvent.objects.filter(case=case, public=True).order_by("id").values_list("zh", flat=True)
    assert list(public) == ["已经收到您的反映", "已交给负责的机构", "已经受理，正在核实"]
    finish_step(case=case, step="verify", at=later)
    case.refresh_from_db()
    assert ("verify", "local") not in running(case)
    assert case.due_at == running(case)[("investigate", "local")].due_at


def test_what_the_procedure_does_not_know_is_refused(at, people):
    case = claim(at)
    with pytest.raises(CannotMove) as no:
        move(case=case, to="backstop", by=people["officer"], at=at)
    assert "已接收" in no.value.zh
    assert Case.objects.get(pk=case.pk).state == "received"
    with pytest.raises(CannotMove):
        start_step(case=case, step="pay", within="3 days", at=at)


def test_supplied_papers_start_acceptance_anew(at, people):
    case = claim(at)
    case = move(case=case, to="supplement", by=people["officer"], at=at)
    assert ("accept", "statute") not in running(case)
    case = move(case=case, to="dispatched", by=people["officer"], at=at + timedelta(days=2))
    assert running(case)[("accept", "statute")].started_at == at + timedelta(days=2)


def asked(queries: CaptureQueriesContext) -> list[str]:
    """What was asked of the database, without the lock that the trail takes on PostgreSQL."""
    return [query["sql"] for query in queries.captured_queries if "advisory" not in query["sql"]]


def test_acts_read_little(at, site, people, units):
    with CaptureQueriesContext(connection) as filed:
        case = claim(at, [member(site.forgotten)], site=site)
    # savepoint and release count too: key, unit, case, clocks, claim, people, line, head of the trail, link
    assert len(asked(filed)) <= 11, asked(filed)
    with CaptureQueriesContext(connection) as group:
        claim(at, [member(e) for e in (site.paid, site.failed, site.forgotten)] * 10, site=site, key="k9")
    assert len(asked(group)) <= len(asked(filed))
    case = Case.objects.get(pk=case.pk)
    with CaptureQueriesContext(connection) as moved:
        move(case=case, to="dispatched", by=people["officer"], at=at)
    assert len(asked(moved)) <= 9, asked(moved)
    with CaptureQueriesContext(connection) as accepted:
        move(case=case, to="accepted", by=people["officer"], at=at)
    assert len(asked(accepted)) <= 13, asked(accepted)
    with CaptureQueriesContext(connection) as ended:
        move(case=case, to="ended", by=people["officer"], at=at)
    assert len(asked(ended)) <= 10, asked(ended)


START = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)


class Lives(RuleBasedStateMachine):
    """Any sequence of allowed acts on one case."""

    def __init__(self) -> None:
        super().__init__()
        self.at = START
        Lives.number += 1
        region = "140105" if Lives.number % 2 else "520102"
        self.case = claim(self.at, key=f"life-{Lives.number}", region=region)
        self.officer, self.chief = User.objects.get(username="officer"), User.objects.get(username="chief")

    number = 0

    def now(self) -> Case:
        self.at += timedelta(hours=5)
        return Case.objects.get(pk=self.case.pk)

    @rule(data=st.data())
    def goes_on(self, data) -> None:
        case = self.now()
        before = set(CaseClock.objects.filter(case=case, done_at=None).values_list("pk", flat=True))
        to = data.draw(st.sampled_from(states()[case.state].next))
        move(case=case, to=to, by=self.officer, at=self.at)
        for clock in CaseClock.objects.filter(case=case, done_at=None).exclude(pk__in=before):
            assert clock.started_at == self.at

    @rule(data=st.data())
    def cannot_jump(self, data) -> None:
        case = self.now()
        closed = sorted(states().keys() - set(states()[case.state].next))
        with pytest.raises(CannotMove):
            move(case=case, to=data.draw(st.sampled_from(closed)), by=self.officer, at=self.at)

    @precondition(lambda self: Case.objects.get(pk=self.case.pk).ended_at is None)
    @rule()
    def changes_lane(self) -> None:
        case = self.now()
        act = lane.leave if case.lane == "plain" else lane.enter
        act(case=case, reason="测试", by=self.officer, at=self.at)

    @rule(kind=st.sampled_from(["pause", "extension"]), data=st.data())
    def asks_for_time(self, kind, data) -> None:
        case = self.now()
        clock = CaseClock.objects.filter(case=case, done_at=None, basis="statute").order_by("id").first()
        if clock is None or case.ended_at is not None:
            return
        ask = clock_changes.ask_for_pause if kind == "pause" else clock_changes.ask_for_extension
        try:
            change = ask(clock=clock, reason="测试", by=self.officer, at=self.at)
        except CannotMove:
            return
        clock_changes.decide(change=change, approved=data.draw(st.booleans()), by=self.chief, at=self.at)

    @rule()
    def runs_on(self) -> None:
        case = self.now()
        standing = ClockStop.objects.filter(clock__case=case, kind="pause", approved=True, until_at=None,
                                            clock__done_at=None).first()  # fmt: skip
        if standing is not None and case.ended_at is None:
            clock_changes.resume(clock=standing.clock, by=self.officer, at=self.at)

    @invariant()
    def the_clocks_agree_with_the_case(self) -> None:
        case = Case.objects.get(pk=self.case.pk)
        clocks_on = list(CaseClock.objects.filter(case=case, done_at=None))
        assert len({(c.step, c.basis) for c in clocks_on}) == len(clocks_on)
        dues = [c.due_at for c in clocks_on if c.due_at is not None]
        assert case.due_at == (min(dues) if dues else None)
        assert (case.ended_at is not None) == (case.state == "ended")
        if case.ended_at is not None:
            assert clocks_on == []
        if case.lane != "plain":
            own = {(k.step, k.basis) for k in clocks(case.region_code)} - {
                (k.step, k.basis) for k in clocks(case.region_code) if not k.lane
            }
            assert not own & {(c.step, c.basis) for c in clocks_on}
        for clock in clocks_on:
            assert clock.due_at is not None or clock.changes.filter(kind="pause", until_at=None, approved=True).exists()


def test_any_sequence_of_acts_keeps_the_clocks(people):
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=25, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert trail.verify().holds
