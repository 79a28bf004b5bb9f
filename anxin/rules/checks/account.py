"""The special wage account 农民工工资专用账户: there, agreed, verified, and used for nothing else."""

from typing import Any

import ibis

from anxin.ledger.facts import Facts
from anxin.rules.check import GRACE, LOOK_BACK, PAY_DAY, Ask, Params, check
from anxin.rules.derive import last_judged, month_table, months_back, project_months
from anxin.rules.findings import findings
from anxin.rules.scope import days_after


def live_accounts(facts: Facts) -> Any:
    """Accounts a project may use on ``as_of``: uploaded and not closed."""
    rows = facts.accounts
    return rows.filter(
        rows.uploaded_on.notnull()
        & (rows.uploaded_on <= facts.as_of)
        & (rows.closed_on.isnull() | (rows.closed_on > facts.as_of))
    )


@check(
    object="project",
    unit="day",
    zh="工程开工后，专用账户资料是否已上传（开工当日为第1天，报备停工期间不计）",
    en="whether the wage account has been uploaded, in days since the start (day 1; approved pauses not counted)",
)
def account_missing(facts: Facts, p: Params) -> Any:
    """Projects without any live account. Measure: days running. Order 724 Art. 26."""
    without = p.projects.anti_join(live_accounts(facts), "project_id")
    return findings(without, project_id=without.project_id, since=without.begun_on, measure=without.run_days)


@check(
    object="project",
    unit="day",
    zh="专用账户上传后，专户资金管理三方协议是否已上传（按上传后天数计）",
    en="whether the tripartite agreement of the wage account has been uploaded, in days since the account was",
)
def agreement_missing(facts: Facts, p: Params) -> Any:
    """Projects with an account, none of whose live accounts has its agreement. Measure: days since the upload."""
    rows = live_accounts(facts)
    agreed = rows.agreement_on.notnull() & (rows.agreement_on <= facts.as_of)
    by_project = rows.group_by("project_id").agg(
        agreed=ibis.ifelse(agreed, 1, 0).max(), uploaded_on=rows.uploaded_on.min()
    )
    found = p.projects.inner_join(by_project.filter(by_project.agreed == 0), "project_id")
    return findings(
        found, project_id=found.project_id, since=found.uploaded_on, measure=days_after(facts, found.uploaded_on)
    )


@check(
    object="project",
    unit="day",
    parts=("missing", "unverified"),
    zh="专用账户是否开立、账号是否经银行核验通过（未开立按开工后天数计，核验未通过按上传后天数计）",
    en="whether the wage account is open and its number verified by the bank (days since the start, or the upload)",
)
def account_unverified(facts: Facts, p: Params) -> Any:
    """Projects without a live account, or whose live accounts all failed verification. Measure: days."""
    rows = live_accounts(facts)
    failed = ibis.ifelse(rows.verified == "no", 1, 0).fill_null(0)
    by_project = rows.group_by(account_project="project_id").agg(
        failed=failed.min(), uploaded_on=rows.uploaded_on.min()
    )
    all_ = p.projects.left_join(by_project, p.projects.project_id == by_project.account_project)
    missing = all_.account_project.isnull()
    found = all_.filter(missing | (all_.failed == 1))
    missing = found.account_project.isnull()
    return findings(
        found,
        project_id=found.project_id,
        since=ibis.ifelse(missing, found.begun_on, found.uploaded_on),
        measure=ibis.ifelse(missing, found.run_days, days_after(facts, found.uploaded_on) + 1),
        parts=ibis.ifelse(missing, "missing", "unverified"),
    )


@check(
    object="project-month",
    unit="yuan",
    look_back=LOOK_BACK,
    zh="专用账户当月转作工资以外用途的金额",
    en="money that left the wage account in the month for anything but wages",
)
def account_diverted(facts: Facts, p: Params) -> Any:
    """Months in which money left the account for other purposes. Measure: yuan. Order 724 Art. 26, 33."""
    calendar = month_table(facts, p["look_back"]).select("month", "first_on")
    rows = facts.fund_months.filter(facts.fund_months.other_out_fen > 0).inner_join(calendar, "month")
    rows = rows.semi_join(p.projects, "project_id")
    return findings(
        rows,
        project_id=rows.project_id,
        month=rows.month,
        since=rows.first_on,
        measure=rows.other_out_fen / 100,
        amount_fen=rows.other_out_fen,
    )


