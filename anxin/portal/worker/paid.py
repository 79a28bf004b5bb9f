"""Did it arrive? A worker's answer on a month, who holds his card, and the question to one who left."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from anxin.cases.afterwards import claimed_still
from anxin.cases.answers import answer, answer_on_leaving
from anxin.insight.my_pay import my_month
from anxin.law.civil import civil_date
from anxin.portal.worker.access import me, worker_page
from anxin.portal.worker.months import engagement_or_404, month_or_404
from anxin.portal.worker.plain import HOLDERS, month_name


@worker_page
@require_POST
def say(request: HttpRequest, engagement: int, month: str) -> HttpResponse:
    """Yes or no to a month's wages. A no against a bank's yes asks who holds the card; a yes to a month that is still
    claimed asks how much came."""
    row, month = engagement_or_404(request, engagement), month_or_404(request, month)
    said = request.POST.get("paid", "")
    if said == "yes":
        # A case is open on this month: how much came is asked there, and that one answer serves both.
        mine = claimed_still(worker_id=row.worker_id, project_id=row.project_id, month=month)
        if mine is not None:
            asked = urlencode({"month": month})
            return redirect(f"{reverse('claim-progress', args=[mine.claim.number])}?{asked}#received")
    if said in ("yes", "no"):
        answer(worker=me(request), project_id=row.project_id, month=month, paid=said == "yes", at=timezone.now())
    if said == "no":
        return redirect("me-not-paid", row.pk, month)
    if said == "yes":
        messages.success(request, _("记下了：%(month)s的工资到手了。") % {"month": month_name(month)})
        if request.POST.get("back") == "home":
            return redirect("me")
    return redirect("me-month", row.pk, month)


@worker_page
@require_http_methods(["GET", "HEAD", "POST"])
def not_paid(request: HttpRequest, engagement: int, month: str) -> HttpResponse:
    """After a no: who holds the card, in the worker's words; and the way to a claim, which keeps them too."""
    row, month = engagement_or_404(request, engagement), month_or_404(request, month)
    at = timezone.now()
    if request.method == "POST":
        note = _note(request)
        if note:
            answer(worker=me(request), project_id=row.project_id, month=month, paid=False, at=at, note=note)
        if request.POST.get("go") == "claim":
            return redirect(f"{reverse('claim')}?{urlencode({'site': row.project.code})}")
        if note:
            messages.success(request, _("记下了，监察员能看到。要他们帮您要钱，请点“反映欠薪”。"))
        return redirect("me-not-paid", row.pk, month)
    found = my_month(row, month, as_of=civil_date(at))
    context = {
        "here": "pay",
        "engagement": row,
        "project": row.project,
        "month": month,
        "name": month_name(month),
        "figures": found,
        "holders": HOLDERS.items(),
    }
    return render(request, "worker/not_paid.html", context)


def _note(request: HttpRequest) -> str:
    """What is kept for the officer, in Chinese whatever language the page spoke."""
    holder = HOLDERS.get(request.POST.get("holder", ""))
    with override("zh-hans"):
        told = f"工资卡：{holder}" if holder else ""
    more = request.POST.get("note", "").replace("\0", "").strip()[:300]
    return "。".join(part for part in (told, more) if part)


@worker_page
@require_POST
def left(request: HttpRequest, engagement: int) -> HttpResponse:
    """One who left says whether all was paid; who is owed goes on to a claim."""
    row = engagement_or_404(request, engagement)
    said = request.POST.get("said", "")
    if said in ("paid", "owed") and row.left_on is not None:
        answer_on_leaving(engagement=row, owed=said == "owed", at=timezone.now())
    if said == "owed":
        try:
            return redirect(f"{reverse('claim')}?{urlencode({'site': row.project.code})}")
        except NoReverseMatch:
            pass
    elif said == "paid":
        messages.success(request, _("记下了，以后不再问。"))
    return redirect("me")
