"""Papers of a case: the section on its page, and one paper's page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anxin.cases.models import Case, Claim
from anxin.cases.names import pseudonym, true_name
from anxin.cases.numbers import shown
from anxin.insight.scope import visible_cases
from anxin.law.civil import civil_date
from anxin.people.access import may
from anxin.people.models import Organisation, Role, User
from anxin.portal.officer.cases import paper_words as words
from anxin.portal.officer.cases.parts import handles
from anxin.portal.officer.forms import key_of
from anxin.portal.officer.handling_words import person
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import in_english
from anxin.remedies import documents, pdf
from anxin.remedies.filling import Block, blocks_of
from anxin.remedies.kinds import kinds
from anxin.remedies.models import Document, DocumentState, ServingWay
from anxin.remedies.paper_facts import people_of, secrets_of
from anxin.remedies.rendering import NotReady, filled
from anxin.vault import evidence
from anxin.vault.fields import mask_text, open_text

MOST_CLAIMS = 50
# A paper of labour inspection is signed by two inspectors.
_TWO = 2


def papers_part(case: Case, user: User, at: datetime) -> dict[str, Any] | None:
    """The section on a case's page: its papers, and which kinds may be begun."""
    if not handles(case, user):
        return None
    rows = Document.objects.filter(case__in=_with_merged(case)).select_related("signed_by", "drafted_by")
    rows = rows.order_by("-drafted_at", "-pk")
    claims = list(case.claims.order_by("pk")[:MOST_CLAIMS])
    return {
        "rows": [line_of(row, at) for row in rows],
        "groups": words.groups(),
        "claims": [{"pk": one.pk, "number": shown(one.number)} for one in claims] if len(claims) > 1 else [],
        "open": case.ended_at is None,
    }


def _with_merged(case: Case) -> list[int]:
    """The case and all that was merged into it: their papers are its papers."""
    found, last = [case.pk], [case.pk]
    while last:
        last = list(Case.objects.filter(merged_into__in=last).exclude(pk__in=found).values_list("pk", flat=True))
        found += last
    return found


def line_of(row: Document, at: datetime) -> dict[str, Any]:
    """A paper as a line of a list."""
    late = row.state == DocumentState.SERVED and row.due_on is not None and row.due_on < civil_date(at)
    return {
        "row": row, "title": kinds()[row.kind].title, "state": words.STATES[row.state],
        "tone": words.TONES.get(row.state, ""), "who": person(row.signed_by or row.drafted_by), "late": late,
    }  # fmt: skip


def visible_papers(user: User, permission: str) -> QuerySet[Document]:
    """The papers of the cases in the bounds of the seats that hold a permission."""
    return Document.objects.filter(case__in=visible_cases(user, permission))


