"""The wage deposit 工资保证金. Order 724 Art. 32; 人社部发〔2021〕65号."""

from typing import Any

import ibis

from anxin.ledger.facts import Facts
from anxin.rules.check import Ask, Params, check
from anxin.rules.findings import findings
from anxin.rules.scope import days_after


def deposits(facts: Facts) -> Any:
    """One row a project with a deposit begun by ``as_of``: valid (1 when one holds that day), valid_to (last day of the
    longest).

    ``endless`` is 1 when one that holds has no end (exempt, or no date given).
    """
    rows = facts.deposits
    rows = rows.filter(rows.valid_from.isnull() | (rows.valid_from <= facts.as_of) | (rows.form == "exempt"))
    endless = _endless(rows)
    holds = endless | (rows.valid_to >= facts.as_of)
    return rows.group_by(deposit_project="project_id").agg(
        valid=ibis.ifelse(holds, 1, 0).max(),
        endless=ibis.ifelse(holds & endless, 1, 0).max(),
        valid_to=rows.valid_to.max(),
    )


def _endless(rows: Any) -> Any:
    return rows.valid_to.isnull() | (rows.form == "exempt")


def renewed(facts: Facts, ending: Any) -> Any:
    """Which of the deposits ``ending`` (project_id, valid_to) are followed without a gap by one already handed in."""
    rows = facts.deposits
    later = rows.select(
        renewed_project="project_id", next_from=rows.valid_from, next_to=rows.valid_to, endless=_endless(rows)
    )
    later = later.filter(later.next_from > facts.as_of)
    both = ending.inner_join(later, ending.project_id == later.renewed_project)
    no_gap = both.next_from <= both.valid_to + ibis.interval(days=1)
    follows = no_gap & (both.endless | (both.next_to > both.valid_to))
    return both.filter(follows).select("project_id").distinct()


def with_deposits(facts: Facts, p: Params) -> Any:
    """The projects a rule governs, with the columns of ``deposits``; null where no deposit ever began."""
    rows = deposits(facts)
    return p.projects.left_join(rows, p.projects.project_id == rows.deposit_project)


@check(
    object="project",
    unit="day",
    zh="工程开工后，是否存储工资保证金（现金、保函、保险或经批准免存；报备停工期间不计）",
    en="whether a deposit is stored (cash, guarantee, insurance or exempt), in days since the start without pauses",
)
def deposit_missing(facts: Facts, p: Params) -> Any:
    """Projects for which no deposit ever began. Measure: days running."""
    rows = with_deposits(facts, p)
    rows = rows.filter(rows.deposit_project.isnull())
    return findings(rows, project_id=rows.project_id, since=rows.begun_on, measure=rows.run_days)


@check(
    object="project",
    unit="day",
    days=Ask(30, "day", "到期前提醒", "reminds before the expiry"),
    zh="工资保证金（保函、保险）距到期还有几天",
    en="days left until the deposit (guarantee or insurance) runs out",
)
def deposit_expiring(facts: Facts, p: Params) -> Any:
    """Projects whose last deposit runs out within ``days`` and is not followed by another. Measure: days left."""
    rows = with_deposits(facts, p)
    left = rows.valid_to.delta(ibis.date(facts.as_of), unit="day")
    rows = rows.mutate(left=left).filter((rows.valid == 1) & (rows.endless == 0) & (left <= p["days"]))
    rows = rows.anti_join(renewed(facts, rows.select("project_id", "valid_to")), "project_id")
    return findings(
        rows,
        project_id=rows.project_id,
        since=rows.valid_to - ibis.interval(days=int(p["days"])),
        measure=rows.left,
        threshold=ibis.literal(float(p["days"])),
    )


@check(
    object="project",
    unit="day",
    zh="工资保证金到期后是否续存（按到期后天数计）",
    en="whether the deposit was renewed after it ran out, in days since",
)
def deposit_expired(facts: Facts, p: Params) -> Any:
    """Projects whose deposits have all run out. Measure: days since the last day."""
    rows = with_deposits(facts, p)
    rows = rows.filter((rows.valid == 0) & (rows.valid_to < facts.as_of))
    return findings(
        rows,
        project_id=rows.project_id,
        since=rows.valid_to + ibis.interval(days=1),
        measure=days_after(facts, rows.valid_to),
    )


@check(
    object="project",
    unit="day",
    parts=("missing", "expired"),
    zh="工资保证金是否存储且在有效期内（未存储按开工后天数计，过期按到期后天数计）",
    en="whether a deposit is stored and valid (days since the start, or since it ran out)",
)
def deposit_invalid(facts: Facts, p: Params) -> Any:
    """Projects without a deposit that holds on the day. Measure: days."""
    rows = with_deposits(facts, p)
    missing = rows.deposit_project.isnull()
    rows = rows.filter(missing | (rows.valid == 0))
    ran_out = (rows.valid_to < facts.as_of).fill_null(False)
    return findings(
        rows,
        project_id=rows.project_id,
        since=ibis.ifelse(ran_out, rows.valid_to + ibis.interval(days=1), rows.begun_on),
        measure=ibis.ifelse(ran_out, days_after(facts, rows.valid_to), rows.run_days),
        parts=ibis.ifelse(ran_out, "expired", "missing"),
    )
