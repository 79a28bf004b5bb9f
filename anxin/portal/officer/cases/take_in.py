"""The desk's form: a claim of somebody who came, rang or wrote, taken down in one go. Works without scripts."""

import secrets
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anxin.cases import reception
from anxin.cases.duplicates import probable
from anxin.cases.filing import Filed, file_claim
from anxin.cases.models import Claimant, ClaimDoor, Ticket
from anxin.cases.names import true_name
from anxin.cases.numbers import shown
from anxin.cases.slips import hand_out
from anxin.cases.taking import take
from anxin.insight.case_list import cases_of_person
from anxin.insight.places import places_below
from anxin.insight.scope import visible_cases
from anxin.people.looks import WORKER, record_look
from anxin.people.models import User
from anxin.portal.officer.cases import words
from anxin.portal.officer.cases.take_in_form import (
    DOORS,
    MOST_ROWS,
    Row,
    TakeIn,
    claim_of,
    doors,
    fill_from_roster,
    find_project,
    paste,
    projects_like,
    read_form,
)
from anxin.portal.officer.forms import Wrong, key_of
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.address import public_address
from anxin.vault.identity import normal_identity


@needs("take-in")
@never_cache
@require_http_methods(["GET", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """Take a claim down. Buttons of the form look somebody up on the roster, read a pasted list, or file it."""
    user, at = signed_in(request), timezone.now()
    if request.method == "GET":
        return _page(request, user, _empty(request, user))
    told = read_form(request.POST, user)
    asked = request.POST.get("do", "file")
    if asked == "more":
        told.rows.append(Row())
        return _page(request, user, told)
    if asked == "paste":
        told.rows = ([row for row in told.rows if not row.blank] + paste(request.POST.get("list", "")))[:MOST_ROWS]
        return _page(request, user, told)
    if asked.startswith("roster-"):
        return _from_roster(request, user, told, asked.removeprefix("roster-"))
    try:
        with transaction.atomic():
            filed = file_claim(claim_of(told, user, at=at), at=at)
            if told.ticket:
                _end_ticket(told.ticket, filed, user)
            if filed.new:
                # Whoever takes it down has it: nothing is left to dispatch.
                take(case=filed.claim.case, by=user, at=at)
            left = hand_out(filed.claim, filed.consent_codes, at=at) if filed.new else {}
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return _page(request, user, told, status=422)
    return _taken(request, user, filed, left)


def _empty(request: HttpRequest, user: User) -> TakeIn:
    told = TakeIn(key=secrets.token_urlsafe(24), rows=[Row()])
    told.found = find_project(request.GET.get("project", "")[:64], user)
    if told.found is not None:
        told.project = f"{told.found.code} {told.found.name}"
        told.employer = told.found.contractor.name if told.found.contractor else ""
    if request.GET.get("door") in DOORS:
        told.door = request.GET["door"]
    told.ticket = request.GET.get("ticket", "")[:12]
    if told.ticket:
        told.door = ClaimDoor.RECEPTION
        ticket = _ticket(told.ticket, user)
        told.rows = [Row() for _place in range(min(ticket.people, 12))] if ticket else told.rows
    return told


def _ticket(key: str, user: User) -> Ticket | None:
    rows = Ticket.objects.filter(organisation=user.organisation_id) if user.organisation_id else Ticket.objects.none()
    return rows.filter(pk=key_of(key)).first()


def _end_ticket(key: str, filed: Filed, user: User) -> None:
    ticket = _ticket(key, user)
    if ticket is not None:
        reception.end(ticket=ticket, by=user, at=timezone.now(), claim=filed.claim)


def _from_roster(request: HttpRequest, user: User, told: TakeIn, place: str) -> HttpResponse:
    at = timezone.now()
    known = place.isascii() and place.isdigit() and len(place) < 4 and int(place) < len(told.rows)
    row = told.rows[int(place)] if known else None
    if row is None or not row.identity.strip():
        messages.error(request, _("请先填写完整的身份证号码，再查花名册。"))
        return _page(request, user, told, status=422)
    try:
        with transaction.atomic():
            worker = fill_from_roster(told, row, at=at)
            found = list(cases_of_person(user, identity=normal_identity(row.identity))[:5])
            if worker is not None:
                record_look(
                    by=user, at=at, subject=WORKER, subject_id=worker.pk, field="take-in", page="/cases/take-in"
                )
            elif not found:
                record_look(by=user, at=at, subject="case", subject_id="", field="take-in", page="/cases/take-in")
            for case in found:
                record_look(by=user, at=at, subject="case", subject_id=case.pk, field="take-in", page="/cases/take-in")
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return _page(request, user, told, status=422)
    return _page(request, user, told, found=found)


def _page(request: HttpRequest, user: User, told: TakeIn, *, found: Any = (), status: int = 200) -> HttpResponse:
    told.rows = told.rows or [Row()]
    context: dict[str, Any] = {
        "told": told,
        "doors": [(door, words.DOORS[door]) for door, _label in doors()],
        "matters": words.MATTERS.items(),
        "places": places_below(user.region),
        "own_region": user.region,
        "like": projects_like(told.project, user) if told.project and told.found is None else [],
        "found": [(one, shown(one.number), words.state(one.state)) for one in found],
    }
    return render(request, "officer/cases/take_in.html", context, status=status)


def _taken(request: HttpRequest, user: User, filed: Filed, left: dict[int, str]) -> HttpResponse:
    """What the person is given: his number and, this once, the code by which he comes back."""
    case = filed.claim.case
    members = Claimant.objects.filter(pk__in=list(filed.consent_codes)).select_related("worker", "claim")
    places = _places(filed)
    like = {other.case_id: other.case for other in probable(filed.claim) if other.case_id != case.pk}
    seen = visible_cases(user).filter(pk__in=list(like), merged_into=None)
    context = {
        "filed": filed,
        "case": case,
        "number": shown(filed.claim.number),
        "code": shown(filed.return_code),
        "track": public_address(request, reverse("claim-track")),
        "members": [(places[row.pk], shown(left[row.pk]) if row.pk in left else "") for row in members],
        "came": _came(filed, places),
        "like": [(one, shown(one.number), words.state(one.state)) for one in seen],
        "reception": filed.claim.door == ClaimDoor.RECEPTION,
    }
    return render(request, "officer/cases/taken.html", context)


def _places(filed: Filed) -> dict[int, int]:
    """Claimant's id → his place in the form, by which the desk tells one from another."""
    keys = Claimant.objects.filter(claim=filed.claim).order_by("pk").values_list("pk", flat=True)
    return {key: place for place, key in enumerate(keys, 1)}


def _came(filed: Filed, places: dict[int, int]) -> list[dict[str, Any]]:
    """Those who came with whoever filed, each with the code that opens his own part."""
    rows = Claimant.objects.filter(pk__in=list(filed.own_codes)).select_related("worker").order_by("pk")
    return [
        {"place": places[row.pk], "called": true_name(row)[:1], "code": shown(filed.own_codes[row.pk])} for row in rows
    ]
