"""The people who sign in, for those who administer them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.cases import leaving as case_leaving
from anxin.insight.paging import page_of, wanted_page
from anxin.law.civil import civil_date
from anxin.people import accounts, deputies, second_step
from anxin.people.access import may, region_prefix, seats_with
from anxin.people.accounts import Place
from anxin.people.administration import PERMISSION, Refused, manageable_people, roles_to_give
from anxin.people.arrivals import arrivals_of, end_arrivals
from anxin.people.attempts import is_locked, unlock
from anxin.people.models import Deputy, Role, User
from anxin.portal.officer.downloads import form_asked, note_export
from anxin.portal.officer.forms import day_of, key_of
from anxin.portal.officer.organisations import said_to, unit_named
from anxin.portal.officer.people_export import export_people, state_of
from anxin.portal.officer.people_words import INDUSTRIES, ROLES, STATES
from anxin.portal.ui.access import needs, signed_in
from anxin.registry import regions
from anxin.registry.models import Project
from anxin.vault.fields import mask_phone, open_text
from anxin.watch.handling import leaving

_IN_STATE = {
    "active": Q(is_active=True, left_at=None),
    "suspended": Q(is_active=False, left_at=None),
    "left": Q(left_at__isnull=False),
}


def _person_or_404(request: HttpRequest, pk: int) -> User:
    found = manageable_people(signed_in(request)).select_related("organisation")
    return get_object_or_404(found, pk=pk)


@needs("people")
@require_safe
def people(request: HttpRequest) -> HttpResponseBase:
    """The list: who, what, where, and when last seen; or the list as a file."""
    user = signed_in(request)
    text = " ".join(request.GET.get("q", "").split())[:64]
    role = request.GET.get("role", "") if request.GET.get("role") in ROLES else ""
    state = request.GET.get("state", "active") if request.GET.get("state") in _IN_STATE else "active"
    found: QuerySet[User] = manageable_people(user).filter(_IN_STATE[state])
    if text:
        found = found.filter(
            Q(username__icontains=text) | Q(display_name__icontains=text) | Q(organisation__name__icontains=text)
        )
    if role:
        found = found.filter(role=role)
    rows = found.select_related("organisation").order_by("region", "role", "display_name", "pk")
    if form := form_asked(request):
        note_export(request, form=form, rows=rows)
        return export_people(rows, form=form)
    paging = page_of(rows, number=wanted_page(request.GET.get("page", "")))
    context = {
        "paging": paging,
        "rows": [{"person": person, "role": ROLES.get(person.role, person.role)} for person in paging.rows],
        "text": text,
        "role": role,
        "state": state,
        "roles": [(code, ROLES[code]) for code in roles_to_give(user)],
        "states": STATES.items(),
    }
    return render(request, "officer/people/list.html", context)


@needs("people")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a person. The first password is shown once."""
    user = signed_in(request)
    typed = {"role": Role.OFFICER, "region": user.region, "unit": request.GET.get("unit", ""), **_typed(request)}
    if request.method == "POST":
        try:
            person, first = accounts.add_person(
                username=typed["username"], display_name=typed["display_name"], place=_place(user, typed),
                by=user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            messages.error(request, said_to(refused))
        else:
            return render(request, "officer/people/password.html", {"person": person, "password": first})
    context = {"typed": typed, **_choices(user)}
    return render(request, "officer/people/new.html", context, status=422 if request.method == "POST" else 200)


@needs("people")
@never_cache
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: place, account, deputies, what lies on the desk."""
    return _show(request, _person_or_404(request, pk))


# Forms that stand far below the top on a telephone: what is wrong is told in them.
_FAR_DOWN = ("person-deputy", "person-details")


def _show(request: HttpRequest, row: User, *, refused: str = "", wrong: str = "") -> HttpResponse:
    """The page of a person. ``refused``: the address name of a form not taken, which is shown as it was filled in, with
    what is ``wrong`` where that is told in the form."""
    user, at, pk = signed_in(request), timezone.now(), row.pk
    typed = _typed(request) if refused == "person-place" else {}
    context = {
        "person": row,
        "state": state_of(row),
        "state_word": STATES[state_of(row)],
        "role_word": ROLES.get(row.role, row.role),
        "self": row.pk == user.pk,
        "typed": {
            "role": row.role,
            "unit": row.organisation.name if row.organisation else "",
            "region": row.region,
            "industry": row.industry,
            "project": row.project,
            **typed,
        },
        "given": request.POST if refused else {},
        "form": refused,
        "wrong": wrong,
        "phone": mask_phone(open_text(row.phone_sealed)),
        "desk": case_leaving.counts_of(row),
        "second_step": second_step.has_second_step(row),
        "sessions": len(arrivals_of(row, at=at)),
        "locked": is_locked(name=row.username, at=at),
        "deputies": deputies.deputies_around(row, on=civil_date(at)),
        "deputies_possible": manageable_people(user).filter(is_active=True, left_at=None).exclude(pk=pk)
        .exclude(role__in=[Role.CLERK, Role.BANK, Role.AUDITOR]).order_by("display_name")[:200],
        "today": civil_date(at),
        "may_audit": may(user, "audit"),
        **_choices(user),
    }  # fmt: skip
    return render(request, "officer/people/person.html", context, status=422 if refused else 200)


def _act(request: HttpRequest, pk: int, act: Callable[[User, User], object], done: str) -> HttpResponse:
    """Do something to a person in reach and go back to his page; what is refused comes back as it was filled in."""
    row = _person_or_404(request, pk)
    try:
        act(row, signed_in(request))
    except Refused as refused:
        form = request.resolver_match.url_name if request.resolver_match else None
        if form in _FAR_DOWN:
            return _show(request, _person_or_404(request, pk), refused=form, wrong=said_to(refused))
        messages.error(request, said_to(refused))
        return _show(request, _person_or_404(request, pk), refused=form or "form")
    messages.success(request, done)
    return redirect("person", pk=pk)


@needs("people")
@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Another role, unit or bounds."""
    at = timezone.now()

    def act(row: User, by: User) -> object:
        return accounts.change_place(person=row, place=_place(by, _typed(request)), by=by, at=at)

    return _act(request, pk, act, _("已保存，下一次操作起生效。"))


@needs("people")
@require_POST
def details(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, telephone, the name in the single sign-on."""
    at = timezone.now()
    phone = "".join(request.POST.get("phone", "").split())

    def act(row: User, by: User) -> object:
        if phone and not (phone.isascii() and phone.isdigit() and 7 <= len(phone) <= 15):
            raise Refused("手机号为7至15位数字。", "A telephone number has 7 to 15 digits.")
        return accounts.change_details(
            person=row, display_name=" ".join(request.POST.get("display_name", "").split())[:64], phone=phone or None,
            single_sign_on=request.POST.get("single_sign_on", "").strip()[:128], by=by, at=at,
        )  # fmt: skip

    return _act(request, pk, act, _("已保存。"))


@needs("people")
@never_cache
@require_POST
def password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new first password, shown once."""
    row = _person_or_404(request, pk)
    try:
        given = accounts.give_password(person=row, by=signed_in(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, said_to(refused))
        return redirect("person", pk=pk)
    return render(request, "officer/people/password.html", {"person": row, "password": given, "again": True})


@needs("people")
@require_POST
def second_step_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget the second step of somebody who lost his telephone; his sessions end."""
    at = timezone.now()

    def act(row: User, by: User) -> None:
        if row.pk == by.pk:
            raise Refused("请在“我的账号”中操作。", "Do this in your own account.")
        second_step.remove(person=row, by=by, at=at)
        end_arrivals(person=row, by=by, at=at)

    return _act(request, pk, act, _("动态验证码已停用，该人员须重新登录。"))


@needs("people")
@require_POST
def sessions_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End all sessions of a person, and let his name be tried again."""
    at = timezone.now()

    def act(row: User, by: User) -> None:
        end_arrivals(person=row, by=by, at=at)
        unlock(name=row.username)

    return _act(request, pk, act, _("该人员的登录已全部退出，锁定已解除。"))


@needs("people")
@require_POST
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an account at once."""
    at, reason = timezone.now(), request.POST.get("reason", "")[:200]
    return _act(
        request, pk, lambda row, by: accounts.suspend(person=row, by=by, at=at, reason=reason), _("账号已停用。")
    )


@needs("people")
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a person sign in again."""
    at = timezone.now()
    return _act(request, pk, lambda row, by: accounts.resume(person=row, by=by, at=at), _("账号已恢复。"))


@needs("people")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign a person off: who takes over what lies on the desk."""
    user = signed_in(request)
    row = _person_or_404(request, pk)
    candidates = leaving.successors_of(row)
    status = 200
    if request.method == "POST":
        key = request.POST.get("to", "")
        to = next((one for one in candidates if str(one.pk) == key), None)
        try:
            if key and to is None:
                raise Refused("请选择接手人。", "Choose who takes over.")
            moved = case_leaving.leave(
                person=row, to=to, by=user, at=timezone.now(), reason=request.POST.get("reason", "")[:200]
            )
        except Refused as refused:
            messages.error(request, said_to(refused))
            status = 422
        else:
            messages.success(request, _("离任已办理，%(n)s 件事项已移交。") % {"n": sum(moved.values())})
            return redirect("person", pk=pk)
    desk = leaving.desk_of(row)
    context = {
        "person": row,
        "gone": row.left_at is not None,
        "candidates": [(one, ROLES.get(one.role, one.role)) for one in candidates],
        "desk": case_leaving.counts_of(row),
        "handlings": desk.handlings.select_related("warning__project").order_by("due_at")[:12],
        "given": request.POST,
    }
    return render(request, "officer/people/leave.html", context, status=status)


@needs("people")
@require_POST
def deputy(request: HttpRequest, pk: int) -> HttpResponse:
    """Appoint somebody who has this person's seat meanwhile."""
    at = timezone.now()
    key = key_of(request.POST.get("deputy", ""))

    def act(row: User, by: User) -> object:
        other = manageable_people(by).filter(pk=key).first()
        from_on, until_on = (day_of(request.POST.get(name, "")) for name in ("from_on", "until_on"))
        if other is None or from_on is None or until_on is None:
            raise Refused("请选择代理人和起止日期。", "Choose the deputy, the first day and the last.")
        return deputies.appoint(
            absent=row, deputy=other, from_on=from_on, until_on=until_on, by=by, at=at,
            reason=request.POST.get("reason", ""),
        )  # fmt: skip

    return _act(request, pk, act, _("代理已设置。"))


@needs("people")
@require_POST
def deputy_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a deputy's time."""
    user = signed_in(request)
    row = get_object_or_404(Deputy.objects.filter(absent__in=manageable_people(user)), pk=pk)
    try:
        deputies.dismiss(row=row, by=user, at=timezone.now())
    except Refused as refused:
        messages.error(request, said_to(refused))
    else:
        messages.success(request, _("代理已结束。"))
    return redirect("person", pk=row.absent_id)


def _typed(request: HttpRequest) -> dict[str, str]:
    if request.method != "POST":
        return {}
    names = ("username", "display_name", "role", "unit", "region", "industry", "project")
    return {name: " ".join(request.POST.get(name, "").split())[:128] for name in names}


def _place(by: User, typed: dict[str, str]) -> Place:
    """The place a form asks for. The region is the unit's unless another is named; a clerk's is that of his project.
    Raises Refused."""
    unit = unit_named(by, typed["unit"]) if typed["unit"] else None
    if typed["unit"] and unit is None:
        raise Refused("没有找到该单位，请从提示中选择。", "No such unit: choose one of those offered.")
    industry = typed["industry"] or (unit.industry if unit and typed["role"] == Role.AGENCY else "")
    if industry and industry not in INDUSTRIES:
        raise Refused("请选择行业。", "Choose the industry.")
    if typed["role"] == Role.CLERK:
        project = Project.objects.filter(code=typed["project"]).first() if typed["project"] else None
        if project is None or not _reaches(by, project.region_code):
            raise Refused("没有找到该工程项目，请核对编码。", "No such project: check its code.")
        return Place(Role.CLERK, unit, project.region_code, "", project.code)
    region = typed["region"] or (unit.region_code if unit else "")
    if region and not regions.exists(region):
        raise Refused("辖区须为六位行政区划代码。", "The region is a code of six digits.")
    return Place(typed["role"], unit, region, industry, "")


def _reaches(by: User, region: str) -> bool:
    return any(
        (not seat.region and seat.role == Role.OPERATOR)
        or (seat.region and region.startswith(region_prefix(seat.region)))
        for seat in seats_with(by, PERMISSION)
    )


def _choices(user: User) -> dict[str, Any]:
    return {"roles": [(code, ROLES[code]) for code in roles_to_give(user)], "industries": INDUSTRIES.items()}
