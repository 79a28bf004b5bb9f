"""One listing: its grounds, its people, its clocks, objections and what may be done next; opening a name or a file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anxin.cases.numbers import shown
from anxin.credit import course, deciding, leaving
from anxin.credit.joint_list import basis, clock_kind, lasting_months, states
from anxin.credit.models import ListedPerson, Listing, ListingClock, ListObjection
from anxin.insight.credit_list import visible_listings
from anxin.insight.scope import may_on_case
from anxin.law.civil import civil_date
from anxin.people.looks import record_look
from anxin.portal.officer.cases import paper_words
from anxin.portal.officer.credit import words
from anxin.portal.officer.files import show_file
from anxin.portal.officer.forms import key_of
from anxin.portal.officer.handling_words import period, person
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.pieces import piece
from anxin.portal.ui.tags import in_english
from anxin.remedies.models import Document, DocumentState
from anxin.vault.fields import mask_identity, open_text

PERMISSIONS = ("case", "approve", "personal")


def find_listing(request: HttpRequest, pk: int, permission: str = "credit") -> Listing:
    """A listing within a person's bounds; else it is not there (404)."""
    rows = visible_listings(signed_in(request), permission)
    related = ("case__project", "case__unit", "enterprise", "order", "notice", "decision", "proposed_by", "decided_by")
    return get_object_or_404(rows.select_related(*related), pk=pk)


