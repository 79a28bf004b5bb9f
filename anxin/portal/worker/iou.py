"""An IOU 欠条 to fill in and print: the fields a court looks for, the sum in capitals that cannot be altered."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anxin.law.capitals import capitals
from anxin.law.civil import civil_date
from anxin.portal.officer.forms import Wrong, day_of
from anxin.portal.worker.access import open_page
from anxin.portal.worker.claim_forms import read_yuan

FIELDS = {
    "debtor": 60, "debtor_id": 30, "debtor_phone": 20, "creditor": 40, "creditor_id": 30, "place": 80, "work": 80,
    "period": 60, "sum": 20, "due": 10, "on": 10, "witness": 40,
}  # fmt: skip


@open_page("a blank form; what is typed comes back on paper and is kept nowhere")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def iou(request: HttpRequest) -> HttpResponse:
    """Fill in by POST, so that no name stands in an address; print. Nothing is kept."""
    typed = {name: " ".join(request.POST.get(name, "").split())[:limit] for name, limit in FIELDS.items()}
    context = {"here": "claim", "typed": typed, "today": civil_date(timezone.now()), "wrong": "", "ready": False}
    if request.method == "POST":
        try:
            fen = read_yuan(typed["sum"])
            if not fen:
                raise Wrong(_("请写欠多少钱。"))
            context |= {
                "ready": True, "fen": fen, "capitals": capitals(fen), "due": day_of(typed["due"]),
                "on": day_of(typed["on"]) or context["today"],
            }  # fmt: skip
        except Wrong as wrong:
            context["wrong"] = str(wrong)
    return render(request, "worker/claim/iou.html", context, status=422 if context["wrong"] else 200)
