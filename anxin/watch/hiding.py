"""Which findings are covered by another: a project without an account has, of course, no inflow either."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Protocol

from anxin.rules.rule import Rule


class _Found(Protocol):
    rule: Rule
    subject: str
    row: dict[str, Any]


def _covers(parent: _Found, child: _Found) -> bool:
    """Same project (or firm), and the same month and worker where both speak of one."""
    return all(
        parent.row[name] is None or child.row[name] is None or parent.row[name] == child.row[name]
        for name in ("project_id", "enterprise_id", "month", "worker_id")
    )


def parents_of(findings: Iterable[_Found]) -> dict[tuple[str, str], tuple[str, str]]:
    """(rule, subject) of each covered finding → (rule, subject) of the one that covers it.

    A child points at its topmost parent, so that nobody has to climb.
    """
    by_place: dict[tuple[str, int | None], list[_Found]] = defaultdict(list)
    for finding in findings:
        place = ("project", finding.row["project_id"])
        if finding.row["project_id"] is None:
            place = ("enterprise", finding.row["enterprise_id"])
        by_place[place].append(finding)
    direct: dict[tuple[str, str], tuple[str, str]] = {}
    for group in by_place.values():
        hiders = [f for f in group if f.rule.hides]
        if not hiders:
            continue
        for child in group:
            for parent in hiders:
                if child.rule.id in parent.rule.hides and child is not parent and _covers(parent, child):
                    direct[(child.rule.id, child.subject)] = (parent.rule.id, parent.subject)
                    break
    return {child: _top(child, direct) for child in direct}


def _top(child: tuple[str, str], direct: dict[tuple[str, str], tuple[str, str]]) -> tuple[str, str]:
    seen = {child}
    parent = direct[child]
    while parent in direct and parent not in seen:
        seen.add(parent)
        parent = direct[parent]
    return parent
