"""Where a claim stands, for the person who brought it: what was done, what comes next and by when, who has it."""

from dataclasses import dataclass, field
from datetime import datetime

from anxin.cases.flow import kind_of
from anxin.cases.merging import public_story
from anxin.cases.models import Case, CaseClock, CaseEvent, Claim, Claimant
from anxin.cases.procedure import states


@dataclass(frozen=True)
class NextStep:
    """A running clock: the row, the procedure's title of its step and the article it rests on, and whether it is late.

    ``basis``: local (the place's own promise) or statute.
    """

    clock: CaseClock
    title: dict[str, str]
    article: dict[str, str]
    late: bool


@dataclass(frozen=True)
class Progress:
    """A claim's case as a claimant may see it. ``plain``: the state in his words; ``story``: its public lines, newest
    first; ``joined``: the number of the case it was merged into, empty where it was not."""

    case: Case
    plain: dict[str, str]
    story: list[CaseEvent]
    steps: list[NextStep]
    joined: str
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        return self.case.ended_at is not None


def progress_of(claim: Claim, *, at: datetime) -> Progress:
    """Everything public of a claim's case. The number the claimant holds leads here through every merge."""
    case = case_of(claim)
    clocks = CaseClock.objects.filter(case=case, done_at=None).order_by("due_at", "pk")
    steps = []
    for clock in clocks:
        kind = kind_of(clock, case.region_code)
        if kind is not None and clock.due_at is not None:
            steps.append(NextStep(clock, dict(kind.title), dict(kind.article), at > clock.due_at))
    # The case that began with this claim bears its number; what was told there before a merge is part of the story.
    lines = public_story(claim)
    return Progress(
        case, dict(states()[case.state].plain), list(lines), steps, case.number if case.number != claim.number else ""
    )


def case_of(claim: Claim) -> Case:
    """The case a claim is in now."""
    case = claim.case
    while case.merged_into_id is not None:
        case = Case.objects.select_related("owner", "unit", "project").get(pk=case.merged_into_id)
    return case


def group_counts(claim: Claim) -> dict[str, int]:
    """How many people of a claim have agreed, are still asked, take no part, withdrew."""
    counts = {"agreed": 0, "asked": 0, "refused": 0, "withdrawn": 0}
    for consent, withdrawn in Claimant.objects.filter(claim=claim).values_list("consent", "withdrawn_at"):
        part = "withdrawn" if withdrawn else {"own": "agreed", "given": "agreed"}.get(consent, consent)
        counts[part] += 1
    return counts
