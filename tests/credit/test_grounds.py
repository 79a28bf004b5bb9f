"""Who may be proposed for the joint-punishment list: what the file says of each ground, and never a worker."""

from datetime import timedelta

import pytest
from django.db.models import BinaryField

from anxin.cases.flow import CannotMove
from anxin.cases.models import Case, Claimant
from anxin.cases.money import receive
from anxin.credit import proposing, telling
from anxin.credit.grounds import CONTRADICTED, SUPPORTED, UNKNOWN, sheet, unpaid_on
from anxin.credit.models import ListedPerson, Listing, ListingStep
from anxin.law.civil import civil_date
from anxin.notices.models import Notice
from anxin.people.models import Event
from anxin.registry.models import Engagement
from anxin.registry.models.workers import MANAGER
from anxin.remedies.filling import text_of
from anxin.vault import evidence
from tests.credit.listings import BOSS, FIRM, HEAD, boss, pay_all, proposed, told, unpaid
from tests.people import identity
from tests.remedies.papers import served

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_vault(tmp_path, settings):
    real = settings.DATA
    settings.DATA = tmp_path
    (tmp_path / "keys").symlink_to(real / "keys")


def answers(found) -> dict[str, str]:
    return {one.kind.key: one.answer for one in found.grounds}


# Grounds


def test_the_file_supports_overdue_and_amount_and_does_not_know_of_an_event(at):
    matter = unpaid(at)
    found = sheet(matter.case, at=matter.after)
    assert answers(found) == {"overdue": SUPPORTED, "amount": SUPPORTED, "event": UNKNOWN}
    assert (found.firm, found.enterprise, found.people, found.unpaid_fen) == (
        FIRM, matter.case.project.contractor, 10, 10_000_000,
    )  # fmt: skip
    assert matter.order.number in found.of("overdue").zh


@pytest.mark.parametrize(
    ("sums", "region", "answer"),
    [
        ((1_000_000,) * 10, "140105", SUPPORTED),  # 100,000 yuan of ten: the top of the range
        ((999_999,) + (1_000_000,) * 9, "140105", UNKNOWN),  # a fen below: the province's own figure decides
        ((300_000,) * 10, "140105", UNKNOWN),
        ((299_999,) + (300_000,) * 9, "140105", CONTRADICTED),
        ((2_000_000,), "140105", SUPPORTED),  # one person, three months
        ((499_999,), "140105", CONTRADICTED),
        ((999_999,), "500101", CONTRADICTED),  # Chongqing fixed 10,000 yuan for one
        ((1_000_000,), "500101", SUPPORTED),
        ((600_000,) * 10, "500101", SUPPORTED),  # and 60,000 for ten
        ((600_000,) * 9 + (599_999,), "500101", CONTRADICTED),
    ],
)
def test_the_amount_is_judged_by_the_threshold_of_the_place(at, sums, region, answer):
    matter = unpaid(at, sums, region)
    assert sheet(matter.case, at=matter.after).of("amount").answer == answer


def test_nine_people_and_one_month_reach_no_threshold_however_much_it_is(at):
    matter = unpaid(at, (1_200_000,) * 9, months=("2026-03",))
    assert sheet(matter.case, at=matter.after).of("amount").answer == CONTRADICTED


def test_what_came_after_the_ordered_day_does_not_count_and_what_came_by_it_does(at):
    matter = unpaid(at)
    first, second, *_ = Claimant.objects.filter(case=matter.case).order_by("pk")
    due = matter.order.due_on
    receive(claimant=first, proof="bank", amount_fen=1_000_000, received_on=due, at=matter.after, reference="A")
    receive(claimant=second, proof="word", amount_fen=400_000, received_on=due, at=matter.after, reference="B")
    receive(claimant=second, proof="bank", amount_fen=300_000, received_on=due, at=matter.after, reference="C")
    receive(claimant=second, proof="bank", amount_fen=700_000, received_on=due + timedelta(days=1), at=matter.after,
            reference="D")  # fmt: skip
    assert sorted(fen for _, fen in unpaid_on(matter.case, due)) == [600_000] + [1_000_000] * 8


def test_without_an_order_before_its_day_and_when_paid_in_time_nobody_is_proposed(at):
    matter = unpaid(at)
    before = at + timedelta(days=7)
    assert civil_date(before) == matter.order.due_on
    for moment, why in ((before, "期限还没有过"), (at, "期限还没有过")):
        assert sheet(matter.case, at=moment).of("overdue").answer == CONTRADICTED
        with pytest.raises(CannotMove) as refused:
            proposing.propose(case=matter.case, ground="amount", persons=[boss()], by=matter.office.officer, at=moment,
                              reason="多次催要无果")  # fmt: skip
        assert why in refused.value.zh
    pay_all(matter.case, matter.order.due_on, matter.after)
    with pytest.raises(CannotMove) as refused:
        proposed(at, matter)
    assert "到期时已经付清" in refused.value.zh
    matter.order.state = "void"
    matter.order.save()
    assert not sheet(matter.case, at=matter.after).may_propose
    assert Listing.objects.count() == 0


