"""What is done with a paper: begun, changed, handed in, signed off, returned, served, made void; files of it."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anxin.law.civil import civil_date
from anxin.people.looks import WORKER, record_look
from anxin.portal.officer.acting import do_or_tell
from anxin.portal.officer.cases.acting import act_on
from anxin.portal.officer.cases.finding import find_case
from anxin.portal.officer.cases.papers import claim_of, inspectors_for, paper_or_404, show_paper
from anxin.portal.officer.files import show_file, take_files
from anxin.portal.officer.forms import Wrong, day_of, read_text
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.sending import WORD, kept_or_404, send
from anxin.portal.ui.tags import in_english
from anxin.remedies import documents, pdf
from anxin.remedies.evidence_pack import case_pack
from anxin.remedies.kinds import kinds
from anxin.remedies.models import Document, ServingWay
from anxin.remedies.paper_facts import people_of
from anxin.remedies.rendering import NotReady
from anxin.remedies.serving import serve


@needs("case")
@require_POST
def draft(request: HttpRequest, number: str) -> HttpResponse:
    """Begin a paper of a case and go to it."""
    user, case, at = signed_in(request), find_case(request, number, "case"), timezone.now()
    kind = request.POST.get("kind", "")
    made: list[Document] = []

    def act() -> None:
        if kind not in kinds() or kinds()[kind].begun_by:
            raise Wrong(_("请选择文书种类。"))
        claim = claim_of(case, request.POST.get("claim", ""))
        try:
            made.append(documents.draft(case=case, kind=kind, claim=claim, by=user, at=at))
        except NotReady as lacks:
            raise Wrong(lacks.en if in_english() else lacks.zh) from None

    answer = act_on(request, case, act, _("已按案件资料起草，请核对。"), anchor="papers")
    return redirect("paper", pk=made[0].pk) if made else answer


def _act(request: HttpRequest, row: Document, act: Callable[[], object], done: str) -> HttpResponse:
    """Do it and go back to the paper; what is lacking comes back with the form as it was filled in (422)."""

    def again() -> HttpResponse:
        row.refresh_from_db()
        return show_paper(request, row, given=request.POST.dict(), status=422)

    return do_or_tell(request, act, done, back=reverse("paper", args=[row.pk]), again=again)


@needs("case")
@require_POST
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    user, row, at = signed_in(request), paper_or_404(request, pk), timezone.now()
    kind = documents.kind_of(row)

    def act() -> None:
        values = {field.key: read_text(request, field.key, documents.MOST_TEXT) for field in kind.fields}
        chosen = set(request.POST.getlist("inspectors"))
        named = [one for one in inspectors_for(row.case) if str(one.pk) in chosen]
        seen = request.POST.get("version", "")
        documents.edit(
            document=row, values=values, addressee=request.POST.get("addressee", row.addressee),
            due_on=day_of(request.POST.get("due_on", "")), inspectors=named if kind.inspectors else None, by=user,
            at=at, seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else None,
        )  # fmt: skip

    answer = _act(request, row, act, _("已保存。"))
    if answer.status_code == 302 and request.POST.get("then") in ("ask", "finish"):
        return _hand_in(request, row, request.POST["then"])
    return answer


def _hand_in(request: HttpRequest, row: Document, then: str) -> HttpResponse:
    user, at = signed_in(request), timezone.now()
    if then == "ask":
        return _act(request, row, lambda: documents.ask_for_signature(document=row, by=user, at=at),
                    _("已提交签批。"))  # fmt: skip
    return _act(request, row, lambda: documents.finish(document=row, by=user, at=at), _("已定稿，不能再改。"))


@needs("approve")
@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign off."""
    user, row = signed_in(request), paper_or_404(request, pk, "approve")
    act = lambda: documents.sign_off(document=row, by=user, at=timezone.now())  # noqa: E731
    return _act(request, row, act, _("已签批并编号。"))


