"""The tree of organisations, for those who administer it."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.cases import leaving as case_leaving
from anxin.insight.paging import page_of, wanted_page
from anxin.law.civil import civil_date
from anxin.people import units
from anxin.people.access import may
from anxin.people.administration import Refused, manageable_people, manageable_units
from anxin.people.models import Organisation, OrganisationKind, User
from anxin.portal.officer.downloads import form_asked, note_export
from anxin.portal.officer.forms import key_of
from anxin.portal.officer.people_export import export_people
from anxin.portal.officer.people_words import INDUSTRIES, KINDS, ROLES
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export
from anxin.portal.ui.tags import in_english, region_path, said
from anxin.registry import regions

OPTIONS = 20
BELOW_SHOWN = 20


def _unit_or_404(request: HttpRequest, pk: int) -> Organisation:
    found = manageable_units(signed_in(request)).select_related("parent")
    return get_object_or_404(found, pk=pk)


def _counted(found: QuerySet[Organisation]) -> QuerySet[Any]:
    return found.annotate(
        staff=Count("people", filter=Q(people__left_at=None), distinct=True),
        below=Count("children", filter=Q(children__active=True), distinct=True),
    ).order_by("region_code", "kind", "name")


@needs("people")
@require_safe
def organisations(request: HttpRequest) -> HttpResponseBase:
    """The topmost units in reach; or those below one, or what a search finds; or, as a file, all in reach or what was
    found."""
    mine = manageable_units(signed_in(request))
    text = " ".join(request.GET.get("q", "").split())[:64]
    kind = request.GET.get("kind", "") if request.GET.get("kind") in OrganisationKind.values else ""
    closed = request.GET.get("closed") == "1"
    found = mine.filter(active=not closed)
    above = mine.filter(pk=key_of(request.GET.get("below", ""))).first()
    if above is not None:
        found = found.filter(parent=above)
    searched = bool(text or kind or closed or above)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(name_en__icontains=text) | Q(region_code=text))
    if kind:
        found = found.filter(kind=kind)
    if form := form_asked(request):
        return _download(found, form)
    if not searched:
        found = found.exclude(parent__in=mine)
    context = {
        "paging": page_of(_counted(found), number=wanted_page(request.GET.get("page", ""))),
        "text": text,
        "kind": kind,
        "kinds": KINDS.items(),
        "closed": closed,
        "searched": searched,
        "above": above,
        "words": KINDS,
    }
    return render(request, "officer/organisations/list.html", context)


def _download(found: QuerySet[Organisation], form: str) -> HttpResponseBase:
    headings = [_("单位"), _("类别"), _("辖区"), _("行业"), _("上级单位"), _("人员"), _("下级单位"), _("状态")]

    def lines() -> Iterator[list[Cell]]:
        for unit in _counted(found.select_related("parent"))[:READ].iterator(chunk_size=1000):
            yield [
                said(unit, "name"), str(KINDS.get(unit.kind, unit.kind)), region_path(unit.region_code),
                str(INDUSTRIES.get(unit.industry, unit.industry)), said(unit.parent, "name") if unit.parent else "",
                unit.staff, unit.below, _("在用") if unit.active else _("已撤销"),
            ]  # fmt: skip

    name = _("组织机构-%(day)s") % {"day": civil_date(timezone.now()).isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())


@needs("people")
@require_safe
def options(request: HttpRequest) -> HttpResponse:
    """Names to choose from while a unit's name is typed."""
    text = " ".join(request.GET.get("unit", "").split())[:64]
    found = manageable_units(signed_in(request)).filter(active=True)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(name_en__icontains=text))
    names = found.order_by("region_code", "kind").values_list("name", flat=True)[:OPTIONS]
    return HttpResponse(format_html_join("", '<option value="{}"></option>', ((name,) for name in names)))


