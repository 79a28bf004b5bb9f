"""What names a person in the cases of a project: found by the columns' names, so that a new table cannot be forgotten.

Every table that hangs on a case (through any chain of references) loses its sealed values, blind look-ups and files;
states, sums, clocks, the public lines and the receipts stay, so that the figures of the past stand.
"""

from collections import deque
from functools import lru_cache

from django.apps import apps
from django.db.models import BinaryField, Model, Q, QuerySet
from django.db.models.functions import Length

from anxin.cases.models import Answer, Case, CaseTask, Contact, Exhibit, Message, Verification
from anxin.credit.models import ListedPerson, Listing, ListingStep, ListObjection
from anxin.registry.models import Project
from anxin.remedies.models import Document, Serving
from anxin.upkeep import kept_files

# Free words about people; answers to a demand, notes of calls and findings speak of them.
_WORDS: dict[type[Model], tuple[str, ...]] = {
    Case: ("conclusion_note", "lane_reason"),
    CaseTask: ("answer",),
    Contact: ("note",),
    Verification: ("finding",),
    Serving: ("witness", "note"),
    Listing: ("reason",),
    ListedPerson: ("struck_why",),
    ListObjection: ("text", "answer"),
    ListingStep: ("note",),
}


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


def count(project: Project) -> int:
    """How many rows and files of a project's cases still name somebody."""
    n = sum(_named(model, project).count() for model in personal_columns())
    return n + Answer.objects.filter(project_id=project.pk).exclude(note_sealed=b"").count() + len(_digests(project))


def _of(model: type[Model], project: Project) -> QuerySet[Model]:
    path = _ways_to_case()[model]
    return model._default_manager.filter(**{f"{path}__project" if path else "project": project})


def _named(model: type[Model], project: Project) -> QuerySet[Model]:
    _, names = personal_columns()[model]
    rows = _of(model, project).annotate(**{f"len_{name}": Length(name) for name in names})
    there = Q()
    for name in names:
        there |= Q(**{f"len_{name}__gt": 0})
    return rows.filter(there)


def _digests(project: Project) -> set[str]:
    cases = cases_of(project)
    found = set(Exhibit.objects.filter(case__in=cases).values_list("digest", flat=True))
    for digest, annex in Document.objects.filter(case__in=cases).values_list("digest", "annex"):
        found |= {digest, annex}
    for proofs in Serving.objects.filter(document__case__in=cases).values_list("proofs", flat=True):
        found |= set(proofs)
    for files in ListingStep.objects.filter(listing__case__in=cases).values_list("files", flat=True):
        found |= set(files)
    return found - {""}


def erase(project: Project) -> None:
    """Take away what names people in a project's cases, in the caller's transaction; the files go with it."""
    digests = _digests(project)
    cases = cases_of(project)
    Message.objects.filter(claim__case__in=cases).delete()
    Exhibit.objects.filter(case__in=cases).delete()
    Answer.objects.filter(project_id=project.pk).update(note_sealed=b"")
    for model, (_, names) in personal_columns().items():
        rows = list(_of(model, project).values_list("pk", flat=True))
        for start in range(0, len(rows), 500):
            some = model._default_manager.filter(pk__in=rows[start : start + 500])
            some.update(**dict.fromkeys(names, b""))
    for model, words in _WORDS.items():
        some = model._default_manager.filter(pk__in=list(_of(model, project).values_list("pk", flat=True)))
        some.update(**dict.fromkeys(words, ""))
    Document.objects.filter(case__in=cases).update(digest="", annex="")
    Serving.objects.filter(document__case__in=cases).update(proofs=[])
    ListingStep.objects.filter(listing__case__in=cases).update(files=[])
    kept_files.let_go(digests)