@needs("approve")
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return to the drafter."""
    user, row = signed_in(request), paper_or_404(request, pk, "approve")

    def act() -> None:
        reason = read_text(request, "reason", 400, _("请写明退回修改的理由。"))
        documents.give_back(document=row, reason=reason, by=user, at=timezone.now())

    return _act(request, row, act, _("已退回修改。"))


@needs("case")
@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Make void; the number stays."""
    user, row = signed_in(request), paper_or_404(request, pk)

    def act() -> None:
        reason = read_text(request, "reason", 400, _("请写明作废的理由。"))
        documents.void(document=row, reason=reason, by=user, at=timezone.now())

    return _act(request, row, act, _("已作废，编号保留。"))


@needs("case")
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a new paper in place of a void one, with what was typed there."""
    user, row, at = signed_in(request), paper_or_404(request, pk), timezone.now()
    made: list[Document] = []
    act = lambda: made.append(  # noqa: E731
        documents.draft(
            case=row.case, kind=row.kind, claim=row.claim, claimant=row.claimant, replaces=row, by=user, at=at
        )
    )
    answer = _act(request, row, act, _("已按原文书起草。"))
    return redirect("paper", pk=made[0].pk) if made else answer


@needs("case")
@require_POST
def record_serving(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a serving on record with its proof."""
    user, row, at = signed_in(request), paper_or_404(request, pk), timezone.now()

    def act() -> None:
        day = day_of(request.POST.get("served_on", ""))
        if day is None:
            raise Wrong(_("请填写送达日期。"))
        way = request.POST.get("way", "")
        if way not in ServingWay.values:
            raise Wrong(_("请选择送达方式。"))
        serve(
            document=row, way=way, served_on=day, recipient=read_text(request, "recipient", 200),
            reference=read_text(request, "reference", 64), witness=read_text(request, "witness", 64),
            consent=request.POST.get("consent") == "1", note=read_text(request, "note", 400),
            proofs=take_files(request, kinds=("jpeg", "png", "pdf")), by=user, at=at,
        )  # fmt: skip

    return _act(request, row, act, _("送达已登记。"))


@needs("case")
@never_cache
@require_safe
def proof(request: HttpRequest, pk: int, digest: str) -> HttpResponse:
    """What shows that a paper was served."""
    row = paper_or_404(request, pk)
    if not any(digest in one.proofs for one in row.servings.all()):
        raise Http404
    return show_file(request, digest, subject="case", subject_id=row.case_id)


@needs("case")
@never_cache
@require_safe
def file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The paper as a file: docx, pdf where LibreOffice is there, or the sealed annex. Where it names people, the look
    at each of them is written down first."""
    user, row, at = signed_in(request), paper_or_404(request, pk), timezone.now()
    digest = row.annex if form == "annex" else row.digest
    if form not in ("docx", "pdf", "annex") or not digest:
        raise Http404
    with transaction.atomic():
        if form == "annex" or documents.kind_of(row).audience != "employer":
            for one in people_of(row.case, row.claim, row.claimant):
                subject, key = (WORKER, one.worker_id) if one.worker_id else ("case", row.case_id)
                record_look(by=user, at=at, subject=subject, subject_id=key, field="paper", page=f"/papers/{row.pk}")
        content = kept_or_404(digest)
    if form == "pdf":
        made = pdf.to_pdf(content)
        if made is None:
            messages.info(request, _("本机没有 LibreOffice 或转换失败，请下载 Word 文件打印。"))
            return redirect("paper", pk=row.pk)
        return send(made, "application/pdf", f"{name_of(row)}.pdf")
    return send(content, WORD, f"{name_of(row)}{'-名单密存' if form == 'annex' else ''}.docx")


def name_of(row: Document) -> str:
    """What a paper's file is called when it is saved."""
    return f"{row.number or row.case.number} {documents.kind_of(row).title['zh']}"


@needs("personal")
@never_cache
@require_POST
def pack(request: HttpRequest, number: str) -> HttpResponse:
    """The evidence pack of a case. By POST: it writes looks into the trail."""
    user, case, at = signed_in(request), find_case(request, number, "personal"), timezone.now()
    made = case_pack(case=case, by=user, at=at, page=reverse("case", args=[case.number]))
    return send(made.content, "application/zip", _pack_name(case.number, civil_date(at)))


def _pack_name(number: str, day: date) -> str:
    return f"证据包-{number}-{day.isoformat()}.zip"
