"""Wages of a month against the attendance of that month. Order 724 Art. 12–14 and 31.

Months are judged once their pay-day and the grace after it are past; the bank's word beats the sheet's in ``paid``.
"""

from typing import Any

import ibis

from anxin.law.civil import month_of, shift_month
from anxin.ledger.facts import Facts
from anxin.rules.check import GRACE, LOOK_BACK, MIN_DAYS, PAY_DAY, Ask, Params, check
from anxin.rules.derive import judged_months, month_table, project_months
from anxin.rules.findings import findings

WORD = Ask(
    "best",
    "choice",
    "是否发放以谁为准：",
    "whether it was paid is told by",
    {
        "best": ("银行，银行未报送时为工资表", "the bank, or the sheet where the bank is silent"),
        "bank": ("仅银行", "the bank alone"),
    },
)


def _judged(facts: Facts, p: Params) -> Any:
    return judged_months(
        facts,
        p.projects,
        look_back=p["look_back"],
        pay_day=p["pay_day"],
        grace=p["grace"],
        min_days=p.values.get("min_days", 1),
    )


def _unpaid(rows: Any) -> Any:
    """Judged months in which ``unpaid`` of ``base`` workers got nothing.

    Who worked is told by the attendance; in a month without any, by the sheet that says wages are due.
    """
    unknown = rows.attended == 0
    rows = rows.mutate(
        base=ibis.ifelse(unknown, rows.recorded, rows.attended),
        unpaid=ibis.ifelse(unknown, rows.recorded - rows.paid_workers, rows.attended - rows.attended_paid),
    )
    owed = rows.open_fen > rows.short_fen  # more than what those lack who got a part
    return rows.filter((rows.unpaid > 0) & ((rows.attended > 0) | owed))


@check(
    object="project-month",
    unit="day",
    look_back=LOOK_BACK,
    pay_day=PAY_DAY,
    grace=GRACE,
    min_days=MIN_DAYS,
    zh="当月出勤（全无考勤的月份，工资表列有应发）而未发工资的工人，按发薪日之后的天数计（发薪日遇休息日提前到前一工作日）",
    en="workers who attended in the month (where nobody's attendance is known: to whom the sheet owes wages) and were "
    "paid nothing, in days since the pay-day (moved before rest days)",
)
def wages_unpaid(facts: Facts, p: Params) -> Any:
    """Months with workers who got nothing after the pay-day. Measure: days since it."""
    rows = _unpaid(_judged(facts, p))
    return findings(
        rows,
        project_id=rows.project_id,
        month=rows.month,
        since=rows.due_on,
        measure=rows.late_days,
        threshold=ibis.literal(float(p["grace"])),
        affected=rows.unpaid,
        base=rows.base,
        amount_fen=rows.open_fen,
    )


@check(
    object="project-month",
    unit="month",
    look_back=LOOK_BACK,
    months=Ask(2, "month", "自出勤月起第几个月判定：", "judged after the month of work by"),
    word=WORD,
    zh="当月有考勤，而该月工资到判定月仍一笔未发（按相隔月数计）",
    en="attendance in the month and nothing paid for it since, in months between",
)
def wages_never_paid(facts: Facts, p: Params) -> Any:
    """Months attended and not paid at all ``months`` later. Measure: months since. Offset-month logic."""
    this, gap = month_of(facts.as_of), int(p["months"])
    rows = project_months(facts, p["look_back"])
    paid = rows.bank_workers if p["word"] == "bank" else rows.paid_workers
    rows = rows.filter((rows.attended > 0) & (paid == 0) & (rows.month <= shift_month(this, -gap)))
    rows = rows.semi_join(p.projects, "project_id").inner_join(month_table(facts, p["look_back"]), "month")
    since = (rows.first_on + ibis.interval(months=gap)).cast("date")
    index = facts.as_of.year * 12 + facts.as_of.month
    return findings(
        rows,
        project_id=rows.project_id,
        month=rows.month,
        since=since,
        measure=index - (rows.first_on.year() * 12 + rows.first_on.month()),
        threshold=ibis.literal(float(gap)),
        affected=rows.attended,
        base=rows.attended,
        amount_fen=rows.open_fen,
    )


@check(
    object="project-month",
    unit="percent",
    look_back=LOOK_BACK,
    pay_day=PAY_DAY,
    grace=GRACE,
    min_days=MIN_DAYS,
    lacks=Ask(
        "pay",
        "choice",
        "缺什么：",
        "counts those without",
        {
            "pay": ("实发工资", "pay"),
            "record": ("任何工资记录", "any wage record"),
        },
    ),
    zh="当月出勤工人（全无考勤的月份，为工资表列有应发的工人）中，缺少实发工资（或任何工资记录）的占比",
    en="share of the month's attended workers (where nobody's attendance is known, of those the sheet owes wages to) "
    "without pay (or without any wage record)",
)
def unpaid_share(facts: Facts, p: Params) -> Any:
    """Months in which not all attended workers were paid. Measure: the share left out, in percent."""
    rows = _judged(facts, p)
    if p["lacks"] == "pay":
        rows = _unpaid(rows)
    else:
        rows = rows.filter(rows.attended > rows.attended_recorded)
        rows = rows.mutate(base=rows.attended, unpaid=rows.attended - rows.attended_recorded)
    return findings(
        rows,
        project_id=rows.project_id,
        month=rows.month,
        since=rows.due_on,
        measure=rows.unpaid * 100 / rows.base,
        affected=rows.unpaid,
        base=rows.base,
        amount_fen=rows.open_fen,
    )


