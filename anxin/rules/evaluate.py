"""Evaluation: every rule in force, over every project it governs, as tables of findings."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from anxin.ledger.facts import Facts
from anxin.rules import plan
from anxin.rules.check import CHECKS, Params
from anxin.rules.findings import FINDINGS
from anxin.rules.packs import all_rules
from anxin.rules.rule import Rule
from anxin.rules.scope import governed


def evaluate(facts: Facts, rules: Sequence[Rule] | None = None) -> list[tuple[Rule, pa.Table]]:
    """Each rule in force on ``facts.as_of`` with its findings: FINDINGS and ``level``, one row a subject.

    ``rules`` narrows the answer; a rule that replaces another still does.
    """
    in_force = all_rules(facts.as_of)
    wanted = in_force if rules is None else [rule for rule in rules if rule.in_force(facts.as_of)]
    key = (facts.as_of, *((rule.id, rule.version) for rule in in_force), *(rule.id for rule in wanted))
    known = plan.recall(facts, key)
    if known is not None:
        found = plan.carry_out(facts, known, [rule.id for rule in wanted])
    else:
        found = [judge(facts, rule, in_force) for rule in wanted]
        plan.remember(facts, key)
    return [(rule, _levelled(rows, rule.ladder_on(facts.as_of))) for rule, rows in zip(wanted, found, strict=True)]


def judge(facts: Facts, rule: Rule, in_force: Sequence[Rule]) -> pa.Table:
    """One rule's findings that reach its ladder, in the columns of FINDINGS."""
    params = Params(values=rule.values_on(facts.as_of), projects=governed(facts, rule, in_force))
    found = CHECKS[rule.check].run(facts, params)
    ladder = rule.ladder_on(facts.as_of)
    reached = found.filter(found.measure >= ladder[0][1])
    return plan.answer(facts, rule.id, reached)


def _levelled(table: pa.Table, ladder: tuple[tuple[str, float], ...]) -> pa.Table:
    table = table.cast(FINDINGS).sort_by(
        [(key, "ascending") for key in ("project_id", "enterprise_id", "month", "worker_id")]
    )
    measures = table.column("measure").to_numpy()
    index = np.searchsorted([start for _, start in ladder], measures, side="right") - 1
    levels: Any = pa.array([level for level, _ in ladder], pa.string()).take(pa.array(index, pa.int64()))
    return table.append_column("level", levels)
