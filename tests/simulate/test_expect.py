"""Every rule of every pack has an expectation of its own, so that none goes unscored."""

from datetime import date

from anxin.rules.packs import all_rules
from anxin.simulate.conduct import FAULTS
from anxin.simulate.expect import ORACLES, expect
from anxin.simulate.plan import plan

UNTIL = date(2026, 4, 20)


def test_every_check_a_pack_uses_can_be_scored():
    used = {rule.check for rule in all_rules() if rule.check != "enterprise_unpaid"}
    assert used <= set(ORACLES)


def site_of(fault, **wanted):
    """The first site with this fault among many."""
    province = plan(projects=240, workers=4000, months=6, seed=5, until=UNTIL)
    for draft in province.drafts:
        if draft.fault and draft.fault.name == fault:
            return province.lay_out(draft), province.time
    raise AssertionError(f"no site with {fault} among {[f.name for f in FAULTS]}")


def test_an_account_that_comes_late_is_expected_to_be_warned_of_until_it_comes():
    site, time = site_of("account_late")
    spells = [e for rule, e in expect(site, time) if rule.check == "account_missing"]
    assert [(e.begin - site.started, e.end) for e in spells] == [
        (15 if site.region.startswith("14") else 30, site.account.uploaded)
    ]


def test_wages_that_stop_are_expected_late_from_the_day_after_the_pay_day():
    site, time = site_of("stops_paying")
    found = [e for rule, e in expect(site, time) if rule.check in {"wages_unpaid", "unpaid_share"}]
    assert found
    for expected in found:
        assert expected.late == time.deadline(expected.month, site.pay_day) + 1
        assert expected.begin > expected.late


def test_money_that_dries_up_heralds_late_wages():
    province = plan(projects=400, workers=6000, months=6, seed=5, until=UNTIL)
    leads = [
        expected.late - expected.begin
        for site in province.each()
        if site.fault in {"stops_paying", "late_payer"}
        for rule, expected in expect(site, province.time)
        if rule.check == "account_idle" and expected.late
    ]
    assert any(lead > 0 for lead in leads)