@needs("people")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a unit, below the one in ``parent``."""
    user = signed_in(request)
    asked = request.POST if request.method == "POST" else request.GET
    key = asked.get("parent", "")
    parent = get_object_or_404(manageable_units(user), pk=key_of(key)) if key else None
    known: dict[str, Any] = {"region_code": parent.region_code if parent else user.region, "kind": OrganisationKind.HR}
    if request.method == "POST":
        try:
            known = _read(request)
            unit = units.add_unit(**known, parent=parent, by=user, at=timezone.now())
        except Refused as refused:
            messages.error(request, said_to(refused))
        else:
            messages.success(request, _("已新增单位。"))
            return redirect("organisation", pk=unit.pk)
    context = {"unit": {**known, **_typed(request)}, "parent": parent, **_choices()}
    return render(request, "officer/organisations/new.html", context, status=422 if request.method == "POST" else 200)


@needs("people")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One unit: what it is, who works there, what lies below it; or who works there as a file."""
    user = signed_in(request)
    unit = _unit_or_404(request, pk)
    people = manageable_people(user).filter(organisation=unit, left_at=None).order_by("display_name", "pk")
    if form := form_asked(request):
        people = people.select_related("organisation")
        note_export(request, form=form, rows=people)
        return export_people(people, form=form)
    shown: Any = unit
    status = 200
    if request.method == "POST":
        try:
            units.change_unit(unit=unit, **_read(request), parent=_parent(request, unit), by=user, at=timezone.now())
        except Refused as refused:
            messages.error(request, said_to(refused))
            shown, status = {**{name: getattr(unit, name) for name in units.FIELDS}, **_typed(request)}, 422
        else:
            messages.success(request, _("已保存。"))
            return redirect("organisation", pk=pk)
    mine = manageable_units(user)
    below = _counted(mine.filter(parent=unit))
    paging = page_of(people, number=wanted_page(request.GET.get("page", "")))
    context = {
        "unit": unit,
        "shown": shown,
        "above": _above(unit, set(mine.values_list("pk", flat=True))),
        "below": below[:BELOW_SHOWN],
        "below_total": below.count(),
        "paging": paging,
        "people": [(person, ROLES.get(person.role, person.role)) for person in paging.rows],
        "pending": case_leaving.pending_at(unit),
        "words": KINDS,
        "may_duty": may(user, "duty"),
        **_choices(),
    }
    return render(request, "officer/organisations/unit.html", context, status=status)


@needs("people")
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a unit; what is open there goes to another."""
    user = signed_in(request)
    unit = _unit_or_404(request, pk)
    name = " ".join(request.POST.get("unit", "").split())
    to = manageable_units(user).filter(name=name, active=True).first() if name else None
    try:
        if name and to is None:
            raise Refused("没有找到接收单位，请从提示中选择。", "No such unit: choose one of those offered.")
        moved = case_leaving.close_unit(
            unit=unit, to=to, by=user, at=timezone.now(), reason=request.POST.get("reason", "")[:200]
        )
    except Refused as refused:
        messages.error(request, said_to(refused))
    else:
        messages.success(request, _("单位已撤销，%(n)s 件事项已转交。") % {"n": moved} if moved else _("单位已撤销。"))
    return redirect("organisation", pk=pk)


@needs("people")
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed unit again."""
    unit = _unit_or_404(request, pk)
    try:
        units.reopen_unit(unit=unit, by=signed_in(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, said_to(refused))
    else:
        messages.success(request, _("单位已恢复。"))
    return redirect("organisation", pk=pk)


def said_to(refused: Refused) -> str:
    """A refusal in the page's language."""
    return refused.en if in_english() else refused.zh


def unit_named(user: User, name: str) -> Organisation | None:
    """The open unit in reach that has this name; of two, the one higher up."""
    return manageable_units(user).filter(name=name, active=True).order_by("region_code", "pk").first()


def _read(request: HttpRequest) -> dict[str, str]:
    """The fields of a unit. Raises Refused for a region that is none."""
    typed = _typed(request)
    if not regions.exists(typed["region_code"]):
        raise Refused("辖区须为六位行政区划代码。", "The region is a code of six digits.")
    if typed["industry"] not in ("", *INDUSTRIES):
        raise Refused("请选择行业。", "Choose the industry.")
    return typed


def _typed(request: HttpRequest) -> dict[str, str]:
    if request.method != "POST":
        return {}
    widths = {
        "name": 100, "name_en": 150, "kind": 16, "region_code": 6, "industry": 16, "enterprise_code": 32, "phone": 20
    }  # fmt: skip
    return {name: " ".join(request.POST.get(name, "").split())[:width] for name, width in widths.items()}


def _parent(request: HttpRequest, unit: Organisation) -> Organisation | None:
    """The unit above, by its name; the one it has already, when it is out of the administrator's reach."""
    name = " ".join(request.POST.get("unit", "").split())
    if unit.parent is not None and name == unit.parent.name:
        return unit.parent
    if not name:
        return None
    found = unit_named(signed_in(request), name)
    if found is None:
        raise Refused("没有找到上级单位，请从提示中选择。", "No such unit above: choose one of those offered.")
    return found


def _above(unit: Organisation, reach: set[int]) -> list[Organisation]:
    """The units above, from the top, as far as the person may open them."""
    path: list[Organisation] = []
    above = unit.parent
    while above is not None and above.pk in reach:
        path.insert(0, above)
        above = above.parent
    return path


def _choices() -> dict[str, Any]:
    return {"kinds": KINDS.items(), "industries": INDUSTRIES.items()}
