"""Merging and splitting: nobody, no sum and no line is lost, every number leads on, everybody is told."""

from datetime import timedelta

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anxin.cases import clock_changes, merging, messages, steps, taking
from anxin.cases.consent import find_member
from anxin.cases.filing import Filed, Person, Told, file_claim
from anxin.cases.flow import CannotMove
from anxin.cases.models import Case, CaseClock, CaseEvent, CaseTask, Claim, Claimant, Exhibit
from anxin.cases.money import agree_sum, all_received, receive, verify_sum
from anxin.cases.names import shown_names
from anxin.cases.progress import progress_of
from anxin.cases.tasks import add_task
from anxin.cases.verifying import verify
from anxin.notices.models import Delivery
from anxin.registry.models import ArrearsReport
from anxin.vault.fields import open_text
from tests.people import identity, make_project

pytestmark = pytest.mark.django_db
XIAODIAN = "140105"


def claim_of(at, key: str, *people: Person, **more) -> Filed:
    told = Told(door="web", key=key, people=people or [Person(name=f"工友{key}", claimed_fen=100_000)],
                region_code=XIAODIAN, employer="测试队", **more)  # fmt: skip
    return file_claim(told, at=at)


def person(number: int, fen: int = 100_000, **more) -> Person:
    return Person(
        name=f"测试{number}", identity=identity(number), phone=f"1390000{number:04d}", claimed_fen=fen, **more
    )


def sums() -> dict[str, int | None]:
    return Case.objects.aggregate(
        people=Sum("people"), claimed=Sum("claimed_fen"), verified=Sum("verified_fen"), agreed=Sum("agreed_fen"),
        received=Sum("received_fen"),
    )  # fmt: skip


def test_the_case_that_goes_on_has_everybody_and_every_number_leads_to_it(people, at):
    one, two = claim_of(at, "a", person(1, 300)), claim_of(at, "b", person(2, 500), person(3, 700))
    Exhibit.objects.create(case=two.claim.case, claim=two.claim, kind="photo", digest="d" * 64, name="x.png",
                           content_type="image/png", at=at)  # fmt: skip
    main = merging.merge(into=one.claim.case, other=two.claim.case, by=people["officer"], at=at)
    assert (main.people, main.claimed_fen) == (3, 1500)
    gone = Case.objects.get(pk=two.claim.case_id)
    assert (gone.merged_into, gone.state, gone.conclusion, gone.people, gone.due_at) == (
        main,
        "ended",
        "duplicate",
        0,
        None,
    )
    assert Claim.objects.get(number=two.claim.number).case == main
    assert Exhibit.objects.get().case == main
    assert gone.number == two.claim.number  # the number its people hold is still a number of the house


def test_everybody_is_told_and_keeps_the_story_of_his_own_case(people, at):
    one, two = claim_of(at, "a", person(1)), claim_of(at, "b", person(2))
    steps.ask_for_more(case=one.claim.case, what="请补充张师傅的考勤", by=people["officer"], at=at + timedelta(hours=1))
    steps.ask_for_more(case=two.claim.case, what="请补充李师傅的考勤", by=people["officer"], at=at + timedelta(hours=2))
    merging.merge(into=one.claim.case, other=two.claim.case, by=people["officer"], at=at + timedelta(hours=3))
    messages.write_to_claimant(claim=one.claim, text="在办", by=people["officer"], at=at + timedelta(hours=4))
    told = [line.zh for line in progress_of(Claim.objects.get(pk=two.claim.pk), at=at + timedelta(hours=5)).story]
    assert any("并入案件" in line for line in told)
    assert any("李师傅" in line for line in told)
    assert not any("张师傅" in line for line in told)  # what the others were told before is theirs
    other = [line.zh for line in progress_of(Claim.objects.get(pk=one.claim.pk), at=at + timedelta(hours=5)).story]
    assert any("又有 1 人" in line for line in other)
    assert not any("李师傅" in line for line in other)


