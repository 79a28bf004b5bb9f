"""Reports of arrears against their clock 案件时限."""

from typing import Any

from anxin.ledger.facts import Facts
from anxin.rules.check import Params, check
from anxin.rules.findings import findings
from anxin.rules.scope import days_after


@check(
    object="project",
    unit="day",
    zh="事实清楚的欠薪反映，从收到起几天仍未办结（取最久的一件）",
    en="plain reports of arrears not closed, in days since they came in (the oldest)",
)
def report_overdue(facts: Facts, p: Params) -> Any:
    """Projects with a plain report still open. Measure: age of the oldest in days; ``affected`` counts them."""
    rows = facts.reports
    rows = rows.filter(
        rows.plain & (rows.reported_on <= facts.as_of) & (rows.closed_on.isnull() | (rows.closed_on > facts.as_of))
    ).semi_join(p.projects, "project_id")
    found = rows.group_by("project_id").agg(since=rows.reported_on.min(), reports=rows.count())
    return findings(
        found,
        project_id=found.project_id,
        since=found.since,
        measure=days_after(facts, found.since),
        affected=found.reports,
    )
