"""What became of a warning: the sweep's findings and people's acts in one line of time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from anxin.people.models import Event, User
from anxin.watch.models import Handling, Snooze, Warning, WarningEvent

# What passed between office and site; the rest is the office's own.
WITH_SITE = frozenset({"hand-over", "ask-site", "answer-demand", "object", "answer-objection", "close"})


@dataclass(frozen=True)
class Step:
    """One step: when, who (blank: the system), what (an act of the trail, or the sweep's own ``event``), what changed.

    ``number`` is the link of the trail that records the act.
    """

    at: datetime
    who: str
    action: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    event: WarningEvent | None = None
    number: int | None = None


def story_of(warning: Warning, handlings: Iterable[Handling], *, inside: bool) -> list[Step]:
    """Everything that happened to a warning, newest first; not ``inside``, only what concerns the site."""
    steps = [Step(event.at, "", event.kind, event=event) for event in WarningEvent.objects.filter(warning=warning)]
    keys = []
    for handling in handlings:
        keys.append(str(handling.pk))
        unit = handling.unit.name if handling.unit else ""
        steps.append(Step(handling.started_at, "", "hand-over", {"unit": unit, "within": handling.within}))
    # Looks at its files are in the trail and in the list of looks; here they would bury the acts.
    links = list(Event.objects.filter(subject="handling", subject_id__in=keys).exclude(action="look"))
    slept = Snooze.objects.filter(rule=warning.rule, subject=warning.subject).values_list("pk", flat=True)
    if inside:
        links += Event.objects.filter(subject="warning", subject_id=str(warning.pk)).exclude(action="look")
        links += Event.objects.filter(subject="snooze", subject_id__in=[str(pk) for pk in slept])
    names = _names(links)
    for link in links:
        if inside or link.action in WITH_SITE:
            changes = {key: names.get(value, value) if key in {"from", "to"} else value for key, value in
                       link.changes.items()}  # fmt: skip
            who = link.who if link.by_id else ""
            steps.append(Step(link.at, who, link.action, changes, number=link.number))
    return sorted(steps, key=_when, reverse=True)


def _when(step: Step) -> tuple[datetime, int, int]:
    """At the same moment the sweep finds first, then it is handed over, then people and clocks act in turn."""
    return step.at, 0 if step.event else 1 if step.number is None else 2, step.number or 0


def _names(links: Iterable[Event]) -> dict[Any, str]:
    """Sign-in name → name, for the people an assignment names."""
    named = {link.changes.get(key) for link in links if link.action == "assign" for key in ("from", "to")}
    rows = User.objects.filter(username__in=[name for name in named if name]).values_list("username", "display_name")
    return {name: shown or name for name, shown in rows}