def test_each_phone_gets_one_message_that_names_nobody(people, at, monkeypatch):
    monkeypatch.setattr("anxin.cases.telling.has_sms", lambda: True)
    one, two = claim_of(at, "a", person(1)), claim_of(at, "b", person(2), person(3), phone="13900000002")
    merging.merge(into=one.claim.case, other=two.claim.case, by=people["officer"], at=at)
    texts = [open_text(row.text_sealed) for row in Delivery.objects.filter(channel="sms")]
    assert len(texts) == 2
    assert all(two.claim.number in text and "测试" not in text for text in texts)


@pytest.mark.parametrize("first", [True, False])
def test_of_two_clocks_of_a_kind_the_earlier_stays(people, at, first):
    early, late = claim_of(at, "a"), claim_of(at + timedelta(hours=10), "b")
    main, other = (early, late) if first else (late, early)
    done = merging.merge(
        into=main.claim.case, other=other.claim.case, by=people["officer"], at=at + timedelta(hours=11)
    )
    running = CaseClock.objects.filter(case=done, done_at=None, step="verify")
    assert [clock.due_at for clock in running] == [at + timedelta(hours=24)]
    assert done.due_at == min(clock.due_at for clock in CaseClock.objects.filter(case=done, done_at=None))
    assert not CaseClock.objects.filter(case=other.claim.case, done_at=None).exists()


def test_what_the_case_has_passed_does_not_run_again(people, at):
    one, two = claim_of(at, "a"), claim_of(at, "b")
    steps.accept(case=one.claim.case, by=people["officer"], at=at)
    done = merging.merge(into=one.claim.case, other=two.claim.case, by=people["officer"], at=at)
    assert not CaseClock.objects.filter(case=done, done_at=None, step__in=["accept", "dispatch"]).exists()
    assert CaseClock.objects.filter(case=done, done_at=None, step="investigate", basis="statute").count() == 1


def test_a_paused_clock_gives_way_to_one_that_runs(people, at):
    one, two = claim_of(at, "a"), claim_of(at, "b")
    clock = CaseClock.objects.get(case=one.claim.case, step="accept", basis="statute")
    change = clock_changes.ask_for_pause(clock=clock, reason="等材料", by=people["officer"], at=at)
    clock_changes.decide(change=change, approved=True, by=people["chief"], at=at)
    done = merging.merge(into=one.claim.case, other=two.claim.case, by=people["officer"], at=at)
    assert CaseClock.objects.get(case=done, step="accept", basis="statute", done_at=None).due_at is not None


def test_the_named_person_stays_and_the_other_is_told(people, at):
    one, two = claim_of(at, "a"), claim_of(at, "b")
    taking.take(case=one.claim.case, by=people["officer"], at=at)
    taking.take(case=two.claim.case, by=people["second"], at=at)
    done = merging.merge(into=one.claim.case, other=two.claim.case, by=people["officer"], at=at)
    assert done.owner == people["officer"]
    assert people["second"].notices.filter(kind="case-merged").count() == 1


def test_what_other_rooms_hang_on_a_case_goes_with_it(people, units, at):
    one, two = claim_of(at, "a"), claim_of(at, "b")
    add_task(
        case=two.claim.case, organisation=units["housing"], task="查", within="3 days", by=people["officer"], at=at
    )
    steps.note_contact(case=two.claim.case, way="phone", result="off", note="", by=people["officer"], at=at)
    done = merging.merge(into=one.claim.case, other=two.claim.case, by=people["officer"], at=at)
    assert CaseTask.objects.get().case == done
    assert done.contacts.count() == 1


def test_reports_to_the_rules_stand_once_for_each_worker(people, site, at):
    def claim(key: str, engagement) -> Filed:
        person = Person(worker=engagement.worker, claimed_fen=100)
        return claim_of(at, key, person, project=site.project, anonymous=False)

    one, two = claim("a", site.failed), claim("b", site.forgotten)
    for filed in (one, two):
        steps.accept(case=filed.claim.case, by=people["officer"], at=at)
    merging.merge(into=one.claim.case, other=two.claim.case, by=people["officer"], at=at)
    standing = ArrearsReport.objects.filter(closed_on=None).exclude(worker=None)
    assert {row.worker for row in standing} == {site.failed.worker, site.forgotten.worker}


