"""The five institutions of a project, as facts arrive one by one."""

from datetime import date

import pytest

from anxin.insight.project import five_institutions, parties
from anxin.insight.project_months import MonthFigures
from anxin.registry import actions
from tests.people import make_project, make_team, make_worker

pytestmark = pytest.mark.django_db


def month(**fields) -> MonthFigures:
    known = dict.fromkeys(
        (
            "attended",
            "worker_days",
            "lines",
            "paid",
            "unpaid",
            "failed",
            "unattended",
            "due_fen",
            "paid_fen",
            "missing_fen",
        ),
        0,
    )
    return MonthFigures("2026-03", date(2026, 4, 15), True, **{**known, **fields})


def look(project, today, judged=None, **fields):
    months = [judged] if judged else []
    found = five_institutions(project, as_of=today, months=months, judged=judged, **fields)
    return {i.key: i for i in found}


def lacks(institution) -> list[str]:
    return [key for key, _ in institution.lacks]


def test_a_bare_project_lacks_everything_and_has_nothing_to_pay(at, today):
    found = look(make_project(at), today)
    assert {k: i.state for k, i in found.items()} == {
        "real_name": "missing",
        "account": "missing",
        "deposit": "missing",
        "payment": "idle",
        "board": "missing",
    }
    assert all(i.since is None for i in found.values())


def test_real_names_are_in_place_when_all_on_site_have_contract_and_card(at, today):
    project = make_project(at)
    make_worker(project, 1, at, contract_kind="0", card_number="6222020000000000001")
    make_worker(project, 2, at, contract_kind="0")
    make_worker(project, 3, at, left_on=date(2026, 3, 9))
    found = look(project, today, last_attended=date(2026, 4, 1))["real_name"]
    assert (found.state, found.since) == ("partial", date(2026, 3, 1))
    assert found.lacks == [("cards", {"count": 1, "base": 2}), ("attendance", {"days": 19})]
    actions.engage(
        project=project, worker=project.engagements.get(worker__name="测试2").worker, at=at, card_number="62"
    )
    assert look(project, today, last_attended=today)["real_name"].state == "good"


def test_nobody_is_missed_at_the_gate_of_a_project_at_rest(at, today):
    project = make_project(at, status="suspended")
    make_worker(project, 1, at, contract_kind="0", card_number="62")
    assert look(project, today)["real_name"].state == "good"


def test_an_account_without_agreement_or_inflow_is_half_done(at, today):
    project = make_project(at)
    use = actions.record_account(project=project, number="140001", on=date(2026, 3, 5), at=at, bank_name="测试银行")
    found = look(project, today, month(attended=5))["account"]
    assert (found.state, lacks(found), found.since) == ("partial", ["agreement", "inflow"], date(2026, 3, 5))
    actions.record_account(project=project, number="140001", on=today, at=at, agreement_on=date(2026, 3, 6))
    assert look(project, today, month(attended=5), inflow_fen=1)["account"].state == "good"
    use.refresh_from_db()
    use.closed_on = today
    use.save()
    assert look(project, today)["account"].state == "missing"


def test_a_bank_that_denies_the_account_is_told(at, today):
    project = make_project(at)
    actions.record_account(
        project=project, number="1", on=today, at=at, agreement_on=today, verified="no", verify_reason="户名不符"
    )
    assert look(project, today)["account"].lacks == [("verification", {"reason": "户名不符"})]


def test_a_deposit_counts_until_its_last_day(at, today):
    project = make_project(at)
    actions.record_deposit(
        project=project, form="guarantee", on=today, at=at, amount_fen=100, valid_from=date(2026, 1, 1), valid_to=today
    )
    assert look(project, today)["deposit"].state == "good"
    expired = look(project, date(2026, 4, 21))["deposit"]
    assert (expired.state, expired.lacks) == ("missing", [("expired", {"day": today})])


def test_payment_is_judged_by_the_last_month_due(at, today):
    project = make_project(at)
    assert look(project, today, month(attended=3, paid=3, lines=3))["payment"].state == "good"
    some = look(project, today, month(attended=3, paid=2, lines=3, unpaid=1, missing_fen=5))["payment"]
    assert (some.state, lacks(some)) == ("partial", ["unpaid", "short"])
    assert look(project, today, month(attended=3, unpaid=3))["payment"].state == "missing"


def test_the_board_stands_since_it_was_first_shown(at, today):
    project = make_project(at)
    for day in (date(2026, 3, 2), date(2026, 4, 2)):
        actions.record_board(project=project, posted_on=day, at=at)
    board = look(project, today)["board"]
    assert (board.state, board.since, board.facts) == ("good", date(2026, 3, 2), [("board", {"day": date(2026, 4, 2)})])


def test_parties_leave_out_developer_and_contractor_and_count_heads(at, today):
    project = make_project(at)
    labour = actions.upsert_enterprise(code="91140000MOCK000002", name="测试劳务有限公司", at=at)
    actions.upsert_participation(project=project, enterprise=labour, at=at, role="006")
    actions.upsert_participation(project=project, enterprise=project.contractor, at=at, role="009")
    actions.appoint_clerk(project=project, name="测试专管员", since_on=date(2026, 3, 1), at=at)
    make_team(project, at)
    make_worker(project, 1, at, enterprise=labour)
    make_worker(project, 2, at, enterprise=labour, left_on=date(2026, 4, 1))
    found = parties(project, as_of=today)
    assert [(p.enterprise.name, heads) for p, heads in found.others] == [("测试劳务有限公司", 1)]
    assert found.clerk.name == "测试专管员"
