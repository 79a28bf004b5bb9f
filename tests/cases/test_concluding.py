"""Fixed conclusions with their evidence, opening again, and what the rules learn of it."""

from datetime import date, timedelta

import pytest

from anxin.cases import afterwards, lane, money, steps
from anxin.cases.concluding import NotYet, conclude, missing, reopen, reopen_until
from anxin.cases.consent import TooLate, agree, refuse
from anxin.cases.flow import CannotMove, move
from anxin.cases.models import Case, CaseClock, CaseEvent, CaseTask, Claimant, Contact, Exhibit
from anxin.cases.procedure import conclusions
from anxin.cases.verifying import verify
from anxin.ledger.sealing import seal
from anxin.notices.models import Notice
from anxin.registry.models import ArrearsReport, Touch
from anxin.watch.models import Warning
from anxin.watch.sweep import sweep
from tests.cases.claims import claim, member, only
from tests.insight.test_overview import warn
from tests.people import make_project, make_worker
from tests.portal.site import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(at, site, people) -> Case:
    found = claim(at, [member(site.failed)], site=site, by=people["officer"])
    return move(case=found, to="accepted", by=people["officer"], at=at)


@pytest.mark.parametrize("conclusion", list(conclusions()))
def test_no_conclusion_without_its_evidence(case, at, people, conclusion):
    with pytest.raises(NotYet) as no:
        conclude(case=case, conclusion=conclusion, note="", by=people["officer"], at=at)
    assert no.value.zh.startswith("还缺：")
    case.refresh_from_db()
    assert (case.ended_at, case.conclusion) == (None, "")


def test_paid_when_the_money_is_there(case, at, people):
    assert [en for _, en in missing(case, "paid")] == ["the receipt of every claimant, by bank record or his own word"]
    money.confirm(claimant=only(case), on=at.date(), at=at)
    done = conclude(case=case, conclusion="paid", note="总包已付", by=people["officer"], at=at + timedelta(days=1))
    assert (done.state, done.conclusion, done.due_at) == ("ended", "paid", None)
    stored = Case.objects.get(pk=case.pk)
    assert (stored.conclusion, stored.conclusion_note, stored.ended_at) == ("paid", "总包已付", at + timedelta(days=1))
    line = CaseEvent.objects.get(case=case, kind="state-ended", public=True)
    assert "2026-04-21" in line.zh
    assert "总包已付" not in line.zh
    assert CaseEvent.objects.filter(case=case, kind="ask-satisfaction", public=True).exists()
    with pytest.raises(CannotMove):
        conclude(case=case, conclusion="paid", note="", by=people["officer"], at=at)


def test_no_arrears_needs_a_verification_and_a_proof(case, at, people, site):
    assert len(missing(case, "no_arrears")) == 2
    verify(case=case, finding="已足额发放", by=people["officer"], at=at, sums={only(case).pk: 0})
    assert [en[:5] for _, en in missing(case, "no_arrears")] == ["proof"]
    Exhibit.objects.create(case=case, kind="sheet", digest="b" * 64, name="回单", content_type="application/pdf", at=at)
    conclude(case=case, conclusion="no_arrears", note="", by=people["officer"], at=at)


def test_a_record_of_the_bank_is_proof_too(at, site, people):
    case = claim(at, [member(site.paid)], site=site)
    case = move(case=case, to="accepted", by=people["officer"], at=at)
    verify(case=case, finding="银行已发放", by=people["officer"], at=at)
    assert conclude(case=case, conclusion="untrue", note="", by=people["officer"], at=at).conclusion == "untrue"


def test_unreachable_means_three_days_of_trying(case, at, people):
    def tried(days: int, result: str = "no_answer") -> None:
        moment = at + timedelta(days=days)
        Contact.objects.create(case=case, at=moment, by=people["officer"], way="phone", result=result)

    for days in (0, 0, 1):
        tried(days)
    assert len(missing(case, "unreachable", "三次未果")) == 1
    tried(2)
    assert missing(case, "unreachable", "三次未果") == []
    tried(3, "reached")
    assert len(missing(case, "unreachable", "三次未果")) == 1


def test_withdrawn_means_everybody(at, site, people):
    case = claim(at, [member(site.failed), member(site.forgotten)], site=site)
    case = move(case=case, to="accepted", by=people["officer"], at=at)
    first, second = case.claimants.order_by("id")
    for person in (first, second):
        assert len(missing(case, "withdrawn")) == 1
        person.withdrawn_at = at
        person.save()
    assert missing(case, "withdrawn") == []


