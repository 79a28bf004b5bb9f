"""Looking at what is personal in a case: finding a person's cases, opening names and numbers, files and messages.

Every look is a link of the trail, written before anything is shown, in the same transaction. A person is found by his
whole number only, and looking for somebody of whom nothing is found leaves its link too.
"""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anxin.cases.duplicates import find_worker
from anxin.cases.models import Case, Claimant, Consent, Exhibit
from anxin.cases.names import true_name
from anxin.cases.numbers import shown
from anxin.cases.slips import new_own_code, new_return_code
from anxin.insight.case_list import cases_of_person, with_matter
from anxin.people.looks import WORKER, record_look
from anxin.people.models import User
from anxin.people.phone_codes import normal_phone
from anxin.portal.officer.cases import words
from anxin.portal.officer.cases.finding import find_case
from anxin.portal.officer.forms import key_of
from anxin.portal.officer.handling_words import person
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.pieces import piece
from anxin.portal.ui.sending import SEEN_AND_HEARD, send_kept
from anxin.vault.fields import mask_identity, mask_phone, open_text

MOST = 50
FIELDS = {"name": gettext_lazy("姓名"), "identity": gettext_lazy("身份证号码"), "phone": gettext_lazy("手机号")}


@needs("personal")
@never_cache
@require_POST
def look_up(request: HttpRequest) -> HttpResponse:
    """The cases of a person by his whole identity number or phone. No number is ever in an address."""
    user, at = signed_in(request), timezone.now()
    identity = "".join(request.POST.get("identity", "").split()).upper()
    phone = normal_phone(request.POST.get("phone", ""))
    if len(identity) not in (0, 15, 18) or not (identity or phone):
        messages.error(request, _("请输入完整的身份证号码或手机号码。"))
        return redirect("cases")
    with transaction.atomic():
        rows = list(with_matter(cases_of_person(user, identity=identity, phone=phone))[:MOST])
        worker = find_worker(identity)
        field = "cases-by-identity" if identity else "cases-by-phone"
        if worker is not None:
            record_look(by=user, at=at, subject=WORKER, subject_id=worker.pk, field=field, page="/cases")
        for case in rows:
            record_look(by=user, at=at, subject="case", subject_id=case.pk, field=field, page="/cases")
        if worker is None and not rows:
            record_look(by=user, at=at, subject="case", subject_id="", field=field, page="/cases")
    told = [
        {"case": row, "number": shown(row.number), "state": words.state(row.state), "owner": person(row.owner)}
        for row in rows
    ]
    by = mask_identity(identity) if identity else mask_phone(phone)
    return render(request, "officer/cases/looked_up.html", {"rows": told, "by": by, "most": len(rows) == MOST})


@needs("personal")
@never_cache
@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Open one personal value of one claimant."""
    user, at = signed_in(request), timezone.now()
    case = find_case(request, number, "personal")
    field, key = request.POST.get("field", ""), key_of(request.POST.get("claimant", ""))
    rows = Claimant.objects.select_related("worker", "claim")
    claimant = rows.filter(case=case, pk=key).first()
    if field not in FIELDS or claimant is None:
        raise Http404
    with transaction.atomic():
        look_at(claimant, case, field, by=user, at=at)
        value = value_of(claimant, field)
    return _opened(request, case, value, title=str(FIELDS[field]))


@needs("case")
@never_cache
@require_POST
def return_code(request: HttpRequest, number: str) -> HttpResponse:
    """Give out a new return code for a claim whose people have lost theirs, or one person's own; shown this once."""
    user, at = signed_in(request), timezone.now()
    case = find_case(request, number, "case")
    if "claimant" in request.POST:
        one = case.claimants.filter(pk=key_of(request.POST["claimant"])).exclude(consent=Consent.REFUSED).first()
        if one is None:
            raise Http404
        own = new_own_code(claimant=one, by=user, at=at)
        return _opened(request, case, shown(own), title=_("本人查询码（只显示这一次）"))
    key = key_of(request.POST.get("claim", ""))
    claim = case.claims.filter(pk=key).first()
    if claim is None:
        raise Http404
    code = new_return_code(claim=claim, by=user, at=at)
    return _opened(request, case, shown(code), title=_("查询码（只显示这一次）"))


def _opened(request: HttpRequest, case: Case, value: str, *, title: str) -> HttpResponse:
    back = reverse("case", args=[case.number])
    return piece(request, "officer/cases/opened.html", {"value": value}, title=title, back=back)


def look_at(claimant: Claimant, case: Case, field: str, *, by: User, at: object) -> None:
    """Write the look down: with the worker where he is known, so that he sees it, else with the case."""
    subject, key = (WORKER, claimant.worker_id) if claimant.worker_id else ("case", case.pk)
    page = f"/cases/{case.number}"
    record_look(by=by, at=at, subject=subject, subject_id=key, field=f"claim-{field}", page=page)  # type: ignore[arg-type]


def value_of(claimant: Claimant, field: str) -> str:
    """A personal value of a claimant as he told it, else as the roster has it."""
    if field == "name":
        return true_name(claimant)
    if field == "identity":
        told = open_text(claimant.identity_sealed)
        return told or (open_text(claimant.worker.id_sealed) if claimant.worker else "")
    return open_text(claimant.phone_sealed) or open_text(claimant.claim.phone_sealed)


@needs("case")
@never_cache
@require_safe
def exhibit(request: HttpRequest, number: str, digest: str) -> HttpResponse:
    """A file somebody brought: pictures and sound to be seen and heard here, everything else as a download."""
    user, at = signed_in(request), timezone.now()
    case = find_case(request, number, "case")
    row = Exhibit.objects.filter(case=case, digest=digest).select_related("claim", "claimant").first()
    if row is None:
        raise Http404
    with transaction.atomic():
        record_look(by=user, at=at, subject="case", subject_id=case.pk, field=f"exhibit-{row.kind}",
                    page=f"/cases/{case.number}")  # fmt: skip
        return send_kept(row.digest, shown=SEEN_AND_HEARD)
