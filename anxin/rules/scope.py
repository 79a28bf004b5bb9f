"""Which projects a rule judges, and for how long they have run: pauses stop the count of days."""

from collections.abc import Sequence
from typing import Any

import ibis

from anxin.ledger.facts import Facts
from anxin.rules.plan import keep
from anxin.rules.rule import Applies, Rule


def days_after(facts: Facts, day: Any) -> Any:
    """Whole days from a date column to ``as_of``."""
    return ibis.date(facts.as_of).delta(day, unit="day")


def pauses(facts: Facts) -> Any:
    """Approved pauses begun by ``as_of`` and cut to it, overlaps cut away: project_id, from_on, until_on, days."""
    rows = facts.pauses.filter(facts.pauses.from_on <= facts.as_of)
    rows = rows.mutate(until_on=ibis.least(rows.until_on, ibis.date(facts.as_of)))
    before = ibis.window(group_by="project_id", order_by=["from_on", "until_on"], rows=(None, -1))
    rows = rows.mutate(reached=rows.until_on.max().over(before))
    rows = rows.mutate(
        from_on=ibis.ifelse(
            rows.reached.notnull() & (rows.reached >= rows.from_on), rows.reached + ibis.interval(days=1), rows.from_on
        )
    )
    rows = rows.filter(rows.from_on <= rows.until_on)
    return rows.select("project_id", "from_on", "until_on", days=rows.until_on.delta(rows.from_on, unit="day") + 1)


def kept_pauses(facts: Facts) -> Any:
    """``pauses``, computed once."""
    return keep(facts, "pauses", lambda: pauses(facts))


def paused_since(facts: Facts, anchors: Any) -> Any:
    """Paused days of each project from its own ``anchor`` day on. ``anchors``: project_id, anchor."""
    stops = kept_pauses(facts)
    both = anchors.join(stops, "project_id").filter(lambda t: t.until_on >= t.anchor)
    both = both.mutate(begin=ibis.greatest(both.from_on, both.anchor))
    both = both.mutate(days=both.until_on.delta(both.begin, unit="day") + 1)
    return both.group_by("project_id").agg(paused=both.days.sum())


def running_days(facts: Facts, projects: Any, anchor: str) -> Any:
    """``projects`` with ``run_days``: days from the date column ``anchor`` to ``as_of``, that day being day 1.

    Days inside an approved pause do not count. Rows without the date, or with one in the future, fall away.
    """
    begun = projects.filter(projects[anchor].notnull() & (projects[anchor] <= facts.as_of))
    stopped = paused_since(facts, begun.select("project_id", anchor=begun[anchor])).rename(stopped_id="project_id")
    joined = begun.left_join(stopped, begun.project_id == stopped.stopped_id)
    return joined.mutate(run_days=days_after(facts, joined[anchor]) + 1 - joined.paused.fill_null(0)).drop(
        "stopped_id", "paused"
    )


def judged(facts: Facts) -> Any:
    """Every project with ``begun_on``, ``run_days`` since and ``paused_now``. Once.

    Work begins on the recorded start; without one, on the first entry of workers or the registration, whichever was
    first; before a start that is only planned, with the first entry.
    """

    def build() -> Any:
        rows = facts.projects
        unknown = ibis.least(rows.registered_on, ibis.coalesce(rows.first_entry_on, rows.registered_on))
        early = ibis.ifelse(rows.started_on <= facts.as_of, rows.started_on, rows.first_entry_on)
        rows = rows.mutate(begun_on=ibis.ifelse(rows.started_on.isnull(), unknown, early))
        rows = running_days(facts, rows, "begun_on")
        now = kept_pauses(facts).filter(lambda t: t.until_on == facts.as_of).select(pause_id="project_id").distinct()
        joined = rows.left_join(now, rows.project_id == now.pause_id)
        return joined.mutate(paused_now=joined.pause_id.notnull()).drop("pause_id")

    return keep(facts, "judged", build)


def _kind(projects: Any, applies: Applies) -> list[Any]:
    conditions = [
        projects[column].isin(allowed)
        for column, allowed in (
            ("industry", applies.industry),
            ("category", applies.category),
            ("investment", applies.investment),
        )
        if allowed
    ]
    if applies.price_from is not None:
        price = projects.contract_price_fen
        conditions.append(price.isnull() | (price >= round(applies.price_from * 100)))
    return conditions


def _all(conditions: Sequence[Any]) -> Any:
    whole = conditions[0]
    for condition in conditions[1:]:
        whole = whole & condition
    return whole


def _place(projects: Any, regions: tuple[str, ...]) -> list[Any]:
    if "" in regions:
        return []
    one = projects.region_code.startswith(regions[0])
    for prefix in regions[1:]:
        one = one | projects.region_code.startswith(prefix)
    return [one]


def governed(facts: Facts, rule: Rule, rules: Sequence[Rule]) -> Any:
    """The judged projects that fall under ``rule``, without those a rule of ``rules`` that replaces it governs."""
    projects = judged(facts)
    conditions = [projects.status.isin(rule.applies.statuses)]
    conditions += _place(projects, rule.regions) + _kind(projects, rule.applies)
    if not rule.applies.in_pause:
        conditions.append(~projects.paused_now)
    for other in rules:
        if rule.id in other.replaces:
            narrower = _place(projects, other.regions) + _kind(projects, other.applies)
            conditions.append(~_all(narrower).fill_null(False) if narrower else ibis.literal(False))
    return projects.filter(_all(conditions))
