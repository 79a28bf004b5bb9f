"""The course of a listing: told first, objections, the decision, mending it, and off the list again."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.cases.flow import CannotMove
from anxin.cases.merging import merge
from anxin.cases.models import Case
from anxin.credit import deciding, joint_list, leaving, objections, proposing, telling
from anxin.credit.course import may_object_until
from anxin.credit.keeping import tend_listings
from anxin.credit.models import Listing, ListingClock
from anxin.law.calendar import kind_of
from anxin.law.civil import civil_date
from anxin.law.clocks import add_months, deadline
from anxin.notices.models import Notice
from anxin.people import trail
from anxin.remedies.amounts import day_words
from anxin.remedies.filling import text_of
from anxin.remedies.models import Draw, Recovery, TopUp
from anxin.vault import evidence
from tests.credit.listings import FIRM, HEAD, boss, pay_all, proposed, sign_and_serve, told
from tests.remedies.matters import make_case
from tests.remedies.papers import PHOTO, served

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_vault(tmp_path, settings):
    real = settings.DATA
    settings.DATA = tmp_path
    (tmp_path / "keys").symlink_to(real / "keys")


def pledge() -> list[str]:
    return [evidence.store(PHOTO)]


def listed(at, **more):
    matter, listing, since = told(at, **more)
    after = since + timedelta(days=20)
    return matter, deciding.put_on_list(listing=listing, by=matter.office.chief, at=after), after


# Told first


def test_a_firm_is_proposed_once_for_a_case_and_again_after_it_was_taken_back(at):
    matter, listing = proposed(at)
    with pytest.raises(CannotMove):
        proposed(at, matter)
    with pytest.raises(CannotMove):
        proposing.take_back(listing=listing, reason=" ", by=matter.office.officer, at=matter.after)
    proposing.take_back(listing=listing, reason="文书有误", by=matter.office.officer, at=matter.after)
    again = proposed(at, matter)[1]
    assert Listing.objects.filter(state="dropped").count() == 1
    assert again.state == "proposed"


def test_it_is_told_only_when_the_notice_was_served_and_by_itself_when_nobody_says_so(at):
    matter, listing = proposed(at)
    with pytest.raises(CannotMove):
        telling.tell(listing=listing, by=matter.office.officer, at=matter.after)
    notice = telling.draft_notice(listing=listing, by=matter.office.officer, at=matter.after)
    with pytest.raises(CannotMove):
        telling.draft_notice(listing=listing, by=matter.office.officer, at=matter.after)
    assert tend_listings(at=matter.after) == 0
    sign_and_serve(notice, matter.office, matter.after)
    assert notice.number
    assert tend_listings(at=matter.after + timedelta(days=1)) == 1
    assert tend_listings(at=matter.after + timedelta(days=1)) == 0
    listing.refresh_from_db()
    assert (listing.state, listing.told_on) == ("told", civil_date(matter.after))
    assert may_object_until(listing) == deadline(civil_date(matter.after), "5 working days").on


def test_nothing_is_decided_before_it_was_told_and_the_days_to_object_are_over(at):
    matter, listing = proposed(at)
    chief = matter.office.chief
    with pytest.raises(CannotMove):
        deciding.put_on_list(listing=listing, by=chief, at=matter.after + timedelta(days=30))
    proposing.take_back(listing=listing, reason="重来", by=matter.office.officer, at=matter.after)
    matter, listing, since = told(at, matter=matter)
    last = may_object_until(listing)
    assert last is not None
    on_last = since + (last - civil_date(since))
    with pytest.raises(CannotMove):
        deciding.put_on_list(listing=listing, by=chief, at=on_last)
    with pytest.raises(CannotMove):
        deciding.put_on_list(listing=listing, by=matter.office.officer, at=on_last + timedelta(days=1))
    done = deciding.put_on_list(listing=listing, by=chief, at=on_last + timedelta(days=1), note="事实清楚")
    assert (done.state, done.listed_on) == ("listed", last + timedelta(days=1))
    assert done.until_on == add_months(done.listed_on, 36)
    assert not ListingClock.objects.filter(listing=done, done_at=None).exists()
    assert trail.verify().holds


# Objections


def test_an_objection_stops_the_decision_until_it_is_answered_by_another(at):
    matter, listing, since = told(at)
    officer, chief = matter.office.officer, matter.office.chief
    one = objections.object_to(listing=listing, text="款已付", made_on=civil_date(since), by=officer, at=since,
                               files=pledge())  # fmt: skip
    clock = ListingClock.objects.get(listing=listing, step="answer")
    assert civil_date(clock.due_at) == deadline(civil_date(since), "5 working days").on
    late = since + timedelta(days=20)
    with pytest.raises(CannotMove):
        deciding.put_on_list(listing=listing, by=chief, at=late)
    with pytest.raises(CannotMove):
        objections.answer(objection=one, upheld=False, text="查无付款记录", by=officer, at=since)
    with pytest.raises(CannotMove):
        objections.answer(objection=one, upheld=False, text=" ", by=chief, at=since)
    objections.answer(objection=one, upheld=False, text="查无付款记录", by=chief, at=since)
    with pytest.raises(CannotMove):
        objections.answer(objection=one, upheld=True, text="改口", by=chief, at=since)
    assert ListingClock.objects.filter(listing=listing, step="object").count() == 1, "its days do not begin again"
    assert deciding.put_on_list(listing=listing, by=chief, at=late).state == "listed"


def test_objections_are_made_within_the_days_to_object_and_may_be_written_down_later(at):
    matter, listing, since = told(at)
    last = may_object_until(listing)
    assert last is not None
    later = since + timedelta(days=15)
    for made_on in (civil_date(since) - timedelta(days=1), last + timedelta(days=1)):
        with pytest.raises(CannotMove):
            objections.object_to(listing=listing, text="晚了", made_on=made_on, by=matter.office.officer, at=later)
    objections.object_to(listing=listing, text="寄出在期内", made_on=last, by=matter.office.officer, at=later)
    listing.refresh_from_db()
    assert listing.state == "objected"


def test_an_objection_upheld_drops_the_proposal_and_one_of_a_person_leaves_him_out(at):
    matter, listing, since = told(at, persons=[boss(), boss(HEAD, "head", "孙管事")])
    head = listing.persons.get(role="head")
    made = {"made_on": civil_date(since), "by": matter.office.officer, "at": since}
    his = objections.object_to(listing=listing, text="我不管工资", person=head, **made)
    firms = objections.object_to(listing=listing, text="不是我们招的人", **made)
    objections.answer(objection=his, upheld=True, text="分工证明属实", by=matter.office.chief, at=since)
    listing.refresh_from_db()
    assert listing.state == "objected", "the firm's own waits for its answer"
    assert listing.persons.get(role="head").struck_at is not None
    objections.answer(objection=firms, upheld=True, text="查明另有用工主体", by=matter.office.chief, at=since)
    listing.refresh_from_db()
    assert (listing.state, listing.due_at) == ("dropped", None)
    assert listing.ended_at is not None


# The period for the decision


def test_the_period_counts_from_the_ordered_day_and_is_lengthened_once_by_another(at):
    matter, listing = proposed(at)
    clock = ListingClock.objects.get(listing=listing, step="decide")
    assert civil_date(clock.due_at) == deadline(matter.order.due_on, "20 working days").on
    assert listing.due_at == clock.due_at
    with pytest.raises(CannotMove):
        deciding.extend(listing=listing, reason="案情复杂", by=matter.office.officer, at=matter.after)
    longer = deciding.extend(listing=listing, reason="案情复杂", by=matter.office.chief, at=matter.after)
    assert civil_date(longer.due_at) == deadline(civil_date(clock.due_at), "20 working days").on
    with pytest.raises(CannotMove):
        deciding.extend(listing=listing, reason="还不够", by=matter.office.chief, at=matter.after)


def test_a_period_that_ran_out_is_not_lengthened_and_is_told_once(at):
    matter, listing = proposed(at)
    late = matter.after + timedelta(days=60)
    with pytest.raises(CannotMove):
        deciding.extend(listing=listing, reason="忘了", by=matter.office.chief, at=late)
    assert [tend_listings(at=late), tend_listings(at=late)] == [1, 0]
    assert Notice.objects.filter(kind="list-late").values("to").distinct().count() == 2


# Mended in time


def drawn(case, at, *, came_back: bool, filled: bool) -> None:
    """A backstop paid the workers."""
    asker = case.unit.people.first()
    draw = Draw.objects.create(case=case, kind="fund", amount_fen=1, reason="逾期", asked_by=asker, asked_at=at)
    Recovery.objects.create(draw=draw, debtor_name=FIRM, claimed_fen=1, received_fen=int(came_back), opened_at=at,
                            ended_at=at if came_back else None)  # fmt: skip
    deposit = case.project.deposits.create(form="cash", amount_fen=1, recorded_on=at.date())
    TopUp.objects.create(deposit=deposit, draw=draw, amount_fen=1, started_at=at, due_at=at,
                         done_on=at.date() if filled else None)  # fmt: skip


def test_a_firm_that_paid_and_pledged_before_the_decision_may_be_spared(at):
    matter, listing, since = told(at)
    chief = matter.office.chief
    with pytest.raises(CannotMove) as refused:
        deciding.spare(listing=listing, pledge=pledge(), by=chief, at=since)
    assert "没有全部到账" in refused.value.zh
    pay_all(matter.case, civil_date(since), since)
    with pytest.raises(CannotMove):
        deciding.spare(listing=listing, pledge=[], by=chief, at=since)
    with pytest.raises(CannotMove):
        deciding.spare(listing=listing, pledge=pledge(), by=matter.office.officer, at=since)
    done = deciding.spare(listing=listing, pledge=pledge(), by=chief, at=since)
    assert done.state == "spared"
    assert done.listed_on is None
    assert done.steps.get(kind="spare").files


@pytest.mark.parametrize(("came_back", "filled"), [(False, True), (True, False), (False, False)])
def test_what_a_backstop_paid_is_not_mended_until_it_came_back(at, came_back, filled):
    matter, listing, since = told(at)
    pay_all(matter.case, civil_date(since), since)
    drawn(matter.case, since, came_back=came_back, filled=filled)
    with pytest.raises(CannotMove):
        deciding.spare(listing=listing, pledge=pledge(), by=matter.office.chief, at=since)
    Recovery.objects.update(ended_at=since, received_fen=1)
    TopUp.objects.update(done_on=civil_date(since))
    assert deciding.not_mended(matter.case) == []
    Recovery.objects.update(received_fen=0, written_off_fen=1)
    assert deciding.not_mended(matter.case), "what was written off never came back"


def test_a_chief_may_decide_against_it_with_his_reasons(at):
    matter, listing, since = told(at)
    with pytest.raises(CannotMove):
        deciding.refuse(listing=listing, reason="", by=matter.office.chief, at=since)
    assert deciding.refuse(listing=listing, reason="情节轻微", by=matter.office.chief, at=since).state == "dropped"


# On the list and off it


def test_the_decision_is_a_paper_with_its_term(at):
    matter, listing, after = listed(at)
    paper = telling.draft_decision(listing=listing, by=matter.office.officer, at=after)
    sign_and_serve(paper, matter.office, after)
    words = text_of(evidence.read(paper.digest))
    assert f"自{day_words(listing.listed_on)}起至{day_words(listing.until_on)}止" in words
    assert FIRM in words
    assert "钱大富" in words


def test_it_ends_by_itself_after_the_last_day_and_not_on_it(at):
    matter, listing, after = listed(at)
    last = after + (listing.until_on - listing.listed_on)
    assert civil_date(last) == listing.until_on
    assert tend_listings(at=last) == 0
    assert [tend_listings(at=last + timedelta(days=1)), tend_listings(at=last + timedelta(days=1))] == [1, 0]
    listing.refresh_from_db()
    assert listing.state == "expired"
    assert ListingClock.objects.get(listing=listing, done_at=None).step == "carry_out"
    leaving.carry_out(listing=listing, on=civil_date(last) + timedelta(days=2), by=matter.office.officer,
                      at=last + timedelta(days=2))  # fmt: skip
    listing.refresh_from_db()
    assert listing.due_at is None


def half_a_year_on(listing, after):
    return after + (leaving.early_on(listing) - listing.listed_on)


def test_early_removal_needs_half_a_year_all_mended_and_a_pledge(at):
    matter, listing, after = listed(at)
    soonest = half_a_year_on(listing, after)
    asks = {"listing": listing, "by": matter.office.officer}
    pay_all(matter.case, civil_date(after), after)
    with pytest.raises(CannotMove) as refused:
        leaving.ask_removal(pledge=pledge(), at=soonest - timedelta(days=1), **asks)
    assert "未满" in refused.value.zh
    with pytest.raises(CannotMove):
        leaving.ask_removal(pledge=[], at=soonest, **asks)
    asked = leaving.ask_removal(pledge=pledge(), at=soonest, **asks)
    clock = ListingClock.objects.get(listing=listing, step="remove")
    assert civil_date(clock.due_at) == deadline(civil_date(soonest), "15 working days").on
    with pytest.raises(CannotMove):
        leaving.decide_removal(listing=asked, approved=True, reason="已改正", by=matter.office.officer, at=soonest)
    gone = leaving.decide_removal(listing=asked, approved=True, reason="已改正", by=matter.office.chief, at=soonest)
    assert gone.state == "removed"
    assert (
        civil_date(ListingClock.objects.get(listing=gone, done_at=None).due_at)
        == deadline(civil_date(soonest), "10 working days").on
    )


def test_a_request_refused_leaves_it_on_the_list_with_its_old_end(at):
    matter, listing, after = listed(at)
    pay_all(matter.case, civil_date(after), after)
    soonest = half_a_year_on(listing, after)
    asked = leaving.ask_removal(listing=listing, pledge=pledge(), by=matter.office.officer, at=soonest)
    kept = leaving.decide_removal(listing=asked, approved=False, reason="承诺不实", by=matter.office.chief, at=soonest)
    assert (kept.state, kept.until_on) == ("listed", listing.until_on)


def test_unpaid_wages_new_arrears_and_the_police_bar_early_removal(at):
    matter, listing, after = listed(at)
    soonest = half_a_year_on(listing, after)
    assert ("申请人的工资没有全部到账", "Not everybody has his wages") in leaving.bars(listing, at=soonest)
    pay_all(matter.case, civil_date(after), after)
    assert leaving.bars(listing, at=soonest) == []
    matter.case.tracks.create(kind="police", state="filed", started_by=matter.office.officer, started_at=after)
    assert [zh for zh, _ in leaving.bars(listing, at=soonest)] == ["正在追究刑事责任"]
    matter.case.tracks.update(state="withdrawn")
    again = make_case(after + timedelta(days=30), (1_000_000,), project=matter.case.project, office=matter.office,
                      key="again", path=("accepted", "ordered"))  # fmt: skip
    Case.objects.filter(pk=again.pk).update(enterprise=None)
    assert leaving.bars(listing, at=soonest) == [], "another firm of the same site is not meant"
    again.liable.create(name=FIRM, role="general_contractor", rank=1, proposed=False)
    assert [zh for zh, _ in leaving.bars(listing, at=soonest)] == ["列入后又有拖欠"]


def test_a_removal_won_by_deceit_is_undone_and_the_three_years_begin_anew(at):
    matter, listing, after = listed(at)
    pay_all(matter.case, civil_date(after), after)
    soonest = half_a_year_on(listing, after)
    asked = leaving.ask_removal(listing=listing, pledge=pledge(), by=matter.office.officer, at=soonest)
    gone = leaving.decide_removal(listing=asked, approved=True, reason="已改正", by=matter.office.chief, at=soonest)
    found = soonest + timedelta(days=40)
    with pytest.raises(CannotMove):
        leaving.restore(listing=gone, reason=" ", by=matter.office.chief, at=found)
    back = leaving.restore(listing=gone, reason="伪造银行回单", by=matter.office.chief, at=found)
    assert (back.state, back.listed_on, back.ended_at) == ("listed", civil_date(found), None)
    assert back.until_on == add_months(civil_date(found), 36)
    assert not ListingClock.objects.filter(listing=back, done_at=None).exists()


def test_a_listing_goes_with_its_case_when_that_is_merged_and_stays_when_the_firm_is_listed_there_too(at):
    matter, listing = proposed(at)
    makes = {"project": matter.case.project, "office": matter.office}
    other = make_case(at, (1_000_000,), key="other", **makes)
    merge(into=other, other=matter.case, by=matter.office.officer, at=matter.after)
    listing.refresh_from_db()
    assert listing.case == other
    third = make_case(at, (1_000_000,) * 10, key="third", **makes)
    served(third, "order", matter.office, at)
    twin = proposing.propose(case=third, ground="event", persons=[boss()], by=matter.office.officer, at=matter.after,
                             reason="聚集讨薪，媒体报道")  # fmt: skip
    merge(into=third, other=other, by=matter.office.officer, at=matter.after)
    done = proposing.take_back(listing=listing, reason="并案", by=matter.office.officer, at=matter.after)
    assert (done.state, Listing.objects.get(pk=twin.pk).state) == ("dropped", "proposed")


# The data


def test_every_state_is_reached_and_every_clock_can_stop():
    known = joint_list.states()
    reached = {"proposed"} | {to for state in known.values() for to in state.next}
    assert reached == set(known)
    for kind in joint_list.clocks():
        assert kind.step == "carry_out" or kind.stops
    assert {key for key, one in joint_list.grounds().items() if one.always} == {"overdue"}


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)))
def test_the_days_to_object_are_five_working_ones(day):
    last = deadline(day, joint_list.clock_kind("object").within).on
    between = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
    assert sum(kind_of(one).works for one in between) == 5
    assert kind_of(last).works