@check(
    object="project",
    unit="item",
    parts=("unpaid", "payroll", "balance"),
    look_back=LOOK_BACK,
    pay_day=PAY_DAY,
    grace=GRACE,
    cover=Ask(
        100, "percent", "账户余额应不低于应发未发工资的", "the balance should cover, of the wages due and unpaid,"
    ),
    zh="最近应判定月份：是否欠发、工资发放是否异常（发放人数超出勤、实发少于应发）、账户余额是否不足以支付",
    en="in the last judged month: wages unpaid, payroll abnormal (paid unattended, or short), balance too low",
)
def account_abnormal(facts: Facts, p: Params) -> Any:
    """Projects with unpaid wages, an abnormal payroll or too low a balance. Measure: how many of the three."""
    months = last_judged(facts, p.projects, look_back=p["look_back"], pay_day=p["pay_day"], grace=p["grace"])
    accounts = live_accounts(facts)
    balances = accounts.filter(accounts.balance_fen.notnull())
    balances = balances.group_by(money_project="project_id").agg(balance_fen=balances.balance_fen.sum())
    rows = months.left_join(balances, months.project_id == balances.money_project)
    unpaid = rows.attended_paid < rows.attended
    payroll = (rows.paid_workers > rows.attended_paid) | (rows.short_workers > 0)
    low = (rows.balance_fen * 100 < rows.open_fen * p["cover"]).fill_null(False)
    rows = rows.mutate(unpaid=unpaid, payroll=payroll, low=low)
    count = sum(ibis.ifelse(rows[name], 1, 0) for name in ("unpaid", "payroll", "low"))
    parts = (
        ibis.ifelse(rows.unpaid, "unpaid,", "")
        + ibis.ifelse(rows.payroll, "payroll,", "")
        + ibis.ifelse(rows.low, "balance,", "")
    )
    return findings(
        rows,
        project_id=rows.project_id,
        since=rows.due_on,
        measure=count,
        affected=rows.attended - rows.attended_paid,
        base=rows.attended,
        amount_fen=rows.open_fen,
        parts=parts,
    )


@check(
    object="project",
    unit="month",
    look_back=LOOK_BACK,
    grace=Ask(10, "day", "月份结束后宽限", "grace after the month's end"),
    flow=Ask(
        "inflow",
        "choice",
        "看哪种流水：",
        "looks at",
        {"inflow": ("人工费拨入", "labour fee in"), "payout": ("工资发出", "wages out")},
    ),
    zh="有工人出勤的月份，专用账户是否有人工费拨入或工资发出；按最后一笔之后的月数计",
    en="attended months after the last in which labour fee came in, or wages went out",
)
def account_idle(facts: Facts, p: Params) -> Any:
    """Projects with attended months after the last month money flowed. Measure: how many. Order 724 Art. 24, 29, 31."""
    look_back = p["look_back"]
    calendar = month_table(facts, look_back)
    ended = calendar.filter(calendar.last_on.delta(ibis.date(facts.as_of), unit="day") < -p["grace"])
    months = project_months(facts, look_back)
    flows = facts.fund_months
    column = "inflow_fen" if p["flow"] == "inflow" else "outflow_fen"
    moved = flows.filter((flows[column] > 0) & (flows.month >= months_back(facts.as_of, look_back)[0]))
    moved = moved.select("project_id", "month")
    if p["flow"] == "payout":
        moved = moved.union(months.filter(months.bank_workers > 0).select("project_id", "month"))
    last = moved.group_by(flow_project="project_id").agg(last_month=moved.month.max())
    attended = months.filter(months.attended > 0).semi_join(p.projects, "project_id")
    attended = attended.inner_join(ended.select("month", "first_on"), "month")
    attended = attended.left_join(last, attended.project_id == last.flow_project)
    dry = attended.filter(attended.last_month.isnull() | (attended.month > attended.last_month))
    dry = dry.group_by("project_id").agg(
        months=dry.count(), since=dry.first_on.min(), workers=dry.attended.max(), due_fen=dry.due_fen.sum()
    )
    return findings(
        dry,
        project_id=dry.project_id,
        since=dry.since,
        measure=dry.months,
        affected=dry.workers,
        amount_fen=dry.due_fen,
    )
