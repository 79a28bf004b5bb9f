"""Who looked at whose personal numbers."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anxin.insight.paging import page_of, wanted_page
from anxin.people.access import may
from anxin.people.looks import WORKER
from anxin.people.looks import looks as all_looks
from anxin.people.models import Event, User
from anxin.portal.officer import project_words as words
from anxin.portal.officer.audit_words import SUBJECTS
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.looked import looked
from anxin.registry.models import Worker


def visible_looks(user: User) -> QuerySet[Event]:
    """An operator answers for everybody's looks; others see their own."""
    return all_looks() if may(user, "all-looks") else all_looks().filter(by=user)


@needs("looks")
@require_safe
def looks(request: HttpRequest) -> HttpResponse:
    """The list, newest first."""
    user = signed_in(request)
    found = visible_looks(user)
    name = " ".join(request.GET.get("q", "").split())[:64]
    field = request.GET.get("field", "") if request.GET.get("field") in words.LOOK_FIELDS else ""
    if name:
        found = found.filter(by__username__icontains=name) | found.filter(who__icontains=name)
    if field:
        found = found.filter(changes__field=field)
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")))
    workers = [int(look.subject_id) for look in paging.rows if look.subject == WORKER]
    names = {str(pk): name for pk, name in Worker.objects.filter(pk__in=workers).values_list("pk", "name")}
    context = {
        "paging": paging,
        "rows": [
            {
                "look": look,
                "subject": names.get(look.subject_id, "") if look.subject == WORKER else "",
                "kind": words.LOOK_SUBJECTS.get(look.subject) or SUBJECTS.get(look.subject, look.subject),
                "field": words.LOOK_FIELDS.get(look.changes["field"]) or looked(look.changes["field"]),
            }
            for look in paging.rows
        ],
        "everybody": may(user, "all-looks"),
        "text": name,
        "field": field,
        "fields": words.LOOK_FIELDS.items(),
    }
    return render(request, "officer/people/looks.html", context)
