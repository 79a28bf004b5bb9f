"""Payrolls that look wrong: one card for many, sums out of range, the bank's three-state indicator."""

from typing import Any

import ibis

from anxin.ledger.facts import Facts
from anxin.rules.check import GRACE, LOOK_BACK, PAY_DAY, Ask, Params, check
from anxin.rules.checks.wages import WORD
from anxin.rules.derive import last_judged, managers, month_table, months_back
from anxin.rules.findings import findings
from anxin.rules.scope import keep

MONTH_LIMIT = Ask(50_000, "yuan", "单人单月不超过", "one worker's month should not pass")
YEAR_LIMIT = Ask(300_000, "yuan", "单人本年累计不超过", "one worker's year to date should not pass")


@check(
    object="project-month",
    unit="worker",
    look_back=Ask(2, "month", "向前回看", "looks back over"),
    zh="当月工资进入同一张银行卡的工人数（取最多的一张卡）",
    en="how many workers' wages of the month went to one card (the card with the most)",
)
def card_shared(facts: Facts, p: Params) -> Any:
    """Months in which one card took several workers' wages. Measure: workers on the fullest card. Order 724 Art. 31."""
    months = months_back(facts.as_of, p["look_back"])
    rows = facts.pay_months
    rows = rows.filter((rows.month >= months[0]) & (rows.month <= months[-1]) & (rows.paid_fen > 0))
    rows = rows.filter(rows.card_token.notnull() & (rows.card_token != ""))
    cards = rows.group_by("project_id", "month", "card_token").agg(workers=rows.count(), paid_fen=rows.paid_fen.sum())
    cards = cards.filter(cards.workers > 1).semi_join(p.projects, "project_id")
    found = cards.group_by("project_id", "month").agg(
        most=cards.workers.max(), workers=cards.workers.sum(), cards=cards.count(), paid_fen=cards.paid_fen.sum()
    )
    found = found.inner_join(month_table(facts, p["look_back"]), "month")
    return findings(
        found,
        project_id=found.project_id,
        month=found.month,
        since=found.first_on,
        measure=found.most,
        affected=found.workers,
        base=found.cards,
        amount_fen=found.paid_fen,
    )


