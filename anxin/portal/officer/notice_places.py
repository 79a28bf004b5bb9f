"""Where a notice leads: the page on which the person can do what it asks of him."""

from collections.abc import Callable

from django.db.models import Q
from django.urls import reverse

from anxin.cases.models import Case
from anxin.notices.models import Notice
from anxin.people.access import may
from anxin.people.models import User
from anxin.remedies.models import Document, Draw
from anxin.watch.models import Handling, InspectionTask


def place_of(notice: Notice, *, reader: User) -> str:
    """The address of what a notice tells of, for the person who reads it; the inbox where there is none."""
    known = _PLACES.get(notice.subject)
    return (known(notice, reader) if known else "") or reverse("inbox")


def _handling(notice: Notice, reader: User) -> str:
    if notice.kind == "helper" and may(reader, "help"):
        return reverse("helping")
    row = Handling.objects.filter(pk=int(notice.subject_id)).first()
    if row is None:
        return ""
    return reverse("site-matter" if may(reader, "site") else "warning", args=[row.warning_id])


def _case(notice: Notice, reader: User) -> str:
    if notice.kind == "case-task" and may(reader, "help"):
        return reverse("helping")
    # Some name the case by its key, some by its number, which is longer than any key.
    row = Case.objects.filter(Q(number=notice.subject_id) | Q(pk=int(notice.subject_id))).first()
    return reverse("case", args=[row.number]) if row else ""


def _draw(notice: Notice, reader: User) -> str:
    row = Draw.objects.filter(pk=int(notice.subject_id)).select_related("case").first()
    return reverse("draw", args=[row.case.number, row.pk]) if row else ""


def _inspection(notice: Notice, reader: User) -> str:
    there = InspectionTask.objects.filter(pk=int(notice.subject_id)).exists()
    return reverse("inspection", args=[notice.subject_id]) if there and may(reader, "inspect") else ""


def _document(notice: Notice, reader: User) -> str:
    there = Document.objects.filter(pk=int(notice.subject_id)).exists()
    return reverse("paper", args=[notice.subject_id]) if there and may(reader, "cases") else ""


def _pause(notice: Notice, reader: User) -> str:
    return reverse("site-pauses" if may(reader, "site") else "pause-requests")


def _project(notice: Notice, reader: User) -> str:
    return reverse("site") if may(reader, "site") else reverse("project", args=[notice.subject_id])


def _ways(notice: Notice, reader: User) -> str:
    return reverse("helping-ways") if may(reader, "help") else ""


def _desk(notice: Notice, reader: User) -> str:
    """What somebody's leaving or a closed unit put on a desk."""
    if not may(reader, "desk"):
        return ""
    view = "mine" if notice.kind == "taken-over" else "unit" if _in_the_unit(notice, reader) else "region"
    return f"{reverse('desk')}?view={view}"


def _in_the_unit(notice: Notice, reader: User) -> bool:
    """Whether it came back to the reader's own unit, not to one below it that has nobody."""
    if notice.subject == "organisation":
        return True
    leaver = User.objects.filter(pk=int(notice.subject_id)).first()
    return leaver is not None and leaver.organisation_id == reader.organisation_id


_PLACES: dict[str, Callable[[Notice, User], str]] = {
    "handling": _handling,
    "case": _case,
    "draw": _draw,
    "inspection": _inspection,
    "document": _document,
    "pause-request": _pause,
    "project": _project,
    "pledge": _ways,
    "track": _ways,
    "user": _desk,
    "organisation": _desk,
    "listing": lambda notice, reader: reverse("listing", args=[notice.subject_id]),
}
