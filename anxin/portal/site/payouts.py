"""The bank's payout file of a month: what it will pay, whom it cannot pay, and the download, which is a look."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anxin.insight.project_months import wages_due_on
from anxin.intake.bank import payout as payouts
from anxin.law.civil import civil_date
from anxin.people import trail
from anxin.people.looks import WORKER, record_look
from anxin.people.models import Event
from anxin.portal.officer.projects import month_or_404
from anxin.portal.site import words
from anxin.portal.site.reach import project_or_404
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.sending import send
from anxin.vault.fields import mask_card, open_text

FORMS = {"pain001": ("xml", "application/xml"), "csv": ("csv", "text/csv; charset=utf-8")}
LINES_SHOWN = 200
ACTION = "payout-file"


@needs("site")
@never_cache
@require_safe
def payout(request: HttpRequest, month: str) -> HttpResponse:
    """What the file will hold, masked, with its control totals."""
    project = project_or_404(request)
    month = month_or_404(month)
    file = payouts.payout_of(project, month=month)
    accounts = [
        {
            "account": account,
            "number": mask_card(open_text(account.number_sealed)),
            "count": sum(line.account_id == account.account_id for line in file.lines),
            "total": sum(line.amount_fen for line in file.lines if line.account_id == account.account_id),
        }
        for account in file.accounts
    ]
    context = {
        "project": project,
        "month": month,
        "file": file,
        "accounts": accounts,
        "lines": [{"line": line, "name": line.name, "card": mask_card(line.card)} for line in file.lines[:LINES_SHOWN]],
        "left_out": [{"row": row, "name": row.name, "why": words.LEFT_OUT[row.why]} for row in file.left_out],
        "left_out_fen": sum(row.amount_fen for row in file.left_out),
        "has_account": project.account_uses.filter(closed_on=None).exists(),
        "due_on": wages_due_on(month, project.pay_day),
        "today": civil_date(timezone.now()),
        "downloads": [
            event
            for event in Event.objects.filter(action=ACTION, subject="project", subject_id=str(project.pk)).order_by(
                "-number"
            )[:20]
            if event.changes.get("month") == month
        ],
    }
    return render(request, "site/payout.html", context)


@needs("site")
@require_POST
def download(request: HttpRequest, month: str) -> HttpResponse:
    """The file with full card numbers. Every worker in it may see that it was made, and by whom."""
    user = signed_in(request)
    project = project_or_404(request)
    month = month_or_404(month)
    form = request.POST.get("form", "")
    if form not in FORMS:
        raise Http404
    at = timezone.now()
    file = payouts.payout_of(project, month=month)
    if not file.lines:
        messages.error(request, _("没有可以代发的工资：请先报送工资表、登记专户和工人的银行卡。"))
        return redirect("site-payout", month=month)
    with transaction.atomic():
        for line in file.lines:
            record_look(
                by=user, at=at, subject=WORKER, subject_id=line.worker_id, field="card", page=f"/site/payouts/{month}"
            )
        told = {"month": month, "form": form, "payments": len(file.lines), "total_fen": file.total_fen}
        trail.record(by=user, at=at, action=ACTION, subject="project", subject_id=project.pk, changes=told)
    ending, content_type = FORMS[form]
    content = payouts.pain001(file, at=at, execute_on=civil_date(at)) if form == "pain001" else payouts.table(file)
    return send(content, content_type, f"payout-{month}-{project.pk}.{ending}")
