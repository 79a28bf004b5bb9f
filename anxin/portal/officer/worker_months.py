"""One worker's month on a project, and the personal numbers that open on click."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anxin.insight.scope import visible_warnings
from anxin.insight.worker_month import Day, worker_month
from anxin.law.civil import civil_date, first_day, month_of, shift_month
from anxin.ledger import read
from anxin.people.access import may
from anxin.people.looks import WORKER, looks_at, record_look
from anxin.people.models import User
from anxin.portal.officer import project_words as words
from anxin.portal.officer.projects import month_or_404, project_or_404
from anxin.portal.officer.worker_phones import own_word
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.pieces import piece
from anxin.registry.models import Engagement, Project
from anxin.vault.fields import mask_card, mask_identity, mask_phone, open_text

LOOKS_SHOWN = 10


def _engagement_or_404(project: Project, engagement: int) -> Engagement:
    rows = Engagement.objects.select_related("worker", "team", "enterprise")
    return get_object_or_404(rows, pk=engagement, project=project)


def _masked(engagement: Engagement) -> dict[str, str]:
    """Each personal number that is there, masked."""
    worker = engagement.worker
    values = {
        "identity": mask_identity(open_text(worker.id_sealed)),
        "card": mask_card(open_text(engagement.card_sealed)),
        "phone": mask_phone(open_text(worker.phone_sealed)),
    }
    return {field: value for field, value in values.items() if value}


def _opened(engagement: Engagement, field: str) -> str:
    sealed = {
        "identity": engagement.worker.id_sealed,
        "card": engagement.card_sealed,
        "phone": engagement.worker.phone_sealed,
    }
    return open_text(sealed[field])


@needs("projects")
@never_cache
@require_safe
def month(request: HttpRequest, code: str, month: str, engagement: int) -> HttpResponse:
    """Each day, the payroll lines, the bank's answers, the engagement."""
    user = signed_in(request)
    as_of = civil_date(timezone.now())
    project = project_or_404(request, code)
    month = month_or_404(month)
    row = _engagement_or_404(project, engagement)
    mine: dict[str, Any] = {"project_id": project.pk, "worker_id": row.worker_id, "month": month}
    found = worker_month(
        read.swipes(**mine),
        read.payroll(**mine),
        read.payments(**mine),
        month=month,
        as_of=as_of,
        pay_day=project.pay_day,
        entered_on=row.entered_on,
        left_on=row.left_on,
        pauses=list(project.pauses.values_list("from_on", "until_on")),
    )
    masked = _masked(row)
    context = {
        "project": project,
        "engagement": row,
        "month": month,
        "previous": shift_month(month, -1),
        "next": shift_month(month, 1) if shift_month(month, 1) <= month_of(as_of) else "",
        "figures": found,
        "weeks": _weeks(found.days),
        "verdict": words.STANDINGS[found.verdict],
        "verdict_colour": words.STANDING_COLOURS[found.verdict],
        "personal": [(field, words.PERSONAL[field], masked.get(field, "")) for field in words.PERSONAL],
        "may_look": may(user, "personal"),
        "trade": words.TRADES.get(row.trade, row.trade),
        "contract": words.CONTRACTS.get(row.contract_kind, row.contract_kind),
        "answers": [
            {
                **answer,
                "status_word": words.PAY_STATUSES.get(answer["status"], answer["status"]),
                "route_word": words.ROUTES.get(answer["route"], answer["route"]),
            }
            for answer in found.payments
        ],
        "warnings": visible_warnings(user)
        .filter(project=project, worker=row.worker_id, status="open")
        .order_by("-rank", "-opened_on")[:5],
        "looks": _looks(row),
        "own": own_word(row, month, at=timezone.now()) if may(user, "personal") else None,
    }
    return render(request, "officer/worker_months/month.html", context)


def _weeks(days: list[Day]) -> list[list[dict[str, Any] | None]]:
    """Days in rows of seven, Monday first; None where the month does not reach."""
    cells: list[dict[str, Any] | None] = [None] * days[0].day.weekday()
    for day in days:
        came = next((p.passed_at for p in day.passings if p.direction != "out"), None)
        left = next((p.passed_at for p in reversed(day.passings) if p.direction == "out"), None)
        told = "\n".join(
            f"{p.passed_at:%H:%M:%S} {words.DIRECTIONS[p.direction]} {words.WAYS.get(p.way, '')} {p.device}".strip()
            for p in day.passings
        )
        cells.append({"day": day, "came": came, "left": left, "kind": words.DAY_KINDS[day.kind], "told": told})
    cells += [None] * (-len(cells) % 7)
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def _looks(row: Engagement) -> list[dict[str, Any]]:
    return [
        {"who": event.who, "at": event.at, "field": words.PERSONAL.get(event.changes["field"], event.changes["field"])}
        for event in looks_at(WORKER, row.worker_id)[:LOOKS_SHOWN]
    ]


@needs("personal")
@never_cache
@require_POST
def reveal(request: HttpRequest, code: str, month: str, engagement: int) -> HttpResponse:
    """Open one personal number: the look is written down first, in the same transaction."""
    user: User = signed_in(request)
    project = project_or_404(request, code)
    row = _engagement_or_404(project, engagement)
    month = month_or_404(month)
    field = request.POST.get("field", "")
    if field not in words.PERSONAL:
        raise Http404
    with transaction.atomic():
        record_look(
            by=user,
            at=timezone.now(),
            subject=WORKER,
            subject_id=row.worker_id,
            field=field,
            page=f"/projects/{project.code}/months/{first_day(month):%Y-%m}/workers/{row.pk}",
        )
        value = _opened(row, field)
    return piece(
        request,
        "officer/worker_months/_revealed.html",
        {"value": value, "looks": _looks(row)},
        title=f"{row.worker.name} · {words.PERSONAL[field]}",
        back=reverse("worker-month", args=[project.code, month, row.pk]),
    )