def test_who_told_of_a_month_twice_is_owed_it_once(people, site, at):
    def claim(key: str, *months: str) -> Filed:
        person = Person(worker=site.failed.worker, months=months, claimed_fen=500_000)
        return claim_of(at, key, person, project=site.project)

    one, two = claim("a", "2026-03"), claim("b", "2026-02", "2026-03")
    done = merging.merge(into=one.claim.case, other=two.claim.case, by=people["officer"], at=at)
    verify(case=done, finding="同一人两次反映", by=people["officer"], at=at)
    assert Case.objects.get(pk=done.pk).verified_fen == 500_000
    assert list(Claimant.objects.order_by("pk").values_list("verified_fen", flat=True)) == [500_000, 0]
    first = Claimant.objects.earliest("pk")
    receive(claimant=first, proof="bank", amount_fen=500_000, received_on=at.date(), at=at, reference="r")
    assert all_received(done)


@pytest.mark.parametrize(
    ("first", "second", "claimed"),
    [
        (["2026-03"], ["2026-03"], 500_000),
        (["2026-03"], ["2026-02", "2026-03"], 500_000),
        (["2026-03"], [], 500_000),
        (["2026-03"], ["2026-02"], 800_000),
    ],
)
@pytest.mark.parametrize("known", ["roster", "number", "once each"])
def test_who_claims_twice_is_one_person_and_claims_a_month_once(people, site, at, known, first, second, claimed):
    worker = {"worker": site.failed.worker}
    number = {"identity": identity(2)}
    how = {"roster": (worker, worker), "number": (number, number), "once each": (worker, number)}[known]
    others = (Person(name="甲", claimed_fen=100), Person(name="乙", claimed_fen=100))  # nobody knows who these are
    one = claim_of(at, "a", Person(months=first, claimed_fen=500_000, **how[0]), *others, project=site.project)
    two = claim_of(at, "b", Person(months=second, claimed_fen=300_000, **how[1]), project=site.project)
    done = merging.merge(into=one.claim.case, other=two.claim.case, by=people["officer"], at=at)
    assert (done.people, done.claimed_fen) == (3, claimed + 200)


def test_what_cannot_be_merged(people, at):
    one, two, three = (claim_of(at, key).claim.case for key in "abc")
    with pytest.raises(CannotMove):
        merging.merge(into=one, other=one, by=people["officer"], at=at)
    merging.merge(into=one, other=two, by=people["officer"], at=at)
    with pytest.raises(CannotMove):
        merging.merge(into=three, other=two, by=people["officer"], at=at)
    merging.merge(into=three, other=one, by=people["officer"], at=at)
    assert set(Case.objects.filter(merged_into=three)) == {one, two}


def test_a_member_split_off_is_found_by_his_old_number_and_code_and_keeps_his_name(people, at):
    filed = claim_of(at, "a", person(1), person(2, consent="asked"), person(3, consent="asked"))
    second, third = Claimant.objects.filter(claim=filed.claim, consent="asked").order_by("pk")
    before = shown_names(Claimant.objects.select_related("claim", "worker"))
    messages.write_to_claimant(claim=filed.claim, text="第三位", by=people["officer"], at=at, claimant=third)
    fresh = merging.split(case=filed.claim.case, claimants=[third.pk], reason="另一家单位", by=people["officer"], at=at)
    found = find_member(number=filed.claim.number, code=filed.consent_codes[third.pk])
    assert found is not None
    assert (found.pk, found.case, found.claim.number) == (third.pk, fresh, fresh.number)
    assert find_member(number=fresh.number, code=filed.consent_codes[third.pk]) == found
    assert find_member(number=filed.claim.number, code=filed.consent_codes[second.pk]) == second
    assert shown_names(Claimant.objects.select_related("claim", "worker")) == before
    assert found.claim.messages.count() == 1
    assert (fresh.people, Case.objects.get(pk=filed.claim.case_id).people) == (1, 2)
    told = [line.zh for line in progress_of(found.claim, at=at).story]
    assert any("单独立案" in line for line in told)
    assert "另一家单位" not in " ".join(told)


