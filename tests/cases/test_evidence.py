"""The evidence sheet: what the file supports, contradicts and does not know, each with its record."""

from datetime import date, datetime

import pytest

from anxin.cases import lane, liability
from anxin.cases.evidence_sheet import build_sheet
from anxin.cases.filing import Person
from anxin.cases.models import Answer, Case, CaseClock, Claimant, Exhibit, Liable, Verification
from anxin.cases.verifying import verify
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PaymentRow, PayrollRow, SwipeRow
from anxin.ledger.sealing import seal
from anxin.registry import actions as registry
from tests.cases.claims import claim, member, only, pays
from tests.people import identity, make_worker
from tests.portal.site import ACCOUNT

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 20)


def sheet(case: Case) -> dict:
    return build_sheet(case, as_of=TODAY)


def lines(person: dict) -> dict[str, str]:
    return {line["what"]: line["says"] for month in person["months"] for line in month["lines"]} | {
        line["what"]: line["says"] for line in person["lines"]
    }


def test_refused_by_the_bank_supports_and_the_whole_sum_is_proposed(at, site, people):
    found = sheet(claim(at, [member(site.failed)], site=site))["people"][0]
    assert lines(found) | {"signature": "unknown"} == lines(found)
    told = lines(found)
    assert (told["attendance"], told["payroll"], told["bank"], told["roster"]) == ("supports",) * 4
    month = found["months"][0]
    assert (month["days"], month["due_fen"], month["paid_fen"], month["owed_fen"]) == (6, 500_000, 0, 500_000)
    assert found["proposed_fen"] == 500_000
    bank = next(line for line in month["lines"] if line["what"] == "bank")
    assert (bank["source"], bank["reference"]) == ("payments", "R2")
    assert "账户户名不符" in bank["zh"] or "账号户名不符" in bank["zh"]


def test_paid_in_full_contradicts_and_nothing_is_proposed(at, site, people):
    found = sheet(claim(at, [member(site.paid)], site=site))["people"][0]
    assert lines(found)["bank"] == "contradicts"
    assert found["proposed_fen"] == 0


def test_what_is_paid_after_the_claim_is_received_not_taken_off(at, site, people):
    case = claim(at, [member(site.failed)], site=site)
    pays(2, "again", at)
    found = sheet(case)["people"][0]
    assert found["proposed_fen"] == 500_000
    assert lines(found)["bank"] == "supports"