def test_where_everybody_who_was_asked_refuses_the_case_ends_and_the_warning_stands(at, site, people):
    warning = warn(site.project, at, month="2026-03")
    asked = [member(one, consent="asked") for one in (site.failed, site.forgotten)]
    case = claim(at, asked, site=site, by=people["officer"], warning=warning)
    first, second = Claimant.objects.filter(case=case)
    refuse(claimant=first, at=at)
    assert missing(case, "withdrawn") != [], "the other has not answered"
    refuse(claimant=second, at=at)
    closed = conclude(case=case, conclusion="withdrawn", note="", by=people["officer"], at=at)
    assert closed.ended_at == at
    words = CaseEvent.objects.get(case=case, kind="state-ended").zh
    assert "不参加" in words
    assert "是否欠薪未作认定" in words
    warning.refresh_from_db()
    assert (warning.status, warning.cleared_on) == ("open", None)


def test_another_authority_and_not_wages(case, at, people, units):
    assert len(missing(case, "other_department")) == 1
    CaseTask.objects.create(case=case, organisation=units["housing"], task="请依职责处理", within="5 working days",
                            asked_by=people["officer"], asked_at=at, due_at=at)  # fmt: skip
    assert missing(case, "other_department") == []
    assert len(missing(case, "not_wages")) == 1
    assert missing(case, "not_wages", "工程款") == []


def test_a_claimant_has_it_opened_again(case, at, people):
    money.confirm(claimant=only(case), on=at.date(), at=at)
    case = conclude(case=case, conclusion="paid", note="", by=people["officer"], at=at)
    assert reopen_until(case).date() == date(2026, 10, 20)
    again = at + timedelta(days=40)
    with pytest.raises(ValueError, match="reason"):
        reopen(case=case, reason=" ", claimant=only(case), at=again)
    opened = reopen(case=case, reason="钱被退回", claimant=only(case), at=again)
    assert (opened.state, opened.reopened, opened.conclusion, opened.ended_at) == ("accepted", 1, "", None)
    clocks = CaseClock.objects.filter(case=opened, done_at=None)
    assert {clock.started_at for clock in clocks} == {again}
    assert opened.due_at == min(clock.due_at for clock in clocks)
    assert Notice.objects.filter(to=people["officer"], kind="case-reopened").count() == 1
    with pytest.raises(CannotMove):
        reopen(case=opened, reason="再来", by=people["officer"], at=again)


def test_too_late_for_a_claimant_not_for_an_officer(case, at, people):
    money.confirm(claimant=only(case), on=at.date(), at=at)
    case = conclude(case=case, conclusion="paid", note="", by=people["officer"], at=at)
    late = at + timedelta(days=200)
    with pytest.raises(CannotMove):
        reopen(case=case, reason="还有", claimant=only(case), at=late)
    assert reopen(case=case, reason="新证据", by=people["chief"], at=late).state == "accepted"


def test_who_withdrew_may_come_back_whenever(case, at, people):
    person = only(case)
    person.withdrawn_at = at
    person.save()
    case = conclude(case=case, conclusion="withdrawn", note="", by=people["officer"], at=at)
    assert reopen_until(case) is None
    reopen(case=case, reason="又不付了", claimant=person, at=at + timedelta(days=900))
    assert only(case).withdrawn_at is None


def test_where_nothing_was_due_nothing_was_paid(case, at, people):
    money.verify_sum(claimant=only(case), fen=0, by=people["officer"], at=at)
    with pytest.raises(NotYet):
        conclude(case=case, conclusion="paid", note="", by=people["officer"], at=at)


def test_a_plain_case_that_is_opened_again_has_its_three_days_anew(case, at, people):
    lane.enter(case=case, reason="事实清楚", by=people["officer"], at=at)
    money.confirm(claimant=only(case), on=at.date(), at=at)
    conclude(case=case, conclusion="paid", note="", by=people["officer"], at=at)
    later = at + timedelta(days=1)
    done = reopen(case=case, reason="退票", by=people["officer"], at=later)
    clock = CaseClock.objects.get(case=case, step="clear", done_at=None)
    assert (clock.started_at, done.due_at) == (later, clock.due_at)


def test_a_refused_case_has_no_clock_that_nobody_can_stop(at, site, people):
    case = claim(at, [member(site.failed)], site=site, by=people["officer"])
    lane.enter(case=case, reason="事实清楚", by=people["officer"], at=at)
    case = steps.refuse(case=case, reason="不属于本机关", by=people["officer"], at=at)
    assert not CaseClock.objects.filter(case=case, done_at=None).exists()
    assert case.due_at is None


