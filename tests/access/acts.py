"""What the source writes into the trail: every action, subject and changed thing, read from the code itself.

An action is a literal, a constant of its module, one of several literals (``a if x else b``, a loop over a tuple), what
callers in the module hand to a parameter, or an expression whose values stand in ``FILLED``.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from anxin.cases.procedure import states
from anxin.remedies import ways
from anxin.rules.rule import RUNGS

ROOT = Path(__file__).resolve().parents[2] / "anxin"
# What else an expression can be. Key: room/file.py and the expression as Python unparses it.
FILLED: dict[str, list[str]] = {
    "watch/handling/actions.py: f'escalate-{kind}'": [f"escalate-{kind}" for kind in RUNGS],
    "watch/handling/clock.py: f'ask-{kind}'": ["ask-pause", "ask-extension"],
    "cases/flow.py: f'case-{to}'": [f"case-{state}" for state in states()],
    "cases/money.py: f\"case-{field.replace('_', '-')}\"": ["case-verified-fen", "case-agreed-fen"],
    "cases/clock_changes.py: f'case-ask-{kind}'": ["case-ask-pause", "case-ask-extension"],
    "cases/ladder.py: f'case-escalate-{kind}'": [f"case-escalate-{kind}" for kind in RUNGS],
    "cases/consent.py: f'case-{kind}'": [
        "case-consent-given",
        "case-sum-corrected",
        "case-consent-refused",
        "case-member-added",
    ],
    "remedies/tracks.py: f\"track-{track.kind.replace('_', '-')}\"": [
        f"track-{kind.replace('_', '-')}" for kind in ways.kinds()
    ],
    "remedies/evidence_pack.py: subject": ["case", "worker"],
    "people/looks.py: subject": ["worker", "user", "project", "upload", "handling", "inspection", "pause-request"],
}


@dataclass
class Told:
    """Word in the trail → the first place that writes it; ``unread`` are places this reader does not understand."""

    actions: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    changes: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def told(root: Path = ROOT) -> Told:
    """Everything that the source under ``root`` writes into the trail."""
    found = Told()
    for path in sorted(root.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "trail" not in text or "migrations" in path.parts or path.name == "trail.py":
            continue
        _read(ast.parse(text), path.relative_to(root).as_posix(), found)
    return found


def _read(tree: ast.Module, name: str, found: Told) -> None:
    for function, call in _records(tree):
        place = f"{name}:{call.lineno}"
        given = {word.arg: word.value for word in call.keywords if word.arg}
        for what, into in (("action", found.actions), ("subject", found.subjects)):
            values = _values(given[what], tree, function, name) if what in given else None
            if values is None:
                found.unread.append(f"{place} {what}={ast.unparse(given[what]) if what in given else '?'}")
            for value in values or ():
                into.setdefault(value, place)
        for key in _keys(given.get("changes"), function):
            found.changes.setdefault(key, place)


def _records(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
    """Every call of ``trail.record`` with the function it stands in."""
    inside: dict[ast.AST, ast.FunctionDef] = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            inside.update(dict.fromkeys(ast.walk(function), function))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "trail.record":
            yield inside.get(node), node


def _values(node: ast.expr, tree: ast.Module, function: ast.FunctionDef | None, name: str) -> list[str] | None:
    """What an expression can be; None when this cannot be told."""
    filled = FILLED.get(f"{name}: {ast.unparse(node)}")
    if filled is not None:
        return filled
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        both = [_values(part, tree, function, name) for part in (node.body, node.orelse)]
        return None if None in both else [value for part in both for value in part or ()]
    if isinstance(node, ast.Name):
        return _named(node.id, tree, function, name)
    return None


def _named(wanted: str, tree: ast.Module, function: ast.FunctionDef | None, name: str) -> list[str] | None:
    for node in [*(ast.walk(function) if function else ()), *tree.body]:
        if isinstance(node, ast.For) and ast.unparse(node.target) == wanted:
            return [str(part.value) for part in ast.walk(node.iter) if isinstance(part, ast.Constant)]
        if isinstance(node, ast.Assign) and any(ast.unparse(one) == wanted for one in node.targets):
            return _values(node.value, tree, function, name)
    if function is not None:
        places = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
        if wanted in places or wanted in {one.arg for one in function.args.kwonlyargs}:
            return _from_callers(wanted, places, tree, function, name)
    return None


def _from_callers(
    wanted: str, places: list[str], tree: ast.Module, function: ast.FunctionDef, name: str
) -> list[str] | None:
    values: list[str] = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func) == function.name):
            continue
        given = {word.arg: word.value for word in node.keywords}
        if wanted not in given and places.index(wanted) < len(node.args):
            given[wanted] = node.args[places.index(wanted)]
        each = _values(given[wanted], tree, None, name) if wanted in given else None
        if each is None:
            return None
        values += each
    return values or None


def _keys(node: ast.expr | None, function: ast.FunctionDef | None) -> list[str]:
    """The literal keys of what changed, written in the call or given a name in its function."""
    if isinstance(node, ast.Name) and function is not None:
        named = [
            part.value
            for part in ast.walk(function)
            if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == node.id
        ]
        node = named[0] if named else None
    if not isinstance(node, ast.Dict):
        return []
    return [str(key.value) for key in node.keys if isinstance(key, ast.Constant)]
