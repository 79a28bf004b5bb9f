"""A list taken away as a file: which form was asked for, and the link of the trail where the file names people."""

from collections.abc import Sized
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from anxin.people import trail
from anxin.portal.ui.access import signed_in
from anxin.portal.ui.export import FORMS, LIMIT
from anxin.vault.fields import mask_text

# What a person searched for may be somebody's name: it stays out of the trail.
_NOT_KEPT = frozenset({"form", "format", "page", "q", "id", "csrfmiddlewaretoken"})


def form_asked(request: HttpRequest) -> str:
    """``csv`` or ``xlsx`` where the list is wanted as a file, else nothing."""
    form = request.GET.get("form", "")
    return form if form in FORMS else ""


def note_export(request: HttpRequest, *, form: str, rows: QuerySet[Any] | Sized) -> None:
    """Write down that a list with personal data in it leaves as a file: which list, narrowed how, how many rows.

    Call it before the file is made. The values themselves, and what was typed into the search field, are not kept.
    """
    count = rows.order_by()[:LIMIT].count() if isinstance(rows, QuerySet) else min(len(rows), LIMIT)
    asked = request.GET.dict()
    told = {key: mask_text(str(value))[:64] for key, value in asked.items() if key not in _NOT_KEPT and value}
    match = request.resolver_match
    with transaction.atomic():
        trail.record(
            by=signed_in(request), at=timezone.now(), action="export", subject="list",
            subject_id=match.url_name if match and match.url_name else "",
            changes={"page": request.path[:200], "form": form, "rows": count, "filter": told},
        )  # fmt: skip
