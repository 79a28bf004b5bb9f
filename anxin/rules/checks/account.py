"""The special wage account 农民工工资专用账户."""

from typing import Any

from anxin.ledger.facts import Facts
from anxin.rules.check import Params, check
from anxin.rules.findings import findings


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
