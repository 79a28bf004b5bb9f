"""Workers who left 离场工人: paid, settled, confirmed, or reporting arrears."""

from typing import Any

import ibis

from anxin.law.civil import first_day
from anxin.ledger.facts import Facts
from anxin.rules.check import LOOK_BACK, Ask, Params, check
from anxin.rules.derive import months_back, rosters, worker_pay, worker_work, workers
from anxin.rules.findings import findings
from anxin.rules.scope import days_after


def leavers(facts: Facts, p: Params) -> Any:
    """Workers of the judged projects who left before ``as_of`` and within the look-back."""
    rows = workers(facts)
    earliest = first_day(months_back(facts.as_of, p["look_back"])[0])
    rows = rows.filter(rows.left_on.notnull() & (rows.left_on < facts.as_of) & (rows.left_on >= earliest))
    return rows.semi_join(p.projects, "project_id")


@check(
    object="leaver",
    unit="day",
    look_back=LOOK_BACK,
    zh="工人离场后，仍有出勤月份未发工资，且没有结算单和本人确认（按离场后天数计）",
    en="a worker left with months he attended and was not paid for, neither settled nor confirmed, in days since",
)
def leaver_unpaid(facts: Facts, p: Params) -> Any:
    """Leavers with attended and unpaid months. Measure: days since leaving; ``affected`` counts the months."""
    gone = leavers(facts, p)
    gone = gone.filter(gone.settled_on.isnull() & gone.confirmed_on.isnull()).select(
        "project_id", "worker_id", "left_on"
    )
    rows = gone.inner_join(worker_work(facts, p["look_back"], 1), ["project_id", "worker_id"])
    pay = worker_pay(facts, p["look_back"]).select("project_id", "worker_id", "paid")
    rows = rows.left_join(pay, ["project_id", "worker_id"])
    rows = rows.mutate(owed=rows.worked - (rows.worked & rows.paid.fill_null(0)))
    rows = rows.filter(rows.owed != 0)
    months: Any = ibis.literal(0, "int64")
    for k in range(int(p["look_back"]) + 1):
        months = months + ibis.ifelse((rows.owed & (1 << k)) != 0, 1, 0)
    return findings(
        rows,
        project_id=rows.project_id,
        worker_id=rows.worker_id,
        since=rows.left_on,
        measure=days_after(facts, rows.left_on),
        affected=months,
    )


@check(
    object="leaver",
    unit="day",
    look_back=LOOK_BACK,
    needs=Ask(
        "either",
        "choice",
        "解除需要：",
        "settled with",
        {"either": ("有其一即可", "either of the two"), "both": ("两者齐全", "both of them")},
    ),
    zh="工人离场后是否有结算单、本人是否在工人端确认（按离场后天数计）",
    en="whether a leaver has a settlement sheet and his own confirmation, in days since",
)
def leaver_unsettled(facts: Facts, p: Params) -> Any:
    """Leavers without settlement sheet and confirmation. Measure: days since leaving."""
    gone = leavers(facts, p)
    unsettled, unconfirmed = gone.settled_on.isnull(), gone.confirmed_on.isnull()
    gone = gone.filter(unsettled & unconfirmed if p["needs"] == "either" else unsettled | unconfirmed)
    return findings(
        gone,
        project_id=gone.project_id,
        worker_id=gone.worker_id,
        since=gone.left_on,
        measure=days_after(facts, gone.left_on),
    )


@check(
    object="leaver",
    unit="grade",
    zh="离场工人在维权系统反映欠薪：已受理在办为1，尚未受理为2",
    en="a leaver's arrears report: being handled is 1, not yet taken up is 2",
)
def leaver_reported(facts: Facts, p: Params) -> Any:
    """Leavers with an open arrears report. Measure: 1 handled, 2 not; ``affected`` counts the reports."""
    rows = facts.reports
    rows = rows.filter(
        (rows.reported_on <= facts.as_of) & (rows.closed_on.isnull() | (rows.closed_on > facts.as_of))
    ).filter(rows.worker_id.notnull())
    gone = workers(facts)
    gone = gone.filter(gone.left_on.notnull() & (gone.left_on <= facts.as_of))
    rows = rows.semi_join(gone, ["project_id", "worker_id"]).semi_join(p.projects, "project_id")
    handled = rows.handled_since.notnull() & (rows.handled_since <= facts.as_of)
    found = rows.group_by("project_id", "worker_id").agg(
        grade=ibis.ifelse(handled, 1, 2).max(), reports=rows.count(), since=rows.reported_on.min()
    )
    return findings(
        found,
        project_id=found.project_id,
        worker_id=found.worker_id,
        since=found.since,
        measure=found.grade,
        affected=found.reports,
    )


@check(
    object="project",
    unit="worker",
    zh="离场工人中尚未结算（无结算单也无本人确认）的人数",
    en="how many leavers of the project are not settled (neither sheet nor confirmation)",
)
def exits_unsettled(facts: Facts, p: Params) -> Any:
    """Projects with unsettled leavers. Measure: how many."""
    rows = rosters(facts)
    rows = rows.filter(rows.unsettled > 0).semi_join(p.projects, "project_id")
    return findings(
        rows,
        project_id=rows.project_id,
        since=rows.left_on,
        measure=rows.unsettled,
        affected=rows.unsettled,
        base=rows.leavers,
    )