def test_the_sums_of_an_ended_case_stand(case, at, people):
    person = only(case)
    money.confirm(claimant=person, on=at.date(), at=at)
    Claimant.objects.filter(pk=person.pk).update(consent="given")
    conclude(case=case, conclusion="paid", note="", by=people["officer"], at=at)
    with pytest.raises(ValueError, match="ended"):
        afterwards.withdraw(claimant=person, at=at)
    with pytest.raises(TooLate):
        refuse(claimant=person, at=at)
    case.refresh_from_db()
    assert (case.people, case.received_fen) == (1, 500_000)


def test_the_rules_see_the_case_from_acceptance_to_its_end(at, site, people):
    members = [member(site.failed), member(site.forgotten)]
    case = claim(at, members, site=site, by=people["officer"], anonymous=False)
    assert not ArrearsReport.objects.exists()
    lane.enter(case=case, reason="事实清楚", by=people["officer"], at=at)
    Touch.objects.all().delete()
    case = move(case=case, to="accepted", by=people["officer"], at=at)
    assert Touch.objects.filter(project_id=site.project.pk).exists()
    rows = list(ArrearsReport.objects.order_by("number"))
    assert [(row.plain, row.reported_on, row.closed_on) for row in rows] == [
        (True, at.date(), None), (False, at.date(), None), (False, at.date(), None),
    ]  # fmt: skip
    assert {row.worker_id for row in rows} == {None, site.failed.worker_id, site.forgotten.worker_id}
    sweep(as_of=at.date() + timedelta(days=5), at=at + timedelta(days=5))
    assert Warning.objects.filter(rule="SX-04", status="open").count() == 1
    for person in case.claimants.all():
        money.confirm(claimant=person, on=at.date(), at=at)
    conclude(case=case, conclusion="paid", note="", by=people["officer"], at=at + timedelta(days=5))
    assert not ArrearsReport.objects.filter(closed_on=None).exists()
    sweep(as_of=at.date() + timedelta(days=5), at=at + timedelta(days=5))
    assert not Warning.objects.filter(rule="SX-04", status="open").exists()
    reopen(case=case, reason="退票", by=people["officer"], at=at + timedelta(days=6))
    assert ArrearsReport.objects.filter(closed_on=None).count() == 3


@pytest.mark.parametrize(("state", "reported"), [("accepted", True), ("dispatched", False), ("refused", False)])
def test_who_agrees_after_acceptance_is_reported_when_he_agrees(at, site, people, state, reported):
    members = [member(site.failed), member(site.forgotten, consent="asked")]
    case = claim(at, members, site=site, by=people["officer"], anonymous=False)
    case = move(case=case, to=state, by=people["officer"], at=at)
    Touch.objects.all().delete()
    agree(claimant=Claimant.objects.get(case=case, consent="asked"), at=at + timedelta(days=1))
    known = ArrearsReport.objects.filter(worker=site.forgotten.worker, closed_on=None)
    assert known.exists() == reported
    assert Touch.objects.filter(project_id=site.project.pk).exists() == reported
    assert not ArrearsReport.objects.filter(number=case.number).exclude(worker=None).exists() or not reported


@pytest.mark.parametrize(("anonymous", "consent"), [(True, "own"), (False, "asked")])
def test_a_leaver_who_claims_unseen_stands_in_no_warning_of_the_sites_clerk(at, client, people, anonymous, consent):
    project = make_project(at, "G1", region_code="520103")
    left = make_worker(project, 1, at, left_on=date(2026, 4, 1))
    case = claim(at, [member(left, consent=consent)], region="520103", anonymous=anonymous)
    Case.objects.filter(pk=case.pk).update(project=project)
    move(case=case, to="accepted", by=people["officer"], at=at)
    seal(at=at)
    sweep(as_of=at.date(), at=at)
    assert Warning.objects.filter(worker=left.worker).exists()  # he left without a settlement: everybody may know
    assert not Warning.objects.filter(rule="GZ-05b").exists()
    client.force_login(make_user("clerk-g1", "clerk", "", project="G1"))
    told = b"".join(client.get("/warnings/export?format=csv").streaming_content).decode()
    assert "GZ-05a" in told
    assert "反映欠薪，共" not in told


def test_a_leaver_who_claims_by_name_is_known_to_the_rules(at, people):
    project = make_project(at, "G1", region_code="520103")
    left = make_worker(project, 1, at, left_on=date(2026, 4, 1))
    case = claim(at, [member(left)], region="520103", anonymous=False)
    Case.objects.filter(pk=case.pk).update(project=project)
    move(case=case, to="accepted", by=people["officer"], at=at)
    seal(at=at)
    sweep(as_of=at.date(), at=at)
    assert Warning.objects.get(rule="GZ-05b").worker == left.worker
