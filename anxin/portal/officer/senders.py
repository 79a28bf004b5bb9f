"""Senders for the operator: when each last called, what was taken and refused today, who fell silent."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from anxin.insight.intake import sender_figures, senders_by_arrival
from anxin.insight.paging import page_of, wanted_page
from anxin.portal.ui.access import needs

PROTOCOLS = {"national": "open.api", "cwr": "CWRService", "bulk": "/api/v1"}


@needs("senders")
@require_safe
def senders(request: HttpRequest) -> HttpResponse:
    """The list, longest silence first."""
    at = timezone.now()
    silent = request.GET.get("silent") == "1"
    text = " ".join(request.GET.get("q", "").split())[:64]
    protocol = request.GET.get("protocol", "") if request.GET.get("protocol") in PROTOCOLS else ""
    found = senders_by_arrival(at=at, silent=silent, text=text, protocol=protocol)
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")))
    context = {
        "paging": paging,
        "rows": [
            {"figures": f, "protocol": PROTOCOLS.get(f.sender.protocol, f.sender.protocol)}
            for f in sender_figures(paging.rows, at=at)
        ],
        "silent_total": senders_by_arrival(at=at, silent=True).order_by().count(),
        "silent": silent,
        "text": text,
        "protocol": protocol,
        "protocols": PROTOCOLS.items(),
        "filtered": silent or bool(text or protocol),
    }
    return render(request, "officer/senders/list.html", context)
