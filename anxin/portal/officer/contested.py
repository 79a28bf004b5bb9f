"""Months on file as paid that their workers deny, and leavers who say that money is owed: where to look next.

It is a list of months, never of people: nobody is counted, scored or ranked for what he said.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anxin.cases.answers import contested, owed_on_leaving
from anxin.insight.scope import visible_projects
from anxin.portal.ui.access import needs, signed_in
from anxin.registry.models import Engagement

MOST = 200


@needs("case")
@never_cache
@require_safe
def contested_months(request: HttpRequest) -> HttpResponse:
    """The workers' own word against the file, newest first, in the officer's bounds."""
    projects = visible_projects(signed_in(request), "case")
    found = contested(projects=projects, most=MOST)
    some = Engagement.objects.select_related("worker", "project").filter(
        worker__in={one.worker_id for one in found}, project__in={one.project_id for one in found}
    )
    engaged = {(row.worker_id, row.project_id): row for row in some}
    rows = [
        {"contested": one, "engagement": engaged[one.worker_id, one.project_id]}
        for one in found
        if (one.worker_id, one.project_id) in engaged
    ]
    left = list(owed_on_leaving(projects=projects)[:MOST])
    context = {"rows": rows, "left": left, "cut": max(len(found), len(left)) >= MOST, "most": MOST}
    return render(request, "officer/contested.html", context)
