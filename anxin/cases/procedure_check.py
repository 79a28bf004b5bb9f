"""What is wrong with the procedure's data, in words: a state nobody reaches, one that cannot end, a clock of a state
that is not there, a sentence in one language only."""

from collections.abc import Iterator, Mapping
from typing import Any

from anxin.cases.concluding import CHECKS
from anxin.law.clocks import read_within


def problems(data: Mapping[str, Any]) -> list[str]:
    """Everything wrong with a procedure as read from its YAML; empty when it holds together."""
    return [*_states(data["states"]), *_clocks(data), *_languages(data), *_conclusions(data), *_liability(data)]


def _states(states: Mapping[str, Any]) -> Iterator[str]:
    moves = {key: set(one.get("next", [])) for key, one in states.items()}
    for key, targets in moves.items():
        for target in sorted(targets - moves.keys()):
            yield f"state {key} leads to {target}, which is not a state"
        if key in targets:
            yield f"state {key} leads to itself"
    for key in sorted(moves.keys() - _from("received", moves)):
        yield f"state {key} is never reached"
    for key in moves:
        if "ended" not in _from(key, moves):
            yield f"state {key} never leads to the end"


def _from(start: str, moves: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for target in moves.get(waiting.pop(), set()) - seen:
            seen.add(target)
            waiting.append(target)
    return seen


def _clocks(data: Mapping[str, Any]) -> Iterator[str]:
    states = data["states"].keys()
    seen: set[tuple[object, ...]] = set()
    for one in data["clocks"]:
        name = f"clock {one['step']} ({one['basis']})"
        for state in sorted({*one["starts"], *one["stops"]} - states):
            yield f"{name} names {state}, which is not a state"
        for state in sorted(set(one["starts"]) & set(one["stops"])):
            yield f"{name} starts and stops in {state}"
        if "ended" not in one["stops"]:
            yield f"{name} runs on when the case has ended"
        if one["basis"] not in {"local", "statute", "order", "agreed"}:
            yield f"{name} has an unknown basis"
        if one.get("unless") and one["unless"] not in {other["step"] for other in data["clocks"]}:
            yield f"{name} waits for the clock {one['unless']}, which is not there"
        if "default" not in one and not one.get("regions"):
            yield f"{name} runs nowhere"
        key = (one["step"], one["basis"], one.get("lane", ""), one.get("only", ""))
        if key in seen:
            yield f"{name} is there twice"
        seen.add(key)
        periods = [one.get("default"), one.get("extension")]
        for code, promise in one.get("regions", {}).items():
            if len(str(code)) != 6 or not str(code).isdecimal():
                yield f"{name} has a promise of {code!r}, which is not a region"
            if not promise.get("source"):
                yield f"{name} has a promise of {code} without a source"
            periods += [promise.get("within"), promise.get("winter")]
        for period in filter(None, periods):
            try:
                read_within(period)
            except ValueError as wrong:
                yield f"{name}: {wrong}"


def _languages(data: Mapping[str, Any]) -> Iterator[str]:
    for path, node in _nodes("", data):
        for key in node:
            other = {"zh": "en", "en": "zh"}.get(str(key).rpartition("_")[2])
            twin = str(key)[:-2] + other if other else ""
            if twin and not (node[key] and node.get(twin)):
                yield f"{path} says {key} but not {twin}"


def _nodes(path: str, node: Any) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    if isinstance(node, Mapping):
        yield path, node
        for key, below in node.items():
            yield from _nodes(f"{path}/{key}", below)
    elif isinstance(node, list):
        for place, below in enumerate(node):
            yield from _nodes(f"{path}/{place}", below)


def _conclusions(data: Mapping[str, Any]) -> Iterator[str]:
    for key, one in data["conclusions"].items():
        for need in one["requires"]:
            if need not in CHECKS:
                yield f"conclusion {key} asks for {need}, which nobody checks"
        if not one["requires"]:
            yield f"conclusion {key} asks for no evidence"
    for key in data["reopen"]["always"]:
        if key not in data["conclusions"]:
            yield f"opening again names {key}, which is not a conclusion"


def _liability(data: Mapping[str, Any]) -> Iterator[str]:
    for role, one in data["liability"].items():
        if one["rank"] < 1 or not one.get("article"):
            yield f"the liable {role} has no rank or no article"
