"""The evidence sheet and the chain of the liable on the page of a case."""

import pytest
from django.test import Client
from django.utils import timezone

from anxin.cases.models import Case, Claimant, Liable, Verification
from tests.cases.claims import claim, member
from tests.portal.hands import make_people, make_units
from tests.portal.site import PASSWORD, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_people(make_units())


@pytest.fixture
def case(at, people) -> Case:
    site = make_site(at)
    return claim(at, [member(site.failed), member(site.forgotten)], site=site, by=people["officer"])


@pytest.fixture
def officer(people, monkeypatch, at) -> Client:
    monkeypatch.setattr(timezone, "now", lambda: at)
    client = Client()
    assert client.login(username="officer", password=PASSWORD)
    return client


def page(client: Client, case: Case) -> str:
    return client.get(f"/cases/{case.number}").content.decode()


def test_the_sheet_shows_what_the_file_says_and_no_name(officer, case):
    text = page(officer, case)
    assert "核实表" in text
    assert "银行退回5,000.00元：账号户名不符" in text
    assert "考勤6天" in text
    assert "工友甲-" in text
    assert "测试2" not in text


def test_verifying_by_the_form(officer, case):
    first, second = Claimant.objects.filter(case=case).order_by("id")
    sent = {"finding": "与记录一致", f"sum-{first.pk}": "4,800.50", f"sum-{second.pk}": "", "plain": "1"}
    assert officer.post(f"/cases/{case.number}/verify", sent).headers["Location"].endswith("#evidence")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.verified_fen, second.verified_fen) == (480_050, 199_998)
    assert Verification.objects.get(case=case).plain
    assert "没有核实金额" not in page(officer, case)
    assert "与记录一致" in page(officer, case)


@pytest.mark.parametrize("wrong", [{"finding": ""}, {"finding": "好", "sum": "abc"}, {"finding": "好", "sum": "-1"},
                                   {"finding": "好", "sum": "1.234"}])  # fmt: skip
def test_a_wrong_form_comes_back_as_it_was(officer, case, wrong):
    first = Claimant.objects.filter(case=case).first()
    sent = {"form": "verify", "finding": wrong["finding"], f"sum-{first.pk}": wrong.get("sum", "")}
    got = officer.post(f"/cases/{case.number}/verify", sent)
    assert got.status_code == 422
    if "sum" in wrong:
        assert f'value="{wrong["sum"]}"' in got.content.decode()
    assert not Verification.objects.exists()


def test_the_chain_is_confirmed_added_to_and_struck_from(officer, case):
    assert "待确认" in page(officer, case)
    officer.post(f"/cases/{case.number}/liable", {"what": "confirm"})
    assert [(row.role, row.proposed) for row in Liable.objects.filter(case=case)] == [("general_contractor", False)]
    sent = {"what": "add", "role": "lender", "name": "出借公司", "limit": "", "reason": "挂靠"}
    officer.post(f"/cases/{case.number}/liable", sent)
    lender = Liable.objects.get(role="lender")
    assert "出借公司" in page(officer, case)
    assert officer.post(f"/cases/{case.number}/liable", {"what": "add", "role": "x"}).status_code == 422
    officer.post(f"/cases/{case.number}/liable", {"what": "remove", "liable": lender.pk, "reason": "查无"})
    assert not Liable.objects.filter(role="lender").exists()


def test_a_leader_sees_neither(case, people, monkeypatch, at):
    monkeypatch.setattr(timezone, "now", lambda: at)
    client = Client()
    assert client.login(username="mayor", password=PASSWORD)
    text = page(client, case)
    assert "核实表" not in text
    assert "责任链条" not in text


def test_who_has_no_verified_sum_after_all_is_counted(officer, case):
    first = Claimant.objects.filter(case=case).first()
    first.pk, first.worker, first.months, first.rate_fen, first.days = None, None, [], None, None
    first.save(force_insert=True)
    answer = officer.post(f"/cases/{case.number}/verify", {"finding": "与记录一致"}, follow=True)
    assert "还有 1 人没有核实金额" in answer.content.decode()
