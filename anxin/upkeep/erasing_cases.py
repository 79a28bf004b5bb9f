"""What names a person in the cases of a project: found by the columns' names, so that a new table cannot be forgotten.

Every table that hangs on a case (through any chain of references) loses its sealed values, blind look-ups, files and
what people typed; states, sums, clocks, the story's own lines and the receipts stay, so that the figures of the past
stand. Cases of a project go by its period, those without one by their own (``retention``).
"""

from collections import deque
from datetime import datetime
from functools import lru_cache

from django.apps import apps
from django.db.models import BinaryField, CharField, Model, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Length

from anxin.cases.models import (
    Case,
    CaseEvent,
    CaseRung,
    CaseTask,
    Claim,
    Claimant,
    ClockStop,
    Contact,
    EmployerName,
    Exhibit,
    Liable,
    Message,
    Verification,
)
from anxin.cases.procedure import states
from anxin.credit.models import ListedPerson, Listing, ListingClock, ListingStep, ListObjection
from anxin.notices.models import Notice
from anxin.registry.models import Project
from anxin.remedies.models import (
    Document,
    Draw,
    DrawLine,
    FundEntry,
    PayoutNote,
    Pledge,
    RecoveryMove,
    Serving,
    TopUp,
    TrackStep,
)
from anxin.upkeep import kept_files

# What people typed: reasons, findings, notes, names of people who are no enterprise of the registry. The row itself,
# its kind, its day and its sums stay.
WORDS: dict[type[Model], tuple[str, ...]] = {
    Case: ("conclusion_note", "lane_reason", "employer"),
    CaseRung: ("reason", "attended", "minutes"),
    CaseTask: ("task", "answer"),
    Claim: ("place", "source_number"),
    ClockStop: ("reason",),
    Contact: ("note",),
    Document: ("addressee", "returned", "void_reason"),
    Draw: ("reason", "beyond", "decision"),
    DrawLine: ("failed",),
    FundEntry: ("note",),
    Liable: ("reason", "limit_source"),
    ListedPerson: ("struck_why",),
    Listing: ("reason",),
    ListingClock: ("extended_why",),
    ListingStep: ("note",),
    ListObjection: ("text", "answer"),
    PayoutNote: ("reason",),
    Pledge: ("payer", "note"),
    RecoveryMove: ("reason",),
    Serving: ("witness", "note"),
    TopUp: ("note",),
    TrackStep: ("note",),
    Verification: ("finding",),
}
# Lines of a case's story in words of the platform's own: numbers, sums, days, names of offices and officers. A line of
# any other kind may hold what somebody typed, and keeps its kind and its day alone.
_OWN_LINES = frozenset(
    {
        *("received", "taken", "assigned", "dispatched", "merged", "verified", "contact", "pay-by", "paper-served"),
        *("withdrawn", "withdrawal-undone", "retaliation", "satisfied", "exhibit", "duplicate", "receipt-corrected"),
        *("all-received", "lane-plain", "lane-left", "paper", "draw-asked", "draw-approved", "instalment-broken"),
        "promise-broken",
        *("limit-near", "top-up", "clock-resumed", "draw-other-sum", "draw-came-back", "reach"),
    }
)
GONE = "—"


@lru_cache(maxsize=1)
def personal_columns() -> dict[type[Model], tuple[str, list[str]]]:
    """Every table that hangs on a case and has sealed or blind columns: the way to the case, and their names."""
    found = {}
    for model, path in _ways_to_case().items():
        names = [f.name for f in model._meta.concrete_fields
                 if isinstance(f, BinaryField) and f.name.endswith(("_sealed", "_blind"))]  # fmt: skip
        if names:
            found[model] = (path, names)
    return found


@lru_cache(maxsize=1)
def _ways_to_case() -> dict[type[Model], str]:
    """Every table of the rooms of cases that leads to one, and by which look-up."""
    tables = [model for name in ("cases", "remedies", "credit") for model in apps.get_app_config(name).get_models()]
    ways: dict[type[Model], str] = {Case: ""}
    waiting = deque([Case])
    while waiting:
        target = waiting.popleft()
        for model in tables:
            for field in model._meta.concrete_fields:
                if field.remote_field and field.related_model is target and model not in ways:
                    ways[model] = field.name + (f"__{ways[target]}" if ways[target] else "")
                    waiting.append(model)  # type: ignore[arg-type]
    return ways


def cases_of(project: Project) -> QuerySet[Case]:
    """A project's cases."""
    return Case.objects.filter(project=project)


def count(cases: QuerySet[Case]) -> int:
    """How many rows and files of these cases still name somebody or hold what somebody typed."""
    named = sum(_named(model, cases).count() for model in personal_columns())
    typed = sum(_typed(model, cases).count() for model in WORDS)
    return named + typed + _typed_lines(cases).count() + len(_digests(cases))


