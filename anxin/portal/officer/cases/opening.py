"""Cases that an office opens of itself: for the workers of a warning, and for who says his pay never came.

The workers have not claimed: each is asked whether he wants to be spoken for, and nobody is counted twice, however
often the button is pressed.
"""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anxin.cases.answers import contested, owed_on_leaving
from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.models import ClaimDoor, Consent
from anxin.cases.slips import hand_out
from anxin.cases.taking import take
from anxin.insight.scope import visible_projects, visible_warnings
from anxin.ledger import read
from anxin.portal.ui.access import needs, signed_in
from anxin.registry.models import Engagement, Worker
from anxin.watch.models import Warning

_AT_ONCE = 500


@needs("take-in")
@require_POST
def from_warning(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a case for the workers a warning is about."""
    user, at = signed_in(request), timezone.now()
    rows = visible_warnings(user, "take-in").select_related("project", "worker", "enterprise")
    warning = get_object_or_404(rows, pk=pk)
    people = unpaid_of(warning)
    if not people:
        messages.info(request, _("档案里没有查到这条预警涉及的未发工资，请向工人了解后登记反映。"))
        return redirect("warning", pk=pk)
    told = Told(
        door=ClaimDoor.WARNING, key=f"warning-{warning.pk}", people=people, region_code=warning.region_code,
        project=warning.project, enterprise=warning.enterprise, industry=warning.industry, by=user, warning=warning,
        text=warning.reason,
    )  # fmt: skip
    return _open(request, told, at)


def unpaid_of(warning: Warning) -> list[Person]:
    """The workers of a warning's project whom the file shows unpaid, in its month or else in all, each with his months
    and what is missing; one worker's warning is about him alone."""
    if warning.project is None:
        return []
    months = {"month": warning.month} if warning.month else {}
    pay = read.pay_months(project_id=warning.project.pk, worker_id=warning.worker_id, **months).to_pylist()
    owed: dict[int, dict[str, int]] = {}
    for line in pay:
        missing = (line["due_fen"] or 0) - (line["paid_fen"] or 0)
        if missing > 0:
            owed.setdefault(line["worker_id"], {})[line["month"]] = missing
    if warning.worker_id is not None and not owed:
        owed = {warning.worker_id: {warning.month: 0} if warning.month else {}}
    # All of them, however many: one warning is one case, and who is left out here is asked by nobody.
    keys = sorted(owed)
    some = (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
    workers = [worker for part in some for worker in Worker.objects.filter(pk__in=part).order_by("pk")]
    return [_person(worker, owed[worker.pk]) for worker in workers]


def _person(worker: Worker, owed: dict[str, int]) -> Person:
    return Person(worker=worker, months=sorted(owed), claimed_fen=sum(owed.values()), consent=Consent.ASKED)


@needs("take-in")
@require_POST
def from_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a case for a worker who says that his pay did not come, in a month on file as paid or when he left."""
    user, at = signed_in(request), timezone.now()
    rows = Engagement.objects.filter(project__in=visible_projects(user, "take-in")).select_related("project", "worker")
    engagement = get_object_or_404(rows, pk=pk)
    person = told_unpaid(engagement)
    if person is None:
        messages.info(request, _("本人的答复已变更，现在没有争议。"))
        return redirect("contested")
    told = Told(
        door=ClaimDoor.CALL_BACK, key=f"answer-{engagement.pk}-{'-'.join(person.months)}", people=[person],
        region_code=engagement.project.region_code, project=engagement.project, by=user,
        text="本人答复工资未到账。",
    )  # fmt: skip
    return _open(request, told, at)


def told_unpaid(engagement: Engagement) -> Person | None:
    """A worker with the months he says never came; None when he says no such thing now."""
    mine = [one for one in contested(projects=[engagement.project_id]) if one.worker_id == engagement.worker_id]
    left = owed_on_leaving(projects=[engagement.project_id]).filter(engagement=engagement).exists()
    if not mine and not left:
        return None
    return _person(engagement.worker, {one.month: one.paid_fen for one in mine})


def _open(request: HttpRequest, told: Told, at: datetime) -> HttpResponse:
    with transaction.atomic():
        filed = file_claim(told, at=at)
        if filed.new:
            take(case=filed.claim.case, by=signed_in(request), at=at)
            hand_out(filed.claim, filed.consent_codes, at=at)
    if filed.new:
        messages.success(request, _("已立案，您是首问负责人。系统会请工人本人确认。"))
    else:
        messages.info(request, _("此前已立案，没有重复。"))
    case = filed.claim.case
    while case.merged_into is not None:
        case = case.merged_into
    return redirect("case", number=case.number)
