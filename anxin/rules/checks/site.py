"""What must stand on every site: labour clerk, notice board, joint check, and the data of the daily watch."""

from datetime import timedelta
from typing import Any

import ibis

from anxin.law.calendar import last_workday
from anxin.ledger.facts import Facts
from anxin.rules.check import LOOK_BACK, Ask, Params, check
from anxin.rules.checks.account import live_accounts
from anxin.rules.checks.deposit import deposits
from anxin.rules.derive import last_attendance, month_table, project_months, rosters
from anxin.rules.findings import findings
from anxin.rules.scope import running_days


@check(
    object="project",
    unit="day",
    zh="工程开工后，是否配备劳资专管员（报备停工期间不计）",
    en="whether a labour clerk is named, in days since the start without approved pauses",
)
def clerk_missing(facts: Facts, p: Params) -> Any:
    """Projects without a labour clerk. Measure: days running. Order 724 Art. 28."""
    rows = p.projects.filter(p.projects.clerk_since.isnull() | (p.projects.clerk_since > facts.as_of))
    return findings(rows, project_id=rows.project_id, since=rows.begun_on, measure=rows.run_days)


@check(
    object="project",
    unit="day",
    zh="工程开工后，是否设立维权信息告示牌（报备停工期间不计）",
    en="whether the notice board is shown to be up, in days since the start without approved pauses",
)
def board_missing(facts: Facts, p: Params) -> Any:
    """Projects without proof of a notice board. Measure: days running. Order 724 Art. 34."""
    rows = p.projects.filter(p.projects.board_on.isnull() | (p.projects.board_on > facts.as_of))
    return findings(rows, project_id=rows.project_id, since=rows.begun_on, measure=rows.run_days)


@check(
    object="project",
    unit="day",
    months=Ask(
        1, "month", "首名工人进场后须在以下期限内联合检查：", "the joint check is due after the first entry within"
    ),
    look_back=LOOK_BACK,
    zh="首名工人进场后，联合实地检查是否按期完成（按逾期天数计，报备停工期间不计；未登记进场日的，按首个出勤月份的月末起算）",
    en="whether the joint on-site check was held in time after the first entry, in days overdue without pauses "
    "(where no entry is recorded, from the end of the first month anyone attended)",
)
def inspection_missing(facts: Facts, p: Params) -> Any:
    """Projects entered by workers and not jointly inspected in time. Measure: days overdue."""
    done = facts.inspections.filter(facts.inspections.done_on <= facts.as_of)
    rows = p.projects.anti_join(done, "project_id").drop("run_days")
    rows = _with_first_entry(facts, rows, p["look_back"])
    rows = running_days(facts, rows, "first_entry_on")
    due = (rows.first_entry_on + ibis.interval(months=int(p["months"]))).cast("date")
    rows = rows.mutate(due=due)
    # Day 1 is the day of entry, so the run up to the due day is one day longer than the distance.
    overdue = rows.run_days - 1 - rows.due.delta(rows.first_entry_on, unit="day")
    return findings(rows, project_id=rows.project_id, since=rows.due + ibis.interval(days=1), measure=overdue).filter(
        lambda t: t.measure > 0
    )


def _with_first_entry(facts: Facts, rows: Any, look_back: int) -> Any:
    """``rows`` whose first entry, where the roster names none, is the end of the first month anyone attended."""
    calendar = month_table(facts, look_back).select("month", "last_on")
    came = project_months(facts, look_back).filter(lambda t: t.attended > 0).inner_join(calendar, "month")
    came = came.group_by(came_project="project_id").agg(came_on=came.last_on.min())
    both = rows.left_join(came, rows.project_id == came.came_project)
    first = ibis.coalesce(both.first_entry_on, both.came_on)
    return both.mutate(first_entry_on=first).drop("came_project", "came_on")


@check(
    object="project",
    unit="item",
    parts=("deposit", "account", "roster", "attendance"),
    fresh=Ask(3, "workday", "考勤数据不晚于", "attendance should be no older than"),
    account_days=Ask(45, "day", "专户余额数据不早于", "the account's balance should be no older than"),
    look_back=LOOK_BACK,
    zh="保证金、专用账户、实名制花名册、考勤四类数据是否齐全并持续更新",
    en="whether the four kinds of data stand and stay fresh: deposit, wage account, real-name roster, attendance",
)
def data_incomplete(facts: Facts, p: Params) -> Any:
    """Projects where one of the four kinds is missing or stale. Measure: how many; ``parts`` names them."""
    fresh_from = facts.as_of
    for _ in range(int(p["fresh"])):
        fresh_from = last_workday(fresh_from - timedelta(days=1))
    rows = p.projects
    stored = deposits(facts).filter(lambda t: t.valid == 1).select("deposit_project")
    accounts = live_accounts(facts)
    stale = accounts.balance_on < facts.as_of - timedelta(days=int(p["account_days"]))
    accounts = accounts.filter(~stale.fill_null(False)).select(account_project="project_id").distinct()
    roster = rosters(facts).filter(lambda t: t.in_post > 0).select(roster_project="project_id")
    came = last_attendance(facts, p["look_back"]).filter(lambda t: t.last_on >= fresh_from)
    came = came.select(came_project="project_id")
    rows = rows.left_join(stored, rows.project_id == stored.deposit_project)
    rows = rows.left_join(accounts, rows.project_id == accounts.account_project)
    rows = rows.left_join(roster, rows.project_id == roster.roster_project)
    rows = rows.left_join(came, rows.project_id == came.came_project)
    lacks = {
        "deposit": rows.deposit_project.isnull(),
        "account": rows.account_project.isnull(),
        "roster": rows.roster_project.isnull(),
        "attendance": rows.came_project.isnull(),
    }
    count = sum(ibis.ifelse(lacking, 1, 0) for lacking in lacks.values())
    parts: Any = ibis.literal("")
    for name, lacking in lacks.items():
        parts = parts + ibis.ifelse(lacking, f"{name},", "")
    return findings(
        rows, project_id=rows.project_id, since=rows.begun_on, measure=count, base=ibis.literal(4), parts=parts
    )
