"""What each rule should say about a site, worked out from the plan: an answer of its own to every check's question.

One function a check, under the check's name, written from the law and the pack's wording and not from the check's
expressions. It is handed the rule's numbers, so a province that moves a threshold moves the expectation with it.
A check without a function here is not scored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from anxin.registry.actions import industry_of
from anxin.rules.packs import rules_for
from anxin.rules.rule import Rule
from anxin.simulate.expect import funds, payroll, standing, wages
from anxin.simulate.expect.view import FOREVER, ORACLES, Expected, View, steps
from anxin.simulate.site import NEVER, Site, Span

__all__ = [
    "ORACLES",
    "Expected",
    "PaidMonth",
    "expect",
    "firm_unpaid",
    "funds",
    "paid_months",
    "payroll",
    "standing",
    "wages",
]


def expect(site: Site, time: Span) -> Iterator[tuple[Rule, Expected]]:
    """What every rule that governs a site should say of it, within the simulated time."""
    if site.status[0][1] != "active":
        return
    view = View(site, time)
    late_at_all = view.first_late
    closed = next((on for on, status in site.status if status == "completed"), FOREVER)
    for rule in rules_of(site, time):
        values, least = rule.values_on(date.fromordinal(time.until)), rule.ladder[0][1]
        end = FOREVER if "completed" in rule.applies.statuses else closed
        for found in ORACLES[rule.check](view, values, least) if rule.check in ORACLES else ():
            begin, stop = max(found.begin, site.started), min(found.end, end)
            if begin < stop and begin <= time.until and stop > time.begin:
                # A fault that is not itself about wages may herald that they will be late here.
                late = found.late or (late_at_all if late_at_all >= begin else NEVER)
                yield rule, Expected(rule.id, begin, stop, found.worker, found.month, late)


def rules_of(site: Site, time: Span) -> tuple[Rule, ...]:
    """The rules that govern a site on the last simulated day."""
    return rules_for(
        region_code=site.region,
        industry=industry_of(site.category),
        category=site.category,
        investment=site.investment,
        as_of=date.fromordinal(time.until),
    )


@dataclass(frozen=True, slots=True)
class PaidMonth:
    """A month of a site in which workers came: when it is judged, when the first of them was paid, the day wages were
    due."""

    rule: str
    least: float
    month: int
    judged: int
    first_paid: int
    due: int


def paid_months(site: Site, time: Span) -> list[PaidMonth]:
    """What the rules on firms ask of one of their sites."""
    if site.status[0][1] != "active":
        return []
    view = View(site, time)
    found = []
    for rule in rules_of(site, time):
        if rule.check == "enterprise_unpaid":
            grace = int(rule.values_on(date.fromordinal(time.until))["grace"])
            for k, came in enumerate(view.attended):
                if len(came):
                    first = int(view.by_anyone[k].min())
                    found.append(PaidMonth(rule.id, rule.ladder[0][1], k, view.due(k) + grace + 1, first, view.due(k)))
    return found


def firm_unpaid(months: list[PaidMonth], time: Span) -> Iterator[Expected]:
    """When a firm had, over all its sites, paid nobody for so many months in a row."""
    if not months:
        return
    marks = sorted({day for m in months for day in (m.judged, m.first_paid) if day <= time.until})

    def holds(day: int) -> bool:
        ready = [m for m in months if m.judged <= day]
        paid = {m.month for m in ready if m.first_paid <= day}
        unpaid = {m.month for m in ready} - paid
        return sum(k > max(paid, default=-1) for k in unpaid) >= months[0].least

    for spell in steps(marks, holds):
        late = min((m.due + 1 for m in months if m.first_paid > spell.begin), default=NEVER)
        yield Expected(months[0].rule, spell.begin, spell.end, late=late)
