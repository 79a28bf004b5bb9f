"""A worker's own word on his wages: the latest counts, a no against the bank is seen, a leaver is asked."""

from datetime import date, timedelta

import pytest

from anxin.cases.answers import (
    answer,
    answer_on_leaving,
    answers_of,
    ask_leavers,
    contested,
    leavers_to_answer,
    owed_on_leaving,
)
from anxin.cases.models import Answer, LeaverAsk
from anxin.notices.models import Delivery
from anxin.people.models import Event
from anxin.vault.fields import open_text, seal_text
from tests.people import make_project, make_worker
from tests.portal.site import make_site

pytestmark = pytest.mark.django_db
PHONE = "13900000007"


def test_the_latest_word_counts_and_the_same_word_twice_is_one(at):
    site = make_site(at)
    worker, project = site.paid.worker, site.project.pk
    for _ in range(3):
        answer(worker=worker, project_id=project, month="2026-03", paid=False, note="卡在班组长手里", at=at)
    assert Answer.objects.count() == 1
    assert Event.objects.filter(action="pay-answer").count() == 1
    answer(worker=worker, project_id=project, month="2026-03", paid=True, at=at + timedelta(days=1))
    assert {key: row.paid for key, row in answers_of(worker.pk).items()} == {(project, "2026-03"): True}
    with pytest.raises(ValueError, match="soon"):
        answer(worker=worker, project_id=project, month="soon", paid=True, at=at)


def test_a_no_against_the_banks_yes_is_contested_and_any_other_is_not(at):
    site = make_site(at)
    project = site.project.pk
    for engagement in (site.paid, site.failed, site.forgotten):
        answer(worker=engagement.worker, project_id=project, month="2026-03", paid=False, at=at, note="没收到")
    answer(worker=site.ghost.worker, project_id=project, month="2026-03", paid=True, at=at)
    (one,) = contested(projects=[project])
    assert (one.worker_id, one.month, one.paid_fen, one.by_bank) == (site.paid.worker_id, "2026-03", 500_000, True)
    assert one.paid_on == date(2026, 4, 10)
    assert "没收到" not in repr(one)
    assert contested(projects=[project], months=["2026-02"]) == contested(projects=[project + 1]) == []
    answer(worker=site.paid.worker, project_id=project, month="2026-03", paid=True, at=at + timedelta(days=1))
    assert contested(projects=[project]) == []


@pytest.fixture
def leaver(at, monkeypatch):
    monkeypatch.setenv("ANXIN_SMS", "http://gateway.invalid")
    project = make_project(at)
    left = make_worker(project, 1, at, left_on=at.date() - timedelta(days=4))
    left.worker.phone_sealed = seal_text(PHONE)
    left.worker.save()
    make_worker(project, 2, at)
    return left


def test_a_leaver_is_asked_at_growing_intervals_until_he_answers(leaver, at):
    asked = []
    for day in range(60):
        moment = at + timedelta(days=day)
        if ask_leavers(at=moment):
            asked.append(day)
        assert ask_leavers(at=moment) == 0
    assert asked == [0, 7, 21, 51]
    sent = [(open_text(row.address_sealed), open_text(row.text_sealed)) for row in Delivery.objects.all()]
    assert {to for to, _text in sent} == {PHONE}
    assert len(sent) == 4
    assert all("/me " in text and leaver.worker.name not in text for _to, text in sent)
    answer_on_leaving(engagement=leaver, owed=True, at=at + timedelta(days=60))
    assert ask_leavers(at=at + timedelta(days=400)) == 0
    assert [row.engagement for row in owed_on_leaving(projects=[leaver.project_id])] == [leaver]
    leaver.refresh_from_db()
    assert leaver.confirmed_on is None


def test_paid_is_his_own_confirmation_in_the_registry(leaver, at):
    assert leavers_to_answer(leaver.worker_id, at=at) == [leaver]
    answer_on_leaving(engagement=leaver, owed=False, at=at)
    leaver.refresh_from_db()
    assert leaver.confirmed_on == at.date()
    assert leavers_to_answer(leaver.worker_id, at=at) == []
    assert ask_leavers(at=at) == 0
    assert Event.objects.filter(action="leaver-answer").count() == 1


def test_without_a_phone_or_a_gateway_the_question_waits_on_his_page_alone(leaver, at, monkeypatch):
    monkeypatch.delenv("ANXIN_SMS")
    assert ask_leavers(at=at) == 1
    assert not Delivery.objects.exists()
    assert leavers_to_answer(leaver.worker_id, at=at) == [leaver]


def test_who_came_back_or_left_long_ago_is_not_asked(leaver, at):
    assert ask_leavers(at=at) == 1
    leaver.left_on = None
    leaver.save()
    assert ask_leavers(at=at + timedelta(days=30)) == 0
    assert LeaverAsk.objects.get().next_at is None
    make_worker(leaver.project, 3, at, left_on=at.date() - timedelta(days=100))
    assert ask_leavers(at=at + timedelta(days=31)) == 0
