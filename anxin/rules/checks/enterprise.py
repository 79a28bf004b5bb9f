"""Firms over all their projects."""

from typing import Any

from anxin.ledger.facts import Facts
from anxin.rules.check import GRACE, LOOK_BACK, PAY_DAY, Params, check
from anxin.rules.derive import judged_months
from anxin.rules.findings import findings


@check(
    object="enterprise",
    unit="month",
    look_back=LOOK_BACK,
    pay_day=PAY_DAY,
    grace=GRACE,
    zh="施工总承包企业在所管项目上，最近连续几个月有考勤而一笔工资未发",
    en="a contractor over its projects here: months in a row, up to the last judged, attended and not paid",
)
def enterprise_unpaid(facts: Facts, p: Params) -> Any:
    """Contractors who pay on none of their projects. Measure: consecutive months, idle ones skipped."""
    months = judged_months(facts, p.projects, look_back=p["look_back"], pay_day=p["pay_day"], grace=p["grace"])
    firms = p.projects.filter(p.projects.contractor_id.notnull()).select("project_id", "contractor_id")
    months = months.inner_join(firms, "project_id")
    by_month = months.group_by("contractor_id", "month").agg(
        attended=months.attended.sum(),
        paid=months.paid_workers.sum(),
        open_fen=months.open_fen.sum(),
        due_on=months.due_on.min(),
    )
    paid = by_month.filter(by_month.paid > 0)
    last = paid.group_by(paid_firm="contractor_id").agg(last_month=paid.month.max())
    rows = by_month.filter((by_month.attended > 0) & (by_month.paid == 0))
    rows = rows.left_join(last, rows.contractor_id == last.paid_firm)
    rows = rows.filter(rows.last_month.isnull() | (rows.month > rows.last_month))
    found = rows.group_by("contractor_id").agg(
        months=rows.count(), workers=rows.attended.max(), open_fen=rows.open_fen.sum(), since=rows.due_on.min()
    )
    return findings(
        found,
        enterprise_id=found.contractor_id,
        since=found.since,
        measure=found.months,
        affected=found.workers,
        amount_fen=found.open_fen,
    )