@check(
    object="project-month",
    unit="percent",
    look_back=LOOK_BACK,
    pay_day=PAY_DAY,
    grace=GRACE,
    zh="当月已发工资而实发少于应发的，少发金额占应发总额的比例",
    en="wages paid but less than due: the missing money as a share of all wages due in the month",
)
def paid_short(facts: Facts, p: Params) -> Any:
    """Months in which workers got part of their wages. Measure: money missing in percent of the money due."""
    rows = _judged(facts, p)
    rows = rows.filter((rows.short_workers > 0) & (rows.due_fen > 0))
    return findings(
        rows,
        project_id=rows.project_id,
        month=rows.month,
        since=rows.due_on,
        measure=rows.short_fen * 100 / rows.due_fen,
        affected=rows.short_workers,
        base=rows.recorded,
        amount_fen=rows.short_fen,
    )


@check(
    object="project-month",
    unit="day",
    look_back=LOOK_BACK,
    pay_day=PAY_DAY,
    grace=GRACE,
    zh="当月有考勤而未编制工资表，按发薪日之后的天数计",
    en="attendance in the month and no payroll sheet, in days since the pay-day",
)
def payroll_missing(facts: Facts, p: Params) -> Any:
    """Attended months without a single payroll line. Measure: days since the pay-day. Order 724 Art. 15, 31."""
    rows = _judged(facts, p)
    rows = rows.filter((rows.attended > 0) & (rows.sheet_workers == 0))
    return findings(
        rows,
        project_id=rows.project_id,
        month=rows.month,
        since=rows.due_on,
        measure=rows.late_days,
        affected=rows.attended,
        base=rows.attended,
    )


@check(
    object="project-month",
    unit="percent",
    look_back=LOOK_BACK,
    zh="当月领取工资的工人中当月没有考勤的占比（当月全无考勤的项目另行预警）",
    en="share of the workers paid for the month who never attended in it (months without any attendance are left out)",
)
def paid_unattended(facts: Facts, p: Params) -> Any:
    """Months for which people were paid who never came. Measure: their share of those paid, in percent."""
    rows = project_months(facts, p["look_back"])
    rows = rows.filter((rows.attended > 0) & (rows.paid_workers > rows.attended_paid))
    rows = rows.semi_join(p.projects, "project_id").inner_join(month_table(facts, p["look_back"]), "month")
    ghosts = rows.paid_workers - rows.attended_paid
    return findings(
        rows,
        project_id=rows.project_id,
        month=rows.month,
        since=rows.first_on,
        measure=ghosts * 100 / rows.paid_workers,
        affected=ghosts,
        base=rows.paid_workers,
    )


@check(
    object="project-month",
    unit="yuan",
    look_back=LOOK_BACK,
    floor=Ask(0, "yuan", "人均不得低于", "the mean must not be below"),
    zh="工资表人均金额",
    en="the mean amount a head on the payroll sheets of the month",
)
def paid_below_floor(facts: Facts, p: Params) -> Any:
    """Months whose payroll sheets show less a head than the floor. Measure: yuan a head."""
    rows = project_months(facts, p["look_back"])
    rows = rows.filter(rows.sheet_workers > 0).semi_join(p.projects, "project_id")
    rows = rows.inner_join(month_table(facts, p["look_back"]), "month")
    rows = rows.filter(rows.sheet_fen < rows.sheet_workers * round(p["floor"] * 100))
    return findings(
        rows,
        project_id=rows.project_id,
        month=rows.month,
        since=rows.first_on,
        measure=rows.sheet_fen / (rows.sheet_workers * 100),
        threshold=ibis.literal(float(p["floor"])),
        affected=rows.sheet_workers,
        base=rows.sheet_workers,
        amount_fen=rows.sheet_fen,
    )


@check(
    object="project-month",
    unit="worker",
    look_back=LOOK_BACK,
    zh="银行退回、发放失败且至今未补发的工人",
    en="workers whose payment the bank could not make and who have not been paid since",
)
def payment_failed(facts: Facts, p: Params) -> Any:
    """Months with bank payments that failed and were not repeated. Measure: workers."""
    rows = project_months(facts, p["look_back"])
    rows = rows.filter(rows.failed_workers > 0).semi_join(p.projects, "project_id")
    rows = rows.inner_join(month_table(facts, p["look_back"]), "month")
    return findings(
        rows,
        project_id=rows.project_id,
        month=rows.month,
        since=rows.first_on,
        measure=rows.failed_workers,
        affected=rows.failed_workers,
        base=rows.recorded,
        amount_fen=rows.failed_fen,
    )