def paper_or_404(request: HttpRequest, pk: int, permission: str = "case") -> Document:
    """A paper within a person's bounds; else it is not there."""
    rows = visible_papers(signed_in(request), permission)
    rows = rows.select_related(
        "case__project__contractor", "case__enterprise", "claim", "claimant", "unit", "drafted_by", "edited_by",
        "signed_by", "void_by", "replaces",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


@needs("case")
@never_cache
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper: its form while it is a draft, what it says, who signed it, how it was served."""
    return show_paper(request, paper_or_404(request, pk))


def show_paper(
    request: HttpRequest, row: Document, *, given: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """The page. ``given``: a form that was not taken, shown again as it was filled in."""
    user, at = signed_in(request), timezone.now()
    kind, typed, filled_in = kinds()[row.kind], documents.fields_of(row), given or {}
    editing = row.state == DocumentState.DRAFT
    form = filled_in.get("form", "")
    shown_now = {**typed, **(dict(filled_in) if form == "edit" else {})}
    inspectors = set(row.inspectors.values_list("pk", flat=True))
    today = civil_date(at)
    blocks, unshown = preview(row)
    context = {
        "paper": row, "kind": kind, "title": kind.title, "number": shown(row.case.number), "given": filled_in,
        "state_word": words.STATES[row.state], "tone": words.TONES.get(row.state, ""), "editing": editing,
        "fields": [{"field": field, "value": shown_now.get(field.key, "")} for field in kind.fields],
        "people": [
            {"row": one, "chosen": one.pk in inspectors} for one in inspectors_for(row.case)
        ] if kind.inspectors else [],
        "named": [person(one) for one in row.inspectors.order_by("pk")],
        "lacking": documents.lacking(row, today=today) if editing else [],
        "unverified": _unverified(row) if editing else 0,
        "blocks": blocks,
        "unshown": unshown, "pdf": pdf.available(), "today": today,
        "may_sign": may(user, "approve") and visible_papers(user, "approve").filter(pk=row.pk).exists()
        and user.pk not in {row.drafted_by_id, row.edited_by_id},
        "own": user.pk in {row.drafted_by_id, row.edited_by_id},
        "people_names": {
            "drafted": person(row.drafted_by), "edited": person(row.edited_by), "signed": person(row.signed_by),
            "void": person(row.void_by),
        },
        "versions": [
            {"version": one.version, "who": person(one.by), "at": one.at}
            for one in row.versions.select_related("by").order_by("-version")
        ],
        "ways": [(way, words.WAYS[way]) for way in ServingWay.values],
        "servings": [
            {"row": one, "way": words.WAYS[one.way], "who": person(one.by), "recipient": _recipient(row, one)}
            for one in row.servings.select_related("by").order_by("served_on", "pk")
        ],
        "audience": words.AUDIENCES[kind.audience],
        "late": row.state == DocumentState.SERVED and row.due_on is not None and row.due_on < today,
    }  # fmt: skip
    return render(request, "officer/papers/paper.html", context, status=status)


def _unverified(row: Document) -> int:
    """How many people a paper for the employer names with the sum they claim, nobody having verified another."""
    if kinds()[row.kind].audience != "employer":
        return 0
    people = people_of(row.case, row.claim, row.claimant)
    return sum(one.verified_fen is None and one.agreed_fen is None for one in people)


def _recipient(row: Document, serving: Any) -> str:
    text = open_text(serving.recipient_sealed)
    return mask_text(text) if kinds()[row.kind].audience == "employer" else (text[:1] + "**" if text else "")


def inspectors_for(case: Case) -> list[User]:
    """Who may be named as an inspector: the officers and chiefs of the case's unit; those of the unit above it too
    where it has not two of its own."""
    if case.unit is None:
        return []
    found = _inspectors_of(case.unit)
    code = case.unit.region_code
    for above in dict.fromkeys((code[:4] + "00", code[:2] + "0000")):
        if len(found) >= _TWO:
            break
        units = Organisation.objects.filter(active=True, kind=case.unit.kind, region_code=above)
        found += [one for unit in units.exclude(pk=case.unit.pk) for one in _inspectors_of(unit)]
    return found


def _inspectors_of(unit: Organisation) -> list[User]:
    found = unit.people.filter(is_active=True, left_at=None, role__in=(Role.OFFICER, Role.CHIEF))
    return list(found.order_by("role", "pk"))


def preview(row: Document) -> tuple[list[Block], str]:
    """What the paper says, piece by piece, or why it cannot be shown. In papers that name people numbers are masked and
    who is anonymous stays so: the whole text is in the file, and downloading that leaves a look."""
    try:
        blocks = blocks_of(evidence.read(row.digest) if row.digest else filled(row).content)
    except NotReady as lacks:
        return [], lacks.en if in_english() else lacks.zh
    except (FileNotFoundError, ValueError):
        return [], _("文件不在本机，无法显示。")
    if kinds()[row.kind].audience == "employer":
        return blocks, ""
    hidden = {
        true_name(one): pseudonym(one)
        for one in people_of(row.case, row.claim, row.claimant)
        if one.claim.anonymous and true_name(one)
    }
    hidden |= {secret: "**" for secret in secrets_of(row.case) if secret not in hidden}

    def masked(text: str) -> str:
        for secret, shown_as in hidden.items():
            text = text.replace(secret, shown_as)
        return mask_text(text)

    return [
        Block(masked(one.text), one.look, tuple(tuple(masked(cell) for cell in line) for line in one.rows))
        for one in blocks
    ], ""


def claim_of(case: Case, text: str) -> Claim | None:
    """The claim of a case that a form names."""
    return case.claims.filter(pk=key_of(text)).first()
