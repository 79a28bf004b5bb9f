"""The joint-punishment list on the page of a case: what the file says of the grounds, and the proposal."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anxin.cases.flow import CannotMove
from anxin.cases.models import Case
from anxin.credit.grounds import CONTRADICTED, SUPPORTED, Sheet, leading, orders_of, sheet
from anxin.credit.joint_list import grounds, roles
from anxin.credit.models import Listing
from anxin.credit.proposing import Answerable, propose
from anxin.law.civil import civil_date
from anxin.people.models import User
from anxin.portal.officer.cases.acting import act_on
from anxin.portal.officer.cases.finding import find_case
from anxin.portal.officer.cases.parts import handles
from anxin.portal.officer.credit import words
from anxin.portal.officer.forms import Wrong, read_text
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import in_english

LINES = 3


def listing_part(case: Case, user: User, at: datetime) -> dict[str, Any] | None:
    """Listings of the case, and the grounds once an order's day has passed; nothing before that."""
    if not handles(case, user):
        return None
    rows = list(case.listings.order_by("-proposed_at", "-pk"))
    order = leading(orders_of(case))
    passed = order is not None and order.due_on is not None and order.due_on < civil_date(at)
    if not rows and not passed:
        return None
    found = sheet(case, at=at, order=order) if passed else None
    open_ = any(row.ended_at is None and found is not None and row.firm == found.firm for row in rows)
    return {
        "rows": [_line(row, at) for row in rows],
        "sheet": found,
        "grounds": [_ground(one) for one in found.grounds] if found else [],
        "may_propose": found is not None and found.may_propose and not open_,
        "choices": _choices(found) if found else [],
        "roles": [(key, words.said(title)) for key, title in roles().items()],
        "legal_person": found.enterprise.legal_person if found and found.enterprise else "",
    }


def _line(row: Listing, at: datetime) -> dict[str, Any]:
    due, tone = words.deadline(row, at)
    return {"row": row, "state": words.state(row.state), "tone": words.TONES[row.state], "due": due, "due_tone": tone}


def _ground(one: Any) -> dict[str, Any]:
    word, tone = words.SAYS[one.answer]
    return {"title": words.said(one.kind.title), "word": word, "tone": tone, "text": one.en if in_english() else one.zh}


def _choices(found: Sheet) -> list[dict[str, Any]]:
    """The grounds one may choose among: whether each is ruled out or needs the officer's words, and which the form
    begins with: what the file supports, else the first that is not ruled out."""
    offered = [one for one in found.grounds if not one.kind.always]
    feasible = sorted((one for one in offered if one.answer != CONTRADICTED), key=lambda one: one.answer != SUPPORTED)
    first = feasible[0].kind.key if feasible else ""
    return [
        {"key": one.kind.key, "title": words.said(one.kind.title), "out": one.answer == CONTRADICTED,
         "words": one.kind.words or one.answer != SUPPORTED, "first": one.kind.key == first}
        for one in offered
    ]  # fmt: skip


@needs("case")
@require_POST
def propose_listing(request: HttpRequest, number: str) -> HttpResponse:
    """Propose the firm for the list and go to the listing."""
    user, case, at = signed_in(request), find_case(request, number, "case"), timezone.now()
    made: list[Listing] = []

    def act() -> None:
        chosen = request.POST.get("ground", "")
        if chosen not in grounds():
            raise Wrong(_("请选择列入情形。"))
        try:
            made.append(
                propose(
                    case=case, ground=chosen, persons=_persons(request), by=user, at=at,
                    reason=read_text(request, "reason", 1000), firm_code=read_text(request, "firm_code", 32),
                )
            )  # fmt: skip
        except CannotMove as refused:
            raise Wrong(refused.en if in_english() else refused.zh) from None

    answer = act_on(request, case, act, _("已提议列入，下一步：事先告知。"), anchor="listing")
    return redirect("listing", pk=made[0].pk) if made else answer


def _persons(request: HttpRequest) -> list[Answerable]:
    """The lines that say something; a line half filled in is judged like a whole one."""
    found = []
    for n in range(LINES):
        role, name, identity = (request.POST.get(f"{field}_{n}", "").strip() for field in ("role", "name", "identity"))
        if name or identity:
            found.append(Answerable(role, name[:64], identity[:32]))
    return found
