"""My work: where I work, whether I was paid, what somebody wants to know from me, who looked at my data."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from anxin.cases.afterwards import claimed_in, parts_of
from anxin.cases.answers import Month, answers_of, leavers_to_answer
from anxin.cases.models import Answer
from anxin.cases.money import has_all
from anxin.insight.my_pay import engagements_of, my_months
from anxin.law.civil import civil_date, month_of, shift_month
from anxin.people.looks import of_person
from anxin.people.models import PhoneOwner
from anxin.people.phones import waiting_for
from anxin.portal.officer.project_words import CONTRACTS, TRADES
from anxin.portal.ui.looked import looked
from anxin.portal.worker.access import me, phone_session_of, worker_page
from anxin.portal.worker.months import engagement_or_404, line
from anxin.registry.models import Worker
from anxin.vault.fields import mask_card, mask_identity, mask_phone, open_text

# Months further back are asked about on their own page only.
_ASK_BACK = 3
_ASKED = ("paid", "unattended", "short")


@worker_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page of a signed-in worker."""
    worker, at = me(request), timezone.now()
    today = civil_date(at)
    engagements = engagements_of(worker.pk)
    said = answers_of(worker.pk)
    months = [line(one, said) for one in my_months(worker.pk, as_of=today, engagements=engagements)]
    since = shift_month(month_of(today), -_ASK_BACK)
    ask = [row for row in months if row["state"] in _ASKED and row["answer"] is None and row["month"] >= since]
    bad = _bad(worker, months, said)
    context = {
        "here": "home",
        "worker": worker,
        "engagements": engagements,
        "phones": _other_phones(request),
        "left": leavers_to_answer(worker.pk, at=at),
        # One question at a time.
        "ask": ask[:1],
        "ask_more": len(ask[1:3]),
        "bad": bad,
        "unclaimed": [row for row in bad if row["claimed"] is None],
    }
    return render(request, "worker/home.html", context)


def _bad(worker: Worker, months: list[dict[str, Any]], said: Mapping[Month, Answer]) -> list[dict[str, Any]]:
    """The months that look wrong, each with the open claim that is about it. Not those of which he has since said that
    they came: to the question, or by a claim that ended with all his money."""
    rows = [row for row in months if row["answer"] is False or (row["colour"] == "bad" and row["answer"] is None)]
    parts = parts_of(worker.pk) if rows else []
    running = [one for one in parts if one.case.ended_at is None]
    done = [one for one in parts if one.case.ended_at is not None and has_all(one)]
    bad = []
    for row in rows:
        month = {"project_id": row["row"].engagement.project_id, "month": row["month"]}
        row["claimed"] = claimed_in(running, **month)
        brought, word = claimed_in(done, **month), said.get((month["project_id"], month["month"]))
        ended_at = brought.case.ended_at if brought is not None else None
        if row["claimed"] is not None or ended_at is None or (word is not None and word.at > ended_at):
            bad.append(row)
    return bad


def _other_phones(request: HttpRequest) -> list[dict[str, object]]:
    session = phone_session_of(request)
    if session is None:
        return []
    rows: list[PhoneOwner] = list(waiting_for(me(request).pk, session=session))
    return [{"pk": row.pk, "phone": mask_phone(open_text(row.phone_sealed)), "from": row.holds_from} for row in rows]


@worker_page
@require_safe
def site(request: HttpRequest, engagement: int) -> HttpResponse:
    """What is registered about me on one site: contract, insurance, card, entry and exit."""
    row = engagement_or_404(request, engagement)
    context = {
        "here": "home",
        "engagement": row,
        "project": row.project,
        "trade": TRADES.get(row.trade, row.trade),
        "contract": CONTRACTS.get(row.contract_kind, row.contract_kind),
        "identity": mask_identity(open_text(row.worker.id_sealed)),
        "card": mask_card(open_text(row.card_sealed)),
    }
    return render(request, "worker/my_site.html", context)


@worker_page
@require_safe
def looks(request: HttpRequest) -> HttpResponse:
    """Who looked at my personal data, when, at what."""
    rows = [
        {"at": look.at, "who": look.who, "unit": look.unit, "field": looked(look.field)}
        for look in of_person(me(request).pk)
    ]
    return render(request, "worker/looks.html", {"here": "home", "rows": rows})
