"""Claimants whose phone we know hear by a short message how their claim goes on: little at a time, at hours of their
own, and never who owes them how much."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from anxin.cases import consent, money, orders, steps, taking, verifying
from anxin.cases.concluding import conclude
from anxin.cases.filing import Person
from anxin.cases.models import Claimant
from anxin.law.civil import SHANGHAI
from anxin.notices.channels import NotSent
from anxin.notices.models import Delivery
from anxin.notices.outbox import deliver
from anxin.people.models import Organisation
from anxin.vault.fields import open_text
from tests.cases.claims import claim, only

pytestmark = pytest.mark.django_db
PHONE, OTHER = "13900000001", "13900000002"
EMPLOYER = "老王泥工班"


@pytest.fixture(autouse=True)
def gateway(request, monkeypatch):
    there = getattr(request, "param", True)
    for room in ("telling", "taking", "slips"):
        monkeypatch.setattr(f"anxin.cases.{room}.has_sms", lambda: there)
    return there


def one(at: datetime, *, anonymous: bool = False, **fields):
    person = Person(name="测试人", phone=PHONE, months=["2026-03"], claimed_fen=500_000)
    return claim(at, [person], employer=EMPLOYER, anonymous=anonymous, **fields)


def texts() -> list[str]:
    rows = Delivery.objects.filter(channel="sms", person=None).order_by("pk")
    return [open_text(row.text_sealed) for row in rows]


def life(case, people, at: datetime, gap: timedelta) -> list[str]:
    """Taken, accepted, verified, ordered, paid and closed, each so long after the other."""
    officer, turn = people["officer"], iter(range(9))
    taking.take(case=case, by=officer, at=at + next(turn) * gap)
    steps.accept(case=case, by=officer, at=at + next(turn) * gap)
    verifying.verify(case=case, finding="属实", sums={only(case).pk: 500_000}, by=officer, at=at + next(turn) * gap)
    orders.order_payment(case=case, until=date(2026, 4, 28), by=officer, at=at + next(turn) * gap)
    then = at + next(turn) * gap
    money.receive(claimant=only(case), proof="bank", amount_fen=500_000, received_on=then.date(), at=then,
                  reference="R")  # fmt: skip
    conclude(case=case, conclusion="paid", note="", by=officer, at=at + next(turn) * gap)
    return texts()


def test_each_step_is_told_once_and_who_answers_for_it(at, people, units):
    Organisation.objects.filter(pk=units["county"].pk).update(phone="0000-01234567")
    case = one(at)
    told = life(case, people, at, timedelta(hours=1))
    assert len(told) == 6
    for text, said in zip(told, ("小店区人社局测试officer办理，电话 0000-01234567", "已经受理", "已经核实",
                                 "4月28日前付清", "付到您卡上", "已办结"), strict=True):  # fmt: skip
        assert said in text
        assert case.number in text


def test_a_refusal_is_told_and_not_its_reason(at, people):
    steps.refuse(case=one(at), reason="测试人说的是货款", by=people["officer"], at=at)
    (told,) = texts()
    assert "未能受理" in told
    assert "货款" not in told


def test_what_is_done_at_one_sitting_rings_once(at, people):
    told = life(one(at), people, at, timedelta(seconds=20))
    assert len(told) == 1
    assert told[0].count("【安薪】") == 1
    assert [told[0].index(word) for word in ("办理", "受理", "核实", "付清", "办结")] == sorted(
        told[0].index(word) for word in ("办理", "受理", "核实", "付清", "办结")
    )


@pytest.mark.parametrize("gateway", [False], indirect=True)
def test_without_a_gateway_nothing_is_queued(at, people, gateway):
    assert life(one(at), people, at, timedelta(hours=1)) == []


@pytest.mark.parametrize("anonymous", [True, False])
def test_no_message_names_the_employer_or_a_sum(at, people, anonymous):
    told = " ".join(life(one(at, anonymous=anonymous), people, at, timedelta(hours=1)))
    assert not any(word in told for word in (EMPLOYER, "测试人", "5000", "5,000", "500000"))


def test_who_claimed_anonymously_is_told_nothing_a_bystander_understands(at, people):
    told = life(one(at, anonymous=True), people, at, timedelta(hours=1))
    assert len(told) == 6
    for word in ("工资", "付", "钱", "款", "单位", "卡", "欠", "反映"):
        assert not any(word in text for text in told), word


def test_it_rings_only_in_the_hours_he_gave(at, people):
    case = one(at, safe_from=19, safe_until=22)
    steps.accept(case=case, by=people["officer"], at=at)  # in the morning
    waiting = Delivery.objects.get()
    assert waiting.not_before.astimezone(SHANGHAI).hour == 19
    sent: list[str] = []

    def send(_to, _title, text, _key):
        sent.append(text)

    def broken(*_):
        raise NotSent("HTTP 500")

    evening = at.astimezone(SHANGHAI).replace(hour=21, minute=30)
    assert deliver(at=evening - timedelta(hours=3), ways={"sms": send}) == 0
    assert deliver(at=evening, ways={"sms": broken}) == 0
    # The gateway is mended in the night: the message waits for the next evening.
    assert deliver(at=evening + timedelta(hours=3), ways={"sms": send}) == 0
    assert deliver(at=evening + timedelta(days=1), ways={"sms": send}) == 1
    assert len(sent) == 1


def test_a_whole_night_is_one_message_in_the_morning(at, people):
    night = at.astimezone(SHANGHAI).replace(hour=22)
    case = one(night)
    taking.take(case=case, by=people["officer"], at=night)
    steps.accept(case=case, by=people["officer"], at=night + timedelta(hours=3))
    (row,) = Delivery.objects.all()
    assert row.not_before.astimezone(SHANGHAI).hour == 8
    assert "受理" in open_text(row.text_sealed)


def test_money_is_told_to_him_whose_it_is(at, people):
    group = [Person(name=f"测试{n}", phone=phone, claimed_fen=500_000, consent=consent)
             for n, phone, consent in ((1, PHONE, "own"), (2, OTHER, "given"))]  # fmt: skip
    case = claim(at, group, anonymous=False)
    steps.accept(case=case, by=people["officer"], at=at)
    later = at + timedelta(hours=2)
    second = Claimant.objects.filter(case=case).order_by("pk").last()
    money.receive(claimant=second, proof="bank", amount_fen=100_000, received_on=at.date(), at=later, reference="R")
    rung = [open_text(row.address_sealed) for row in Delivery.objects.all()
            if "付到您卡上" in open_text(row.text_sealed)]  # fmt: skip
    assert rung == [OTHER]


def test_what_was_sent_already_is_not_written_again(at, people):
    case = one(at)
    taking.take(case=case, by=people["officer"], at=at)
    assert deliver(at=at + timedelta(minutes=20), ways={"sms": lambda *_: None}) == 1
    steps.accept(case=case, by=people["officer"], at=at + timedelta(minutes=1))  # a clock that was set back
    assert ["受理" in text for text in texts()] == [False, True]


def test_who_filed_in_english_is_told_in_english_and_a_member_of_his_group_is_not(at, people, units):
    Organisation.objects.filter(pk=units["county"].pk).update(phone="0000-01234567", name_en="Xiaodian office")
    mine = Person(name="测试人", phone=PHONE, months=["2026-03"], claimed_fen=500_000)
    other = Person(name="测试乙", phone=OTHER, months=["2026-03"], claimed_fen=400_000, consent="given")
    case = claim(at, [mine, other], employer=EMPLOYER, language="en", anonymous=False, phone=PHONE)
    taking.take(case=case, by=people["officer"], at=at)
    steps.accept(case=case, by=people["officer"], at=at)
    sent = Delivery.objects.filter(person=None)
    by_phone = {open_text(row.address_sealed): open_text(row.text_sealed) for row in sent}
    number = case.claims.get().number
    assert by_phone[PHONE].startswith(f"[Anxin] Your claim (no. {number}): ")
    assert "Xiaodian office deals with it, telephone 0000-01234567; Accepted" in by_phone[PHONE]
    assert by_phone[PHONE].endswith(".")
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in by_phone[PHONE].replace("测试officer", ""))
    assert by_phone[OTHER].startswith("【安薪】您的反映")
    assert "已经受理" in by_phone[OTHER]


def test_a_member_is_told_in_the_language_he_agreed_in(at, people, units):
    mine = Person(name="测试人", phone=PHONE, months=["2026-03"], claimed_fen=500_000)
    other = Person(name="测试乙", phone=OTHER, months=["2026-03"], claimed_fen=400_000, consent="asked")
    case = claim(at, [mine, other], employer=EMPLOYER, anonymous=False, phone=PHONE)
    number = case.claims.get().number
    member = Claimant.objects.get(case=case, consent="asked")
    code = consent.new_slip(claimant=member, at=at)
    assert code == ""
    (asked,) = [open_text(row.text_sealed) for row in Delivery.objects.all()
                if row.key.startswith("consent:")]  # fmt: skip
    assert asked.startswith("【安薪】")
    sheet = Client()
    sheet.cookies["django_language"] = "en"
    digits = re.search(r"确认码 ([0-9 ]+)", asked)[1].replace(" ", "")
    sheet.post("/claim/join", {"number": number, "code": digits})
    answered = sheet.post(f"/track/{number}/consent", {"decision": "agree", "sum": "4000", "months": "2026-03"})
    assert answered.status_code == 302
    taking.take(case=case, by=people["officer"], at=at)
    steps.accept(case=case, by=people["officer"], at=at)
    told = {open_text(row.address_sealed): open_text(row.text_sealed) for row in Delivery.objects.filter(person=None)
            if row.key.startswith("step:")}  # fmt: skip
    assert told[OTHER].startswith(f"[Anxin] Your claim (no. {number}): ")
    assert "Accepted" in told[OTHER]
    assert told[PHONE].startswith("【安薪】您的反映")
    consent.new_slip(claimant=member, at=at)
    assert any(open_text(row.text_sealed).startswith("[Anxin] A workmate") for row in Delivery.objects.all())
    consent.agree(claimant=member, at=at, language="zh-hans")
    money.receive(claimant=member, proof="bank", amount_fen=100_000, received_on=at.date(), at=at + timedelta(hours=2),
                  reference="R")  # fmt: skip
    last = Delivery.objects.filter(key__startswith="step:").order_by("pk").last()
    assert open_text(last.text_sealed).startswith("【安薪】")


def test_in_english_too_an_anonymous_message_tells_nothing(at, people):
    case = one(at, anonymous=True, language="en", phone=PHONE)
    told = life(case, people, at, timedelta(hours=1))
    assert len(told) > 3
    for text in told:
        assert text.startswith("[Anxin] No. ")
        assert EMPLOYER not in text
        assert "5,000" not in text
        assert "employer" not in text