def over_limits(facts: Facts, look_back: int, month_limit: float, year_limit: float) -> Any:
    """Worker-months above a limit: project_id, worker_id, month, paid_fen, year_fen, over_month, over_year.

    ``over_year`` marks the month in which the sum of its year to date first passed the limit; it stays marked in the
    year after. Computed once.
    """
    top, total = round(month_limit * 100), round(year_limit * 100)
    months = months_back(facts.as_of, look_back)
    january = f"{months[0][:4]}-01"  # a year's sum begins here, however little of the year is looked at
    rows = facts.pay_months.filter((facts.pay_months.month >= january) & (facts.pay_months.month <= months[-1]))

    def high() -> Any:
        # Who passed the year's limit in twelve months or fewer was paid a twelfth of it in one of them.
        some = rows.filter(rows.paid_fen > min(top, total // 12)).select("project_id", "worker_id")
        return some.distinct().anti_join(managers(facts), ["project_id", "worker_id"])

    suspects = keep(facts, f"suspects:{look_back}:{top}:{total}", high)

    def over() -> Any:
        mine = rows.semi_join(suspects, ["project_id", "worker_id"])
        mine = mine.select("project_id", "worker_id", "month", paid_fen=mine.paid_fen.fill_null(0))
        mine = mine.mutate(year=mine.month.substr(0, 4))
        so_far = ibis.window(group_by=["project_id", "worker_id", "year"], order_by="month", rows=(None, 0))
        mine = mine.mutate(year_fen=mine.paid_fen.sum().over(so_far).cast("int64"))
        crossed = (mine.year_fen > total) & (mine.year_fen - mine.paid_fen <= total)
        mine = mine.mutate(over_month=mine.paid_fen > top, over_year=crossed)
        return mine.filter(mine.over_month | mine.over_year)

    return keep(facts, f"over_limits:{look_back}:{top}:{total}", over)


@check(
    object="worker-month",
    unit="yuan",
    parts=("month", "year"),
    look_back=LOOK_BACK,
    month_limit=MONTH_LIMIT,
    year_limit=YEAR_LIMIT,
    when=Ask(
        "either",
        "choice",
        "触发条件：",
        "found when it passes",
        {"either": ("任一超过", "either"), "both": ("同时超过", "both")},
    ),
    zh="同一工人在同一项目的当月工资和当年累计工资，是否超过上限",
    en="one worker's pay on one project, of the month and of its year to date, against two limits",
)
def pay_above_limit(facts: Facts, p: Params) -> Any:
    """Worker-months with implausibly high pay. Measure: yuan, of the month or, failing that, of the year to date."""
    rows = over_limits(facts, p["look_back"], p["month_limit"], p["year_limit"])
    if p["when"] == "both":
        total = round(p["year_limit"] * 100)
        rows = rows.filter(rows.over_month & (rows.year_fen > total))
    rows = rows.semi_join(p.projects, "project_id").inner_join(month_table(facts, p["look_back"]), "month")
    return findings(
        rows,
        project_id=rows.project_id,
        worker_id=rows.worker_id,
        month=rows.month,
        since=rows.first_on,
        measure=ibis.ifelse(rows.over_month, rows.paid_fen, rows.year_fen) / 100,
        threshold=ibis.ifelse(rows.over_month, float(p["month_limit"]), float(p["year_limit"])),
        amount_fen=rows.paid_fen,
        parts=ibis.ifelse(rows.over_month, "month", "year"),
    )


@check(
    object="project",
    unit="grade",
    parts=("unpaid", "average", "limit"),
    look_back=LOOK_BACK,
    pay_day=PAY_DAY,
    grace=GRACE,
    word=WORD,
    floor=Ask(0, "yuan", "人均不得低于", "the mean must not be below"),
    month_limit=MONTH_LIMIT,
    year_limit=YEAR_LIMIT,
    zh="最近应判定月份的银行代发：未发为“否”（2），已发但人均过低或有人超限为“预警”（1）",
    en="bank payroll of the last judged month: nothing paid is a no (2), paid but too little a head or above a limit a "
    "warning (1)",
)
def bank_payroll(facts: Facts, p: Params) -> Any:
    """Projects whose last judged month was not paid (measure 2, no) or paid oddly (measure 1, warning)."""
    rows = last_judged(facts, p.projects, look_back=p["look_back"], pay_day=p["pay_day"], grace=p["grace"])
    over = over_limits(facts, p["look_back"], p["month_limit"], p["year_limit"])
    over = over.group_by(over_project="project_id", over_month_name="month").agg(over=over.count())
    rows = rows.left_join(over, [rows.project_id == over.over_project, rows.month == over.over_month_name])
    paid = rows.bank_workers if p["word"] == "bank" else rows.paid_workers
    rows = rows.mutate(heads=paid, over=rows.over.fill_null(0))
    unpaid = rows.heads == 0
    low = (rows.heads > 0) & (rows.paid_fen < rows.heads * round(p["floor"] * 100))
    above = (rows.heads > 0) & (rows.over > 0)
    rows = rows.mutate(unpaid=unpaid, low=low, above=above).filter(unpaid | low | above)
    parts = (
        ibis.ifelse(rows.unpaid, "unpaid,", "")
        + ibis.ifelse(rows.low, "average,", "")
        + ibis.ifelse(rows.above, "limit,", "")
    )
    return findings(
        rows,
        project_id=rows.project_id,
        since=rows.due_on,
        measure=ibis.ifelse(rows.unpaid, 2, 1),
        affected=rows.heads,
        base=rows.attended,
        amount_fen=rows.paid_fen,
        parts=parts,
    )
