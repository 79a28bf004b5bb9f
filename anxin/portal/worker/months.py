"""My pay: month by month, one month day by day, and its slip to print."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from anxin.cases.afterwards import claimed_in, parts_of
from anxin.cases.answers import Month, answers_of
from anxin.cases.models import Answer
from anxin.insight.my_pay import MyMonth, engagements_of, my_month, my_months
from anxin.insight.worker_month import Day, WorkerMonth
from anxin.law.civil import civil_date, first_day, month_of, shift_month
from anxin.portal.worker.access import me, worker_page
from anxin.portal.worker.plain import DAYS, STATES, WEEKDAYS, failure, month_name
from anxin.registry.models import Engagement


def engagement_or_404(request: HttpRequest, pk: int) -> Engagement:
    """One of the worker's own engagements; another's is not there."""
    rows = Engagement.objects.select_related("project__contractor", "worker", "team", "enterprise")
    return get_object_or_404(rows, pk=pk, worker=me(request))


def month_or_404(request: HttpRequest, month: str) -> str:
    """A wage month that has begun."""
    try:
        known = month_of(first_day(month))
    except ValueError:
        raise Http404 from None
    if known != month or month > month_of(civil_date(timezone.now())):
        raise Http404
    return month


def line(one: MyMonth, said: Mapping[Month, Answer]) -> dict[str, Any]:
    """A month as a row of a list."""
    word, colour = STATES[one.state]
    answer = said.get((one.engagement.project_id, one.month))
    return {
        "row": one,
        "month": one.month,
        "name": month_name(one.month),
        "state": one.state,
        "word": word,
        "colour": colour,
        "answer": None if answer is None else answer.paid,
    }


@worker_page
@require_safe
def pay(request: HttpRequest) -> HttpResponse:
    """All my months, by site."""
    worker, today = me(request), civil_date(timezone.now())
    engagements, said = engagements_of(worker.pk), answers_of(worker.pk)
    months = my_months(worker.pk, as_of=today, engagements=engagements)
    sites = [
        {"engagement": engagement, "months": rows}
        for engagement in engagements
        if (rows := [line(one, said) for one in months if one.engagement.pk == engagement.pk])
    ]
    return render(request, "worker/pay.html", {"here": "pay", "sites": sites})


@worker_page
@require_safe
def month(request: HttpRequest, engagement: int, month: str) -> HttpResponse:
    """One month: each day, what was due, what the bank says, whether it arrived."""
    row, month = engagement_or_404(request, engagement), month_or_404(request, month)
    today = civil_date(timezone.now())
    found = my_month(row, month, as_of=today)
    word, colour = STATES[found.verdict]
    later = shift_month(month, 1)
    running = [one for one in parts_of(row.worker_id) if one.case.ended_at is None]
    context = {
        **_common(row, month, found),
        "word": word,
        "colour": colour,
        "days": [_day(day) for day in found.days],
        "blanks": range(found.days[0].day.weekday()),
        "weekdays": WEEKDAYS,
        "previous": shift_month(month, -1),
        "next": later if later <= month_of(today) else "",
        "claimed": claimed_in(running, project_id=row.project_id, month=month),
        "answer": answers_of(row.worker_id).get((row.project_id, month)),
        "askable": found.paid_fen > 0 or found.verdict in ("unpaid", "failed", "short"),
    }
    return render(request, "worker/month.html", context)


@worker_page
@require_safe
def slip(request: HttpRequest, engagement: int, month: str) -> HttpResponse:
    """The month on one sheet, to print or to show."""
    row, month = engagement_or_404(request, engagement), month_or_404(request, month)
    at = timezone.now()
    found = my_month(row, month, as_of=civil_date(at))
    return render(request, "worker/slip.html", {**_common(row, month, found), "at": at})


def _common(row: Engagement, month: str, found: WorkerMonth) -> dict[str, Any]:
    return {
        "here": "pay",
        "engagement": row,
        "project": row.project,
        "month": month,
        "name": month_name(month),
        "figures": found,
        "bank": [_answer(answer) for answer in found.payments],
        "missing_fen": max(found.due_fen - found.paid_fen, 0),
    }


def _answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    plain, help_ = failure(answer["reason"] or "") if answer["status"] == "failed" else ("", "")
    return {**answer, "plain": plain, "help": help_}


def _day(day: Day) -> dict[str, Any]:
    return {"day": day.day, "kind": day.kind, "word": DAYS[day.kind], "hours": day.hours}