@pytest.mark.parametrize(("conclusion", "answer"), [("no_arrears", CONTRADICTED), ("paid", SUPPORTED)])
def test_a_case_that_found_no_arrears_lists_nobody_and_one_paid_late_may(at, conclusion, answer):
    matter = unpaid(at)
    Case.objects.filter(pk=matter.case.pk).update(state="ended", ended_at=matter.after, conclusion=conclusion)
    matter.case.refresh_from_db()
    assert sheet(matter.case, at=matter.after).of("overdue").answer == answer


def test_an_order_without_its_paper_is_not_known_and_does_not_do(at):
    matter = unpaid(at, path=("accepted", "ordered"))
    matter.order.state = "void"
    matter.order.save()
    found = sheet(matter.case, at=matter.after)
    assert found.of("overdue").answer == UNKNOWN
    assert not found.may_propose
    with pytest.raises(CannotMove):
        proposed(at, matter, reason="确实责令过")


def test_a_later_order_gives_the_firm_its_later_day(at):
    matter = unpaid(at)
    later = served(matter.case, "order", matter.office, matter.after, due=civil_date(matter.after) + timedelta(days=3))
    assert sheet(matter.case, at=matter.after).order == later
    assert sheet(matter.case, at=matter.after).of("overdue").answer == CONTRADICTED


def test_what_the_file_contradicts_no_words_make_up_for(at):
    matter = unpaid(at, (299_999,) * 10)
    with pytest.raises(CannotMove) as refused:
        proposed(at, matter, reason="性质恶劣")
    assert "未达到" in refused.value.zh
    assert sheet(matter.case, at=matter.after).may_propose, "an event may still be stated"


@pytest.mark.parametrize(("sums", "ground"), [((300_000,) * 10, "amount"), ((299_999,) * 10, "event")])
def test_what_the_file_does_not_know_needs_the_officers_words_and_the_firm_reads_them(at, sums, ground):
    matter = unpaid(at, sums)
    with pytest.raises(CannotMove):
        proposed(at, matter, ground=ground, reason="  ")
    words = "本省标准为三万元（某某号文）" if ground == "amount" else "四月二十八日三十余人聚集堵路，省台报道"
    matter, listing, _ = told(at, matter=matter, ground=ground, reason=words)
    assert words in text_of(evidence.read(listing.notice.digest))
    assert next(one["answer"] for one in listing.sheet) == SUPPORTED


@pytest.mark.parametrize("ground", ["", "overdue", "other"])
def test_a_ground_is_one_of_those_that_may_be_chosen(at, ground):
    with pytest.raises(CannotMove):
        proposed(at, ground=ground, reason="理由")


# People


def test_a_worker_is_never_listed(at):
    matter = unpaid(at)
    with pytest.raises(CannotMove) as refused:
        proposed(at, matter, persons=[boss(1)])
    assert "不列工人" in refused.value.zh
    manager = Engagement.objects.get(project=matter.case.project, worker__name="测试2")
    Claimant.objects.filter(worker=manager.worker).update(worker=None, identity_blind=b"")
    with pytest.raises(CannotMove):
        proposed(at, matter, persons=[boss(2)])
    Engagement.objects.filter(pk=manager.pk).update(role=MANAGER)
    assert proposed(at, matter, persons=[boss(2, "direct")])[1].persons.count() == 1


@pytest.mark.parametrize(
    "persons",
    [
        [],
        [boss(), boss(role="head")],
        [boss(name=" ")],
        [boss(role="worker")],
        [proposing.Answerable("legal", "钱大富", "990000198506010019"[:-1] + "0")],
    ],
)
def test_the_firm_is_proposed_with_whoever_answers_for_it(at, persons):
    with pytest.raises(CannotMove):
        proposed(at, persons=persons)
    assert Listing.objects.count() == 0


def test_names_and_numbers_lie_sealed_and_no_trail_notice_or_error_holds_them(at):
    _matter, listing, _ = told(at)
    for model in (Listing, ListedPerson, ListingStep):
        for row in model.objects.all():
            plain = [getattr(row, f.name) for f in model._meta.concrete_fields if not isinstance(f, BinaryField)]
            assert "钱大富" not in str(plain)
            assert identity(BOSS) not in str(plain)
    everything = str(list(Event.objects.values_list("changes"))) + str(list(Notice.objects.values_list("zh", "en")))
    assert "钱大富" not in everything
    assert identity(BOSS) not in everything
    assert identity(BOSS) not in repr(boss())
    assert "钱大富" not in repr(boss())
    notice = text_of(evidence.read(listing.notice.digest))
    assert "钱大富" in notice
    assert identity(BOSS) not in notice, "papers show the number masked"


def test_a_person_may_be_left_out_before_the_decision_with_the_reason(at):
    matter, listing = proposed(at, persons=[boss(), boss(HEAD, "head", "孙管事")])
    person = listing.persons.get(role="head")
    with pytest.raises(CannotMove):
        proposing.strike(person=person, reason="", by=matter.office.officer, at=matter.after)
    proposing.strike(person=person, reason="三月已离职", by=matter.office.officer, at=matter.after)
    assert "孙管事" not in telling.named_in_paper(listing)
    with pytest.raises(CannotMove):
        proposing.strike(person=person, reason="再去一次", by=matter.office.officer, at=matter.after)