def left_in(cases: QuerySet[Case]) -> set[int]:
    """The keys of those of these cases in which something is left to erase."""
    found: set[int] = set(Exhibit.objects.filter(case__in=cases).values_list("case_id", flat=True))
    found |= set(_typed_lines(cases).values_list("case_id", flat=True))
    for look, models in ((_named, personal_columns()), (_typed, WORDS)):
        for model in models:
            found |= set(look(model, cases).values_list(_ways_to_case()[model] or "pk", flat=True).distinct())
    return found


def _of(model: type[Model], cases: QuerySet[Case]) -> QuerySet[Model]:
    return model._default_manager.filter(**{f"{_ways_to_case()[model] or 'pk'}__in": cases})


def _named(model: type[Model], cases: QuerySet[Case]) -> QuerySet[Model]:
    _, names = personal_columns()[model]
    rows = _of(model, cases).annotate(**{f"len_{name}": Length(name) for name in names})
    there = Q()
    for name in names:
        there |= Q(**{f"len_{name}__gt": 0})
    return rows.filter(there)


def _typed(model: type[Model], cases: QuerySet[Case]) -> QuerySet[Model]:
    blank = Q(**dict.fromkeys(WORDS[model], ""))
    return _of(model, cases).exclude(blank)


def _typed_lines(cases: QuerySet[Case]) -> QuerySet[CaseEvent]:
    """Lines that may hold typed words. What a state's own line adds after its words goes with them."""
    rows = CaseEvent.objects.filter(case__in=cases).exclude(zh=GONE)
    # Of a split the people read only where it went; the office's line has the reason.
    apart = Q(kind="split", public=True) | Q(kind__startswith="state-") | Q(kind__startswith="rung-")
    return rows.exclude(apart).exclude(kind__in=_OWN_LINES)


def _digests(cases: QuerySet[Case]) -> set[str]:
    found = set(Exhibit.objects.filter(case__in=cases).values_list("digest", flat=True))
    for digest, annex in Document.objects.filter(case__in=cases).values_list("digest", "annex"):
        found |= {digest, annex}
    for proofs in Serving.objects.filter(document__case__in=cases).values_list("proofs", flat=True):
        found |= set(proofs)
    for proofs in PayoutNote.objects.filter(line__draw__case__in=cases).values_list("proofs", flat=True):
        found |= set(proofs)
    for files in ListingStep.objects.filter(listing__case__in=cases).values_list("files", flat=True):
        found |= set(files)
    return found - {""}


def people_of(cases: QuerySet[Case]) -> set[int]:
    """The registry's workers who claimed in these cases."""
    claiming = Claimant.objects.filter(case__in=cases).values_list("worker_id", flat=True)
    filing = Claim.objects.filter(case__in=cases).values_list("filer_id", flat=True)
    return {key for key in (*claiming, *filing) if key is not None}


def erase(cases: QuerySet[Case], *, at: datetime) -> None:
    """Take away what names people in these cases, and what was typed, in the caller's transaction; files go with it.

    States, days, sums, receipts and the story's own lines stay; so does the trail, whose digests would not hold else.
    """
    digests = _digests(cases)
    employers = set(cases.exclude(employer="").values_list("employer", flat=True))
    Message.objects.filter(claim__case__in=cases).delete()
    papers = [str(key) for key in Document.objects.filter(case__in=cases).values_list("pk", flat=True)]
    Notice.objects.filter(subject="document", subject_id__in=papers).delete()
    Exhibit.objects.filter(case__in=cases).delete()
    for model, (_, names) in personal_columns().items():
        _update(model, cases, **dict.fromkeys(names, b""))
    for model, words in WORDS.items():
        _update(model, cases, **dict.fromkeys(words, ""))
    # Whom an officer named by hand may be a person; the key keeps two such apart.
    nobody = Concat(Value(f"{GONE} "), Cast("pk", CharField()))
    Liable.objects.filter(case__in=cases, enterprise=None).update(name=nobody)
    _erase_lines(cases)
    Document.objects.filter(case__in=cases).update(digest="", annex="")
    _update(Serving, cases, proofs=[])
    _update(PayoutNote, cases, proofs=[])
    _update(ListingStep, cases, files=[])
    still = set(Case.objects.filter(employer__in=employers).values_list("employer", flat=True))
    EmployerName.objects.filter(name__in=employers - still).delete()
    kept_files.let_go(digests, at=at)


def _update(model: type[Model], cases: QuerySet[Case], **values: object) -> None:
    """Set columns of the rows of these cases, named outright: an update cannot follow a join."""
    rows = list(_of(model, cases).values_list("pk", flat=True))
    for start in range(0, len(rows), 500):
        model._default_manager.filter(pk__in=rows[start : start + 500]).update(**values)


def _erase_lines(cases: QuerySet[Case]) -> None:
    _typed_lines(cases).update(zh=GONE, en=GONE)
    moves = CaseEvent.objects.filter(case__in=cases, kind__startswith="state-")
    for kind, public in set(moves.values_list("kind", "public")):
        state = states().get(kind.removeprefix("state-"))
        told = (state.plain if public else state.title) if state is not None else {"zh": GONE, "en": GONE}
        moves.filter(kind=kind, public=public).update(zh=told["zh"], en=told["en"])