@needs("credit")
@require_safe
def listing(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one listing."""
    return show_listing(request, find_listing(request, pk))


def show_listing(
    request: HttpRequest, row: Listing, *, given: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """The page. ``given``: a form that was not taken, shown again as it was filled in."""
    user, at = signed_in(request), timezone.now()
    allowed = {name: may_on_case(user, name, row.case) for name in PERMISSIONS}
    persons = list(row.persons.order_by("pk"))
    last = course.may_object_until(row)
    asked = row.steps.filter(kind="ask-removal").order_by("-pk").first()
    pending = row.state in ("proposed", "told", "objected")
    bars = [_said(one) for one in leaving.bars(row, at=at)] if row.state in ("listed", "asked") else []
    context = {
        "listing": row, "number": shown(row.case.number), "state": words.state(row.state),
        "tone": words.TONES[row.state], "ground": words.ground(row.ground), "may": allowed, "given": given or {},
        "own": row.proposed_by_id == user.pk, "took_in": asked is not None and asked.by_id == user.pk,
        "pending": pending, "today": civil_date(at), "basis": words.said(basis()), "at": at,
        "proposed_by": person(row.proposed_by), "decided_by": person(row.decided_by),
        "grounds": [_ground(one) for one in row.sheet],
        "persons": [_person(one) for one in persons],
        "clocks": [_clock(one, at) for one in row.clocks.order_by("due_at", "pk")],
        "objections": [_objection(one) for one in row.objections.select_related("by", "answered_by", "person")],
        "may_object": row.state in ("told", "objected"), "last": last,
        "papers": [paper for paper in (_paper(row.notice, "notice"), _paper(row.decision, "decision")) if paper],
        "notice_open": row.state == "proposed" and _wanted(row.notice),
        "notice_served": row.state == "proposed" and _served(row.notice),
        "decision_open": row.state in ("listed", "asked") and _wanted(row.decision),
        "not_ready": _said(deciding.not_ready(row, at=at)) if pending else "",
        "not_mended": [_said(one) for one in deciding.not_mended(course.living(row.case))] if pending else [],
        "extendable": _extendable(row, at), "early_on": leaving.early_on(row),
        "bars": bars, "years": lasting_months() // 12, "acts": _acts(row, allowed, bars),
        "steps": [_step(one) for one in row.steps.select_related("by").order_by("-at", "-pk")],
    }  # fmt: skip
    return render(request, "officer/credit/page.html", context, status=status)


def _acts(row: Listing, allowed: Mapping[str, bool], bars: list[str]) -> bool:
    """Whether there is anything to do with a listing, for one who may."""
    if row.state == "asked":
        return True
    if row.ended_at is not None:
        return (allowed["case"] and row.listed_on is not None and row.carried_out_on is None) or (
            allowed["approve"] and row.state == "removed"
        )
    if row.state == "listed":
        return allowed["case"] and (_wanted(row.decision) or not bars)
    return allowed["case"] or allowed["approve"]


def _said(pair: tuple[str, str]) -> str:
    return pair[1] if in_english() else pair[0]


def _ground(one: Mapping[str, str]) -> dict[str, Any]:
    word, tone = words.SAYS[one["answer"]]
    return {"key": one["key"], "title": words.ground(one["key"]), "word": word, "tone": tone,
            "text": one["en" if in_english() else "zh"]}  # fmt: skip


def masked(name: str) -> str:
    """A name as pages show it before it is opened: 钱**."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def _person(one: ListedPerson) -> dict[str, Any]:
    return {
        "row": one, "role": words.role(one.role), "name": masked(open_text(one.name_sealed)),
        "identity": mask_identity(open_text(one.identity_sealed)),
    }  # fmt: skip


def _clock(one: ListingClock, at: datetime) -> dict[str, Any]:
    kind, told = clock_kind(one.step), course.reckoning(one)
    if one.done_at is not None:
        late = one.done_at > one.due_at and kind.whose == "unit"
        left, tone = "", "bad" if late else "good"
    else:
        left, tone = words.left_of(one, at)
    return {"row": one, "title": words.said(kind.title), "left": left, "tone": tone, "within": period(one.within),
            "lines": told.en if in_english() else told.zh, "provisional": told.provisional}  # fmt: skip


def _objection(one: ListObjection) -> dict[str, Any]:
    who = masked(open_text(one.person.name_sealed)) if one.person else ""
    return {"row": one, "who": who, "by": person(one.by), "answered_by": person(one.answered_by)}


def _paper(paper: Document | None, key: str) -> dict[str, Any] | None:
    if paper is None:
        return None
    return {"row": paper, "key": key, "state": paper_words.STATES[paper.state],
            "tone": paper_words.TONES.get(paper.state, "")}  # fmt: skip


def _wanted(paper: Document | None) -> bool:
    return paper is None or paper.state == DocumentState.VOID


def _served(paper: Document | None) -> bool:
    return paper is not None and paper.state == DocumentState.SERVED


def _extendable(row: Listing, at: datetime) -> str:
    kind = clock_kind("decide")
    running = row.clocks.filter(step="decide", done_at=None, extended="", due_at__gte=at).exists()
    return period(kind.extension) if kind.extension and running else ""


def _step(one: Any) -> dict[str, Any]:
    return {"row": one, "title": words.STEPS.get(one.kind, one.kind), "who": person(one.by),
            "state": words.state(one.state) if one.state in states() else ""}  # fmt: skip


@needs("personal")
@never_cache
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the name or the number of one person; the look is written first."""
    user, at = signed_in(request), timezone.now()
    row = find_listing(request, pk, "personal")
    field = request.POST.get("field", "")
    one = row.persons.filter(pk=key_of(request.POST.get("person", ""))).first()
    if one is None or field not in ("name", "identity"):
        raise Http404
    with transaction.atomic():
        record_look(by=user, at=at, subject="listing", subject_id=row.pk, field=f"listed-{field}-{one.pk}",
                    page=f"/credit/{row.pk}")  # fmt: skip
        value = open_text(one.name_sealed if field == "name" else one.identity_sealed)
    return piece(
        request,
        "officer/cases/opened.html",
        {"value": value},
        title=_("姓名") if field == "name" else _("身份证号码"),
        back=reverse("listing", args=[row.pk]),
    )


@needs("case")
@require_safe
def file(request: HttpRequest, pk: int, digest: str) -> HttpResponse:
    """A file that was brought: a pledge, what an objection rests on."""
    row = find_listing(request, pk, "case")
    if not any(digest in one for one in row.steps.values_list("files", flat=True)):
        raise Http404
    return show_file(request, digest, subject="listing", subject_id=row.pk)
