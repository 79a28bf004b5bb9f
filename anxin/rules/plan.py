"""The plan of an evaluation: what is asked of the engine, in which order, kept from one sweep to the next.

Building forty expressions and turning them into queries takes two seconds of processor time however few projects are
looked at. The queries depend on the day and on the packs, not on the facts, because the facts stand under fixed names
(``facts.named``). So the first evaluation of a day writes down each query it asks, and the next ones ask them at once.
Only DuckDB's facts are named; on Spark every evaluation builds its expressions.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from anxin.ledger.engine import hold
from anxin.ledger.facts import Facts

KEPT_PLANS = 6
_plans: OrderedDict[Hashable, "Plan"] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Step:
    """One shared table: made by a query (then perhaps turned by a function), or the same whatever the facts."""

    table: str
    sql: str = ""
    schema: pa.Schema | None = None
    then: Callable[[pa.Table], pa.Table] | None = None
    constant: pa.Table | None = None


@dataclass
class Plan:
    """Shared tables in the order they are needed, and each rule's query with the shape of its answer."""

    steps: list[Step] = field(default_factory=list)
    rules: dict[str, tuple[str, pa.Schema]] = field(default_factory=dict)


def keep(facts: Facts, name: str, build: Callable[[], Any], then: Callable[[pa.Table], pa.Table] | None = None) -> Any:
    """Compute a shared table once for this evaluation. It must be small: it passes through this process.

    ``then`` turns the Arrow rows before they are held; it must depend on nothing but them and the day.
    """
    if name not in facts.memo:
        expression = build()
        step = Step(_table_name(name), then=then)
        if facts.named:
            step = Step(step.table, str(facts.con.compile(expression)), expression.schema().to_pyarrow(), then=then)
            rows = _ask(facts, step.sql, step.schema)
        else:
            rows = facts.con.to_pyarrow(expression)
        facts.memo[name] = _held(facts, step, rows)
    return facts.memo[name]


def constant(facts: Facts, name: str, make: Callable[[], pa.Table]) -> Any:
    """A small table that depends on the day alone."""
    if name not in facts.memo:
        rows = make()
        facts.memo[name] = _held(facts, Step(_table_name(name), constant=rows), rows)
    return facts.memo[name]


def answer(facts: Facts, rule_id: str, expression: Any) -> pa.Table:
    """The rows of a rule's query, which is written into the plan."""
    if not facts.named:
        return facts.con.to_pyarrow(expression)
    sql, schema = str(facts.con.compile(expression)), expression.schema().to_pyarrow()
    _draft(facts).rules[rule_id] = (sql, schema)
    return _ask(facts, sql, schema)


def recall(facts: Facts, key: Hashable) -> Plan | None:
    """The plan of an earlier evaluation of the same day and rules."""
    if not facts.named:
        return None
    with _lock:
        plan = _plans.get(key)
        if plan is not None:
            _plans.move_to_end(key)
        return plan


def remember(facts: Facts, key: Hashable) -> None:
    """Keep the plan this evaluation has written."""
    if facts.named:
        with _lock:
            _plans[key] = _draft(facts)
            while len(_plans) > KEPT_PLANS:
                _plans.popitem(last=False)


def forget() -> None:
    """Throw all plans away."""
    with _lock:
        _plans.clear()


def carry_out(facts: Facts, plan: Plan, rule_ids: Sequence[str]) -> list[pa.Table]:
    """Ask a plan's queries of new facts: the shared tables first, then each rule's findings."""
    for step in plan.steps:
        rows = step.constant if step.constant is not None else _ask(facts, step.sql, step.schema)
        facts.con.con.register(step.table, step.then(rows) if step.then else rows)
    return [_ask(facts, *plan.rules[rule_id]) for rule_id in rule_ids]


def _ask(facts: Facts, sql: str, schema: pa.Schema | None) -> pa.Table:
    rows: pa.Table = facts.con.con.sql(sql).to_arrow_table()
    return rows.cast(schema) if schema is not None else rows


def _held(facts: Facts, step: Step, rows: pa.Table) -> Any:
    if facts.named:
        _draft(facts).steps.append(step)
    return hold(facts.con, step.then(rows) if step.then else rows, step.table)


def _draft(facts: Facts) -> Plan:
    draft: Plan = facts.memo.setdefault("plan", Plan())
    return draft


def _table_name(name: str) -> str:
    return "kept_" + re.sub(r"\W", "_", name)
