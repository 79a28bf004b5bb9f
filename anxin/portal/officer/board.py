"""The board of the shift on duty, to be left open on a wall."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anxin.insight.duty_board import duty_board
from anxin.law.civil import civil_date
from anxin.portal.officer import handling_words as words
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import hour, moment


@needs("duty")
@never_cache
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Figures and the first rows of each; htmx asks for it anew every half minute."""
    user, at = signed_in(request), timezone.now()
    now = duty_board(user, at=at)
    rows: list[Any] = [*now.new_rows, *now.overdue_rows, *now.today_rows]
    for row in rows:
        row.due_words, row.due_tone = words.deadline(row, at)
        row.owner_name = words.person(row.owner)
    context = {
        "board": now,
        "at": at,
        "since": hour(now.since) if civil_date(now.since) == civil_date(at) else moment(now.since),
        "region": user.region,
        "raised": [{"row": row, "word": words.rung(row.kind)} for row in now.raised_rows],
        "people": [{"turn": turn, "name": words.person(turn.person)} for turn in now.on_duty],
    }
    page = "officer/board/now.html" if request.headers.get("HX-Request") else "officer/board/page.html"
    return render(request, page, context)
