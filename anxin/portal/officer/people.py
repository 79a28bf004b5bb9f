"""Who looked at whose personal numbers."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anxin.insight.paging import page_of, wanted_page
from anxin.law.civil import civil_date
from anxin.people.access import may
from anxin.people.looks import WORKER
from anxin.people.looks import looks as all_looks
from anxin.people.models import Event, User
from anxin.portal.officer import project_words as words
from anxin.portal.officer.audit_words import SUBJECTS
from anxin.portal.officer.downloads import form_asked, note_export
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export
from anxin.portal.ui.looked import looked
from anxin.registry.models import Worker


def visible_looks(user: User) -> QuerySet[Event]:
    """An operator answers for everybody's looks; others see their own."""
    return all_looks() if may(user, "all-looks") else all_looks().filter(by=user)


@needs("looks")
@require_safe
def looks(request: HttpRequest) -> HttpResponseBase:
    """The list, newest first; or the list as a file."""
    user = signed_in(request)
    found = visible_looks(user)
    name = " ".join(request.GET.get("q", "").split())[:64]
    field = request.GET.get("field", "") if request.GET.get("field") in words.LOOK_FIELDS else ""
    if name:
        found = found.filter(by__username__icontains=name) | found.filter(who__icontains=name)
    if field:
        found = found.filter(changes__field=field)
    if form := form_asked(request):
        note_export(request, form=form, rows=found)
        return _download(found, form)
    paging = page_of(found, number=wanted_page(request.GET.get("page", "")))
    context = {
        "paging": paging,
        "rows": _told(paging.rows),
        "everybody": may(user, "all-looks"),
        "text": name,
        "field": field,
        "fields": words.LOOK_FIELDS.items(),
    }
    return render(request, "officer/people/looks.html", context)


def _told(some: Iterable[Event]) -> list[dict[str, Any]]:
    """Looks with the names of the workers they were at."""
    some = list(some)
    workers = [int(look.subject_id) for look in some if look.subject == WORKER]
    names = {str(pk): name for pk, name in Worker.objects.filter(pk__in=workers).values_list("pk", "name")}
    return [
        {
            "look": look,
            "subject": names.get(look.subject_id, "") if look.subject == WORKER else "",
            "kind": words.LOOK_SUBJECTS.get(look.subject) or SUBJECTS.get(look.subject, look.subject),
            "field": words.LOOK_FIELDS.get(look.changes["field"]) or looked(look.changes["field"]),
        }
        for look in some
    ]


def _download(found: QuerySet[Event], form: str) -> HttpResponseBase:
    headings = [_("时间"), _("查看人"), _("账号"), _("对象"), _("对象编号"), _("姓名"), _("内容"), _("所在页面")]

    def lines() -> Iterator[list[Cell]]:
        some: list[Event] = []
        for look in found[:READ].iterator(chunk_size=1000):
            some.append(look)
            if len(some) == 1000:
                yield from _cells(some)
                some = []
        yield from _cells(some)

    name = _("查看记录-%(day)s") % {"day": civil_date(timezone.now()).isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())


def _cells(some: list[Event]) -> Iterator[list[Cell]]:
    for one in _told(some):
        look = one["look"]
        yield [
            look.at, look.who, look.by.username if look.by else "", str(one["kind"]), look.subject_id, one["subject"],
            str(one["field"]), str(look.changes.get("page", "")),
        ]  # fmt: skip