def test_without_payroll_days_and_mates_propose_a_sum(at, site, people):
    """The forgotten one worked three days; two mates were due 500 and 833.33 yuan a day."""
    found = sheet(claim(at, [member(site.forgotten, 300_000)], site=site))["people"][0]
    month = found["months"][0]
    assert (month["due_from"], month["days"]) == ("mates", 3)
    assert found["proposed_fen"] == month["due_fen"] == 3 * ((50_000 + 83_333) // 2)
    told = lines(found)
    assert (told["payroll"], told["mates"], told["bank"]) == ("unknown", "supports", "supports")


def test_nobody_knows_a_stranger(at, site, people):
    case = claim(at, [Person(name="陌生人", months=["2026-03"], claimed_fen=100, days=3)], site=site)
    found = sheet(case)["people"][0]
    assert found["proposed_fen"] is None
    assert lines(found)["roster"] == "unknown"
    assert "contradicts" not in lines(found).values()
    assert "陌生人" not in str(sheet(case))


def test_never_at_the_gate_contradicts(at, site, people):
    found = sheet(claim(at, [member(site.ghost)], site=site))["people"][0]
    assert lines(found)["attendance"] == "contradicts"


def test_paid_to_another_card_proves_nothing_yet(at, site, people):
    row = PaymentRow("", "R9", 500_000, "paid", date(2026, 4, 12), "P1", ACCOUNT, identity(2), month="2026-03",
                     card_number="6222020000000000999")  # fmt: skip
    admit([row], arrival=Arrival("test", at))
    seal(at=at)
    found = sheet(claim(at, [member(site.failed)], site=site))["people"][0]
    told = [(line["what"], line["says"]) for line in found["months"][0]["lines"]]
    assert ("card", "unknown") in told
    assert ("bank", "unknown") in told
    assert ("bank", "contradicts") not in told


def test_days_told_are_held_against_days_at_the_gate(at, site, people):
    far = sheet(claim(at, [member(site.failed, days=20)], site=site))["people"][0]
    near = sheet(claim(at, [member(site.failed, days=7)], site=site, key="k2"))["people"][0]
    assert (lines(far)["days"], lines(near)["days"]) == ("contradicts", "supports")


def test_his_own_word_and_what_he_brought(at, site, people):
    case = claim(at, [member(site.failed)], site=site)
    Answer.objects.create(worker=site.failed.worker, project_id=site.project.pk, month="2026-03", paid=True, at=at)
    assert lines(sheet(case)["people"][0])["answer"] == "contradicts"
    Answer.objects.create(worker=site.failed.worker, project_id=site.project.pk, month="2026-03", paid=False,
                          at=at.replace(hour=13))  # fmt: skip
    assert lines(sheet(case)["people"][0])["answer"] == "supports"
    assert sheet(case)["lines"][0]["says"] == "unknown"
    Exhibit.objects.create(case=case, kind="iou", digest="a" * 64, name="欠条", content_type="image/jpeg", at=at)
    assert [(line["says"], line["reference"]) for line in sheet(case)["lines"]] == [("supports", "a" * 64)]


def test_a_claim_without_months_looks_at_those_on_file(at, site, people):
    case = claim(at, [Person(worker=site.failed.worker, claimed_fen=500_000)], site=site)
    assert [month["month"] for month in sheet(case)["people"][0]["months"]] == ["2026-03"]


def test_verifying_keeps_the_sheet_sets_the_sums_and_stops_the_clock(at, site, people):
    case = claim(at, [member(site.failed, 700_000), member(site.forgotten)], site=site)
    row = verify(case=case, finding="考勤、工资表与反映一致", by=people["officer"], at=at.replace(hour=15))
    case.refresh_from_db()
    assert case.verified_fen == 500_000 + 199_998
    assert Verification.objects.get(pk=row.pk).sheet["counts"]["supports"] > 4
    assert not CaseClock.objects.filter(case=case, step="verify", done_at=None).exists()
    assert Liable.objects.filter(case=case, role="general_contractor", proposed=True).exists()
    chosen = Claimant.objects.get(case=case, worker=site.failed.worker)
    verify(case=case, finding="更正", by=people["officer"], at=at.replace(hour=16), sums={chosen.pk: 600_000})
    chosen.refresh_from_db()
    assert chosen.verified_fen == 600_000
    assert Verification.objects.filter(case=case).count() == 2
    other = only(claim(at, [member(site.paid)], site=site, key="k2"))
    for wrong in ({chosen.pk: -1}, {other.pk: 5}):
        with pytest.raises(ValueError, match="Sums"):
            verify(case=case, finding="更正", by=people["officer"], at=at, sums=wrong)


def test_plain_facts_are_proposed_for_the_three_day_lane(at, site, people):
    plain = claim(at, [member(site.failed)], site=site)
    proposal = lane.propose(plain, sheet(plain))
    assert proposal.plain, [reason.en for reason in proposal.reasons if not reason.holds]
    disputed = claim(at, [member(site.paid)], site=site, key="k2")
    told = lane.propose(disputed, sheet(disputed))
    assert not told.plain
    assert {reason.en for reason in told.reasons if not reason.holds} >= {"No record contradicts another"}
    dear = claim(at, [member(site.failed, 900_000)], site=site, key="k3")
    assert {r.en for r in lane.propose(dear, sheet(dear)).reasons if not r.holds} == {
        "What is claimed is within 10 % of the records"
    }


def test_the_chain_comes_from_the_registry_and_an_officer_has_the_last_word(at, site, people):
    sub = registry.upsert_enterprise(code="91140000MOCK000002", name="测试劳务有限公司", at=at)
    developer = registry.upsert_enterprise(code="91140000MOCK000003", name="测试置业有限公司", at=at)
    registry.upsert_project(code="P1", at=at, on=at.date(), source="test", developer=developer,
                            contract_price_fen=100_000_000_00)  # fmt: skip
    hired = make_worker(site.project, 9, at, enterprise=sub)
    case = claim(at, [member(hired)], site=site)
    case.project.refresh_from_db()
    assert [(p.role, p.name, p.rank) for p in liability.propose(case)] == [
        ("general_contractor", "测试建设有限公司", 1),
        ("sub", "测试劳务有限公司", 2),
        ("developer", "测试置业有限公司", 3),
    ]
    chain = liability.propose_chain(case=case, at=at)
    assert liability.propose_chain(case=case, at=at) == chain
    kept = liability.confirm(case=case, liable=chain[:2], by=people["officer"], at=at)
    assert [(row.role, row.proposed, row.confirmed_by) for row in kept] == [
        ("general_contractor", False, people["officer"]), ("sub", False, people["officer"]),
    ]  # fmt: skip
    assert len(liability.propose_chain(case=case, at=at)) == 2
    lender = liability.add(
        case=case, role="lender", name="出借公司", reason="允许他人以本单位名义施工", by=people["officer"], at=at
    )
    assert (lender.rank, lender.proposed) == (1, False)
    with pytest.raises(ValueError, match="reason"):
        liability.add(case=case, role="lender", name="某公司", reason=" ", by=people["officer"], at=at)
    liability.remove(liable=lender, reason="查明未出借", by=people["officer"], at=at)
    assert len(liability.chain_of(case)) == 2


def test_elsewhere_the_employer_pays(at, people):
    case = claim(at, matter="other_wages", employer="某餐饮店")
    assert [(part.role, part.name) for part in liability.propose(case)] == [("employer", "某餐饮店")]
    assert liability.propose(claim(at, key="k2")) == []


def test_two_months_at_once(at, site, people):
    admit([SwipeRow("", "P1", identity(2), datetime(2026, 4, day, 7), "in") for day in (2, 3)],
          arrival=Arrival("test", at))  # fmt: skip
    admit([PayrollRow("", "P1", identity(2), "2026-04", "S4", 200_000, 50_000)], arrival=Arrival("test", at))
    seal(at=at)
    person = Person(worker=site.failed.worker, months=["2026-03", "2026-04"], claimed_fen=650_000)
    found = sheet(claim(at, [person], site=site))["people"][0]
    assert [month["owed_fen"] for month in found["months"]] == [500_000, 150_000]
    assert found["proposed_fen"] == 650_000


def test_the_reason_of_a_proposal_is_told_in_english_too():
    priced = "合同价 9,220,000.00 元；未结清的工程款须向建设单位核实"
    assert liability.reason_en(priced) == "contract price 9,220,000.00 yuan; ask the developer what it has not settled"
    assert liability.reason_en("未结清的工程款须向建设单位核实").isascii()
    assert liability.reason_en("挂靠，经查实") == "挂靠，经查实"  # an officer's words are his own