def test_the_new_case_keeps_state_owner_and_deadlines(people, at):
    filed = claim_of(at, "a", person(1), person(2))
    case = steps.accept(case=filed.claim.case, by=people["officer"], at=at + timedelta(hours=1))
    member = Claimant.objects.filter(case=case).last()
    fresh = merging.split(
        case=case, claimants=[member.pk], reason="分", by=people["officer"], at=at + timedelta(hours=2)
    )
    case.refresh_from_db()
    assert (fresh.state, fresh.owner, fresh.due_at) == (case.state, case.owner, case.due_at)

    def running(one: Case) -> set[tuple]:
        rows = CaseClock.objects.filter(case=one, done_at=None)
        return set(rows.values_list("step", "basis", "started_at", "due_at"))

    assert running(fresh) == running(case) != set()


@pytest.mark.parametrize("chosen", ["nobody", "all"])
def test_somebody_has_to_go_and_somebody_to_stay(people, at, chosen):
    filed = claim_of(at, "a", person(1), person(2))
    keys = [] if chosen == "nobody" else list(Claimant.objects.values_list("pk", flat=True))
    with pytest.raises(CannotMove):
        merging.split(case=filed.claim.case, claimants=keys, reason="分", by=people["officer"], at=at)
    assert Case.objects.count() == 1


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_sequence_of_merges_and_splits_loses_a_person_or_a_fen(people, at, data):
    """Four cases; up to six times something is merged or split."""
    project = make_project(at, f"M{Case.objects.count()}")
    filed = [
        claim_of(at, f"{Case.objects.count()}-{n}", *(Person(claimed_fen=fen, consent="own" if k == 0 else "given")
                 for k, fen in enumerate(data.draw(st.lists(st.integers(1, 9999), min_size=1, max_size=4)))),
                 project=project)
        for n in range(4)
    ]  # fmt: skip
    for row in Claimant.objects.filter(case__in=[one.claim.case for one in filed]):
        if data.draw(st.booleans()):
            verify_sum(claimant=row, fen=row.claimed_fen // 2, by=people["officer"], at=at)
            agree_sum(claimant=row, fen=row.claimed_fen // 3, by=people["officer"], at=at)
        if data.draw(st.booleans()):
            receive(claimant=row, proof="word", amount_fen=row.claimed_fen // 4 + 1, received_on=at.date(), at=at)
    numbers = list(Claim.objects.values_list("number", flat=True))
    before, events, claimants = sums(), CaseEvent.objects.count(), set(Claimant.objects.values_list("pk", flat=True))
    for turn in range(data.draw(st.integers(1, 6))):
        moment = at + timedelta(minutes=turn + 1)
        open_ = list(Case.objects.filter(project=project, ended_at=None).order_by("pk"))
        splits = [case for case in open_ if case.people > 1]
        if splits and (len(open_) < 2 or data.draw(st.booleans())):
            case = data.draw(st.sampled_from(splits))
            mine = list(Claimant.objects.filter(case=case).values_list("pk", flat=True))
            chosen = data.draw(st.lists(st.sampled_from(mine), min_size=1, max_size=len(mine) - 1, unique=True))
            merging.split(case=case, claimants=chosen, reason="分", by=people["officer"], at=moment)
        elif len(open_) > 1:
            one, two = data.draw(st.permutations(open_))[:2]
            merging.merge(into=one, other=two, by=people["officer"], at=moment)
    assert sums() == before
    assert set(Claimant.objects.values_list("pk", flat=True)) == claimants
    assert CaseEvent.objects.count() >= events
    for number in numbers:
        claim = Claim.objects.get(number=number)
        assert claim.case.merged_into is None
    for row in Claimant.objects.filter(case__project=project).select_related("claim", "case"):
        assert row.case == row.claim.case
        assert row.case.merged_into is None
    for case in Case.objects.filter(project=project, ended_at=None):
        running = CaseClock.objects.filter(case=case, done_at=None)
        assert case.due_at == min((clock.due_at for clock in running if clock.due_at), default=None)
