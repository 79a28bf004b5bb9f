"""What the developer still owes the contractor stands on the chain with its source; what nobody knows stays unknown."""

from datetime import timedelta

import pytest
from django.utils import timezone

from anxin.cases import liability
from anxin.cases.models import Liable
from anxin.people.models import Event
from anxin.registry import actions as registry
from anxin.remedies.pack_data import case_head
from tests.cases.claims import claim, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(at, site, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    developer = registry.upsert_enterprise(code="91140000MOCK000003", name="测试置业有限公司", at=at)
    registry.upsert_project(code="P1", at=at, on=at.date(), source="test", developer=developer)
    return claim(at, [member(site.failed)], site=site)


def note(case, by, at, **fields):
    wanted = {"fen": 3_000_000_00, "source": "测试置业书面答复", "on": at.date()} | fields
    return liability.note_unsettled(case=case, by=by, at=at, **wanted)


def test_it_stands_with_its_source_and_the_later_word_counts(case, at, people):
    row = note(case, people["officer"], at)
    assert (row.role, row.limit_fen, row.proposed) == ("developer", 3_000_000_00, True)
    note(case, people["officer"], at, fen=2_500_000_00, source="结算审核报告")
    row.refresh_from_db()
    assert (row.limit_fen, row.limit_source, row.limit_on) == (2_500_000_00, "结算审核报告", at.date())
    last = Event.objects.filter(action="case-liable-unsettled").order_by("-number").first()
    assert (last.changes["from"], last.changes["to"]) == (3_000_000_00, 2_500_000_00)
    liability.confirm(case=case, liable=liability.chain_of(case), by=people["officer"], at=at)
    row.refresh_from_db()
    assert row.limit_source == "结算审核报告", "confirming the chain keeps it"


@pytest.mark.parametrize("wrong", [{"fen": -1}, {"source": "  "}, {"on": "tomorrow"}])
def test_a_sum_needs_a_source_and_a_day_that_has_come(case, at, people, wrong):
    if wrong.get("on"):
        wrong = {"on": at.date() + timedelta(days=1)}
    with pytest.raises(ValueError, match="source"):
        note(case, people["officer"], at, **wrong)
    assert not Liable.objects.exclude(limit_fen=None).exists()


def test_where_there_is_no_developer_nothing_is_written(at, people):
    with pytest.raises(ValueError, match="developer"):
        note(claim(at, matter="other_wages", employer="某餐饮店"), people["officer"], at)


def test_the_officer_writes_it_down_on_the_page(case, client, at, people):
    client.force_login(people["officer"])
    address = f"/cases/{case.number}"
    page = client.get(address).content.decode()
    assert "未结清工程款" in page
    assert "未知" in page
    form = {"form": "unsettled", "what": "unsettled", "unsettled": "3000000", "on": at.date(), "source": "书面答复"}
    for lacking in ("unsettled", "source", "on"):
        assert client.post(f"{address}/liable", {**form, lacking: ""}).status_code == 422
    done = client.post(f"{address}/liable", form, follow=True).content.decode()
    assert "3,000,000.00" in done
    assert "据书面答复" in done
    assert "未知" not in done.partition('id="liable"')[2].partition("</section>")[0]
    party = next(one for one in case_head(case)["liable"] if one["role"] == "developer")
    assert (party["limit_fen"], party["limit_source"]) == (3_000_000_00, "书面答复")
