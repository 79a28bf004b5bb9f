"""Scenario tables: facts, a day, and what a rule must find. Officials read and write them; every engine runs them.

A file of ``scenarios/`` is a list. Each entry::

    - name: 第16天仍未开户，黄色
      rule: SX-01
      day: 2026-04-16
      project: {region: "140100", started: 2026-04-01}
      expect: {level: yellow, measure: 16}

and, as needed (``who`` is a name of ``workers`` or ``all``; money is in yuan)::

      workers: 10                                        # or [{name: 张三, entered: 2026-02-01, contract: …, left: …}]
      attendance: [[all, 2026-03, 1-20], [张三, 2026-04, 5]]    # days, or the first so many days of the month
      pay: [[all, 2026-03, 6000, 6000]]                  # due and paid by the sheet; {by: bank|failed, card: A} after
      account: {uploaded: 2026-04-02, agreement: …, verified: no, balance: 1000}
      deposit: {form: guarantee, from: …, to: …}         # or a list of them
      funds: [[2026-03, 50000, 48000, 0]]                # month, labour fee in, wages out, anything else out
      pauses: [[2026-01-10, 2026-02-25]]
      reports: [{who: 张三, reported: 2026-04-01, plain: true, handled: …, closed: …}]
      inspections: [2026-03-01]

``expect`` is ``none``, one finding, or a list of them; a finding names what matters of level, measure, month, worker,
affected, base, amount (yuan), parts. Scenarios of one day are judged together, each as a project of its own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from anxin.ledger.engine import connect
from anxin.ledger.facts import facts_from_arrow
from anxin.rules.evaluate import evaluate
from anxin.rules.packs import find_rule
from anxin.rules.scenario_tables import ScenarioError, tables_of, worker_names

FOLDER = Path(__file__).parent / "scenarios"
_KEYS = {
    *("name", "rule", "day", "project", "workers", "attendance", "pay", "account", "deposit"),
    *("funds", "pauses", "reports", "inspections", "expect"),
}
_ASKED = ("level", "measure", "month", "worker", "affected", "base", "amount", "parts")


@dataclass(frozen=True)
class Scenario:
    """One entry of a scenario file, as written."""

    pack: str
    name: str
    rule: str
    day: date
    given: Mapping[str, Any]
    expect: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Result:
    """What a scenario came to. ``wrong`` is empty when it holds, else says what was found instead."""

    scenario: Scenario
    found: tuple[Mapping[str, Any], ...]
    wrong: str

    @property
    def holds(self) -> bool:
        """Whether exactly what was expected was found."""
        return not self.wrong


def read(pack: str | None = None, folder: Path = FOLDER) -> list[Scenario]:
    """The scenarios of a pack, or of all. Raises ScenarioError that names file and entry."""
    files = [path for path in sorted(folder.glob("*.yaml")) if pack in (None, path.stem)]
    if pack is not None and not files:
        raise ScenarioError(f"There are no scenarios for {pack}. Known are: {_known(folder)}.")
    scenarios = []
    for path in files:
        for number, given in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")) or [], 1):
            scenarios.append(_scenario(path, number, given))
    return scenarios


def _known(folder: Path) -> str:
    return ", ".join(sorted(path.stem for path in folder.glob("*.yaml")))


def _scenario(path: Path, number: int, given: Any) -> Scenario:
    where = f"{path.name}, scenario {number}"
    if not isinstance(given, dict):
        raise ScenarioError(f"{where}: not a table of names and values. Begin it with '- name:'.")
    where += f" ({given.get('name', 'without a name')})"
    for key in ("name", "rule", "day", "expect"):
        if key not in given:
            raise ScenarioError(f"{where}: '{key}' is missing. Add '{key}:'.")
    for key in given:
        if key not in _KEYS:
            raise ScenarioError(f"{where}: nobody reads '{key}'. Known are: {', '.join(sorted(_KEYS))}.")
    if not isinstance(given["day"], date):
        raise ScenarioError(f"{where}: the day is no date. Write it as 2026-04-16.")
    try:
        find_rule(given["rule"])
    except KeyError as wrong:
        raise ScenarioError(f"{where}: {wrong.args[0]}.") from None
    expect = given["expect"]
    listed = [] if expect in (None, "none") else expect if isinstance(expect, list) else [expect]
    for one in listed:
        for key in one:
            if key not in _ASKED:
                raise ScenarioError(f"{where}: a finding has no '{key}'. Known are: {', '.join(_ASKED)}.")
    return Scenario(path.stem, str(given["name"]), given["rule"], given["day"], given, tuple(listed))


def run(pack: str | None = None, engine: str | None = None, *, folder: Path = FOLDER) -> list[Result]:
    """Judge the scenarios of a pack, or of all, on an engine (``duckdb`` or a Spark master); in the files' order."""
    return judge(read(pack, folder), connect(engine))


def judge(scenarios: Sequence[Scenario], con: Any) -> list[Result]:
    """Judge scenarios on an Ibis connection: those of one day in one evaluation."""
    by_day: dict[date, list[int]] = defaultdict(list)
    for index, scenario in enumerate(scenarios):
        by_day[scenario.day].append(index)
    results: dict[int, Result] = {}
    for day, indexes in by_day.items():
        tables = tables_of([(index + 1, scenarios[index].name, scenarios[index].given) for index in indexes])
        rules = {scenarios[index].rule: find_rule(scenarios[index].rule) for index in indexes}
        found: dict[tuple[str, int], list[Mapping[str, Any]]] = defaultdict(list)
        for rule, rows in evaluate(facts_from_arrow(con, day, tables), list(rules.values())):
            for row in rows.to_pylist():
                owner = row["project_id"] if row["project_id"] is not None else row["enterprise_id"]
                found[(rule.id, owner)].append(row)
        for index in indexes:
            rows_here = found[(scenarios[index].rule, index + 1)]
            results[index] = _compare(scenarios[index], [_told(scenarios[index], row) for row in rows_here])
    return [results[index] for index in range(len(scenarios))]


def _told(scenario: Scenario, row: Mapping[str, Any]) -> dict[str, Any]:
    """A finding in the words of ``expect``."""
    told = {key: row[key] for key in ("level", "measure", "month", "affected", "base") if row[key] is not None}
    if row["worker_id"] is not None:
        told["worker"] = worker_names(scenario.given)[row["worker_id"] % 1000 - 1]
    if row["amount_fen"] is not None:
        told["amount"] = row["amount_fen"] / 100
    if row["parts"]:
        told["parts"] = [part for part in row["parts"].split(",") if part]
    return told


def _compare(scenario: Scenario, found: list[dict[str, Any]]) -> Result:
    missing = [dict(one) for one in scenario.expect]
    for row in found:
        for wanted in missing:
            if all(_same(row.get(key), value) for key, value in wanted.items()):
                missing.remove(wanted)
                break
        else:
            return Result(scenario, tuple(found), f"found {row}, expected {list(scenario.expect) or 'none'}")
    if missing:
        return Result(scenario, tuple(found), f"expected {missing[0]}, found {found or 'none'}")
    return Result(scenario, tuple(found), "")


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, int | float) and isinstance(found, int | float):
        return abs(found - wanted) < 0.05
    return bool(found == wanted)
